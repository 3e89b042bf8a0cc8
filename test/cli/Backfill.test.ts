import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, FileSystem } from "effect"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile, tenantId } from "../support/RunFiles.ts"

const day = 86_400_000

/** Makes 300 alerts that were created 30 to 60 days ago and never changed, and one of this hour. */
const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const { env, simulator } = yield* standIn({ alerts: 0, incidents: 0, legacyAlerts: 0 })
  const alert = (id: string, millis: number) => {
    const at = Timestamp.fromMillis(millis)
    return { id, createdDateTime: at, lastUpdateDateTime: at, title: id, severity: "low", status: "new" }
  }
  yield* simulator.setRows(tenantId, "alerts_v2", [
    ...Array.from({ length: 300 }, (_, n) => alert(`old${n}`, now - 60 * day + n * (30 * day) / 300)),
    alert("live", now - 600_000)
  ])
  yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: 60 })
  const { directory, file } = yield* settingsFile({
    endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
  })
  const args = [
    "backfill",
    "--instance",
    "azure-production-tenant",
    "--from",
    Timestamp.fromMillis(now - 61 * day).slice(0, 10),
    "--to",
    Timestamp.fromMillis(now - 29 * day),
    "--config",
    file
  ]
  const idsOf = (prefix: string) =>
    Effect.gen(function*() {
      const names = (yield* fs.readDirectory(`${directory}/artifacts`)).filter((name) => name.startsWith(prefix))
      const texts = yield* Effect.forEach(names, (name) => fs.readFileString(`${directory}/artifacts/${name}`))
      return texts.join("").split("\n").filter((line) => line !== "").map((line) => /"id":"(\w+)"/.exec(line)?.[1])
    })
  return { args, directory, env, file, idsOf, simulator }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("backfill", (it) => {
  it.effect("refuses a list, which has no past", () =>
    Effect.gen(function*() {
      const { args, env } = yield* world
      const run = yield* Process.start([...args, "--endpoint", "devices"], env)
      assert.strictEqual(yield* run.exit, 2)
      assert.include(run.stdout() + run.stderr(), "--endpoint devices: Graph has no past of its devices to collect")
    }))

  it.effect("collects 300 alerts of a past month beside live polling, into a file of its own, exactly once", () =>
    Effect.gen(function*() {
      const { args, directory, env, file, idsOf, simulator } = yield* world
      const live = yield* Process.start(["run", "--no-listen", "--config", file], env)
      yield* live.says(/fetched 1 events/)
      const first = yield* Process.start(args, env)
      assert.strictEqual(yield* first.exit, 0, first.stdout() + first.stderr())
      assert.match(first.stdout(), /^alerts_v2 {2}\[#{24}\] {2}100 % {2}300 records {2}300 artifacts/m)
      assert.match(first.stdout(), /^written to \/.+\/artifacts\/backfill-\d{4}-\d\d-\d\d-\d+\.ndjson$/m)
      const ids = yield* idsOf("backfill-")
      assert.strictEqual(ids.length, 300)
      assert.strictEqual(new Set(ids).size, 300)
      assert.strictEqual((yield* artifactsIn(directory)).length, 1, "live polling published only its own artifacts")
      assert.isTrue((yield* simulator.requests).some(({ path }) => path.includes("createdDateTime")))

      const again = yield* Process.start(args, env)
      assert.strictEqual(yield* again.exit, 0)
      assert.match(again.stdout(), /0 records/)
      assert.notMatch(again.stdout(), /written to/)
      assert.strictEqual((yield* idsOf("backfill-")).length, 300)
      const anew = yield* Process.start([...args, "--again"], env)
      assert.strictEqual(yield* anew.exit, 0)
      assert.match(anew.stdout(), /300 records/)
      assert.strictEqual((yield* idsOf("backfill-")).length, 600)
      live.child.kill("SIGTERM")
      assert.strictEqual(yield* live.exit, 0)
    }))

  it.effect("continues where it was stopped, by a fault or by a signal, and repeats nothing", () =>
    Effect.gen(function*() {
      const { args, env, idsOf, simulator } = yield* world
      yield* simulator.addFault({ kind: "missing_role", endpoint: "alerts_v2", skip: 1, times: 1 })
      const denied = yield* Process.start(args, env)
      assert.strictEqual(yield* denied.exit, 1)
      assert.match(denied.stderr(), /HTTP 403 on alerts_v2: .*grant SecurityAlert\.Read\.All/)
      assert.match(denied.stderr(), /the same command goes on where it stopped/)
      const kept = (yield* idsOf("backfill-")).length
      assert.isAbove(kept, 50)
      assert.isBelow(kept, 300)

      const pages = Effect.map(simulator.requests, (all) => all.length)
      const before = yield* pages
      const stopped = yield* Process.start(args, env)
      while ((yield* pages) < before + 2) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      stopped.child.kill("SIGTERM")
      assert.strictEqual(yield* stopped.exit, 143, "it is not done")

      const last = yield* Process.start(args, env)
      assert.strictEqual(yield* last.exit, 0, last.stderr())
      const ids = yield* idsOf("backfill-")
      assert.strictEqual(new Set(ids).size, 300)
      assert.strictEqual(ids.length, 300)
    }))

  it.effect("refuses an empty or malformed range", () =>
    Effect.gen(function*() {
      const { file } = yield* settingsFile()
      const alone = ["backfill", "--config", file, "--instance", "azure-production-tenant"]
      for (
        const [range, fault] of [[["--from", "yesterday"], /--from yesterday: Expected a time such as/], [[
          "--from",
          "2026-02-01",
          "--to",
          "2026-01-01"
        ], /--from 2026-02-01: Expected a time before the end/]] as const
      ) {
        const run = yield* Process.start([...alone, ...range])
        assert.strictEqual(yield* run.exit, 2)
        assert.match(run.stderr(), fault)
      }
    }))
})
