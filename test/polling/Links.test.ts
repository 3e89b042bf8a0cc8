/** Tests links to a next page that lead nowhere, and providers that refuse: no walk asks for more than its rows need. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { shownRowsMax } from "../../src/domain/Bounds.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { Rejected } from "../../src/graph/GraphError.ts"
import { idlePagesMax } from "../../src/graph/Limits.ts"
import * as Shown from "../../src/polling/Shown.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `a${n}`,
    lastUpdateDateTime: Timestamp.fromMillis(noon - 3_600_000 + n * 10_000)
  }))
const home = "https://graph.microsoft.com/v1.0/security/alerts_v2"

const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) {
    yield* TestClock.adjust("1 minute")
    // A page on its way to the sink takes some turns.
    yield* Effect.repeat(TestClock.adjust(0), { times: 60 })
  }
})

const linking = (nextLink: (url: string, count: number) => string | undefined) => {
  const fake = FakeGraph.make({ rows: rowsOf(230) })
  fake.answer = ({ count, url }) => (page) => ({ ...page, nextLink: nextLink(url, count) ?? page.nextLink })
  return fake
}

describe("a link behind the last page that cannot be followed", () => {
  for (
    const [what, link] of [["is empty", () => ""], ["is blank", () => " "], ["leads elsewhere", () =>
      "https://example.com/next"], ["leads to the page itself", (url: string) =>
      url, 2]] as const
  ) {
    it.effect(`ends the pass, when it ${what}`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(noon)
        const fake = linking(link)
        const { document } = yield* running(fake, { late_row_hours: 0 })
        yield* minutes(16)
        const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
        assert.strictEqual(endpoint.state, "ok")
        assert.deepStrictEqual(endpoint.gaps, [])
        assert.strictEqual((yield* publishedIds).length, 230)
        assert.isAtMost(FakeGraph.polls(fake).length, 8, "two requests a poll")
        fake.rows.push({ id: "new", lastUpdateDateTime: Timestamp.fromMillis(noon + 900_000) })
        yield* minutes(5)
        assert.strictEqual((yield* publishedIds).length, 231)
      }).pipe(Effect.provide(world)))
  }

  for (const rows of [230, 1, 0]) {
    it.effect(`ends the pass, when Graph refuses to be followed behind ${rows} rows`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(noon)
        const fake = FakeGraph.make({ rows: rowsOf(rows) })
        let links = 0
        fake.answer = ({ url }) =>
          url.includes("skiptoken")
            ? new Rejected({ request: "?", said: "Invalid skip token" })
            : (page) => ({ ...page, nextLink: `${url}&$skiptoken=${links++}` })
        const { document } = yield* running(fake, { late_row_hours: 0 })
        yield* minutes(16)
        const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
        assert.deepInclude(endpoint, { state: "ok", gaps: [] })
        assert.strictEqual((yield* publishedIds).length, rows)
        assert.isAtMost(FakeGraph.polls(fake).length, 12, "three requests a poll")
        fake.rows.push({ id: "new", lastUpdateDateTime: Timestamp.fromMillis(noon + 900_000) })
        yield* minutes(5)
        assert.strictEqual((yield* publishedIds).length, rows + 1)
      }).pipe(Effect.provide(world)))
  }

  it.effect("is no end behind a full page of few rows", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const at = (n: number) => Timestamp.fromMillis(noon - 3_600_000 + Math.max(0, n - 14) * 10_000)
      const rows = Array.from({ length: 45 }, (_, n) => ({ id: `a${n}`, lastUpdateDateTime: at(n) }))
      const fake = FakeGraph.make({ rows })
      fake.answer = ({ url }) =>
        Number(new URL(url).searchParams.get("$top")) > 10
          ? new Rejected({ request: "?", refused: { part: "top", limit: 10 } })
          : (page) => ({ ...page, nextLink: page.nextLink === undefined ? undefined : "https://example.com/next" })
      const { document } = yield* running(fake, { late_row_hours: 0 })
      yield* minutes(31)
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
      // Fifteen rows of one instant, of which Graph shows ten, and a link that leads elsewhere: nobody can go on.
      assert.strictEqual(endpoint.state, "error")
      assert.strictEqual((yield* document).instances[0]!.state, "attention")
    }).pipe(Effect.provide(world)))

  it.effect("ends the pass of a tenant with a single row, and moves no mark that nothing proves", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = linking(() => "https://example.com/next")
      fake.rows = rowsOf(1)
      const { document } = yield* running(fake, { late_row_hours: 0, lookback_hours: 2 })
      yield* minutes(11)
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
      assert.deepInclude(endpoint, { state: "ok", gaps: [], high_water_mark: "2026-11-20T10:00:00.000000000Z" })
      assert.strictEqual((yield* publishedIds).length, 1)
      assert.isAtMost(FakeGraph.polls(fake).length, 6)
    }).pipe(Effect.provide(world)))
})

it.effect("an empty page whose link leads to itself costs a quiet tenant four requests a poll, and no report", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const fake = linking((url) => url)
    fake.rows = []
    const { document } = yield* running(fake, { late_row_hours: 0 })
    yield* minutes(11)
    assert.strictEqual((yield* document).instances[0]!.state, "ok")
    assert.isAtMost(FakeGraph.polls(fake).length, 12)
  }).pipe(Effect.provide(world)))

describe("a chain of links without an end", () => {
  for (const [what, isEmpty] of [["the same rows", false], ["no rows", true]] as const) {
    it.effect(`that shows ${what} is begun anew once, reported, and keeps nothing new waiting`, () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(noon)
        const fake = FakeGraph.make({ rows: rowsOf(230) })
        let links = 0
        fake.answer = ({ url }) => (page) => ({
          ...page,
          ...(isEmpty && url.includes("$skiptoken") ? { records: [] } : {}),
          nextLink: `${home}?$skiptoken=0&n=${links++}`
        })
        const { document, lines } = yield* running(fake, { late_row_hours: 0 })
        yield* minutes(4)
        const first = FakeGraph.polls(fake).length
        assert.isAtMost(first, 3 * (idlePagesMax + 2))
        const endpoint = Effect.map(
          document,
          ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
        )
        const { error, gaps, state } = yield* endpoint
        assert.strictEqual(state, "error")
        assert.strictEqual(error?.code, "next_link_endless")
        assert.deepStrictEqual(gaps, [])
        fake.rows.push({ id: "new", lastUpdateDateTime: Timestamp.fromMillis(noon + 240_000) })
        yield* minutes(5)
        assert.strictEqual((yield* publishedIds).length, 231)
        yield* minutes(60)
        assert.isAtMost(FakeGraph.polls(fake).length, 15 * 2 * (idlePagesMax + 2))
        assert.isAtMost(lines.filter((line) => line.includes("showed nothing new")).length, 4)
      }).pipe(Effect.provide(world)))
  }

  const record = (n: number): GraphRecord => ({ ...ofValue({}), id: `a${n}`, cursor: "c" } as never)

  it("is recognised by the rows that it has shown, until it ends", () => {
    const shown = Shown.make()
    assert.strictEqual(shown.count([record(0), record(1), record(0)]), 2)
    assert.strictEqual(shown.count([record(0), record(2)]), 1)
    shown.forget()
    assert.strictEqual(shown.count([record(0)]), 1)
  })

  it("is recognised within a few rounds, through however many rows it goes", () => {
    for (const around of [5000, shownRowsMax - 1000, shownRowsMax + 1, 100_000, 300_000]) {
      const shown = Shown.make()
      let [idle, pages] = [0, 0]
      for (; idle < idlePagesMax && pages < 10_000; pages++) {
        const page = Array.from({ length: 1000 }, (_, n) => record((pages * 1000 + n) % around))
        idle = shown.count(page) === 0 ? idle + 1 : 0
      }
      assert.isAtMost(pages * 1000, 4 * around + 5 * shownRowsMax, `${around} rows`)
    }
  })

  it.effect("is followed to its end as long as it shows new rows", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(230), pageSize: 5, paging: "skiptoken" })
      const { document } = yield* running(fake, { late_row_hours: 0 })
      yield* minutes(4)
      assert.strictEqual((yield* publishedIds).length, 230)
      assert.strictEqual((yield* document).instances[0]!.state, "ok")
    }).pipe(Effect.provide(world)))
})

describe("a provider of legacy alerts that refuses its part", () => {
  const legacy = { endpoints: { alerts_v2: { enabled: false }, incidents: { enabled: false } } }
  it.effect("is in the status; without a licence it is no line, and a 400 is said to be our own fault, once", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make()
      let status = 403
      fake.answer = () => (page) => ({ ...page, providerWarnings: [{ provider: "Contoso/Sensor", status }] })
      const { document, lines } = yield* running(fake, legacy)
      const said = () => lines.filter((line) => line.includes("Contoso/Sensor"))
      const endpoint = Effect.map(
        document,
        ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts")!
      )
      yield* minutes(6)
      assert.deepStrictEqual((yield* endpoint).providers, [{
        provider: "Contoso/Sensor",
        status: 403,
        meaning: "not licensed"
      }])
      assert.strictEqual((yield* endpoint).state, "ok")
      assert.deepStrictEqual(said(), [])
      status = 400
      yield* minutes(60)
      assert.strictEqual(said().length, 1)
      assert.match(said()[0]!, /Contoso\/Sensor \(400, it does not take this connector's query\); report the 400/)
      fake.answer = () => undefined
      yield* minutes(6)
      assert.isUndefined((yield* endpoint).providers)
    }).pipe(Effect.provide(world)))
})
