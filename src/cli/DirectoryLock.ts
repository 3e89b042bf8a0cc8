/**
 * Locks a directory for one writing process: a unix socket in it that listens while the process lives.
 *
 * A lock file would outlive a kill -9; a socket without a listener is known to be stale. `node:net` is called directly,
 * because the platform's socket server does not report a socket that already exists.
 */
import { Effect, FileSystem, Path, Schema, type Scope } from "effect"
import { createConnection, createServer, type Server } from "node:net"
import * as DataDirectory from "../config/DataDirectory.ts"

/** The directory is locked by another process, or cannot be locked. */
export class DirectoryHeld extends Schema.TaggedError<DirectoryHeld>()("DirectoryHeld", {
  directory: Schema.String,
  /** Process id of the holder, or the reason why the lock could not be taken. */
  by: Schema.String,
  isHeld: Schema.Boolean
}) {
  override get message() {
    return this.isHeld
      ? `${this.directory}: held by another writer (${this.by}); stop it, or give this one a directory of its own`
      : `${this.directory}: cannot be locked: ${this.by}`
  }
}

/** A unix socket's path holds 107 bytes at most (sun_path in unix(7)). */
const pathBytesMax = 107
const socketName = ".lock"

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unknown"

/** Returns the id of the process that listens on a socket; fails with the system's code when none does. */
const holder = (path: string): Effect.Effect<string, string> =>
  Effect.callback<string, string>((resume) => {
    let said = ""
    const socket = createConnection({ path })
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => said += text)
    socket.on("end", () => resume(Effect.succeed(said.trim())))
    socket.on("error", (cause) => resume(Effect.fail(codeOf(cause))))
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed("it does not answer") }))

const listen = (path: string): Effect.Effect<Server, string> =>
  Effect.callback<Server, string>((resume) => {
    const server = createServer((socket) => {
      // A client that disconnects before it has read the answer is no fault of the lock's holder.
      socket.on("error", () => socket.destroy())
      socket.end(`process ${process.pid}\n`)
    })
    server.on("error", (cause) => resume(Effect.fail(codeOf(cause))))
    server.listen({ path }, () => resume(Effect.succeed(server)))
    server.unref()
  })

/**
 * Locks a directory until the scope closes or the process ends in any way. A missing directory is created; one that other
 * users may write to is refused.
 */
export const hold = Effect.fn("DirectoryLock.hold")(
  function*(
    directory: string
  ): Effect.fn.Return<
    void,
    DirectoryHeld | DataDirectory.DirectoryUnsafe,
    FileSystem.FileSystem | Path.Path | Scope.Scope
  > {
    const fs = yield* FileSystem.FileSystem
    const paths = yield* Path.Path
    const refuse = (by: string) => new DirectoryHeld({ directory, by, isHeld: false })

    yield* Effect.catchTag(DataDirectory.make(directory), "PlatformError", (error) =>
      Effect.fail(refuse(`it cannot be made: ${error.reason._tag}`)))
    const absolute = paths.resolve(directory, socketName)
    const relative = paths.relative(paths.resolve("."), absolute)
    const path = [absolute, relative].find((one) =>
      new TextEncoder().encode(one).length <= pathBytesMax
    )
    if (path === undefined) {
      return yield* refuse(`the path is too long for a lock; start the program nearer to it, or use a shorter path`)
    }

    /** Moves a stale socket out of the way; of several processes one succeeds. */
    const takeAway = Effect.gen(function*() {
      const aside = `${absolute}.${process.pid}`
      yield* fs.rename(absolute, aside)
      // Another process may have taken the lock between the check and the move: move its socket back.
      const alive = yield* Effect.option(holder(paths.relative(paths.resolve("."), aside)))
      if (alive._tag === "Some") {
        yield* fs.rename(aside, absolute)
        return
      }
      yield* fs.remove(aside)
    }).pipe(Effect.ignore)

    const attempt: Effect.Effect<Server, DirectoryHeld> = Effect.catch(listen(path), (code) =>
      code === "EADDRINUSE"
        ? Effect.matchEffect(holder(path), {
          onFailure: () =>
            Effect.andThen(
              takeAway,
              Effect.mapError(listen(path), (again) => refuse(again))
            ),
          onSuccess: (by) => Effect.fail(new DirectoryHeld({ directory, by, isHeld: true }))
        })
        : Effect.fail(refuse(`${code} in listen`)))

    yield* Effect.acquireRelease(attempt, (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
      }))
  }
)
