import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { Forbidden, Rejected, Throttled, Unavailable } from "../../src/graph/GraphError.ts"
import { once, publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const atNoon = TestClock.setTime(noon)

/** Returns the time `n` tenths of a second after 11:00. */
const tenth = (n: number): string => Timestamp.fromMillis(noon - 3_600_000 + n * 100)
const rowsOf = (count: number, at: (n: number) => string = tenth) =>
  Array.from({ length: count }, (_, n) => ({ id: `da${n}`, lastUpdateDateTime: at(n) }))

/** Checks that every row version was published once. */
const assertComplete = (fake: FakeGraph.FakeGraph, extra = 0) =>
  Effect.map(publishedIds, (ids) => {
    const versions = new Set(fake.rows.map(({ id, lastUpdateDateTime }) => `${id} ${lastUpdateDateTime}`))
    assert.strictEqual(ids.length, versions.size + extra)
    assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
  })

const minutesOf = (fake: FakeGraph.FakeGraph, endpoint = "alerts_v2") =>
  FakeGraph.polls(fake, endpoint).map(({ at }) => (at - noon) / 60_000)

describe("polling", () => {
  it.effect("publishes every row once, and a second poll none", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
      assert.isTrue(yield* once(fake))
      yield* assertComplete(fake)
      assert.isTrue(yield* once(fake))
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("loses none of 3,000 rows on one timestamp across page edges", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(3000, () => "2026-11-20T11:30:00.5Z") })
      assert.isTrue(yield* once(fake))
      yield* assertComplete(fake)
      fake.rows.push({ id: "late1", lastUpdateDateTime: "2026-11-20T11:30:00.5000001Z" }, {
        id: "late2",
        lastUpdateDateTime: "2026-11-20T11:30:00.50000009Z"
      }, { id: "late3", lastUpdateDateTime: "2026-11-20T11:22:00Z" })
      assert.isTrue(yield* once(fake))
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("loses no row that is updated between two pages", () =>
    Effect.gen(function*() {
      yield* atNoon
      const rows = rowsOf(900)
      const versions = new Set(rows.map(({ id, lastUpdateDateTime }) => id + lastUpdateDateTime))
      const fake = FakeGraph.make({ rows, pageSize: 100 })
      fake.before = (count) => {
        // The first row of the next page moves to the end, and every later row moves forward by one.
        if (count < 2 || count > 9) return
        const index = count * 20
        const moved = { ...fake.rows[index]!, lastUpdateDateTime: tenth(2000 + count) }
        fake.rows[index] = moved
        versions.delete(rows[index]!.id + rows[index]!.lastUpdateDateTime)
        versions.add(moved.id + moved.lastUpdateDateTime)
      }
      assert.isTrue(yield* once(fake))
      assert.isTrue(yield* once(fake))
      const ids = yield* publishedIds
      assert.isAtLeast(ids.length, 900)
      const rowsNow = new Set(fake.rows.map(({ id }) => id))
      assert.strictEqual(rowsNow.size, 900)
      assert.strictEqual(new Set(ids).size, ids.length)
    }).pipe(Effect.provide(world)))

  it.effect.prop("publishes each row version once, for any page size, ties, order and crashes", [
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 }))).check(Schema.isMaxLength(40)),
    Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 9 })),
    Schema.Literals(["asc", "desc"]),
    Schema.Literals(["skip", "skiptoken"]),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8 }))
  ], ([instants, pageSize, order, paging, crashAt]) =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({
        rows: rowsOf(instants.length, (n) => tenth(instants[n]! * 7)),
        pageSize,
        order,
        paging
      })
      // The process dies at one request, starts again, and resumes.
      fake.answer = ({ count }) => count === crashAt ? new Rejected({ request: "crash" }) : undefined
      yield* once(fake)
      fake.answer = () => undefined
      yield* once(fake)
      yield* once(fake)
      yield* assertComplete(fake)
      assert.strictEqual(fake.held, 0)
    }).pipe(Effect.provide(Layer.fresh(world))))

  it.effect("publishes a row dated 9999 and goes on after it", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: [...rowsOf(10), { id: "far", lastUpdateDateTime: "9999-12-31T23:59:59Z" }] })
      yield* once(fake)
      yield* assertComplete(fake)
      yield* TestClock.adjust("1 hour")
      fake.rows.push({ id: "next", lastUpdateDateTime: "2026-11-20T12:30:00Z" })
      yield* once(fake)
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("sets a record without an id or a cursor aside once, and keeps its page", () =>
    Effect.gen(function*() {
      yield* atNoon
      const odd = [{ lastUpdateDateTime: tenth(5) }, { id: "x", lastUpdateDateTime: "soon" }, null]
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      fake.answer = () => (page) => ({
        ...page,
        records: [...page.records, ...odd.map((one) => ofValue(one))]
      })
      assert.isTrue(yield* once(fake))
      assert.isTrue(yield* once(fake))
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))
})

describe("cooldown", () => {
  it.effect("is over at once when the connector stops", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
      fake.answer = ({ count }) => count === 2 ? throttled() : undefined
      const { stop } = yield* running(fake)
      assert.strictEqual(fake.requests.length, 2)
      yield* stop
    }).pipe(Effect.provide(world)))

  const throttled = (minutes?: number) =>
    new Throttled(minutes === undefined ? {} : { retryAfter: Duration.minutes(minutes) })

  it.effect("throttled_recovery: sends no request for ten minutes, then requests the rows that were refused", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
      fake.answer = ({ count }) => count === 2 ? throttled() : undefined
      yield* running(fake)
      assert.strictEqual(fake.requests.length, 2)
      yield* TestClock.adjust(Duration.millis(600_000 - 2))
      assert.strictEqual(fake.requests.length, 2)
      yield* TestClock.adjust(2)
      assert.deepStrictEqual(minutesOf(fake).slice(0, 3).map((at) => Math.round(at)), [0, 0, 10])
      assert.strictEqual(fake.requests[2]!.url, fake.requests[1]!.url)
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("grows to 20, 40 and 60 minutes, and begins at 10 again after a good poll", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(5) })
      fake.answer = ({ count }) => count <= 5 || count === 7 ? throttled() : undefined
      yield* running(fake, { late_row_hours: 0 })
      for (let minute = 0; minute < 240; minute++) yield* TestClock.adjust("1 minute")
      const starts = minutesOf(fake).map((at) => Math.round(at))
      assert.deepStrictEqual(starts.slice(0, 6), [0, 10, 30, 70, 130, 190])
      assert.strictEqual(starts[7]! - starts[6]!, 10)
    }).pipe(Effect.provide(world)))

  it.effect("is lengthened by Retry-After, never shortened", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(5) })
      fake.answer = ({ count }) => count === 1 ? throttled(25) : count === 2 ? throttled(1) : undefined
      yield* running(fake)
      for (let minute = 0; minute < 60; minute++) yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(minutesOf(fake).map((at) => Math.round(at)).slice(0, 3), [0, 25, 45])
    }).pipe(Effect.provide(world)))

  it.effect("is waited out after a restart, and a stop ends the wait at once", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
      fake.answer = ({ count }) => count === 2 ? throttled() : undefined
      const first = yield* running(fake)
      yield* TestClock.adjust("4 minutes")
      yield* first.stop
      const refused = fake.requests[1]!.url
      yield* running(fake)
      yield* TestClock.adjust(Duration.millis(360_000 - 3))
      assert.strictEqual(fake.requests.length, 2)
      yield* TestClock.adjust(3)
      assert.strictEqual(fake.requests[2]!.url, refused)
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("of one endpoint leaves the others on time", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(5) })
      fake.answer = ({ endpoint }) => endpoint === "alerts_v2" ? throttled() : undefined
      yield* running(fake, { endpoints: { alerts: { enabled: false } } })
      for (let minute = 0; minute < 31; minute++) yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(minutesOf(fake, "incidents").map((at) => Math.round(at)), [0, 15, 30])
    }).pipe(Effect.provide(world)))
})

describe("schedule", () => {
  it.effect("polls on a grid that begins with the first poll", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(5) })
      yield* running(fake)
      for (let minute = 0; minute < 16; minute++) yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(minutesOf(fake).map((at) => Math.round(at)), [0, 5, 10, 15])
    }).pipe(Effect.provide(world)))

  it.effect("forbidden_recovery: slows from the interval to an hour, and a granted permission is picked up", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(5) })
      let granted = false
      fake.answer = () =>
        granted
          ? undefined
          : new Forbidden({ why: "missing_role", requiredPermissions: ["SecurityAlert.Read.All"], tokenRoles: [] })
      const { document } = yield* running(fake)
      for (let minute = 0; minute < 200; minute++) yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(minutesOf(fake).map((at) => Math.round(at)), [0, 5, 15, 35, 75, 135, 195])
      const before = yield* document
      assert.deepStrictEqual(before.instances[0]!.warnings[0]!.required_permissions, ["SecurityAlert.Read.All"])
      granted = true
      for (let minute = 0; minute < 60; minute++) yield* TestClock.adjust("1 minute")
      const after = yield* document
      assert.strictEqual(after.instances[0]!.state, "ok")
      assert.deepStrictEqual(after.instances[0]!.warnings, [])
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("tries a page four times, then requests half as many rows, then leaves the page to the next poll", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(5) })
      fake.answer = ({ count }) => count <= 12 ? new Unavailable({ detail: "HTTP 503", kind: "http" }) : undefined
      yield* running(fake)
      for (let n = 0; n < 299; n++) yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(fake.requests.map(({ url }) => /top=(\d+)/.exec(url)![1]), [
        "1000",
        "1000",
        "1000",
        "1000",
        "500",
        "500",
        "500",
        "500",
        "250",
        "250",
        "250",
        "250"
      ])
      yield* TestClock.adjust("2 seconds")
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))
})
