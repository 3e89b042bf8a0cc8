import { assert, describe, it } from "@effect/vitest"
import { artifactValue, type Bounds, brief, full, jsonLines } from "../../src/page/search/JsonText.ts"
import { artifactOf, hostile, rows } from "./Artifacts.ts"

const textOf = (value: unknown, bounds: Bounds = brief) =>
  jsonLines(value, bounds).lines.map((pieces) => pieces.map(({ text }) => text).join("")).join("\n")

describe("an artifact's JSON", () => {
  it("has the same value in lines, with the message parsed in place", () => {
    const line = artifactOf(rows(1)[0]!)
    const shown = JSON.parse(textOf(artifactValue(line)))
    const artifact = JSON.parse(line)
    assert.deepStrictEqual(shown, { ...artifact, message: JSON.parse(artifact.message) })
    assert.strictEqual(textOf({ a: [], b: {} }), "{\n  \"a\": [],\n  \"b\": {}\n}")
  })

  it("keeps the digits that were sent", () => {
    const line = "{\"message\":\"{\\\"serial\\\":90071992547409931,\\\"share\\\":1.10,\\\"big\\\":1E400}\",\"n\":1}"
    const text = textOf(artifactValue(line))
    for (const digits of ["90071992547409931", "1.10", "1E400", "\"n\": 1"]) assert.include(text, digits)
  })

  it("shows an invalid message as text, and an invalid line as it is", () => {
    assert.strictEqual(textOf(artifactValue("{\"message\":\"{oops\"}")), "{\n  \"message\": \"{oops\"\n}")
    assert.strictEqual(textOf(artifactValue("not JSON")), "\"not JSON\"")
  })

  it("writes out invisible characters", () => {
    for (const row of hostile) {
      const text = textOf(artifactValue(artifactOf(row)))
      // oxlint-disable-next-line eslint/no-control-regex
      assert.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/)
    }
  })

  it("limits text, entries, depth and lines, and says what is left out", () => {
    assert.include(textOf(["A".repeat(10_000)]), "… 10000 characters")
    assert.include(textOf(Array.from({ length: 1000 }, () => 1)), "… 900 more")
    let deep: unknown = "end"
    for (let depth = 0; depth < 5000; depth++) deep = [deep]
    assert.include(textOf(deep), "… 1 within")
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ a: 1 })))
    for (const bounds of [brief, full]) {
      assert.isAtMost(jsonLines(wide, bounds).lines.length, bounds.lines + 2 * bounds.depth)
    }
    for (const value of [["A".repeat(10_000)], deep, wide]) assert.isFalse(jsonLines(value, brief).isWhole)
    assert.isTrue(jsonLines(["A".repeat(10_000)], full).isWhole)
  })

  it("is shown as a line when it is too deep to be parsed", () => {
    const line = `${"[".repeat(200_000)}${"]".repeat(200_000)}`
    assert.doesNotThrow(() => textOf(artifactValue(line)))
  })
})
