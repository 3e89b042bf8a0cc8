import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option } from "effect"
import { StateStore } from "../../src/checkpoints/StateStore.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array) => new TextDecoder().decode(value)

/** Tests that every {@link StateStore} must pass. */
export const suite = (name: string, layer: Layer.Layer<StateStore, unknown>) =>
  it.layer(layer)(`StateStore (${name})`, (it) => {
    it.effect("returns what was put, at the revision that put returned", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        assert.isTrue(Option.isNone(yield* store.get("a.one")))
        const revision = yield* store.put("a.one", bytes("1"), 0)
        const stored = Option.getOrThrow(yield* store.get("a.one"))
        assert.deepStrictEqual([text(stored.bytes), stored.revision], ["1", revision])
      }))

    it.effect("refuses a writer with an old revision", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        const first = yield* store.put("a.two", bytes("1"), 0)
        yield* store.put("a.two", bytes("2"), first)
        for (const revision of [0, first]) {
          const error = yield* Effect.flip(store.put("a.two", bytes("3"), revision))
          assert.strictEqual(error.reason._tag, "Conflict")
        }
        assert.strictEqual((yield* Effect.flip(store.remove("a.two", first))).reason._tag, "Conflict")
        assert.strictEqual(text(Option.getOrThrow(yield* store.get("a.two")).bytes), "2")
      }))

    it.effect("lists keys by prefix, sorted", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        for (const key of ["l.b", "l.a", "m.a"]) yield* store.put(key, bytes(key), 0)
        assert.deepStrictEqual(yield* store.keys("l."), ["l.a", "l.b"])
      }))

    it.effect("forgets a removed value, and accepts a new one under its key", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        const revision = yield* store.put("r.one", bytes("1"), 0)
        yield* store.remove("r.one", revision)
        assert.isTrue(Option.isNone(yield* store.get("r.one")))
        yield* store.put("r.one", bytes("2"), 0)
      }))

    it.effect("keeps a value that was set aside under a name that nothing reads", () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        yield* store.put("s.one.json", bytes("{"), 0)
        const name = yield* store.setAside("s.one.json")
        assert.isTrue(Option.isNone(yield* store.get("s.one.json")))
        assert.strictEqual(text(Option.getOrThrow(yield* store.get(name)).bytes), "{")
      }))
  })
