/** Tests that a wrong clock is a warning while polling still works, and that the warning ends with its cause. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { runningOver, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

it.effect("a clock that is wrong by two minutes is one report, with what to do, until it is right", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(Date.UTC(2026, 10, 20, 12))
    const fake = FakeGraph.make()
    const { document, lines } = yield* runningOver(fake, yield* settings())
    const told = () => lines.filter((line) => line.includes("clock_off"))
    fake.ahead = 119_000
    yield* TestClock.adjust("3 minutes")
    assert.deepStrictEqual(told(), [])
    fake.ahead = 180_000
    yield* TestClock.adjust("10 minutes")
    assert.deepStrictEqual(told(), [
      "[WARN] azure-security: this machine's clock is 3 minutes behind Microsoft's; set the machine's clock (chronyd, ntpd or the host's): a token is refused by a clock that is off by five minutes  code=clock_off"
    ])
    assert.deepStrictEqual((yield* document).reports?.map(({ code }) => code), ["clock_off"])
    fake.ahead = -500
    yield* TestClock.adjust("2 minutes")
    assert.isUndefined((yield* document).reports)
    fake.ahead = -180_000
    yield* TestClock.adjust("2 minutes")
    assert.match(told()[1]!, /3 minutes ahead of Microsoft's/)
  }).pipe(Effect.provide(world)))
