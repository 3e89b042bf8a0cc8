import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { type Checkpoint, initial } from "../../src/checkpoints/Checkpoint.ts"
import { open } from "../../src/checkpoints/InHand.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"

const key = { cloud: "global", tenant: "t", endpoint: "alerts_v2" }
const at = (millis: number) => Option.some(initial(key, Timestamp.fromMillis(millis), 0))
const begun = (checkpoint: Option.Option<Checkpoint> = at(0)) => open("global.t.alerts_v2", () => checkpoint)

/** A process that ends after it came to some records. */
const ended = Effect.fnUntraced(function*(...records: ReadonlyArray<string | null>) {
  const inHand = yield* begun()
  yield* inHand.reading
  for (const record of records) yield* inHand.mapping(record)
  return inHand
})

const cared = Effect.map(begun(), ({ care, condemned }) => [care(), [...condemned]])

describe("what is in hand", () => {
  const each = (name: string, effect: Effect.Effect<void, unknown, StateStore>) =>
    it.effect(name, () => Effect.provide(effect, Layer.fresh(StateStore.layerMemory)))

  each(
    "asks for care after a process ended there, and condemns a record on which two did",
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* cared, ["none", []])
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["record", []])
      yield* ended("a", "b")
      assert.deepStrictEqual(yield* cared, ["record", []])
      yield* ended("a", "b")
      assert.deepStrictEqual(yield* cared, ["record", ["b"]])
      yield* ended("c")
      yield* ended("c")
      assert.deepStrictEqual(yield* cared, ["record", ["b", "c"]])
    })
  )

  each(
    "condemns no record when processes end on different ones, or after all",
    Effect.gen(function*() {
      yield* ended()
      yield* ended("a")
      yield* ended("a", "b")
      yield* ended("a", "b", null)
      assert.deepStrictEqual((yield* cared)[1], [])
    })
  )

  each(
    "asks for a row at a time, and then for a gap, when processes end before they come to a record",
    Effect.gen(function*() {
      yield* ended()
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["row", []])
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["gap", []])
    })
  )

  each(
    "is forgotten with the next commit, and at an orderly end",
    Effect.gen(function*() {
      const store = yield* StateStore
      yield* ended()
      const other = yield* begun(at(1))
      assert.strictEqual(other.care(), "none")
      const stopped = yield* ended("a")
      yield* stopped.stopped
      assert.deepStrictEqual(yield* cared, ["record", []])
      const committed = yield* ended()
      yield* committed.committed
      assert.strictEqual(committed.care(), "none")
      const [name] = yield* store.keys("global.t.alerts_v2.in-hand")
      yield* store.remove(name!, Option.getOrThrow(yield* store.get(name!)).revision)
      const first = yield* ended()
      yield* first.stopped
      assert.deepStrictEqual(yield* store.keys(""), [])
    })
  )

  each(
    "is written once a run without care",
    Effect.gen(function*() {
      const store = yield* StateStore
      const inHand = yield* ended("a", "b")
      const [name] = yield* store.keys("")
      const { revision } = Option.getOrThrow(yield* store.get(name!))
      yield* inHand.reading
      yield* inHand.committed
      yield* inHand.reading
      yield* inHand.stopped
      assert.strictEqual(Option.getOrThrow(yield* store.get(name!)).revision, revision)
    })
  )
})
