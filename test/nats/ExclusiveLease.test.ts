/** Tests what a command may write while it holds leases. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { guarded } from "../../src/nats/ExclusiveLease.ts"

it.effect("a command writes nothing once its leases have ended", () =>
  Effect.gen(function*() {
    let isHeld = true
    const store = guarded({ isHeld: () => isHeld }, yield* StateStore)
    const revision = yield* store.put("k", new Uint8Array([1]), 0)
    isHeld = false
    for (const write of [store.put("k", new Uint8Array([2]), revision), store.remove("k", revision)]) {
      assert.match((yield* Effect.flip(write)).message, /^k: the lease ended, .*repeat this$/)
    }
    assert.deepStrictEqual(yield* store.keys(""), ["k"])
    isHeld = true
    yield* store.remove("k", revision)
    assert.deepStrictEqual(yield* store.keys(""), [])
  }).pipe(Effect.provide(StateStore.layerMemory)))
