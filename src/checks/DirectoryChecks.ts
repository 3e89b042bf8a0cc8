/** The checks of `check` of directories: whether artifacts and positions can be written, and by nobody else. */
import { Clock, Effect, FileSystem, Option, Path, type PlatformError, Result } from "effect"
import * as DataDirectory from "../config/DataDirectory.ts"
import { socketRefusal } from "../config/DirectoryLock.ts"
import { describeFailure, syncDirectory } from "../config/DurableFile.ts"
import * as Surroundings from "../config/Surroundings.ts"
import { type Finding, type Outcome, passed } from "./Finding.ts"

const unwritable = (directory: string, error: PlatformError.PlatformError): Outcome => ({
  outcome: "failed",
  message: `${directory} cannot be written: ${describeFailure(error)}`,
  remedy: "free space, or let this user write there"
})

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
      yield* file.writeAll(new Uint8Array([10]))
      yield* file.sync
    })).pipe(Effect.ensuring(Effect.ignore(fs.remove(probe, { force: true }))))
  )
  if (Result.isFailure(written)) return unwritable(directory, written.failure)
  const synced = yield* Effect.result(syncDirectory(there))
  if (Result.isFailure(synced)) return unwritable(directory, synced.failure)
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
