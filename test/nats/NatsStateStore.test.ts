import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger, Option, Result } from "effect"
import { StateStore, type StateStoreError } from "../../src/checkpoints/StateStore.ts"
import { Connection } from "../../src/nats/Connection.ts"
import * as NatsStateStore from "../../src/nats/NatsStateStore.ts"
import { suite } from "../checkpoints/StateStoreSuite.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"
import { failureOf, writesBy } from "../support/NatsWrites.ts"

const connection = Layer.unwrap(Effect.map(start(), ({ url }) => Connection.layer({ servers: [url] })))
const store = NatsStateStore.layer.pipe(Layer.provideMerge(connection))

describeNats("NatsStateStore", () => {
  suite("NATS", store)

  it.layer(store)((it) => {
    it.effect("leaves no marker of a removed key, and writes over a foreign removal marker", () =>
      Effect.gen(function*() {
        const { jsm, kvm } = yield* Connection
        const store = yield* StateStore
        for (const key of ["a.other", "a.next"]) yield* store.put(key, new Uint8Array([1]), 0)
        const revision = yield* store.put("a.one", new Uint8Array([1]), 0)
        yield* store.remove("a.one", revision)
        const { state } = yield* Effect.promise(() => jsm.streams.info(`KV_${NatsStateStore.bucket}`))
        assert.strictEqual(state.messages, 2)
        for (const key of ["a.other", "a.next"]) {
          yield* store.remove(key, Option.getOrThrow(yield* store.get(key)).revision)
        }

        yield* store.put("a.one", new Uint8Array([1]), 0)
        yield* Effect.promise(async () => (await kvm.open(NatsStateStore.bucket)).delete("a.one"))
        assert.deepStrictEqual(yield* store.keys("a."), [])
        assert.isTrue(Option.isNone(yield* store.get("a.one")))
        yield* store.put("a.one", new Uint8Array([2]), 0)
        assert.deepStrictEqual(yield* store.keys("a.o"), ["a.one"])
      }))

    it.effect("takes a value as large as the broker does, and refuses a larger one before it is sent", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        yield* store.put("b.two", new Uint8Array(1_048_576 - 512), 0)
        const over = yield* Effect.flip(store.put("b.three", new Uint8Array(1_048_576 - 511), 0))
        assert.include(over.message, "over the broker's 1048064")
        const error = yield* Effect.flip(store.put("b.one", new Uint8Array(1_048_576), 0))
        assert.strictEqual(error.reason._tag, "StoreUnavailable")
        assert.match(error.message, /a value of 1048576 bytes/)
      }))
  })

  it.layer(store)((it) => {
    it.effect("removes nothing where nothing is, and writes nothing for it", () =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        const store = yield* StateStore
        assert.strictEqual((yield* Effect.flip(store.remove("c.none", 7))).reason._tag, "Conflict", "also as the first")
        yield* store.remove("c.none", 0)
        const { state } = yield* Effect.promise(() => jsm.streams.info(`KV_${NatsStateStore.bucket}`))
        assert.deepStrictEqual([state.messages, state.last_seq], [0, 0])
        assert.strictEqual((yield* Effect.flip(store.put("c.none", new Uint8Array([1]), 7))).reason._tag, "Conflict")
        const taken = yield* store.put("c.one", new Uint8Array([1]), 0)
        assert.strictEqual((yield* Effect.flip(store.remove("c.one", 0))).reason._tag, "Conflict")
        assert.strictEqual((yield* Effect.flip(store.remove("c.one", taken + 1))).reason._tag, "Conflict")
      }))

    it.effect("sets aside a value once, also where a crash left a copy of it, and nothing where there is none", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        assert.strictEqual(yield* store.setAside("d.none"), "d.none.corrupt")
        const revision = yield* store.put("d.one", new Uint8Array([1]), 0)
        yield* store.put(`d.one.corrupt-${revision}`, new Uint8Array([1]), 0)
        const name = yield* store.setAside("d.one")
        assert.deepStrictEqual(yield* store.keys("d."), [name])
        assert.deepStrictEqual(Option.getOrThrow(yield* store.get(name)).bytes, new Uint8Array([1]))
      }))

    it.effect("begins the bucket again where it is gone", () =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        const store = yield* StateStore
        yield* store.put("e.one", new Uint8Array([1]), 0)
        yield* Effect.promise(() => jsm.streams.delete(`KV_${NatsStateStore.bucket}`))
        assert.strictEqual((yield* Effect.flip(store.keys("e."))).reason._tag, "StoreUnavailable")
        assert.deepStrictEqual(yield* store.keys("e."), [])
        yield* store.put("e.one", new Uint8Array([2]), 0)
      }))
  })

  it.effect("writes once more when an answer is lost, and only then", () =>
    Effect.gen(function*() {
      let writes = 0
      let fault: Error | undefined
      let isApplied = true
      const answers = writesBy(async (write) => {
        writes++
        if (fault === undefined) return write()
        if (isApplied) await write().catch(() => undefined)
        throw fault
      })
      const context = yield* Layer.build(NatsStateStore.layer.pipe(Layer.provide(answers), Layer.provide(connection)))
      const store = yield* Effect.provide(StateStore, context)
      const put = (byte: number, revision: number) => {
        writes = 0
        return Effect.result(store.put("f.one", new Uint8Array([byte]), revision))
      }
      const at = yield* store.put("f.one", new Uint8Array([1]), 0)
      const reasonOf = (result: Result.Result<number, StateStoreError>) =>
        Result.isSuccess(result) ? ["Success", writes] : [result.failure.reason._tag, writes]

      fault = failureOf("TimeoutError")
      assert.deepStrictEqual(reasonOf(yield* put(2, at)), ["StoreUnavailable", 2])
      fault = failureOf("JetStreamApiError", { code: 10077 })
      isApplied = false
      assert.deepStrictEqual(reasonOf(yield* put(3, at)), ["StoreUnavailable", 1])
      fault = undefined
      assert.deepStrictEqual(reasonOf(yield* put(4, at)), ["Success", 2], "over its own write without an answer")
      // Others keep writing: each write finds another revision than the one that it read before.
      fault = failureOf("JetStreamApiError", { code: 10071 })
      const current = Option.getOrThrow(yield* store.get("f.one")).revision
      assert.deepStrictEqual(reasonOf(yield* put(5, current)), ["Conflict", 2])
    }))

  it.effect("warns of a bucket that loses checkpoints, and of no other; its leader answers", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const said: Array<string> = []
      const capture = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
      const context = yield* Layer.build(Connection.layer({ servers: [url] }))
      const { jsm, kvm } = yield* Effect.provide(Connection, context)
      const stream = `KV_${NatsStateStore.bucket}`
      const open = Effect.flatMap(StateStore, (store) => store.keys("a.")).pipe(
        Effect.provide(Layer.fresh(NatsStateStore.layer)),
        Effect.provide(context),
        Effect.provide(capture)
      )
      yield* open
      assert.deepStrictEqual(said, [])
      const { config } = yield* Effect.promise(() => jsm.streams.info(stream))
      assert.deepInclude(config, { allow_direct: false, max_msgs_per_subject: 1 })
      for (const lossy of [{ ttl: 60_000 }, { storage: "memory" as const }]) {
        yield* Effect.promise(() => jsm.streams.delete(stream))
        yield* Effect.promise(() => kvm.create(NatsStateStore.bucket, { history: 1, allow_direct: false, ...lossy }))
        said.length = 0
        yield* open
        assert.strictEqual(said.length, 1, Object.keys(lossy)[0])
        assert.include(said[0], "has a TTL or is in memory")
      }
    }))

  it.live("recognises its own write when the broker died before it answered", () =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* start()
      const context = yield* Layer.build(
        NatsStateStore.layer.pipe(
          Layer.provideMerge(Connection.layer({ servers: [server.url], answerMax: Duration.millis(200) }))
        )
      )
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
