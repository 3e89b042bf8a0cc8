import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Throttled, Unavailable } from "../../src/graph/GraphError.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const atNoon = TestClock.setTime(noon)
const minute = (n: number): string => Timestamp.fromMillis(noon + n * 60_000)
/** A row a minute over the last eight hours. */
const rows = () => Array.from({ length: 480 }, (_, n) => ({ id: `da${n}`, lastUpdateDateTime: minute(n - 480) }))
const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) yield* TestClock.adjust("1 minute")
})
const sweeps = (fake: FakeGraph.FakeGraph) =>
  fake.requests.filter(({ url }) => url.includes("%20lt%20") && !url.includes("$count"))
const counts = (fake: FakeGraph.FakeGraph) => fake.requests.filter(({ url }) => url.includes("$count"))

const assertPublished = (count: number) =>
  Effect.map(publishedIds, (ids) => {
    assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
    assert.strictEqual(ids.length, count)
  })

describe("rows that come late", () => {
  it.effect("late_row: one that becomes visible hours after its timestamp arrives within the hour, once", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rows() })
      const { lines } = yield* running(fake)
      yield* minutes(61)
      assert.strictEqual(counts(fake).length, 1)
      assert.deepStrictEqual(sweeps(fake), [], "nothing is missing, nothing is read")
      fake.rows.push({ id: "late", lastUpdateDateTime: minute(-120) })
      yield* minutes(30)
      yield* assertPublished(480)
      yield* minutes(31)
      yield* assertPublished(481)
      assert.strictEqual(sweeps(fake).length, 1)
      assert.isTrue(lines.some((line) => /INFO.*found 1 events that came late {2}instance=tenant/.test(line)))
      yield* minutes(60)
      assert.strictEqual(sweeps(fake).length, 1, "what is known by now is not missing")
    }).pipe(Effect.provide(world)))

  it.effect("reads them once in that time anyway, for a row that took the place of another", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rows() })
      yield* running(fake)
      yield* minutes(100)
      // One is deleted and one comes late: the count is the same.
      fake.rows.splice(fake.rows.findIndex(({ id }) => id === "da400"), 1)
      fake.rows.push({ id: "late", lastUpdateDateTime: minute(-70) })
      yield* minutes(270)
      yield* assertPublished(481)
      assert.strictEqual(sweeps(fake).length, 1)
    }).pipe(Effect.provide(world)))

  it.effect("late_row_masked: finds one that comes late while another leaves by an update, although their number stays", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rows() })
      yield* running(fake)
      yield* minutes(61)
      const swap = (id: string, late: string, at: number) => {
        const old = fake.rows.findIndex((row) => row.id === id)
        fake.rows.splice(old, 1)
        fake.rows.push({ id: late, lastUpdateDateTime: minute(-90) }, { id, lastUpdateDateTime: minute(at) })
      }
      swap("da400", "late", 61)
      yield* minutes(60)
      yield* assertPublished(482)
      assert.strictEqual(sweeps(fake).length, 1)
      // The update is read after Graph was asked for the number: it counts with the next one.
      const asked = counts(fake).length
      while (counts(fake).length === asked) {
        fake.before = () => {
          if (fake.requests.at(-1)?.url.includes("$count") === true && !fake.rows.some(({ id }) => id === "later")) {
            swap("da401", "later", Math.floor((fake.requests.at(-1)!.at - noon) / 60_000))
          }
        }
        yield* minutes(1)
      }
      yield* minutes(65)
      yield* assertPublished(484)
    }).pipe(Effect.provide(world)))

  it.effect("is asked at most once an hour, never of the legacy endpoint, and not at all with 0 hours", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rows() })
      const without = yield* running(fake, { late_row_hours: 0, endpoints: {} })
      yield* minutes(300)
      assert.deepStrictEqual(counts(fake), [])
      yield* without.stop
      const other = FakeGraph.make({ rows: rows() })
      yield* running(other, { endpoints: {} })
      yield* minutes(300)
      assert.deepStrictEqual(Array.from(new Set(counts(other).map(({ endpoint }) => endpoint))).sort(), [
        "alerts_v2",
        "incidents"
      ])
      assert.isAtMost(counts(other).length, 12)
    }).pipe(Effect.provide(world)))

  it.effect("gives way to a poll that is due, and goes on afterwards", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rows(), pageSize: 40 })
      yield* running(fake, { lookback_hours: 8 })
      yield* minutes(58)
      fake.rows.push({ id: "late", lastUpdateDateTime: minute(-20) })
      yield* TestClock.adjust("115 seconds")
      // The sweep's pages take two minutes each from here on.
      let slow = 0
      const before = fake.before
      fake.before = (count) => {
        before(count)
        slow++
      }
      yield* minutes(120)
      assert.isAbove(slow, 0)
      yield* assertPublished(481)
      const polls = FakeGraph.polls(fake).filter(({ url }) => !url.includes("%20lt%20"))
        .map(({ at }) => Math.round((at - noon) / 60_000))
      for (const due of [60, 65, 70, 75]) assert.include(polls, due)
    }).pipe(Effect.provide(world)))

  it.effect("a failure of it is no failure of the endpoint; a 429 is a cooldown as any other", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rows() })
      let answer: "fails" | "throttled" | "works" = "fails"
      fake.answer = ({ url }) =>
        !url.includes("$count") || answer === "works"
          ? undefined
          : answer === "fails"
          ? new Unavailable({ kind: "http", detail: "HTTP 503" })
          : new Throttled({})
      const { document, lines } = yield* running(fake)
      yield* minutes(62)
      const endpoint = Effect.map(document, ({ instances }) => instances[0]!.endpoints[1]!)
      assert.strictEqual((yield* endpoint).state, "ok")
      assert.deepStrictEqual(lines.filter((line) => !line.startsWith("[INFO]")), [])
      answer = "throttled"
      yield* minutes(62)
      assert.strictEqual((yield* endpoint).state, "cooldown")
      const asked = fake.requests.length
      yield* minutes(5)
      assert.strictEqual(fake.requests.length, asked)
      answer = "works"
      yield* minutes(10)
      assert.strictEqual((yield* endpoint).state, "ok")
    }).pipe(Effect.provide(world)))
})

describe("evidence that comes late", () => {
  it.effect("late_evidence: is published at the next poll with the alert as it is now, once, across a restart", () =>
    Effect.gen(function*() {
      yield* atNoon
      const evidence = (address: string) => ({
        "@odata.type": "#microsoft.graph.security.ipEvidence",
        ipAddress: address
      })
      const row = { id: "da1", lastUpdateDateTime: minute(-1), evidence: [evidence("198.51.100.1")] }
      const fake = FakeGraph.make({ rows: [row] })
      const first = yield* running(fake)
      yield* minutes(6)
      yield* assertPublished(2)
      fake.rows[0] = { ...row, evidence: [evidence("198.51.100.2"), ...row.evidence] } as never
      yield* minutes(5)
      yield* assertPublished(4)
      fake.rows[0] = { ...row, evidence: [...row.evidence, evidence("198.51.100.2")] } as never
      yield* minutes(5)
      yield* assertPublished(4)
      yield* first.stop
      yield* running(fake)
      yield* minutes(6)
      yield* assertPublished(4)
      const polls = FakeGraph.polls(fake)
      assert.isTrue(polls.every(({ url }) => url.includes("lastUpdateDateTime%20ge%20")))
    }).pipe(Effect.provide(world)))
})
