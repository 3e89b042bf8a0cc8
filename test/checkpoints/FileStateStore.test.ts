import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option, PlatformError } from "effect"
import * as FileStateStore from "../../src/checkpoints/FileStateStore.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"

const bytes = (n: number) => new Uint8Array([n])
const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  return { directory, fs, open: Effect.provide(StateStore, Layer.fresh(FileStateStore.layer(directory))) }
})

it.layer(NodeServices.layer)("FileStateStore", (it) => {
  it.effect("clears away what an interrupted write left, and nothing else", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      for (const name of ["torn.json.writing", "whole.json"]) yield* fs.writeFile(`${directory}/${name}`, bytes(1))
      const store = yield* open
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["whole.json"])
      assert.deepStrictEqual(yield* store.keys(""), ["whole.json"])
    }))

  it.effect("reads no value through a link, and replaces the link, not what it names", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      const store = yield* open
      yield* fs.writeFile(`${directory}-victim`, bytes(7))
      yield* fs.symlink(`${directory}-victim`, `${directory}/a.json`)
      assert.match((yield* Effect.flip(store.get("a.json"))).message, /is a link, which is not followed/)
      yield* store.put("a.json", bytes(2), 1)
      assert.deepStrictEqual(Option.getOrThrow(yield* store.get("a.json")).bytes, bytes(2))
      assert.deepStrictEqual(yield* fs.readFile(`${directory}-victim`), bytes(7))
      yield* fs.remove(`${directory}-victim`)
    }))

  it.effect("is not opened in a directory that others may write to", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      yield* fs.chmod(directory, 0o770)
      assert.include((yield* Effect.flip(open)).message, `run chmod go-w ${directory}`)
    }))

  it.effect("lists no value that is being written", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      const store = yield* open
      yield* fs.writeFile(`${directory}/a.json.writing`, bytes(1))
      assert.deepStrictEqual(yield* store.keys("a"), [])
    }))

  it.effect("lists, and writes again, a value whose name may not be on the disk", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      let isBroken = true
      const broken: FileSystem.FileSystem = {
        ...fs,
        open: (name, options) =>
          name === directory && isBroken
            ? Effect.fail(PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "open" }))
            : fs.open(name, options)
      }
      const store = yield* Effect.provideService(open, FileSystem.FileSystem, broken)
      yield* Effect.flip(store.put("a.json", bytes(1), 0))
      assert.deepStrictEqual(yield* store.keys("a"), ["a.json"])
      isBroken = false
      assert.strictEqual(yield* store.put("a.json", bytes(2), 0), 1)
      assert.deepStrictEqual(Option.getOrThrow(yield* store.get("a.json")), { bytes: bytes(2), revision: 1 })
    }))

  it.effect("takes the removal of what is not there for done", () =>
    Effect.gen(function*() {
      const { open } = yield* world
      yield* (yield* open).remove("a.json", 0)
    }))

  it.effect("begins a value that was set aside anew", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      const store = yield* open
      const revision = yield* store.put("a.json", bytes(1), 0)
      yield* store.put("a.json", bytes(2), revision)
      const name = yield* store.setAside("a.json")
      assert.match(name, /^a\.corrupt-\d+$/)
      yield* store.put("a.json", bytes(3), 0)
      assert.deepStrictEqual((yield* fs.readDirectory(directory)).sort(), [name, "a.json"])
    }))

  it.effect("refuses a writer that takes a value of an earlier process for none", () =>
    Effect.gen(function*() {
      const { open } = yield* world
      yield* (yield* open).put("a.json", bytes(1), 0)
      const again = yield* open
      assert.strictEqual((yield* Effect.flip(again.put("a.json", bytes(2), 0))).reason._tag, "Conflict")
      assert.strictEqual((yield* Effect.flip(again.remove("a.json", 0))).reason._tag, "Conflict")
      const { revision } = Option.getOrThrow(yield* again.get("a.json"))
      assert.strictEqual(revision, 1)
      assert.strictEqual((yield* Effect.flip(again.put("a.json", bytes(2), 0))).reason._tag, "Conflict")
      assert.strictEqual(yield* again.put("a.json", bytes(2), 1), 2)
    }))

  it.effect("writes a value again that somebody deleted after it was read", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      yield* fs.makeDirectory(directory, { recursive: true })
      yield* fs.writeFile(`${directory}/a.json`, bytes(1))
      const store = yield* open
      const { revision } = Option.getOrThrow(yield* store.get("a.json"))
      yield* fs.remove(`${directory}/a.json`)
      yield* store.put("a.json", bytes(2), revision)
      assert.deepStrictEqual(yield* fs.readFile(`${directory}/a.json`), bytes(2))
    }))
})
