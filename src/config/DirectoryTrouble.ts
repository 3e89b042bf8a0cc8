/**
 * Says why a directory cannot be used, for people: what was tried, what stands in the way, whose it is, and what to do. Nothing
 * of a file's content is in it.
 */
import { Effect, FileSystem, Option, Path, type PlatformError } from "effect"
import { codeOf, describeFailure } from "./DurableFile.ts"
import type { DirectoryFault } from "./OwnFiles.ts"

interface Cause {
  readonly why: string
  readonly remedy: string
}

const inTheWay: Cause = {
  why: "a file is in the way",
  remedy: "move the file away, or name another directory in the settings"
}

const denied: Cause = {
  why: "this user may not",
  remedy: "give it to this process's user, or name a directory of this user's in the settings"
}

const causes: Readonly<Record<string, Cause>> = {
  EACCES: denied,
  EPERM: denied,
  EROFS: {
    why: "the file system is read-only",
    remedy: "mount it to be written, in a container as a volume, or name another directory in the settings"
  },
  ENOSPC: {
    why: "the disk is full",
    remedy: "free space or inodes on its disk (df -h and df -i show both), or lower sink.keep_days or sink.keep_bytes"
  },
  EDQUOT: { why: "the quota of this user is used up", remedy: "raise the quota, or free space" },
  EEXIST: inTheWay,
  ENOTDIR: inTheWay,
  EIO: { why: "the disk or the network share fails", remedy: "check the disk (dmesg) or the share" },
  ESTALE: { why: "the network share was changed on its server", remedy: "mount it again" },
  EMFILE: { why: "this process has too many open files", remedy: "raise its limit of open files (ulimit -n)" },
  ENAMETOOLONG: { why: "the path is too long", remedy: "name a shorter one in the settings" }
}

/** Returns the cause and what to do about it, by the system's code; undefined for a code without words of its own. */
export const causeOf = (error: PlatformError.PlatformError): Cause | undefined => causes[codeOf(error)]

/** Describes a failed operation in a directory: `ENOSPC in writeAll, in /data: the disk is full`. */
export const describe = (directory: string, error: PlatformError.PlatformError): string => {
  const cause = causeOf(error)
  return `${describeFailure(error)}, in ${directory}${cause === undefined ? "" : `: ${cause.why}`}`
}

/** Returns the nearest place on the way to a directory that exists, and what it is. */
const nearest = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (let at = path.resolve(directory);; at = path.dirname(at)) {
    const info = yield* Effect.option(fs.stat(at))
    if (Option.isSome(info)) return Option.some({ at, info: info.value })
    if (path.dirname(at) === at) return Option.none()
  }
})

const octal = (mode: number) => (mode & 0o7777).toString(8).padStart(4, "0")

/** Says why a directory cannot be made or written to, with the owner of what stands in the way. */
export const explain = Effect.fnUntraced(
  function*(
    directory: string,
    error: PlatformError.PlatformError
  ): Effect.fn.Return<DirectoryFault, never, FileSystem.FileSystem | Path.Path> {
    const own = process.getuid?.()
    const found = yield* nearest(directory)
    const path = yield* Path.Path
    const isThere = Option.isSome(found) && found.value.at === path.resolve(directory)
    const isFile = Option.isSome(found) && found.value.info.type !== "Directory"
    const cause = isFile ? inTheWay : causeOf(error)
    const why = cause === undefined ? "" : `: ${cause.why}`
    const fault = `${directory} cannot be ${isThere && !isFile ? "written" : "made"}${why} (${describeFailure(error)})`
    const remedy = cause?.remedy ?? "look at the directory, or name another one in the settings"
    if (Option.isNone(found)) return { fault, remedy }
    const { at, info } = found.value
    const uid = Option.getOrUndefined(info.uid)
    if (isFile) {
      return { fault: `${fault}; ${at} is no directory`, remedy: `move ${at} away, or name another directory` }
    }
    if (cause !== denied || uid === undefined || own === undefined) return { fault, remedy }
    return {
      fault: `${fault}; ${at} belongs to uid ${uid} and has mode ${octal(info.mode)}, and this process has uid ${own}`,
      remedy: uid === own
        ? `run chmod u+rwx ${at}, or name another directory in the settings`
        : `run chown ${own} ${at}, or name a directory of this user's in the settings`
    }
  }
)
