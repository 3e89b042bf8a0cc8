import { assert, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type SettingsChange, SettingsSource } from "../../src/config/SettingsSource.ts"
import { Connection } from "../../src/nats/Connection.ts"
import * as NatsSettingsSource from "../../src/nats/NatsSettingsSource.ts"
import { suite } from "../config/SettingsSourceSuite.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { connection } from "../support/NatsStream.ts"

const tenant = "11111111-1111-4111-8111-111111111111"
const documentOf = (more: object = {}) =>
  JSON.stringify({ credentials: { tenant_id: tenant, client_id: tenant, client_secret: "hidden" }, ...more })

const world = Effect.gen(function*() {
  const { kvm } = yield* Connection
  const source = yield* Effect.provide(SettingsSource, Layer.fresh(NatsSettingsSource.layer))
  const changes = yield* Queue.unbounded<SettingsChange>()
  yield* Effect.forkScoped(Stream.runForEach(source.changes, (change) => Queue.offer(changes, change)))
  /** Waits for the next change that passes the test. */
  const until = (wanted: (change: SettingsChange) => boolean) =>
    Queue.take(changes).pipe(Effect.repeat({ until: wanted }), Effect.timeout("10 seconds"), Effect.orDie)
  const key = (name: string) => `${NatsSettingsSource.key}.${name}`
  const open = Effect.promise(() => kvm.create(NatsSettingsSource.bucket, { history: 5 }))
  return {
    source,
    until,
    open,
    put: (name: string, text: string) => Effect.flatMap(open, (kv) => Effect.promise(() => kv.put(key(name), text))),
    remove: (name: string) => Effect.flatMap(open, (kv) => Effect.promise(() => kv.delete(key(name)))),
    destroy: Effect.flatMap(open, (kv) => Effect.promise(() => kv.destroy()))
  }
})

const names = ({ settings }: SettingsChange) => Object.keys(settings.instances).sort()

const onBroker = NatsSettingsSource.layer.pipe(Layer.provideMerge(connection()))

describeNats("NatsSettingsSource", () => {
  suite(
    "NATS",
    onBroker,
    (document) =>
      Effect.flatMap(Connection, ({ kvm }) =>
        Effect.promise(async () => {
          const bucket = await kvm.create(NatsSettingsSource.bucket, { history: 5 })
          await bucket.put(`${NatsSettingsSource.key}.one`, document)
        })),
    // The broker answers in real time, and the source looks for its bucket twice a second.
    Effect.andThen(
      TestClock.adjust("500 millis"),
      Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    )
  )

  it.live("waits for the bucket, and emits each instance that is added, changed and removed", () =>
    Effect.gen(function*() {
      const { put, remove, source, until } = yield* world
      assert.deepStrictEqual(source.initial.instances, {})
      assert.strictEqual(source.initial.sink.type, "nats")
      yield* put("one", documentOf())
      yield* until((change) => names(change).join() === "one")
      const took = yield* Effect.timed(
        Effect.andThen(
          put("two", documentOf({ poll_interval_minutes: 7 })),
          until(({ settings }) => settings.instances["two"]?.poll_interval_minutes === 7)
        )
      )
      assert.isBelow(Duration.toMillis(took[0]), 1000)
      yield* remove("one")
      yield* until((change) => names(change).join() === "two")
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("keeps the last good settings of a truncated document, and reports the fault and its repair", () =>
    Effect.gen(function*() {
      const { put, until } = yield* world
      yield* put("one", documentOf({ poll_interval_minutes: 7 }))
      yield* put("two", documentOf({ lookback_hours: -1, poll_interval_minutes: 0 }))
      const first = yield* until(({ faults }) => faults.length === 1)
      assert.deepStrictEqual(names(first), ["one"], "an instance without a good document is left out")
      assert.strictEqual(first.faults[0]!.instance, "two")
      assert.strictEqual(first.faults[0]!.faults.length, 2)
      yield* put("one", documentOf().slice(0, 30))
      const torn = yield* until(({ faults }) => faults.length === 2)
      assert.strictEqual(torn.settings.instances["one"]?.poll_interval_minutes, 7)
      assert.notInclude(torn.faults.map(({ message }) => message).join(), "hidden")
      yield* put("one", documentOf({ poll_interval_minutes: 9 }))
      yield* put("two", documentOf())
      const mended = yield* until(({ faults }) => faults.length === 0)
      assert.deepStrictEqual(names(mended), ["one", "two"])
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("notices a bucket that is deleted and created again, and ends no instance meanwhile", () =>
    Effect.gen(function*() {
      const { destroy, open, put, until } = yield* world
      yield* put("one", documentOf())
      yield* put("two", documentOf())
      yield* until((change) => names(change).length === 2)
      yield* destroy
      const silence = yield* Effect.forkChild(until(() => true))
      yield* Effect.sleep("300 millis")
      assert.isUndefined(silence.pollUnsafe())
      yield* Fiber.interrupt(silence)
      yield* open
      yield* put("two", documentOf({ poll_interval_minutes: 3 }))
      const after = yield* until(({ settings }) => settings.instances["two"]?.poll_interval_minutes === 3)
      assert.deepStrictEqual(names(after), ["two"])
    }).pipe(Effect.scoped, Effect.provide(connection())))
})
