import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { Connection } from "../../src/nats/Connection.ts"
import * as NatsStateStore from "../../src/nats/NatsStateStore.ts"
import { suite } from "../checkpoints/StateStoreSuite.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"

const connection = Layer.unwrap(Effect.map(start(), ({ url }) => Connection.layer({ servers: [url] })))
const store = NatsStateStore.layer.pipe(Layer.provideMerge(connection))

describeNats("NatsStateStore", () => {
  suite("NATS", store)

  it.layer(store)((it) => {
    it.effect("leaves no marker of a removed key, and writes over a foreign removal marker", () =>
      Effect.gen(function*() {
        const { jsm, kvm } = yield* Connection
        const store = yield* StateStore
        const revision = yield* store.put("a.one", new Uint8Array([1]), 0)
        yield* store.remove("a.one", revision)
        const { state } = yield* Effect.promise(() => jsm.streams.info(`KV_${NatsStateStore.bucket}`))
        assert.strictEqual(state.messages, 0)

        yield* store.put("a.one", new Uint8Array([1]), 0)
        yield* Effect.promise(async () => (await kvm.open(NatsStateStore.bucket)).delete("a.one"))
        assert.deepStrictEqual(yield* store.keys("a."), [])
        assert.isTrue(Option.isNone(yield* store.get("a.one")))
        yield* store.put("a.one", new Uint8Array([2]), 0)
        assert.deepStrictEqual(yield* store.keys("a.o"), ["a.one"])
      }))

    it.effect("refuses a value over the broker's limit before it is sent", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        const error = yield* Effect.flip(store.put("b.one", new Uint8Array(1_048_576), 0))
        assert.strictEqual(error.reason._tag, "StoreUnavailable")
        assert.match(error.message, /a value of 1048576 bytes/)
      }))
  })

  it.live("recognises its own write when the broker died before it answered", () =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* start()
      const context = yield* Layer.build(NatsStateStore.layer.pipe(
        Layer.provideMerge(Connection.layer({ servers: [server.url], answerMax: Duration.millis(200) }))
      ))
      yield* Effect.gen(function*() {
        const store = yield* StateStore
        const first = yield* store.put("a.one", new Uint8Array([1]), 0)
        yield* server.pause
        // The write is in the socket without an answer; the broker applies it when it resumes.
        const lost = yield* Effect.flip(store.put("a.one", new Uint8Array([2]), first))
        assert.strictEqual(lost.reason._tag, "StoreUnavailable")
        yield* server.resume
        const third = yield* store.put("a.one", new Uint8Array([3]), first)
        const stored = Option.getOrThrow(yield* store.get("a.one"))
        assert.deepStrictEqual([stored.bytes[0], stored.revision], [3, third])
        assert.isAbove(third, first + 1)
        const stranger = yield* Effect.flip(store.put("a.one", new Uint8Array([4]), first))
        assert.strictEqual(stranger.reason._tag, "Conflict")
      }).pipe(Effect.provide(context))
    })))
})
