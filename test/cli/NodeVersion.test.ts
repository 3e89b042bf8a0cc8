/** Starts the program with the machine's own Node, where that is an older one. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { existsSync, lstatSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Process from "../support/Process.ts"

const older = ["/usr/bin/node", "/usr/local/bin/node"].find((file) =>
  existsSync(file) && Number(/^v(\d+)/.exec(spawnSync(file, ["--version"], { encoding: "utf8" }).stdout)?.[1]) < 24
)
const root = fileURLToPath(new URL("../../", import.meta.url))

describe.skipIf(older === undefined)(
  older === undefined ? "an older Node (skipped: neither /usr/bin nor /usr/local/bin has one)" : "an older Node",
  () => {
    for (const entry of ["src/main.ts", "src/azure-security.js"]) {
      it.live(`is refused by ${entry} in one line`, () =>
        Effect.gen(function*() {
          const run = yield* Process.launch([older!, `${root}${entry}`, "check"])
          assert.strictEqual(yield* run.exit, 2)
          assert.match(
            run.stderr(),
            /^azure-security needs Node 24 or later, and this is v[^\n]* npx azure-security and npm start [^\n]*\n$/
          )
          assert.strictEqual(run.stdout(), "")
        }).pipe(Effect.scoped))
    }
  }
)

describe("src/main.ts", () => {
  it("is a link to JavaScript, which an older Node reads", () => {
    assert.isTrue(lstatSync(`${root}src/main.ts`).isSymbolicLink())
  })

  it.live("leaves Node's debugger shut at SIGUSR1", () =>
    Effect.gen(function*() {
      const run = yield* Process.start(["simulate", "--port", "0"])
      yield* run.says(/Ctrl-C stops/)
      run.child.kill("SIGUSR1")
      run.child.kill("SIGTERM")
      yield* run.exit
      assert.notInclude(run.stderr(), "Debugger")
    }).pipe(Effect.scoped))
})
