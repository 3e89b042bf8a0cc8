/** Tests that `run` can write to its directories, that nobody else can, and that there is room for a day. */
import { Clock, Effect, FileSystem, Option, Path, type PlatformError, Result } from "effect"
import { statfs } from "node:fs/promises"
import * as DataDirectory from "../config/DataDirectory.ts"
import { socketRefusal } from "../config/DirectoryLock.ts"
import * as DirectoryTrouble from "../config/DirectoryTrouble.ts"
import { syncDirectory } from "../config/DurableFile.ts"
import * as Surroundings from "../config/Surroundings.ts"
import { type Finding, type Outcome, passed } from "./Finding.ts"

const dayMillis = 86_400_000

const unwritable = (directory: string, error: PlatformError.PlatformError) =>
  Effect.map(DirectoryTrouble.explain(directory, error), ({ fault, remedy }): Outcome => ({
    outcome: "failed",
    code: "sink_unavailable",
    message: fault,
    remedy
  }))

/** What `check` writes to try a directory: about as much as a page of alerts and its ledger. */
const probeBytes = 4_194_304

/** Files that a day makes at the most: artifacts, dead letters, positions and their pieces. */
const inodesADay = 1000

/** Says that the disk of a directory has less room than a day's files take; undefined where it has more. */
const roomIn = Effect.fnUntraced(function*(directory: string, there: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const disk = yield* Effect.option(Effect.tryPromise(() => statfs(there)))
  if (Option.isNone(disk)) return undefined
  const { bavail, bsize, ffree, files } = disk.value
  const since = (yield* Clock.currentTimeMillis) - dayMillis
  const names = yield* Effect.orElseSucceed(fs.readDirectory(directory), () => [])
  const sizes = yield* Effect.forEach(names, (name) =>
    Effect.match(fs.stat(path.join(directory, name)), {
      onFailure: () => 0,
      onSuccess: ({ mtime, size }) => Option.exists(mtime, (at) => at.getTime() >= since) ? Number(size) : 0
    }))
  const day = Math.max(sizes.reduce((sum, size) => sum + size, 0), dayBytesMin)
  const free = bavail * bsize
  const remedy = "free some on its disk (df -h and df -i show both), or lower sink.keep_days or sink.keep_bytes"
  if (free < day) {
    return { message: `${directory} has ${spokenBytes(free)} left, and a day takes ${spokenBytes(day)}`, remedy }
  }
  // A file system that makes inodes as it needs them tells none.
  return files > 0 && ffree < inodesADay
    ? { message: `the disk of ${directory} has ${ffree} inodes left`, remedy }
    : undefined
})

/** A day's files of a busy tenant, where nothing was written yet. */
const dayBytesMin = 268_435_456

const spokenBytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`

/** Says what a directory's file system lacks, and what the connector does instead. */
const lacks = (directory: string, unsynced: string | undefined, unlocked: string | undefined) =>
  [
    ...(unsynced === undefined ?
      [] :
      [`; it cannot be synced (${unsynced}), so that a crash of the machine may take the newest file's name`]),
    ...(unlocked === undefined
      ? []
      : [`; it takes no socket (${unlocked}), so that ${directory}/.lock.json is its lock`])
  ].join("")

/** Writes, syncs and removes a file, and tries how the directory is synced and locked. For a missing directory, the nearest existing parent is tested. */
const writable = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  let there = path.resolve(directory)
  while (!(yield* Effect.orElseSucceed(fs.exists(there), () => false)) && path.dirname(there) !== there) {
    there = path.dirname(there)
  }
  const probe = path.join(there, `.azure-security-check-${yield* Clock.currentTimeMillis}`)
  const written = yield* Effect.result(
    Effect.scoped(Effect.gen(function*() {
      const file = yield* fs.open(probe, { flag: "wx", mode: 0o600 })
      yield* file.writeAll(new Uint8Array(probeBytes))
      yield* file.sync
    })).pipe(Effect.ensuring(Effect.ignore(fs.remove(probe, { force: true }))))
  )
  if (Result.isFailure(written)) return yield* unwritable(directory, written.failure)
  const synced = yield* Effect.result(syncDirectory(there))
  if (Result.isFailure(synced)) return yield* unwritable(directory, synced.failure)
  const room = yield* roomIn(directory, there)
  if (room !== undefined) return { outcome: "warning", code: "disk_filling", ...room } satisfies Outcome
  const found = lacks(directory, synced.success, yield* socketRefusal(there))
  const is = there === path.resolve(directory) ? "can be written" : "would be made"
  return passed(`${directory} ${is}${found}`)
})

/** Tests that `run` can write to a directory, and nobody else; `check` is the finding's name. */
export const ofDirectory = Effect.fnUntraced(
  function*(check: string, directory: string): Effect.fn.Return<Finding, never, FileSystem.FileSystem | Path.Path> {
    const refused = yield* Effect.flip(DataDirectory.inspect(directory)).pipe(Effect.option)
    if (Option.isSome(refused)) {
      return { check, outcome: "failed", message: refused.value.fault, remedy: refused.value.remedy }
    }
    const outcome = yield* writable(directory)
    const above = outcome.outcome === "passed" ? yield* Surroundings.faultsAbove(directory) : []
    return above.length === 0 ? { check, ...outcome } : {
      check,
      outcome: "warning",
      message: above.map(({ fault }) => fault).join("; "),
      remedy: above.map(({ remedy }) => remedy).join("; ")
    }
  }
)
