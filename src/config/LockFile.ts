/**
 * A lock as a file, where the file system has no sockets: SMB and FAT have none. It names the process that holds it, since
 * the file outlives a kill -9.
 */
import { Effect, Equal, FileSystem, Option, type PlatformError, Schema } from "effect"
import { hostname } from "node:os"
import { openOwn, readOwn } from "./DurableFile.ts"
import { readSmall } from "./SmallFile.ts"

const Owner = Schema.fromJsonString(Schema.Struct({
  pid: Schema.Int.check(Schema.isGreaterThan(0)),
  host: Schema.String,
  /** Changes with each start of the machine; empty where the system has none. */
  boot: Schema.String,
  /** Start of the process in ticks since that of the machine: an id may be another process's by now. */
  started: Schema.String
}))
type Owner = typeof Owner.Type

const decode = Schema.decodeUnknownOption(Owner)
const encode = Schema.encodeSync(Owner)

const read = (path: string) => Effect.orElseSucceed(readSmall(path), () => "")

/** The start of a process: the 22nd field of proc_pid_stat(5). The second may hold blanks and parentheses. */
const startOf = (pid: number) =>
  Effect.map(read(`/proc/${pid}/stat`), (text) => text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "")

const self: Effect.Effect<Owner, never, FileSystem.FileSystem> = Effect.all({
  pid: Effect.succeed(process.pid),
  host: Effect.sync(hostname),
  boot: read("/proc/sys/kernel/random/boot_id"),
  started: startOf(process.pid)
})

const exists = (pid: number) =>
  Effect.match(
    Effect.try({ try: () => process.kill(pid, 0), catch: (cause) => (cause as NodeJS.ErrnoException).code }),
    {
      onFailure: (code) => code !== "ESRCH",
      onSuccess: () => true
    }
  )

/** Whether the process may still run. Nothing is known of processes of another host. */
const mayRun = Effect.fnUntraced(function*({ boot, host, pid, started }: Owner) {
  const own = yield* self
  if (host !== own.host) return true
  return boot === own.boot && (yield* exists(pid)) && (yield* startOf(pid)) === started
})

/** Time in which a process that made its file has written it. */
const writingMax = "1 second"

/** Returns the file's bytes, and the owner who may still run. */
const look = Effect.fnUntraced(function*(path: string) {
  const bytes = yield* readOwn(path)
  const owner = decode(new TextDecoder().decode(bytes))
  return { bytes, held: Option.isSome(owner) && (yield* mayRun(owner.value)) ? owner.value : undefined, owner }
})

/** Says who holds the lock, and how it is freed when that process is on a machine that is gone. */
const spoken = (path: string, { host, pid }: Owner) =>
  host === hostname() ? `process ${pid}` : `process ${pid} on ${host}; where that one has ended, delete ${path}`

/** Returns who holds the lock; undefined when nobody does. */
export const holder = (path: string) =>
  Effect.map(
    Effect.option(look(path)),
    (found) => Option.isSome(found) && found.value.held !== undefined ? spoken(path, found.value.held) : undefined
  )

/**
 * Takes the lock, and returns an effect that gives it back. Fails with the holder's name. A file of a process that has
 * ended, or that was left before the machine started, is taken away.
 */
export const take = Effect.fnUntraced(
  function*(
    path: string
  ): Effect.fn.Return<
    { readonly giveBack: Effect.Effect<void, never, FileSystem.FileSystem> },
    PlatformError.PlatformError | string,
    FileSystem.FileSystem
  > {
    const fs = yield* FileSystem.FileSystem
    const bytes = new TextEncoder().encode(encode(yield* self))
    const write = Effect.scoped(Effect.flatMap(openOwn(path, "wx"), (file) =>
      Effect.andThen(file.writeAll(bytes), file.sync)))
    const isMade = Effect.as(write, true).pipe(Effect.catchIf(({ reason }) =>
      reason._tag === "AlreadyExists", () =>
      Effect.succeed(false)))
    if (!(yield* isMade)) {
      let found = yield* look(path)
      if (Option.isNone(found.owner)) {
        found = yield* Effect.delay(look(path), writingMax)
      }
      if (found.held !== undefined) {
        return yield* Effect.fail(spoken(path, found.held))
      }
      const aside = `${path}.${process.pid}`
      yield* Effect.ignore(fs.rename(path, aside))
      const moved = yield* Effect.option(readOwn(aside))
      // Another process may have taken the lock between the look and the move: its file is moved back.
      const isStale = Option.isSome(moved) && Equal.equals(Array.from(moved.value), Array.from(found.bytes))
      yield* Effect.ignore(isStale ? fs.remove(aside) : fs.rename(aside, path))
      if (!(yield* isMade)) {
        return yield* Effect.fail((yield* holder(path)) ?? "another process that starts")
      }
    }
    const giveBack = Effect.ignore(Effect.flatMap(readOwn(path), (now) =>
      Equal.equals(Array.from(now), Array.from(bytes)) ? fs.remove(path) : Effect.void))
    return { giveBack }
  }
)
