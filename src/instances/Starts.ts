/**
 * Spreads the starts of many instances over time. Otherwise a process that begins with a thousand tenants, or takes them
 * over, would poll all in the same second, and again at every interval.
 */
import { Clock, Duration, Effect } from "effect"
import { RateLimiter } from "effect/persistence"
import type { Instance } from "../config/Instance.ts"
import { startsAtOnce } from "../domain/Bounds.ts"
import { Status } from "../status/Status.ts"

/** Time between two delayed starts: a quarter of a second, so that forty tenants have all begun within five seconds. */
const apart = Duration.millis(250)

/** The last instance begins within this part of the shortest polling interval. */
const partOfInterval = 1 / 2

/**
 * Makes the function that waits for an instance's turn to start. The first {@link startsAtOnce} instances start at once,
 * the others one after another.
 */
export const make = Effect.gen(function*() {
  const status = yield* Status
  const limiter = yield* Effect.provide(RateLimiter.make, RateLimiter.layerStoreMemory)

  /** Waits for the instance's turn among `count` instances, and shows the time of the turn in the status. */
  return Effect.fnUntraced(function*({ identity, pace }: Instance, count: number) {
    const shortest = Math.min(...identity.endpoints.map((name) => Duration.toMillis(pace.intervals[name])))
    const every = Math.min(Duration.toMillis(apart), shortest * partOfInterval / count)
    // The store is in memory and never fails, and the limiter delays instead of refusing.
    const { delay } = yield* Effect.orDie(limiter.consume({
      key: "starts",
      algorithm: "token-bucket",
      onExceeded: "delay",
      limit: startsAtOnce,
      window: Duration.millis(every * startsAtOnce)
    }))
    if (Duration.isZero(delay)) return
    const now = yield* Clock.currentTimeMillis
    for (const name of identity.endpoints) {
      yield* status.tellEndpoint(identity.name, name, { _tag: "PollScheduled", at: now + Duration.toMillis(delay) })
    }
    yield* Effect.sleep(delay)
  })
})
