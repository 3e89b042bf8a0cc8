/** Reads a checkpoint without changing anything, because a running process may write there. */
import { Effect, FileSystem, Option, Path, Schema } from "effect"
import { readOwn } from "../config/DurableFile.ts"
import { Checkpoint, type CheckpointKey, storeKey } from "./Checkpoint.ts"

/** The checkpoint exists, but is unreadable or of a newer version. */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", {
  file: Schema.String,
  /** Why nothing of it was read; absent where something was that is no checkpoint of this version. */
  why: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return this.why === undefined
      ? `${this.file} cannot be read, or was written by a newer version of this program`
      : `${this.file} cannot be read: ${this.why}`
  }
}

const decode = Schema.decodeEffect(Schema.fromJsonString(Checkpoint))

/** Reads the checkpoint of an endpoint; none when the file does not exist. */
export const peek = Effect.fnUntraced(
  function*(
    directory: string,
    key: CheckpointKey
  ): Effect.fn.Return<Option.Option<Checkpoint>, Unreadable, FileSystem.FileSystem | Path.Path> {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.join(directory, `${storeKey(key)}.checkpoint.json`)
    if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) return Option.none()
    return yield* readOwn(file).pipe(
      Effect.flatMap((bytes) => decode(new TextDecoder().decode(bytes))),
      Effect.asSome,
      Effect.mapError(() => new Unreadable({ file }))
    )
  }
)
