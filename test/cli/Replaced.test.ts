import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, evidenceOf, settingsFile, tenantId } from "../support/RunFiles.ts"

it.layer(NodeServices.layer, { excludeTestServices: true })("10. Replaced, and rolled back", (it) => {
  it.effect("a stop in a drain repeats nothing, and an older version does not change the newer one's position", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env, simulator } = yield* standIn({ alerts: 3000, incidents: 5, legacyAlerts: 0 })
      const rows = yield* simulator.rows(tenantId, "alerts_v2")
      yield* simulator.setRows(tenantId, "alerts_v2", rows)
      yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: 100 })
      const { directory, file } = yield* settingsFile({
        lookback_hours: 48,
        endpoints: { alerts: { enabled: false } }
      })
      const first = yield* Process.start(["run", "--no-listen", "--config", file], env)
      const asked = Effect.map(simulator.requests, (all) => all.filter(({ path }) => path.includes("alerts_v2")).length)
      while ((yield* asked) < 5) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      first.child.kill("SIGTERM")
      assert.strictEqual(yield* first.exit, 0, first.stderr())
      assert.isBelow((yield* artifactsIn(directory)).length, rows.length, "it was stopped in the drain")

      const once = ["run", "--once", "--no-listen", "--config", file]
      const second = yield* Process.start(once, env)
      assert.strictEqual(yield* second.exit, 0, second.stdout())
      const ids = (yield* artifactsIn(directory)).map(({ id }) => id)
      assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
      assert.strictEqual(
        ids.length,
        rows.length + evidenceOf(rows) + (yield* simulator.rows(tenantId, "incidents")).length
      )

      const path = `${directory}/checkpoints/global.${tenantId}.alerts_v2.checkpoint.json`
      const newer = (yield* fs.readFileString(path)).replace("\"version\":1", "\"version\":2")
      yield* fs.writeFileString(path, newer)
      const before = yield* asked
      const third = yield* Process.start(once, env)
      assert.strictEqual(yield* third.exit, 1)
      assert.match(third.stdout(), /^\[ERROR\].*was written by a newer version.*endpoint=alerts_v2/m)
      assert.match(third.stdout(), /^\[INFO\].*fetched 0 events.*endpoint=incidents/m)
      assert.strictEqual(yield* fs.readFileString(path), newer)
      assert.strictEqual(yield* asked, before)
    }))
})
