/** Tests the command that judges settings alone, as a repository of settings runs it. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { fileURLToPath } from "node:url"
import * as Json from "../support/Json.ts"
import * as Process from "../support/Process.ts"

const id = "33333333-3333-4333-8333-333333333333"

it.layer(NodeServices.layer, { excludeTestServices: true })("validate", (it) => {
  it.effect("says what can be used, what is most likely not meant so, and every fault, without network and secrets", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const file = `${directory}/azure-security.json`
      const judged = Effect.fnUntraced(function*(text: string) {
        yield* fs.writeFileString(file, text)
        const process = yield* Process.start(["validate", "--config", file], { HTTPS_PROXY: "http://127.0.0.1:1" })
        const exit = yield* process.exit
        return { exit, said: process.stdout() + process.stderr() }
      })
      const credentials = { tenant_id: id, client_id: id, client_secret_env: "NOT_SET_HERE" }
      const good = yield* judged(
        Json.text({ instances: { one: { credentials, overlap_minuts: 3 }, two: { credentials } } })
      )
      assert.strictEqual(good.exit, 0, good.said)
      assert.strictEqual(
        good.said,
        `${file} can be used; instances: one, two\n? the setting instances.one.overlap_minuts is not known and has no effect; did you mean overlap_minutes?\n`
      )
      const bad = yield* judged(
        Json.text({ instances: { one: { credentials: { ...credentials, client_id: "x" } } }, sink: 1 })
      )
      assert.strictEqual(bad.exit, 2)
      assert.match(
        bad.said,
        /instances\.one\.credentials\.client_id: Expected .*\n.*sink: Expected an object whose type/
      )
      const example = yield* judged(
        yield* fs.readFileString(fileURLToPath(new URL("../../config/azure-security.example.json", import.meta.url)))
      )
      assert.strictEqual(example.exit, 0)
      assert.match(example.said, /^\? instances\..*\.tenant_id is still that of the example; write the Directory/m)
      const empty = yield* judged("{} // none yet")
      assert.deepStrictEqual(empty, { exit: 0, said: `${file} can be used; no instance is set up yet\n` })
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["azure-security.json"])
    }).pipe(Effect.scoped))
})
