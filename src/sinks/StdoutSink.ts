/**
 * Publishes artifacts to standard output, a line each, for a pipe. Dead letters go to standard error.
 *
 * @since 0.1.0
 */
import { Effect, Layer, Stdio, Stream } from "effect"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable } from "./ArtifactSink.ts"
import { lines } from "./Ndjson.ts"

/**
 * Layer of an {@link ArtifactSink} that writes to standard output, and returns when the pipe has taken the lines.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<ArtifactSink, never, Stdio.Stdio> = Layer.effect(
  ArtifactSink,
  Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    const write = (text: string, to: "stdout" | "stderr") =>
      text === "" ? Effect.void : Stream.run(Stream.make(text), stdio[to]({ endOnDone: false }))
    return ArtifactSink.of({
      type: "stdout",
      publish: (batches) =>
        Effect.andThen(
          write(lines(batches.flatMap((batch) => batch.deadLetters)), "stderr"),
          write(lines(batches.flatMap((batch) => batch.artifacts)), "stdout")
        ).pipe(
          Effect.mapError((error) =>
            new ArtifactSinkError({
              sink: "stdout",
              reason: new SinkUnavailable({ detail: `${error.reason._tag}: nobody reads standard output` })
            })
          )
        )
    })
  })
)
