import { NodeServices } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer } from "effect"
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
