import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Queue, Stream } from "effect"
import { type SettingsChange, SettingsSource } from "../../src/config/SettingsSource.ts"

const tenant = "11111111-1111-4111-8111-111111111111"

/** Returns the document of one instance, as text. */
export const documentOf = (poll_interval_minutes: number): string =>
  JSON.stringify({
    poll_interval_minutes,
    credentials: { tenant_id: tenant, client_id: tenant, client_secret: "hidden" }
  })

/**
 * Tests of every {@link SettingsSource} whose settings change. `save` stores a text as the document of the instance
 * `one`; `pass` lets as much time pass as a person would wait.
 */
export const suite = <R, E>(
  name: string,
  layer: Layer.Layer<SettingsSource | R, E>,
  save: (document: string) => Effect.Effect<void, unknown, R>,
  pass: Effect.Effect<void> = Effect.void
) =>
  it.layer(layer)(`SettingsSource (${name})`, (it) => {
    it.effect("reports a change, keeps the last good settings of a broken one, and reports its repair", () =>
      Effect.gen(function*() {
        const { changes } = yield* SettingsSource
        const told = yield* Queue.unbounded<SettingsChange>()
        yield* Effect.forkScoped(Stream.runForEach(changes, (change) => Queue.offer(told, change)))
        const until = (wanted: (change: SettingsChange) => boolean) =>
          Effect.raceFirst(
            Effect.repeat(Queue.take(told), { until: wanted }),
            Effect.forever(Effect.andThen(pass, Effect.yieldNow))
          )
        yield* save(documentOf(7))
        yield* until(({ settings }) => settings.instances["one"]?.poll_interval_minutes === 7)
        yield* save(documentOf(8).slice(0, -9))
        const torn = yield* until(({ faults }) => faults.length === 1)
        assert.strictEqual(torn.settings.instances["one"]?.poll_interval_minutes, 7)
        assert.notInclude(torn.faults[0]!.message, "hidden")
        yield* save(documentOf(9))
        const mended = yield* until(({ faults }) => faults.length === 0)
        assert.strictEqual(mended.settings.instances["one"]?.poll_interval_minutes, 9)
      }))
  })
