/** Separates the records of a page that have an id and a cursor from those that lack one. */
import { Predicate } from "effect"
import type { GraphRecord, Sent } from "../domain/GraphRecord.ts"
import { normalize } from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { GraphPage } from "../graph/GraphPage.ts"

/** A record without an id or a cursor, which becomes a dead letter. */
export interface Unidentified {
  readonly reason: "not_an_object" | "no_id" | "no_cursor"
  /** JSON path of the value at fault. */
  readonly path: string
  readonly sent: Sent
}

/** Separates the records of a page; both lists keep Graph's order. */
export const identify = (
  endpoint: Pick<Endpoint, "cursor">,
  page: Pick<GraphPage, "records">
): { readonly records: ReadonlyArray<GraphRecord>; readonly unidentified: ReadonlyArray<Unidentified> } => {
  const records: Array<GraphRecord> = []
  const unidentified: Array<Unidentified> = []
  page.records.forEach((sent, index) => {
    const at = `$.value[${index}]`
    if (!sent.isObject) {
      unidentified.push({ reason: "not_an_object", path: at, sent })
      return
    }
    const id = sent.property("id")
    if (!Predicate.isString(id) || id === "") {
      unidentified.push({ reason: "no_id", path: `${at}.id`, sent })
      return
    }
    const given = sent.property(endpoint.cursor)
    const cursor = Predicate.isString(given) ? normalize(given) : undefined
    if (cursor === undefined) {
      unidentified.push({ reason: "no_cursor", path: `${at}.${endpoint.cursor}`, sent })
      return
    }
    records.push({ id, cursor, sent })
  })
  return { records, unidentified }
}
