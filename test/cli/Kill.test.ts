import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schedule } from "effect"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, evidenceOf, settingsFile, tenantId } from "../support/RunFiles.ts"

const kills = 8
const pageSize = 100

it.layer(NodeServices.layer, { excludeTestServices: true })("crash_between_publish_and_checkpoint", (it) => {
  it.effect(
    "repeated kill -9 in a drain loses nothing, and repeats at most the current page, with the same ids",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { env, simulator } = yield* standIn({ alerts: 6_000, incidents: 0, legacyAlerts: 0 })
        const rows = yield* simulator.rows(tenantId, "alerts_v2")
        yield* simulator.setRows(tenantId, "alerts_v2", rows)
        yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: pageSize })
        const { directory, file } = yield* settingsFile({
          lookback_hours: 48,
          endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
        })
        const args = ["run", "--once", "--no-listen", "--config", file]
        const pages = Effect.map(
          simulator.requests,
          (all) => all.filter(({ path }) => path.includes("alerts_v2")).length
        )
        for (let kill = 0; kill < kills; kill++) {
          const before = yield* pages
          const run = yield* Process.start(args, env)
          yield* pages.pipe(Effect.repeat({
            until: (now) => now >= before + 2 + kill || run.child.exitCode !== null,
            schedule: Schedule.spaced("5 millis")
          }))
          run.child.kill("SIGKILL")
          assert.strictEqual(yield* run.exit, "SIGKILL", run.stdout() + run.stderr())
        }
        const last = yield* Process.start(args, env)
        assert.strictEqual(yield* last.exit, 0, last.stdout() + last.stderr())

        for (const name of yield* fs.readDirectory(`${directory}/artifacts`)) {
          assert.match(
            (yield* fs.readFileString(`${directory}/artifacts/${name}`)).slice(-2),
            /^\}\n$/,
            "no partial line"
          )
        }
        const ids = (yield* artifactsIn(directory)).map(({ id }) => id)
        const expected = rows.length + evidenceOf(rows)
        assert.strictEqual(new Set(ids).size, expected, "nothing lost")
        const perPage = expected / (rows.length / pageSize)
        assert.isAtMost(ids.length - expected, Math.ceil(kills * perPage * 1.2), "at most the current page repeated")
        assert.deepStrictEqual(
          (yield* fs.readDirectory(`${directory}/checkpoints`)).filter((name) => name.includes("corrupt")),
          []
        )
      }),
    // Nine processes, one after the other, on a machine that may be busy.
    120_000
  )
})
