import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { chunkBytes } from "../../src/domain/Bounds.ts"
import { lines, makeChunks } from "../../src/sinks/Ndjson.ts"

describe("lines", () => {
  it("writes a value deeper than the stack", () => {
    const depth = 200_000
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`
    assert.strictEqual(lines([{ record: JSON.parse(deep) as unknown }]) === `{"record":${deep}}\n`, true)
  })
})

const decoder = new TextDecoder()

describe("makeChunks", () => {
  it.prop(
    "are the same lines, whole, within the bound unless a line alone is longer",
    [
      Schema.Array(Schema.Struct({ text: Schema.String })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 99 }))
    ],
    ([values, bytesMax]) => {
      const chunks = makeChunks(bytesMax)
      // One batch after another.
      for (const _ of [1, 2]) {
        let text = ""
        for (const chunk of chunks(values)) {
          const piece = decoder.decode(chunk)
          assert.isTrue(piece.endsWith("\n"))
          if (chunk.length > bytesMax) assert.strictEqual(piece.indexOf("\n"), piece.length - 1)
          text += piece
        }
        assert.strictEqual(text, lines(values))
      }
    }
  )

  it("leaves a piece alone while the next is made", () => {
    const values = Array.from({ length: 40 }, (_, n) => ({ n, text: "é".repeat(n === 20 ? 90 : 9) }))
    let text = ""
    let before: Uint8Array | undefined
    for (const chunk of makeChunks(64)(values)) {
      if (before !== undefined) text += decoder.decode(before)
      before = chunk
    }
    assert.strictEqual(text + decoder.decode(before), lines(values))
  })

  it("has two buffers for all batches, and leaves a batch that is given up its own", () => {
    const chunks = makeChunks(64)
    const values = Array.from({ length: 20 }, (_, n) => ({ n }))
    const buffers = () => new Set(Array.from(chunks(values), ({ buffer }) => buffer))
    const first = buffers()
    assert.strictEqual(first.size, 2)
    assert.isTrue(Array.from(buffers()).every((buffer) => first.has(buffer)))
    const givenUp = chunks(values).next()
    assert.isTrue(givenUp.done === false && first.has(givenUp.value.buffer))
    assert.isFalse(buffers().has(givenUp.value!.buffer))
    const one = makeChunks(64)
    const [last, next] = [one([{ n: 1 }]).next(), one([{ n: 2 }]).next()]
    assert.notStrictEqual(last.value!.buffer, next.value!.buffer, "a last piece that is not written yet")
  })

  it("is of 1 MiB", () => {
    const sizes = Array.from(
      makeChunks()(Array.from({ length: 3000 }, () => ({ text: "x".repeat(1000) }))),
      ({ length }) => length
    )
    assert.deepStrictEqual(sizes.map((size) => chunkBytes - size < 1012), [true, true, false])
  })
})
