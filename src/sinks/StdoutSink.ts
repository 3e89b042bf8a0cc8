/** Publishes artifacts to standard output, a line each, for a pipe. Dead letters go to standard error. */
import { Duration, Effect, Fiber, Layer, Stdio, Stream } from "effect"
import { ArtifactSink, ArtifactSinkError, type Batch, SinkUnavailable } from "./ArtifactSink.ts"
import { makeChunks } from "./Ndjson.ts"

/** How long a full pipe is waited for before it counts as unavailable: a stop waits for it, and has ten seconds. */
const patience = Duration.seconds(5)

const unavailable = (detail: string) =>
  new ArtifactSinkError({ sink: "stdout", reason: new SinkUnavailable({ detail }) })

/**
 * Layer of an {@link ArtifactSink} that writes to standard output, and returns when the pipe has taken the lines. Fails
 * when nobody takes them for five seconds; what was given to the pipe by then is waited for, not written again. Of a
 * batch that its page has given up meanwhile, the lines made by then come out, each of them whole.
 */
export const layer: Layer.Layer<ArtifactSink, never, Stdio.Stdio> = Layer.effect(
  ArtifactSink,
  Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    const scope = yield* Effect.scope
    const chunks = makeChunks()
    /** A pipe takes a piece in its own time. */
    const copies = function*(values: Iterable<object>) {
      for (const chunk of chunks(values)) yield chunk.slice()
    }
    let writing: { readonly batch: Batch; readonly fiber: Fiber.Fiber<void, ArtifactSinkError> } | undefined
    const write = (values: Iterable<object>, to: "stdout" | "stderr") =>
      Stream.run(Stream.fromIterable(copies(values), { chunkSize: 1 }), stdio[to]({ endOnDone: false }))

    const begin = ({ artifacts, deadLetters }: Batch) =>
      Effect.andThen(write(deadLetters, "stderr"), write(artifacts, "stdout")).pipe(
        Effect.mapError(({ reason }) => unavailable(`${reason._tag}: nobody reads standard output`)),
        Effect.interruptible,
        Effect.forkIn(scope)
      )

    return ArtifactSink.of({
      type: "stdout",
      publish: Effect.fnUntraced(function*(batch) {
        if (writing !== undefined && writing.batch !== batch) {
          yield* Fiber.await(writing.fiber)
          writing = undefined
        }
        writing ??= { batch, fiber: yield* begin(batch) }
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
