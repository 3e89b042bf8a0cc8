import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Ref, Sink, Stdio } from "effect"
import { TestClock } from "effect/testing"
import { ArtifactSink, Published, publishTo } from "../../src/sinks/ArtifactSink.ts"
import * as FileSink from "../../src/sinks/FileSink.ts"
import { lines } from "../../src/sinks/Ndjson.ts"
import * as StdoutSink from "../../src/sinks/StdoutSink.ts"
import { artifact } from "../support/Artifacts.ts"
import { suite } from "./ArtifactSinkSuite.ts"

class Directory extends Context.Service<Directory, string>()("azure-security/test/sinks/ArtifactSink.test/Directory") {
  static readonly layer = Layer.effect(
    Directory,
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())
  )
}

const fileLayer = Layer.unwrap(Effect.map(Directory, (directory) => FileSink.layer(directory))).pipe(
  Layer.provideMerge(Directory.layer),
  Layer.provideMerge(NodeServices.layer)
)

const idsIn = (directory: string, prefix = "artifacts") =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const files = (yield* fs.readDirectory(directory)).filter((file) => file.startsWith(prefix)).sort()
    const texts = yield* Effect.forEach(files, (file) => fs.readFileString(`${directory}/${file}`))
    return texts.join("").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).id as string)
  })

suite(
  "memory",
  ArtifactSink.layerMemory,
  Effect.gen(function*() {
    const batches = yield* Ref.get(yield* Published)
    return batches.flatMap(({ artifacts }) => artifacts.map(({ id }) => id))
  })
)
suite("files", fileLayer, Effect.flatMap(Directory, (directory) => idsIn(directory)))

const batch = (...ids: ReadonlyArray<string>) => ({ artifacts: ids.map(artifact), deadLetters: [] })
const reopen = (directory: string, bytesMax?: number) =>
  Effect.provide(ArtifactSink, Layer.fresh(FileSink.layer(directory, bytesMax)))

it.layer(fileLayer)("FileSink", (it) => {
  it.effect("names files by UTC date, and begins a new file each day and at the size limit", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const sink = yield* reopen(directory, 100)
      yield* publishTo(sink, batch("1"))
      yield* publishTo(sink, batch("2"))
      yield* TestClock.adjust("1 day")
      yield* publishTo(sink, batch("3"))
      assert.deepStrictEqual((yield* fs.readDirectory(directory)).sort(), [
        "artifacts-1970-01-01-1.ndjson",
        "artifacts-1970-01-01-2.ndjson",
        "artifacts-1970-01-02-1.ndjson"
      ])
      assert.deepStrictEqual(yield* idsIn(directory), ["1", "2", "3"])
      assert.strictEqual((yield* fs.stat(`${directory}/artifacts-1970-01-01-1.ndjson`)).mode & 0o777, 0o600)
    }))

  it.effect("cuts off what a crash left after the last complete line, and continues in the same file", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* publishTo(yield* reopen(directory), batch("1", "2"))
      const file = `${directory}/${(yield* fs.readDirectory(directory))[0]}`
      yield* fs.writeFileString(file, `{"id":"torn","message":"${"x".repeat(70_000)}`, { flag: "a" })
      yield* publishTo(yield* reopen(directory), batch("3"))
      assert.deepStrictEqual(yield* idsIn(directory), ["1", "2", "3"])
      assert.strictEqual((yield* fs.readDirectory(directory)).length, 1)
    }))

  it.effect("cuts off a torn line in a file of the day before", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* publishTo(yield* reopen(directory), batch("1"))
      yield* fs.writeFileString(`${directory}/${(yield* fs.readDirectory(directory))[0]}`, "{\"id\":", { flag: "a" })
      yield* TestClock.adjust("1 day")
      yield* publishTo(yield* reopen(directory), batch("2"))
      assert.deepStrictEqual(yield* idsIn(directory), ["1", "2"])
    }))
})

it.effect("StdoutSink: a pipe may hold the lines it was given for any time", () => {
  const pieces: Array<string | Uint8Array> = []
  const stdio = Stdio.layerTest({
    stdout: () => Sink.forEach((piece: string | Uint8Array) => Effect.sync(() => void pieces.push(piece)))
  })
  return Effect.gen(function*() {
    const sink = yield* ArtifactSink
    const batches = [1, 2].map((n) => ({
      artifacts: Array.from(
        { length: 60 },
        (_, m) => ({ ...artifact(`${n}-${m}`), message: `${n}.${m} `.repeat(14_000) })
      ),
      deadLetters: []
    }))
    for (const batch of batches) yield* publishTo(sink, batch)
    const text = pieces.map((piece) => typeof piece === "string" ? piece : new TextDecoder().decode(piece)).join("")
    assert.isTrue(text === lines(batches.flatMap(({ artifacts }) => artifacts)))
  }).pipe(Effect.provide(StdoutSink.layer.pipe(Layer.provide(stdio))))
})
