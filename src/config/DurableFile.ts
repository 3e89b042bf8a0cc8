/**
 * Opens the connector's own files, never through a link, and writes them so that a crash leaves either the old or the new
 * content.
 *
 * Mode and owner are changed on the open file: another user may put a link in the place of a path meanwhile.
 */
import { Effect, FileSystem, Option, Path, PlatformError } from "effect"
import { fchmodSync, fchownSync, statfsSync } from "node:fs"
import { isWindows, ownerOnly } from "./OwnFiles.ts"

/** Suffix of a file that is being written; a file with it that a crash left behind may be deleted. */
export const temporary = ".writing"

/** Opens a file until the scope closes; a new one is for this user only. Fails with `ELOOP` for a link, except on Windows. */
export const openOwn = (name: string, flag: FileSystem.OpenFlag, mode: number = ownerOnly.file) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.open(name, { flag, mode, noFollow: !isWindows }))

/** Reads an open file to its end. */
export const readWhole = Effect.fnUntraced(function*(file: FileSystem.File) {
  const bytes = new Uint8Array(Number((yield* file.stat).size))
  let filled = 0
  while (filled < bytes.length) {
    const count = yield* file.read(bytes.subarray(filled))
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
})

/** Reads a file. Fails with `ELOOP` for a link. */
export const readOwn = (name: string) => Effect.scoped(Effect.flatMap(openOwn(name, "r"), readWhole))

/** Cuts a file to `length` bytes. Fails with `ELOOP` for a link. */
export const cutOwn = (name: string, length: number) =>
  Effect.scoped(Effect.flatMap(openOwn(name, "r+"), (file) => file.truncate(length)))

/** Changes an open file. Effect's interface of a file has no mode and no owner; Node's implementation has the number. */
const change = (method: string, file: FileSystem.File, run: (descriptor: number) => void) =>
  Effect.try({
    try: () => run((file as FileSystem.File & { readonly fd: number }).fd),
    catch: (cause) => PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method, cause })
  })

/** Sets the mode of an open file or directory, whatever the umask is; does nothing on Windows. */
export const setMode = (file: FileSystem.File, mode: number) =>
  isWindows ? Effect.void : change("fchmod", file, (fd) => fchmodSync(fd, mode))

/** Returns the system's code of a failed file operation, such as `ENOSPC`. */
export const codeOf = ({ reason }: PlatformError.PlatformError): string => {
  const cause = "cause" in reason ? reason.cause : undefined
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : reason._tag
}

/** What file systems answer that cannot sync a directory; Windows cannot open one to write. */
const syncRefusals: ReadonlySet<string> = new Set([
  "EACCES",
  "EBADF",
  "EINVAL",
  "EISDIR",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "EPERM"
])

/** Types of file systems over SMB and FUSE in statfs(2), which answer `EIO`. On a disk this is a fault of the disk. */
const remoteTypes: ReadonlySet<number> = new Set([0x517b, 0xff534d42, 0xfe534d42, 0x65735546])

/** Whether an error of a directory's sync says that the file system, of a type in statfs(2), has no such sync. */
export const isSyncRefused = (code: string, type: number): boolean =>
  syncRefusals.has(code) || code === "EIO" && remoteTypes.has(type)

const typeOf = (directory: string) => Effect.orElseSucceed(Effect.try(() => statfsSync(directory).type >>> 0), () => 0)

/**
 * Syncs a directory, so that files created or renamed in it survive a crash of the machine. Where the file system refuses
 * that, the files themselves are synced all the same; the refusal's code is returned.
 */
export const syncDirectory = (directory: string) =>
  Effect.scoped(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const handle = yield* fs.open(directory, { flag: "r" })
    yield* handle.sync
    return undefined
  })).pipe(Effect.catch((error) =>
    Effect.flatMap(typeOf(directory), (type) =>
      isSyncRefused(codeOf(error), type) ? Effect.succeed(codeOf(error)) : Effect.fail(error))
  ))

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
    const open = openOwn(beside, "wx", mode)
    // What a crash left is not written to: it may be a link, or another user's.
    const file = yield* Effect.catchIf(
      open,
      ({ reason }) => reason._tag === "AlreadyExists",
      () => Effect.andThen(fs.remove(beside), open)
    )
    // The process's umask reduces the mode of `open`.
    yield* setMode(file, mode)
    if (owner !== undefined && Option.isSome(owner.uid) && Option.isSome(owner.gid)) {
      const [uid, gid] = [owner.uid.value, owner.gid.value]
      yield* Effect.ignore(change("fchown", file, (fd) => fchownSync(fd, uid, gid)))
    }
    yield* file.writeAll(bytes)
    yield* file.sync
  }))
  yield* fs.rename(beside, name)
  yield* syncDirectory(path.dirname(name))
})

/** Whether a file was not opened because its path is a link. */
export const isLink = (error: PlatformError.PlatformError): boolean => codeOf(error) === "ELOOP"

/** Describes a failed file operation without file content: `ENOSPC in writeAll`. */
export const describeFailure = (error: PlatformError.PlatformError): string =>
  isLink(error)
    ? "the file is a link, which is not followed: put the file itself in its place"
    : `${codeOf(error)} in ${error.reason.method}`
