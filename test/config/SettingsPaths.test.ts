/** Tests what relative paths of a settings file mean, from whatever directory the program is started. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { resolve } from "../../src/config/SettingsPaths.ts"
import * as Json from "../support/Json.ts"

const id = "33333333-3333-4333-8333-333333333333"

/** Settings of a file below a directory, whose data would have been found from this process's own in earlier versions. */
const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* fs.makeTempDirectoryScoped()
  // A path that leads from this process's directory to one of the test's.
  const before = path.relative(".", `${root}/before`)
  const credentials = { tenant_id: id, client_id: id, client_secret_file: `${before}/secret` }
  const settings = yield* decodeSettings(
    "test",
    Json.text({
      instances: { "7": { credentials }, one: { credentials: { ...credentials, client_secret_file: "/run/secret" } } },
      checkpoint: { directory: `${before}/checkpoints` },
      sink: { type: "file", directory: "data/artifacts" },
      search: { directory: "/var/search" }
    })
  )
  const file = `${root}/conf/deep/azure-security.json`
  return { before, file, fs, root, resolved: resolve(file, settings), settings, at: path.resolve }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("relative paths", (it) => {
  it.effect("begin at the settings file, and absolute ones stay", () =>
    Effect.gen(function*() {
      const { at, before, resolved, root } = yield* world
      const { remarks, settings: { checkpoint, instances, search, sink } } = yield* resolved
      assert.deepStrictEqual(remarks, [])
      assert.deepInclude(sink, { type: "file", directory: `${root}/conf/deep/data/artifacts` })
      assert.strictEqual(checkpoint.directory, at(`${root}/conf/deep`, `${before}/checkpoints`))
      assert.strictEqual(search.directory, "/var/search")
      assert.strictEqual(instances["one"]?.credentials.client_secret_file, "/run/secret")
      assert.strictEqual(instances["7"]?.credentials.client_secret_file, at(`${root}/conf/deep`, `${before}/secret`))
    }).pipe(Effect.scoped))

  it.effect("stay where an earlier version had them, as long as nothing is at the new place, with a remark each", () =>
    Effect.gen(function*() {
      const { at, before, file, fs, resolved, root, settings } = yield* world
      yield* fs.makeDirectory(`${root}/before/checkpoints`, { recursive: true })
      yield* fs.writeFileString(`${root}/before/secret`, "s")
      const found = yield* resolved
      assert.strictEqual(found.settings.checkpoint.directory, `${root}/before/checkpoints`)
      assert.strictEqual(found.settings.instances["7"]?.credentials.client_secret_file, `${root}/before/secret`)
      assert.strictEqual(found.remarks.length, 2)
      const now = at(`${root}/conf/deep`, `${before}/checkpoints`)
      const remark = found.remarks.find(({ message }) => message.startsWith("checkpoint.directory"))!
      assert.include(
        remark.message,
        `is ${root}/before/checkpoints, as in earlier versions, because nothing is at ${now}`
      )
      assert.include(remark.remedy, `move the directory to ${now}`)
      yield* fs.makeDirectory(now, { recursive: true })
      assert.strictEqual((yield* resolve(file, settings)).settings.checkpoint.directory, now)
    }).pipe(Effect.scoped))
})
