import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { keyBytes, KeySet } from "../../src/checkpoints/KeySet.ts"
import { keysOf } from "../support/Keys.ts"

const idOf = (n: number) => ArtifactId.sha256(String(n))
const bytesOf = (id: string) => Buffer.from(id.slice(0, 2 * keyBytes), "hex")

const wordOf = (n: number) => (n >>> 0).toString(16).padStart(8, "0")
const highs = [0, 1, 0x80000000, 0xffffffff]
/** Slots where probes begin, each for four keys. The last ones are at the end of the smallest set. */
const homes = [...Array.from({ length: 36 }, (_, n) => n + 1), 60, 61, 62, 63]
const keys = highs.length * homes.length
/** Many keys for few slots, so that runs, wraps and deletions overlap. Some words have all bits set, some have none. */
const key = (n: number) => {
  const high = highs[n % 4]!
  return wordOf(high) + wordOf(high ^ homes[Math.floor(n / 4)]!)
}

describe("KeySet", () => {
  it.effect.prop("behaves as a set for any additions and deletions", [
    Schema.Array(Schema.Tuple([Schema.Boolean, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: keys - 1 }))]))
      .check(Schema.isMinLength(400))
  ], ([operations]) =>
    Effect.sync(() => {
      const set = new KeySet()
      const model = new Set<string>()
      for (const [adds, n] of operations) {
        if (adds) assert.strictEqual(set.add(key(n)), !model.has(key(n)))
        else set.deleteBytes(bytesOf(key(n)))
        if (adds) model.add(key(n))
        else model.delete(key(n))
      }
      assert.strictEqual(set.size, model.size)
      const copy = new KeySet()
      copy.addBytes(set.except(copy))
      for (let n = 0; n < keys; n++) {
        assert.strictEqual(set.has(key(n)), model.has(key(n)), key(n))
        assert.strictEqual(copy.has(key(n)), model.has(key(n)), key(n))
      }
    }))

  it.effect.prop("returns the keys that another set lacks, and the union with it", [
    Schema.Array(Schema.Int),
    Schema.Array(Schema.Int)
  ], ([some, others]) =>
    Effect.sync(() => {
      const [one, other] = [keysOf(some.map(idOf)), keysOf(others.map(idOf))]
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
    }))

  it("is itself when it is joined with nothing", () => {
    const set = keysOf([idOf(1)])
    assert.strictEqual(set.union(new KeySet()), set)
  })

  it("gives its keys in an order in which another set does not fill up in one place", () => {
    const bytes = Buffer.from(keysOf(Array.from({ length: 5000 }, (_, n) => idOf(n))).except(new KeySet()))
    const places = Array.from({ length: 5000 }, (_, n) => {
      const at = n * keyBytes
      return (bytes.readUInt32BE(at) ^ bytes.readUInt32BE(at + 4)) & 8191
    })
    const neighbours = places.filter((place, n) => n > 0 && Math.abs(place - places[n - 1]!) < 100)
    assert.isBelow(neighbours.length, 500)
  })

  it("compares the first sixteen digits of an id", () => {
    const digits = "0123456789abcdef"
    const set = keysOf([digits])
    for (let index = 0; index < 16; index++) {
      for (const digit of digits) {
        const id = `${digits.slice(0, index)}${digit}${digits.slice(index + 1)}ffff`
        assert.strictEqual(set.has(id), digit === digits[index], id)
      }
    }
    assert.strictEqual(Buffer.from(set.except(new KeySet())).toString("hex"), digits)
  })

  it("holds the all-zero key, and grows", () => {
    const set = new KeySet()
    assert.isTrue(set.add("0".repeat(16)))
    assert.isFalse(set.add("0".repeat(16)))
    const ids = Array.from({ length: 10_000 }, (_, n) => idOf(n))
    assert.isTrue(ids.every((id) => set.add(id)))
    assert.isTrue(ids.every((id) => set.has(id)))
    assert.isTrue(set.has("0".repeat(16)))
    assert.strictEqual(set.size, 10_001)
    ids.forEach((id, n) => {
      if (n % 2 === 0) set.deleteBytes(bytesOf(id))
    })
    assert.isTrue(ids.every((id, n) => set.has(id) === (n % 2 === 1)))
    set.deleteBytes(new Uint8Array(keyBytes))
    assert.isFalse(set.has("0".repeat(16)))
    assert.strictEqual(set.size, 5000)
  })
})
