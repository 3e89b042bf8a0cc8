/** A copy of what a sink took, in files, for the search where the sink itself writes none. */
import { Effect, type FileSystem, Layer, type Path } from "effect"
import * as Bounds from "../domain/Bounds.ts"
import { ArtifactSink, type Batch } from "./ArtifactSink.ts"
import * as FileSink from "./FileSink.ts"

/** First word of the names of the files, as a sink of files has it. */
export const prefix = "artifacts"

/**
 * Layer of a sink that keeps copies in a directory.
 *
 * **Details**
 *
 * A batch is copied once the sink has taken it. A copy that fails is said once and is not there: the sink alone decides
 * whether a batch is published.
 *
 * **Gotchas**
 *
 * The artifacts of a batch are mapped once more for the copy, before `publish` returns: once they are committed, they are
 * known and not mapped again. A disk that is slow at the copies slows the sink.
 */
export const layer = <E, R>(
  sink: Layer.Layer<ArtifactSink, E, R>,
  directory: string,
  limits: { readonly files: number; readonly bytes: number } = Bounds.journal
): Layer.Layer<ArtifactSink, E, R | FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const { publish, type } = yield* ArtifactSink
      let isSaid = false
      const say = (why: string) =>
        Effect.suspend(() => {
          if (isSaid) return Effect.void
          isSaid = true
          return Effect.logWarning(
            `the search does not find what is published for the time being: ${directory} cannot be written (${why}); free space, or let this user write there`
          )
        })
      const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      let append: Effect.Success<ReturnType<typeof FileSink.makeBounded>> | undefined
      const copy = Effect.fnUntraced(function*(batch: Batch) {
        append ??= yield* Effect.provideContext(FileSink.makeBounded(directory, prefix, limits), services)
        yield* append(batch.artifacts)
        isSaid = false
      })
      return ArtifactSink.of({
        type,
        publish: (batch) =>
          Effect.tap(publish(batch), () => Effect.catch(copy(batch), ({ reason }) => say(reason.message)))
      })
    })
  ).pipe(Layer.provide(sink))
