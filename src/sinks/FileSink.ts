/**
 * Publishes into newline-delimited JSON files, `artifacts-<UTC date>-<n>.ndjson`, and dead letters beside them.
 *
 * A file holds whole lines only: what a crash or a failed write left behind the last synced line is cut off. A page is
 * never split over two files. After a failed fsync nobody knows what of the file is on the disk, so the page goes whole to a
 * new one.
 */
import { Clock, Effect, Exit, Fiber, FileSystem, Layer, Option, Path, type PlatformError, Scope } from "effect"
import { describeFailure, syncDirectory } from "../config/DurableFile.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable } from "./ArtifactSink.ts"
import { makeEncoders } from "./Ndjson.ts"

/** Size at which the next page begins a new file: 256 MiB. */
export const fileBytesMax = 268_435_456

/** Dead letters that are kept when the artifacts go elsewhere: this many files of this size, the newest. */
export const deadLetterLimits = { files: 8, bytes: 16_777_216 } as const

const ownerOnly = 0o600
const newline = 10
/** A torn last line is looked for in steps of this size from the end. */
const tailBytes = 65_536

interface Open {
  readonly name: string
  readonly day: string
  readonly file: FileSystem.File
  readonly scope: Scope.Closeable
  /** Which file the name stood for when it was opened. */
  readonly inode: Option.Option<bigint>
  /** Bytes known to be on the disk. */
  readonly synced: number
}

/** One page on its way to a series of files. */
export interface SeriesWriter {
  readonly append: (values: Iterable<object>) => Effect.Effect<void, PlatformError.PlatformError>
  readonly sync: Effect.Effect<void, PlatformError.PlatformError>
  readonly accept: Effect.Effect<void>
}

/** One series of files: `artifacts` or `dead-letters`. */
const makeSeries = Effect.fnUntraced(function*(
  directory: string,
  prefix: string,
  bytesMax: number,
  filesMax = Infinity
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const encoders = makeEncoders()
  let current: Open | undefined
  /** Whether nobody knows what the end of the current file is: the next page goes to a new one. */
  let abandoned = false
  const abandon = Effect.sync(() => {
    abandoned = true
  })

  /** Names of the series and no other: somebody may keep a copy beside them. */
  const named = new RegExp(`^${prefix}-(?<day>\\d{4}-\\d\\d-\\d\\d)-(?<number>[1-9]\\d*)\\.ndjson$`)
  const files = Effect.map(fs.readDirectory(directory), (names) => names.filter((name) => named.test(name)))

  const numbersOf = (day: string) =>
    Effect.map(files, (names) =>
      names.flatMap((name) => {
        const groups = named.exec(name)?.groups
        return groups?.["day"] === day ? [Number(groups["number"])] : []
      }))

  const close = Effect.suspend(() => {
    const scope = current?.scope
    current = undefined
    return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
  })

  /** Length of the file up to its last newline. */
  const wholeLines = Effect.fnUntraced(function*(name: string) {
    const size = Number((yield* fs.stat(name)).size)
    return yield* Effect.scoped(Effect.gen(function*() {
      const file = yield* fs.open(name, { flag: "r" })
      for (let end = size; end > 0; end -= tailBytes) {
        const start = Math.max(0, end - tailBytes)
        yield* file.seek(BigInt(start), "start")
        const bytes = new Uint8Array(end - start)
        const read = Number(yield* file.read(bytes))
        const at = bytes.subarray(0, read).lastIndexOf(newline)
        if (at >= 0) return start + at + 1
      }
      return 0
    }))
  })

  /** Removes the oldest files over the limit. */
  const letGo = Effect.gen(function*() {
    const names = (yield* files).sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
    for (const name of names.slice(0, Math.max(0, names.length - filesMax))) {
      yield* fs.remove(path.join(directory, name))
    }
  })

  /** Cuts the torn line that a crash may have left behind, in a file of whatever day. */
  const mend = Effect.gen(function*() {
    for (const name of yield* files) {
      const file = path.join(directory, name)
      const whole = yield* wholeLines(file)
      if (whole < Number((yield* fs.stat(file)).size)) yield* fs.truncate(file, whole)
    }
  })
  yield* mend

  const openFile = Effect.fnUntraced(function*(day: string, fresh: boolean) {
    const numbers = yield* numbersOf(day)
    const last = Math.max(0, ...numbers)
    const number = last === 0 || fresh ? last + 1 : last
    const name = path.join(directory, `${prefix}-${day}-${number}.ndjson`)
    const isNew = number !== last
    const synced = isNew ? 0 : Number((yield* fs.stat(name)).size)
    const scope = yield* Scope.make()
    const { file, inode } = yield* Effect.gen(function*() {
      const file = yield* fs.open(name, { flag: "a", mode: ownerOnly })
      // Also for a file that exists: the attempt that created it may have failed, or died, before its name was synced.
      yield* Effect.provideService(syncDirectory(directory), FileSystem.FileSystem, fs)
      return { file, inode: (yield* fs.stat(name)).ino }
    }).pipe(Scope.provide(scope), Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))))
    current = { name, day, file, scope, inode, synced }
    if (isNew) yield* letGo
    abandoned = false
    return current
  })

  /** Whether the file was moved or deleted meanwhile, so that nobody would find what is written to it. */
  const isGone = ({ inode, name }: Open) =>
    Effect.match(fs.stat(name), {
      onFailure: () => true,
      onSuccess: ({ ino }) => Option.isSome(inode) && Option.isSome(ino) && ino.value !== inode.value
    })

  const openFor = Effect.fnUntraced(function*(day: string) {
    if (current !== undefined && (yield* isGone(current))) yield* close
    const before = current
    if (before !== undefined && before.day === day && before.synced < bytesMax && !abandoned) return before
    const fresh = abandoned || before?.day === day
    yield* close
    const opened = yield* openFile(day, fresh)
    if (opened.synced < bytesMax) return opened
    yield* close
    return yield* openFile(day, true)
  })

  /**
   * Opens the series for one page. Without a value no file is touched. `sync` puts all values on the disk, `accept` makes
   * them part of the file; a scope that closes before `accept` cuts them off. One page at a time: all pages are encoded in
   * the same buffers.
   */
  const open = Effect.gen(function*() {
    const encoder = encoders()
    let bytes = 0
    let into: Open | undefined
    let writing: Fiber.Fiber<void, PlatformError.PlatformError> | undefined

    const written = Effect.suspend(() => writing === undefined ? Effect.void : Fiber.join(writing))
    const rollBack = Effect.suspend(() => {
      if (into === undefined) return Effect.void
      const { name, synced } = into
      // What is still being written would come back behind the cut.
      const still = writing === undefined ? Effect.void : Fiber.await(writing)
      return Effect.andThen(still, Effect.catch(fs.truncate(name, synced), () => abandon))
    })
    yield* Effect.addFinalizer(() => rollBack)

    /** Writes a piece while the next one is made. */
    const put = Effect.fnUntraced(function*(piece: Uint8Array) {
      into ??= yield* openFor(Timestamp.fromMillis(yield* Clock.currentTimeMillis).slice(0, 10))
      yield* written
      bytes += piece.length
      writing = yield* Effect.forkChild(Effect.uninterruptible(into.file.writeAll(piece)), { startImmediately: true })
    })

    return {
      append: Effect.fnUntraced(function*(values: Iterable<object>) {
        for (const value of values) for (const piece of encoder.add(value)) yield* put(piece)
      }),
      sync: Effect.gen(function*() {
        for (const piece of encoder.rest()) yield* put(piece)
        yield* written
        if (into !== undefined) yield* Effect.tapError(into.file.sync, () => abandon)
      }),
      accept: Effect.sync(() => {
        if (into === undefined) return
        current = { ...into, synced: into.synced + bytes }
        into = undefined
      })
    } satisfies SeriesWriter
  })

  return { open }
})

/** Makes a failed file operation a failure of the sink. */
export const failing = <A, R>(
  effect: Effect.Effect<A, PlatformError.PlatformError, R>
): Effect.Effect<A, ArtifactSinkError, R> =>
  Effect.mapError(
    effect,
    (error) => new ArtifactSinkError({ sink: "file", reason: new SinkUnavailable({ detail: describeFailure(error) }) })
  )

/**
 * Opens a bounded series of files in a directory, which is made when it is not there. The oldest files go when there are
 * more than the limit. Its `open` opens the series for one page.
 */
export const openBounded = (
  directory: string,
  prefix: string,
  limits: { readonly files: number; readonly bytes: number }
) =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (fs) =>
      failing(
        Effect.andThen(
          fs.makeDirectory(directory, { recursive: true, mode: 0o700 }),
          makeSeries(directory, prefix, limits.bytes, limits.files)
        )
      )
  )

/** Opens a series of dead letters, for sinks that keep artifacts elsewhere. */
export const openDeadLetters = (directory: string, limits = deadLetterLimits) =>
  openBounded(directory, "dead-letters", limits)

/** First words of the names of a sink's files. */
export interface SeriesNames {
  readonly artifacts: string
  readonly deadLetters: string
}

/** Names of the files of live polling. */
export const liveNames: SeriesNames = { artifacts: "artifacts", deadLetters: "dead-letters" }

/** Names of the files of a past range, which stand beside those of live polling. */
export const backfillNames: SeriesNames = { artifacts: "backfill", deadLetters: "backfill-dead-letters" }

/** Layer of an {@link ArtifactSink} that writes files in a directory, which is made when it is not there. */
export const layer = (
  directory: string,
  bytesMax: number = fileBytesMax,
  names: SeriesNames = liveNames
): Layer.Layer<ArtifactSink, ArtifactSinkError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      yield* failing(fs.makeDirectory(directory, { recursive: true, mode: 0o700 }))
      const artifactSeries = yield* failing(makeSeries(directory, names.artifacts, bytesMax))
      const deadLetterSeries = yield* failing(makeSeries(directory, names.deadLetters, bytesMax))
      return ArtifactSink.of({
        type: "file",
        open: Effect.gen(function*() {
          const deadLetters = yield* failing(deadLetterSeries.open)
          const artifacts = yield* failing(artifactSeries.open)
          return {
            write: (slice) =>
              failing(
                Effect.andThen(deadLetters.append(slice.deadLetters), artifacts.append(slice.artifacts))
              ),
            // Both are synced before either counts, so that the dead letters of a page that is given again are there once.
            commit: Effect.andThen(deadLetters.sync, artifacts.sync).pipe(
              failing,
              Effect.andThen(Effect.andThen(deadLetters.accept, artifacts.accept))
            )
          }
        })
      })
    })
  )
