/** Runs the README's command lines as they stand there, against the simulated Microsoft, in a path with a blank. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { fileURLToPath } from "node:url"
import * as SimulateCommand from "../../src/cli/SimulateCommand.ts"
import * as Process from "../support/Process.ts"

/** Blocks that are not run here, by their first line. */
const elsewhere = new Set([
  // The demo and the installation; `.ci/run` does both.
  "npm ci",
  // Asks at a terminal; `Init.test.ts` answers.
  "azure-security init",
  // For root, with systemd; `Service.test.ts` judges the unit.
  "install -d -m 700 /var/lib/azure-security /etc/azure-security"
])

it.layer(NodeServices.layer, { excludeTestServices: true })("the README's command lines", (it) => {
  it.effect("do what stands beside them", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const readme = yield* fs.readFileString("README.md")
      const blocks = Array.from(readme.matchAll(/```sh\n([^]*?)\n```/g), ([, lines]) => lines!)
      const open = blocks.filter((block) => !elsewhere.has(block.split("\n")[0]!))
      const home = `${yield* fs.makeTempDirectoryScoped()}/a home`
      yield* fs.makeDirectory(`${home}/bin`, { recursive: true })
      const program = fileURLToPath(new URL("../../src/azure-security.js", import.meta.url))
      yield* fs.writeFileString(
        `${home}/bin/azure-security`,
        `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`,
        { mode: 0o755 }
      )
      const [origin, port] = [yield* SimulateCommand.serve(0), yield* Process.freePort]
      const env = {
        HOME: home,
        PATH: `${home}/bin:${process.env["PATH"]}`,
        AZURE_SECURITY_LISTEN: `127.0.0.1:${port}`
      }
      const begin = (start: string) => {
        const index = open.findIndex((block) => block.startsWith(start))
        assert.isAtLeast(index, 0, start)
        const [block] = open.splice(index, 1)
        return Process.launch(["bash", "-euc", block!.replaceAll("http://127.0.0.1:9465", origin)], env, home)
      }
      const run = Effect.fnUntraced(function*(start: string) {
        const process = yield* begin(start)
        assert.strictEqual(yield* process.exit, 0, process.stdout() + process.stderr())
        return process.stdout()
      })
      yield* run("mkdir -p ~/.local")
      assert.isTrue(yield* fs.exists(`${home}/.local/share/bash-completion/completions/azure-security`))
      assert.include(yield* run("echo simulated |"), "all is well")
      const running = yield* begin("azure-security run")
      yield* running.says(/fetched \d+ events .* endpoint=alerts_v2/)
      yield* running.says(/This link signs in once/)
      assert.match(yield* run("azure-security status"), /^my-tenant: ok/m)
      yield* run("azure-security backfill")
      running.child.kill("SIGTERM")
      yield* running.exit
      yield* run("tar -czf")
      assert.isTrue(yield* fs.exists(`${home}/azure-security-backup.tgz`))
      assert.match((yield* fs.readDirectory(`${home}/data/artifacts`)).join(), /artifacts-.*\.ndjson/)
      assert.deepStrictEqual(open, [], "blocks that nothing tries")
    }), 120_000)
})
