import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { KeySet } from "../../src/checkpoints/KeySet.ts"

const idOf = (n: number) => ArtifactId.sha256(String(n))

/** Few distinct keys in few slots, so that runs, wraps and deletions meet. */
const key = (n: number) => `${String(n % 3).padStart(8, "0")}${(1 + n % 40).toString(16).padStart(8, "0")}`

describe("KeySet", () => {
  it.effect.prop(
    "is a set, whatever is added and deleted",
    [Schema.Array(Schema.Tuple([Schema.Boolean, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 119 }))]))],
    ([operations]) =>
      Effect.sync(() => {
        const set = new KeySet()
        const model = new Set<string>()
        for (const [adds, n] of operations) {
          if (adds) assert.strictEqual(set.add(key(n)), !model.has(key(n)))
          else set.delete(key(n))
          if (adds) model.add(key(n))
          else model.delete(key(n))
        }
        assert.strictEqual(set.size, model.size)
        for (let n = 0; n < 120; n++) assert.strictEqual(set.has(key(n)), model.has(key(n)), key(n))
      })
  )

  it.effect.prop(
    "tells the keys that another has not, and joins with it",
    [Schema.Array(Schema.Int), Schema.Array(Schema.Int)],
    ([some, others]) =>
      Effect.sync(() => {
        const [one, other] = [KeySet.of(some.map(idOf)), KeySet.of(others.map(idOf))]
        const missing = new KeySet()
        missing.addBytes(one.except(other))
        const both = one.union(other)
        for (const n of [...some, ...others]) {
          assert.strictEqual(missing.has(idOf(n)), !others.includes(n))
          assert.isTrue(both.has(idOf(n)))
        }
        assert.strictEqual(both.size, new Set([...some, ...others]).size)
        both.deleteBytes(missing.except(new KeySet()))
        assert.strictEqual(both.size, new Set(others).size)
      })
  )

  it("knows each key by its digits, of which the first sixteen count", () => {
    const digits = "0123456789abcdef"
    const set = KeySet.of([digits])
    for (let index = 0; index < 16; index++) {
      for (const digit of digits) {
        const id = `${digits.slice(0, index)}${digit}${digits.slice(index + 1)}ffff`
        assert.strictEqual(set.has(id), digit === digits[index], id)
      }
    }
    assert.strictEqual(Buffer.from(set.except(new KeySet())).toString("hex"), digits)
  })

  it("holds the key that is all zeros, and grows", () => {
    const set = new KeySet()
    assert.isTrue(set.add("0".repeat(16)))
    assert.isFalse(set.add("0".repeat(16)))
    for (let n = 1; n <= 10_000; n++) set.add(n.toString(16).padStart(16, "0"))
    assert.isTrue(set.has("0".repeat(16)))
    assert.isTrue(set.has((10_000).toString(16).padStart(16, "0")))
    assert.isFalse(set.has((10_001).toString(16).padStart(16, "0")))
    set.deleteBytes(new Uint8Array(8))
    assert.isFalse(set.has("0".repeat(16)))
  })
})
