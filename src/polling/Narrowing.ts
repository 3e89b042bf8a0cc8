/**
 * Finds the part of a range that Graph cannot answer for: halves the page, then the window, and leaves out what is left
 * as a gap. What lies behind it must not wait for ever for what cannot be read.
 */
import { Clock, Effect } from "effect"
import { addGap, advance, type Gap, type Position } from "../checkpoints/Checkpoint.ts"
import { gapsMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import { isoTime, type Report } from "../status/Report.ts"
import type { Phase, Poll } from "./Poll.ts"
import { anyUrl, url } from "./Query.ts"
import { type Run, save, saved, show } from "./Run.ts"
import { narrow, passOver, type Step, withoutLink } from "./Walk.ts"

/** Code of the gap that a legacy provider leaves which answers for its part neither at once nor later. */
export const providerMissing = "provider_missing"

/** Code of the gap where one instant has more rows than Graph pages through. */
export const instantTooFull = "instant_too_full"

/** Goes on behind a narrowed window with one twice as wide, as long as that is narrower than what is left. */
export const widen = (run: Run, position: Position, on: Step, horizon: Timestamp.Timestamp): Step => {
  if (on._tag !== "Go" || on.position.until !== null || position.until === null || run.span === undefined) return on
  run.span *= 2
  const until = Timestamp.minusMillis(on.position.bound, -run.span)
  if (until >= horizon) {
    run.span = undefined
    return on
  }
  return { ...on, position: { ...on.position, until } }
}

/** Whether Graph answers for anything at all: any record, or the minute before this pass, which was read before. */
const answers = Effect.fnUntraced(function*(run: Run, poll: Poll, { from }: Position) {
  const { endpoint, graph, identity } = run
  const minuteBefore = {
    bound: Timestamp.minusMillis(from, GraphPolicy.windowFloor),
    until: from,
    link: null
  }
  for (const asked of [anyUrl(identity.cloud.graph, endpoint), url(identity.cloud.graph, endpoint, minuteBefore, 1)]) {
    const page = yield* Effect.result(run.permits.withPermit(graph.fetchPage({ collection: endpoint, url: asked })))
    if (page._tag === "Success") return true
    poll.failedRequests++
  }
  return false
})

const gapReport = (run: Run, { code, from, to }: Gap, now: number): Report => ({
  code: "gap",
  instance: run.identity.name,
  endpoint: run.endpoint.name,
  message: `what changed from ${from} to ${to} cannot be read (${code}) and was left out`,
  remedy:
    "wait: it is tried again every hour for 7 days; should it last, report the range and a request id of this log to Microsoft",
  occurred_at: isoTime(now)
})

/** Leaves a range out, to be tried again, and returns the position behind it; none where no more can be left out. */
export const leaveOut = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position,
  to: Timestamp.Timestamp,
  code: string
): Effect.fn.Return<Position | undefined> {
  const checkpoint = saved(run)
  if (checkpoint === undefined || checkpoint.gaps.length >= gapsMax) return undefined
  const now = yield* Clock.currentTimeMillis
  const gap: Gap = { from: position.bound, to, code, foundAt: now, triedAt: now }
  const next = { ...passOver(position, to), owed: Array.from(poll.missing) }
  yield* save(run, (checkpoint) => {
    const kept = addGap({ ...checkpoint, position: next }, gap, false)
    // In cursor order everything before the gap was published, unless a provider owes it; otherwise the mark waits for the
    // end of the pass.
    return position.ordered && poll.missing.size === 0 ? advance(kept, to, now) : kept
  })
  yield* show(run)
  yield* run.reporter.say(gapReport(run, gap, now), { level: "Error", remind: false, apart: true })
  return next
})

/**
 * Asks for less after a page that failed for good, and returns how the poll goes on; nothing where Graph fails for
 * everything, so that no window is at fault.
 */
export const askForLess = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position,
  { reason }: GraphError
): Effect.fn.Return<Phase | undefined> {
  const at = withoutLink(position)
  poll.links.clear()
  if (poll.pageSize > GraphPolicy.pageSizeFloor) {
    poll.pageSize = Math.max(GraphPolicy.pageSizeFloor, Math.floor(poll.pageSize / 2))
    run.pageSize = poll.pageSize
    run.pagesAtSize = 0
    return { _tag: "Reading", poll, position: at }
  }
  // An answer that is too large is an answer.
  if (reason._tag !== "BodyTooLarge" && !(yield* answers(run, poll, at))) return undefined
  const elapsed = (yield* Clock.currentTimeMillis) - poll.startedAt
  const narrowed = narrow(at, Timestamp.fromMillis(poll.graphStartedAt + elapsed), GraphPolicy.windowFloor)
  if (narrowed?.until === undefined || narrowed.until === null) {
    if (at.until === null) return undefined
    const behind = yield* leaveOut(run, poll, at, at.until, GraphPolicy.onFailure(reason).code)
    return behind === undefined ? undefined : { _tag: "Reading", poll, position: behind }
  }
  run.span = Timestamp.toMillis(narrowed.until) - Timestamp.toMillis(narrowed.bound)
  return { _tag: "Reading", poll, position: narrowed }
})

/** A page was read: after some of them a halved page size is doubled again. */
export const grow = (run: Run, poll: Poll): void => {
  if (poll.pageSize >= run.endpoint.pageSize || ++run.pagesAtSize < GraphPolicy.pagesBeforeGrowth) return
  run.pagesAtSize = 0
  poll.pageSize = Math.min(run.endpoint.pageSize, poll.pageSize * 2)
  run.pageSize = poll.pageSize
}
