/** The one consumer of all pages: publishes the pages one after the other and runs their commits. */
import { type Duration, Effect, Exit, Queue } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { ArtifactSink, type ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import type { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { end, type Page } from "./Page.ts"
import { publish } from "./Publishing.ts"

/**
 * Publishes pages from the queue until interrupted, and then gives up the remaining pages.
 *
 * **Details**
 *
 * Pages are published one at a time, so that a crash repeats at most one page. With `patience` the consumer fails when a
 * page could not be written for that long; without `patience` it retries for ever.
 */
export const consume = Effect.fn("Consumer.consume")(function*(
  queue: Queue.Queue<Page>,
  patience?: Duration.Duration
): Effect.fn.Return<never, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> {
  const { type } = yield* ArtifactSink
  yield* (yield* Status).tell({ _tag: "SinkChanged", type })
  // An interruption between taking a page and publishing it must not happen: the page would never be ended.
  const next = Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(Queue.take(queue)), (page) => restore(publish(page, patience)))
  )
  const giveUpRest = Effect.gen(function*() {
    const waiting = yield* Queue.clear(queue)
    yield* Queue.shutdown(queue)
    yield* Effect.forEach(waiting, (page) => end(page, Exit.interrupt()), { discard: true })
  })
  return yield* Effect.ensuring(Effect.forever(next), giveUpRest)
})
