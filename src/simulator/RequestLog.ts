/** The log of requests to the simulated Microsoft, without secrets. */
import { Effect, Ref } from "effect"

/** One request and its outcome. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly time: string
  readonly method: string
  /** Path and query, as `shownPath` makes them. */
  readonly path: string
  /** 0 when no answer was sent. */
  readonly status: number
  readonly tenant: string | undefined
  readonly faults: ReadonlyArray<string>
}

const keptMax = 1000

/** Returns path and query; values other than those of OData options are hidden. */
export const shownPath = (url: URL): string => {
  const query = [...url.searchParams].map(([name, value]) => name.startsWith("$") ? `${name}=${value}` : `${name}=…`)
  return query.length === 0 ? url.pathname : `${url.pathname}?${query.join("&")}`
}

/** Creates the log: the last 1,000 requests, and counters of all by status. */
export const make = Effect.map(
  Ref.make<{ readonly last: ReadonlyArray<LoggedRequest>; readonly byStatus: Readonly<Record<string, number>> }>({
    last: [],
    byStatus: {}
  }),
  (state) => ({
    get: Ref.get(state),
    add: (entry: LoggedRequest) =>
      Ref.update(state, ({ byStatus, last }) => ({
        last: [...last.slice(1 - keptMax), entry],
        byStatus: { ...byStatus, [entry.status]: (byStatus[entry.status] ?? 0) + 1 }
      }))
  })
)
