/** One poll: a visit to an endpoint, from its first request to its last page's commit. */
import type { Gap, Position } from "../checkpoints/Checkpoint.ts"
import type { Timestamp } from "../domain/Timestamp.ts"
import type { Report } from "../status/Report.ts"

/**
 * What a walk over a collection is for. All but the first are asides: ranges with an end, read between two polls, which
 * move no mark.
 */
export type Task =
  /** What changed since the mark. */
  | { readonly _tag: "Live" }
  /** What could not be read before, once more. */
  | { readonly _tag: "Gap"; readonly gap: Gap; readonly end: Timestamp; readonly due: Due }
  /** The hours behind the overlap, for rows that came late. */
  | { readonly _tag: "Sweep"; readonly end: Timestamp; readonly due: Due }

/** A task that moves no mark. */
export type Aside = Exclude<Task, { readonly _tag: "Live" }>

/** What a poll has done so far, and how hard it finds it. Only its poller changes it. */
export interface Poll {
  readonly task: Task
  /** Milliseconds since 1970 by the machine's clock. */
  readonly startedAt: number
  /** Graph's clock at the start. */
  readonly graphStartedAt: number
  pageSize: number
  failedRequests: number
  records: number
  artifacts: number
  repeated: number
  deadLetters: number
  future: number
  /** NextLinks followed; one that comes again leads nowhere. */
  readonly links: Set<string>
  /** Whether the pass was begun anew because the way on was lost. */
  restarted: boolean
  /** Providers whose part of a legacy page is missing and may come later. */
  readonly missing: Set<string>
}

/** A poll that begins. */
export const start = (
  startedAt: number,
  graphStartedAt: number,
  pageSize: number,
  task: Task = { _tag: "Live" }
): Poll => ({
  task,
  startedAt,
  graphStartedAt,
  pageSize,
  failedRequests: 0,
  records: 0,
  artifacts: 0,
  repeated: 0,
  deadLetters: 0,
  future: 0,
  links: new Set(),
  restarted: false,
  missing: new Set()
})

/** Where a poll's stream stands between two pages. */
export type Phase =
  /** Waits until the next poll is due; asides come in between. */
  | { readonly _tag: "Waiting"; readonly due: Due }
  /** Asks for the page at a position. */
  | { readonly _tag: "Reading"; readonly poll: Poll; readonly position: Position }
  /** Graph says that there is more, and gave no way to it. */
  | { readonly _tag: "Stuck"; readonly poll: Poll; readonly position: Position; readonly report: Report }
  /** Sits out a cooldown, and goes on with what was refused. */
  | { readonly _tag: "Cooling"; readonly poll: Poll; readonly position: Position }
  /** Waits for the commit of the pass's last page. */
  | { readonly _tag: "Ending"; readonly poll: Poll }

/** When the next poll is due: on the grid that the last one's start anchors, or after a delay of its own. */
export type Due =
  | { readonly _tag: "Now" }
  /** `since` is when the wait began: a grid point that an aside overslept is due at once. */
  | { readonly _tag: "Grid"; readonly anchor: number; readonly since: number }
  | { readonly _tag: "After"; readonly from: number; readonly millis: number }

/** The first point after `now` on a grid of `millis` that begins at `anchor`. */
export const nextOnGrid = (anchor: number, millis: number, now: number): number =>
  // A clock that was set back must not stretch the wait beyond one interval.
  now < anchor ? now + millis : anchor + (Math.floor((now - anchor) / millis) + 1) * millis
