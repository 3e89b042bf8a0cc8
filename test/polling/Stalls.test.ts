import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Rejected, Unavailable } from "../../src/graph/GraphError.ts"
import { running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const atNoon = TestClock.setTime(noon)
const minute = (n: number): string => Timestamp.fromMillis(noon + n * 60_000)

describe("stalls", () => {
  it.effect("mark_unmoved: new rows at every poll while the position stays are an error, which ends when the position moves", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: [{ id: "first", lastUpdateDateTime: minute(-1) }] })
      const { document, lines } = yield* running(fake, { late_row_hours: 0 })
      // Every row is dated in the future, so that none moves the mark.
      for (let n = 0; n < 8; n++) {
        fake.rows.push({ id: `far${n}`, lastUpdateDateTime: `9999-12-31T23:59:5${n}Z` })
        yield* TestClock.adjust("5 minutes")
      }
      const said = lines.filter((line) => /ERROR.*the position stays where it is/.test(line))
      assert.strictEqual(said.length, 1)
      assert.deepStrictEqual((yield* document).instances[0]!.warnings.map(({ code }) => code), ["mark_unmoved"])
      fake.rows.push({ id: "near", lastUpdateDateTime: minute(39) })
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual((yield* document).instances[0]!.warnings, [])
    }).pipe(Effect.provide(world)))

  it.effect("endpoint_silent: a busy endpoint without new records for a day is reported once", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make()
      const { document, lines } = yield* running(fake, { late_row_hours: 0 })
      for (let n = 0; n < 30; n++) {
        fake.rows.push({ id: `da${n}`, lastUpdateDateTime: minute(n * 30 + 1) })
        yield* TestClock.adjust("30 minutes")
      }
      for (let n = 0; n < 23; n++) yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* document).instances[0]!.warnings, [])
      for (let n = 0; n < 50; n++) yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* document).instances[0]!.warnings.map(({ code }) => code), ["endpoint_silent"])
      assert.strictEqual(lines.filter((line) => /WARN.*alerts_v2 has had nothing new since/.test(line)).length, 1)
      fake.rows.push({ id: "again", lastUpdateDateTime: minute(90 * 60) })
      for (let n = 0; n < 20; n++) yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* document).instances[0]!.warnings, [])
    }).pipe(Effect.provide(world)))

  it.effect("checkpoint_lag: hours of an outage are told with the outage, which has its own reminders", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make()
      const { document, lines } = yield* running(fake, { late_row_hours: 0 })
      fake.answer = () => new Unavailable({ kind: "http", detail: "HTTP 503" })
      for (let n = 0; n < 200; n++) yield* TestClock.adjust("1 minute")
      const [instance] = (yield* document).instances
      assert.deepStrictEqual([instance!.state, instance!.warnings], ["attention", []])
      const told = lines.filter((line) => /^\[(?:WARN|ERROR)\]/.test(line))
      assert.isTrue(told.every((line) => line.includes("HTTP 503")), told.join("\n"))
      assert.isAtLeast(told.length, 3)
    }).pipe(Effect.provide(world)))

  it.effect("checkpoint_lag: an hour without a pass that ends well is reported once, beside the failure", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make()
      let isDown = false
      fake.answer = () => isDown ? new Rejected({ request: "?" }) : undefined
      const { document, lines } = yield* running(fake, { late_row_hours: 0 })
      isDown = true
      for (let n = 0; n < 200; n++) yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual((yield* document).instances[0]!.warnings.map(({ code }) => code), ["checkpoint_lag"])
      assert.strictEqual(lines.filter((line) => /no pass over alerts_v2 has ended well since/.test(line)).length, 1)
      isDown = false
      for (let n = 0; n < 10; n++) yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual((yield* document).instances[0]!.warnings, [])
    }).pipe(Effect.provide(world)))

  it.effect("legacy_silent: nothing for a day while alerts_v2 has rows is retirement, probed once a day", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make()
      // Rows without lastModifiedDateTime do not belong to the legacy endpoint.
      fake.answer = ({ endpoint }) => (page) => endpoint === "alerts" ? { ...page, records: [] } : page
      const { document, lines } = yield* running(fake, {
        late_row_hours: 0,
        endpoints: { incidents: { enabled: false } }
      })
      for (let n = 0; n < 100; n++) {
        fake.rows.push({ id: `da${n}`, lastUpdateDateTime: minute(n * 30 + 1) })
        yield* TestClock.adjust("30 minutes")
      }
      const legacy = Effect.map(
        document,
        ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts")!
      )
      assert.strictEqual((yield* legacy).state, "retired")
      assert.strictEqual((yield* legacy).error!.code, "legacy_silent")
      assert.strictEqual((yield* document).instances[0]!.connection_status, "connected")
      assert.strictEqual(lines.filter((line) => /WARN.*legacy alerts have had nothing since/.test(line)).length, 1)
      const asked = FakeGraph.polls(fake, "alerts").filter(({ at }) => at > noon + 25 * 3_600_000)
      assert.isAtMost(asked.length, 2)
    }).pipe(Effect.provide(world)))
})
