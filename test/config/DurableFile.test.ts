import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Option, PlatformError } from "effect"
import { describeFailure, replace, temporary } from "../../src/config/DurableFile.ts"
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
        `chmod ${beside} 600`,
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

  it.effect("and keeps its owner where both parts of it are known", () =>
    Effect.gen(function*() {
      const { done, name } = yield* world
      const owned = Effect.fnUntraced(function*(uid: Option.Option<number>, gid: Option.Option<number>) {
        yield* done
        yield* replace(name, bytes("new"), 0o600, { uid, gid })
        return (yield* done).filter((line) => line.startsWith("chown"))
      })
      assert.deepStrictEqual(yield* owned(Option.some(0), Option.some(0)), [`chown ${beside} 0 0`])
      assert.deepStrictEqual(yield* owned(Option.some(0), Option.none()), [])
      assert.deepStrictEqual(yield* owned(Option.none(), Option.some(0)), [])
    }))

  it.effect("also where its owner cannot be set", () =>
    Effect.gen(function*() {
      const { fs, name } = yield* world
      const denied = PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method: "chown" })
      yield* replace(name, bytes("new"), 0o600, { uid: Option.some(0), gid: Option.some(0) }).pipe(
        Effect.provideService(FileSystem.FileSystem, { ...fs, chown: () => Effect.fail(denied) })
      )
      assert.strictEqual(yield* fs.readFileString(name), "new")
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
