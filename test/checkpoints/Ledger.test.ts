import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Ref } from "effect"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { KeySet } from "../../src/checkpoints/KeySet.ts"
import { open } from "../../src/checkpoints/Ledger.ts"
import { StateStore, StateStoreError, StoreUnavailable, Values } from "../../src/checkpoints/StateStore.ts"
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
/** Keys in each piece that the store has. */
const sizes = Effect.gen(function*() {
  const store = yield* StateStore
  return yield* Effect.forEach(yield* store.keys("t."), (key) =>
    Effect.map(store.get(key), (stored) => {
      const { bytes } = Option.getOrThrow(stored)
      return (bytes.length - bytes.indexOf(10) - 1) / 8
    }))
})
const full = new StateStoreError({ key: "t", operation: "put", reason: new StoreUnavailable({ detail: "ENOSPC" }) })

describe("Ledger", () => {
  it.effect("knows after a restart what was appended, in pieces that fit into one message of the broker", () =>
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
      // Each piece was written once, and the last one again for the one new key.
      assert.deepStrictEqual(revisions, [1, 2, 4])
    }).pipe(Effect.provide(memory)))

  it.effect("does not know keys that could not be stored, so that they are stored when they come again", () =>
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

  it.effect("drops the oldest keys at its limit, and moves its floor", () =>
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

  it.effect("drops keys older than seven days", () =>
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

  it.effect("sets an unreadable piece aside, and knows the others", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 10)), rows(1))
      yield* store.put("t.ledger-000002", new TextEncoder().encode("what is this"), 0)
      const again = yield* open("t")
      assert.strictEqual(again.setAside.length, 1)
      assert.isTrue(again.has(id(0)))
    }).pipe(Effect.provide(memory)))

  it.effect("sets a piece aside that was written for another endpoint, and reads one that an earlier version wrote", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      for (const name of ["t", "other"]) yield* (yield* open(name)).append(keysOf(ids(0, 10)), rows(1))
      const { bytes, revision } = Option.getOrThrow(yield* store.get("other.ledger-000001"))
      yield* store.put("t.ledger-000002", bytes, 0)
      const again = yield* open("t")
      assert.strictEqual(again.setAside.length, 1)
      assert.match(again.setAside[0]!, /^t\.ledger-000002/)
      assert.isTrue(again.has(id(9)))
      const end = bytes.indexOf(10)
      const before = new TextDecoder().decode(bytes.subarray(0, end)).replace(/"name":"[^"]+",|,"sum":"[^"]+"/g, "")
      const unnamed = new Uint8Array([...new TextEncoder().encode(`${before}\n`), ...bytes.subarray(end + 1)])
      yield* store.put("other.ledger-000001", unnamed, revision)
      assert.isTrue((yield* open("other")).has(id(9)))
    }).pipe(Effect.provide(memory)))

  it.effect("fills its last piece before it begins another", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 5000)), rows(1))
      yield* ledger.append(keysOf(ids(5000, 10_000)), rows(2))
      assert.deepStrictEqual(yield* sizes, [8192, 1808])
    }).pipe(Effect.provide(memory)))

  it.effect("keeps a piece that makes it exactly full, and lets go no more than it must", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t", 3 * 8192)
      for (let n = 0; n < 2; n++) yield* ledger.append(keysOf(ids(n * 8192, (n + 1) * 8192)), rows(n + 1))
      yield* ledger.append(keysOf(ids(2 * 8192, 3 * 8192)), rows(3))
      assert.strictEqual(ledger.size(), 3 * 8192)
      yield* ledger.append(keysOf(ids(30_000, 30_001)), rows(4))
      assert.deepStrictEqual([ledger.has(id(0)), ledger.has(id(8192))], [false, true])
      assert.strictEqual(ledger.size(), 2 * 8192 + 1)
    }).pipe(Effect.provide(memory)))

  it.effect("counts a piece once, however often it is written", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t", 8192 + 25)
      yield* ledger.append(keysOf(ids(0, 8192)), rows(1))
      for (const from of [8192, 8202]) yield* ledger.append(keysOf(ids(from, from + 10)), rows(1))
      yield* ledger.append(keysOf(ids(8212, 8217)), rows(1))
      assert.strictEqual(ledger.size(), 8192 + 25)
      assert.isTrue(ledger.has(id(0)))
    }).pipe(Effect.provide(memory)))

  it.effect("lets go after a restart what it had before", () =>
    Effect.gen(function*() {
      const before = yield* open("t")
      yield* before.append(keysOf(ids(0, 8192)), rows(1))
      yield* before.append(keysOf(ids(8192, 8193)), rows(1))
      const ledger = yield* open("t", 8193)
      yield* ledger.append(keysOf(ids(9000, 9001)), rows(2))
      assert.deepStrictEqual([ledger.has(id(0)), ledger.has(id(8192))], [false, true])
    }).pipe(Effect.provide(memory)))

  it.effect("has the floor from where on the connector reads, which never moves back", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t", 8192)
      const append = (n: number, floor: number, reached: number, count = 1) =>
        ledger.append(keysOf(ids(n, n + count)), {
          reached: Timestamp.fromMillis(reached),
          floor: Timestamp.fromMillis(floor),
          at: 1
        })
      yield* append(0, 1000, 500, 8191)
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(1000))
      yield* append(8191, 3000, 400)
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(3000))
      yield* append(8192, 2000, 9000)
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(3000))
      // The first piece goes, of which all lies before the floor.
      yield* append(8193, 2000, 9000)
      assert.isFalse(ledger.has(id(0)))
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(3000))
    }).pipe(Effect.provide(memory)))

  it.effect("knows everything from the greatest cursor on of what it let go, in whatever order that came", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t", 8192)
      yield* ledger.append(keysOf(ids(0, 8000)), rows(1, 7000))
      yield* ledger.append(keysOf(ids(8000, 8192)), rows(1, 2000))
      yield* ledger.append(keysOf(ids(8192, 8193)), rows(1, 7500))
      assert.isTrue(ledger.has(id(0)), "the last piece never goes")
      yield* ledger.append(keysOf(ids(8193, 8194)), rows(1, 7500))
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(7000))
    }).pipe(Effect.provide(memory)))

  it.effect("writes nothing and lets nothing go where nothing is new", () =>
    Effect.gen(function*() {
      const values = yield* Values
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 8193)), rows(1))
      const before = yield* Ref.get(values)
      yield* ledger.append(keysOf(ids(0, 10)), { ...rows(9 * day), floor: Timestamp.fromMillis(5) })
      assert.strictEqual(yield* Ref.get(values), before)
      assert.strictEqual(ledger.floor(), Timestamp.fromMillis(0))
    }).pipe(Effect.provide(memory)))

  it.effect("says once that it is full, and nothing of what is old", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const capture = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
      const appending = Effect.fnUntraced(function*(prefix: string, keysMax: number, at: number) {
        const ledger = yield* open(prefix, keysMax)
        yield* ledger.append(keysOf(ids(0, 8193)), rows(0))
        yield* ledger.append(keysOf(ids(9000, 9001)), rows(at))
        assert.isFalse(ledger.has(id(0)), "the first piece is gone")
        return ledger
      }, Effect.provide(capture))
      yield* appending("old", 20_000, 7 * day + 1)
      yield* appending("old-and-full", 8192, 7 * day + 1)
      assert.deepStrictEqual(said, [])
      const full = yield* appending("full", 8192, 7 * day)
      assert.strictEqual(said.length, 1)
      assert.include(said[0], "full: more than 8192 artifacts in 7 days")
      yield* Effect.provide(full.append(keysOf(ids(10_000, 30_000)), rows(7 * day)), capture)
      yield* Effect.provide(full.append(keysOf(ids(30_000, 40_000)), rows(7 * day)), capture)
      assert.isFalse(full.has(id(10_000)))
      assert.strictEqual(said.length, 1)
    }).pipe(Effect.provide(memory)))

  it.effect("sets pieces aside whose header or whose length is not a ledger's", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 1)), rows(1))
      const piece = Option.getOrThrow(yield* store.get("t.ledger-000001")).bytes
      yield* store.put("t.ledger-000002", piece.subarray(0, -1), 0)
      yield* store.put("t.ledger-000003", new TextEncoder().encode("{}\n12345678"), 0)
      const again = yield* open("t")
      assert.strictEqual(again.setAside.length, 2)
      assert.strictEqual(again.size(), 1)
    }).pipe(Effect.provide(memory)))

  it.effect("passes over a piece that is gone when it is read", () =>
    Effect.gen(function*() {
      const store = yield* StateStore
      const ledger = yield* open("t").pipe(Effect.provideService(StateStore, {
        ...store,
        keys: () => Effect.succeed(["t.ledger-000007"])
      }))
      assert.deepStrictEqual([ledger.size(), ledger.setAside], [0, []])
    }).pipe(Effect.provide(memory)))

  it.effect("goes on knowing the keys of a piece that nobody can read any more when it goes", () =>
    Effect.gen(function*() {
      const values = yield* Values
      const ledger = yield* open("t", 8192)
      yield* ledger.append(keysOf(ids(0, 8193)), rows(1))
      yield* Ref.update(values, (all) =>
        new Map(all).set("t.ledger-000001", {
          ...all.get("t.ledger-000001")!,
          bytes: new TextEncoder().encode("torn")
        }))
      yield* ledger.append(keysOf(ids(9000, 9001)), rows(2))
      assert.isFalse((yield* Ref.get(values)).has("t.ledger-000001"))
      assert.isTrue(ledger.has(id(0)))
    }).pipe(Effect.provide(memory)))

  it.effect("forgets what was appended behind a place, over pieces and restarts, and goes on from there", () =>
    Effect.gen(function*() {
      for (
        const [prefix, before, behind] of [["a", 100, 50], ["b", 8000, 20_000], ["c", 8192, 1], ["d", 0, 9000]] as const
      ) {
        const ledger = yield* open(prefix)
        yield* ledger.append(keysOf(ids(0, before)), rows(1))
        const place = ledger.end()
        yield* ledger.append(keysOf(ids(before, before + behind)), rows(2))
        yield* ledger.truncate(place)
        yield* ledger.truncate(place)
        const again = yield* open(prefix)
        for (const one of [ledger, again]) {
          assert.strictEqual(one.size(), before, prefix)
          assert.isTrue(ids(0, before).every(one.has))
          assert.isFalse(ids(before, before + behind).some(one.has))
        }
        // A number is never used twice: places that were noted before stay in order.
        yield* again.append(keysOf(ids(90_000, 90_010)), rows(3))
        assert.isTrue(again.end()[0] > place[0] || (again.end()[0] === place[0] && again.end()[1] > place[1]))
        assert.strictEqual((yield* open(prefix)).size(), before + 10)
      }
    }).pipe(Effect.provide(memory)))

  it.effect("knows where a stream has what was appended last, unless it was cut off", () =>
    Effect.gen(function*() {
      const page = {
        first: 1,
        last: 9,
        id: "abc",
        count: 9,
        from: Timestamp.fromMillis(5),
        since: 7,
        at: 7,
        place: [0, 0] as const
      }
      const delivered = { stream: "S", created: "then", largest: 10, page }
      const ledger = yield* open("t")
      yield* ledger.append(keysOf(ids(0, 10_000)), { ...rows(1), delivered })
      assert.deepStrictEqual((yield* open("t")).delivered(), delivered)
      yield* ledger.truncate([1, 5])
      assert.isUndefined((yield* open("t")).delivered())
    }).pipe(Effect.provide(memory)))
})
