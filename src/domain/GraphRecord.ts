/** One record of a Graph collection, as it was sent and as it is told from others. */
import type { Timestamp } from "./Timestamp.ts"

/** What a mapping reads of a record. */
export interface Content {
  /** What `JSON.parse` makes of it. */
  readonly value: unknown
  /** As compact JSON, in Graph's digits. */
  readonly text: string
  /** The elements of its `evidence`, as `text` is; none where it has no such list. */
  readonly evidence: ReadonlyArray<string>
}

/** What Graph sent for one record. */
export interface Sent {
  readonly isObject: boolean
  /** A property of the record's own; undefined where it has none, or is no object. Costs little for those of {@link atHand}. */
  readonly property: (name: string) => unknown
  /** Made anew whenever it is asked for, and not kept. */
  readonly content: () => Content
  /**
   * The record for `JSON.stringify`: numbers that JavaScript cannot hold (`9007199254740993`, `1.10`) are kept in Graph's
   * digits, as raw JSON. Made anew as well.
   */
  readonly exact: () => unknown
}

/** Properties by which a record is told from others and put in order, before it is looked at. */
export const atHand = ["id", "createdDateTime", "lastUpdateDateTime", "lastModifiedDateTime"] as const

/** A record with a string id and a valid cursor, whatever the rest of it looks like. */
export interface GraphRecord {
  readonly id: string
  /** `lastUpdateDateTime` or, for legacy alerts, `lastModifiedDateTime`. */
  readonly cursor: Timestamp
  readonly sent: Sent
}
