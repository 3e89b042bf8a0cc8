/** The two waits of a poller: for the next poll, and for the end of a cooldown. A stop ends either at once. */
import { Clock, Effect, Stream, SubscriptionRef } from "effect"
import { isoTime } from "../status/Report.ts"
import { type Due, nextOnGrid } from "./Poll.ts"
import { interval, log, type Run, save, saved } from "./Run.ts"

/** Waits for a time that a change of the settings may move; false when `aside` comes before it. */
const until = (run: Run, dueAt: Effect.Effect<number>, aside: number): Effect.Effect<boolean> =>
  Effect.gen(function*() {
    const due = yield* dueAt
    run.here.nextPollAt = due
    const now = yield* Clock.currentTimeMillis
    if (due <= now) return true
    if (aside <= now) return false
    const moved = yield* Stream.runHead(Stream.drop(SubscriptionRef.changes(run.pace), 1)).pipe(
      Effect.as(true),
      Effect.timeoutOrElse({ duration: Math.min(due, aside) - now, orElse: () => Effect.succeed(false) })
    )
    return moved ? yield* until(run, dueAt, aside) : due <= aside
  })

/**
 * Waits until the next poll is due, and says so, or until there is something to do before it. A change of the interval
 * acts at once.
 */
export const forPoll = Effect.fnUntraced(function*(run: Run, due: Due, aside: number): Effect.fn.Return<boolean> {
  switch (due._tag) {
    case "Now":
      return true
    case "Grid": {
      const since = Math.min(due.since, yield* Clock.currentTimeMillis)
      return yield* until(run, Effect.map(interval(run), (millis) => nextOnGrid(due.anchor, millis, since)), aside)
    }
    case "After":
      return yield* until(run, Effect.succeed(due.from + due.millis), aside)
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

/** Whether a cooldown goes on, of this process or of the one before it; says so when it does. */
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

/** Sits out the cooldown that the checkpoint holds; returns at once without one. */
export const sitOut = Effect.fnUntraced(function*(run: Run) {
  const cooling = saved(run)?.cooldown
  if (cooling === null || cooling === undefined) return
  yield* Effect.sleep(yield* showCooling(run))
  run.cooledAt = yield* Clock.currentTimeMillis
  run.here.cooldownUntil = undefined
  run.here.state = "starting"
  run.here.error = undefined
  yield* save(run, (checkpoint) => ({ ...checkpoint, cooldown: null }))
  yield* run.reporter.overApart({ code: "throttled", instance: run.identity.name, endpoint: run.endpoint.name })
  yield* log(run, "Info", `the cooldown of ${run.endpoint.name} is over; going on where it began`)
})
