/**
 * Hours of all endpoints of several tenants with one application, on the clock of the test: everything once, and no budget
 * exceeded. By default it is short; the whole day is `AZURE_SECURITY_TEST_DAY=40x24x300000 npx vitest run --config
 * config/vitest.config.mjs test/polling/Day.test.ts`, tenants, hours, and sign-ins a day of the first tenant.
 */
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { HttpClient } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { env, stdout } from "node:process"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { endpoints, names } from "../../src/endpoints/Endpoints.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { ArtifactSink, type Slice } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import * as DayOfGraph from "../support/DayOfGraph.ts"
import * as Json from "../support/Json.ts"

const [tenants, hours, signIns] = (env["AZURE_SECURITY_TEST_DAY"] ?? "3x3x6000").split("x").map(Number) as [
  number,
  number,
  number
]
const begin = Date.UTC(2026, 10, 20, 12)
const minute = 60_000
const hour = 60 * minute
const lookbackHours = 1

const settings = Effect.orDie(decodeSettings(
  "test",
  Json.text({
    instances: Object.fromEntries(Array.from({ length: tenants }, (_, n) => [`tenant-${n}`, {
      collect: "everything",
      lookback_hours: lookbackHours,
      credentials: {
        tenant_id: DayOfGraph.tenantOf(n),
        client_id: "22222222-2222-4222-8222-222222222222",
        client_secret: "x"
      }
    }]))
  })
))

/** What was published: how often each id, and how often each object of a list was said to have changed, or to be there. */
const makeSink = () => {
  const ids = new Map<string, number>()
  const objects = new Map<string, Record<string, number>>()
  const lists = new Set<string>(names.filter((name) => endpoints[name].list?.reads === "all"))
  const layer = Layer.succeed(ArtifactSink, {
    type: "memory",
    open: Effect.succeed({
      write: ({ artifacts }: Slice) =>
        Effect.sync(() => {
          for (const { action = "", id, senderHost } of artifacts) {
            ids.set(id, (ids.get(id) ?? 0) + 1)
            if (!lists.has(senderHost.split("/")[1]!)) continue
            const actions = objects.get(senderHost) ?? {}
            actions[action] = (actions[action] ?? 0) + 1
            objects.set(senderHost, actions)
          }
        }),
      commit: Effect.void
    })
  })
  return { ids, objects, layer }
}

/** The most times within a span of milliseconds; times are in order. */
const mostWithin = (times: ReadonlyArray<number>, span: number) => {
  let [most, first] = [0, 0]
  times.forEach((time, index) => {
    while (times[first]! <= time - span) first++
    most = Math.max(most, index - first + 1)
  })
  return most
}

const keyed = (requests: ReadonlyArray<DayOfGraph.Request>, keyOf: (request: DayOfGraph.Request) => unknown) =>
  Array.from(Map.groupBy(requests, keyOf).values(), (those) => those.map(({ at }) => at))

it.effect("every record once, every change of an object once, and every budget kept", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(begin)
    const graph = DayOfGraph.make({
      tenants,
      begin,
      hours: hours + 4,
      lookbackHours,
      signIns: [signIns, 1000],
      objects: 60
    })
    const sink = makeSink()
    const http = Layer.succeed(HttpClient.HttpClient, graph.client)
    const status = yield* Layer.build(Status.layer("test"))
    yield* run(false).pipe(
      Effect.provide(
        Layer.mergeAll(
          GraphClient.layer.pipe(Layer.provide([http, FileSystem.layerNoop({})])),
          Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemory)),
          sink.layer,
          Reporter.layer,
          PagePermits.layer(8),
          SettingsSource.layerConstant(yield* settings)
        )
      ),
      Effect.provideContext(status),
      Effect.forkChild
    )
    const pass = Effect.fnUntraced(function*(millis: number) {
      for (let passed = 0; passed < millis; passed += 2000) {
        yield* TestClock.adjust("2 seconds")
        yield* TestClock.adjust(0)
      }
    })
    yield* pass(hours * hour)
    const wanted = graph.versionsBy(begin + hours * hour)
    const changes = graph.changesBy(begin + hours * hour)
    // What comes hours late is found by the next reading of these hours, which is due an hour after the last one has ended,
    // and a list is read once an hour. With 300,000 sign-ins a day one takes ten minutes, and that of the whole day forty.
    yield* pass((signIns > 100_000 ? 150 : 75) * minute)

    const { requests } = graph
    const of = (service: string) =>
      requests.filter(({ endpoint, isDaily }) => !isDaily && endpoints[endpoint].service === service)
    const most = (those: ReadonlyArray<DayOfGraph.Request>, span: number, ofAll = false) =>
      Math.max(0, ...keyed(those, ({ tenant }) => ofAll || tenant).map((times) => mostWithin(times, span)))
    const figures = {
      requests: requests.length,
      records: wanted.size,
      "reports in 10 s, a tenant": most(of("reports"), 10_000),
      "reports in 10 s": most(of("reports"), 10_000, true),
      "identityProtection in 20 s, a tenant": most(of("identityProtection"), 20_000),
      "security in a minute, a tenant": most(of("security"), minute),
      "intune in 20 s, a tenant": most(of("intune"), 20_000),
      "directory in 10 s, a tenant": most(of("directory"), 10_000),
      "signInActivity in a minute": most(requests.filter(({ isDaily }) => isDaily), minute, true)
    }
    if (hours >= 24) stdout.write(`${Json.text(figures)}\n`)
    const missing = [...wanted].filter(([id]) => !sink.ids.has(id)).map(([, words]) => words)
    assert.deepStrictEqual(missing.slice(0, 20), [], `${missing.length} missing of ${wanted.size}`)
    const twice = [...sink.ids].filter(([, count]) => count > 1)
    assert.lengthOf(twice, 0, "nothing twice")
    for (const [place, count] of changes) {
      const said = sink.objects.get(place) ?? {}
      // A change of the last hour is there as well.
      assert.isAtLeast(said["changed"] ?? 0, count, place)
      assert.isAtMost(said["changed"] ?? 0, count + 1, place)
      assert.isUndefined(said["removed"], place)
      assert.isAtLeast(said["present"] ?? 0, 1, place)
      // The hour in which it is due once a day follows from its content.
      assert.isAtMost(said["present"] ?? 0, 2 + Math.ceil(hours / 12) + count, place)
    }

    assert.isAtMost(figures["reports in 10 s, a tenant"], 5)
    assert.isAtMost(figures["reports in 10 s"], 122)
    assert.isAtMost(figures["identityProtection in 20 s, a tenant"], 11)
    assert.isAtMost(figures["security in a minute, a tenant"], 150)
    assert.isAtMost(figures["intune in 20 s, a tenant"], 2000)
    assert.isAtMost(figures["directory in 10 s, a tenant"], 25)
    assert.isAtMost(figures["signInActivity in a minute"], 10)
    const { instances } = yield* Effect.flatMap(Status, ({ document }) => document).pipe(Effect.provideContext(status))
    for (const { endpoints, name } of instances) {
      for (const endpoint of endpoints) {
        // Legacy alerts are silent for a day, while others come.
        const state = endpoint.name === "alerts" && hours >= 24 ? "retired" : "ok"
        assert.strictEqual(endpoint.state, state, `${name} ${endpoint.name}`)
      }
    }
  }).pipe(Effect.provide(RateLimiter.layerStoreMemory), Effect.scoped), 3_600_000)
