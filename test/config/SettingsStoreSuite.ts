import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { SettingsStore } from "../../src/config/SettingsStore.ts"

const tenant = "11111111-1111-4111-8111-111111111111"

/** Returns a valid document of an instance. */
export const documentOf = (more: object = {}) => ({
  credentials: { tenant_id: tenant, client_id: tenant, client_secret: "hidden" },
  ...more
})

const reasonOf = Effect.fnUntraced(
  function*<A, E extends { readonly reason: { readonly _tag: string } }>(effect: Effect.Effect<A, E>) {
    return (yield* Effect.flip(effect)).reason._tag
  }
)

/** Tests of every writable {@link SettingsStore}; the store must start without an instance. */
export const suite = <E>(name: string, layer: Layer.Layer<SettingsStore, E>) =>
  it.layer(layer)(`SettingsStore (${name})`, (it) => {
    it.effect("adds, changes and removes an instance, and keeps unknown settings", () =>
      Effect.gen(function*() {
        const store = yield* SettingsStore
        assert.deepStrictEqual(yield* store.all, [])
        const added = yield* store.put("one", documentOf({ note: { kept: [1, "two"] } }), null)
        assert.deepStrictEqual(yield* store.all, [added])
        const changed = yield* store.put("one", { ...added.document, poll_interval_minutes: 7 }, added.revision)
        assert.notStrictEqual(changed.revision, added.revision)
        assert.deepStrictEqual(yield* store.all, [changed])
        assert.deepStrictEqual(changed.document, documentOf({ note: { kept: [1, "two"] }, poll_interval_minutes: 7 }))
        const other = yield* store.put("two", documentOf(), null)
        yield* store.remove("one", changed.revision)
        assert.deepStrictEqual(yield* store.all, [other])
        yield* store.put("one", documentOf(), null)
        yield* store.remove("two", other.revision)
      }))

    it.effect("refuses a change made from an outdated revision", () =>
      Effect.gen(function*() {
        const store = yield* SettingsStore
        for (const { name, revision } of yield* store.all) yield* store.remove(name, revision)
        const first = yield* store.put("one", documentOf(), null)
        assert.strictEqual(yield* reasonOf(store.put("one", documentOf(), null)), "DocumentChanged")
        const second = yield* store.put("one", documentOf({ lookback_hours: 1 }), first.revision)
        assert.strictEqual(yield* reasonOf(store.put("one", documentOf(), first.revision)), "DocumentChanged")
        assert.strictEqual(yield* reasonOf(store.remove("one", first.revision)), "DocumentChanged")
        assert.deepStrictEqual(yield* store.all, [second])
        assert.strictEqual(yield* reasonOf(store.put("two", documentOf(), first.revision)), "DocumentChanged")
        yield* store.remove("one", second.revision)
        assert.strictEqual(yield* reasonOf(store.remove("one", second.revision)), "DocumentChanged")
      }))

    it.effect("lets one of several simultaneous changes succeed", () =>
      Effect.gen(function*() {
        const store = yield* SettingsStore
        for (const { name, revision } of yield* store.all) yield* store.remove(name, revision)
        const { revision } = yield* store.put("one", documentOf(), null)
        const tries = yield* Effect.forEach([1, 2, 3, 4], (lookback_hours) =>
          Effect.result(store.put("one", documentOf({ lookback_hours }), revision)), { concurrency: "unbounded" })
        assert.strictEqual(
          tries.filter(({ _tag }) => _tag === "Success").length,
          1
        )
      }))
  })
