/** Tests a Graph that refuses a part of the query: it is left out, shown, and asked for again a day later. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Rejected } from "../../src/graph/GraphError.ts"
import { windowFloor } from "../../src/graph/Limits.ts"
import { type PartRefused, refusedBy } from "../../src/graph/QueryShape.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const rowsOf = (count: number, seconds = 7.1234567) =>
  Array.from({ length: count }, (_, n) => {
    const at = Timestamp.fromMillis(noon - 7_200_000 + Math.floor(n * seconds * 1000))
    return { id: `a${n}`, lastUpdateDateTime: `${at.slice(0, 23)}4567Z` }
  })

const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) {
    yield* TestClock.adjust("1 minute")
    yield* Effect.repeat(TestClock.adjust(0), { times: 20 })
  }
})

const refusal = (message: string, query: URLSearchParams) => {
  const refused: PartRefused | undefined = refusedBy(message, query)
  return new Rejected({ request: "?", said: message, ...(refused === undefined ? {} : { refused }) })
}

const begun = Effect.fnUntraced(
  function*(fake: FakeGraph.FakeGraph, refuse: (query: URLSearchParams) => string | undefined, more: object = {}) {
    yield* TestClock.setTime(noon)
    fake.answer = ({ url }) => {
      const query = new URL(url).searchParams
      const message = query.has("$count") ? undefined : refuse(query)
      return message === undefined ? undefined : refusal(message, query)
    }
    const { document, lines } = yield* running(fake, { late_row_hours: 0, ...more })
    yield* minutes(3)
    return {
      endpoint: Effect.map(document, ({ instances }) =>
        instances[0]!.endpoints.find(({ name }) =>
          name === "alerts_v2"
        )!),
      lines: (word: string) => lines.filter((line) => line.includes(word)).length
    }
  }
)

const top = (query: URLSearchParams) => Number(query.get("$top"))

describe("a query of which Graph refuses a part", () => {
  it.effect(
    "goes on with the number of rows that Graph names, says so once, and asks for more again in a day",
    () =>
      Effect.gen(function*() {
        const fake = FakeGraph.make({ rows: rowsOf(230) })
        let most = 100
        const { endpoint, lines } = yield* begun(fake, (query) =>
          top(query) > most
            ? `The limit of '${most}' for Top query has been exceeded; it was ${top(query)}`
            : undefined)
        assert.deepInclude(yield* endpoint, { state: "ok", negotiated: ["at most 100 rows a page"] })
        assert.strictEqual((yield* publishedIds).length, 230)
        const refused = () => FakeGraph.polls(fake).filter(({ url }) => top(new URL(url).searchParams) === 1000).length
        yield* minutes(120)
        assert.strictEqual(refused(), 1)
        assert.strictEqual(lines("Graph refused a part of the query; asked for now: at most 100 rows a page"), 1)
        most = 1000
        yield* minutes(24 * 60)
        assert.isAbove(refused(), 1)
        assert.isUndefined((yield* endpoint).negotiated)
        assert.deepStrictEqual((yield* endpoint).gaps, [])
      }).pipe(Effect.provide(world)),
    60_000
  )

  it.effect("is halved where Graph names no number", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(230) })
      const { endpoint } = yield* begun(fake, (query) => top(query) > 200 ? "$top is too large" : undefined)
      assert.deepInclude(yield* endpoint, { state: "ok", negotiated: ["at most 125 rows a page"] })
      assert.strictEqual((yield* publishedIds).length, 230)
    }).pipe(Effect.provide(world)))

  for (const order of ["desc", "none"] as const) {
    it.effect(`reads ${order === "desc" ? "the newest first" : "in no order"} without $orderby, by closed windows`, () =>
      Effect.gen(function*() {
        const fake = FakeGraph.make({ rows: rowsOf(230), order, pageSize: 50, paging: "skiptoken" })
        const { endpoint } = yield* begun(
          fake,
          (query) => query.has("$orderby") ? "The query option '$orderby' is not supported" : undefined
        )
        const { high_water_mark, negotiated, state } = yield* endpoint
        assert.strictEqual(state, "ok")
        assert.match(negotiated![0]!, /^no \$orderby/)
        assert.strictEqual((yield* publishedIds).length, 230)
        assert.isAbove(Date.parse(high_water_mark!), noon - 7_200_000 + 228 * 7000, "the mark moved to the end")
        for (const { url } of FakeGraph.polls(fake)) {
          const filter = new URL(url).searchParams.get("$filter") ?? ""
          if (!url.includes("orderby") && !url.includes("skiptoken")) {
            assert.match(filter, / lt /, "both ends are fixed")
          }
        }
        fake.rows.push({ id: "new", lastUpdateDateTime: Timestamp.fromMillis(noon + 240_000) })
        yield* minutes(10)
        assert.strictEqual((yield* publishedIds).length, 231)
      }).pipe(Effect.provide(world)))
  }

  it.effect("loses no row of a fraction where Graph takes no digits", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(60, 0.2), pageSize: 20 })
      const { endpoint } = yield* begun(fake, (query) =>
        /\.\d+Z/.test(query.get("$filter") ?? "") ? "the DateTimeOffset literal cannot be parsed" : undefined)
      assert.deepInclude(yield* endpoint, { state: "ok", negotiated: ["times without a fraction"] })
      assert.strictEqual((yield* publishedIds).length, 60)
      fake.rows.push({ id: "new", lastUpdateDateTime: "2026-11-20T12:03:30.9999999Z" })
      yield* minutes(6)
      assert.strictEqual((yield* publishedIds).length, 61)
    }).pipe(Effect.provide(world)))

  it.effect(
    "finds what Graph keeps where it does not say so, to the minute, and goes on saying what it left out",
    () =>
      Effect.gen(function*() {
        const fake = FakeGraph.make({
          rows: Array.from({ length: 700 }, (_, n) => ({
            id: `a${n}`,
            lastUpdateDateTime: Timestamp.fromMillis(noon - (n + 1) * 3_600_000)
          }))
        })
        const oldest = noon - 300 * 3_600_000 - 90_000
        const { endpoint, lines } = yield* begun(fake, (query) => {
          const from = / ge (\S+)/.exec(query.get("$filter") ?? "")?.[1] ?? ""
          return Timestamp.toMillis(Timestamp.normalize(from)!) < oldest
            ? "The filter is older than the retention"
            : undefined
        }, { lookback_hours: 700 })
        const left = yield* endpoint
        assert.strictEqual(left.state, "ok")
        assert.strictEqual(left.gaps.length, 1)
        const [gap] = left.gaps
        const end = Timestamp.toMillis(Timestamp.normalize(gap!.to)!)
        assert.isAtLeast(end, oldest)
        assert.isAtMost(end - oldest, windowFloor, "at most a minute of what Graph keeps")
        const ids = yield* publishedIds
        assert.strictEqual(new Set(ids).size, ids.length, "none twice")
        assert.strictEqual(ids.length, 300)
        assert.isAtMost(FakeGraph.polls(fake).length, 22)
        // What is left out is asked for every hour, and never said to have been read.
        yield* minutes(150)
        assert.deepStrictEqual((yield* endpoint).gaps, left.gaps)
        assert.strictEqual(lines("has been read"), 0)
      }).pipe(Effect.provide(world)),
    60_000
  )

  it.effect("ends a poll where everything is refused as too old, and leaves nothing out", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(230) })
      const { endpoint } = yield* begun(fake, () => "The filter is older than the retention", { lookback_hours: 700 })
      assert.strictEqual((yield* endpoint).state, "error")
      assert.deepStrictEqual((yield* endpoint).gaps, [])
      assert.isAtMost(FakeGraph.polls(fake).length, 15)
      fake.answer = () => undefined
      yield* minutes(10)
      assert.strictEqual((yield* publishedIds).length, 230)
    }).pipe(Effect.provide(world)))

  it.effect("moves a filter that is too old to what Graph keeps, and leaves a gap", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(230) })
      const oldest = "2026-11-20T10:30:00.0000000Z"
      const { endpoint } = yield* begun(fake, (query) => {
        const from = / ge (\S+)/.exec(query.get("$filter") ?? "")?.[1] ?? ""
        return from < oldest ? `the filter is earlier than ${oldest}, the oldest that is kept` : undefined
      }, { lookback_hours: 24 })
      const { gaps, state } = yield* endpoint
      assert.strictEqual(state, "ok")
      assert.deepStrictEqual(gaps.map(({ code, to }) => [code, to]), [[
        "filter_too_old",
        "2026-11-20T10:30:00.000000000Z"
      ]])
      const kept = fake.rows.filter(({ lastUpdateDateTime }) => lastUpdateDateTime >= oldest)
      assert.strictEqual((yield* publishedIds).length, kept.length)
      // Tried again every hour, and never said to have been read.
      yield* minutes(150)
      assert.deepStrictEqual((yield* endpoint).gaps, gaps)
    }).pipe(Effect.provide(world)))

  it.effect("quotes Graph where nothing can be left out", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(1) })
      const { endpoint } = yield* begun(fake, () => "Something else is wrong")
      const { error, state } = yield* endpoint
      assert.strictEqual(state, "error")
      assert.match(error!.message, /: Something else is wrong$/)
    }).pipe(Effect.provide(world)))
})

it.effect("a refusal that names no age makes few gaps, and none of what Graph surely keeps", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const fake = FakeGraph.make({ rows: rowsOf(5) })
    let isIll = true
    fake.answer = ({ url }) =>
      isIll ? refusal("The data retention policy does not allow this request", new URL(url).searchParams) : undefined
    const { document } = yield* running(fake)
    const endpoint = Effect.map(
      document,
      ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
    )
    for (let minute = 0; minute < 30; minute++) yield* TestClock.adjust("1 minute")
    const ill = yield* endpoint
    assert.strictEqual(ill.state, "error")
    assert.isAtMost(ill.gaps.length, 6)
    assert.isAtMost(fake.requests.length, 60)
    for (const { to } of ill.gaps) assert.isTrue(to <= Timestamp.fromMillis(noon), to)
    isIll = false
    fake.rows.push({ id: "new", lastUpdateDateTime: Timestamp.fromMillis(noon + 1_700_000) })
    for (let minute = 0; minute < 6; minute++) yield* TestClock.adjust("1 minute")
    assert.strictEqual((yield* endpoint).state, "ok")
    assert.isAtLeast((yield* publishedIds).length, 1)
  }).pipe(Effect.provide(world)))
