/**
 * Publishes into newline-delimited JSON files, `artifacts-<UTC date>-<n>.ndjson`, and dead letters beside them.
 *
 * A file holds whole lines only: what a crash or a failed write left behind the last synced line is cut off. A batch is
 * never split over two files. After a failed fsync nobody knows what of the file is on the disk, so the batch goes whole
 * to a new one.
 */
import { Clock, Effect, Exit, Fiber, FileSystem, Layer, Option, Path, type PlatformError, Scope } from "effect"
import { describeFailure, syncDirectory } from "../config/DurableFile.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { ArtifactSink, ArtifactSinkError, type Batch, SinkUnavailable } from "./ArtifactSink.ts"
import { makeChunks } from "./Ndjson.ts"

/** Size at which the next batch begins a new file: 256 MiB. */
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
  synced: number
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
  const chunks = makeChunks()
  let current: Open | undefined
  let abandoned = false

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
    const file = yield* fs.open(name, { flag: "a", mode: ownerOnly }).pipe(Scope.provide(scope))
    if (isNew) yield* Effect.provideService(syncDirectory(directory), FileSystem.FileSystem, fs)
    const { ino: inode } = yield* fs.stat(name)
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

  /** Writes a piece while the next one is made, and has the disk take it meanwhile. */
  const write = Effect.fnUntraced(function*(
    file: FileSystem.File,
    first: Uint8Array,
    others: Iterator<Uint8Array, void>
  ) {
    let bytes = 0
    let writing: Fiber.Fiber<void, PlatformError.PlatformError> | undefined
    return yield* Effect.gen(function*() {
      for (let piece: Uint8Array | undefined = first; piece !== undefined; piece = others.next().value ?? undefined) {
        if (writing !== undefined) yield* Fiber.join(writing)
        writing = yield* Effect.forkChild(file.writeAll(piece), { startImmediately: true })
        bytes += piece.length
      }
      if (writing !== undefined) yield* Fiber.join(writing)
      return bytes
    }).pipe(Effect.ensuring(Effect.suspend(() => writing === undefined ? Effect.void : Fiber.await(writing))))
  })

  /**
   * Appends a line for each value, and returns when they are on the disk. Without a value no file is touched. One call at a
   * time: all calls make their lines in the same memory.
   */
  return Effect.fnUntraced(function*(values: Iterable<object>): Effect.fn.Return<void, PlatformError.PlatformError> {
    const pieces = chunks(values)
    const first = pieces.next()
    if (first.done === true) return
    const day = Timestamp.fromMillis(yield* Clock.currentTimeMillis).slice(0, 10)
    const open = yield* openFor(day)
    const cut = fs.truncate(open.name, open.synced)
    const abandon = Effect.sync(() => {
      abandoned = true
    })
    const bytes = yield* write(open.file, first.value, pieces).pipe(
      Effect.tapCause(() => Effect.catch(cut, () => abandon))
    )
    yield* open.file.sync.pipe(Effect.tapError(() => Effect.andThen(abandon, Effect.ignore(cut))))
    open.synced += bytes
  })
})

const failing = Effect.mapError((error: PlatformError.PlatformError) =>
  new ArtifactSinkError({ sink: "file", reason: new SinkUnavailable({ detail: describeFailure(error) }) })
)

/**
 * Makes what appends values to a bounded series of files in a directory, which is made when it is not there. The oldest
 * files go when there are more than the limit.
 */
export const makeBounded = Effect.fnUntraced(function*(
  directory: string,
  prefix: string,
  limits: { readonly files: number; readonly bytes: number }
) {
  const fs = yield* FileSystem.FileSystem
  yield* failing(fs.makeDirectory(directory, { recursive: true, mode: 0o700 }))
  const append = yield* failing(makeSeries(directory, prefix, limits.bytes, limits.files))
  return (values: Iterable<object>) => append(values).pipe(failing, Effect.uninterruptible)
})

/** Makes what appends dead letters to files of a directory, for sinks that keep artifacts elsewhere. */
export const makeDeadLetters = (directory: string, limits = deadLetterLimits) =>
  makeBounded(directory, "dead-letters", limits)

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
      const appendArtifacts = yield* failing(makeSeries(directory, names.artifacts, bytesMax))
      /** Whose dead letters are written: a batch comes again when its artifacts could not be. */
      const written = new WeakSet<Batch>()
      const appendDeadLetters = yield* failing(makeSeries(directory, names.deadLetters, bytesMax))
      return ArtifactSink.of({
        type: "file",
        publish: (batch) =>
          Effect.gen(function*() {
            if (!written.has(batch)) yield* appendDeadLetters(batch.deadLetters)
            written.add(batch)
            yield* appendArtifacts(batch.artifacts)
          }).pipe(failing, Effect.uninterruptible)
      })
    })
  )
