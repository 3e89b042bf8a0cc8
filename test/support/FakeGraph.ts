/** A Graph in memory that filters, orders and pages as Graph does, and fails as it is told. */
import { Clock, Effect, Layer, Redacted } from "effect"
import { normalize } from "../../src/domain/Timestamp.ts"
import { type Graph, GraphClient, type GraphPage } from "../../src/graph/GraphClient.ts"
import { GraphError } from "../../src/graph/GraphError.ts"

export interface Row {
  readonly id: string
  readonly lastUpdateDateTime: string
}

export interface FakeGraph {
  rows: Array<Row>
  readonly requests: Array<{ readonly at: number; readonly endpoint: string; readonly url: string }>
  /** Answers in place of the rows: an error, or a change of the page; undefined for the rows as they are. */
  answer: (request: { readonly url: string; readonly endpoint: string; readonly count: number }) =>
    | GraphError["reason"]
    | ((page: GraphPage) => GraphPage)
    | undefined
  /** Runs before a request is answered, for rows that change meanwhile. */
  before: (count: number) => void
  /** Rows a page holds at most, whatever was asked for. */
  pageSize: number
  order: "asc" | "desc" | "none"
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
  requests: [],
  answer: () => undefined,
  before: () => undefined,
  pageSize: 1000,
  order: "asc",
  paging: "skip",
  ...options
})

const pageOf = (fake: FakeGraph, url: URL, at: number): GraphPage => {
  const filter = url.searchParams.get("$filter") ?? ""
  const ge = /ge (\S+)/.exec(filter)?.[1]
  const lt = /lt (\S+)/.exec(filter)?.[1]
  const skip = Number(url.searchParams.get("$skip") ?? url.searchParams.get("$skiptoken") ?? 0)
  const top = Math.min(Number(url.searchParams.get("$top") ?? 1000), fake.pageSize)
  const chosen = fake.rows.filter((row) => {
    const at = normalize(row.lastUpdateDateTime)
    if (at === undefined) return true
    return (ge === undefined || at >= normalize(ge)!) && (lt === undefined || at < normalize(lt)!)
  })
  if (fake.order !== "none") {
    chosen.sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0))
    if (fake.order === "desc") chosen.reverse()
  }
  const records = chosen.slice(skip, skip + top)
  const next = new URL(url)
  next.searchParams.set(fake.paging === "skip" ? "$skip" : "$skiptoken", String(skip + top))
  return {
    records,
    exact: records,
    nextLink: skip + top < chosen.length ? next.href : undefined,
    count: undefined,
    at,
    providerWarnings: []
  }
}

export const layer = (fake: FakeGraph) => {
  const graph: Graph = {
    dropToken: Effect.void,
    now: Clock.currentTimeMillis,
    token: Effect.succeed({ value: Redacted.make("t"), expiresAt: 0, roles: [] }),
    fetchPage: ({ collection, url }) =>
      Effect.gen(function*() {
        const at = yield* Clock.currentTimeMillis
        fake.requests.push({ at, endpoint: collection.name, url })
        const count = fake.requests.length
        fake.before(count)
        const answer = fake.answer({ url, endpoint: collection.name, count })
        if (answer !== undefined && "_tag" in answer) {
          return yield* new GraphError({
            endpoint: collection.name,
            operation: "page",
            status: statusOf[answer._tag as keyof typeof statusOf] ?? 500,
            reason: answer
          })
        }
        const page = pageOf(fake, new URL(url), at)
        return answer === undefined ? page : answer(page)
      })
  }
  return Layer.succeed(GraphClient, { connect: () => Effect.succeed(graph) })
}
