import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { spawnSync } from "node:child_process"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, evidenceOf, settingsFile, tenantId } from "../support/RunFiles.ts"

const prlimit = spawnSync("prlimit", ["--version"]).status === 0
if (!prlimit) process.stdout.write("1 test skipped: the command prlimit (package util-linux) is not there\n")

/** The largest file that the program may write, in bytes; to a process, reaching it looks like a full disk. */
const bytesMax = 2_000_000

it.layer(NodeServices.layer, { excludeTestServices: true })("disk_full", (it) => {
  it.effect.skipIf(!prlimit)(
    "holds the page, leaves only complete lines, and publishes everything once when there is space again",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { env, simulator } = yield* standIn({ alerts: 600, incidents: 0, legacyAlerts: 0 })
        const rows = yield* simulator.rows(tenantId, "alerts_v2")
        yield* simulator.setRows(tenantId, "alerts_v2", rows)
        yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: 60 })
        const { directory, file } = yield* settingsFile({
          lookback_hours: 48,
          endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
        })
        const listen = `127.0.0.1:${yield* Process.freePort}`
        const run = yield* Process.start(["run", "--listen", listen, "--config", file], env, undefined, [
          "prlimit",
          `--fsize=${bytesMax}:unlimited`
        ])
        const status = Effect.gen(function*() {
          const shown = yield* Process.start(["status", "--url", `http://${listen}`])
          return { exit: yield* shown.exit, said: shown.stdout() }
        })
        yield* run.says(/^\[ERROR\] azure-security: the file sink cannot write: EFBIG in write.*free space/m)
        const full = yield* status
        assert.strictEqual(full.exit, 1, full.said)
        assert.match(full.said, /sink file unavailable/)
        const name = (yield* fs.readDirectory(`${directory}/artifacts`)).find((name) => name.startsWith("artifacts-"))
        const text = yield* fs.readFileString(`${directory}/artifacts/${name}`)
        assert.isAtMost(text.length, bytesMax)
        assert.match(text, /\}\n$/, "complete lines only")

        assert.strictEqual(spawnSync("prlimit", ["--pid", String(run.child.pid), "--fsize=unlimited"]).status, 0)
        yield* run.says(/^\[INFO\] azure-security: the file sink can be written again; nothing was lost/m)
        yield* run.says(/fetched 600 events/)
        const ids = (yield* artifactsIn(directory)).map(({ id }) => id)
        assert.strictEqual(ids.length, rows.length + evidenceOf(rows))
        assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
        assert.strictEqual((yield* status).exit, 0)
        run.child.kill("SIGTERM")
        assert.strictEqual(yield* run.exit, 0)
      })
  )
})
