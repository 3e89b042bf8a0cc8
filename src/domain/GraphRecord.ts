/**
 * One record of a Graph collection, as it was sent and as it is told from others.
 *
 * @since 0.1.0
 */
import type { Timestamp } from "./Timestamp.ts"

/**
 * What Graph sent for one record.
 *
 * **Gotchas**
 *
 * Value, texts and the like may be made anew whenever they are asked for: ask once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sent {
  /** A property of the record's own; undefined where it has none, or is no object. Costs nothing for those of {@link atHand}. */
  readonly property: (name: string) => unknown
  readonly isObject: boolean
  /** What `JSON.parse` makes of it. */
  readonly value: unknown
  /**
   * The same for `JSON.stringify`: numbers that JavaScript cannot hold (`9007199254740993`, `1.10`) are kept in Graph's
   * digits, as raw JSON.
   */
  readonly exact: unknown
  /** As compact JSON, in Graph's digits. */
  readonly text: string
  /** The elements of its `evidence`, as `text` is; none where it has no such list. */
  readonly evidence: ReadonlyArray<string>
}

/**
 * Properties by which a record is told from others and put in order, before it is looked at.
 *
 * @category constants
 * @since 0.1.0
 */
export const atHand = ["id", "createdDateTime", "lastUpdateDateTime", "lastModifiedDateTime"] as const

/**
 * A record with a string id and a valid cursor, whatever the rest of it looks like.
 *
 * @category models
 * @since 0.1.0
 */
export interface GraphRecord {
  readonly id: string
  /** `lastUpdateDateTime` or, for legacy alerts, `lastModifiedDateTime`. */
  readonly cursor: Timestamp
  readonly sent: Sent
}
