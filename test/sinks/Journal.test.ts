import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Ref } from "effect"
import { TestConsole } from "effect/testing"
import * as Bounds from "../../src/domain/Bounds.ts"
import { ArtifactSink, ArtifactSinkError, Published, publishTo, SinkUnavailable } from "../../src/sinks/ArtifactSink.ts"
import * as Journal from "../../src/sinks/Journal.ts"
import { artifact } from "../support/Artifacts.ts"

const batch = (...ids: ReadonlyArray<string>) => ({ artifacts: ids.map(artifact), deadLetters: [] })

const idsIn = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = (yield* fs.readDirectory(directory)).sort()
  const texts = yield* Effect.forEach(names, (name) => fs.readFileString(`${directory}/${name}`))
  return texts.map((text) => text.trim().split("\n").map((line) => (JSON.parse(line) as { id: string }).id))
})

const over = (directory: string, limits?: { readonly files: number; readonly bytes: number }) =>
  Layer.fresh(Journal.layer(ArtifactSink.layerMemoryOpen, directory, limits)).pipe(Layer.provideMerge(Published.layer))

const publishedIds = Effect.map(
  Effect.flatMap(Published, Ref.get),
  (batches) => batches.flatMap(({ artifacts }) => artifacts.map(({ id }) => id))
)

it.layer(NodeServices.layer)("Journal", (it) => {
  it.effect("keeps a copy of each batch that the sink took, in a limited number of files", () =>
    Effect.gen(function*() {
      assert.isAtMost(Bounds.journal.files * Bounds.journal.bytes, 2 ** 29)
      const fs = yield* FileSystem.FileSystem
      const directory = `${yield* fs.makeTempDirectoryScoped()}/search`
      yield* Effect.gen(function*() {
        const sink = yield* ArtifactSink
        for (let n = 0; n < 5; n++) yield* publishTo(sink, batch(`${n}a`, `${n}b`))
        assert.strictEqual((yield* publishedIds).length, 10)
      }).pipe(Effect.provide(over(directory, { files: 2, bytes: 1 })))
      assert.deepStrictEqual(yield* idsIn(directory), [["3a", "3b"], ["4a", "4b"]])
    }))

  it.effect("copies nothing that the sink refused", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = `${yield* fs.makeTempDirectoryScoped()}/search`
      const refusing = Layer.succeed(ArtifactSink, {
        type: "memory",
        open: Effect.succeed({
          write: () => Effect.void,
          commit: Effect.fail(
            new ArtifactSinkError({ sink: "memory", reason: new SinkUnavailable({ detail: "full" }) })
          )
        })
      })
      yield* Effect.gen(function*() {
        yield* Effect.flip(publishTo(yield* ArtifactSink, batch("1")))
      }).pipe(Effect.provide(Journal.layer(refusing, directory)))
      assert.deepStrictEqual(yield* fs.readDirectory(directory), [])
    }))

  it.effect("publishes when no copy can be kept, and logs the fault once", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/file`
      yield* fs.writeFileString(file, "")
      const directory = `${file}/search`
      yield* Effect.gen(function*() {
        const sink = yield* ArtifactSink
        yield* publishTo(sink, batch("1"))
        yield* publishTo(sink, batch("2"))
        assert.deepStrictEqual(yield* publishedIds, ["1", "2"])
      }).pipe(Effect.provide(over(directory)))
      const said = (yield* TestConsole.logLines).join("\n")
      assert.strictEqual(said.split("cannot be written").length, 2, said)
    }))
})
