/** Publishes to newline-delimited JSON files, `artifacts-<UTC date>-<n>.ndjson`, and to files of dead letters beside them. */
import { Effect, type FileSystem, Layer, type Path, type PlatformError } from "effect"
import * as DataDirectory from "../config/DataDirectory.ts"
import * as DirectoryTrouble from "../config/DirectoryTrouble.ts"
import { ArtifactSink, ArtifactSinkError, linesOf, type Payload, SinkUnavailable } from "./ArtifactSink.ts"
import { type FileCut, makeSeries } from "./FileSeries.ts"

/** Size at which the next page begins a new file: 256 MiB. */
export const fileBytesMax = 268_435_456

/** Number and bytes of the newest dead-letter files, which are kept when artifacts go to another sink. */
export const deadLetterLimits = { files: 8, bytes: 16_777_216 } as const

const rotation =
  "rotate by moving the file (logrotate: create), after which a new one is begun; copytruncate loses what is written between its copy and its cut. The page is written again"

const remedyOf = (error: PlatformError.PlatformError | DataDirectory.DirectoryUnsafe | FileCut): string | undefined => {
  switch (error._tag) {
    case "FileCut":
      return rotation
    case "DirectoryUnsafe":
      return undefined
    case "PlatformError": {
      const cause = DirectoryTrouble.causeOf(error)
      return cause === undefined
        ? undefined
        : `${cause.remedy}; nothing is lost: the page is kept, and polling resumes once it is written`
    }
  }
}

/** Turns a failed file operation in a directory into a failure of the `file` sink. */
export const failing =
  (directory: string) =>
  <A, R>(
    effect: Effect.Effect<A, PlatformError.PlatformError | DataDirectory.DirectoryUnsafe | FileCut, R>
  ): Effect.Effect<A, ArtifactSinkError, R> =>
    Effect.mapError(effect, (error) => {
      const detail = error._tag === "PlatformError" ? DirectoryTrouble.describe(directory, error) : error.message
      const remedy = remedyOf(error)
      return new ArtifactSinkError({
        sink: "file",
        reason: new SinkUnavailable({ detail, ...(remedy === undefined ? {} : { remedy }) })
      })
    })

/**
 * Opens a bounded series of files in a directory, which is created when missing. Removes the oldest files over
 * `limits.files`. The `open` of the result opens the series for one page.
 */
export const openBounded = (
  directory: string,
  prefix: string,
  limits: { readonly files: number; readonly bytes: number }
) =>
  failing(directory)(
    Effect.andThen(DataDirectory.make(directory), makeSeries(directory, prefix, limits.bytes, limits.files))
  )

/** Opens a bounded series of dead letters, for sinks that write artifacts elsewhere. */
export const openDeadLetters = (directory: string, limits = deadLetterLimits) =>
  openBounded(directory, "dead-letters", limits)

/** Prefixes of the names of a sink's files. */
export interface SeriesNames {
  readonly artifacts: string
  readonly deadLetters: string
}

/** File name prefixes of live polling. */
export const liveNames: SeriesNames = { artifacts: "artifacts", deadLetters: "dead-letters" }

/** File name prefixes of `backfill`, whose files are in the same directory as those of live polling. */
export const backfillNames: SeriesNames = { artifacts: "backfill", deadLetters: "backfill-dead-letters" }

/** Layer of an {@link ArtifactSink} that writes files to a directory, which is created when missing. */
export const layer = (
  directory: string,
  bytesMax: number = fileBytesMax,
  names: SeriesNames = liveNames,
  payload: Payload = "artifact"
): Layer.Layer<ArtifactSink, ArtifactSinkError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      yield* failing(directory)(DataDirectory.make(directory))
      const artifactSeries = yield* failing(directory)(makeSeries(directory, names.artifacts, bytesMax))
      const deadLetterSeries = yield* failing(directory)(makeSeries(directory, names.deadLetters, bytesMax))
      return ArtifactSink.of({
        type: "file",
        payload,
        open: Effect.gen(function*() {
          const deadLetters = yield* failing(directory)(deadLetterSeries.open)
          const artifacts = yield* failing(directory)(artifactSeries.open)
          return {
            write: (slice) =>
              failing(directory)(
                Effect.andThen(deadLetters.append(slice.deadLetters), artifacts.append(linesOf(slice)))
              ),
            // Both are synced before either is accepted. Otherwise a repeated page could write its dead letters twice.
            commit: Effect.andThen(deadLetters.sync, artifacts.sync).pipe(
              failing(directory),
              Effect.andThen(Effect.andThen(deadLetters.accept, artifacts.accept))
            )
          }
        })
      })
    })
  )
