/** Tests a process that polls once, and whose settings come from a broker that has none. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import { run } from "../../src/cli/Connector.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { connector, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

it.effect("ends with a fault that names the bucket, and waits no longer than half a minute", () =>
  Effect.gen(function*() {
    const initial = { ...(yield* settings()), instances: {} }
    const lines: Array<string> = []
    const capture = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
    const fiber = yield* run(true).pipe(
      Effect.provideService(SettingsSource, { initial, hasInstancesLater: true, changes: Stream.never }),
      Effect.provide([Layer.fresh(connector(FakeGraph.make(), initial)), Logger.layer([capture])]),
      Effect.forkChild({ startImmediately: true })
    )
    yield* TestClock.adjust("29 seconds")
    assert.isUndefined(fiber.pollUnsafe())
    yield* TestClock.adjust("1 second")
    assert.isFalse(yield* Fiber.join(fiber))
    assert.isTrue(lines.some((line) => /^Error no settings came .* bucket INTEGRATIONS$/.test(line)), lines.join())
  }).pipe(Effect.provide(world)))
