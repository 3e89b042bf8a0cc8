/** Tests ranges that are still missing: gaps, a provider's missing part, and the overlap that gaps cut short. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { run } from "../../src/cli/Connector.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { connector, publishedIds, running, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const atNoon = TestClock.setTime(noon)
/** Makes a legacy alert that changed a number of minutes after noon. */
const row = (id: string, minute: number) => {
  const at = Timestamp.fromMillis(noon + Math.round(minute * 60_000))
  return { id, lastModifiedDateTime: at, lastUpdateDateTime: at }
}
const legacyOnly = { endpoints: { alerts_v2: { enabled: false }, incidents: { enabled: false } }, lookback_hours: 12 }
const warning = { providerWarnings: [{ provider: "Contoso/Sensor", status: 504 }] }
const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) yield* TestClock.adjust("1 minute")
})
const poll = Effect.repeat(TestClock.adjust("20 seconds"), { times: 14 })

const assertPublished = (rows: ReadonlyArray<unknown>, missing = 0) =>
  Effect.map(publishedIds, (ids) => {
    assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
    assert.strictEqual(ids.length, rows.length - missing)
  })

describe("what is still owed", () => {
  it.effect("a gap that grows while it is read keeps the part that was added", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: Array.from({ length: 400 }, (_, n) => row(`da${n}`, n - 401)) })
      const isOfGap = (url: string) => url.includes("%20lt%20")
      let isMissing = true
      fake.answer = ({ url }) => isMissing && !isOfGap(url) ? (page) => ({ ...page, ...warning }) : undefined
      // Each page of a gap takes a minute, in which a poll can be due.
      const slow = Layer.effect(
        GraphClient,
        Effect.map(GraphClient, ({ connect }) =>
          GraphClient.of({
            connect: (credential) =>
              Effect.map(connect(credential), (graph) => ({
                ...graph,
                fetchPage: (request) =>
                  Effect.delay(graph.fetchPage(request), isOfGap(request.url) ? "1 minute" : "0 seconds")
              }))
          }))
      ).pipe(Layer.provide(FakeGraph.layer(fake)))
      const initial = yield* settings({ ...legacyOnly, overlap_minutes: 0 })
      const context = yield* Layer.build(Layer.merge(Layer.fresh(connector(fake, initial, Stream.never)), slow))
      yield* Effect.forkScoped(Effect.provideContext(run(false), context))
      yield* minutes(11)
      isMissing = false
      yield* minutes(62)
      isMissing = true
      for (let n = 0; n < 10; n++) fake.rows.push(row(`new${n}`, 73 + n / 10))
      yield* minutes(18)
      isMissing = false
      fake.rows.push(row("of the provider", 73.45))
      yield* minutes(150)
      yield* assertPublished(fake.rows)
    }).pipe(Effect.provide(world)))

  it.effect("a late row before a gap arrives with the gap", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({ rows: Array.from({ length: 400 }, (_, n) => row(`da${n}`, n - 401)) })
      let isIll = true
      fake.poison = ({ id }) => isIll && id === "da398"
      const { document } = yield* running(fake, legacyOnly)
      const endpoint = Effect.map(document, ({ instances }) =>
        instances[0]!.endpoints.find(({ name }) => name === "alerts")!)
      yield* Effect.repeat(poll, { times: 20 })
      const { gaps, high_water_mark } = yield* endpoint
      assert.strictEqual(gaps.length, 1)
      const mark = (Timestamp.toMillis(Timestamp.normalize(high_water_mark!)!) - noon) / 60_000
      fake.rows.push(row("late", mark - 8))
      for (let n = 1; n < 90; n++) {
        fake.rows.push(row(`new${n}`, mark + 60 + n))
        yield* minutes(1)
      }
      isIll = false
      yield* minutes(300)
      yield* assertPublished(fake.rows)
      assert.deepStrictEqual((yield* endpoint).gaps, [])
    }).pipe(Effect.provide(world)))

  it.effect("a window that is left out does not move the mark past a provider's missing part of the same pass", () =>
    Effect.gen(function*() {
      yield* atNoon
      const fake = FakeGraph.make({
        rows: Array.from({ length: 600 }, (_, n) => row(`da${n}`, n - 600)),
        pageSize: 100
      })
      let isMissing = true
      fake.poison = ({ id }) => id === "da400"
      fake.answer = ({ url }) => isMissing && !url.includes("skip=") ? (page) => ({ ...page, ...warning }) : undefined
      yield* running(fake, legacyOnly)
      yield* Effect.repeat(poll, { times: 2 })
      isMissing = false
      for (let n = 0; n < 5; n++) fake.rows.push(row(`of the provider ${n}`, n - 590))
      yield* minutes(600)
      yield* assertPublished(fake.rows, 1)
    }).pipe(Effect.provide(world)))
})
