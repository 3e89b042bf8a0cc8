import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, type Layer } from "effect"
import { Leases } from "../../src/instances/Leases.ts"

/** Tests that every implementation of leases must pass for a process without competitors. */
export const suite = (name: string, layer: Layer.Layer<never, unknown>) =>
  it.layer(layer, { excludeTestServices: true })(`Leases (${name})`, (it) => {
    it.effect("runs the work while the lease is held, and ends with its result", () =>
      Effect.gen(function*() {
        const leases = yield* Leases
        assert.strictEqual(
          yield* leases.whileHeld("one", Effect.sync(() => leases.isHeld("one") ? "held" : "not")),
          "held"
        )
        assert.deepStrictEqual(yield* Effect.exit(leases.whileHeld("one", Effect.fail("broken"))), Exit.fail("broken"))
      }))

    it.effect("holds several instances at once, and each again after it was given up", () =>
      Effect.gen(function*() {
        const leases = yield* Leases
        for (let round = 0; round < 2; round++) {
          const all = yield* Effect.forEach(["one", "two", "three"], (instance) =>
            Effect.gen(function*() {
              const begun = yield* Deferred.make<void>()
              const fiber = yield* Effect.forkChild(
                leases.whileHeld(instance, Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
              )
              yield* Deferred.await(begun)
              assert.isTrue(leases.isHeld(instance))
              return fiber
            }))
          yield* Fiber.interruptAll(all)
        }
      }))
  })
