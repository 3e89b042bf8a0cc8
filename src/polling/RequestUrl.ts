/** Builds the URLs of requests for records. */
import type { Position } from "../checkpoints/Checkpoint.ts"
import { type Timestamp, toGraph } from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import { type QueryShape, whole } from "../graph/QueryShape.ts"

type Ordered = Pick<Endpoint, "path"> & { readonly cursor: Endpoint["cursor"] | "createdDateTime" }

type Digits = QueryShape["digits"]

const filtered = (
  { cursor, path }: Ordered,
  graph: string,
  from: Timestamp,
  until: Timestamp | null,
  digits: Digits
): string => {
  // Rounded outwards, so that no row falls between two windows.
  const end = until === null ? "" : ` and ${cursor} lt ${toGraph(until, digits, "up")}`
  return `${graph}${path}?$filter=${encodeURIComponent(`${cursor} ge ${toGraph(from, digits, "down")}${end}`)}`
}

/** Builds the URL for the page at a position: the nextLink if there is one, otherwise a filter in cursor order. */
export const url = (
  graph: string,
  endpoint: Ordered,
  { bound, link, until }: Pick<Position, "bound" | "until" | "link">,
  pageSize: number,
  { digits, ordered }: Pick<QueryShape, "digits" | "ordered"> = whole,
  skipped = 0
): string =>
  link ??
    `${filtered(endpoint, graph, bound, until, digits)}${
      ordered ? `&$orderby=${encodeURIComponent(`${endpoint.cursor} asc`)}` : ""
    }&$top=${pageSize}${skipped === 0 ? "" : `&$skip=${skipped}`}`

/** Builds the URL that asks for the number of records between two cursors (`until` exclusive), and for one record. */
export const countUrl = (
  graph: string,
  endpoint: Pick<Endpoint, "path" | "cursor">,
  from: Timestamp,
  until: Timestamp,
  digits: Digits = whole.digits
): string => `${filtered(endpoint, graph, from, until, digits)}&$count=true&$top=1`

/** Builds the URL that asks for any one record: the cheapest request to a collection. */
export const anyUrl = (graph: string, endpoint: Pick<Endpoint, "path">): string => `${graph}${endpoint.path}?$top=1`

/** Builds the URL that asks for the record that changed last. */
export const newestUrl = (graph: string, endpoint: Pick<Endpoint, "path" | "cursor">): string =>
  `${graph}${endpoint.path}?$orderby=${encodeURIComponent(`${endpoint.cursor} desc`)}&$top=1`
