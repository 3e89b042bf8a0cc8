/**
 * Lets the oldest files of the file sink go, and warns a day before the disk is full.
 *
 * Whole files go: those that were last written too long ago, and the oldest ones beyond a number of bytes. The newest file of
 * each kind stays, since it may be written to.
 */
import { Clock, Effect, FileSystem, Option, Path, Schedule } from "effect"
import { statfs } from "node:fs/promises"
import { backfillNames, liveNames } from "../sinks/FileSink.ts"
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

const kinds = [liveNames, backfillNames].flatMap(({ artifacts, deadLetters }) => [artifacts, deadLetters])
const form = new RegExp(`^(?<kind>${kinds.join("|")})-\\d{4}-\\d\\d-\\d\\d-[1-9]\\d*\\.ndjson$`)

const kindOf = (name: string) => form.exec(name)?.groups?.["kind"]

/** Orders names of one kind by day and number. */
const byName = (one: Kept, other: Kept) => one.name.localeCompare(other.name, "en", { numeric: true })

/** Returns the files that go, oldest first. */
export const leaving = (
  files: ReadonlyArray<Kept>,
  { keep_bytes, keep_days }: Limits,
  now: number
): ReadonlyArray<Kept> => {
  const open = new Set(
    kinds.flatMap((kind) => files.filter(({ name }) => kindOf(name) === kind).toSorted(byName).slice(-1))
  )
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
export const run = Effect.fn("Retention.run")(
  function*(
    { directory, ...limits }: Limits & { readonly directory: string }
  ): Effect.fn.Return<void, never, FileSystem.FileSystem | Path.Path | Reporter | Status> {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const status = yield* Status
    const reporter = yield* Reporter

    const fileOf = (name: string) =>
      Effect.map(fs.stat(path.join(directory, name)), ({ mtime, size, type }) =>
        type === "File" && Option.isSome(mtime) ? [{ name, bytes: Number(size), at: mtime.value.getTime() }] : []).pipe(
          Effect.orElseSucceed((): ReadonlyArray<Kept> => [])
        )

    const letGo = Effect.fnUntraced(function*({ at, bytes, name }: Kept) {
      yield* fs.remove(path.join(directory, name))
      yield* Metrics.update(Metrics.filesRemoved, 1)
      yield* Effect.logInfo(
        `${name} was removed: it was written last on ${isoTime(at).slice(0, 10)}, and ${limits.keep_days} days and ${
          spoken(limits.keep_bytes)
        } are kept`
      ).pipe(Effect.annotateLogs({ bytes }))
    })

    const look = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const names = (yield* fs.readDirectory(directory)).filter((name) =>
        kindOf(name) !== undefined
      )
      const files = (yield* Effect.forEach(names, fileOf)).flat()
      yield* Effect.forEach(leaving(files, limits, now), letGo, { discard: true })
      const warning = filling(directory, files, yield* freeIn(directory), now)
      yield* status.tell({ _tag: "SinkWarned", warnings: warning === undefined ? [] : [warning] })
      if (warning === undefined) yield* reporter.overAll("disk_filling")
      else yield* reporter.say(warning, { level: "Warn", remind: false, apart: false })
    }).pipe(
      Effect.catch(({ message }) => Effect.logWarning(`old files of ${directory} could not be removed: ${message}`))
    )
    yield* Effect.repeat(look, Schedule.spaced("1 hour"))
  }
)
