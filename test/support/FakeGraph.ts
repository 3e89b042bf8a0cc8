/** A Graph in memory that filters, orders and pages as Graph does, and fails on request. */
import { Clock, Effect, identity, Layer, Redacted } from "effect"
import type { Sent } from "../../src/domain/GraphRecord.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { type Graph, GraphClient } from "../../src/graph/GraphClient.ts"
import { BodyTooLarge, GraphError, Rejected, Unavailable } from "../../src/graph/GraphError.ts"
import type { GraphPage } from "../../src/graph/GraphPage.ts"

export interface Row {
  readonly id: string
  readonly lastUpdateDateTime: string
}

export interface FakeGraph {
  rows: Array<Row>
  /** Number of pages sent and not released yet; records cannot be read after the release. */
  held: number
  readonly requests: Array<{ readonly at: number; readonly endpoint: string; readonly url: string }>
  /** Replaces the answer: an error, or a change of the page; undefined for the rows as they are. */
  answer: (request: { readonly url: string; readonly endpoint: string; readonly count: number }) =>
    | GraphError["reason"]
    | ((page: GraphPage) => GraphPage)
    | undefined
  /** Whether requests are accepted and not answered, for as long as it is set. */
  hangs: boolean
  /** Runs before a request is answered, for rows that change meanwhile. */
  before: (count: number) => void
  /** Largest page in rows, whatever `$top` asks for. */
  pageSize: number
  /** Largest number of rows in one time window; Graph fails on a larger one, however small the page. */
  windowMax: number
  /** Pages with such a row fail. */
  poison: (row: Row) => boolean
  /** Pages with such a row are too large a body. */
  oversize: (row: Row) => boolean
  /** A `$skip` above it is refused. */
  skipMax: number
  order: "asc" | "desc" | "none"
  /** Milliseconds by which Graph's clock is ahead of the machine's. */
  ahead: number
  paging: "skip" | "skiptoken"
}

const statusOf = {
  Throttled: 429,
  Forbidden: 403,
  Unauthorized: 401,
  Unavailable: 503,
  Retired: 404,
  Rejected: 400
} as const

const key = (row: Row) => normalize(row.lastUpdateDateTime)!

export const make = (options: Partial<FakeGraph> = {}): FakeGraph => ({
  rows: [],
  held: 0,
  requests: [],
  answer: () => undefined,
  hangs: false,
  before: () => undefined,
  pageSize: 1000,
  windowMax: Infinity,
  poison: () => false,
  oversize: () => false,
  skipMax: Infinity,
  order: "asc",
  ahead: 0,
  paging: "skip",
  ...options
})

/** Records that can be read until their page is released, like those of a large page. */
export const lent = (
  fake: Pick<FakeGraph, "held">,
  records: ReadonlyArray<Sent>
): Pick<GraphPage, "records" | "release"> => {
  let isHeld = true
  fake.held++
  const held = <A>(read: () => A) => {
    if (!isHeld) throw new Error("a record was read after its page was released")
    return read()
  }
  return {
    records: records.map(({ content, exact, isObject, property, raw }) => ({
      isObject,
      property: (name) => held(() => property(name)),
      content: () => held(content),
      exact: () => held(exact),
      raw: () => held(raw)
    })),
    release: () => {
      if (isHeld) fake.held--
      isHeld = false
    }
  }
}

const pageOf = (fake: FakeGraph, url: URL, at: number): GraphPage | GraphError["reason"] => {
  const filter = url.searchParams.get("$filter") ?? ""
  const ge = /ge (\S+)/.exec(filter)?.[1]
  const lt = /lt (\S+)/.exec(filter)?.[1]
  const le = /le (\S+)/.exec(filter)?.[1]
  const skip = Number(url.searchParams.get("$skip") ?? url.searchParams.get("$skiptoken") ?? 0)
  const top = Math.min(Number(url.searchParams.get("$top") ?? 1000), fake.pageSize)
  const chosen = fake.rows.filter((row) => {
    const at = normalize(row.lastUpdateDateTime)
    if (at === undefined) return true
    return (ge === undefined || at >= normalize(ge)!) && (lt === undefined || at < normalize(lt)!) &&
      (le === undefined || at <= normalize(le)!)
  })
  if (fake.order !== "none") {
    chosen.sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0))
    if (fake.order === "desc") chosen.reverse()
  }
  if (skip > fake.skipMax) return new Rejected({ request: "too many rows skipped" })
  const records = chosen.slice(skip, skip + top)
  if (records.some((row) => fake.oversize(row))) return new BodyTooLarge({ bytesMax: 16 })
  // Without a filter, Graph looks at no time window.
  const seen = filter === "" ? [] : chosen
  if (seen.length > fake.windowMax || records.some((row) => seen.includes(row) && fake.poison(row))) {
    return new Unavailable({ kind: "http", detail: "HTTP 504" })
  }
  const next = new URL(url)
  next.searchParams.set(fake.paging === "skip" ? "$skip" : "$skiptoken", String(skip + top))
  return {
    ...lent(fake, records.map((row) => ofValue(row))),
    nextLink: skip + top < chosen.length ? next.href : undefined,
    count: url.searchParams.get("$count") === "true" ? chosen.length : undefined,
    at,
    providerWarnings: []
  }
}

/** Graph as one tenant sees it. */
export const graphOf = (fake: FakeGraph): Graph => ({
  outdateToken: Effect.void,
  used: Effect.succeed(0),
  ahead: Effect.asSome(Effect.sync(() => -fake.ahead)),
  now: Effect.map(Clock.currentTimeMillis, (now) => now + fake.ahead),
  token: Effect.succeed({ value: Redacted.make("t"), expiresAt: 0, roles: [] }),
  fetchPage: ({ collection, parsed = identity, room = Effect.void, url }) =>
    Effect.gen(function*() {
      const at = yield* Clock.currentTimeMillis
      fake.requests.push({ at, endpoint: collection.name, url })
      const count = fake.requests.length
      fake.before(count)
      while (fake.hangs) yield* Effect.sleep("1 second")
      const answer = fake.answer({ url, endpoint: collection.name, count })
      const page = answer !== undefined && "_tag" in answer ? answer : pageOf(fake, new URL(url), at + fake.ahead)
      if ("_tag" in page) {
        return yield* new GraphError({
          endpoint: collection.name,
          operation: "page",
          status: statusOf[page._tag as keyof typeof statusOf] ?? 500,
          reason: page
        })
      }
      yield* room
      return yield* parsed(Effect.succeed(typeof answer === "function" ? answer(page) : page))
    })
})

/** Layer with a Graph for each tenant. */
export const layerOf = (of: (tenantId: string) => FakeGraph) =>
  Layer.succeed(GraphClient, { connect: ({ tenantId }) => Effect.succeed(graphOf(of(tenantId))) })

export const layer = (fake: FakeGraph) => layerOf(() => fake)

/** Returns the requests of polls, without those that ask for a count. */
export const polls = ({ requests }: FakeGraph, endpoint = "alerts_v2") =>
  requests.filter((request) => request.endpoint === endpoint && !request.url.includes("$count"))
