/** A poll: one visit to an endpoint, from its first request to its last commit. All values are immutable. */
import { HashSet } from "effect"
import type { Gap } from "../checkpoints/Checkpoint.ts"
import type { Timestamp } from "../domain/Timestamp.ts"
import type { QueryShape } from "../graph/QueryShape.ts"

/** When the next poll is due: at once, on the grid of the interval, or after a delay. */
export type Due =
  | { readonly _tag: "Now" }
  /** `since` is when the wait began: a grid point that passed during an aside is due at once. */
  | { readonly _tag: "Grid"; readonly anchor: number; readonly since: number }
  | { readonly _tag: "After"; readonly from: number; readonly millis: number }

/**
 * The purpose of reading a collection. Only `Live` moves the watermark of live polling. The others end at a fixed,
 * exclusive cursor.
 */
export type Task =
  /** Reads records that changed since the mark. */
  | { readonly _tag: "Live" }
  /** Tries a gap again. */
  | { readonly _tag: "Gap"; readonly gap: Gap; readonly end: Timestamp; readonly due: Due }
  /** Reads the hours behind the overlap, for rows that became visible late; `isWhole` unless it leaves out the older ones. */
  | { readonly _tag: "Sweep"; readonly end: Timestamp; readonly due: Due; readonly isWhole: boolean }
  /** Reads a past range by creation time, for `backfill`. */
  | { readonly _tag: "Range"; readonly end: Timestamp }

/** A sweep or a gap, read between two polls. It pauses for the next poll, which is due at `due`. */
export type Aside = Extract<Task, { readonly due: Due }>

/** What the committed pages of a poll brought. */
export interface Tally {
  readonly records: number
  readonly artifacts: number
  readonly repeated: number
  readonly heldBack: number
  readonly deadLetters: number
}

/** The tally before the first page is committed. */
export const nothing: Tally = { records: 0, artifacts: 0, repeated: 0, heldBack: 0, deadLetters: 0 }

/** Adds two tallies. */
export const add = (one: Tally, other: Tally): Tally => ({
  records: one.records + other.records,
  artifacts: one.artifacts + other.artifacts,
  repeated: one.repeated + other.repeated,
  heldBack: one.heldBack + other.heldBack,
  deadLetters: one.deadLetters + other.deadLetters
})

/** A search for the oldest instant that a filter may name. */
export interface Search {
  /** Where the pass would begin, if Graph took it. */
  readonly from: Timestamp
  /** The newest instant that was refused. */
  readonly refused: Timestamp
  /** The oldest that was taken; undefined before one was. */
  readonly taken: Timestamp | undefined
}

/** The progress of a poll, with its failures and page size. */
export interface Poll {
  readonly task: Task
  /** Milliseconds since 1970 by the machine's clock. */
  readonly startedAt: number
  /** Milliseconds since 1970 by Graph's clock. */
  readonly graphStartedAt: number
  /** What Graph takes of its queries. */
  readonly shape: QueryShape
  /** Number of rows requested per page. */
  readonly pageSize: number
  /** Rows that the next page leaves out, because each alone cannot be read; 0 for none. */
  readonly skipped: number
  /** Code of the gap that they become. */
  readonly skippedFor: string
  readonly failedRequests: number
  readonly tally: Tally
  /** Rows dated so far in the future that they do not move the mark. */
  readonly future: number
  /** NextLinks that were followed. A link that comes again would loop. */
  readonly links: HashSet.HashSet<string>
  /**
   * How often a nextLink could not be followed and the filter could not be moved either. The pass begins anew after the
   * first time, and leaves an instant out after the second; the third ends the poll.
   */
  readonly deadEnds: number
  /** Whether Graph refused a link of its own: none is followed any more behind a page that may be the last. */
  readonly isLinkRefused: boolean
  /** Pages in a row behind links that showed no new row. */
  readonly idle: number
  /** There while it is found out how far back Graph can be asked. */
  readonly search: Search | undefined
  /** Providers of legacy alerts that refused their part, with the last status of each. */
  readonly refusals: Readonly<Record<string, number>>
  /** Providers of legacy alerts whose part of the pass is missing and may come later. */
  readonly missing: ReadonlyArray<string>
}

/** Makes a poll that begins. Times are milliseconds since 1970, by the machine's clock and Graph's. */
export const start = (
  startedAt: number,
  graphStartedAt: number,
  { pageSize, shape }: Pick<Poll, "pageSize" | "shape">,
  task: Task
): Poll => ({
  task,
  startedAt,
  graphStartedAt,
  pageSize,
  shape,
  skipped: 0,
  skippedFor: "body_too_large",
  failedRequests: 0,
  tally: nothing,
  future: 0,
  links: HashSet.empty(),
  deadEnds: 0,
  isLinkRefused: false,
  idle: 0,
  search: undefined,
  refusals: {},
  missing: []
})

/** Returns the first point after `now` on a grid of `millis` milliseconds that begins at `anchor`. */
export const nextOnGrid = (anchor: number, millis: number, now: number): number =>
  // When the clock was set back, the wait must not become longer than one interval.
  now < anchor ? now + millis : anchor + (Math.floor((now - anchor) / millis) + 1) * millis

/**
 * When a poll is due, in milliseconds since 1970, at the present polling interval. A wait that began in the future, by a
 * clock that was set back since, is over: it would otherwise last until the clock comes there again.
 */
export const dueAt = (due: Due, intervalMillis: number, now: number): number => {
  switch (due._tag) {
    case "Now":
      return now
    case "Grid":
      return now < due.since ? now : nextOnGrid(due.anchor, intervalMillis, due.since)
    case "After":
      return now < due.from ? now : due.from + due.millis
  }
}
