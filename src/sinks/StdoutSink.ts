/**
 * Publishes artifacts to standard output, a line each, for a pipe. Dead letters go to standard error.
 *
 * @since 0.1.0
 */
import { Duration, Effect, Fiber, Layer, Stdio, Stream } from "effect"
import { ArtifactSink, ArtifactSinkError, type Batch, SinkUnavailable } from "./ArtifactSink.ts"
import { lines } from "./Ndjson.ts"

/** How long a full pipe is waited for before it counts as unavailable: a stop waits for it, and has ten seconds. */
const patience = Duration.seconds(5)

const unavailable = (detail: string) =>
  new ArtifactSinkError({ sink: "stdout", reason: new SinkUnavailable({ detail }) })

/**
 * Layer of an {@link ArtifactSink} that writes to standard output, and returns when the pipe has taken the lines. Fails
 * when nobody takes them for five seconds; what was given to the pipe by then is waited for, not written again.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ArtifactSink, never, Stdio.Stdio> = Layer.effect(
  ArtifactSink,
  Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    const scope = yield* Effect.scope
    let writing: { readonly first: Batch | undefined; readonly fiber: Fiber.Fiber<void, ArtifactSinkError> } | undefined
    const write = (text: string, to: "stdout" | "stderr") =>
      text === "" ? Effect.void : Stream.run(Stream.make(text), stdio[to]({ endOnDone: false }))

    const begin = (batches: ReadonlyArray<Batch>) =>
      Effect.andThen(
        write(lines(batches.flatMap((batch) => batch.deadLetters)), "stderr"),
        write(lines(batches.flatMap((batch) => batch.artifacts)), "stdout")
      ).pipe(
        Effect.mapError(({ reason }) => unavailable(`${reason._tag}: nobody reads standard output`)),
        Effect.interruptible,
        Effect.forkIn(scope)
      )

    return ArtifactSink.of({
      type: "stdout",
      publish: Effect.fnUntraced(function*(batches) {
        const first = batches[0]
        if (writing !== undefined && writing.first !== first) yield* Fiber.await(writing.fiber)
        writing = writing?.first === first && writing !== undefined ? writing : { first, fiber: yield* begin(batches) }
        const ended = yield* Effect.timeoutOrElse(Effect.interruptible(Fiber.await(writing.fiber)), {
          duration: patience,
          orElse: () => Effect.fail(unavailable("nobody has read standard output for five seconds"))
        })
        writing = undefined
        yield* ended
      })
    })
  })
)
