/** One poll: a visit to an endpoint, from its first request to the commit of its last page. All of it is immutable. */
import { HashSet } from "effect"
import type { Gap } from "../checkpoints/Checkpoint.ts"
import type { Timestamp } from "../domain/Timestamp.ts"

/** When the next poll is due: on the grid that the start of the last poll anchors, or after a delay of its own. */
export type Due =
  | { readonly _tag: "Now" }
  /** `since` is when the wait began: a grid point that passed during an aside is due at once. */
  | { readonly _tag: "Grid"; readonly anchor: number; readonly since: number }
  | { readonly _tag: "After"; readonly from: number; readonly millis: number }

/**
 * What a walk over a collection is for. Only `Live` moves the high-water mark of live polling. The others have a fixed
 * exclusive end.
 */
export type Task =
  /** Records that changed since the mark. */
  | { readonly _tag: "Live" }
  /** A range that could not be read before. */
  | { readonly _tag: "Gap"; readonly gap: Gap; readonly end: Timestamp; readonly due: Due }
  /** The hours behind the overlap, for rows that became visible late. */
  | { readonly _tag: "Sweep"; readonly end: Timestamp; readonly due: Due }
  /** A past range by creation time, for `backfill`. */
  | { readonly _tag: "Range"; readonly end: Timestamp }

/** A walk between two polls, which gives way to the next poll. `due` is when that is. */
export type Aside = Extract<Task, { readonly due: Due }>

/** What the committed pages of a poll brought. */
export interface Tally {
  readonly records: number
  readonly artifacts: number
  readonly repeated: number
  readonly deadLetters: number
}

/** The tally before the first page is committed. */
export const nothing: Tally = { records: 0, artifacts: 0, repeated: 0, deadLetters: 0 }

/** Adds what a page brought. */
export const add = (one: Tally, other: Tally): Tally => ({
  records: one.records + other.records,
  artifacts: one.artifacts + other.artifacts,
  repeated: one.repeated + other.repeated,
  deadLetters: one.deadLetters + other.deadLetters
})

/** What a poll has done so far, and how hard it finds it. */
export interface Poll {
  readonly task: Task
  /** Milliseconds since 1970 by the machine's clock. */
  readonly startedAt: number
  /** Milliseconds since 1970 by Graph's clock. */
  readonly graphStartedAt: number
  /** Rows asked for at once. */
  readonly pageSize: number
  readonly failedRequests: number
  readonly tally: Tally
  /** Rows dated so far ahead that they move no mark. */
  readonly future: number
  /** NextLinks that were followed; one that comes again leads nowhere. */
  readonly links: HashSet.HashSet<string>
  /** Whether the pass was begun anew because its nextLink could not be followed. */
  readonly restarted: boolean
  /** Legacy providers whose part of the pass is missing and may come later. */
  readonly missing: ReadonlyArray<string>
}

/** A poll that begins. Times are milliseconds since 1970, by the machine's clock and by Graph's. */
export const start = (startedAt: number, graphStartedAt: number, pageSize: number, task: Task): Poll => ({
  task,
  startedAt,
  graphStartedAt,
  pageSize,
  failedRequests: 0,
  tally: nothing,
  future: 0,
  links: HashSet.empty(),
  restarted: false,
  missing: []
})

/** The first point after `now` on a grid of `millis` that begins at `anchor`. */
export const nextOnGrid = (anchor: number, millis: number, now: number): number =>
  // A clock that was set back must not stretch the wait beyond one interval.
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
