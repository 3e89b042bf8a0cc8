import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { pagePermits, requestsMax, startsAtOnce } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { runningOver, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const at = (minutes: number) => Timestamp.fromMillis(noon + minutes * 60_000)
const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`
const names = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Settings of instances that poll only `alerts_v2`. The instance `changed` has another display name. */
const settings = (count: number, changed?: number) =>
  Effect.orDie(decodeSettings(
    "test",
    JSON.stringify({
      instances: Object.fromEntries(
        names(count).map((n) => [`tenant-${n}`, {
          display_name: n === changed ? "changed" : `tenant-${n}`,
          credentials: { tenant_id: tenantOf(n), client_id: tenantOf(n), client_secret: "x" },
          late_row_hours: 0,
          endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
        }])
      )
    })
  ))

const tenants = (count: number, rows: (n: number) => number) =>
  names(count).map((tenant) =>
    FakeGraph.make({
      pageSize: 10,
      rows: names(rows(tenant)).map((n) => ({ id: `t${tenant}-${n}`, lastUpdateDateTime: at(-600 + n / 100) }))
    })
  )

const byTenant = (fakes: ReadonlyArray<FakeGraph.FakeGraph>) => new Map(fakes.map((fake, n) => [tenantOf(n), fake]))
/** Seconds after the start at which a tenant was polled. */
const pollsOf = (fake: FakeGraph.FakeGraph) => FakeGraph.polls(fake).map(({ at }) => (at - noon) / 1000)

/** Moves the clock in steps, and lets every fiber run before each step. */
const pass = (seconds: number, step = 1) =>
  TestClock.adjust(`${step} seconds`).pipe(
    Effect.andThen(Effect.repeat(TestClock.adjust(0), { times: 10 })),
    Effect.repeat({ times: seconds / step - 1 })
  )

it.effect(
  "a thousand instances begin within half their interval, and each is polled once per interval",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fakes = tenants(1000, () => 1)
      const { document } = yield* runningOver(byTenant(fakes), yield* settings(1000))
      yield* pass(0.5, 0.5)
      const started = () => fakes.filter((fake) => fake.requests.length > 0).length
      assert.isAtLeast(started(), startsAtOnce)
      assert.isAtMost(started(), startsAtOnce + 10)
      const { instances } = yield* document
      for (const { endpoints, name } of instances.slice(-10)) {
        const next = endpoints.find((endpoint) => endpoint.name === "alerts_v2")?.next_poll_at ?? ""
        assert.isTrue(next > at(0) && next <= at(2.5), `${name} is shown to begin at ${next}`)
      }
      yield* pass(150)
      assert.strictEqual(started(), 1000)
      yield* pass(299, 13)
      for (const [n, fake] of fakes.entries()) {
        const [first, second] = pollsOf(fake)
        assert.isTrue(
          first! <= 150 && second! - first! >= 299 && second! - first! <= 301,
          `${n}: ${first} s and ${second} s`
        )
      }
      /** Returns how many polls begin in the busiest second after `from`. */
      const busiest = (from: number) => {
        const seconds = new Map<number, number>()
        for (const fake of fakes) {
          const second = Math.floor(pollsOf(fake).find((at) => at > from)!)
          seconds.set(second, (seconds.get(second) ?? 0) + 1)
        }
        return Math.max(...seconds.values())
      }
      assert.isAtMost(busiest(0), startsAtOnce + 10)
      assert.isAtMost(busiest(150), startsAtOnce + 10, "and so at the next interval")
    }).pipe(Effect.provide(world)),
  60_000
)

it.effect("a new, changed or enabled instance begins at once, even while others wait for their turn", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const fakes = tenants(101, () => 1)
    const { change } = yield* runningOver(byTenant(fakes), yield* settings(100))
    yield* pass(1)
    assert.deepStrictEqual(pollsOf(fakes[99]!), [])
    yield* change(yield* settings(101, 99))
    assert.closeTo(pollsOf(fakes[99]!)[0]!, 1, 0.1)
    assert.closeTo(pollsOf(fakes[100]!)[0]!, 1, 0.1)
    assert.deepStrictEqual(pollsOf(fakes[98]!), [], "the others wait as before")
    yield* pass(20)
    assert.isBelow(pollsOf(fakes[98]!)[0]!, 21)
  }).pipe(Effect.provide(world)))

it.effect(
  "a tenant with a hundred times the data of the others delays them by less than an interval",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const [others, secondsAPage] = [40, 4]
      const fakes = tenants(others + 1, (n) => n === 0 ? 1000 : 10)
      const slow = Layer.effect(
        ArtifactSink,
        Effect.map(ArtifactSink, (sink) => ({
          ...sink,
          open: Effect.map(sink.open, (writer) => ({
            ...writer,
            commit: Effect.delay(writer.commit, `${secondsAPage} seconds`)
          }))
        }))
      ).pipe(Layer.provide(ArtifactSink.layerMemoryOpen))
      const { document, stop } = yield* runningOver(byTenant(fakes), yield* settings(others + 1), { sink: slow })
      yield* pass(300)
      // The end waits for the page that is being published.
      yield* Effect.all([stop, TestClock.adjust(`${secondsAPage} seconds`)], { concurrency: 2 })
      const published = (yield* document).instances.map(({ endpoints }) =>
        endpoints.find(({ name }) => name === "alerts_v2")!.artifacts_published
      )
      const waiting = names(others).filter((n) => published[n + 1]! < 10)
      assert.deepStrictEqual(waiting, [])
      // The large tenant was not starved: it got the pages that the sink had left over.
      const turns = 300 / secondsAPage
      const rich = published[0]! / 10
      assert.isAtLeast(rich, turns - others - pagePermits)
      assert.isBelow(rich, 100)
    }).pipe(Effect.provide(world)),
  60_000
)

it.effect(
  "39 of 40 tenants whose Graph accepts and never answers cost the other none of its polls",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fakes = tenants(40, () => 1)
      for (const fake of fakes.slice(1)) fake.hangs = true
      const { document } = yield* runningOver(byTenant(fakes), yield* settings(40))
      yield* pass(3600, 5)
      const polls = pollsOf(fakes[0]!)
      assert.strictEqual(polls.length, 13, "one at once, and one every five minutes")
      for (const [n, at] of polls.entries()) assert.isAtMost(Math.abs(at - n * 300), 10)
      const { instances } = yield* document
      assert.deepStrictEqual(instances.map(({ state }) => state), [
        "ok",
        ...Array.from({ length: 39 }, () => "attention" as const)
      ])
    }).pipe(Effect.provide(world)),
  60_000
)

it.effect(
  "requests that wait for an answer leave files for the sink, whatever the number of tenants",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fakes = tenants(requestsMax + 50, () => 1)
      for (const fake of fakes) fake.hangs = true
      const { stop } = yield* runningOver(byTenant(fakes), yield* settings(requestsMax + 50))
      yield* pass(160, 10)
      assert.strictEqual(fakes.filter(({ requests }) => requests.length > 0).length, requestsMax)
      // The slots are shared by the whole process: they are given back.
      yield* stop
    }).pipe(Effect.provide(world)),
  60_000
)
