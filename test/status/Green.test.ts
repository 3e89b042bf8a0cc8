/** Tests that no instance is green while it collects nothing: every way to stop, and the rule over all facts. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Duration, Effect, Latch, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { StateStore, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import type { Settings } from "../../src/config/Settings.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import {
  DecodeFailed,
  Forbidden,
  type GraphError,
  Rejected,
  Retired,
  Throttled,
  Unauthorized,
  Unavailable
} from "../../src/graph/GraphError.ts"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable } from "../../src/sinks/ArtifactSink.ts"
import { gaugesOf } from "../../src/status/Gauges.ts"
import * as Metrics from "../../src/status/Metrics.ts"
import { freshEndpoint } from "../../src/status/Snapshot.ts"
import { EndpointState, type InstanceDocument } from "../../src/status/StatusDocument.ts"
import { instanceState, stoppagesOf } from "../../src/status/StatusSelector.ts"
import { runningOver, settings, tenant, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const lagLimit = Duration.toMillis("1 hour")

/** A sink and a store that fail while `held` says so, and that do not answer while a latch is closed. */
const outlets = () => {
  const held = { sink: false, store: false }
  const answers = { sink: Latch.makeUnsafe(true), store: Latch.makeUnsafe(true) }
  const sink = Layer.effect(
    ArtifactSink,
    Effect.map(ArtifactSink, (inner) =>
      ArtifactSink.of({
        ...inner,
        open: answers.sink.whenOpen(Effect.suspend(() =>
          held.sink
            ? Effect.fail(new ArtifactSinkError({ sink: "memory", reason: new SinkUnavailable({ detail: "full" }) }))
            : inner.open
        ))
      }))
  ).pipe(Layer.provide(ArtifactSink.layerMemoryOpen))
  const store = Layer.effect(
    StateStore,
    Effect.map(StateStore, (inner) =>
      StateStore.of({
        ...inner,
        get: (key) => answers.store.whenOpen(inner.get(key)),
        put: (key, bytes, revision) =>
          answers.store.whenOpen(Effect.suspend(() =>
            held.store
              ? Effect.fail(
                new StateStoreError({ key, operation: "put", reason: new StoreUnavailable({ detail: "full" }) })
              )
              : inner.put(key, bytes, revision)
          ))
      }))
  ).pipe(Layer.provide(StateStore.layerMemoryOpen))
  return { held, answers, sink, store }
}

interface Broken {
  readonly fake: FakeGraph.FakeGraph
  readonly held: { sink: boolean; store: boolean }
}

const failing = (reason: GraphError["reason"]) => ({ fake }: Broken) => {
  fake.answer = () => reason
  return {}
}

/** Every way in which an instance stops to collect; each returns the instance's settings from then on. */
const ways: Record<string, (broken: Broken) => object> = {
  "refused credentials": failing(
    new Unauthorized({ by: "login", aadsts: 7_000_215, meaning: "the secret is wrong", remedy: "mend it" })
  ),
  "a missing permission": failing(
    new Forbidden({ why: "missing_role", requiredPermissions: ["SecurityAlert.Read.All"], tokenRoles: [] })
  ),
  "no licence": failing(new Forbidden({ why: "not_licensed", requiredPermissions: [], tokenRoles: [] })),
  "throttling without an end": failing(new Throttled({ retryAfter: Duration.hours(24) })),
  "an outage of Graph": failing(new Unavailable({ kind: "http", detail: "HTTP 503" })),
  "a retired endpoint": failing(new Retired({})),
  "a refused query": failing(new Rejected({ request: "GET" })),
  "a body that is no page": failing(new DecodeFailed({ issue: "value: Missing key" })),
  "a defect of the connector": ({ fake }) => {
    fake.answer = () => () => {
      throw new TypeError("a defect")
    }
    return {}
  },
  "requests that are never answered": ({ fake }) => {
    fake.hangs = true
    return {}
  },
  "a full sink": ({ fake, held }) => {
    fake.rows.push({ id: "fresh", lastUpdateDateTime: Timestamp.fromMillis(noon + 360_000) })
    held.sink = true
    return {}
  },
  "checkpoints that cannot be written": ({ held }) => {
    held.store = true
    return {}
  },
  "endpoints that are turned off": () => ({ endpoints: { alerts_v2: { enabled: false }, ...others } }),
  "an instance that is turned off": () => ({ enabled: false, endpoints: others })
}

const others = { alerts: { enabled: false }, incidents: { enabled: false } }

const greenOf = ({ connection_status, state }: InstanceDocument) => state === "ok" || connection_status === "connected"

const newestSuccess = ({ endpoints }: InstanceDocument): number =>
  Math.max(
    0,
    ...endpoints.map(({ last_success_at }) =>
      last_success_at === null ? 0 : DateTime.toEpochMillis(DateTime.makeUnsafe(last_success_at))
    )
  )

describe("an instance that collects nothing", () => {
  for (const [name, way] of Object.entries(ways)) {
    it.effect(`is not green: ${name}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(noon)
        const fake = FakeGraph.make({ rows: [{ id: "a", lastUpdateDateTime: Timestamp.fromMillis(noon - 60_000) }] })
        const { held, sink, store } = outlets()
        const { change, document, snapshot } = yield* runningOver(fake, yield* settings(), { sink, store })
        // The tile, the state, the gauge and what activity marks agree at any time.
        const instance = Effect.gen(function*() {
          const [one] = (yield* document).instances
          const gauges = gaugesOf(yield* snapshot, yield* Clock.currentTimeMillis)
          const collects = gauges.find(({ metric }) => metric === Metrics.instanceOk)?.value
          assert.strictEqual(collects, one!.enabled ? Number(one!.state === "ok") : undefined)
          assert.strictEqual(one!.connection_status === "connected", one!.state === "ok")
          const stoppages = stoppagesOf(yield* snapshot, yield* Clock.currentTimeMillis)
          const isPolled = one!.endpoints.some(({ state }) => state !== "disabled")
          if (one!.state === "attention" && isPolled) assert.isNotEmpty(stoppages)
          if (one!.state === "ok") assert.isEmpty(stoppages.filter(({ kind }) => kind === "outage"))
          return one!
        })
        yield* TestClock.adjust("1 minute")
        assert.isTrue(greenOf(yield* instance), "green at first")
        const changed: Settings = yield* settings(way({ fake, held }))
        yield* change(changed)
        for (let minute = 2; minute < 200; minute++) {
          yield* TestClock.adjust("1 minute")
          const now = yield* instance
          const since = noon + minute * 60_000 - newestSuccess(now)
          if (since > lagLimit) assert.isFalse(greenOf(now), `${minute} minutes: ${now.state} ${now.connection_status}`)
        }
        assert.isFalse(greenOf(yield* instance))
      }).pipe(Effect.provide(world)))
  }
})

const twoOf = (instance: object = {}) =>
  Effect.map(settings(instance), ({ instances, ...others }) => {
    const { tenant } = instances
    const second = { ...tenant!, credentials: { ...tenant!.credentials, tenant_id: otherTenant } }
    return { ...others, instances: { tenant: tenant!, second } }
  })
const two = twoOf()
const otherTenant = "33333333-3333-4333-8333-333333333333"

/** Every way in which nothing can be written, with what the report says of it. */
const unwritable: Record<string, readonly [(all: ReturnType<typeof outlets>, isBroken: boolean) => void, RegExp]> = {
  "the sink fails": [({ held }, isBroken) => void (held.sink = isBroken), /^the memory sink cannot write: full$/],
  "the checkpoints fail": [
    ({ held }, isBroken) => void (held.store = isBroken),
    /^the checkpoint cannot be written: .*full$/
  ],
  "the sink does not answer": [
    ({ answers: { sink } }, isBroken) => isBroken ? sink.closeUnsafe() : sink.openUnsafe(),
    /^the memory sink has not taken a page since 2026-11-20T12:05:00/
  ],
  "the checkpoints do not answer": [
    ({ answers: { store } }, isBroken) => isBroken ? store.closeUnsafe() : store.openUnsafe(),
    /^the checkpoints have not answered since 2026-11-20T12:05:00/
  ]
}

it.effect("the time of the last success does not go back when the settings change", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const fake = FakeGraph.make()
    const { change, document } = yield* runningOver(fake, yield* settings({ poll_interval_minutes: 1 }))
    yield* TestClock.adjust("3 minutes")
    const newest = Effect.map(document, ({ instances }) => newestSuccess(instances[0]!))
    assert.strictEqual(yield* newest, noon + 180_000)
    fake.hangs = true
    yield* change(yield* settings({ poll_interval_minutes: 1, sender_host: "graph" }))
    yield* TestClock.adjust("30 seconds")
    assert.strictEqual(yield* newest, noon + 180_000)
  }).pipe(Effect.provide(world)))

describe("while nothing can be written", () => {
  for (const name of ["the checkpoints fail", "the checkpoints do not answer"]) {
    it.effect(`a tenant that has nothing new does not end what another one told of it: ${name}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(noon)
        const fakes = new Map([tenant, otherTenant].map((id) => [id, FakeGraph.make()]))
        const all = outlets()
        const [breaks] = unwritable[name]!
        const { document, lines } = yield* runningOver(fakes, yield* twoOf({ poll_interval_minutes: 1 }), all)
        yield* Effect.addFinalizer(() => Effect.sync(() => breaks(all, false)))
        yield* TestClock.adjust("90 seconds")
        breaks(all, true)
        // Its cooldown has to be saved. The other tenant is polled each minute, and has only its success to save.
        fakes.get(tenant)!.answer = () => new Throttled({ retryAfter: Duration.minutes(10) })
        const sink = Effect.map(document, ({ sink }) => sink.state)
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual(yield* sink, "unavailable")
        for (let n = 0; n < 30; n++) {
          yield* TestClock.adjust("10 seconds")
          assert.strictEqual(yield* sink, "unavailable")
        }
        assert.isEmpty(lines.filter((line) => line.includes("written again")))
        assert.deepStrictEqual((yield* document).instances.map(greenOf), [false, false])
      }).pipe(Effect.provide(world)))
  }

  for (const [name, [breaks, says]] of Object.entries(unwritable)) {
    it.effect(`no tenant is green a minute after its poll, and each says why: ${name}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(noon)
        const fakes = new Map([tenant, otherTenant].map((id) => [id, FakeGraph.make()]))
        const all = outlets()
        const { document, lines } = yield* runningOver(fakes, yield* two, all)
        yield* Effect.addFinalizer(() => Effect.sync(() => breaks(all, false)))
        yield* TestClock.adjust("1 minute")
        const greens = Effect.map(document, ({ instances }) => instances.map(greenOf))
        assert.deepStrictEqual(yield* greens, [true, true], "green at first")
        breaks(all, true)
        for (const [id, { rows }] of fakes) rows.push({ id, lastUpdateDateTime: Timestamp.fromMillis(noon + 60_000) })
        // Polls are due at five minutes.
        yield* TestClock.adjust("4 minutes")
        yield* TestClock.adjust("62 seconds")
        for (let minute = 7; minute < 60; minute++) {
          assert.deepStrictEqual(yield* greens, [false, false], `${minute} minutes`)
          yield* TestClock.adjust("1 minute")
        }
        const { instances, sink } = yield* document
        assert.strictEqual(sink.state, "unavailable")
        for (const { connection_status, endpoints } of instances) {
          assert.strictEqual(connection_status, "failed")
          const { error } = endpoints.find((endpoint) => endpoint.name === "alerts_v2")!
          assert.strictEqual(error?.code, "sink_unavailable")
          assert.match(error!.message, says)
          assert.match(error!.remedy, /nothing is lost: the page is kept/)
        }
        assert.strictEqual(lines.filter((line) => line.includes("ERROR")).length, 1, "one line for the whole process")
        breaks(all, false)
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* greens, [true, true])
        assert.isNull((yield* document).instances[1]!.endpoints.find(({ name }) => name === "alerts_v2")!.error)
        assert.strictEqual(lines.filter((line) => line.includes("can be written again")).length, 1)
      }).pipe(Effect.provide(world)))
  }
})

const lost = { code: "broker_lost", message: "m", remedy: "r", occurred_at: "t" }

const Endpoint = Schema.Struct({
  state: EndpointState,
  lastPollWell: Schema.optionalKey(Schema.Boolean),
  /** Whether what the broker lost is read again. */
  isLost: Schema.Boolean,
  /** Whether a page or the checkpoint cannot be written. */
  isFull: Schema.Boolean,
  /** Minutes ago. */
  since: Schema.optionalKey(Schema.Literals([0, 10, 59, 60, 200])),
  lastSuccess: Schema.optionalKey(Schema.Literals([0, 10, 59, 60, 200]))
})

it.effect.prop("ok means that an endpoint that can deliver succeeded in time, and that none fails or is behind", [
  Schema.Array(Endpoint)
], ([given]) =>
  Effect.sync(() => {
    const endpoints = given.map(({ isFull, isLost, lastPollWell, lastSuccess, since, state }) => ({
      ...freshEndpoint,
      intervalMinutes: 5,
      state,
      lastPollWell,
      lost: isLost ? lost : undefined,
      unwritten: isFull ? lost : undefined,
      since: since === undefined ? undefined : noon - since * 60_000,
      lastSuccessAt: lastSuccess === undefined ? undefined : noon - lastSuccess * 60_000
    }))
    const isOk = instanceState(true, endpoints, noon) === "ok"
    const excused = new Set(["disabled", "forbidden", "retired", "cooldown"])
    const able = endpoints.filter(({ state, unwritten }) =>
      !excused.has(state) || (unwritten !== undefined && state !== "disabled")
    )
    const isLate = ({ lastSuccessAt, since }: typeof able[number]) =>
      since !== undefined && noon - (lastSuccessAt ?? since) >= lagLimit
    if (isOk) {
      assert.isNotEmpty(able)
      assert.isTrue(endpoints.some(({ lastPollWell }) => lastPollWell === true))
      for (const endpoint of able) {
        assert.notInclude(["unauthorized", "unavailable", "error", "broker_lost"], endpoint.state)
        assert.isUndefined(endpoint.lost)
        assert.isUndefined(endpoint.unwritten)
        assert.isDefined(endpoint.lastSuccessAt, "it has succeeded")
        assert.isFalse(isLate(endpoint))
      }
    }
    assert.strictEqual(instanceState(false, endpoints, noon), "disabled")
    if (able.length === 0) assert.strictEqual(instanceState(true, endpoints, noon), "attention")
  }))
