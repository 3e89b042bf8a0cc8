/** Files that a crash leaves whole: the old content or the new one. */
import { Effect, FileSystem, Option, Path, type PlatformError } from "effect"

/** End of the name of a file that is being written; one that a crash left behind may go. */
export const temporary = ".writing"

/** Makes what was renamed or created in a directory survive a crash of the machine. */
export const syncDirectory = (directory: string) =>
  Effect.scoped(
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const handle = yield* fs.open(directory, { flag: "r" })
      yield* handle.sync
    })
  )

/** Puts bytes in the place of a file: written beside it, synced, renamed over it, and the directory synced. */
export const replace = Effect.fnUntraced(function*(
  name: string,
  bytes: Uint8Array,
  mode: number,
  /** Whose the file is to be, where this user may say so. */
  owner?: { readonly uid: Option.Option<number>; readonly gid: Option.Option<number> }
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const beside = name + temporary
  yield* Effect.scoped(Effect.gen(function*() {
    yield* fs.remove(beside, { force: true })
    const file = yield* fs.open(beside, { flag: "wx", mode })
    // The mode of an opening is cut by the process's mask.
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

/** What a failed file operation was, in words without a file's content: `ENOSPC in writeAll`. */
export const describeFailure = (error: PlatformError.PlatformError): string => {
  const { reason } = error
  const cause = "cause" in reason ? reason.cause : undefined
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : reason._tag
  return `${code} in ${reason.method}`
}
