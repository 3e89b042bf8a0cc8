import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Fiber, FileSystem, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { documentOf, suite } from "./SettingsSourceSuite.ts"

class File
  extends Context.Service<File, (document: string) => Effect.Effect<void>>()(
    "azure-security/test/config/SettingsSource.test/File"
  )
{}

const inFile = Layer.effectContext(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/azure-security.json`
  const save = (document: string) => Effect.orDie(fs.writeFileString(path, `{"instances":{"one":${document}}}`))
  yield* save(documentOf(5))
  const source = yield* Layer.build(SettingsSource.layerFile(path))
  return Context.add(source, File, save)
})).pipe(Layer.provide(NodeServices.layer))

suite(
  "a file",
  inFile,
  (document) => Effect.flatMap(File, (save) => save(document)),
  // The source reads the file every two seconds, and reading takes real time.
  Effect.andThen(TestClock.adjust("2 seconds"), Effect.promise(() => new Promise((resolve) => setImmediate(resolve))))
)

it.layer(NodeServices.layer)("a file in UTF-16", (it) => {
  const initialOf = Effect.fnUntraced(function*(text: string) {
    const fs = yield* FileSystem.FileSystem
    const path = `${yield* fs.makeTempDirectoryScoped()}/azure-security.json`
    yield* fs.writeFile(path, Buffer.from(text, "utf16le"))
    return yield* Effect.map(SettingsSource, ({ initial }) => Object.keys(initial.instances)).pipe(
      Effect.provide(Layer.fresh(SettingsSource.layerFile(path)))
    )
  })
  const text = `{"instances":{"one":${documentOf(5)}}}`

  it.effect("is read where its byte order mark says so, and is named otherwise", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* initialOf(`\uFEFF${text}`), ["one"])
      const { message } = yield* Effect.flip(initialOf(text))
      assert.include(message, "it is UTF-16 without a byte order mark: save it as UTF-8")
    }))
})

it.layer(NodeServices.layer)("a file's order", (it) => {
  it.effect("is that of its text at the start, after a change, and while a change cannot be used", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/azure-security.json`
      const save = (...names: ReadonlyArray<string>) =>
        fs.writeFileString(path, `{"instances":{${names.map((name) => `"${name}":${documentOf(5)}`).join()}}}`)
      yield* save("contoso", "0")
      const { changes, order } = yield* Effect.provide(SettingsSource, SettingsSource.layerFile(path))
      assert.deepStrictEqual(order, ["contoso", "0"])
      const next = (change: Effect.Effect<void, unknown>) =>
        Effect.gen(function*() {
          yield* Effect.orDie(change)
          const told = yield* Effect.forkChild(Stream.runHead(changes))
          while (told.pollUnsafe() === undefined) {
            yield* TestClock.adjust("2 seconds")
            yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          }
          return Option.getOrThrow(yield* Fiber.join(told))
        })
      assert.deepStrictEqual((yield* next(save("7", "contoso", "0"))).order, ["7", "contoso", "0"])
      assert.deepStrictEqual((yield* next(fs.writeFileString(path, "{"))).order, ["7", "contoso", "0"])
    }))
})
