import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile } from "../support/RunFiles.ts"

const world = Effect.gen(function*() {
  const { env, simulator } = yield* standIn({ alerts: 40, incidents: 5, legacyAlerts: 6 })
  const { directory, file } = yield* settingsFile({ lookback_hours: 48 })
  const say = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
    const run = yield* Process.start([...args, "--config", file], env)
    return { code: yield* run.exit, out: run.stdout(), err: run.stderr() }
  })
  return { directory, env, file, say, simulator, once: say("run", "--once", "--no-listen") }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("explain", (it) => {
  it.effect("prints exactly the requests that are sent later, and sends none", () =>
    Effect.gen(function*() {
      const { directory, once, say, simulator } = yield* world
      const fs = yield* FileSystem.FileSystem
      const first = yield* say("explain")
      assert.strictEqual(first.code, 0, first.err)
      assert.match(first.out, /alerts_v2, every 5 min \(first poll: 48 h back\)/)
      assert.match(first.out, /0\.50 requests a minute when little changes, 100 at the most; Graph allows 150/)
      assert.deepStrictEqual(yield* simulator.requests, [])
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["azure-security.json"])

      assert.strictEqual((yield* once).code, 0)
      const before = (yield* simulator.requests).length
      const { out } = yield* say("explain")
      assert.match(out, /about \d+ new alerts a day so far, and 13 requests an hour for them/)
      assert.match(out, /newest record so far 20.*Z, less 15 min of overlap/)
      assert.strictEqual((yield* simulator.requests).length, before)
      const planned = Array.from(out.matchAll(/^ {4}GET https:\/\/graph\.microsoft\.com(\S+)$/gm), ([, path]) => path!)
      assert.strictEqual(planned.length, 3)
      yield* once
      const sent = (yield* simulator.requests).slice(before).map(({ path }) => path)
      for (const path of planned) assert.include(sent.map(decodeURIComponent), decodeURIComponent(path))
    }))

  it.effect("tells the windows of what is read in none of the usual ways", () =>
    Effect.gen(function*() {
      const on = { enabled: true }
      const { file } = yield* settingsFile({
        lookback_hours: 48,
        endpoints: {
          signIns: { ...on, publish: "interesting" },
          riskDetections: on,
          secureScores: on,
          managedDevices: on,
          users: on
        }
      })
      const run = yield* Process.start(["explain", "--config", file])
      assert.strictEqual(yield* run.exit, 0, run.stderr())
      const out = decodeURIComponent(run.stdout())
      assert.match(
        out,
        /signIns\?\$filter=createdDateTime ge \S+ and createdDateTime le \S+&\$orderby=createdDateTime asc&\$top=500\n.*in windows of at most 6 h.*\n {4}at most 18 requests a minute, as reports has a limit of its own\n {4}published are only failures, risk,/
      )
      assert.match(
        out,
        /secureScores, every 60 min \(first poll: 48 h back\)\n {4}GET \S+secureScores\?\$top=4\n {4}then no other request/
      )
      assert.match(out, /users, every 60 min[^]*once a day, with signInActivity: the same list, 500 records a page/)
      assert.match(
        out,
        /managedDevices, every 60 min \(first poll: the whole list\)\n {4}GET \S+managedDevices\?\$select=id,\S+&\$top=1000\n {4}then the link of each page,/
      )
      assert.match(
        out,
        /riskDetections\?\$filter=lastUpdatedDateTime ge \S+ and lastUpdatedDateTime le \S+&\$top=500\n {4}then the link of each page, in windows of at most 24 h/
      )
    }))
})

const Shown = Schema.fromJsonString(Schema.Array(Schema.Struct({
  endpoint: Schema.String,
  checkpoint: Schema.NullOr(Schema.Struct({ mark: Schema.String, history: Schema.Array(Schema.Unknown) }))
})))

it.layer(NodeServices.layer, { excludeTestServices: true })("checkpoint", (it) => {
  it.effect("shows positions, moves them back without repeating anything, and clears them", () =>
    Effect.gen(function*() {
      const { directory, once, say } = yield* world
      const fs = yield* FileSystem.FileSystem
      assert.match((yield* say("checkpoint", "show")).out, /azure-production-tenant alerts_v2\n +no position yet/)
      yield* once
      const all = (yield* artifactsIn(directory)).length
      const marks = Effect.flatMap(say("checkpoint", "show", "--json"), ({ out }) => Schema.decodeEffect(Shown)(out))
      const before = yield* marks

      const alone = ["--instance", "azure-production-tenant", "--endpoint", "alerts_v2"]
      const asked = yield* say("checkpoint", "rewind", ...alone, "--by", "6h")
      assert.strictEqual(asked.code, 2)
      assert.match(asked.err, /Without a terminal, confirm with --yes/)
      assert.deepStrictEqual(yield* marks, before)

      const moved = yield* say("checkpoint", "rewind", ...alone, "--by", "6h", "--yes")
      assert.match(
        moved.out,
        /alerts_v2: from 20.*Z back to 20.*Z; what was published since then is not published again\. Done\./
      )
      const after = yield* marks
      assert.isBelow(
        Date.parse(after[1]!.checkpoint!.mark.slice(0, 23)),
        Date.parse(before[1]!.checkpoint!.mark.slice(0, 23))
      )
      assert.strictEqual(after[1]!.checkpoint!.history.length, 2)
      assert.deepStrictEqual(after[0], before[0])
      yield* once
      assert.strictEqual((yield* artifactsIn(directory)).length, all, "nothing is published twice")

      assert.match((yield* say("checkpoint", "clear", ...alone, "--yes")).out, /the ledger are forgotten.*Done\./)
      yield* once
      const artifacts = yield* artifactsIn(directory)
      assert.isAbove(artifacts.length, all)
      assert.strictEqual(new Set(artifacts.map(({ id }) => id)).size, all, "the same ids")
      const changes = (yield* fs.readFileString(`${directory}/checkpoints/changes.ndjson`)).trim().split("\n")
      assert.deepStrictEqual(changes.map((line) => /"command":"(\w+)"/.exec(line)?.[1]), ["rewind", "clear"])
    }))

  it.effect("refuses while a connector runs, and refuses a malformed duration", () =>
    Effect.gen(function*() {
      const { env, file, say } = yield* world
      const run = yield* Process.start(["run", "--no-listen", "--config", file], env)
      yield* run.says(/fetched \d+ events/)
      const held = yield* say("checkpoint", "clear", "--instance", "azure-production-tenant", "--yes")
      assert.strictEqual(held.code, 2)
      assert.include(held.err, `held by another writer (process ${run.child.pid})`)
      assert.strictEqual((yield* say("checkpoint", "show")).code, 0)
      const strange = yield* say("checkpoint", "rewind", "--instance", "azure-production-tenant", "--by", "soon")
      assert.strictEqual(strange.code, 2)
      assert.match(strange.err, /--by soon: Expected a duration such as 30m, 6h or 2d/)
    }))
})
