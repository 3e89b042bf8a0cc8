import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Schema } from "effect"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { type Changed, open } from "../../src/checkpoints/Inventory.ts"
import { encode, objectBytes, ObjectTable } from "../../src/checkpoints/ObjectTable.ts"
import { StateStore, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import { objectsMax, pieceObjectsMax } from "../../src/domain/Bounds.ts"

const guid = (n: number) => {
  const digits = ArtifactId.sha256(`id ${n}`)
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => digits.slice(from, to)).join("-")
}
const key = (text: string | number) => ArtifactId.sha256(String(text)).slice(0, 16)
const object = (n: number, more: Partial<Changed> = {}): Changed => ({
  id: guid(n),
  key: key(n),
  missedAt: 0,
  isGone: false,
  ...more
})
const objects = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => object(from + n))
const page = (changed: ReadonlyArray<Changed>) => ({ walk: undefined, shown: changed.map(({ id }) => id), changed })
const memory = Layer.fresh(StateStore.layerMemory)
const full = new StateStoreError({ key: "t", operation: "put", reason: new StoreUnavailable({ detail: "ENOSPC" }) })

const pieces = Effect.gen(function*() {
  const store = yield* StateStore
  return yield* Effect.forEach(yield* store.keys("t.inventory-"), (name) =>
    Effect.map(store.get(name), (stored) => {
      const { bytes } = Option.getOrThrow(stored)
      return [name, (bytes.length - bytes.indexOf(10) - 1) / objectBytes] as const
    }))
})

describe("Inventory", () => {
  it.effect("loses nothing when it cannot write itself anew, and does so with the next commit", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      let made = Infinity
      const inventory = yield* open("t").pipe(Effect.provideService(StateStore, {
        ...store,
        put: (key, bytes, revision) =>
          revision === 0 && made-- <= 0 ? Effect.fail(full) : store.put(key, bytes, revision)
      }))
      const changed = (round: number) => objects(0, 5000).map((one, n) => ({ ...one, key: key(`${round} ${n}`) }))
      for (let round = 0; round < 3; round++) yield* inventory.commit(page(changed(round)))
      assert.lengthOf(yield* pieces, 4)
      // One more piece for the objects, and one of the two for all of them.
      made = 2
      assert.strictEqual(yield* Effect.flip(inventory.commit(page(changed(3)))), full)
      const known = Effect.map(open("t"), (again) => [again.size(), again.find(guid(4999))?.key])
      assert.deepStrictEqual(yield* known, [5000, key("3 4999")])
      made = Infinity
      yield* inventory.commit(page([object(5000)]))
      assert.deepStrictEqual((yield* pieces).map(([, size]) => size), [pieceObjectsMax, 5001 - pieceObjectsMax])
      assert.deepStrictEqual(yield* known, [5001, key("3 4999")])
    }).pipe(Effect.provide(memory)))

  it.effect("knows after a restart what was committed, in pieces that fit into one message of the broker", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      for (let from = 0; from < 10_000; from += 1000) yield* inventory.commit(page(objects(from, from + 1000)))
      const others = [object(3, { key: key("other"), lacking: 65_535 }), object(4, { missedAt: 7, isGone: true })]
      yield* inventory.commit(page(others))
      assert.deepStrictEqual((yield* pieces).map(([, size]) => size), [
        pieceObjectsMax,
        pieceObjectsMax,
        10_002 - 2 * pieceObjectsMax
      ])
      const again = yield* open("t")
      assert.strictEqual(again.size(), 10_000)
      assert.deepStrictEqual(again.find(guid(3)), { ...object(3), key: key("other"), lacking: 65_535 })
      assert.deepStrictEqual(again.find(guid(4)), object(4, { missedAt: 7, isGone: true }))
      for (let n = 5; n < 10_000; n += 501) assert.deepStrictEqual(again.find(guid(n)), object(n))
      assert.isUndefined(again.find(guid(10_000)))
    }).pipe(Effect.provide(memory)))

  it.effect("finds an object by an id that is no GUID, and does not tell it", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      for (const id of ["f".repeat(64), guid(1).toUpperCase(), "1", ""]) {
        yield* inventory.commit(page([{ ...object(1), id }]))
        assert.deepStrictEqual(inventory.find(id), { ...object(1), id: undefined })
      }
      assert.strictEqual(inventory.size(), 4)
    }).pipe(Effect.provide(memory)))

  it.effect("tells what a walk did not show, and begins anew with each walk", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      const walk = { count: 30, at: 0 }
      yield* inventory.commit({ ...page(objects(0, 10)), walk })
      yield* inventory.commit({ ...page(objects(10, 20)), walk })
      assert.deepStrictEqual(inventory.missing(walk, objects(20, 30).map(({ id }) => id)), { objects: [], shown: 30 })
      yield* inventory.commit({ ...page(objects(20, 30)), walk })
      const next = { count: 29, at: 1 }
      yield* inventory.commit({ walk: next, shown: objects(0, 10).map(({ id }) => id), changed: [] })
      const { objects: missing, shown } = inventory.missing(next, objects(10, 29).map(({ id }) => id))
      assert.deepStrictEqual(missing, [object(29)])
      assert.strictEqual(shown, 29)
      // A list of one page.
      assert.lengthOf(inventory.missing({ count: 1, at: 2 }, [guid(0)]).objects, 29)
      yield* inventory.commit(page([object(29, { missedAt: 1, isGone: true })]))
      assert.lengthOf(inventory.missing({ count: 1, at: 3 }, [guid(0)]).objects, 28, "gone is not missing")
    }).pipe(Effect.provide(memory)))

  it.effect("counts objects without an id once, also where the rest of a page's commit is tried again", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      const walk = { count: 5, at: 0 }
      const first = { ...page(objects(0, 2)), walk, unnamed: 1 }
      yield* inventory.commit(first)
      yield* inventory.commit(first)
      assert.strictEqual(inventory.missing(walk, [guid(2)], 1).shown, 5)
      yield* inventory.commit({ ...first, shown: [] })
      assert.strictEqual(inventory.missing(walk, [guid(2)], 1).shown, 6, "another page")
    }).pipe(Effect.provide(memory)))

  it.effect("forgets what was removed a week ago, and keeps its pieces to three times what it knows", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      for (let round = 0; round < 40; round++) {
        const changed = objects(0, 1000).map((one) => ({ ...one, key: key(`${one.id} ${round}`) }))
        yield* inventory.commit({ ...page(changed), walk: { count: 0, at: round } })
      }
      const sizes = (yield* pieces).map(([, size]) => size)
      assert.isAtMost(sizes.reduce((sum, size) => sum + size), 3000 + 2 * pieceObjectsMax)
      assert.strictEqual((yield* open("t")).find(guid(1))?.key, key(`${guid(1)} 39`))
      yield* inventory.commit(page([object(1, { missedAt: 100, isGone: true })]))
      yield* inventory.commit({ ...page([]), walk: { count: 0, at: 100 + 8 * 86_400 } })
      assert.strictEqual(inventory.size(), 1000)
      yield* inventory.commit({ ...page([]), walk: { count: 0, at: 101 + 8 * 86_400 } })
      assert.strictEqual(inventory.size(), 999)
    }).pipe(Effect.provide(memory)))

  it.effect("sets a piece aside that it cannot read, or that was written under another name", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      yield* (yield* open("t")).commit(page(objects(0, 3)))
      const [name] = (yield* pieces)[0]!
      const { bytes, revision } = Option.getOrThrow(yield* store.get(name))
      yield* store.put("u.inventory-000001", bytes, 0)
      assert.lengthOf((yield* open("u")).setAside, 1)
      const flipped = bytes.slice()
      flipped[flipped.length - 5]! ^= 1
      yield* store.put(name, flipped, revision)
      const again = yield* open("t")
      assert.lengthOf(again.setAside, 1)
      assert.strictEqual(again.size(), 0)
      yield* again.commit(page(objects(0, 5)))
      assert.strictEqual((yield* open("t")).size(), 5)
    }).pipe(Effect.provide(memory)))

  it.effect("keeps to its bound, and says so once", () =>
    Effect.gen(function*() {
      assert.isAtMost(objectsMax * objectBytes, 16_000_000)
      const lines: Array<unknown> = []
      const logger = Logger.make(({ message }) => lines.push(message))
      const inventory = yield* open("t", 10)
      yield* Effect.gen(function*() {
        yield* inventory.commit(page(objects(0, 8)))
        yield* inventory.commit(page(objects(4, 20)))
        yield* inventory.commit(page([object(3, { key: key("other") }), object(30)]))
      }).pipe(Effect.provide(Logger.layer([logger])))
      assert.isAtMost(inventory.size(), 10)
      assert.strictEqual(inventory.find(guid(3))?.key, key("other"))
      assert.lengthOf(lines, 1)
    }).pipe(Effect.provide(memory)))

  it.effect.prop("is after any end what was committed before it, or with the page in hand", [
    Schema.Array(
      Schema.Array(Schema.Struct({
        n: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 })),
        round: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))
      })).check(Schema.isMaxLength(20))
    ).check(Schema.isMaxLength(12)),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 }))
  ], ([commits, ends]) =>
    Effect.gen(function*() {
      const store = yield* StateStore
      let writes = 0
      const ending = {
        ...store,
        put: (name: string, bytes: Uint8Array, revision: number) =>
          ++writes >= ends ? Effect.fail(full) : store.put(name, bytes, revision),
        remove: (name: string, revision: number) => ++writes >= ends ? Effect.fail(full) : store.remove(name, revision)
      }
      const inventory = yield* Effect.provideService(open("t"), StateStore, ending)
      const model = new Map<string, string>()
      for (const commit of commits) {
        const changed = commit.map(({ n, round }) => object(n, { key: key(`${n} ${round}`) }))
        const done = yield* Effect.isSuccess(inventory.commit(page(changed)))
        const again = yield* open("t")
        const after = new Map([...model, ...changed.map(({ id, key }) => [id, key] as const)])
        const expected = done ? after : model
        for (const [id, key] of expected) {
          const found = again.find(id)?.key
          assert.isTrue(found === key || (!done && found === after.get(id)), id)
        }
        if (!done) return
        for (const [id, key] of after) model.set(id, key)
      }
    }).pipe(Effect.provide(Layer.fresh(StateStore.layerMemory))))
})

describe("ObjectTable", () => {
  it("takes four megabytes for a hundred thousand objects, and finds each", () => {
    const table = new ObjectTable()
    const count = 100_000
    for (let n = 0; n < count; n++) table.setBytes(encode(guid(n), object(n)))
    assert.strictEqual(table.size, count)
    const rows = table["rows"] as Uint32Array
    assert.isAtMost(rows.byteLength + (table["marks"] as Uint8Array).byteLength, 4.4e6)
    assert.isAtLeast(rows.byteLength, count * objectBytes)
    for (let n = 0; n < count; n += 997) assert.deepStrictEqual(table.find(guid(n)), object(n))
    for (let n = 0; n < count; n += 2) table.show(guid(n))
    assert.strictEqual(table.shown, count / 2)
    assert.strictEqual(Array.from(table.unshown()).length, count / 2)
    assert.strictEqual(table.renewed(0).size, count)
  })
})
