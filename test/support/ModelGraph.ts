/** A Graph of plain values: rows that change, pages of them, and answers that fail on demand. It knows nothing of time. */
import { Duration } from "effect"
import type { Position } from "../../src/checkpoints/Checkpoint.ts"
import { normalize, type Timestamp } from "../../src/domain/Timestamp.ts"
import {
  BodyTooLarge,
  Forbidden,
  type GraphError,
  Rejected,
  Throttled,
  Unauthorized,
  Unavailable
} from "../../src/graph/GraphError.ts"
import type { GraphPage } from "../../src/graph/GraphPage.ts"
import type { Faults, World } from "./ModelCommands.ts"

/** One version of a row: `seq` grows with each version. */
export interface Row {
  readonly id: string
  readonly seq: number
  readonly cursor: Timestamp
}

export type Fault = typeof Faults.Type

export interface ModelGraph {
  readonly world: Pick<World, "order" | "paging" | "pageSize" | "legacy">
  readonly collection: string
  /** In the order in which they are sent. */
  readonly rows: Array<Row>
  seq: number
  /** Answers to the next requests; undefined for a good one. */
  faults: Array<Fault | undefined>
  readonly poison: Set<string>
  /** Whether a provider does not answer for its part, every third row. */
  isMissing: boolean
}

/** A request as Graph understands it. `after` is the last row of the page before, by its token. */
export interface Asked {
  readonly ge: Timestamp | undefined
  readonly lt: Timestamp | undefined
  readonly top: number
  readonly skip: number
  readonly after: string | undefined
  /** The nextLink by which it was asked. */
  readonly link: string | undefined
}

export interface Answer extends Pick<GraphPage, "nextLink" | "count" | "providerWarnings"> {
  readonly rows: ReadonlyArray<Row>
}

export const longRetryMillis = 45 * 60_000

export const make = (world: ModelGraph["world"], collection: string): ModelGraph => ({
  world,
  collection,
  rows: [],
  seq: 0,
  faults: [],
  poison: new Set(),
  isMissing: false
})

const keyOf = ({ cursor, seq }: Row) => `${cursor}~${String(seq).padStart(6, "0")}`

/** Puts a row where its place in the server's order is. */
const insert = ({ rows, world: { order } }: ModelGraph, row: Row) => {
  const key = keyOf(row)
  const at = order === "none"
    ? -1
    : rows.findIndex((other) => order === "asc" ? keyOf(other) > key : keyOf(other) < key)
  if (at < 0) rows.push(row)
  else rows.splice(at, 0, row)
}

/** Adds a new row. */
export const add = (graph: ModelGraph, cursor: Timestamp): Row => {
  const seq = graph.seq++
  const row = { id: `da${seq}`, seq, cursor }
  insert(graph, row)
  return row
}

/**
 * Changes an old row, and returns both of its versions. A server without cursor order gets a new row instead: there, a
 * row that leaves its place shifts all behind it, and no client can notice.
 */
export const update = (graph: ModelGraph, of: number, cursor: Timestamp): readonly [Row, Row | undefined] => {
  const before = graph.rows[of % Math.max(1, graph.rows.length)]
  if (before === undefined || graph.world.order !== "asc" || cursor <= before.cursor) {
    return [add(graph, cursor), undefined]
  }
  graph.rows.splice(graph.rows.indexOf(before), 1)
  const row = { id: before.id, seq: graph.seq++, cursor }
  insert(graph, row)
  return [row, before]
}

/** The id of a row, whatever the number; none where there is no row. */
export const idOf = ({ rows }: ModelGraph, of: number): string => rows[of % Math.max(1, rows.length)]?.id ?? "none"

/** Answers every request again. */
export const mend = (graph: ModelGraph) => {
  graph.faults = []
  graph.poison.clear()
}

/** Spoils answers, after some good ones. */
export const spoil = ({ faults }: ModelGraph, fault: Fault, after: number, times: number) => {
  while (faults.length < after) faults.push(undefined)
  for (let n = 0; n < times; n++) faults.push(fault)
}

/** Reads a URL of the poller, or one of this server's links. */
export const parse = (link: string, isFollowed: boolean): Asked => {
  const query = new URL(link).searchParams
  const filter = query.get("$filter") ?? ""
  const bound = (operator: string) => {
    const at = filter.indexOf(` ${operator} `)
    return at < 0 ? undefined : normalize(filter.slice(at + 4).split(" ", 1)[0]!)
  }
  return {
    ge: bound("ge"),
    lt: bound("lt"),
    top: Number(query.get("$top") ?? 1000),
    skip: Number(query.get("$skip") ?? 0),
    after: query.get("$skiptoken") ?? undefined,
    link: isFollowed ? link : undefined
  }
}

/** The request of a position, without the way over a URL where it needs none. */
export const ask = ({ bound, link, until }: Pick<Position, "bound" | "link" | "until">, top: number): Asked =>
  link === null
    ? { ge: bound, lt: until ?? undefined, top, skip: 0, after: undefined, link: undefined }
    : parse(link, true)

const linkTo = (
  { collection, world: { order, paging } }: ModelGraph,
  { after, ge, lt, skip, top }: Asked,
  rows: ReadonlyArray<Row>
) => {
  const filter = `c ge ${ge ?? ""}${lt === undefined ? "" : ` and c lt ${lt}`}`.replaceAll(" ", "%20")
  // Where the first page begins with the newest row and has nothing else, all the others come after the token.
  const ordered = order === "none" && after === undefined ? rows.slice(1) : rows
  const last = ordered.length === 0 ? `~-1` : keyOf(ordered.at(-1)!)
  const way = paging === "skip" ? `$skip=${skip + rows.length}` : `$skiptoken=${last}`
  return `${collection}?$filter=${filter}&$top=${top}&${way}`
}

const refusalOf = (fault: Fault | undefined, { link }: Asked): GraphError["reason"] | undefined => {
  switch (fault) {
    case "unavailable":
      return new Unavailable({ kind: "http", detail: "HTTP 503" })
    case "throttled":
      return new Throttled({})
    case "throttled_long":
      return new Throttled({ retryAfter: Duration.millis(longRetryMillis) })
    case "too_large":
      return new BodyTooLarge({ bytesMax: 1 })
    case "rejected":
      return new Rejected({ request: "?" })
    case "unauthorized":
      return new Unauthorized({ by: "graph", meaning: "no", remedy: "none" })
    case "forbidden":
      return new Forbidden({ why: "unknown", requiredPermissions: [], tokenRoles: [] })
    case "dead_link":
      return link === undefined ? undefined : new Rejected({ request: "dead" })
    default:
      return undefined
  }
}

const isAfter = (order: World["order"], row: Row, token: string): boolean => {
  // The newest row is sent first and again in its place.
  if (order === "none") return row.seq > Number(token.split("~")[1])
  return order === "asc" ? keyOf(row) > token : keyOf(row) < token
}

/**
 * In no order that is one, and never in cursor order by chance: a first page of a few rows would pass for a sorted one,
 * which a page of 50 or 1000 does not.
 */
const newestFirst = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  if (rows.length === 0) return rows
  const newest = rows.reduce((found, row) => row.cursor > found.cursor ? row : found)
  return [newest, ...rows.filter((row) => row !== newest)]
}

/** Answers a request with a page or the reason of its failure. */
export const answer = (graph: ModelGraph, asked: Asked): Answer | GraphError["reason"] => {
  const { after, ge, lt, skip } = asked
  const { order, pageSize } = graph.world
  const fault = graph.faults.shift()
  const refusal = refusalOf(fault, asked)
  if (refusal !== undefined) return refusal
  const isMissing = graph.world.legacy && graph.isMissing
  const chosen = graph.rows.filter((row) =>
    (ge === undefined || row.cursor >= ge) && (lt === undefined || row.cursor < lt) &&
    !(isMissing && row.seq % 3 === 0)
  )
  const sent = order === "none" ? newestFirst(chosen) : chosen
  const left = after === undefined ? sent.slice(skip) : sent.filter((row) => isAfter(order, row, after))
  const rows = left.slice(0, Math.min(asked.top, pageSize))
  // Without a filter, Graph looks at no time window.
  if (ge !== undefined && rows.some(({ id }) => graph.poison.has(id))) {
    return new Unavailable({ kind: "http", detail: "HTTP 504" })
  }
  const hasNext = left.length > rows.length
  const nextLink = !hasNext
    ? undefined
    : fault === "malformed_link"
    ? "no link"
    : fault === "elsewhere_link"
    ? "https://elsewhere.example/x"
    : fault === "repeated_link" && asked.link !== undefined
    ? asked.link
    : linkTo(graph, asked, rows)
  return {
    rows,
    nextLink,
    count: chosen.length,
    providerWarnings: isMissing ? [{ provider: "Contoso/Sensor", status: 504 }] : []
  }
}
