/**
 * Finds the part of a range that Graph cannot answer for: halves the page, then the window, and leaves out what remains as
 * a gap, so that what lies behind it need not wait for what cannot be read.
 */
import { HashSet } from "effect"
import { addGap, advance, type Checkpoint, type Gap, type Position } from "../checkpoints/Checkpoint.ts"
import { gapsMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as FailureTable from "../graph/FailureTable.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as Limits from "../graph/Limits.ts"
import type { Poll } from "./Poll.ts"
import type { Facts, Note, PollerConfig, PollerState, Save } from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { narrow, passOver, type Step, withoutLink } from "./Walk.ts"

/** Code of the gap that a legacy provider leaves when it answers for its part neither at once nor later. */
export const providerMissing = "provider_missing"

/** Code of the gap that lies further back than Graph keeps. */
export const filterTooOld = "filter_too_old"

/** Code of the gap where one instant has more rows than Graph pages through. */
export const instantTooFull = "instant_too_full"

/**
 * Code of the gap where reading ended the process. It is not tried again, and nothing but a pass reads over it: whoever wants
 * its rows collects them with `backfill`.
 */
export const endedTheProcess = "ended_the_process"

/** Returns where reading before `end` begins, so that it does not come to what ended a process. */
export const behindEnds = (
  { gaps }: Pick<Checkpoint, "gaps">,
  from: Timestamp.Timestamp,
  end: Timestamp.Timestamp
): Timestamp.Timestamp =>
  gaps.reduce(
    (from, gap) => gap.code === endedTheProcess && gap.from < end ? Timestamp.later(from, gap.to) : from,
    from
  )

/** Goes on behind a narrowed window with one twice as wide, as long as that is narrower than what is left. */
export const widen = (
  { span }: PollerState,
  position: Position,
  step: Step,
  horizon: Timestamp.Timestamp
): { readonly step: Step; readonly span: number | undefined } => {
  if (step._tag !== "Go" || step.position.until !== null || position.until === null || span === undefined) {
    return { step, span }
  }
  const until = Timestamp.minusMillis(step.position.bound, -span * 2)
  return until >= horizon
    ? { step, span: undefined }
    : { step: { ...step, position: { ...step.position, until } }, span: span * 2 }
}

/** After some pages a halved page size is doubled again. */
export const grow = (
  { endpoint }: PollerConfig,
  state: PollerState,
  poll: Poll
): { readonly state: PollerState; readonly poll: Poll } => {
  const most = Math.min(endpoint.pageSize, poll.shape.rowsMax ?? endpoint.pageSize)
  if (poll.pageSize >= most) return { state, poll }
  const pagesAtSize = state.pagesAtSize + 1
  if (pagesAtSize < Limits.pagesBeforeGrowth) return { state: { ...state, pagesAtSize }, poll }
  const pageSize = Math.min(most, poll.pageSize * 2)
  return { state: { ...state, pageSize, pagesAtSize: 0 }, poll: { ...poll, pageSize } }
}

/** A range that is left out, and the position behind it. */
export interface LeftOut {
  readonly position: Position
  readonly save: Save
  readonly notes: ReadonlyArray<Note>
}

/** Leaves a range out, to be tried again; undefined where no more can be left out. */
export const leaveOut = (
  config: PollerConfig,
  poll: Poll,
  position: Position,
  to: Timestamp.Timestamp,
  code: string,
  { checkpoint, now }: Facts
): LeftOut | undefined => {
  // A list is read as a whole, or not.
  const isList = config.endpoint.list !== undefined
  if (isList || poll.task._tag === "Range" || checkpoint === undefined || checkpoint.gaps.length >= gapsMax) {
    return undefined
  }
  const gap: Gap = { from: position.bound, to, code, foundAt: now, triedAt: now }
  const next = { ...passOver(position, to), owed: poll.missing }
  return {
    position: next,
    save: (checkpoint) => {
      const kept = addGap({ ...checkpoint, position: next }, gap, false)
      // In cursor order everything before the gap was published, unless a provider owes it. Otherwise the mark waits for
      // the end of the pass.
      return position.ordered && poll.missing.length === 0 ? advance(kept, to, now) : kept
    },
    notes: [{
      _tag: "Said",
      report: Reports.gap(config, gap, now),
      saying: { level: "Error", remind: false, apart: true }
    }]
  }
}

/** A way to ask for less: `probe` is to be taken only where Graph answers for something else. */
export type Less =
  | { readonly _tag: "Halved"; readonly state: PollerState; readonly poll: Poll; readonly position: Position }
  | { readonly _tag: "Probe"; readonly poll: Poll; readonly position: Position }

/** Rows left out in a row at most, each of which alone is too large: the next are found in a window of their own. */
const skippedMax = 50

/**
 * Asks for less after a page that failed for good: first for fewer rows, to a single one where their size is at fault. A
 * row that is too large alone is left out of the next page, which tells where the one behind it begins.
 */
export const askForLess = (state: PollerState, failed: Poll, at: Position, isSize: boolean): Less => {
  const position = withoutLink(at)
  const poll: Poll = { ...failed, links: HashSet.empty() }
  const floor = isSize ? 1 : Limits.pageSizeFloor
  if (isSize && poll.pageSize === 1 && poll.skipped < skippedMax && poll.task._tag !== "Range") {
    return { _tag: "Halved", state, poll: { ...poll, skipped: poll.skipped + 1 }, position }
  }
  if (poll.pageSize <= floor) return { _tag: "Probe", poll: { ...poll, skipped: 0 }, position }
  const pageSize = Math.max(floor, Math.floor(poll.pageSize / 2))
  return { _tag: "Halved", state: { ...state, pageSize, pagesAtSize: 0 }, poll: { ...poll, pageSize }, position }
}

/** A smaller window, or the position behind one that cannot be read; undefined where there is neither. */
export const askForShorter = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  { reason }: GraphError,
  facts: Facts
): ({ readonly state: PollerState } & Pick<LeftOut, "position"> & Partial<LeftOut>) | undefined => {
  if (config.endpoint.list !== undefined) return undefined
  const horizon = Timestamp.fromMillis(poll.graphStartedAt + facts.now - poll.startedAt)
  const narrowed = narrow(position, horizon, Limits.windowFloor)
  if (narrowed?.until !== undefined && narrowed.until !== null) {
    const span = Timestamp.toMillis(narrowed.until) - Timestamp.toMillis(narrowed.bound)
    return { state: { ...state, span }, position: narrowed }
  }
  if (position.until === null) return undefined
  const { code } = FailureTable.onFailure(reason)
  const left = leaveOut(config, poll, position, position.until, code, facts)
  return left === undefined ? undefined : { state, ...left }
}
