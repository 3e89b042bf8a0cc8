/** Publishes one page: writes its slices to the sink, and runs its commit. */
import { Cause, Clock, Duration, Effect, Exit, Schedule } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { sinkRetry } from "../graph/Retries.ts"
import { ArtifactSink, type ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import type { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { attempt, end, type Page, PageLost } from "./Page.ts"
import type { Brought } from "./Slices.ts"
import { recovered, writeFailed } from "./Writing.ts"

/**
 * An attempt that has taken this long can be interrupted between two slices; a shorter one is finished. A stop has ten
 * seconds, and an attempt that is finished is not repeated after the restart.
 */
const attemptMax = Duration.seconds(5)

/** A page that is being mapped gives way to others after this long: health checks, the page, requests of other tenants. */
const turnMax = Duration.millis(20)

/** Maps the page and writes it, slice by slice. */
const write = Effect.fnUntraced(function*(page: Page) {
  const sink = yield* ArtifactSink
  const clock = yield* Clock.Clock
  const now = () => clock.monotonicTimeNanosUnsafe()
  const start = now()
  let turnStart = start
  const writer = yield* sink.open
  const { brought, slices } = page.map()
  for (const slice of slices) {
    yield* writer.write(slice)
    if (now() - turnStart < Duration.toNanosUnsafe(turnMax)) continue
    yield* now() - start < Duration.toNanosUnsafe(attemptMax)
      ? Effect.yieldNow
      : Effect.interruptible(Effect.yieldNow)
    turnStart = now()
  }
  yield* writer.commit
  return brought()
}, Effect.scoped)

/**
 * Publishes a page and ends it: tries until the sink and the checkpoint take it, or for as long as `patience`.
 *
 * **Details**
 *
 * An attempt is not interrupted (but see `attemptMax`), every wait between two attempts is. A page that was published and
 * whose commit failed is not published again. A defect in mapping a page ends the page and its endpoint's run, and nothing
 * else: it is no failure of this effect.
 */
export const publish = (
  page: Page,
  patience: Duration.Duration | undefined
): Effect.Effect<void, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> => {
  /** What the page brought, once the sink has it. */
  let published: Brought | undefined
  const once = Effect.gen(function*() {
    yield* page.wanted
    if (published === undefined) {
      const { artifacts } = published = yield* write(page)
      yield* (yield* Status).tell({ _tag: "Published", artifacts })
    }
    yield* page.wanted
    yield* Effect.catchReason(page.commit(published), "StateStoreError", "Conflict", () => Effect.fail(new PageLost()))
    return published
  })
  const schedule = patience === undefined ? sinkRetry : Schedule.upTo(sinkRetry, { duration: patience })
  // A page that was committed ends so, even where an interruption waits for the end of the attempt.
  const attempted = Effect.tap(attempt(page, once), (brought) => end(page, Exit.succeed(brought)))
  return Effect.uninterruptible(attempted).pipe(
    Effect.tapError((error) => error._tag === "PageLost" ? Effect.void : writeFailed(page, error)),
    Effect.retry({ schedule, while: (error) => error._tag !== "PageLost" }),
    Effect.onExit((exit) => end(page, exit)),
    Effect.tap(recovered),
    Effect.asVoid,
    Effect.catchTag("PageLost", () => Effect.void),
    Effect.catchCauseIf(Cause.hasDies, () => Effect.void)
  )
}
