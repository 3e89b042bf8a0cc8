/** The URL of a request for records. */
import type { Position } from "../checkpoints/Checkpoint.ts"
import { type Timestamp, toGraph } from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"

/** What a request goes by: a collection, and a property that Graph filters and sorts it by. */
type Ordered = Pick<Endpoint, "path"> & { readonly cursor: Endpoint["cursor"] | "createdDateTime" }

const filtered = (
  { cursor, path }: Ordered,
  graph: string,
  from: Timestamp,
  until: Timestamp | null
): string => {
  const end = until === null ? "" : ` and ${cursor} lt ${toGraph(until)}`
  return `${graph}${path}?$filter=${encodeURIComponent(`${cursor} ge ${toGraph(from)}${end}`)}`
}

/** Asks for records in cursor order, from a position on: the nextLink where it has one, else a filter. */
export const url = (
  graph: string,
  endpoint: Ordered,
  { bound, link, until }: Pick<Position, "bound" | "until" | "link">,
  pageSize: number
): string =>
  link ??
    `${filtered(endpoint, graph, bound, until)}&$orderby=${
      encodeURIComponent(`${endpoint.cursor} asc`)
    }&$top=${pageSize}`

/** Asks how many records lie between two cursors (the second exclusive), and for one of them. */
export const countUrl = (
  graph: string,
  endpoint: Pick<Endpoint, "path" | "cursor">,
  from: Timestamp,
  until: Timestamp
): string => `${filtered(endpoint, graph, from, until)}&$count=true&$top=1`

/** Asks for the one record that Graph likes to give first: the least that it can be asked. */
export const anyUrl = (graph: string, endpoint: Pick<Endpoint, "path">): string => `${graph}${endpoint.path}?$top=1`

/** Asks for the record that changed last. */
export const newestUrl = (graph: string, endpoint: Pick<Endpoint, "path" | "cursor">): string =>
  `${graph}${endpoint.path}?$orderby=${encodeURIComponent(`${endpoint.cursor} desc`)}&$top=1`
