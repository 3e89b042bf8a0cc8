import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { clouds } from "../../src/config/Cloud.ts"
import { Credential } from "../../src/config/Credential.ts"
import type { Identity, Pace } from "../../src/config/Instance.ts"
import { marksMax, minutesKept } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { each } from "../../src/endpoints/Endpoints.ts"
import { Activity } from "../../src/status/Activity.ts"
import * as Metrics from "../../src/status/Metrics.ts"
import { Status } from "../../src/status/Status.ts"
import type { EndpointState } from "../../src/status/StatusDocument.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)

const identity: Identity = {
  name: "one",
  displayName: "One",
  enabled: true,
  cloud: clouds.global,
  tenantId: "11111111-1111-4111-8111-111111111111",
  clientId: "22222222-2222-4222-8222-222222222222",
  credential: Credential.SecretFromEnvironment({ variable: "NONE" }),
  senderHost: "record",
  endpoints: ["alerts_v2", "incidents"]
}

const pace: Pace = {
  intervals: each(() => Duration.minutes(5)),
  lookback: Duration.hours(24),
  overlap: Duration.minutes(15),
  lateRows: Duration.hours(6)
}

const atNoon = Effect.gen(function*() {
  yield* TestClock.setTime(noon)
  const context = yield* Layer.build(
    Layer.fresh(Activity.layer).pipe(Layer.provideMerge(Layer.fresh(Status.layer("0"))))
  )
  return yield* Effect.gen(function*() {
    const status = yield* Status
    yield* status.tellInstance("one", {
      _tag: "Registered",
      identity,
      pace,
      secretExpiresAt: undefined,
      waitsFor: undefined
    })
    const enter = (state: EndpointState) =>
      status.tellEndpoint("one", "alerts_v2", {
        _tag: "Failed",
        state,
        report: { code: "test", message: "", remedy: "", occurred_at: "" }
      })
    return { activity: yield* Activity, status, enter }
  }).pipe(Effect.provideContext(context))
})

it.effect("counts records, artifacts and errors per minute, and shows minutes without data as null", () =>
  Effect.gen(function*() {
    const { activity, status } = yield* atNoon
    yield* status.tellInstance("one", { _tag: "Connected", used: Effect.succeed(7) })
    yield* TestClock.adjust("30 seconds")
    yield* Metrics.update(Metrics.recordsFetched, 3, { instance: "one" })
    yield* Metrics.update(Metrics.artifactsPublished, 12)
    yield* Metrics.update(Metrics.errors, 1, { code: "unavailable" })
    for (const age of [40, 50, 100]) yield* Metrics.update(Metrics.freshness, age)
    yield* TestClock.adjust("31 seconds")
    yield* Metrics.update(Metrics.recordsFetched, 5)
    yield* TestClock.adjust("60 seconds")
    const hour = yield* activity.read("hour")
    assert.deepInclude(hour, {
      since: "2026-11-20T12:00:00.000Z",
      from: "2026-11-20T11:03:00.000Z",
      step_seconds: 60
    })
    assert.deepStrictEqual(hour.records.slice(-4), [null, 3, 5, null])
    assert.deepStrictEqual(hour.artifacts.slice(-4), [null, 12, 0, null])
    assert.deepStrictEqual(hour.errors.slice(-4), [null, 1, 0, null])
    assert.deepStrictEqual(hour.requests_per_minute.slice(-4), [null, 7, 7, null])
    assert.deepStrictEqual(hour.freshness_p95_seconds.slice(-4), [null, 120, null, null])
    assert.strictEqual(hour.records.length, 60)
    const day = yield* activity.read("day")
    assert.deepStrictEqual([day.step_seconds, day.records.length, day.records.at(-1)], [600, 144, 8])
  }))

it.effect("shows no zeros for the minute in which the process began", () =>
  Effect.gen(function*() {
    const { activity } = yield* atNoon
    yield* TestClock.adjust("3 minutes")
    const { freshness_p95_seconds, records, requests_per_minute } = yield* activity.read("hour")
    assert.deepStrictEqual(records.slice(-5), [null, null, 0, 0, null])
    assert.deepStrictEqual(requests_per_minute.slice(-5), [null, null, 0, 0, null])
    assert.deepStrictEqual(freshness_p95_seconds.slice(-3), [null, null, null])
  }))

it.effect("marks cooldowns and outages from begin to end", () =>
  Effect.gen(function*() {
    const { activity, enter } = yield* atNoon
    yield* TestClock.adjust("60 seconds")
    yield* enter("cooldown")
    yield* TestClock.adjust("10 minutes")
    yield* enter("unavailable")
    yield* TestClock.adjust("60 seconds")
    const { marks } = yield* activity.read("hour")
    assert.deepStrictEqual(marks, [{
      kind: "cooldown",
      instance: "one",
      endpoint: "alerts_v2",
      from: marks[0]!.from,
      to: marks[1]!.from
    }, { kind: "outage", instance: "one", endpoint: "alerts_v2", from: marks[1]!.from, to: null }])
    assert.isAtMost(Date.parse(marks[0]!.from) - noon - 60_000, 5000)
    assert.isAtMost(Date.parse(marks[1]!.from) - noon - 660_000, 5000)
    yield* enter("ok")
    yield* TestClock.adjust("5 seconds")
    assert.isNotNull((yield* activity.read("hour")).marks[1]!.to)
    yield* TestClock.adjust("2 hours")
    assert.deepStrictEqual((yield* activity.read("hour")).marks, [])
    assert.strictEqual((yield* activity.read("day")).marks.length, 2)
  }))

it.effect("ends the mark of an endpoint that is no longer polled", () =>
  Effect.gen(function*() {
    const { activity, enter, status } = yield* atNoon
    yield* enter("cooldown")
    yield* TestClock.adjust("10 seconds")
    yield* status.tell({ _tag: "InstanceForgotten", instance: "one" })
    yield* TestClock.adjust("10 seconds")
    assert.isNotNull((yield* activity.read("hour")).marks[0]!.to)
  }))

it.effect("keeps minutes for a week, and a limited number of marks", () =>
  Effect.gen(function*() {
    const { activity, enter } = yield* atNoon
    yield* Metrics.update(Metrics.recordsFetched, 1)
    yield* TestClock.adjust("2 minutes")
    assert.strictEqual((yield* activity.read("week")).records.at(-1), 1)
    for (let n = 0; n < marksMax + 10; n++) {
      yield* enter(n % 2 === 0 ? "cooldown" : "unavailable")
      yield* TestClock.adjust("5 seconds")
    }
    assert.isAtMost((yield* activity.read("week")).marks.length, marksMax + 1)
    // The process was suspended: the clock is a week ahead when it resumes.
    yield* TestClock.setTime(noon + (minutesKept + 5) * 60_000)
    yield* TestClock.adjust("5 seconds")
    const week = yield* activity.read("week")
    assert.isAtMost(week.records.length, 168)
    assert.deepStrictEqual(week.records.filter((one) => one === 1), [])
  }))
