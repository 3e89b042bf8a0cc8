/** Tells how far a resting index is behind the sink: compares the saved progress with the sink's files. */
import { Clock, Effect, FileSystem, Option, Path, Schema } from "effect"
import { openOwn, readOwn } from "../config/DurableFile.ts"
import { plainSize } from "../sinks/Compressing.ts"
import type { Progress } from "./Protocol.ts"
import { isWithin, sinkFiles, storedName } from "./SinkFiles.ts"

const Kept = Schema.fromJsonString(Schema.Struct({
  rows: Schema.Int,
  skipped: Schema.Int,
  newest: Schema.NullOr(Schema.Finite),
  behind: Schema.Finite,
  read: Schema.Record(Schema.String, Schema.Finite)
}))

const nothing: Progress = { rows: 0, skipped: 0, newest: null, behind: 0, read: {} }

const fileOf = (directory: string) => Effect.map(Path.Path, (path) => path.join(directory, "progress.json"))

/** Saves the progress for another process. Errors are ignored, since that process can do without. */
export const keep = Effect.fnUntraced(
  function*(directory: string, progress: Progress) {
    const text = yield* Schema.encodeEffect(Kept)(progress)
    const file = yield* openOwn(yield* fileOf(directory), "w")
    yield* file.writeAll(new TextEncoder().encode(text))
  },
  Effect.scoped,
  (keeping) => Effect.ignore(keeping)
)

/** Reads the progress that an earlier process saved; an empty one when there is none. */
export const kept = Effect.fnUntraced(function*(directory: string) {
  const read = Effect.flatMap(
    readOwn(yield* fileOf(directory)),
    (bytes) => Schema.decodeEffect(Kept)(new TextDecoder().decode(bytes))
  )
  return Option.getOrElse(yield* Effect.option(read), () => nothing)
})

/** Returns the bytes of the sink's files that an index has not read. */
export const bytesBehind = Effect.fnUntraced(function*({ artifactsDirectory, daysMax, prefix }: {
  readonly artifactsDirectory: string
  readonly prefix: string
  readonly daysMax: number
}, read: Progress["read"]) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const now = yield* Clock.currentTimeMillis
  const names = yield* Effect.orElseSucceed(fs.readDirectory(artifactsDirectory), () => [])
  let behind = 0
  for (const file of sinkFiles(prefix, names)) {
    if (!isWithin(file, daysMax, now)) continue
    const stored = path.join(artifactsDirectory, storedName(file))
    const size = file.isCompressed ? plainSize(stored) : Effect.map(fs.stat(stored), ({ size }) => Number(size))
    behind += Math.max(0, (yield* Effect.orElseSucceed(size, () => 0)) - (read[file.name] ?? 0))
  }
  return behind
})
