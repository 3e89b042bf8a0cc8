/** Publishes one page: writes its slices to the sink and runs its commit. */
import { Cause, Clock, Duration, Effect, Exit, Option, Schedule } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { sinkRetry } from "../graph/Retries.ts"
import { ArtifactSink, type ArtifactSinkError, isReaderGone, type Slice } from "../sinks/ArtifactSink.ts"
import type { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { attempt, type Careful, end, type Page, PageLost } from "./Page.ts"
import { recovered, watched, writeFailed, written } from "./Writing.ts"

// An attempt can be interrupted between two slices after this time; a shorter attempt is finished. A stop may take ten
// seconds, and a finished attempt is not repeated after the restart.
const attemptMax = Duration.seconds(5)

/** Mapping yields to other work after this time: health checks, the web page, requests of other tenants. */
const turnMax = Duration.millis(20)

const isEmpty = ({ artifacts, deadLetters, events, records }: Slice) =>
  [artifacts, deadLetters, events, records].every((part) => part === undefined || part.length === 0)

/** Writes a page. One without anything new, as most are, asks nothing of the sink, unless the sink failed before. */
const write = Effect.fnUntraced(function*(page: Page) {
  const sink = yield* ArtifactSink
  const { failing } = (yield* (yield* Status).snapshot).sink
  const clock = yield* Clock.Clock
  const now = () => clock.monotonicTimeNanosUnsafe()
  const start = now()
  let turnStart = start
  let writer = failing.has("sink") ? yield* sink.open : undefined
  const { brought, slices } = page.map(sink.payload)
  for (const slice of slices) {
    if (slice.before !== undefined && page.careful !== undefined) yield* page.careful.mapping(slice.before)
    if (!isEmpty(slice)) {
      writer ??= yield* sink.open
      yield* writer.write(slice)
    }
    if (now() - turnStart < Duration.toNanosUnsafe(turnMax)) continue
    yield* now() - start < Duration.toNanosUnsafe(attemptMax) ? Effect.yieldNow : Effect.interruptible(Effect.yieldNow)
    turnStart = now()
  }
  if (page.careful !== undefined) yield* page.careful.mapping(null)
  const receipt = writer === undefined ? undefined : yield* writer.commit
  return { brought: brought(), receipt: receipt ?? undefined }
}, Effect.scoped)

/** Writes a page with care: nothing else that is read with care is in hand meanwhile. */
const writeAlone = (page: Page, { alone, left }: Careful) => alone(Effect.onError(write(page), () => left))

const bothRecovered = Effect.andThen(recovered("sink"), recovered("store"))

/**
 * Publishes a page and ends it. Retries until the sink and the checkpoint are written, or until `patience` has passed.
 *
 * **Details**
 *
 * A wait between two attempts can be interrupted, an attempt cannot (except after `attemptMax`). When only the commit
 * failed, the page is not published again. It fails at once when nobody reads standard output any more. A defect in mapping ends the page and its endpoint's run; this effect succeeds.
 */
export const publish = (
  page: Page,
  patience: Duration.Duration | undefined
): Effect.Effect<void, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> => {
  /** What the page brought, and the receipt for it; undefined until the sink has taken the page. */
  let published: Effect.Success<ReturnType<typeof write>> | undefined
  const once = Effect.gen(function*() {
    yield* page.wanted
    if (published === undefined) {
      published = yield* page.careful === undefined ? write(page) : writeAlone(page, page.careful)
      const { artifacts } = published.brought
      if (artifacts > 0) yield* (yield* Status).tell({ _tag: "Published", artifacts })
    }
    const { brought, receipt } = published
    yield* page.wanted
    yield* Effect.catchReason(
      page.commit(brought, receipt),
      "StateStoreError",
      "Conflict",
      () => Effect.fail(new PageLost())
    )
    return brought
  })
  const schedule = patience === undefined ? sinkRetry : Schedule.upTo(sinkRetry, { duration: patience })
  // A committed page ends as a success, even when an interruption is waiting for the end of the attempt.
  const attempted = Effect.tap(attempt(page, once), (brought) => end(page, Exit.succeed(brought)))
  const outlet = () => published === undefined ? "sink" : "store"
  return watched(page, outlet, Effect.uninterruptible(attempted)).pipe(
    Effect.tapError((error) =>
      error._tag === "PageLost" || isReaderGone(error) ? Effect.void : writeFailed(page, error)
    ),
    Effect.retry({ schedule, while: (error) => error._tag !== "PageLost" && !isReaderGone(error) }),
    Effect.onExit((exit) => end(page, exit)),
    // A page that nobody wants any more wrote nothing.
    Effect.tap((ended) => Option.isSome(ended) ? bothRecovered : Effect.void),
    Effect.asVoid,
    Effect.catchTag("PageLost", () => Effect.void),
    Effect.catchCauseIf(Cause.hasDies, () => Effect.void),
    // However it ended, it waits no more.
    Effect.tap(() => written(page))
  )
}
