/** A tenant with many sign-ins, of which only the interesting ones are published, over restarts and back to all. */
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Ref, Scope } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { interest } from "../../src/artifacts/SignInInterest.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import { Published } from "../../src/sinks/ArtifactSink.ts"
import { world } from "../support/Connector.ts"
import { polling, tenant } from "../support/SimulatedTenant.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const hour = 3_600_000

it.effect("publishes interesting sign-ins, counts the others as held back, and goes on with all", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    yield* Effect.gen(function*() {
      const simulator = yield* Simulator
      const hours = (count: number) => Effect.repeat(TestClock.adjust("5 minutes"), { times: 12 * count - 1 })
      const published = Effect.map(
        Ref.get(yield* Published),
        (batches) => batches.flatMap(({ artifacts }) => artifacts)
      )
      const rows = simulator.rows(tenant, "signIns")
      const run = Effect.fnUntraced(function*(publish: string, count: number) {
        const scope = yield* Scope.make()
        const { document } = yield* Scope.provide(polling(["signIns"], { signIns: { publish } }), scope)
        yield* hours(count)
        const status = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "signIns")!
        yield* Scope.close(scope, Exit.void)
        return status
      })
      const first = yield* run("interesting", 3)
      const before = yield* published
      // What Graph shows by now is read within an hour, however late it came.
      const seen = (yield* rows).filter((row) => Date.parse(String(row["createdDateTime"])) >= noon - 2 * hour)
        .map((row) => String(row["id"]))
      const second = yield* run("interesting", 2)
      const middle = yield* published
      const third = yield* run("all", 1)
      const last = yield* published

      const ids = (artifacts: typeof last) => artifacts.map(({ senderHost }) => senderHost.split("/").at(-1)!)
      assert.strictEqual(new Set(ids(last)).size, last.length, "none twice")
      const all = new Map((yield* rows).map((row) => [String(row["id"]), row]))
      const out = new Set(ids(middle))
      const grave = seen.filter((id) => interest.is(all.get(id)!))
      assert.isAbove(grave.length, 20)
      for (const id of grave) assert.isTrue(out.has(id), `${id} is interesting`)
      const news = new Set<string>()
      const known = [first, second].reduce((sum, one) => sum + one.records_fetched, 0)
      for (const id of ids(middle)) {
        const isNews = interest.news(all.get(id)!).filter((one) => !news.has(one))
        assert.isTrue(interest.is(all.get(id)!) || isNews.length > 0, `${id} is not interesting`)
        for (const one of isNews) news.add(one)
      }
      assert.strictEqual((first.held_back ?? 0) + (second.held_back ?? 0), known - middle.length)
      assert.isAbove(first.held_back ?? 0, before.length)
      assert.isAbove(
        second.held_back ?? 0,
        middle.length - before.length,
        "what the first process saw is not new to the second"
      )
      assert.isUndefined(third.held_back)
      assert.strictEqual(last.length - middle.length, third.records_fetched, "all from then on")
      assert.isAtLeast(known, seen.length, "nothing is lost")
      assert.isFalse(ids(last.slice(middle.length)).some((id) => seen.includes(id)), "what was held back stays so")
    }).pipe(Effect.provide(Simulator.layer({ roles: ["AuditLog.Read.All"], legacyAlerts: 0, alerts: 0, incidents: 0 })))
  }).pipe(Effect.provide([world, RateLimiter.layerStoreMemory])))
