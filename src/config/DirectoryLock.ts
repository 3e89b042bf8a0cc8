/**
 * Locks a directory for one writing process: a unix socket in it that listens while the process lives, on Windows a named
 * pipe, and a file where the file system refuses sockets.
 *
 * A lock file outlives a kill -9, while a socket without a listener is known to be stale. `node:net` is called directly,
 * because the platform's socket server does not report a socket that already exists.
 */
import { Context, Effect, FileSystem, Path, Schema, type Scope } from "effect"
import { createHash } from "node:crypto"
import { createConnection, createServer, type Server } from "node:net"
import * as DataDirectory from "./DataDirectory.ts"
import * as DirectoryTrouble from "./DirectoryTrouble.ts"
import * as LockFile from "./LockFile.ts"
import { isWindows } from "./OwnFiles.ts"

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
const fileName = ".lock.json"
/** What the system answers where nobody listens on a socket, or where there is none. */
const stale: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT"])
/** What the process of this id moves out of the way, or tries sockets with. */
const leftName = /^\.lock(?:\.json\.|-check-|\.)\d+$/

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

const close = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
  })

const listenOn = (path: string): Effect.Effect<Server, string> =>
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

/** How a socket is opened; fails with the system's code. Tests refuse it, as some file systems do. */
export const Listen = Context.Reference<(path: string) => Effect.Effect<Server, string>>(
  "azure-security/config/DirectoryLock/Listen",
  { defaultValue: () => listenOn }
)

/** Returns the path of a socket in a directory, absolute or relative; undefined when both are too long for the system. */
const pathOf = Effect.fnUntraced(function*(directory: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const absolute = paths.resolve(directory, name)
  if (isWindows) {
    const real = yield* Effect.orElseSucceed(fs.realPath(directory), () => directory)
    return `\\\\.\\pipe\\azure-security-${
      createHash("sha256").update(paths.join(real, name)).digest("hex").slice(0, 32)
    }`
  }
  const relative = paths.relative(paths.resolve("."), absolute)
  return [absolute, relative].find((one) => new TextEncoder().encode(one).length <= pathBytesMax)
})

/** Returns the system's code when sockets are refused in a directory, which is then locked by a file. */
export const socketRefusal = Effect.fnUntraced(
  function*(directory: string): Effect.fn.Return<string | undefined, never, FileSystem.FileSystem | Path.Path> {
    const listen = yield* Listen
    const path = yield* pathOf(directory, `${socketName}-check-${process.pid}`)
    if (path === undefined) return undefined
    return yield* Effect.match(Effect.scoped(Effect.acquireRelease(listen(path), close)), {
      onFailure: (code) => code,
      onSuccess: () => undefined
    })
  }
)

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
    const listen = yield* Listen
    const refuse = (by: string) => new DirectoryHeld({ directory, by, isHeld: false })
    const heldBy = (by: string) => new DirectoryHeld({ directory, by, isHeld: true })

    yield* Effect.catchTag(DataDirectory.make(directory), "PlatformError", (error) =>
      Effect.flatMap(DirectoryTrouble.explain(directory, error), (found) =>
        Effect.fail(new DataDirectory.DirectoryUnsafe(found))))
    const absolute = paths.resolve(directory, socketName)
    const file = paths.resolve(directory, fileName)
    const path = yield* pathOf(directory, socketName)
    if (path === undefined) {
      return yield* refuse(`the path is too long for a lock; start the program nearer to it, or use a shorter path`)
    }

    /** Whether somebody may listen on a socket: only what is known to be stale is moved or removed. */
    const listens = Effect.fnUntraced(function*(name: string) {
      const socket = yield* pathOf(directory, name)
      if (socket === undefined) {
        return true
      }
      return yield* Effect.match(holder(socket), {
        onFailure: (code) =>
          !stale.has(code),
        onSuccess: () =>
          true
      })
    })

    /** Moves a stale socket out of the way; of several processes one succeeds. */
    const takeAway = Effect.gen(function*() {
      const name = `${socketName}.${process.pid}`
      const aside = paths.resolve(directory, name)
      yield* fs.rename(absolute, aside)
      // Another process may have taken the lock between the check and the move: move its socket back.
      if (yield* listens(name)) {
        yield* fs.rename(aside, absolute)
        return
      }
      yield* fs.remove(aside)
    }).pipe(Effect.ignore)

    /** Whether somebody may need what another process left: a socket or a file. */
    const isNeeded = (name: string) =>
      name.startsWith(fileName)
        ? Effect.map(LockFile.holder(paths.resolve(directory, name)), (by) =>
          by !== undefined)
        : listens(name)

    /** Removes what processes left that were killed while they took a lock over, or while they tried sockets. */
    const tidy = Effect.gen(function*() {
      for (const name of yield* fs.readDirectory(directory)) {
        if (leftName.test(name) && !(yield* isNeeded(name))) {
          yield* fs.remove(paths.resolve(directory, name))
        }
      }
    }).pipe(Effect.ignore)

    const bySocket = Effect.gen(function*() {
      const server = yield* Effect.catchIf(listen(path), (code) =>
        code === "EADDRINUSE", () =>
        Effect.matchEffect(holder(path), {
          onFailure: () =>
            Effect.andThen(takeAway, listen(path)),
          onSuccess: (by) =>
            Effect.fail(heldBy(by))
        }))
      const other = yield* LockFile.holder(file)
      if (other !== undefined) {
        return yield* Effect.andThen(close(server), heldBy(other))
      }
      return { giveBack: close(server) }
    })

    // Another process may have a socket all the same: one may be allowed what another is not.
    const byFile = Effect.fnUntraced(function*(code: string) {
      const taken = yield* Effect.catch(
        LockFile.take(file),
        Effect.fnUntraced(function*(error) {
          if (typeof error === "string") return yield* heldBy(error)
          const { fault, remedy } = yield* DirectoryTrouble.explain(directory, error)
          return yield* new DataDirectory.DirectoryUnsafe({ fault: `${fault}, and ${code} in listen`, remedy })
        })
      )
      const other = yield* Effect.option(holder(path))
      return other._tag === "Some" ? yield* Effect.andThen(taken.giveBack, heldBy(other.value)) : taken
    })

    yield* Effect.acquireRelease(
      Effect.catchIf(bySocket, (error) => typeof error === "string", byFile),
      ({ giveBack }) => giveBack
    )
    yield* tidy
  }
)
