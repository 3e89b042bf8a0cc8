/**
 * The two waits of a poller: for the next poll, and for the end of a cooldown. A stop ends either at once.
 *
 * @since 0.1.0
 */
import { Clock, Effect, Stream, SubscriptionRef } from "effect"
import { isoTime } from "../status/Report.ts"
import { type Due, nextOnGrid } from "./Poll.ts"
import { interval, log, type Run, save, saved } from "./Run.ts"

/** Waits for a time that a change of the settings may move. */
const until = (run: Run, dueAt: Effect.Effect<number>): Effect.Effect<void> =>
  Effect.gen(function*() {
    const due = yield* dueAt
    run.here.nextPollAt = due
    const duration = due - (yield* Clock.currentTimeMillis)
    if (duration <= 0) return
    const moved = yield* Stream.runHead(Stream.drop(SubscriptionRef.changes(run.pace), 1)).pipe(
      Effect.as(true),
      Effect.timeoutOrElse({ duration, orElse: () => Effect.succeed(false) })
    )
    if (moved) yield* until(run, dueAt)
  })

/**
 * Waits until the next poll is due. A change of the interval acts at once.
 *
 * @category combinators
 * @since 0.1.0
 */
export const forPoll = Effect.fnUntraced(function*(run: Run, due: Due) {
  const now = yield* Clock.currentTimeMillis
  switch (due._tag) {
    case "Now":
      return
    case "Grid":
      return yield* until(run, Effect.map(interval(run), (millis) => nextOnGrid(due.anchor, millis, now)))
    case "After":
      return yield* until(run, Effect.succeed(due.from + due.millis))
  }
})

/** Milliseconds that are left of the cooldown in the checkpoint; 0 without one, and for another application. */
const left = (run: Run, now: number): number => {
  const cooling = saved(run)?.cooldown
  if (cooling === null || cooling === undefined || cooling.client !== run.identity.clientId) return 0
  // The shorter of what the clock says and the whole of it: a clock that was set back must not stretch the wait.
  return Math.max(0, Math.min(cooling.until - now, cooling.until - cooling.startedAt))
}

/** Shows a cooldown that goes on. */
const showCooling = Effect.fnUntraced(function*(run: Run) {
  const now = yield* Clock.currentTimeMillis
  const millis = left(run, now)
  if (millis > 0) {
    run.here.state = "cooldown"
    run.here.cooldownUntil = now + millis
    run.here.nextPollAt = now + millis
  }
  return millis
})

/**
 * Whether a cooldown goes on, of this process or of the one before it; says so when it does.
 *
 * @category accessors
 * @since 0.1.0
 */
export const isCooling = Effect.fnUntraced(function*(run: Run) {
  const isCold = (yield* showCooling(run)) > 0
  if (isCold) {
    yield* log(
      run,
      "Warn",
      `${run.endpoint.name} is not asked: Graph throttled it with 429, and its cooldown goes on`,
      {
        cooldown_until: isoTime(run.here.cooldownUntil ?? 0)
      }
    )
  }
  return isCold
})

/**
 * Sits out the cooldown that the checkpoint holds; returns at once without one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sitOut = Effect.fnUntraced(function*(run: Run) {
  const cooling = saved(run)?.cooldown
  if (cooling === null || cooling === undefined) return
  yield* Effect.sleep(yield* showCooling(run))
  run.cooledAt = yield* Clock.currentTimeMillis
  run.here.cooldownUntil = undefined
  run.here.state = "starting"
  run.here.error = undefined
  yield* save(run, (checkpoint) => ({ ...checkpoint, cooldown: null }))
  yield* log(run, "Info", `the cooldown of ${run.endpoint.name} is over; going on where it began`)
})
