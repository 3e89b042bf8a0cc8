/**
 * Lets the oldest files of the file sink go, compresses closed ones when asked to, and warns a day before the disk is full.
 *
 * Whole files go: those that were last written too long ago, and the oldest ones beyond a number of bytes. The newest file of
 * each kind stays, since it may be written to. A compressed file counts with its compressed bytes. What another program
 * compressed is not touched.
 */
import { Clock, Effect, FileSystem, Option, Path, type PlatformError, Schedule } from "effect"
import { statfs } from "node:fs/promises"
import * as DirectoryTrouble from "../config/DirectoryTrouble.ts"
import { temporary } from "../config/DurableFile.ts"
import { compress, isOwn } from "../sinks/Compressing.ts"
import { backfillNames, liveNames } from "../sinks/FileSink.ts"
import { suffix } from "../sinks/GzipMembers.ts"
import * as Metrics from "../status/Metrics.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** How much is kept. */
export interface Limits {
  readonly keep_days: number
  readonly keep_bytes: number
}

/** A file of the sink. `at` is when it was last written, in milliseconds since 1970. */
export interface Kept {
  readonly name: string
  readonly bytes: number
  readonly at: number
}

const dayMillis = 86_400_000
const hourMillis = 3_600_000

const kinds = [liveNames, backfillNames].flatMap(({ artifacts, deadLetters }) => [artifacts, deadLetters])
const form = new RegExp(`^(?<kind>${kinds.join("|")})-\\d{4}-\\d\\d-\\d\\d-[1-9]\\d*\\.ndjson(?:\\${suffix})?$`)

const kindOf = (name: string) => form.exec(name)?.groups?.["kind"]

/** Whether a file is what a kill left of one that was being compressed. */
const isLeftover = (name: string): boolean =>
  name.endsWith(suffix + temporary) && kindOf(name.slice(0, -temporary.length)) !== undefined

/** Orders names of one kind by day and number. */
const byName = (one: Kept, other: Kept) => one.name.localeCompare(other.name, "en", { numeric: true })

/** The files that may be written to: of each kind the newest by its name, and the one that was written last. */
const openAmong = (files: ReadonlyArray<Kept>): ReadonlySet<Kept> =>
  new Set(kinds.flatMap((kind) => {
    const those = files.filter(({ name }) => kindOf(name) === kind)
    return [those.toSorted(byName).slice(-1), those.toSorted((one, other) => one.at - other.at).slice(-1)].flat()
  }))

/** Returns the files that are compressed, oldest first: closed ones that nobody wrote to for an hour. */
export const compressible = (files: ReadonlyArray<Kept>, now: number): ReadonlyArray<Kept> => {
  const open = openAmong(files)
  return files.filter((file) => !open.has(file) && !file.name.endsWith(suffix) && file.at <= now - hourMillis)
    .toSorted((one, other) => one.at - other.at || byName(one, other))
}

/** Returns the files that go, oldest first. */
export const leaving = (
  files: ReadonlyArray<Kept>,
  { keep_bytes, keep_days }: Limits,
  now: number
): ReadonlyArray<Kept> => {
  const open = openAmong(files)
  let left = files.reduce((sum, { bytes }) => sum + bytes, 0)
  return files.filter((file) => !open.has(file)).toSorted((one, other) => one.at - other.at || byName(one, other))
    .filter(({ at, bytes }) => {
      const goes = left > keep_bytes || at < now - keep_days * dayMillis
      if (goes) left -= bytes
      return goes
    })
}

/** Bytes that are free on the disk of a directory for this user; undefined where the system does not say. */
const freeIn = (directory: string) =>
  Effect.tryPromise(() => statfs(directory)).pipe(
    Effect.map(({ bavail, bsize }) => bavail * bsize),
    Effect.orElseSucceed(() => undefined)
  )

const spoken = (bytes: number): string =>
  bytes < 1_048_576 * 1024 ? `${Math.round(bytes / 1_048_576)} MiB` : `${Math.round(bytes / 107_374_182.4) / 10} GiB`

/** Returns the report that the disk has less room than a day's files take; undefined where it has more. */
export const filling = (
  directory: string,
  files: ReadonlyArray<Kept>,
  free: number | undefined,
  now: number
): Report | undefined => {
  const day = files.reduce((sum, { at, bytes }) => at >= now - dayMillis ? sum + bytes : sum, 0)
  return free === undefined || free >= day ? undefined : {
    code: "disk_filling",
    message: `${directory} has ${spoken(free)} left, and the files of the last day have ${spoken(day)}`,
    remedy: "free space, or lower sink.keep_days or sink.keep_bytes; when it is full, pages wait, and nothing is lost",
    occurred_at: isoTime(now)
  }
}

/** Looks at the directory now and each hour: lets files go, and shows when the disk is nearly full. */
export const run = Effect.fn("Retention.run")(function*({ compress: coding, directory, ...limits }: Limits & {
  readonly directory: string
  readonly compress: "off" | "gzip"
}): Effect.fn.Return<void, never, FileSystem.FileSystem | Path.Path | Reporter | Status> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const status = yield* Status
  const reporter = yield* Reporter

  const fileOf = Effect.fnUntraced(
    function*(name: string): Effect.fn.Return<ReadonlyArray<Kept>, never, FileSystem.FileSystem> {
      const file = path.join(directory, name)
      const info = yield* Effect.option(fs.stat(file))
      if (Option.isNone(info) || info.value.type !== "File" || Option.isNone(info.value.mtime)) return []
      if (name.endsWith(suffix) && !(yield* isOwn(file))) return []
      return [{ name, bytes: Number(info.value.size), at: info.value.mtime.value.getTime() }]
    }
  )

  /** What was said of files that stay, so that it is said once and not each hour. */
  const told = new Map<string, string>()
  const complain = (name: string, what: string) =>
    Effect.suspend(() => {
      if (told.get(name) === what) return Effect.void
      told.set(name, what)
      return Effect.logWarning(`${name} ${what}`)
    })
  /** Says that a file stays. Nothing is said of one that was moved away meanwhile. */
  const staying = (name: string, what: string) => (error: PlatformError.PlatformError) =>
    error.reason._tag === "NotFound"
      ? Effect.void
      : complain(name, `${what}: ${DirectoryTrouble.describe(directory, error)}`)

  const remove = Effect.fnUntraced(function*({ at, bytes, name }: Kept) {
    yield* fs.remove(path.join(directory, name))
    yield* Metrics.update(Metrics.filesRemoved, 1)
    yield* Effect.logInfo(
      `${name} was removed: it was written last on ${isoTime(at).slice(0, 10)}, and ${limits.keep_days} days and ${
        spoken(limits.keep_bytes)
      } are kept`
    ).pipe(Effect.annotateLogs({ bytes }))
  }, (effect, { name }) => Effect.catch(effect, staying(name, "could not be removed")))

  const shrink = Effect.fnUntraced(function*({ bytes, name }: Kept) {
    const free = yield* freeIn(directory)
    // The last room is for what is published.
    if (free !== undefined && free < bytes) {
      return yield* complain(name, `is not compressed while the disk has less than ${spoken(bytes)} left`)
    }
    const compressed = yield* compress(directory, name)
    if (compressed === undefined) {
      const isTaken = yield* fs.exists(path.join(directory, name + suffix))
      return isTaken ? yield* complain(name, `is not compressed: ${name}${suffix} has other content`) : undefined
    }
    yield* Effect.logInfo(`${name} was compressed to ${Math.round(100 * compressed / bytes)} %`).pipe(
      Effect.annotateLogs({ bytes, compressed })
    )
  }, (effect, { name }) => Effect.catch(effect, staying(name, "could not be compressed, and stays as it is")))

  const look = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const all = yield* fs.readDirectory(directory)
    const names = all.filter((name) => kindOf(name) !== undefined)
    for (const name of told.keys()) if (!all.includes(name)) told.delete(name)
    yield* Effect.forEach(
      all.filter(isLeftover),
      (name) => Effect.catch(fs.remove(path.join(directory, name)), staying(name, "could not be removed")),
      { discard: true }
    )
    const files = (yield* Effect.forEach(names, fileOf)).flat()
    const gone = leaving(files, limits, now)
    yield* Effect.forEach(gone, remove, { discard: true })
    const warning = filling(directory, files, yield* freeIn(directory), now)
    yield* status.tell({ _tag: "SinkWarned", warnings: warning === undefined ? [] : [warning] })
    if (warning === undefined) yield* reporter.overAll("disk_filling")
    else yield* reporter.say(warning, { level: "Warn", remind: false, apart: false })
    if (coding === "off") return
    // One after the other, and not where a page waits for room.
    yield* Effect.forEach(compressible(files.filter((file) => !gone.includes(file)), now), shrink, { discard: true })
  }).pipe(
    Effect.catch((error) =>
      Effect.logWarning(`the sink's files could not be looked at: ${DirectoryTrouble.describe(directory, error)}`)
    )
  )
  yield* Effect.repeat(look, Schedule.spaced("1 hour"))
})
