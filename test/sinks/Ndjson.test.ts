import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { chunkBytes } from "../../src/domain/Bounds.ts"
import { chunks, lines } from "../../src/sinks/Ndjson.ts"

describe("lines", () => {
  it("writes a value deeper than the stack", () => {
    const depth = 200_000
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`
    assert.strictEqual(lines([{ record: JSON.parse(deep) as unknown }]) === `{"record":${deep}}\n`, true)
  })
})

const decoder = new TextDecoder()

describe("chunks", () => {
  it.prop(
    "are the same lines, whole, within the bound unless a line alone is longer",
    [
      Schema.Array(Schema.Struct({ text: Schema.String })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 99 }))
    ],
    ([values, bytesMax]) => {
      let text = ""
      for (const chunk of chunks(values, bytesMax)) {
        const piece = decoder.decode(chunk)
        assert.isTrue(piece.endsWith("\n"))
        if (chunk.length > bytesMax) assert.strictEqual(piece.indexOf("\n"), piece.length - 1)
        text += piece
      }
      assert.strictEqual(text, lines(values))
    }
  )

  it("leaves a piece alone while the next is made", () => {
    const values = Array.from({ length: 40 }, (_, n) => ({ n, text: "é".repeat(n === 20 ? 90 : 9) }))
    let text = ""
    let before: Uint8Array | undefined
    for (const chunk of chunks(values, 64)) {
      if (before !== undefined) text += decoder.decode(before)
      before = chunk
    }
    assert.strictEqual(text + decoder.decode(before), lines(values))
  })

  it("is of 1 MiB", () => {
    const sizes = Array.from(
      chunks(Array.from({ length: 3000 }, () => ({ text: "x".repeat(1000) }))),
      ({ length }) => length
    )
    assert.deepStrictEqual(sizes.map((size) => chunkBytes - size < 1012), [true, true, false])
  })
})
