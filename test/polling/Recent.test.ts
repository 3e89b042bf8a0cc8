import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as Recent from "../../src/polling/Recent.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const at = (millis: number) => Timestamp.fromMillis(noon + millis)
const small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))

describe("Recent", () => {
  it.effect.prop("counts like a map of ids and cursors, however often ids change and are counted", [
    Schema.Array(Schema.Struct({ id: small, cursor: small })),
    Schema.Array(small)
  ], ([rows, asked]) =>
    Effect.sync(() => {
      const recent = Recent.make()
      const model = new Map<string, number>()
      for (const [index, { cursor, id }] of rows.entries()) {
        recent.remember(`r${id}`, at(cursor))
        model.set(`r${id}`, cursor)
        const [from, end] = [asked[index] ?? 0, asked[index + 1] ?? 301]
        for (const [id, cursor] of model) if (cursor < from) model.delete(id)
        const expected = [...model.values()].filter((cursor) => cursor < end).length
        assert.strictEqual(recent.within(at(from), at(end)), expected)
      }
    }))

  it("grows with the ids, and distinguishes fractions of a millisecond", () => {
    const recent = Recent.make()
    const cursor = Timestamp.normalize("2026-11-20T12:00:00.0000005Z")!
    for (let n = 0; n < 5000; n++) recent.remember(`r${n}`, cursor)
    assert.strictEqual(recent.within(at(0), cursor), 0)
    assert.strictEqual(recent.within(cursor, Timestamp.normalize("2026-11-20T12:00:00.000001Z")!), 5000)
    assert.strictEqual(recent.within(at(1), at(2)), 0)
    assert.strictEqual(recent.within(at(0), at(2)), 0, "what changed before is forgotten")
  })

  it("remembers no more ids than it has room for, and says so", () => {
    const recent = Recent.make(3)
    const counted = () => recent.within(at(0), at(9))
    for (const id of ["a", "b"]) recent.remember(id, at(1))
    for (let n = 0; n < 3; n++) assert.deepStrictEqual([counted(), recent.isWhole()], [2, true])
    recent.remember("c", at(1))
    assert.isFalse(recent.isWhole())
    for (const id of ["d", "e", "f"]) recent.remember(id, at(1))
    assert.strictEqual(counted(), 3)
    recent.remember("a", at(10))
    assert.strictEqual(counted(), 2, "what it knows may still change")
  })
})
