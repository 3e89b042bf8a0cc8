import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Fiber, Layer, Queue, References, Scheduler, Stream } from "effect"
import { run } from "../../src/cli/Connector.ts"
import type { SettingsChange } from "../../src/config/SettingsSource.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { connector, publishedIds, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

/** Interrupts a run by a change of its settings after a number of turns of the scheduler. */
const interruptedAfter = Effect.fnUntraced(function*(turns: number) {
  const now = yield* Clock.currentTimeMillis
  const fake = FakeGraph.make({
    rows: Array.from({ length: 12 }, (_, n) => ({
      id: `da${n}`,
      lastUpdateDateTime: Timestamp.fromMillis(now - 3_600_000 + n * 1000)
    })),
    pageSize: 4
  })
  const changes = yield* Queue.unbounded<SettingsChange>()
  const scope = yield* Effect.scope
  const initial = yield* settings({ display_name: "one" })
  const changed = yield* settings({ display_name: "two" })
  const context = yield* Layer.buildWithScope(Layer.fresh(connector(fake, initial, Stream.fromQueue(changes))), scope)
  const permits = Context.get(context, PagePermits)
  const running = yield* run(false).pipe(
    Effect.provideContext(context),
    Effect.provideService(References.MinimumLogLevel, "None"),
    // The run yields every few steps, so that the change can come at each of them.
    Effect.provideService(Scheduler.MaxOpsBeforeYield, 5),
    Effect.forkIn(scope)
  )
  for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
  yield* Queue.offer(changes, { settings: changed, faults: [] })
  const isWhole = Effect.repeat(Effect.yieldNow, { times: 20 }).pipe(
    Effect.andThen(publishedIds),
    Effect.repeat({ until: (ids) => ids.length >= 12 }),
    Effect.timeoutOption("5 seconds")
  )
  assert.strictEqual((yield* isWhole)._tag, "Some", `after ${turns} turns: not everything is published`)
  const stopped = yield* Effect.timeoutOption(Fiber.interrupt(running), "5 seconds")
  assert.strictEqual(stopped._tag, "Some", `after ${turns} turns: it does not stop`)
  const ids = yield* publishedIds
  assert.strictEqual(new Set(ids).size, ids.length, `after ${turns} turns: something is published twice`)
  const free = yield* Effect.timeoutOption(permits.withPermits("test", 8)(Effect.void), "5 seconds")
  assert.strictEqual(free._tag, "Some", `after ${turns} turns: a page permit is kept`)
}, (effect) => Effect.scoped(effect).pipe(Effect.provide(Layer.fresh(world))))

describe("a change of the settings", () => {
  it.live(
    "interrupts a run at any step, and nothing is lost, repeated or left locked",
    () => Effect.forEach(Array.from({ length: 100 }, (_, n) => n * 4), interruptedAfter, { discard: true }),
    60_000
  )
})
