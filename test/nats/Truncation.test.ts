import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { shortenedMessageMax } from "../../src/domain/Bounds.ts"
import { encode, fit, truncatedTag } from "../../src/nats/Truncation.ts"
import { artifact } from "../support/Artifacts.ts"

const withMessage = (message: string): Artifact => ({ ...artifact("1"), tags: ["a:b"], message })
const messageOf = (one: Artifact) => JSON.parse(one.message) as Record<string, unknown>

/** Matches half a character as JSON writes it. */
const lone = /\\ud[89a-f]/i

/** Bytes of the fields that are never shortened. */
const leastBytes = 1024

describe("Truncation", () => {
  it("leaves an artifact unchanged that fits", () => {
    const one = withMessage("{\"evidence\":[1]}")
    assert.strictEqual(fit(one, encode(one).length), one)
  })

  it("cuts a message over shortenedMessageMax as a text, without parsing it", () => {
    for (const character of ["x", "\"", "\\", "語", "😀"]) {
      const whole = JSON.stringify(Array.from({ length: shortenedMessageMax }, () => character))
      const one = { ...withMessage(whole), tags: ["evidence:rest", "evidenceCount:9"] }
      for (const bytesMax of [leastBytes, 100_000, 1_048_576]) {
        const fitted = fit(one, bytesMax)
        assert.isAtMost(encode(fitted).length, bytesMax)
        assert.isTrue(whole.startsWith(JSON.parse(fitted.message)))
        assert.isAtLeast(fitted.message.length, bytesMax === leastBytes ? 2 : bytesMax / 8)
        assert.deepStrictEqual(fitted.tags, [truncatedTag, ...one.tags])
        assert.strictEqual(fitted.hash, one.hash)
      }
    }
  })

  it("removes evidence, then comments, then the ends of the longest strings", () => {
    const whole = { id: "i", evidence: ["e".repeat(4000)], comments: ["c".repeat(3000)], title: "t".repeat(2000) }
    const one = withMessage(JSON.stringify(whole))
    const keysAt = (bytesMax: number) => Object.keys(messageOf(fit(one, bytesMax)))
    assert.deepStrictEqual(keysAt(9000), ["id", "comments", "title"])
    assert.deepStrictEqual(keysAt(5000), ["id", "title"])
    assert.deepStrictEqual(messageOf(fit(one, 5000))["title"], whole.title)
    const shortest = messageOf(fit(one, 1500))
    assert.strictEqual(shortest["id"], "i")
    assert.match(String(shortest["title"]), /^t{500,1200}$/)
  })

  it("keeps Graph's digits", () => {
    const one = withMessage(`{"n":9007199254740993,"x":1.10,"evidence":["${"e".repeat(4000)}"]}`)
    assert.strictEqual(fit(one, 2000).message, "{\"n\":9007199254740993,\"x\":1.10}")
  })

  it("makes JSON of a text that is not JSON, and of one nested deeper than the stack", () => {
    for (
      const message of ["x".repeat(9000), `{"a":1,"deep":${"[".repeat(40_000)}${"]".repeat(40_000)}}`, "[".repeat(9000)]
    ) {
      const fitted = fit(withMessage(message), 2000)
      assert.isAtMost(encode(fitted).length, 2000)
      JSON.parse(fitted.message)
    }
  })

  it("cuts the other fields when shortening the message is not enough", () => {
    const fitted = fit({ ...withMessage("{}"), uri: "u".repeat(9000), emailSubject: "s".repeat(9000) }, 3000)
    assert.isAtMost(encode(fitted).length, 3000)
    assert.strictEqual(fitted.uri?.length, 256)
  })

  it.prop("fits, parses, is tagged, and keeps id and hash, whatever the message", [
    Schema.Record(Schema.String, Schema.Json),
    Schema.Array(Schema.String),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 400 })),
    Schema.Int.check(Schema.isBetween({ minimum: leastBytes, maximum: 6000 }))
  ], ([record, texts, times, bytesMax]) => {
    const long = texts.map((text) => text.repeat(times))
    const one = withMessage(JSON.stringify({ ...record, evidence: long, comments: long, long, nested: [{ long }] }))
    const fitted = fit(one, bytesMax)
    const size = encode(fitted).length
    assert.isAtMost(size, bytesMax)
    const message = messageOf(fitted)
    assert.strictEqual(fitted !== one, fitted.tags.includes(truncatedTag))
    const { message: _, tags, ...rest } = fitted
    const { message: __, tags: before, ...same } = one
    assert.deepStrictEqual(rest, same)
    assert.deepStrictEqual(tags.filter((tag) => tag !== truncatedTag), before)
    if (fitted !== one) {
      assert.isFalse("evidence" in message)
      assert.strictEqual(fit(fitted, bytesMax), fitted)
      if (!lone.test(one.message)) assert.notMatch(fitted.message, lone)
    }
  })

  it.prop("cuts no more from the strings than necessary", [
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3000 })))
  ], ([lengths]) => {
    const strings = Object.fromEntries(lengths.map((length, index) => [String(index), "x".repeat(length)]))
    const one = withMessage(JSON.stringify(strings))
    const size = encode(fit(one, 4000)).length
    if (size !== encode(one).length) assert.isAtLeast(size, 4000 - lengths.length)
  })
})
