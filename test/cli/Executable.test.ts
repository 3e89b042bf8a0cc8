/** Makes the self-contained executable, and runs it where there is no Node. */
import { NodeHttpClient, NodeServices } from "@effect/platform-node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Schedule } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import * as SimulateCommand from "../../src/cli/SimulateCommand.ts"
import { Found } from "../../src/search/Search.ts"
import * as Process from "../support/Process.ts"

const directory = mkdtempSync(`${tmpdir()}/azure-security executable-`)
const program = `${directory}/azure-security`
const maker = fileURLToPath(new URL("../../config/executable.mjs", import.meta.url))
const made = spawnSync(process.execPath, [maker, program], { encoding: "utf8", timeout: 120_000 })
/** What keeps this Node from becoming an executable; anything else is a failure. */
const obstacle = /^no executable: (.*)$/m.exec(made.stderr)?.[1]

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const token = "a token of many characters"

describe.skipIf(obstacle !== undefined)(
  obstacle === undefined ? "the executable" : `the executable (skipped: ${obstacle})`,
  () => {
    it.live("sets up a tenant, collects, shows its page, searches in threads and stops, without a Node", () =>
      Effect.gen(function*() {
        assert.strictEqual(made.status, 0, made.stderr)
        const fs = yield* FileSystem.FileSystem
        const home = yield* fs.makeTempDirectoryScoped()
        const [origin, port] = [yield* SimulateCommand.serve(0), yield* Process.freePort]
        const env = { PATH: "/nowhere", HOME: home, AZURE_SECURITY_ADMIN_TOKEN: token }
        const run = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
          const running = yield* Process.launch([program, ...args], env, home)
          assert.strictEqual(yield* running.exit, 0, running.stdout() + running.stderr())
          assert.strictEqual(running.stderr(), "")
          return running.stdout()
        })
        assert.match(yield* run("--version"), /^azure-security v\d/)
        yield* fs.writeFileString(`${home}/secret`, "simulated", { mode: 0o600 })
        const ids = [
          "--tenant-id=11111111-1111-4111-8111-111111111111",
          "--client-id=22222222-2222-4222-8222-222222222222"
        ]
        assert.include(yield* run("init", `--secret-file=${home}/secret`, `--cloud=${origin}`, ...ids), "all is well")
        const connector = yield* Process.launch([program, "run", "--listen", `127.0.0.1:${port}`], env, home)
        yield* connector.says(/fetched \d+ events .* endpoint=alerts_v2/)
        const get = (path: string) =>
          HttpClient.get(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
        const page = yield* Effect.flatMap(get("/admin/settings/integrations"), ({ text }) => text)
        assert.match(page, /<script[^>]* src="/)
        const found = get("/api/search?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=10&query=amy")
        const { rows } = yield* Effect.repeat(Effect.flatMap(found, HttpClientResponse.schemaBodyJson(Found)), {
          until: ({ rows }) => rows.length > 0,
          schedule: Schedule.spaced("50 millis")
        })
        assert.isAtLeast(rows.length, 1)
        connector.child.kill("SIGUSR1")
        connector.child.kill("SIGTERM")
        assert.strictEqual(yield* connector.exit, 0)
        assert.notInclude(connector.stderr(), "Debugger")
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeServices.layer, NodeHttpClient.layerUndici))))
  }
)
