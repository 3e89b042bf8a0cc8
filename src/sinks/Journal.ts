/** Keeps copies of published artifacts in files, so that the search works with sinks that write no files. */
import { Effect, type FileSystem, Layer, type Path } from "effect"
import * as Bounds from "../domain/Bounds.ts"
import { ArtifactSink, type ArtifactSinkError, type PageWriter } from "./ArtifactSink.ts"
import { type SeriesWriter } from "./FileSeries.ts"
import * as FileSink from "./FileSink.ts"

/** Prefix of the names of the copies, the same as that of the file sink. */
export const prefix = "artifacts"

/**
 * Layer of a sink that also copies artifacts to files in a directory.
 *
 * **Details**
 *
 * A page is copied while the sink writes it; the copy is kept after the sink's commit. A failed copy is logged once and
 * missing from the search, but its page is published. A slow disk slows the sink.
 */
export const layer = <E, R>(
  sink: Layer.Layer<ArtifactSink, E, R>,
  directory: string,
  limits: { readonly files: number; readonly bytes: number } = Bounds.journal
): Layer.Layer<ArtifactSink, E, R | FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const sink = yield* ArtifactSink
      const { open } = sink
      const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      let isSaid = false
      let series: Effect.Success<ReturnType<typeof FileSink.openBounded>> | undefined

      const say = ({ reason }: ArtifactSinkError) =>
        Effect.suspend(() => {
          if (isSaid) return Effect.void
          isSaid = true
          return Effect.logWarning(
            `new artifacts are missing from the search: ${directory} cannot be written (${reason.message}); ${
              reason._tag === "SinkUnavailable" && reason.remedy !== undefined
                ? reason.remedy
                : "free space, or let this user write there"
            }`
          )
        })

      const openCopy = Effect.gen(function*() {
        series ??= yield* Effect.provideContext(FileSink.openBounded(directory, prefix, limits), services)
        return yield* FileSink.failing(directory)(series.open)
      })

      return ArtifactSink.of({
        ...sink,
        open: Effect.gen(function*() {
          const page = yield* open
          /** The copy of this page; undefined after it failed. */
          let copy: SeriesWriter | undefined = yield* Effect.catch(
            openCopy,
            (error) => Effect.as(say(error), undefined)
          )
          const step = (run: (copy: SeriesWriter) => SeriesWriter["sync"]) =>
            Effect.suspend(() =>
              copy === undefined ? Effect.void : Effect.catch(FileSink.failing(directory)(run(copy)), (error) => {
                copy = undefined
                return say(error)
              })
            )
          const accept = (copy: SeriesWriter) =>
            Effect.andThen(copy.sync, copy.accept).pipe(Effect.tap(() =>
              Effect.sync(() => {
                isSaid = false
              })
            ))
          return {
            write: (slice) => Effect.andThen(page.write(slice), step(({ append }) => append(slice.artifacts))),
            commit: Effect.tap(page.commit, () => step(accept))
          } satisfies PageWriter
        })
      })
    })
  ).pipe(Layer.provide(sink))
