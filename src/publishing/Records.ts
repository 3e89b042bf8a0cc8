/** Separates the records of a page that can be mapped from those that lack an id or a cursor, or are nested too deep. */
import { Predicate } from "effect"
import { recordIdMax } from "../domain/Bounds.ts"
import type { GraphRecord, Sent } from "../domain/GraphRecord.ts"
import { fromMillis, normalize, type Timestamp } from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { GraphPage } from "../graph/GraphPage.ts"

/** A record that cannot be mapped, which becomes a dead letter. */
export interface Unidentified {
  readonly reason: "not_an_object" | "no_id" | "no_cursor" | "too_deep" | "ended_the_process"
  /** JSON path of the value at fault. */
  readonly path: string
  readonly sent: Sent
  /** There for one that has an id and is nested too deep. */
  readonly id?: string
}

/** The records of a page, each list in Graph's order. */
export interface Identified {
  readonly records: ReadonlyArray<GraphRecord>
  readonly unidentified: ReadonlyArray<Unidentified>
  /** The cursors of all rows that have one. */
  readonly cursors: ReadonlyArray<Timestamp>
}

/** Separates the records of a page. */
export const identify = (
  endpoint: Pick<Endpoint, "cursor" | "list">,
  page: Pick<GraphPage, "at" | "records">
): Identified => {
  // An object of a list has no time of its own: it is as it was when it was read.
  const readAt = endpoint.list === undefined ? undefined : fromMillis(page.at)
  const records: Array<GraphRecord> = []
  const cursors: Array<Timestamp> = []
  const unidentified: Array<Unidentified> = []
  page.records.forEach((sent, index) => {
    const at = `$.value[${index}]`
    if (!sent.isObject) {
      unidentified.push({ reason: "not_an_object", path: at, sent })
      return
    }
    const id = sent.property("id")
    if (!Predicate.isString(id) || id === "" || id.length > recordIdMax) {
      unidentified.push({ reason: "no_id", path: `${at}.id`, sent })
      return
    }
    const given = readAt === undefined ? sent.property(endpoint.cursor) : undefined
    const cursor = Predicate.isString(given) ? normalize(given) : readAt
    if (cursor === undefined) {
      unidentified.push({ reason: "no_cursor", path: `${at}.${endpoint.cursor}`, sent })
      return
    }
    if (readAt === undefined) cursors.push(cursor)
    if (sent.isDeep === true) unidentified.push({ reason: "too_deep", path: at, sent, id })
    else records.push({ id, cursor, sent })
  })
  return { records, unidentified, cursors }
}

/** Returns a record on which processes ended, at its place in the page. */
export const endedOn = (page: Pick<GraphPage, "records">, { sent }: GraphRecord): Unidentified => {
  const path = `$.value[${page.records.indexOf(sent)}]`
  return { reason: "ended_the_process", path, sent }
}

/** Returns when the page's records were created, in page order; those without a valid time are left out. */
export const createdCursors = (
  endpoint: Pick<Endpoint, "created">,
  { records }: Pick<GraphPage, "records">
): ReadonlyArray<Timestamp> =>
  records.flatMap((record) => {
    const created = record.property(endpoint.created)
    const normal = typeof created === "string" ? normalize(created) : undefined
    return normal === undefined ? [] : [normal]
  })
