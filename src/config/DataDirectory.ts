/** Makes the directories that hold artifacts, positions and the index, and refuses those that others may write to. */
import { Effect, FileSystem, Option, type PlatformError, Schema } from "effect"
import { openOwn, setMode } from "./DurableFile.ts"
import { judge, ownerOnly } from "./OwnFiles.ts"

/** The directory cannot be used: this process may not write to it, or others may, who could replace files or put links there. */
export class DirectoryUnsafe extends Schema.TaggedError<DirectoryUnsafe>()("DirectoryUnsafe", {
  fault: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.fault}: ${this.remedy}`
  }
}

/** Fails for a directory that other users may write to. A missing one passes. */
export const inspect = Effect.fnUntraced(
  function*(directory: string): Effect.fn.Return<void, DirectoryUnsafe, FileSystem.FileSystem> {
    const fs = yield* FileSystem.FileSystem
    const info = yield* Effect.option(fs.stat(directory))
    if (Option.isNone(info)) return
    const found = judge(directory, { mode: info.value.mode, uid: Option.getOrUndefined(info.value.uid) })
    if (found !== undefined) return yield* new DirectoryUnsafe(found)
  }
)

/** Returns the messages of all directories that {@link inspect} refuses. */
export const faults = (directories: ReadonlyArray<string>) =>
  Effect.map(Effect.partition(directories, inspect), ([, refused]) => refused.map(({ message }) => message))

/** Makes a missing directory for this user alone, whatever the umask is. Fails as {@link inspect} does. */
export const make = Effect.fnUntraced(
  function*(
    directory: string
  ): Effect.fn.Return<void, DirectoryUnsafe | PlatformError.PlatformError, FileSystem.FileSystem> {
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* Effect.match(fs.stat(directory), {
      onFailure: () => false,
      onSuccess: ({ type }) => type === "Directory"
    })
    if (!isThere) {
      yield* fs.makeDirectory(directory, { recursive: true, mode: ownerOnly.directory })
      yield* Effect.scoped(Effect.flatMap(openOwn(directory, "r"), (handle) => setMode(handle, ownerOnly.directory)))
    }
    yield* inspect(directory)
  }
)
