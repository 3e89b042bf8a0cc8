/**
 * Tells the records of a page apart: those with an identity, and those that cannot have one.
 *
 * @since 0.1.0
 */
import { Predicate } from "effect"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { normalize } from "../domain/Timestamp.ts"
import type { GraphPage } from "../graph/GraphClient.ts"
import type { Endpoint } from "./Endpoint.ts"

/**
 * A record that cannot be told from others, or put in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unidentified {
  readonly reason: "not_an_object" | "no_id" | "no_cursor"
  /** JSON path of the value at fault. */
  readonly path: string
  /** For `JSON.stringify`, in Graph's digits. */
  readonly exact: unknown
}

/**
 * Sorts the records of a page, in Graph's order.
 *
 * @category constructors
 * @since 0.1.0
 */
export const identify = (
  endpoint: Pick<Endpoint, "cursor">,
  page: Pick<GraphPage, "records" | "exact">
): { readonly records: ReadonlyArray<GraphRecord>; readonly unidentified: ReadonlyArray<Unidentified> } => {
  const records: Array<GraphRecord> = []
  const unidentified: Array<Unidentified> = []
  page.records.forEach((value, index) => {
    const exact = page.exact[index]
    const at = `$.value[${index}]`
    if (!Predicate.isObject(value) || !Predicate.isObject(exact)) {
      unidentified.push({ reason: "not_an_object", path: at, exact })
      return
    }
    const id = value["id"]
    if (!Predicate.isString(id) || id === "") {
      unidentified.push({ reason: "no_id", path: `${at}.id`, exact })
      return
    }
    const sent = value[endpoint.cursor]
    const cursor = Predicate.isString(sent) ? normalize(sent) : undefined
    if (cursor === undefined) {
      unidentified.push({ reason: "no_cursor", path: `${at}.${endpoint.cursor}`, exact })
      return
    }
    records.push({ id, cursor, value, exact })
  })
  return { records, unidentified }
}
