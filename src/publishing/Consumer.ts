/** The one consumer of all pages: publishes them, one after the other, and runs their commits. */
import { type Duration, Effect, Exit, Queue } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { ArtifactSink, type ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import type { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { end, type Page } from "./Page.ts"
import { publish } from "./Publishing.ts"

/**
 * Publishes pages from the queue until interrupted, and then gives up the pages that are left.
 *
 * **Details**
 *
 * One page at a time: a crash repeats one page at the most. With `patience` it fails when the sink could not be written for
 * so long; without, it waits for ever.
 */
export const consume = Effect.fn("Consumer.consume")(function*(
  queue: Queue.Queue<Page>,
  patience?: Duration.Duration
): Effect.fn.Return<never, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> {
  const { type } = yield* ArtifactSink
  yield* (yield* Status).tell({ _tag: "SinkChanged", type })
  // An interruption between taking a page and publishing it would leave the page without an end.
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
