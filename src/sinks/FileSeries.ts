/**
 * A series of files of lines in a directory, `<prefix>-<UTC date>-<n>.ndjson`, to which pages are written.
 *
 * A file holds complete lines only: a torn line that a crash or a failed write left at the end is cut off. A page is never
 * split over two files. After a failed fsync the contents on disk are unknown, so the whole page goes to a new file.
 */
import { Clock, Effect, Equal, Exit, Fiber, FileSystem, Option, Path, type PlatformError, Schema, Scope } from "effect"
import { cutOwn, isLink, openOwn, syncDirectory } from "../config/DurableFile.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { suffix } from "./GzipMembers.ts"
import { makeEncoders } from "./Ndjson.ts"

const newline = 10
/** The last newline is searched from the end of the file in steps of this size. */
const tailBytes = 65_536

const sizeOf = (file: FileSystem.File) => Effect.map(file.stat, ({ size }) => Number(size))

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

/** Another program cut the file while a page was written to it, as logrotate's `copytruncate` does. */
export class FileCut extends Schema.TaggedError<FileCut>()("FileCut", {
  name: Schema.String
}) {
  override get message() {
    return `another program cut ${this.name} while it was written`
  }
}

/** Writes one page to a series of files: `append` the values, then `sync`, then `accept`. */
export interface SeriesWriter {
  readonly append: (values: Iterable<object>) => Effect.Effect<void, PlatformError.PlatformError>
  readonly sync: Effect.Effect<void, PlatformError.PlatformError | FileCut>
  readonly accept: Effect.Effect<void>
}

/**
 * Opens a series for pages in a directory that exists. A file over `bytesMax` is followed by a new one, and the oldest over
 * `filesMax` are removed.
 */
export const makeSeries = Effect.fnUntraced(
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

    /** Files that hold a part of a page that was given up. */
    const uncut = new Map<string, Pick<Open, "inode" | "synced">>()

    /** Matches only names of this series, because copies may be in the directory. */
    const named = new RegExp(
      `^${prefix}-(?<day>\\d{4}-\\d\\d-\\d\\d)-(?<number>[1-9]\\d*)\\.ndjson(?<compressed>\\${suffix})?$`
    )
    const all = Effect.map(fs.readDirectory(directory), (names) => names.filter((name) => named.test(name)))
    const files = Effect.map(all, (names) => names.filter((name) => !name.endsWith(suffix)))

    /** The last file of a day; number 0 when there is none. */
    const lastOf = (day: string) =>
      Effect.map(all, (names) => {
        const found = names.map((name) => named.exec(name)?.groups).filter((groups) => groups?.["day"] === day)
        const number = Math.max(0, ...found.map((groups) => Number(groups?.["number"])))
        // The number of a compressed file is taken: a plain file with it would have other content.
        const isClosed = found.some((groups) =>
          groups?.["compressed"] !== undefined && Number(groups["number"]) === number
        )
        return { number, isClosed }
      })

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

    /** Cuts files that could not be cut before, as on a full disk that copies what it changes. */
    const cutRest = Effect.forEach(uncut, ([name, { inode, synced }]) =>
      Effect.gen(function*() {
        const file = yield* own(openOwn(name, "r+"))
        const { ino, size } = yield* file.stat
        if (Equal.equals(ino, inode) && Number(size) > synced) yield* file.truncate(synced)
        uncut.delete(name)
      }).pipe(Effect.scoped, Effect.ignore))

    const openFile = Effect.fnUntraced(function*(day: string, fresh: boolean) {
      const last = yield* lastOf(day)
      const isNew = last.number === 0 || last.isClosed || fresh
      const number = last.number + (isNew ? 1 : 0)
      const name = path.join(directory, `${prefix}-${day}-${number}.ndjson`)
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

    /** Looks at the open file, which is closed when it was moved or deleted: writes to it would be lost. */
    const look = Effect.fnUntraced(function*(open: Open) {
      const info = yield* Effect.option(fs.stat(open.name))
      const isGone = Option.isNone(info) ||
        Option.isSome(open.inode) && Option.isSome(info.value.ino) && info.value.ino.value !== open.inode.value
      if (isGone) return yield* close
      // Another program may have cut it.
      current = { ...open, synced: Math.min(open.synced, Number(info.value.size)) }
    })

    const openFor = Effect.fnUntraced(function*(day: string) {
      yield* cutRest
      if (current !== undefined) yield* look(current)
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
      /** Bytes of the pieces that are in the file; the last piece may be there in part. */
      let whole = 0
      let into: Open | undefined
      let writing: Fiber.Fiber<void, PlatformError.PlatformError> | undefined

      const written = Effect.suspend(() => writing === undefined ? Effect.void : Fiber.join(writing))
      const rollBack = Effect.suspend(() => {
        if (into === undefined) return Effect.void
        const { file, inode, name, synced } = into
        // A pending write would add its bytes after the truncation.
        const still = writing === undefined ? Effect.void : Fiber.await(writing)
        // The open file is cut, not its name, which another program may have given to another file. A file that is shorter
        // than it was before the page holds nothing but a part of the page.
        return Effect.andThen(
          still,
          Effect.flatMap(sizeOf(file), (size) => file.truncate(size < synced + whole ? 0 : synced))
        ).pipe(Effect.catch(() => Effect.andThen(abandon, Effect.sync(() => void uncut.set(name, { inode, synced })))))
      })
      yield* Effect.addFinalizer(() => rollBack)

      /** Writes a piece while the next piece is encoded. */
      const put = Effect.fnUntraced(function*(piece: Uint8Array) {
        into ??= yield* openFor(Timestamp.fromMillis(yield* Clock.currentTimeMillis).slice(0, 10))
        yield* written
        bytes += piece.length
        const one = Effect.tap(into.file.writeAll(piece), () => Effect.sync(() => void (whole += piece.length)))
        writing = yield* Effect.forkChild(Effect.uninterruptible(one), { startImmediately: true })
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
          if (into === undefined) return
          yield* Effect.tapError(into.file.sync, () => abandon)
          if ((yield* sizeOf(into.file)) < into.synced + bytes) return yield* new FileCut({ name: into.name })
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
