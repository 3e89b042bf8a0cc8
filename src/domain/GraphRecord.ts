/** One record of a Graph collection: what Graph sent, and the id and cursor that identify it. */
import type { Timestamp } from "./Timestamp.ts"

/** The content of a record, as a mapping reads it. */
export interface Content {
  /** The record as `JSON.parse` returns it, with only the evidence that is mapped. */
  readonly value: unknown
  /** The record as compact JSON, with Graph's digits. */
  readonly text: string
  /** The elements of `evidence` that are mapped, as compact JSON; empty when the record has no such list. */
  readonly evidence: ReadonlyArray<string>
  /** SHA-256 of each of them, in hex digits, where they were calculated before. */
  readonly hashes?: ReadonlyArray<string>
  /**
   * Parses an element of a record over `wholeRecord`, up to `elementParsedBytes`. `value` has no evidence then, and only
   * the beginnings of large properties. Undefined for others.
   */
  readonly element?: (index: number) => unknown
  /** The elements over `evidenceMappedMax` as a list, which neither `value` nor `text` has. */
  readonly rest?: { readonly count: number; readonly text: string }
}

/** What Graph sent for one record, parsed only on demand. */
export interface Sent {
  readonly isObject: boolean
  /** Whether it is nested deeper than `recordDepthMax`, and must not be parsed. */
  readonly isDeep?: boolean
  /** Returns an own property; undefined when absent. Cheap for {@link atHand}. */
  readonly property: (name: string) => unknown
  /** Parses the record on every call; nothing is kept. */
  readonly content: () => Content
  /**
   * Returns the record for `JSON.stringify`, parsed on every call. Numbers that JavaScript cannot hold
   * (`9007199254740993`, `1.10`) keep Graph's digits, as raw JSON. A record over `wholeRecord`, or too deep, is a string: its
   * JSON as Graph sent it.
   */
  readonly exact: () => unknown
  /** Returns the record's JSON, byte for byte as Graph sent it. */
  readonly raw: () => string
}

/** Properties that identify and order a record; they are read without parsing the whole record. */
export const atHand = [
  "id",
  "createdDateTime",
  "lastUpdateDateTime",
  "lastModifiedDateTime",
  "activityDateTime",
  "lastUpdatedDateTime",
  "riskLastUpdatedDateTime"
] as const

/** A record with a string id and a valid cursor; the rest is not checked. */
export interface GraphRecord {
  readonly id: string
  /** The time of the property by which the endpoint is read; of an object of a list, Graph's time of the page. */
  readonly cursor: Timestamp
  readonly sent: Sent
  /** What tells a version of an object of a list from others, which have no cursor. */
  readonly version?: string
  /** What happened to an object of a list, for its action. */
  readonly change?: "present" | "changed" | "removed"
}
