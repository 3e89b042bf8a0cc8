import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option } from "effect"
import * as FileStateStore from "../../src/checkpoints/FileStateStore.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { suite } from "./StateStoreSuite.ts"

const inTemporaryDirectory = Layer.unwrap(
  Effect.map(
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped()),
    (directory) => FileStateStore.layer(`${directory}/state`)
  )
).pipe(Layer.provide(NodeServices.layer))

suite("memory", StateStore.layerMemory)
suite("files", inTemporaryDirectory)

it.layer(NodeServices.layer)("FileStateStore", (it) => {
  it.effect("is readable by the owner only, and removes the temporary file of an interrupted write", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${directory}/a.json.writing`, "torn")
      const store = yield* Effect.provide(StateStore, FileStateStore.layer(directory))
      yield* store.put("a.json", new Uint8Array([1]), 0)
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["a.json"])
      assert.strictEqual((yield* fs.stat(`${directory}/a.json`)).mode & 0o777, 0o600)
    }))

  it.effect("reads after a restart what was stored before", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const first = yield* Effect.provide(StateStore, FileStateStore.layer(directory))
      yield* first.put("a.json", new Uint8Array([1]), 0)
      const second = yield* Effect.provide(StateStore, Layer.fresh(FileStateStore.layer(directory)))
      const { revision } = Option.getOrThrow(yield* second.get("a.json"))
      yield* second.put("a.json", new Uint8Array([2]), revision)
    }))
})
