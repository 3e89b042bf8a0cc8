/**
 * Publishes to newline-delimited JSON files, `artifacts-<UTC date>-<n>.ndjson`, and to files of dead letters beside them.
 *
 * A file holds complete lines only: a torn line that a crash or a failed write left at the end is cut off. A page is never
 * split over two files. After a failed fsync the contents on disk are unknown, so the whole page goes to a new file.
 */
import { Clock, Effect, Exit, Fiber, FileSystem, Layer, Option, Path, type PlatformError, Scope } from "effect"
import * as DataDirectory from "../config/DataDirectory.ts"
import { cutOwn, describeFailure, isLink, openOwn, syncDirectory } from "../config/DurableFile.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable } from "./ArtifactSink.ts"
import { makeEncoders } from "./Ndjson.ts"

/** Size at which the next page begins a new file: 256 MiB. */
export const fileBytesMax = 268_435_456

/** Number and bytes of the newest dead-letter files, which are kept when artifacts go to another sink. */
export const deadLetterLimits = { files: 8, bytes: 16_777_216 } as const

const newline = 10
/** The last newline is searched from the end of the file in steps of this size. */
const tailBytes = 65_536

interface Open {
  readonly name: string
  readonly day: string
  readonly file: FileSystem.File
  readonly scope: Scope.Closeable
  /** Inode of the opened file, to notice when the file is moved or replaced. */
  readonly inode: Option.Option<bigint>
  /** Bytes known to be on the disk. */
  readonly synced: number
}

/** Writes one page to a series of files: `append` the values, then `sync`, then `accept`. */
export interface SeriesWriter {
  readonly append: (values: Iterable<object>) => Effect.Effect<void, PlatformError.PlatformError>
  readonly sync: Effect.Effect<void, PlatformError.PlatformError>
  readonly accept: Effect.Effect<void>
}

const makeSeries = Effect.fnUntraced(
  function*(directory: string, prefix: string, bytesMax: number, filesMax = Infinity) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const encoders = makeEncoders()
    let current: Open | undefined
    /** Whether the file's end is unknown, so that the next page must go to a new file. */
    let abandoned = false
    const abandon = Effect.sync(() => {
      abandoned = true
    })

    /** Matches only names of this series, because copies may be in the directory. */
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

    const own = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, FileSystem.FileSystem, fs)

    /** Length of a file, and its length up to its last newline. */
    const lengths = Effect.fnUntraced(function*(name: string) {
      const file = yield* own(openOwn(name, "r"))
      const size = Number((yield* file.stat).size)
      for (let end = size; end > 0; end -= tailBytes) {
        const start = Math.max(0, end - tailBytes)
        const bytes = new Uint8Array(end - start)
        const read = yield* file.read(bytes, { position: BigInt(start) })
        const at = bytes.subarray(0, read).lastIndexOf(newline)
        if (at >= 0) return { size, whole: start + at + 1 }
      }
      return { size, whole: 0 }
    }, Effect.scoped)

    const letGo = Effect.gen(function*() {
      const names = (yield* files).sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
      for (const name of names.slice(0, Math.max(0, names.length - filesMax))) {
        yield* fs.remove(path.join(directory, name))
      }
    })

    /** Cuts off torn lines that a crash left, in files of any day. Links, of moved files say, are left alone. */
    const mend = Effect.gen(function*() {
      for (const name of yield* files) {
        const file = path.join(directory, name)
        const { size, whole } = yield* Effect.catchIf(
          lengths(file),
          isLink,
          () => Effect.succeed({ size: 0, whole: 0 })
        )
        if (whole < size) yield* own(cutOwn(file, whole))
      }
    })
    yield* mend

    const openFile = Effect.fnUntraced(function*(day: string, fresh: boolean) {
      const numbers = yield* numbersOf(day)
      const last = Math.max(0, ...numbers)
      const number = last === 0 || fresh ? last + 1 : last
      const name = path.join(directory, `${prefix}-${day}-${number}.ndjson`)
      const isNew = number !== last
      const scope = yield* Scope.make()
      const { file, inode, synced } = yield* Effect.gen(function*() {
        const file = yield* own(openOwn(name, isNew ? "ax" : "a"))
        // Also for a file that exists: the attempt that created it may have failed, or died, before its name was synced.
        yield* own(syncDirectory(directory))
        const { ino, size } = yield* file.stat
        return { file, inode: ino, synced: Number(size) }
      }).pipe(Scope.provide(scope), Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))))
      current = { name, day, file, scope, inode, synced }
      if (isNew) yield* letGo
      abandoned = false
      return current
    })

    /** Whether the open file was moved or deleted, so that writes to it would be lost. */
    const isGone = ({ inode, name }: Open) => Effect.match(fs.stat(name), {
      onFailure: () => true,
      onSuccess: ({ ino }) => Option.isSome(inode) && Option.isSome(ino) && ino.value !== inode.value
    })

    const openFor = Effect.fnUntraced(function*(day: string) {
      if (current !== undefined && (yield* isGone(current))) yield* close
      const before = current
      if (before !== undefined && before.day === day && before.synced < bytesMax && !abandoned) return before
      const fresh = abandoned || before?.day === day
      yield* close
      const opened = yield* Effect.catchIf(openFile(day, fresh), isLink, () => openFile(day, true))
      if (opened.synced < bytesMax) return opened
      yield* close
      return yield* openFile(day, true)
    })

    // Opens the series for one page. A page without values touches no file. `sync` forces all values to the disk; `accept`
    // keeps them. A scope that closes before `accept` cuts them off. Only one page may be open, because all pages share the
    // encoder's buffers.
    const open = Effect.gen(function*() {
      const encoder = encoders()
      let bytes = 0
      let into: Open | undefined
      let writing: Fiber.Fiber<void, PlatformError.PlatformError> | undefined

      const written = Effect.suspend(() => writing === undefined ? Effect.void : Fiber.join(writing))
      const rollBack = Effect.suspend(() => {
        if (into === undefined) return Effect.void
        const { name, synced } = into
        // A pending write would add its bytes after the truncation.
        const still = writing === undefined ? Effect.void : Fiber.await(writing)
        return Effect.andThen(still, Effect.catch(own(cutOwn(name, synced)), () => abandon))
      })
      yield* Effect.addFinalizer(() => rollBack)

      /** Writes a piece while the next piece is encoded. */
      const put = Effect.fnUntraced(function*(piece: Uint8Array) {
        into ??= yield* openFor(Timestamp.fromMillis(yield* Clock.currentTimeMillis).slice(0, 10))
        yield* written
        bytes += piece.length
        writing = yield* Effect.forkChild(Effect.uninterruptible(into.file.writeAll(piece)), { startImmediately: true })
      })

      return {
        append: Effect.fnUntraced(function*(values: Iterable<object>) {
          for (const value of values) {
            for (const piece of encoder.addLong(value) ?? encoder.add(value)) yield* put(piece)
          }
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
  }
)

/** Turns a failed file operation into a failure of the `file` sink. */
export const failing = <A, R>(
  effect: Effect.Effect<A, PlatformError.PlatformError | DataDirectory.DirectoryUnsafe, R>
): Effect.Effect<A, ArtifactSinkError, R> =>
  Effect.mapError(effect, (error) => {
    const detail = error._tag === "DirectoryUnsafe" ? error.message : describeFailure(error)
    return new ArtifactSinkError({ sink: "file", reason: new SinkUnavailable({ detail }) })
  })

/**
 * Opens a bounded series of files in a directory, which is created when missing. Removes the oldest files over
 * `limits.files`. The `open` of the result opens the series for one page.
 */
export const openBounded = (
  directory: string,
  prefix: string,
  limits: { readonly files: number; readonly bytes: number }
) => failing(Effect.andThen(DataDirectory.make(directory), makeSeries(directory, prefix, limits.bytes, limits.files)))

/** Opens a bounded series of dead letters, for sinks that write artifacts elsewhere. */
export const openDeadLetters = (directory: string, limits = deadLetterLimits) =>
  openBounded(directory, "dead-letters", limits)

/** Prefixes of the names of a sink's files. */
export interface SeriesNames {
  readonly artifacts: string
  readonly deadLetters: string
}

/** File name prefixes of live polling. */
export const liveNames: SeriesNames = { artifacts: "artifacts", deadLetters: "dead-letters" }

/** File name prefixes of `backfill`, whose files are in the same directory as those of live polling. */
export const backfillNames: SeriesNames = { artifacts: "backfill", deadLetters: "backfill-dead-letters" }

/** Layer of an {@link ArtifactSink} that writes files to a directory, which is created when missing. */
export const layer = (
  directory: string,
  bytesMax: number = fileBytesMax,
  names: SeriesNames = liveNames
): Layer.Layer<ArtifactSink, ArtifactSinkError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      yield* failing(DataDirectory.make(directory))
      const artifactSeries = yield* failing(makeSeries(directory, names.artifacts, bytesMax))
      const deadLetterSeries = yield* failing(makeSeries(directory, names.deadLetters, bytesMax))
      return ArtifactSink.of({
        type: "file",
        open: Effect.gen(function*() {
          const deadLetters = yield* failing(deadLetterSeries.open)
          const artifacts = yield* failing(artifactSeries.open)
          return {
            write: (slice) =>
              failing(Effect.andThen(deadLetters.append(slice.deadLetters), artifacts.append(slice.artifacts))),
            // Both are synced before either is accepted. Otherwise a repeated page could write its dead letters twice.
            commit: Effect.andThen(deadLetters.sync, artifacts.sync).pipe(
              failing,
              Effect.andThen(Effect.andThen(deadLetters.accept, artifacts.accept))
            )
          }
        })
      })
    })
  )
