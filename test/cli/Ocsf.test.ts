/** The real program with `sink.format` `ocsf`: rows in Graph, and events in files or on standard output. */
import { NodeHttpClient, NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, FileSystem, Layer, Schedule } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import type { OcsfEvent } from "../../src/artifacts/ocsf/OcsfEvent.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { IndexState } from "../../src/search/Search.ts"
import { assertLawful, type Read } from "../artifacts/OcsfEvents.ts"
import { evidence } from "../artifacts/Records.ts"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile, tenantId } from "../support/RunFiles.ts"

const token = "a token of many characters"

const eventsIn = (directory: string) =>
  Effect.map(artifactsIn(directory), (lines) => lines as unknown as ReadonlyArray<OcsfEvent & Read>)

const world = Effect.fnUntraced(function*(sinkOf: (directory: string) => object, more: object = {}) {
  const now = yield* Clock.currentTimeMillis
  const { env, simulator } = yield* standIn({ alerts: 0, incidents: 0, legacyAlerts: 0 })
  const directory = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
  const { file } = yield* settingsFile({ endpoints: { alerts: { enabled: false } } }, {
    sink: sinkOf(directory),
    ...more
  })
  const minutesAgo = (minutes: number) => Timestamp.fromMillis(now - minutes * 60_000)
  const rows = (status: string, minutes: number, more: object = {}) =>
    simulator.setRows(tenantId, "alerts_v2", [{
      id: "da1",
      title: "Suspicious activity",
      severity: "high",
      status,
      serviceSource: "microsoft365Defender",
      createdDateTime: minutesAgo(60),
      lastUpdateDateTime: minutesAgo(minutes),
      evidence: [evidence("ip", { ipAddress: "198.51.100.1" }), evidence("url", { url: "https://a.example/" })],
      ...more
    }])
  const run = Effect.gen(function*() {
    const process = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
    assert.strictEqual(yield* process.exit, 0, process.stdout() + process.stderr())
    return process
  })
  return { directory, env, file, rows, run }
})

const files = (directory: string) => ({ type: "file", directory: `${directory}/artifacts`, format: "ocsf" })

it.layer(Layer.merge(NodeServices.layer, NodeHttpClient.layerUndici), { excludeTestServices: true })("OCSF", (it) => {
  it.effect("tells in files of an alert that is polled, changed, gets late evidence and is closed, and repeats nothing", () =>
    Effect.gen(function*() {
      const { directory, rows, run } = yield* world(files)
      const steps = [
        rows("new", 50),
        Effect.void,
        rows("inProgress", 40),
        rows("inProgress", 40, { evidence: [evidence("ip", { ipAddress: "198.51.100.2" })] }),
        rows("resolved", 30),
        Effect.void
      ]
      const counts: Array<number> = []
      for (const step of steps) {
        yield* step
        yield* run
        counts.push((yield* eventsIn(directory)).length)
      }
      assert.deepStrictEqual(counts, [1, 1, 2, 3, 4, 4])
      const events = yield* eventsIn(directory)
      events.forEach(assertLawful)
      assert.deepStrictEqual(events.map((event) => event["activity_name"]), ["Create", "Update", "Update", "Close"])
      assert.deepStrictEqual(events.map((event) => event["evidences"].length), [2, 2, 1, 2])
      const uids = new Set(events.map((event) => event["finding_info"].uid))
      assert.deepStrictEqual([...uids], [`${tenantId}/alerts_v2/da1`])
      assert.strictEqual(new Set(events.map(({ metadata }) => metadata.uid)).size, events.length)
    }))

  it.effect("goes to standard output, one event a line, and nothing else", () =>
    Effect.gen(function*() {
      const { rows, run } = yield* world(() => ({ type: "stdout", format: "ocsf" }))
      yield* rows("new", 50)
      const [line, ...others] = (yield* run).stdout().split("\n").filter((one) => one !== "")
      assert.deepStrictEqual(others, [])
      const event = Json.parse<OcsfEvent>(line!)
      assertLawful(event)
      assert.strictEqual(event.class_uid, 2004)
      assert.strictEqual((yield* run).stdout(), "")
    }))

  it.effect("has no search, and says why and what to do, on the page and in check", () =>
    Effect.gen(function*() {
      const { env, file } = yield* world(files, { search: { enabled: true } })
      const port = yield* Process.freePort
      const running = yield* Process.start(["run", "--config", file, "--listen", `127.0.0.1:${port}`], {
        ...env,
        AZURE_SECURITY_ADMIN_TOKEN: token
      })
      const get = (path: string) =>
        HttpClient.get(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
      const state = yield* Effect.retry(
        Effect.flatMap(get("/api/search/state"), HttpClientResponse.schemaBodyJson(IndexState)),
        { schedule: Schedule.spaced("50 millis"), times: 200 }
      )
      assert.strictEqual(state.state, "off")
      assert.match(state.why!, /sink\.format is ocsf.*set sink\.format to witfoo/)
      const found = yield* get("/api/search?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&query=&limit=10")
      assert.isAtLeast(found.status, 400)
      assert.include(yield* found.text, "sink.format is ocsf")
      running.child.kill("SIGTERM")
      assert.strictEqual(yield* running.exit, 0)
      const check = yield* Process.start(["check", "--config", file], env)
      yield* check.exit
      assert.match(check.stdout(), /OCSF 1\.8\.0/)
      assert.match(check.stdout(), /search.*sink\.format/s)
    }))
})
