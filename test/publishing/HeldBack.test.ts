import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { type Inventory, open } from "../../src/checkpoints/Inventory.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { make } from "../../src/publishing/HeldBack.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const day = 86_400_000
const memory = Layer.fresh(StateStore.layerMemory)
const interest = {
  words: "",
  is: (record: Readonly<Record<string, unknown>>) => record["bad"] === true,
  news: (record: Readonly<Record<string, unknown>>) => record["of"] as ReadonlyArray<string>
}

/** Reads a page of records, and returns which are published. Each is `[name, what it has to do with, is it bad]`. */
const read = (inventory: Inventory, at: number, records: ReadonlyArray<readonly [string, string, boolean?]>) => {
  const selection = make({ name: "signIns", interest }, inventory)(at, ["signIns"])!()
  const published = records.filter(([name, of, bad = false]) =>
    !selection.holds({ of: of.split(" "), bad }, ArtifactId.sha256(name), Timestamp.fromMillis(at))
  ).map(([name]) => name)
  return { published, commit: inventory.commit(selection.changes()) }
}

describe("what is not interesting", () => {
  it.effect("is held back, and what is first of something within thirty days is not", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      const page = Effect.fnUntraced(
        function*(days: number, ...records: ReadonlyArray<readonly [string, string, boolean?]>) {
          const { commit, published } = read(inventory, noon + days * day, records)
          yield* commit
          return published.join("")
        }
      )
      assert.strictEqual(yield* page(0, ["a", "GB"], ["b", "GB"], ["c", "GB DE"], ["d", "GB", true]), "acd")
      assert.strictEqual(yield* page(0.5, ["e", "GB"], ["f", "DE"], ["g", "FR DE"]), "g")
      assert.strictEqual(yield* page(20, ["h", "GB"]), "", "seen twenty days before")
      assert.strictEqual(yield* page(45, ["i", "GB"]), "", "seen 25 days before")
      assert.strictEqual(yield* page(45, ["j", "DE"]), "j", "seen 45 days before")
      assert.strictEqual(yield* page(80, ["k", "GB"], ["l", "GB"]), "k", "seen 35 days before")
      assert.isAtMost(inventory.size(), 2, "what was not seen for so long is forgotten")
    }).pipe(Effect.provide(memory)))

  it.effect("is so by what an earlier process saw, and the first of something stays the first", () =>
    Effect.gen(function*() {
      const records = [["a", "GB"], ["b", "GB"], ["c", "FR"]] as const
      const before = yield* open("t")
      const { commit, published } = read(before, noon, records)
      assert.deepStrictEqual(read(before, noon, records).published, published, "each attempt to publish is the same")
      yield* commit
      // The process ends before the ledger and the mark are saved: the page is read again.
      const after = yield* open("t")
      assert.deepStrictEqual(read(after, noon, records).published, ["a", "c"])
      assert.deepStrictEqual(read(after, noon + 2 * day, [["d", "GB"], ["a", "GB"]]).published, ["a"])
    }).pipe(Effect.provide(memory)))

  it.effect("writes nothing for what was seen within the day", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      yield* read(inventory, noon, [["a", "GB"]]).commit
      const store = yield* StateStore
      const stored = Effect.flatMap(store.keys("t."), (keys) => Effect.forEach(keys, store.get))
      const first = yield* stored
      yield* read(inventory, noon + day / 2, [["b", "GB"], ["c", "GB"]]).commit
      assert.deepStrictEqual(yield* stored, first)
      yield* read(inventory, noon + 2 * day, [["d", "GB"]]).commit
      assert.notDeepEqual(yield* stored, first)
    }).pipe(Effect.provide(memory)))

  it.effect("is not known for years by a record that is dated in the future", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t")
      const selection = make({ name: "signIns", interest }, inventory)(noon, ["signIns"])!()
      const ahead = Timestamp.fromMillis(noon + 3650 * day)
      assert.isFalse(selection.holds({ of: ["GB"] }, ArtifactId.sha256("a"), ahead))
      yield* inventory.commit(selection.changes())
      assert.deepStrictEqual(read(inventory, noon + day, [["b", "GB"]]).published, [])
      assert.deepStrictEqual(read(inventory, noon + 40 * day, [["c", "GB"]]).published, ["c"])
    }).pipe(Effect.provide(memory)))

  it.effect("is published when there is no room to remember it", () =>
    Effect.gen(function*() {
      const inventory = yield* open("t", 2)
      yield* read(inventory, noon, [["a", "GB"], ["b", "DE"], ["c", "FR"]]).commit
      assert.deepStrictEqual(read(inventory, noon, [["d", "GB"], ["e", "DE"], ["f", "FR"]]).published, ["f"])
      assert.strictEqual(inventory.size(), 2)
    }).pipe(Effect.provide(memory)))
})
