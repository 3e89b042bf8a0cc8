import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { KeySet } from "../../src/checkpoints/KeySet.ts"
import { open } from "../../src/checkpoints/Ledger.ts"
import { StateStore, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { keysOf } from "../support/Keys.ts"

const id = (n: number) => ArtifactId.sha256(String(n)).slice(0, 16)
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => id(from + n))
const day = 86_400_000
const rows = (at: number, reached = at) => ({
  reached: Timestamp.fromMillis(reached),
  floor: Timestamp.fromMillis(0),
  at
})
const memory = Layer.fresh(StateStore.layerMemory)
const full = new StateStoreError({ key: "t", operation: "put", reason: new StoreUnavailable({ detail: "ENOSPC" }) })

describe("Ledger", () => {
  it.effect("knows after a restart what was appended, over many pieces that fit a broker's message", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 20_000)), rows(1))
      yield* ledger.append(keysOf(ids(19_000, 20_001)), rows(2))
      yield* ledger.append(keysOf(ids(0, 100)), rows(3))
      yield* ledger.append(new KeySet(), rows(4))
      const again = yield* open("t")
      assert.strictEqual(again.size(), 20_001)
      assert.isTrue(ids(0, 20_001).every(again.has))
      assert.isFalse(again.has(id(20_001)))
      const [sizes, revisions] = [Array<number>(), Array<number>()]
      for (const key of yield* store.keys("t.")) {
        const { bytes, revision } = Option.getOrThrow(yield* store.get(key))
        sizes.push((bytes.length - bytes.indexOf(10) - 1) / 8)
        revisions.push(revision)
      }
      assert.deepStrictEqual(sizes, [8192, 8192, 20_001 - 2 * 8192])
      // Written once each, and the last again for the one key that was new.
      assert.deepStrictEqual(revisions, [1, 2, 4])
    }).pipe(Effect.provide(memory)))

  it.effect("knows nothing that could not be stored, so that it is stored when it comes again", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      for (const failing of [1, 2, 3]) {
        let puts = 0
        const ledger = yield* open(`t${failing}`).pipe(Effect.provideService(StateStore, {
          ...store,
          put: (...of) => ++puts === failing ? Effect.fail(full) : store.put(...of)
        }))
        const keys = keysOf(ids(0, 20_000))
        assert.strictEqual(yield* Effect.flip(ledger.append(keys, rows(1))), full)
        yield* ledger.append(keys, rows(1))
        const again = yield* open(`t${failing}`)
        assert.strictEqual(again.size(), 20_000)
        assert.isTrue(ids(0, 20_000).every(again.has))
      }
    }).pipe(Effect.provide(memory)))

  it.effect("lets the oldest go at its limit, and says from where on it knows everything", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t", 20_000)
      assert.isUndefined(ledger.floor())
      for (let n = 0; n < 6; n++) yield* ledger.append(keysOf(ids(n * 8192, (n + 1) * 8192)), rows(n, n * 1000))
      assert.isAtMost(ledger.size(), 20_000 + 8192)
      assert.isFalse(ledger.has(id(0)))
      assert.isTrue(ledger.has(id(6 * 8192 - 1)))
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(3000))
      const again = yield* open("t", 20_000)
      assert.strictEqual(again.size(), ledger.size())
      assert.strictEqual(again.floor(), ledger.floor())
    }).pipe(Effect.provide(memory)))

  it.effect("lets go what is older than seven days", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 8192)), rows(day))
      yield* ledger.append(keysOf(ids(8192, 8200)), rows(2 * day))
      yield* ledger.append(keysOf(ids(9000, 9001)), rows(8 * day))
      assert.isTrue(ledger.has(id(0)))
      yield* ledger.append(keysOf(ids(9001, 9002)), rows(8 * day + 1))
      assert.isFalse(ledger.has(id(0)))
      assert.isTrue(ledger.has(id(8192)))
    }).pipe(Effect.provide(memory)))

  it.effect("sets a piece aside that nobody can read, and knows the others", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 10)), rows(1))
      yield* store.put("t.ledger-000002", new TextEncoder().encode("what is this"), 0)
      const again = yield* open("t")
      assert.strictEqual(again.setAside.length, 1)
      assert.isTrue(again.has(id(0)))
    }).pipe(Effect.provide(memory)))
})
