import { assert, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { marksMax, minutesKept, tenantsPlottedMax } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Activity } from "../../src/status/Activity.ts"
import * as Metrics from "../../src/status/Metrics.ts"
import { Status } from "../../src/status/Status.ts"
import type { EndpointState } from "../../src/status/StatusDocument.ts"
import { TenantSeries } from "../../src/status/TenantSeries.ts"
import { identity, pace, registered } from "../support/RegisteredInstance.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)

const atNoon = Effect.gen(function*() {
  yield* TestClock.setTime(noon)
  const context = yield* Layer.build(
    Layer.fresh(Activity.layer).pipe(Layer.provideMerge(Layer.fresh(Status.layer("0"))))
  )
  return yield* Effect.gen(function*() {
    const status = yield* Status
    yield* status.tellInstance("one", registered())
    const enter = (state: EndpointState) =>
      status.tellEndpoint("one", "alerts_v2", {
        _tag: "Failed",
        state,
        report: { code: "test", message: "", remedy: "", occurred_at: "" }
      })
    return { activity: yield* Activity, status, enter }
  }).pipe(Effect.provideContext(context))
})

/** A clock that can jump, as that of a process does that was suspended: what sleeps goes on sleeping. */
const jumping = Effect.map(Clock.Clock, (test) => {
  let ahead = 0
  const millis = () => test.currentTimeMillisUnsafe() + ahead
  const nanos = () => test.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n
  const clock: Clock.Clock = {
    ...test,
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos)
  }
  return { clock, jump: (by: number) => void (ahead += by) }
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

it.effect("keeps records and requests of each tenant and group, for an hour, a day and a week", () =>
  Effect.gen(function*() {
    const { activity, status } = yield* atNoon
    const of = (name: string, group: string | undefined, used: number) =>
      Effect.andThen(
        status.tellInstance(name, {
          _tag: "Registered",
          identity: { ...identity, name },
          pace,
          group,
          secretExpiresAt: undefined,
          waitsFor: undefined
        }),
        status.tellInstance(name, { _tag: "Connected", used: Effect.succeed(used) })
      )
    const bring = (name: string, records: number) =>
      status.tellEndpoint(name, "alerts_v2", {
        _tag: "PageCommitted",
        records,
        artifacts: 0,
        deadLetters: 0,
        heldBack: 0
      })
    yield* of("one", "EMEA", 3)
    yield* of("two", "EMEA", 9)
    yield* of("three", undefined, 1)
    yield* TestClock.adjust("30 seconds")
    yield* bring("one", 5)
    yield* bring("two", 2)
    yield* Metrics.update(Metrics.recordsFetched, 7)
    yield* TestClock.adjust("70 seconds")
    yield* bring("one", 1)
    yield* TestClock.adjust("60 seconds")
    const tail = (range: "hour" | "day" | "week", wanted: object) =>
      Effect.map(
        activity.ofTenants(range, wanted),
        ({ records, requests_per_minute }) => [records.slice(-3), requests_per_minute.slice(-3)]
      )
    assert.deepStrictEqual(yield* tail("hour", { instance: "one" }), [[5, 1, null], [3, 3, null]])
    assert.deepStrictEqual(yield* tail("hour", { group: "EMEA" }), [[7, 1, null], [9, 9, null]])
    assert.deepStrictEqual(yield* tail("hour", { group: "" }), [[0, 0, null], [1, 1, null]])
    assert.deepStrictEqual(yield* tail("hour", { instance: "none" }), [[null, null, null], [null, null, null]])
    assert.deepStrictEqual(yield* tail("day", { instance: "one" }), [[null, null, 6], [null, null, 3]])
    assert.deepStrictEqual(yield* tail("week", { group: "EMEA" }), [[null, null, 8], [null, null, 9]])
    // A place that is taken again for a later step holds nothing of the earlier one.
    yield* TestClock.adjust("61 minutes")
    assert.isFalse((yield* activity.ofTenants("hour", { instance: "one" })).records.some((value) => value === 5))
    assert.deepStrictEqual((yield* tail("week", { instance: "one" }))[0], [null, 6, 0])
  }))

it("keeps the series of so many tenants and no more, and forgets those that are gone", () => {
  const series = new TenantSeries()
  const many = Array.from({ length: tenantsPlottedMax + 1 }, (_, at) => ({ name: `t${at}`, records: 1, requests: 1 }))
  series.count(100, many)
  assert.isTrue(series.has(`t${tenantsPlottedMax - 1}`))
  assert.isFalse(series.has(`t${tenantsPlottedMax}`))
  series.count(101, many.slice(1))
  assert.isFalse(series.has("t0"))
  assert.isTrue(series.has(`t${tenantsPlottedMax}`))
})

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
    const { clock, jump } = yield* jumping
    const { activity, enter } = yield* Effect.provideService(atNoon, Clock.Clock, clock)
    yield* Metrics.update(Metrics.recordsFetched, 1)
    yield* TestClock.adjust("2 minutes")
    assert.strictEqual((yield* activity.read("week")).records.at(-1), 1)
    for (let n = 0; n < marksMax + 10; n++) {
      yield* enter(n % 2 === 0 ? "cooldown" : "unavailable")
      yield* TestClock.adjust("5 seconds")
    }
    assert.isAtMost((yield* activity.read("week")).marks.length, marksMax + 1)
    // The process was suspended: the clock is a week ahead when it resumes.
    jump((minutesKept + 5) * 60_000)
    yield* TestClock.adjust("5 seconds")
    const week = yield* Effect.provideService(activity.read("week"), Clock.Clock, clock)
    assert.isAtMost(week.records.length, 168)
    assert.deepStrictEqual(week.records.filter((one) => one === 1), [])
  }))
