/** Writes files so that a crash leaves either the old or the new content. */
import { Effect, FileSystem, Option, Path, type PlatformError } from "effect"

/** Suffix of a file that is being written; a file with it that a crash left behind may be deleted. */
export const temporary = ".writing"

/** Syncs a directory, so that files created or renamed in it survive a crash of the machine. */
export const syncDirectory = (directory: string) =>
  Effect.scoped(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const handle = yield* fs.open(directory, { flag: "r" })
    yield* handle.sync
  }))

/** Replaces a file: writes the bytes beside it, syncs them, renames them over it, and syncs the directory. */
export const replace = Effect.fnUntraced(function*(
  name: string,
  bytes: Uint8Array,
  mode: number,
  /** Owner of the new file, set only where this user may set it. */
  owner?: { readonly uid: Option.Option<number>; readonly gid: Option.Option<number> }
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const beside = name + temporary
  yield* Effect.scoped(Effect.gen(function*() {
    yield* fs.remove(beside, { force: true })
    const file = yield* fs.open(beside, { flag: "wx", mode })
    // The process's umask reduces the mode of `open`.
    yield* fs.chmod(beside, mode)
    if (owner !== undefined && Option.isSome(owner.uid) && Option.isSome(owner.gid)) {
      yield* Effect.ignore(fs.chown(beside, owner.uid.value, owner.gid.value))
    }
    yield* file.writeAll(bytes)
    yield* file.sync
  }))
  yield* fs.rename(beside, name)
  yield* syncDirectory(path.dirname(name))
})

/** Describes a failed file operation without file content: `ENOSPC in writeAll`. */
export const describeFailure = (error: PlatformError.PlatformError): string => {
  const { reason } = error
  const cause = "cause" in reason ? reason.cause : undefined
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : reason._tag
  return `${code} in ${reason.method}`
}
