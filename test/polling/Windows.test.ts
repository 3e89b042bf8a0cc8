import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { BodyTooLarge, Unavailable } from "../../src/graph/GraphError.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const atNoon = TestClock.setTime(noon)
/** Rows spread over the last ten hours, `seconds` apart. */
const rowsOf = (count: number, seconds: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `da${n}`,
    lastUpdateDateTime: Timestamp.fromMillis(noon - 36_000_000 + n * seconds * 1000)
  }))
const minutes = Effect.fnUntraced(function*(count: number) {
  for (let minute = 0; minute < count; minute++) yield* TestClock.adjust("1 minute")
})
/** Backoff within a poll takes seconds. */
const poll = Effect.repeat(TestClock.adjust("20 seconds"), { times: 14 })

const assertPublished = (count: number) =>
  Effect.map(publishedIds, (ids) => {
    assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
    assert.strictEqual(ids.length, count)
  })

describe("what Graph cannot answer for", () => {
  it.effect("poison_window: is left out as a gap, shown, tried again each hour, and read when Graph can", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(1000, 30) })
      let isIll = true
      fake.poison = ({ id }) => isIll && id === "da500"
      const { document, lines } = yield* running(fake)
      yield* Effect.repeat(poll, { times: 15 })
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")
      assert.strictEqual(endpoint!.state, "ok")
      assert.strictEqual(endpoint!.gaps.length, 1)
      const { code, from, to } = endpoint!.gaps[0]!
      assert.strictEqual(code, "service_unavailable")
      const poisoned = fake.rows[500]!.lastUpdateDateTime
      assert.isTrue(from <= poisoned && poisoned < to, `${from} ${poisoned} ${to}`)
      const at = (text: string) => Timestamp.toMillis(Timestamp.normalize(text)!)
      assert.isAtMost(at(to) - at(from), 60_000)
      assert.isTrue(endpoint!.high_water_mark! >= fake.rows[999]!.lastUpdateDateTime)
      const outside = fake.rows.filter((row) => row.lastUpdateDateTime < from || row.lastUpdateDateTime >= to)
      const seen = (yield* publishedIds).length
      assert.isAtLeast(seen, outside.length)
      assert.isBelow(seen, 1000)
      assert.strictEqual(lines.filter((line) => /ERROR.*was left out.*tried again every hour/.test(line)).length, 1)

      isIll = false
      yield* minutes(65)
      yield* assertPublished(1000)
      const after = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")
      assert.deepStrictEqual(after!.gaps, [])
      assert.isTrue(lines.some((line) => /INFO.*what was left out from .* has been read/.test(line)))
    }).pipe(Effect.provide(world)))

  it.effect("heavy_window: is read in narrower ones, and nothing is left out", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(1000, 30), windowMax: 150 })
      const { document, lines } = yield* running(fake)
      yield* Effect.repeat(poll, { times: 12 })
      yield* assertPublished(1000)
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")
      assert.deepStrictEqual(endpoint!.gaps, [])
      assert.isFalse(lines.some((line) => line.includes("left out")))
    }).pipe(Effect.provide(world)))

  it.effect("outage_recovery: an outage of hours leaves no gap, and what waited arrives", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(1000, 30) })
      let isDown = true
      fake.answer = () => isDown ? new Unavailable({ kind: "http", detail: "HTTP 503" }) : undefined
      const { document, lines } = yield* running(fake)
      yield* Effect.repeat(poll, { times: 36 })
      const down = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")
      assert.strictEqual(down!.state, "unavailable")
      assert.deepStrictEqual(down!.gaps, [])
      // The failure, a reminder an hour, and once that no pass has ended.
      assert.isAtMost(lines.filter((line) => /WARN|ERROR/.test(line)).length, 5)
      isDown = false
      yield* minutes(10)
      yield* assertPublished(1000)
    }).pipe(Effect.provide(world)))

  it.effect("a page that is too large is asked for in halves, and grows again", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: rowsOf(1000, 30) })
      const top = (url: string) => Number(/top=(\d+)/.exec(url)![1])
      fake.answer = ({ count, url }) => count <= 3 && top(url) > 200 ? new BodyTooLarge({ bytesMax: 5 }) : undefined
      yield* running(fake)
      yield* poll
      yield* assertPublished(1000)
      assert.deepStrictEqual(FakeGraph.polls(fake).map(({ url }) => top(url)).slice(0, 8), [
        1000,
        500,
        250,
        125,
        125,
        125,
        125,
        250
      ])
    }).pipe(Effect.provide(world)))

  it.effect("large alerts are asked for in as few as fit, and small ones beside them arrive", () =>
    Effect.gen(function*() {
      yield* atNoon
      // 40 of one MB and two small ones within 20 seconds; a page holds 16 MB.
      const fake = FakeGraph.make({ rows: rowsOf(42, 0.5) })
      fake.answer = ({ url }) =>
        Number(/top=(\d+)/.exec(url)![1]) > 16 && url.includes("filter")
          ? new BodyTooLarge({ bytesMax: 16 })
          : undefined
      const { document } = yield* running(fake)
      yield* poll
      yield* minutes(3)
      yield* assertPublished(42)
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
      assert.deepInclude(endpoint, { state: "ok", gaps: [] })
    }).pipe(Effect.provide(world)))

  for (const [what, large] of [["in the middle", [20]], ["in a row", [20, 21, 22]], ["at the end", [41]]] as const) {
    it.effect(`rows that are too large alone are a gap of their own: ${what}`, () =>
      Effect.gen(function*() {
        yield* atNoon
        const fake = FakeGraph.make({ rows: rowsOf(42, 0.5) })
        fake.oversize = ({ id }) => large.some((n) => id === `da${n}`)
        const { document, lines } = yield* running(fake)
        yield* poll
        yield* minutes(4)
        const ids = yield* publishedIds
        assert.strictEqual(new Set(ids).size, 42 - large.length, "those beside arrive")
        assert.strictEqual(ids.length, 42 - large.length)
        const { gaps, state } = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
        assert.strictEqual(state, "ok")
        assert.deepStrictEqual(gaps.map(({ code }) => code), ["body_too_large"])
        const cursor = (n: number) => Timestamp.normalize(fake.rows[n]!.lastUpdateDateTime)!
        const { from, to } = gaps[0]!
        assert.isTrue(from >= cursor(large[0]! - 1) && from <= cursor(large[0]!), "the row before it at the earliest")
        if (large.at(-1)! < 41) assert.strictEqual(to, cursor(large.at(-1)! + 1), "up to the row behind it")
        assert.include(lines.join("\n"), "raise limits.page_bytes_max")
      }).pipe(Effect.provide(world)))
  }

  it.effect("skip_limit: more rows on one instant than Graph pages through are a gap, and the rest arrives", () =>
    Effect.gen(function*() {
      yield* atNoon
      const instant = "2026-11-20T11:00:00.5Z"
      const rows = rowsOf(3000, 1).map((row, n) =>
        n < 1000 ? row : n < 2500 ? { ...row, lastUpdateDateTime: instant } : {
          ...row,
          lastUpdateDateTime: Timestamp.fromMillis(noon - 60_000 + n)
        }
      )
      const fake = FakeGraph.make({ rows, pageSize: 100, skipMax: 500 })
      const { document } = yield* running(fake)
      yield* poll
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")
      assert.deepStrictEqual(endpoint!.gaps, [{
        code: "instant_too_full",
        from: "2026-11-20T11:00:00.500000000Z",
        to: "2026-11-20T11:00:00.500000100Z"
      }])
      yield* assertPublished(1000 + 600 + 500)
    }).pipe(Effect.provide(world)))

  it.effect.prop("loses nothing and repeats nothing, wherever the poison lies and however wide it is", [
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))).check(
      Schema.isMinLength(1),
      Schema.isMaxLength(40)
    ),
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 39 })),
    Schema.Literals(["asc", "desc"])
  ], ([offsets, ill, order]) =>
    Effect.gen(function*() {
      yield* atNoon
      const rows = offsets.map((offset, n) => ({
        id: `da${n}`,
        lastUpdateDateTime: Timestamp.fromMillis(noon - 36_000_000 + offset * 60_000)
      }))
      const fake = FakeGraph.make({ rows, pageSize: 7, order })
      let isIll = true
      fake.poison = ({ id }) => isIll && id === `da${ill % offsets.length}`
      yield* running(fake)
      yield* Effect.repeat(TestClock.adjust("30 seconds"), { times: 300 })
      isIll = false
      yield* Effect.repeat(TestClock.adjust("1 minute"), { times: 130 })
      yield* assertPublished(rows.length)
    }).pipe(Effect.scoped, Effect.provide(world, { local: true })), { arbitrary: { runs: 12 } })
})

describe("a legacy provider that does not answer", () => {
  it.effect("holds the mark for two polls; then its part is a gap, and is tried again each hour", () =>
    Effect.gen(function*() {
      yield* atNoon
      const rows = rowsOf(10, 30).map(({ id, lastUpdateDateTime }) => ({
        id,
        lastUpdateDateTime,
        lastModifiedDateTime: lastUpdateDateTime
      }))
      const fake = FakeGraph.make({ rows })
      let isMissing = true
      fake.answer = () => (page) => ({
        ...page,
        providerWarnings: isMissing ? [{ provider: "Contoso/Sensor", status: 504 }] : []
      })
      const { document } = yield* running(fake, {
        lookback_hours: 24,
        endpoints: { alerts_v2: { enabled: false }, incidents: { enabled: false } }
      })
      const endpoint = Effect.map(
        document,
        ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts")!
      )
      const begun = (yield* endpoint).high_water_mark
      yield* minutes(6)
      assert.strictEqual((yield* endpoint).high_water_mark, begun)
      yield* minutes(6)
      assert.strictEqual((yield* endpoint).high_water_mark, rows.at(-1)!.lastModifiedDateTime)
      assert.deepStrictEqual((yield* endpoint).gaps.map(({ code }) => code), ["provider_missing"])
      isMissing = false
      yield* minutes(70)
      assert.deepStrictEqual((yield* endpoint).gaps, [])
      yield* assertPublished(10)
    }).pipe(Effect.provide(world)))
})
