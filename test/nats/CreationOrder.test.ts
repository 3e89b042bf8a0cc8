import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Conflict, StateStore, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import { CreationOrder, ordered } from "../../src/nats/CreationOrder.ts"

const entries = (...names: ReadonlyArray<string>) =>
  new Map(names.map((name, index) => [name, { bytes: new Uint8Array(), revision: index + 1 }]))

it("orders new names by their revisions behind those that are known", () => {
  assert.deepStrictEqual(ordered(["b", "gone", "a"], entries("d", "a", "c", "b")), ["b", "a", "d", "c"])
})

it.effect("saves the order again after a conflict and an outage, before it returns it", () =>
  Effect.gen(function*() {
    const faults = yield* Ref.make<ReadonlyArray<StateStoreError["reason"]>>([
      new Conflict(),
      new StoreUnavailable({ detail: "TIMEOUT" }),
      new Conflict()
    ])
    const store = Layer.effect(
      StateStore,
      Effect.map(StateStore, (inner) =>
        StateStore.of({
          ...inner,
          put: (key, bytes, revision) =>
            Effect.gen(function*() {
              const [reason, ...rest] = yield* Ref.get(faults)
              if (reason === undefined) return yield* inner.put(key, bytes, revision)
              yield* Ref.set(faults, rest)
              return yield* new StateStoreError({ key, operation: "put", reason })
            })
        }))
    ).pipe(Layer.provide(StateStore.layerMemory))
    yield* Effect.gen(function*() {
      const { order } = yield* CreationOrder
      const asking = yield* Effect.forkChild(order(entries("b", "a")))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Fiber.join(asking), ["b", "a"])
    }).pipe(Effect.provide(Layer.provide(CreationOrder.layer, store)))
    assert.deepStrictEqual(yield* Ref.get(faults), [])
  }))
