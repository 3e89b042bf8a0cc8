/**
 * The URL of a request for records.
 *
 * @since 0.1.0
 */
import type { Position } from "../checkpoints/Checkpoint.ts"
import { toGraph } from "../domain/Timestamp.ts"
import type { Endpoint } from "./Endpoint.ts"

/**
 * Asks for records in cursor order, from a position on: the nextLink where it has one, else a filter.
 *
 * @category constructors
 * @since 0.1.0
 */
export const url = (
  graph: string,
  endpoint: Pick<Endpoint, "path" | "cursor">,
  position: Pick<Position, "bound" | "until" | "link">,
  pageSize: number
): string => {
  if (position.link !== null) return position.link
  const { cursor } = endpoint
  const until = position.until === null ? "" : ` and ${cursor} lt ${toGraph(position.until)}`
  const filter = encodeURIComponent(`${cursor} ge ${toGraph(position.bound)}${until}`)
  return `${graph}${endpoint.path}?$filter=${filter}&$orderby=${encodeURIComponent(`${cursor} asc`)}&$top=${pageSize}`
}
