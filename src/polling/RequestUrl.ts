/** Builds the URLs of requests for records. */
import type { Position } from "../checkpoints/Checkpoint.ts"
import { instantBefore, type Timestamp, toGraph, toMillis } from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import { type QueryShape, whole } from "../graph/QueryShape.ts"

type Read = Pick<Endpoint, "path" | "cursor" | "list" | "order" | "upper">

type Digits = QueryShape["digits"]

/** The upper bound, rounded outwards, so that no row falls between two windows. */
const below = ({ cursor, upper }: Read, until: Timestamp, digits: Digits): string =>
  upper === "lt"
    ? `${cursor} lt ${toGraph(until, digits, "up")}`
    // What a cut bound has too many is read twice.
    : `${cursor} le ${digits === 7 ? toGraph(instantBefore(until)) : toGraph(until, digits, "up")}`

const filtered = (endpoint: Read, graph: string, from: Timestamp, until: Timestamp | null, digits: Digits): string => {
  const { cursor, path } = endpoint
  const end = until === null ? "" : ` and ${below(endpoint, until, digits)}`
  return `${graph}${path}?$filter=${encodeURIComponent(`${cursor} ge ${toGraph(from, digits, "down")}${end}`)}`
}

const dayMillis = 86_400_000

/** Days of a list that is read by its newest page, from the last success on; Graph keeps as many. */
const newestDaysMax = 90

/** The first page of a list; of one that has an entry a day, the entries since the last success and two more. */
const listed = (
  { list, path }: Read,
  graph: string,
  { bound, from = bound }: Pick<Position, "bound"> & Partial<Pick<Position, "from">>,
  pageSize: number,
  dropped: QueryShape["dropped"]
): string => {
  const { counts, reads, select: all } = list!
  const select = all?.filter((name) => !dropped.includes(name))
  const days = Math.ceil((toMillis(from) - toMillis(bound)) / dayMillis) + 2
  const rows = reads === "newest" ? Math.min(days, newestDaysMax, pageSize) : pageSize
  return `${graph}${path}?${select === undefined ? "" : `$select=${select.join(",")}&`}${
    counts === "asked" ? "$count=true&" : ""
  }$top=${rows}`
}

/**
 * Builds the URL for the page at a position: the nextLink if there is one, otherwise the beginning of a list, or a filter in
 * cursor order.
 */
export const url = (
  graph: string,
  endpoint: Read,
  position: Pick<Position, "bound" | "until" | "link"> & Partial<Pick<Position, "from">>,
  pageSize: number,
  { digits, dropped, ordered }: Pick<QueryShape, "digits" | "dropped" | "ordered"> = whole,
  skipped = 0
): string => {
  const { bound, link, until } = position
  if (link !== null) return link
  if (endpoint.list !== undefined) return listed(endpoint, graph, position, pageSize, dropped)
  return `${filtered(endpoint, graph, bound, until, digits)}${
    ordered && endpoint.order === "asc" ? `&$orderby=${encodeURIComponent(`${endpoint.cursor} asc`)}` : ""
  }&$top=${pageSize}${skipped === 0 ? "" : `&$skip=${skipped}`}`
}

/** Builds the URL that asks for the number of records between two cursors (`until` exclusive), and for one record. */
export const countUrl = (
  graph: string,
  endpoint: Read,
  from: Timestamp,
  until: Timestamp,
  digits: Digits = whole.digits
): string => `${filtered(endpoint, graph, from, until, digits)}&$count=true&$top=1`

/** Builds the URL that asks for any one record: the cheapest request to a collection. */
export const anyUrl = (graph: string, endpoint: Pick<Endpoint, "path">): string => `${graph}${endpoint.path}?$top=1`

/** Builds the URL that asks for the record that changed last or, where rows come in no order, for any. */
export const newestUrl = (graph: string, endpoint: Pick<Endpoint, "path" | "cursor" | "order">): string =>
  endpoint.order === "asc"
    ? `${graph}${endpoint.path}?$orderby=${encodeURIComponent(`${endpoint.cursor} desc`)}&$top=1`
    : anyUrl(graph, endpoint)
