import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Result } from "effect"
import { TestClock } from "effect/testing"
import type { Checkpoint } from "../../src/checkpoints/Checkpoint.ts"
import { Checkpoints, type EndpointState, republish } from "../../src/checkpoints/Checkpoints.ts"
import { forgottenKey } from "../../src/checkpoints/ObjectTable.ts"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import { pieceKeysMax } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as ExclusiveLease from "../../src/nats/ExclusiveLease.ts"
import * as Json from "../support/Json.ts"
import { keysOf } from "../support/Keys.ts"

const key = { cloud: "127.0.0.1:80", tenant: "t", endpoint: "alerts_v2" }
const name = "127-0-0-1-80.t.alerts_v2.checkpoint.json"
const at = (n: number) => Timestamp.fromMillis(n)
const bytes = (text: string) => new TextEncoder().encode(text)

const layer = Layer.fresh(
  Layer.mergeAll(
    Layer.fresh(Checkpoints.layer).pipe(Layer.provide(StateStore.layerMemoryOpen)),
    StateStore.layerMemoryOpen
  )
    .pipe(Layer.provideMerge(Values.layer))
)

describe("Checkpoints", () => {
  it.effect("reads after a restart what was saved", () =>
    Effect.gen(function*() {
      const checkpoints = yield* Checkpoints
      const state = yield* checkpoints.open(key)
      assert.isTrue(Option.isNone(state.current()))
      yield* state.begin(at(5), 0)
      yield* state.begin(at(9), 0)
      yield* state.update((checkpoint) => ({ ...checkpoint, mark: at(7) }))
      const again = Option.getOrThrow((yield* checkpoints.open(key)).current())
      assert.deepStrictEqual([again.mark, again.floor], [at(7), at(5)])
    }).pipe(Effect.provide(layer)))

  for (const writes of [0, 1, 2, 3]) {
    it.effect(`forgets nothing before the mark where the lease ends after ${writes} writes of a republishing`, () =>
      Effect.gen(function*() {
        const store = yield* StateStore
        let left = Infinity
        const guarded = ExclusiveLease.guarded({ isHeld: () => left-- > 0 }, store)
        const state = yield* Effect.provide(
          Effect.flatMap(Checkpoints, ({ open }) => open(key)),
          Layer.fresh(Checkpoints.layer).pipe(Layer.provide(Layer.succeed(StateStore, guarded)))
        )
        yield* state.begin(at(5), 0)
        // Two pieces.
        const ids = Array.from({ length: pieceKeysMax + 1 }, (_, n) => (n + 1).toString(16).padStart(16, "0"))
        yield* state.ledger.append(keysOf(ids), { reached: at(9), floor: at(5), at: 0 })
        yield* state.update((checkpoint) => ({ ...checkpoint, mark: at(9) }))
        left = writes
        const ended = yield* Effect.result(Effect.provideService(republish(key, state, at(7), 0), StateStore, guarded))
        assert.strictEqual(Result.isSuccess(ended), writes === 3)
        const after = yield* (yield* Checkpoints).open(key)
        const { mark } = Option.getOrThrow(after.current())
        assert.isTrue(mark === at(7) || after.ledger.size() === ids.length, `${mark}, ${after.ledger.size()} keys`)
        if (writes === 3) assert.deepStrictEqual([mark, after.ledger.size()], [at(7), 0])
      }).pipe(Effect.provide(layer)))
  }

  it.effect("still knows after a republishing which objects a list has, and nothing of what was published", () =>
    Effect.gen(function*() {
      const checkpoints = yield* Checkpoints
      const state = yield* checkpoints.open(key)
      yield* state.begin(at(5), 0)
      const object = { key: "0".repeat(16), missedAt: 0, isGone: false }
      yield* state.inventory.commit({
        walk: undefined,
        shown: [],
        changed: [{ ...object, id: "listed" }, { ...object, id: "gone", missedAt: 1, isGone: true }, {
          ...object,
          id: "seen in a log",
          isSighted: true
        }]
      })
      yield* republish(key, state, at(4), 0)
      const { inventory } = yield* checkpoints.open(key)
      assert.deepInclude(inventory.find("listed"), { key: forgottenKey, isGone: false })
      assert.deepInclude(inventory.find("gone"), { key: forgottenKey, isGone: true })
      assert.isUndefined(inventory.find("seen in a log"))
      assert.strictEqual(inventory.size(), 2)
    }).pipe(Effect.provide(layer)))

  it.effect("takes it that an earlier version wrote no key of what changed before tomorrow", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const checkpoints = yield* Checkpoints
      const state = yield* checkpoints.open(key)
      yield* state.begin(at(5), 0)
      assert.strictEqual(Option.getOrThrow(state.current()).contents, at(5))
      const { contents: _, ...before } = Option.getOrThrow(state.current())
      const { revision } = Option.getOrThrow(yield* store.get(name))
      yield* store.put(name, bytes(Json.text(before)), revision)
      yield* TestClock.setTime(1000)
      const upgraded = yield* checkpoints.open(key)
      yield* upgraded.update((checkpoint) => ({ ...checkpoint, mark: at(7) }))
      yield* TestClock.setTime(90_000_000)
      assert.strictEqual(Option.getOrThrow((yield* checkpoints.open(key)).current()).contents, at(86_401_000))
    }).pipe(Effect.provide(layer)))

  it.effect("never overwrites the checkpoint of a newer version", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      yield* store.put(name, bytes(`{"version":2,"anything":true}`), 0)
      const error = yield* Effect.flip((yield* Checkpoints).open(key))
      assert.strictEqual(error._tag, "NewerCheckpoint")
      assert.strictEqual(
        new TextDecoder().decode(Option.getOrThrow(yield* store.get(name)).bytes),
        `{"version":2,"anything":true}`
      )
    }).pipe(Effect.provide(layer)))

  it.effect("sets a checkpoint of another tenant aside, and one with any bit flipped, and resumes where its ledger begins", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const checkpoints = yield* Checkpoints
      const other = yield* checkpoints.open({ ...key, tenant: "other" })
      yield* other.begin(at(9_000_000), 0)
      const state = yield* checkpoints.open(key)
      yield* state.begin(at(1000), 0)
      yield* state.ledger.append(keysOf(["00112233445566778899"]), { reached: at(2000), floor: at(1000), at: 3000 })
      const { bytes: good, revision } = Option.getOrThrow(yield* store.get(name))
      const piece = "127-0-0-1-80.t.alerts_v2.ledger-000001"
      const { bytes: keys, revision: pieceRevision } = Option.getOrThrow(yield* store.get(piece))
      const swapped = Option.getOrThrow(yield* store.get(name.replace(".t.", ".other."))).bytes
      const flipped = (bytes: Uint8Array, bit: number) => {
        const copy = Uint8Array.from(bytes)
        copy[bit >> 3]! ^= 1 << (bit & 7)
        return copy
      }
      let revised = revision
      for (
        const bad of [
          swapped,
          new Uint8Array(good.length),
          ...Array.from({ length: good.length * 8 }, (_, bit) => flipped(good, bit))
        ]
      ) {
        revised = yield* store.put(name, bad, revised)
        const again = yield* Effect.result(checkpoints.open(key))
        // A flipped version is a newer one, which is left alone.
        if (Result.isFailure(again)) {
          assert.strictEqual(again.failure._tag, "NewerCheckpoint")
          continue
        }
        const { current, setAside } = again.success
        // A flipped name of the sum is no sum at all; what was saved is there.
        if (Option.isSome(current())) assert.strictEqual(Option.getOrThrow(current()).mark, at(1000))
        else {
          assert.strictEqual(setAside.length, 1)
          revised = 0
          yield* again.success.begin(at(999_999), 0)
          assert.strictEqual(Option.getOrThrow(again.success.current()).mark, at(1000))
          revised = Option.getOrThrow(yield* store.get(name)).revision
        }
      }
      let written = pieceRevision
      for (let bit = 0; bit < keys.length * 8; bit++) {
        written = yield* store.put(piece, flipped(keys, bit), written)
        const { ledger } = yield* checkpoints.open(key)
        if (ledger.setAside.length === 1) written = 0
        else assert.deepStrictEqual([ledger.floor(), ledger.has("00112233445566778899")], [at(1000), true])
      }
    }).pipe(Effect.provide(layer)))

  it.effect("sets a corrupt checkpoint aside and resumes where its ledger begins, not at the lookback", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const checkpoints = yield* Checkpoints
      const state = yield* checkpoints.open(key)
      yield* state.begin(at(1000), 0)
      yield* state.ledger.append(keysOf(["00112233445566778899"]), { reached: at(2000), floor: at(1000), at: 3000 })
      const { revision } = Option.getOrThrow(yield* store.get(name))
      yield* store.put(name, bytes("{\"version\":1,"), revision)
      const again = yield* checkpoints.open(key)
      assert.strictEqual(again.setAside.length, 1)
      assert.isTrue(Option.isSome(yield* store.get(again.setAside[0]!)))
      yield* again.begin(at(999_999), 0)
      assert.strictEqual(Option.getOrThrow(again.current()).mark, at(1000))
      assert.isTrue(again.ledger.has("00112233445566778899"))
    }).pipe(Effect.provide(layer)))

  it.effect("a writer with an old revision cannot overwrite the checkpoint of its successor", () =>
    Effect.gen(function*() {
      const checkpoints = yield* Checkpoints
      const first = yield* checkpoints.open(key)
      yield* first.begin(at(1), 0)
      const second = yield* checkpoints.open(key)
      yield* second.update((checkpoint) => ({ ...checkpoint, mark: at(2) }))
      const error = yield* Effect.flip(first.update((checkpoint) => ({ ...checkpoint, mark: at(3) })))
      assert.strictEqual(error.reason._tag, "Conflict")
    }).pipe(Effect.provide(layer)))

  it.effect("sets aside what is no checkpoint, whatever JSON it is", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      for (const text of ["null", "5", "[]", "{}", `{"version":1}`]) {
        yield* store.put(name, bytes(text), 0)
        assert.strictEqual((yield* (yield* Checkpoints).open(key)).setAside.length, 1, text)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("begins where it is told when there is a ledger and no checkpoint was set aside", () =>
    Effect.gen(function*() {
      const state = yield* (yield* Checkpoints).open(key)
      yield* state.ledger.append(keysOf(["00112233445566778899"]), { reached: at(2000), floor: at(1000), at: 3000 })
      yield* state.begin(at(5000), 0)
      assert.strictEqual(Option.getOrThrow(state.current()).mark, at(5000))
    }).pipe(Effect.provide(layer)))

  it.effect("changes nothing before it has begun, and saves nothing that did not change", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const state = yield* (yield* Checkpoints).open(key)
      let asked = 0
      const same = (checkpoint: Checkpoint): Checkpoint => {
        asked++
        return checkpoint
      }
      yield* state.update(same)
      assert.deepStrictEqual([asked, Option.isNone(state.current())], [0, true])
      yield* state.begin(at(1), 0)
      const { revision } = Option.getOrThrow(yield* store.get(name))
      yield* state.update(same)
      assert.deepStrictEqual([asked, Option.getOrThrow(yield* store.get(name)).revision], [1, revision])
    }).pipe(Effect.provide(layer)))

  it.effect("saves the time of the last success every four minutes, and at once with whatever else is new", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const checkpoints = yield* Checkpoints
      const minute = 60_000
      const succeeds = (at: number) => (checkpoint: Checkpoint): Checkpoint => ({ ...checkpoint, lastSuccessAt: at })
      const revision = Effect.map(store.get(name), (stored) => Option.getOrThrow(stored).revision)
      const saves = Effect.fnUntraced(
        function*({ current, update }: EndpointState, change: (checkpoint: Checkpoint) => Checkpoint) {
          const [before, wanted] = [yield* revision, change(Option.getOrThrow(current()))]
          yield* update(change)
          assert.deepStrictEqual(Option.getOrThrow(current()), wanted)
          const isSaved = (yield* revision) > before
          const stored = Option.getOrThrow((yield* checkpoints.open(key)).current())
          assert.strictEqual(stored.lastSuccessAt === wanted.lastSuccessAt, isSaved)
          return isSaved
        }
      )

      const state = yield* checkpoints.open(key)
      yield* state.begin(at(5), 0)
      assert.isTrue(yield* saves(state, succeeds(minute)), "the first success")
      assert.isFalse(yield* saves(state, succeeds(2 * minute)))
      assert.isFalse(yield* saves(state, succeeds(5 * minute - 1)))
      assert.isTrue(yield* saves(state, succeeds(5 * minute)))
      assert.isFalse(yield* saves(state, succeeds(6 * minute)))
      assert.isTrue(yield* saves(state, (checkpoint) => ({ ...succeeds(7 * minute)(checkpoint), throttles: 1 })))
      assert.isTrue(
        yield* saves(
          state,
          ({ ...checkpoint }) => ({ ...succeeds(8 * minute)(checkpoint), volume: { records: 1, since: 0 } })
        ),
        "a property that was not there"
      )
      // A clock that was set back.
      assert.isTrue(yield* saves(state, succeeds(0)))
      assert.isFalse(yield* saves(state, succeeds(minute)))
      // What is in hand when a process ends counts until a success is saved behind it, whatever was saved before.
      const next = yield* checkpoints.open(key)
      assert.isTrue(yield* saves(next, (checkpoint) => ({ ...checkpoint, throttles: 2 })))
      assert.isTrue(yield* saves(next, succeeds(minute + 1)), "the first success of a process")
      assert.isFalse(yield* saves(next, succeeds(2 * minute)))
      // An orderly end saves what is not saved yet.
      yield* next.stopped
      const stopped = yield* checkpoints.open(key)
      assert.strictEqual(Option.getOrThrow(stopped.current()).lastSuccessAt, 2 * minute)
      const before = yield* revision
      yield* stopped.stopped
      assert.strictEqual(yield* revision, before, "nothing is new")
    }).pipe(Effect.provide(layer)))
})
