import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { chunkBytes } from "../../src/domain/Bounds.ts"
import { type LineEncoder, lines, makeEncoders } from "../../src/sinks/Ndjson.ts"
import { artifact, event } from "../support/Artifacts.ts"

describe("lines", () => {
  it("writes a value that is nested deeper than the stack allows", () => {
    const depth = 200_000
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`
    assert.strictEqual(lines([{ record: JSON.parse(deep) as unknown }]) === `{"record":${deep}}\n`, true)
  })
})

const decoder = new TextDecoder()

/** Returns the pieces of a page. */
const piecesOf = (begin: () => LineEncoder, values: ReadonlyArray<object>) => {
  const encoder = begin()
  return [...values.flatMap((value) => encoder.add(value)), ...encoder.rest()]
}

describe("makeEncoders", () => {
  it.prop("makes pieces of the same complete lines, within the bound unless a single line is longer", [
    Schema.Array(Schema.Struct({ text: Schema.String })),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 99 }))
  ], ([values, bytesMax]) => {
    const begin = makeEncoders(bytesMax)
    // The pages are encoded one after another.
    for (const _ of [1, 2]) {
      const encoder = begin()
      let text = ""
      const take = (pieces: ReadonlyArray<Uint8Array>) => {
        for (const bytes of pieces) {
          const piece = decoder.decode(bytes)
          assert.isTrue(piece.endsWith("\n"))
          if (bytes.length > bytesMax) assert.strictEqual(piece.indexOf("\n"), piece.length - 1)
          text += piece
        }
      }
      for (const value of values) take(encoder.add(value))
      take(encoder.rest())
      assert.strictEqual(text, lines(values))
    }
  })

  it("makes a line that holds a long record in pieces, whatever the record's property is called", () => {
    const long = "\"é\n".repeat(chunkBytes)
    for (const value of [{ ...artifact("a"), message: long }, event("a", long), { path: "$", record: long }]) {
      const pieces = Array.from(makeEncoders()().addLong(value) ?? [])
      assert.isAbove(pieces.length, 4)
      assert.isTrue(pieces.map((piece) => decoder.decode(piece)).join("") === lines([value]))
    }
    assert.isUndefined(makeEncoders()().addLong(event("a")))
  })

  it("does not change a piece while the next is made", () => {
    const values = Array.from({ length: 40 }, (_, n) => ({ n, text: "é".repeat(n === 20 ? 90 : 9) }))
    const encoder = makeEncoders(64)()
    let text = ""
    let before: Uint8Array | undefined
    const take = (pieces: ReadonlyArray<Uint8Array>) => {
      for (const piece of pieces) {
        if (before !== undefined) text += decoder.decode(before)
        before = piece
      }
    }
    for (const value of values) take(encoder.add(value))
    take(encoder.rest())
    assert.strictEqual(text + decoder.decode(before), lines(values))
  })

  it("uses two buffers for all pages", () => {
    const begin = makeEncoders(64)
    const values = Array.from({ length: 20 }, (_, n) => ({ n }))
    const first = new Set(piecesOf(begin, values).map(({ buffer }) => buffer))
    assert.strictEqual(first.size, 2)
    assert.isTrue(piecesOf(begin, values).every(({ buffer }) => first.has(buffer)))
  })

  it("makes pieces of 1 MiB", () => {
    const values = Array.from({ length: 3000 }, () => ({ text: "x".repeat(1000) }))
    const sizes = piecesOf(makeEncoders(), values).map(({ length }) => length)
    assert.deepStrictEqual(sizes.map((size) => chunkBytes - size < 1012), [true, true, false])
  })
})
