import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Option, PlatformError } from "effect"
import {
  cutOwn,
  describeFailure,
  isSyncRefused,
  openOwn,
  readOwn,
  replace,
  syncDirectory,
  temporary
} from "../../src/config/DurableFile.ts"
import * as RecordedDisk from "../support/RecordedDisk.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

it.layer(RecordedDisk.layer)("a file is replaced", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const directory = `${yield* fs.makeTempDirectoryScoped()}/state`
    yield* fs.makeDirectory(directory)
    const { log } = yield* RecordedDisk.RecordedDisk
    return { fs, name: `${directory}/a.json`, done: Effect.sync(() => log.splice(0)) }
  })
  const beside = `a.json${temporary}`

  it.effect("by one beside it that is synced before it is renamed, and the directory after", () =>
    Effect.gen(function*() {
      const { done, fs, name } = yield* world
      yield* done
      yield* replace(name, bytes("new"), 0o600)
      assert.deepStrictEqual(yield* done, [
        `open ${beside} wx`,
        `write ${beside}`,
        `sync ${beside}`,
        `close ${beside}`,
        `rename ${beside} a.json`,
        "open state r",
        "sync state",
        "close state"
      ])
      assert.strictEqual(yield* fs.readFileString(name), "new")
    }))

  for (const code of ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EISDIR"]) {
    it.effect(`where the file system cannot sync its directory (${code}), which is told`, () =>
      Effect.gen(function*() {
        const { fs, name } = yield* world
        const recorded = yield* RecordedDisk.RecordedDisk
        recorded.code = code
        recorded.fails = "sync state"
        yield* replace(name, bytes("new"), 0o600)
        assert.strictEqual(yield* fs.readFileString(name), "new")
        recorded.fails = "sync state"
        assert.strictEqual(yield* syncDirectory(name.slice(0, name.lastIndexOf("/"))), code)
      }))
  }

  it.effect("with a failure where the disk fails", () =>
    Effect.gen(function*() {
      const { name } = yield* world
      const recorded = yield* RecordedDisk.RecordedDisk
      for (const code of ["EIO", "ENOSPC"]) {
        recorded.code = code
        recorded.fails = "sync state"
        assert.include(describeFailure(yield* Effect.flip(replace(name, bytes("new"), 0o600))), `${code} in sync`)
      }
    }))

  it("where a directory's EIO comes from a file system over SMB or FUSE, and no disk", () => {
    for (const type of [0xff534d42, 0xfe534d42, 0x517b, 0x65735546]) assert.isTrue(isSyncRefused("EIO", type))
    for (const type of [0, 0xef53, 0x58465342]) assert.isFalse(isSyncRefused("EIO", type))
    assert.isFalse(isSyncRefused("ENOSPC", 0xff534d42))
  })

  it.effect("where a crash left one beside it", () =>
    Effect.gen(function*() {
      const { fs, name } = yield* world
      yield* fs.writeFileString(name, "old")
      yield* fs.writeFileString(name + temporary, "torn and longer than what is written now")
      yield* replace(name, bytes("new"), 0o640)
      assert.strictEqual(yield* fs.readFileString(name), "new")
      assert.strictEqual((yield* fs.stat(name)).mode & 0o777, 0o640)
      assert.isFalse(yield* fs.exists(name + temporary))
    }))

  it.effect("with the mode that is asked for, whatever the umask is", () =>
    Effect.gen(function*() {
      const { fs, name } = yield* world
      const umask = process.umask(0o177)
      yield* Effect.ensuring(replace(name, bytes("new"), 0o664), Effect.sync(() => process.umask(umask)))
      assert.strictEqual((yield* fs.stat(name)).mode & 0o777, 0o664)
    }))
})

it.layer(NodeServices.layer)("a file of the connector's own", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const victim = `${directory}/victim`
    yield* fs.writeFileString(victim, "theirs", { mode: 0o600 })
    return { directory, fs, name: `${directory}/a.json`, victim }
  })
  const isRoot = process.getuid?.() === 0

  it.effect("keeps its owner where both parts of it are known and this user may set it", () =>
    Effect.gen(function*() {
      const { fs, name } = yield* world
      const owned = Effect.fnUntraced(function*(uid: Option.Option<number>, gid: Option.Option<number>) {
        yield* replace(name, bytes("new"), 0o600, { uid, gid })
        return Option.getOrThrow((yield* fs.stat(name)).uid)
      })
      const own = process.getuid?.() ?? 0
      // A user who is not root may give nothing away, which is no fault.
      assert.strictEqual(yield* owned(Option.some(65_534), Option.some(65_534)), isRoot ? 65_534 : own)
      assert.strictEqual(yield* owned(Option.some(65_534), Option.none()), own)
      assert.strictEqual(yield* owned(Option.none(), Option.some(65_534)), own)
    }))

  it.effect("gets mode and owner itself, although its path names another file by then", () =>
    Effect.gen(function*() {
      const { fs, name, victim } = yield* world
      const swapping = FileSystem.FileSystem.of({
        ...fs,
        open: (path, options) =>
          Effect.tap(fs.open(path, options), () =>
            path === name + temporary
              ? Effect.andThen(fs.rename(path, `${path}.moved`), fs.symlink(victim, path))
              : Effect.void)
      })
      yield* replace(name, bytes("new"), 0o666, { uid: Option.some(65_534), gid: Option.some(65_534) }).pipe(
        Effect.provideService(FileSystem.FileSystem, swapping)
      )
      const { mode, uid } = yield* fs.stat(victim)
      assert.deepStrictEqual([mode & 0o777, Option.getOrThrow(uid)], [0o600, process.getuid?.()])
    }))

  it.effect("is not opened, read, made or cut through a link", () =>
    Effect.gen(function*() {
      const { directory, fs, name, victim } = yield* world
      yield* fs.symlink(victim, name)
      yield* fs.symlink(`${directory}/nowhere`, `${directory}/dangling`)
      for (const use of [readOwn(name), openOwn(name, "a"), openOwn(`${directory}/dangling`, "a"), cutOwn(name, 1)]) {
        assert.match(describeFailure(yield* Effect.flip(use)), /^the file is a link, which is not followed/)
      }
      assert.strictEqual(yield* fs.readFileString(victim), "theirs")
      assert.isFalse(yield* fs.exists(`${directory}/nowhere`))
    }))
})

describe("a failed file operation", () => {
  const described = (cause?: unknown) =>
    describeFailure(PlatformError.systemError({
      _tag: "NotFound",
      module: "FileSystem",
      method: "open",
      ...(cause === undefined ? {} : { cause })
    }))

  it("is told by the system's code, or by its kind where there is none", () => {
    assert.strictEqual(described({ code: "ENOSPC" }), "ENOSPC in open")
    for (const cause of [undefined, null, "text", { other: 1 }]) {
      assert.strictEqual(described(cause), "NotFound in open")
    }
    const bad = PlatformError.badArgument({ module: "FileSystem", method: "open" })
    assert.strictEqual(describeFailure(bad), `${bad.reason._tag} in open`)
  })
})
