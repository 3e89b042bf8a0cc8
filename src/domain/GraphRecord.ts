/**
 * One record of a Graph collection whose identity is known, whatever the rest of it looks like.
 *
 * @since 0.1.0
 */
import type { Timestamp } from "./Timestamp.ts"

/**
 * A record with a string id and a valid cursor.
 *
 * **Details**
 *
 * `value` is what `JSON.parse` makes of the record. `exact` is the same record for `JSON.stringify`, in which numbers
 * that JavaScript cannot hold (`9007199254740993`, `1.10`) are kept in Graph's digits as raw JSON. Where a page has no
 * such number, which is nearly always, both are the same object.
 *
 * @category models
 * @since 0.1.0
 */
export interface GraphRecord {
  readonly id: string
  /** `lastUpdateDateTime` or, for legacy alerts, `lastModifiedDateTime`. */
  readonly cursor: Timestamp
  readonly value: object
  readonly exact: object
}
