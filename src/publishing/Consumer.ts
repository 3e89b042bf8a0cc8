/** The one consumer of all pages: publishes them, then runs their commits, page by page. */
import { Cause, type Duration, Effect, Queue, Schedule } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { sinkRetry } from "../graph/GraphPolicy.ts"
import { ArtifactSink, type ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import type { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import type { Page } from "./Page.ts"
import { failed, recovered } from "./Writing.ts"

/**
 * Publishes pages from the queue until interrupted, and gives up what it did not come to then.
 *
 * **Details**
 *
 * One attempt to write, with its commits, is not interrupted; every wait between attempts is. With `patience` it fails
 * when the sink could not be written for so long; without, it waits for ever.
 */
export const consume = Effect.fn("Consumer.consume")(function*(
  queue: Queue.Queue<Page>,
  patience?: Duration.Duration
): Effect.fn.Return<never, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> {
  const sink = yield* ArtifactSink
  const status = yield* Status
  status.sink.type = sink.type
  /**
   * The page taken from the queue and not yet settled. One at a time: what a crash repeats is one page at the most, and
   * an fsync a page of up to a thousand records is not what a drain waits for.
   */
  let inHand: Page | undefined
  let published = false

  const attempt = (page: Page) =>
    Effect.gen(function*() {
      const lost = Effect.suspend(() => {
        inHand = undefined
        return page.settle("lost")
      })
      if (!page.isWanted()) return yield* lost
      if (!published) {
        yield* sink.publish(page.batch)
        status.sink.published += page.artifacts()
      }
      published = true
      if (!page.isWanted()) return yield* lost
      const outcome = yield* page.commit.pipe(
        Effect.as("committed" as const),
        Effect.catchReason("StateStoreError", "Conflict", () => Effect.succeed("lost" as const))
      )
      inHand = undefined
      yield* page.settle(outcome)
    }).pipe(
      // A page is mapped while it is published: a fault in that is its endpoint's, and no other's.
      Effect.catchCauseIf(Cause.hasDies, (cause) => {
        inHand = undefined
        return page.fault(Cause.die(Cause.squash(cause)))
      }),
      Effect.uninterruptible
    )

  const schedule = patience === undefined ? sinkRetry : Schedule.upTo(sinkRetry, { duration: patience })
  // A page taken from the queue is in hand before an interruption is heeded, or it would never be settled.
  const next = Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const page = yield* restore(Queue.take(queue))
      inHand = page
      published = false
      yield* restore(Effect.retry(
        Effect.tapError(
          attempt(page),
          (error) => failed({ instance: page.instance, endpoint: page.endpoint.name }, error)
        ),
        schedule
      ))
      yield* recovered
    })
  )

  return yield* Effect.forever(next).pipe(
    Effect.ensuring(Effect.gen(function*() {
      const waiting = yield* Queue.clear(queue)
      yield* Queue.shutdown(queue)
      for (const page of inHand === undefined ? waiting : [inHand, ...waiting]) yield* page.settle("dropped")
    }))
  )
})
