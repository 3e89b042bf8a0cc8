import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { beginning } from "../../../src/graph/body/Beginning.ts"
import * as Json from "../../support/Json.ts"

const of = (text: string, most: number) => {
  const bytes = Buffer.from(`[1,${text}]`)
  return beginning(bytes, 3, bytes.length - 1, most)
}

describe("the beginning of a value", () => {
  it("is closed where it is cut", () => {
    assert.strictEqual(of(`{"a":[1,2,{"b":"xyz","c":4}]}`, 25), `{"a":[1,2,{"b":"xyz"}]}`)
    assert.strictEqual(of(`{"a":[1,2,{"b":"xyz"}],"d":1}`, 24), `{"a":[1,2,{"b":"xyz"}]}`)
    assert.strictEqual(of(`[{"a":1},{"a":2}]`, 12), `[{"a":1},{}]`)
    assert.strictEqual(of(`[[[1]]]`, 2), `[[]]`)
    assert.strictEqual(of(`[12345]`, 4), `[]`)
    assert.strictEqual(of("12345", 3), "null")
    assert.strictEqual(of(`{"abcdef":1}`, 5), "{}")
  })

  it("has the beginning of a string, with no half of a character or escape", () => {
    assert.strictEqual(of(`"abcdef"`, 4), `"abc"`)
    assert.strictEqual(of(`["ab\\ncd"]`, 5), `["ab"]`)
    assert.strictEqual(of(`["ab\\u00fcd"]`, 8), `["ab"]`)
    assert.strictEqual(of(`["語語"]`, 6), `["語"]`)
  })

  it.effect.prop(
    "is JSON at any length, and the whole value when it fits",
    [Schema.Json],
    ([value]) =>
      Effect.sync(() => {
        const text = Json.text(value)
        for (let most = 1; most <= Buffer.byteLength(text); most++) Json.parse(of(text, most))
        assert.strictEqual(of(text, Buffer.byteLength(text)), text)
      })
  )
})
