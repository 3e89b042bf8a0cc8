/** What a failed request does to a poll: the failure table of `GraphPolicy`, carried out. */
import { Clock, Duration, Effect } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import { fromGraphError, type Report } from "../status/Report.ts"
import { giveUp } from "./Asides.ts"
import { askForLess, instantTooFull, leaveOut } from "./Narrowing.ts"
import type { Due, Phase, Poll } from "./Poll.ts"
import { interval, logPoll, polled, type Run, save, saved, settled, show, troubled } from "./Run.ts"
import { begin, step } from "./Walk.ts"

/** Ends a poll before the end of its pass, which the next poll goes on with. */
export const endEarly = Effect.fnUntraced(function*(run: Run, poll: Poll, due?: Due): Effect.fn.Return<Phase> {
  yield* settled(run)
  if (poll.records > 0) yield* logPoll(run, poll)
  yield* polled(run)
  yield* show(run)
  const since = yield* Clock.currentTimeMillis
  return { _tag: "Waiting", due: due ?? { _tag: "Grid", anchor: poll.startedAt, since } }
})

const whose = (run: Run) => ({ instance: run.identity.name, endpoint: run.endpoint.name })

/** Begins a cooldown. It is saved with the position that was refused, so that a restart waits out the rest. */
const coolDown = Effect.fnUntraced(function*(
  run: Run,
  error: GraphError,
  poll: Poll,
  position: Position | null
): Effect.fn.Return<Phase> {
  const { here } = run
  const now = yield* Clock.currentTimeMillis
  const goodSince = run.cooledAt > 0 && now - run.cooledAt >= Duration.toMillis(GraphPolicy.goodAfterCooldown)
  const throttles = goodSince ? 0 : saved(run)?.throttles ?? 0
  const retryAfter = error.reason._tag === "Throttled" ? error.reason.retryAfter : undefined
  const until = now + Duration.toMillis(yield* GraphPolicy.cooldownAfter(throttles, retryAfter))
  const report = fromGraphError(whose(run), error, now, until)
  here.state = "cooldown"
  here.cooldownUntil = until
  here.nextPollAt = until
  here.lastPollWell = false
  here.error = report
  yield* run.reporter.say(report, { level: "Warn", remind: false, apart: true })
  yield* save(run, (checkpoint) => ({
    ...checkpoint,
    position,
    cooldown: { client: run.identity.clientId, startedAt: now, until },
    throttles: throttles + 1
  }))
  yield* show(run)
  if (poll.task._tag !== "Live") return { _tag: "Waiting", due: poll.task.due }
  if (run.once || position === null) return yield* endEarly(run, poll)
  yield* polled(run)
  return { _tag: "Cooling", poll, position }
})

/**
 * There is more, and no link to it: the filter is moved or, where rows come in no order, the pass begins anew, once.
 */
export const onDeadLink = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position,
  report: Report
): Effect.fn.Return<Phase> {
  const on = step(position, { cursors: [], next: { _tag: "DeadLink" } })
  if (on._tag === "Go") return { _tag: "Reading", poll, position: on.position }
  const { task } = poll
  if (!poll.restarted) {
    poll.restarted = true
    poll.links.clear()
    return {
      _tag: "Reading",
      poll,
      position: { ...begin(position.from), until: task._tag === "Live" ? null : task.end }
    }
  }
  if (task._tag !== "Live") return yield* giveUp(run, task)
  if (position.ordered && position.reached !== null && position.reached <= position.bound) {
    // More rows have one timestamp than Graph pages through: the way on leads past it.
    const behind = yield* leaveOut(run, poll, position, Timestamp.nextInstant(position.bound), instantTooFull)
    if (behind !== undefined) {
      poll.restarted = false
      return { _tag: "Reading", poll, position: behind }
    }
  }
  yield* troubled(run, report, "error")
  yield* save(run, (checkpoint) => ({ ...checkpoint, position: null }))
  return yield* endEarly(run, poll)
})

/** Goes on after a failure. Without a position the poll had not begun to read. */
export const onFailure = Effect.fnUntraced(function*(
  run: Run,
  error: GraphError,
  poll: Poll,
  position: Position | undefined
): Effect.fn.Return<Phase> {
  const now = yield* Clock.currentTimeMillis
  const reaction = GraphPolicy.onFailure(error.reason)
  const report = fromGraphError(whose(run), error, now)
  const { _tag: reason } = error.reason
  // A nextLink that Graph no longer knows dies with 400 or 410: the pass goes on without it.
  if (position !== undefined && position.link !== null && (reason === "Rejected" || reason === "Retired")) {
    return yield* onDeadLink(run, poll, position, report)
  }
  const { task } = poll
  if (reaction.then !== "cooldown" && run.cooledAt > 0) run.cooledAt = now
  if (task._tag !== "Live") {
    return reaction.then === "cooldown"
      ? yield* coolDown(run, error, poll, saved(run)?.position ?? null)
      : yield* giveUp(run, task)
  }
  switch (reaction.then) {
    case "cooldown":
      if (position === undefined) break
      return yield* coolDown(run, error, poll, position)
    case "retry_page":
    case "halve_page": {
      if (position === undefined) break
      const next = yield* askForLess(run, poll, position, error)
      if (next === undefined) break
      if (poll.failedRequests < GraphPolicy.tries.failuresInPoll) return next
      if (next._tag === "Reading") yield* save(run, (checkpoint) => ({ ...checkpoint, position: next.position }))
      break
    }
    case "reprobe": {
      yield* troubled(run, report, reaction.state)
      const millis = Duration.toMillis(
        yield* GraphPolicy.reprobeAfter(run.denials, Duration.millis(yield* interval(run)))
      )
      run.denials++
      return yield* endEarly(run, poll, { _tag: "After", from: poll.startedAt, millis })
    }
    case "probe_daily":
      yield* troubled(run, report, reaction.state)
      return yield* endEarly(run, poll, {
        _tag: "After",
        from: poll.startedAt,
        millis: Duration.toMillis(GraphPolicy.retiredProbe)
      })
    case "next_poll":
      break
  }
  yield* troubled(run, report, reaction.state)
  return yield* endEarly(run, poll)
})
