/** Tests events that lose rows in other connectors although no request fails: moved rows, set clocks, lost positions. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Values } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Rejected } from "../../src/graph/GraphError.ts"
import { Published } from "../../src/sinks/ArtifactSink.ts"
import { once, publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const second = (n: number): string => Timestamp.fromMillis(noon + n * 1000)
const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) yield* TestClock.adjust("1 minute")
})

const version = ({ id, lastUpdateDateTime }: FakeGraph.Row) => `${id} ${lastUpdateDateTime}`

/** Returns each published row version, once per publication. */
const published = Effect.gen(function*() {
  const batches = yield* Ref.get(yield* Published)
  return batches.flatMap(({ artifacts }) =>
    artifacts.map(({ message }) => version(JSON.parse(message) as FakeGraph.Row))
  )
})

const assertComplete = Effect.fnUntraced(function*(fake: FakeGraph.FakeGraph) {
  const versions = yield* published
  assert.strictEqual(new Set(versions).size, versions.length, "none twice")
  const known = new Set(versions)
  for (const row of fake.rows) assert.isTrue(known.has(version(row)), row.id)
})

/** Makes a generator of the same numbers in each run, from 0 and below `below`. */
const dice = () => {
  let state = 7
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

describe("recovery", () => {
  it.effect("updated_between_pages: in 200 passes no row version that stays is lost", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const throwOf = dice()
      const fake = FakeGraph.make({
        rows: Array.from({ length: 60 }, (_, n) => ({ id: `da${n}`, lastUpdateDateTime: second(n - 3600) })),
        pageSize: 9
      })
      let now = noon
      let updates = 0
      const update = (index: number, millis: number) => {
        fake.rows[index] = { id: fake.rows[index]!.id, lastUpdateDateTime: Timestamp.fromMillis(millis) }
      }
      fake.before = () => {
        if (throwOf(2) === 0) return
        update(throwOf(fake.rows.length), now)
        updates++
      }
      const settings = { overlap_minutes: 0, late_row_hours: 0 }
      /** The row versions that were there both before and after a pass. */
      const stayed = new Set<string>()
      for (let pass = 0; pass < 200; pass++) {
        const before = new Set(fake.rows.map(version))
        yield* once(fake, settings)
        fake.rows.map(version).filter((one) => before.has(one)).forEach((one) => stayed.add(one))
        yield* TestClock.adjust("5 minutes")
        now += 300_000
        for (let n = 0; n < 30; n++) update(throwOf(fake.rows.length), now - throwOf(299_000))
      }
      fake.before = () => undefined
      yield* once(fake, settings)
      assert.isAbove(updates, 200)
      const known = new Set(yield* published)
      assert.deepStrictEqual(Array.from(stayed).filter((one) => !known.has(one)), [], "none lost")
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("clock_set_back: a clock set back by two days at a restart stops nothing and repeats nothing", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({
        rows: Array.from({ length: 30 }, (_, n) => ({ id: `da${n}`, lastUpdateDateTime: second(n - 3600) })),
        pageSize: 10
      })
      yield* once(fake)
      const days = 2 * 86_400_000
      yield* TestClock.setTime(noon - days)
      fake.ahead = days
      fake.rows.push({ id: "after", lastUpdateDateTime: second(-30) })
      const { stop } = yield* running(fake)
      yield* assertComplete(fake)
      fake.rows.push({ id: "later", lastUpdateDateTime: second(100) })
      yield* minutes(6)
      yield* assertComplete(fake)
      yield* stop
    }).pipe(Effect.provide(world)))

  it.effect("place_taken: an endpoint whose position another process changed resumes from the changed position", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: [{ id: "one", lastUpdateDateTime: second(-60) }] })
      const { lines } = yield* running(fake)
      yield* Ref.update(
        yield* Values,
        (all) =>
          new Map(
            Array.from(
              all,
              (
                [key, value]
              ) => [key, key.endsWith(".checkpoint.json") ? { ...value, revision: value.revision + 1000 } : value]
            )
          )
      )
      fake.rows.push({ id: "two", lastUpdateDateTime: second(60) })
      yield* minutes(6)
      assert.isTrue(lines.some((line) => /^\[WARN\].*another process changed the position/.test(line)), lines.join())
      fake.rows.push({ id: "three", lastUpdateDateTime: second(400) })
      yield* minutes(6)
      yield* assertComplete(fake)
    }).pipe(Effect.provide(world)))

  it.effect("provider_missing_over_a_restart: the mark waits for a provider's part that was missing before the restart", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const rows = Array.from({ length: 30 }, (_, n) => {
        const at = second(n * 60 - 3600)
        return { id: `da${n}`, lastUpdateDateTime: at, lastModifiedDateTime: at }
      })
      const fake = FakeGraph.make({ rows, pageSize: 10 })
      const legacy = { endpoints: { alerts_v2: { enabled: false }, incidents: { enabled: false } } }
      // The first page lacks a row and names the provider that did not answer. The second page is refused.
      fake.answer = ({ count }) =>
        count === 2 ? new Rejected({ request: "no" }) : (page) => ({
          ...page,
          records: page.records.filter((_, n) => n !== 3),
          providerWarnings: [{ provider: "Contoso/Sensor", status: 504 }]
        })
      assert.isFalse(yield* once(fake, legacy))
      fake.answer = () => undefined
      yield* once(fake, legacy)
      yield* once(fake, legacy)
      const ids = yield* publishedIds
      assert.strictEqual(ids.length, 30)
      assert.strictEqual(new Set(ids).size, 30)
    }).pipe(Effect.provide(world)))

  it.effect("internal_fault: a defect of the connector is reported, and the endpoint is polled again", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const row = (n: number) => ({ id: `da${n}`, lastUpdateDateTime: second(n - 60) })
      const fake = FakeGraph.make({ rows: [row(1), row(2), row(3)] })
      let isBroken = true
      fake.answer = () => {
        if (isBroken) throw new TypeError("secret words of a record")
        return undefined
      }
      const { document, lines } = yield* running(fake)
      const endpoint = Effect.map(
        document,
        ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
      )
      yield* minutes(5)
      assert.strictEqual((yield* endpoint).error?.code, "internal_fault")
      isBroken = false
      const told = lines.filter((line) => line.includes("a fault of the connector itself: TypeError at "))
      assert.strictEqual(told.length, 1)
      assert.isFalse(lines.some((line) => line.includes("secret words")))
      fake.rows.push(row(4))
      yield* minutes(6)
      assert.strictEqual((yield* endpoint).state, "ok")
      assert.strictEqual((yield* publishedIds).length, 4)
    }).pipe(Effect.provide(world)))
})
