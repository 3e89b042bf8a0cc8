import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, FileSystem, Scope } from "effect"
import { createServer } from "node:net"
import { hostname } from "node:os"
import { hold, Listen, socketRefusal } from "../../src/config/DirectoryLock.ts"
import * as Json from "../support/Json.ts"

/** A file system that refuses sockets. */
const refusing = (code: string) => Effect.provideService(Listen, () => Effect.fail(code))

const mine = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const boot = (yield* fs.readFileString("/proc/sys/kernel/random/boot_id")).trim()
  const started = (yield* fs.readFileString("/proc/self/stat")).replace(/^.*\) /s, "").split(" ")[19]!
  return { pid: process.pid, host: hostname(), boot, started }
})

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = `${yield* fs.makeTempDirectoryScoped()}/state`
  return { directory, file: `${directory}/.lock.json`, fs }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("a directory's lock", (it) => {
  for (const code of ["EOPNOTSUPP", "EPERM", "EACCES", "ENOTSUP"]) {
    it.effect(`is a file that names its process where sockets are refused (${code}), and goes with its scope`, () =>
      Effect.gen(function*() {
        const { directory, file, fs } = yield* world
        const scope = yield* Scope.make()
        yield* Scope.provide(hold(directory), scope).pipe(refusing(code))
        assert.deepStrictEqual(Json.parse(yield* fs.readFileString(file)), yield* mine)
        assert.strictEqual((yield* fs.stat(file)).mode & 0o777, 0o600)
        // Whoever is allowed sockets respects the file, and the other way round.
        for (const other of [hold(directory), hold(directory).pipe(refusing(code))]) {
          assert.include(
            (yield* Effect.flip(Effect.scoped(other))).message,
            `held by another writer (process ${process.pid})`
          )
        }
        yield* Scope.close(scope, Exit.void)
        assert.isFalse(yield* fs.exists(file))
        yield* hold(directory)
        assert.include(
          (yield* Effect.flip(hold(directory).pipe(refusing(code)))).message,
          `held by another writer (process ${process.pid})`
        )
        assert.isFalse(yield* fs.exists(file))
      }))
  }

  it.effect("is taken from a process that has ended, from one of before the machine's start, and from a torn file", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* world
      const own = yield* mine
      yield* fs.makeDirectory(directory, { mode: 0o700 })
      for (
        const left of [
          // The greatest id that Linux gives is below 2^22.
          Json.text({ ...own, pid: 4_194_305 }),
          Json.text({ ...own, boot: "00000000-0000-0000-0000-000000000000" }),
          Json.text({ ...own, started: "1" }),
          "",
          "{\"pid\":"
        ]
      ) {
        yield* fs.writeFileString(file, left)
        yield* Effect.scoped(Effect.gen(function*() {
          yield* hold(directory).pipe(refusing("EPERM"))
          assert.deepStrictEqual(Json.parse(yield* fs.readFileString(file)), own)
        }))
        assert.deepStrictEqual(yield* fs.readDirectory(directory), [])
      }
    }))

  it.effect("of another host's process is respected, with the file to delete should that host be gone", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* world
      yield* fs.makeDirectory(directory, { mode: 0o700 })
      yield* fs.writeFileString(file, Json.text({ ...yield* mine, pid: 7, host: "elsewhere" }))
      for (const other of [hold(directory), hold(directory).pipe(refusing("EPERM"))]) {
        const { message } = yield* Effect.flip(Effect.scoped(other))
        assert.include(message, `process 7 on elsewhere; where that one has ended, delete ${file}`)
      }
    }))

  it.effect("is taken by one of many at once", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* world
      yield* fs.makeDirectory(directory, { mode: 0o700 })
      yield* fs.writeFileString(file, Json.text({ ...yield* mine, pid: 4_194_305 }))
      const taken = yield* Effect.forEach(Array.from({ length: 8 }), () =>
        Effect.exit(hold(directory).pipe(refusing("EPERM"))), { concurrency: 8 })
      assert.isAtMost(taken.filter(Exit.isSuccess).length, 1)
    }))

  it.effect("removes what a process left that was killed while it took a lock over", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* world
      yield* fs.makeDirectory(directory, { mode: 0o700 })
      const server = createServer()
      yield* Effect.promise(() => new Promise<void>((resolve) => server.listen(`${directory}/socket`, resolve)))
      yield* fs.rename(`${directory}/socket`, `${directory}/.lock.4194305`)
      yield* fs.link(`${directory}/.lock.4194305`, `${directory}/.lock-check-4194306`)
      yield* fs.writeFileString(`${directory}/.lock.json.4194307`, Json.text(yield* mine))
      // One that another process listens on or holds is its lock, which it moves back.
      yield* Effect.scoped(hold(directory))
      assert.strictEqual((yield* fs.readDirectory(directory)).length, 3)
      yield* Effect.promise(() => new Promise((resolve) => server.close(resolve)))
      yield* fs.writeFileString(`${directory}/.lock.json.4194307`, "torn")
      yield* Effect.scoped(hold(directory))
      assert.deepStrictEqual(yield* fs.readDirectory(directory), [])
    }))

  it.effect("says whether a directory takes sockets, and leaves nothing there", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* world
      yield* fs.makeDirectory(directory)
      assert.isUndefined(yield* socketRefusal(directory))
      assert.strictEqual(yield* socketRefusal(directory).pipe(refusing("EOPNOTSUPP")), "EOPNOTSUPP")
      assert.deepStrictEqual(yield* fs.readDirectory(directory), [])
    }))
})
