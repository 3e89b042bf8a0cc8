import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { decode } from "../../../src/graph/body/GraphJson.ts"

const decoded = (text: string) => Result.getOrThrow(decode(text))

/** Numbers that a server may write, and JavaScript would write differently. */
const digits = Schema.Struct({
  negative: Schema.Boolean,
  whole: Schema.BigInt,
  fraction: Schema.Literals(["", ".0", ".10", ".5", ".0000001", ".12345678901234567890", ".000"]),
  exponent: Schema.Literals(["", "e5", "E+20", "e-7", "e0"]),
  blank: Schema.Literals(["", " ", "\n\t"])
})

const write = ({ negative, whole, fraction, exponent, blank }: typeof digits.Type) =>
  `${blank}${negative ? "-" : ""}${String(whole).replace("-", "")}${fraction}${exponent}${blank}`

describe("GraphJson", () => {
  it("keeps one object for both when JavaScript keeps every number", () => {
    for (
      const text of [
        `{"value":[{"id":"a","port":443,"ratio":0.5,"big":9007199254740991,"n":-1}]}`,
        `{"time":"2026-11-23T08:14:12.7200000Z","version":"1.10","text":"x:1.10Z"}`,
        "[]",
        "null",
        "0",
        `"1.10"`
      ]
    ) {
      const { exact, value } = decoded(text)
      assert.strictEqual(exact, value, text)
      assert.strictEqual(JSON.stringify(exact), text)
    }
  })

  for (
    const number of [
      "9007199254740993",
      "1.10",
      "1.0",
      "-0",
      "-0.0",
      "1e5",
      "1E400",
      "0.0000001",
      "0.1234567890123456789"
    ]
  ) {
    it(`keeps the digits of ${number}`, () => {
      for (const text of [`{"a":${number}}`, `[1,${number},2]`, `{"a":{"b":[[${number}]]},"c":"${number}"}`, number]) {
        const { exact, value } = decoded(text)
        assert.strictEqual(JSON.stringify(exact), text)
        assert.deepStrictEqual(value, JSON.parse(text))
      }
    })
  }

  it.prop("keeps all digits of all numbers", [Schema.Array(digits)], ([numbers]) => {
    const parts = numbers.map(write)
    const compact = parts.map((part) => part.trim())
    assert.strictEqual(JSON.stringify(decoded(`[${parts.join(",")}]`).exact), `[${compact.join(",")}]`)
    assert.strictEqual(
      JSON.stringify(decoded(`{${parts.map((part, index) => `"${index}":${part}`).join(",")}}`).exact),
      `{${compact.map((part, index) => `"${index}":${part}`).join(",")}}`
    )
  })

  it.prop("reads any JSON as JSON.parse does", [Schema.Json], ([json]) => {
    const text = JSON.stringify(json)
    const { exact, value } = decoded(text)
    assert.deepStrictEqual(value, JSON.parse(text))
    assert.strictEqual(JSON.stringify(exact), text)
  })

  it("refuses invalid JSON", () => {
    for (const text of ["", "<html>", `{"a":`, "{'a':1}", `{"a":01}`, "\ufeff[]", "NaN"]) {
      assert.deepStrictEqual(decode(text), Result.fail("not JSON" as const))
    }
  })

  it("reads JSON nested deeper than the stack, with the digits that JavaScript keeps", () => {
    const depth = 200_000
    const { value } = decoded(`{"n":12345678901234567890,"deep":${"[".repeat(depth)}${"]".repeat(depth)}}`)
    assert.strictEqual((value as { readonly n: number }).n, 12345678901234567000)
  })

  it("reads a page of a thousand rows in milliseconds, without a second pass", () => {
    const row = { id: "da1", createdDateTime: "2026-11-23T08:14:12.72Z", ports: [443, 8080], text: "a".repeat(5000) }
    const page = JSON.stringify({ value: Array.from({ length: 1000 }, () => row) })
    const { exact, value } = decoded(page)
    assert.strictEqual(exact, value)
  })
})
