/**
 * What is read between two polls: ranges that could not be read before, and the hours behind the overlap, where rows may
 * have come late. Neither moves the mark, and both give way to a poll that is due.
 */
import { Clock, Duration, Effect, SubscriptionRef } from "effect"
import { type Checkpoint, type Gap, type Position, triedGap, withoutGap } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import { isoTime } from "../status/Report.ts"
import { type Aside, type Due, type Phase, type Poll, start } from "./Poll.ts"
import { countUrl } from "./Query.ts"
import { log, type Run, save, saved, show } from "./Run.ts"
import { begin as beginAt } from "./Walk.ts"

const waiting = (due: Due): Phase => ({ _tag: "Waiting", due })

const oldest = (gaps: ReadonlyArray<Gap>): Gap | undefined =>
  gaps.reduce<Gap | undefined>(
    (found, gap) => found === undefined || gap.triedAt < found.triedAt ? gap : found,
    undefined
  )

const sweptHours = (run: Run) =>
  Effect.map(SubscriptionRef.get(run.pace), ({ lateRows }) => Duration.toMillis(lateRows))

/** When a gap, and when the sweep is due; never where only polls are to be made. */
const dueTimes = Effect.fnUntraced(function*(run: Run, { gaps, sweep }: Checkpoint) {
  const gap = oldest(gaps)
  const sweeps = !run.endpoint.retires && (yield* sweptHours(run)) > 0
  return {
    gap: gap === undefined ? Infinity : gap.triedAt + Duration.toMillis(GraphPolicy.gapRetry.every),
    sweep: sweeps ? sweep.countedAt + Duration.toMillis(GraphPolicy.sweepEvery) : Infinity
  }
})

/**
 * When the next aside is due, in milliseconds since 1970; infinity for never. Only an endpoint in good order has time
 * for it.
 */
export const dueAt = Effect.fnUntraced(function*(run: Run) {
  const checkpoint = saved(run)
  if (run.once || checkpoint === undefined || run.here.state !== "ok") return Infinity
  if (run.paused !== undefined) return 0
  const { gap, sweep } = yield* dueTimes(run, checkpoint)
  return Math.min(gap, sweep)
})

const reading = (now: number, pageSize: number, from: Timestamp.Timestamp, task: Aside): Phase => ({
  _tag: "Reading",
  poll: start(now, now, pageSize, task),
  position: { ...beginAt(from), until: task.end }
})

const beginGap = Effect.fnUntraced(function*(
  run: Run,
  { floor }: Checkpoint,
  gap: Gap,
  due: Due,
  now: number
): Effect.fn.Return<Phase> {
  const { overlap } = yield* SubscriptionRef.get(run.pace)
  const patience = Duration.toMillis(GraphPolicy.gapRetry.during)
  // Polls begin behind it, so that it stands in for their overlap; what the ledger has forgotten would come twice.
  const reach = Timestamp.later(Timestamp.minusMillis(gap.from, Duration.toMillis(overlap)), floor)
  const known = Timestamp.later(reach, run.state.ledger.floor() ?? reach)
  const from = now - gap.foundAt <= patience ? known : Timestamp.later(known, Timestamp.fromMillis(now - patience))
  if (from < gap.to) {
    return reading(now, GraphPolicy.pageSizeFloor, from, { _tag: "Gap", gap, end: gap.to, due })
  }
  yield* save(run, (checkpoint) => withoutGap(checkpoint, gap, now))
  yield* show(run)
  yield* run.reporter.say({
    code: "gap_given_up",
    instance: run.identity.name,
    endpoint: run.endpoint.name,
    message: `what changed from ${gap.from} to ${gap.to} could not be read for 7 days (${gap.code}) and is given up`,
    remedy: "collect the range with backfill once Microsoft answers for it again",
    occurred_at: isoTime(now)
  }, { level: "Error", remind: false, apart: true })
  return waiting(due)
})

const beginSweep = Effect.fnUntraced(function*(
  run: Run,
  { floor, mark, sweep }: Checkpoint,
  due: Due,
  now: number
): Effect.fn.Return<Phase, GraphError> {
  const { endpoint, graph, identity, permits, state } = run
  const { lateRows, overlap } = yield* SubscriptionRef.get(run.pace)
  const reach = Duration.toMillis(lateRows)
  const end = Timestamp.minusMillis(mark, Duration.toMillis(overlap))
  const known = Timestamp.later(floor, state.ledger.floor() ?? floor)
  const from = Timestamp.later(Timestamp.minusMillis(end, reach), known)
  const counted = (checkpoint: Checkpoint) => ({ ...checkpoint, sweep: { ...checkpoint.sweep, countedAt: now } })
  if (from >= end) {
    yield* save(run, counted)
    return waiting(due)
  }
  const { count } = yield* permits.withPermit(
    graph.fetchPage({ collection: endpoint, url: countUrl(identity.cloud.graph, endpoint, from, end), aside: true })
  )
  const missing = count !== undefined && count > run.recent.within(from, end) && run.recent.isWhole()
  if (missing || now - sweep.readAt >= reach) {
    return reading(now, endpoint.pageSize, from, { _tag: "Sweep", end, due })
  }
  yield* save(run, counted)
  return waiting(due)
})

/** Ends an aside before its range was read: it is tried again in an hour. */
export const giveUp = Effect.fnUntraced(function*(run: Run, task: Aside): Effect.fn.Return<Phase> {
  const now = yield* Clock.currentTimeMillis
  yield* save(run, (checkpoint) =>
    task._tag === "Gap"
      ? triedGap(checkpoint, task.gap, now)
      : { ...checkpoint, sweep: { ...checkpoint.sweep, countedAt: now } })
  return waiting(task.due)
})

/** Begins the aside that is due, or goes on with the one that gave way to a poll. */
export const begin = Effect.fnUntraced(function*(
  run: Run,
  due: Due,
  now: number
): Effect.fn.Return<Phase, GraphError> {
  const { paused } = run
  run.paused = undefined
  if (paused !== undefined) {
    return { _tag: "Reading", position: paused.position, poll: { ...paused.poll, task: { ...paused.task, due } } }
  }
  const checkpoint = saved(run)
  if (checkpoint === undefined) return waiting(due)
  const gap = oldest(checkpoint.gaps)
  return gap !== undefined && (yield* dueTimes(run, checkpoint)).gap <= now
    ? yield* beginGap(run, checkpoint, gap, due, now)
    : yield* beginSweep(run, checkpoint, due, now)
})

/** Lets a poll that is due go before an aside. */
export const giveWay = (run: Run, poll: Poll, position: Position, task: Aside): Phase => {
  run.paused = { poll, position, task }
  return waiting(task.due)
}

/** An aside has read its range to the end. */
export const end = Effect.fnUntraced(function*(run: Run, poll: Poll, task: Aside) {
  if (task._tag === "Gap" && poll.missing.size > 0) return yield* giveUp(run, task)
  const fields = { records: poll.records, repeated: poll.repeated, artifacts: poll.artifacts }
  if (task._tag === "Gap") {
    yield* log(run, "Info", `what was left out from ${task.gap.from} to ${task.gap.to} has been read`, fields)
  } else if (poll.records > 0) yield* log(run, "Info", `found ${poll.records} events that came late`, fields)
  yield* show(run)
  return waiting(task.due)
})
