/** The one consumer of all pages: publishes the pages one after the other and runs their commits. */
import { type Duration, Effect, Exit, Queue } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { ArtifactSink, type ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import type { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { end, type Page } from "./Page.ts"
import { publish } from "./Publishing.ts"

const giveUpRest = Effect.fnUntraced(function*(queue: Queue.Queue<Page>) {
  const waiting = yield* Queue.clear(queue)
  yield* Queue.shutdown(queue)
  yield* Effect.forEach(waiting, (page) => end(page, Exit.interrupt()), { discard: true })
})

const publishAll = Effect.fnUntraced(
  function*(
    queue: Queue.Queue<Page>,
    patience: Duration.Duration | undefined
  ): Effect.fn.Return<never, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> {
    const { type } = yield* ArtifactSink
    yield* (yield* Status).tell({ _tag: "SinkNamed", type })
    // After an interruption between taking and publishing a page, nobody would end the page.
    const next = Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(restore(Queue.take(queue)), (page) =>
        Effect.onInterrupt(restore(publish(page, patience)), () =>
          end(page, Exit.interrupt())))
    )
    return yield* Effect.forever(next)
  }
)

/**
 * Publishes pages from the queue until interrupted, and then gives up the remaining pages.
 *
 * **Details**
 *
 * One page at a time, so that a crash repeats at most one. With `patience` the consumer fails when a page could not be
 * written for that long; without, it retries for ever.
 */
export const consume = (
  queue: Queue.Queue<Page>,
  patience?: Duration.Duration
): Effect.Effect<never, ArtifactSinkError | StateStoreError, ArtifactSink | Reporter | Status> =>
  Effect.ensuring(publishAll(queue, patience), giveUpRest(queue))
