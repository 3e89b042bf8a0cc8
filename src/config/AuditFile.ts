/** Reads and writes the files of the audit trail: one {@link AuditEntry} a line, for their own user alone, through no link. */
import { Deferred, Effect, FileSystem, Option, Path, type PlatformError, Queue, Result, Schema } from "effect"
import { auditBytesMax, auditEntriesMax } from "../domain/Bounds.ts"
import { AuditEntry } from "./AuditEntry.ts"
import { describeFailure, openOwn } from "./DurableFile.ts"

/** Name of the file of changes and sign-ins. */
export const changesFile = "changes.ndjson"

/** Name of the file of refused tokens. Anybody can cause these entries, so that they must not displace a change. */
export const refusalsFile = "refusals.ndjson"

/** Name of the file before this one. */
const olderOf = (name: string) => name.replace(/\.ndjson$/, ".old.ndjson")

/** Bytes at the end of a file that are read at the start. */
const readBack = 262_144

/** How long a change or a sign-in waits for its entry to be on the disk. */
const patience = "1 second"

const Line = Schema.fromJsonString(AuditEntry)
const decodeLine = Schema.decodeUnknownResult(Line)
const encodeLine = Schema.encodeEffect(Line)

/** Returns the newest entries of a file; lines that are none are left out. */
export const readTail = Effect.fnUntraced(function*(directory: string, name: string) {
  const path = yield* Path.Path
  const handle = yield* openOwn(path.join(directory, name), "r")
  const { size } = yield* handle.stat
  yield* handle.seek(size > readBack ? size - BigInt(readBack) : 0n, "start")
  const bytes = Option.getOrElse(yield* handle.readAlloc(readBack), () => new Uint8Array(0))
  return new TextDecoder().decode(bytes).split("\n").flatMap((line) => {
    const entry = decodeLine(line)
    return Result.isSuccess(entry) ? [entry.success] : []
  })
}, Effect.scoped)

/**
 * Appends an entry, and syncs it to the disk. A file of {@link auditBytesMax} bytes then replaces the one before it, so only
 * one process at a time may write in a directory.
 */
export const append = Effect.fnUntraced(function*(directory: string, name: string, entry: AuditEntry) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(directory, name)
  const line = yield* Effect.orDie(encodeLine(entry))
  const isFull = yield* Effect.scoped(Effect.gen(function*() {
    const handle = yield* openOwn(file, "a")
    yield* handle.writeAll(new TextEncoder().encode(`${line}\n`))
    yield* handle.sync
    return (yield* handle.stat).size >= auditBytesMax
  }))
  if (isFull) yield* fs.rename(file, path.join(directory, olderOf(name)))
})

/** An entry on its way to a file. */
interface Waiting {
  readonly entry: AuditEntry
  readonly written: Deferred.Deferred<void>
}

/** Makes the writer of a file. Until it is opened, and while the disk hangs, the newest entries wait in memory. */
export const makeWriter = Effect.fnUntraced(function*(name: string) {
  const queue = yield* Queue.sliding<Waiting>(auditEntriesMax)
  let isOpen = false
  let isLate = false
  let last: Deferred.Deferred<void> | undefined

  const flush = Effect.gen(function*() {
    // A disk that hangs is not waited for again and again.
    if (!isOpen || isLate || last === undefined) return
    const done = yield* Effect.timeoutOption(Effect.interruptible(Deferred.await(last)), patience)
    if (Option.isSome(done) || isLate) return
    isLate = true
    yield* Effect.logWarning(`${name} is not written: the disk does not answer; entries are in the log meanwhile`)
  })

  return {
    add: Effect.fnUntraced(function*(entry: AuditEntry) {
      last = yield* Deferred.make<void>()
      yield* Queue.offer(queue, { entry, written: last })
    }),
    /** Waits until everything is on the disk that was added so far. */
    flush,
    /** Begins to write; what waits is written first. */
    open: Effect.fnUntraced(function*(directory: string) {
      const path = yield* Path.Path
      const one = Effect.gen(function*() {
        const { entry, written } = yield* Queue.take(queue)
        yield* Effect.catch(
          append(directory, name, entry),
          (error: PlatformError.PlatformError) =>
            Effect.logWarning(
              `${path.join(directory, name)} cannot be written: ${
                describeFailure(error)
              }; this change is only in the log`
            )
        )
        isLate = false
        yield* Deferred.succeed(written, undefined)
      })
      isOpen = true
      // It ends with the queue. In a scope, a disk that hangs would hold up the end of the process.
      yield* Effect.forkDetach(Effect.forever(one))
    }),
    /** Waits for what is to be written, and ends. */
    close: Effect.andThen(flush, Queue.shutdown(queue))
  }
})
