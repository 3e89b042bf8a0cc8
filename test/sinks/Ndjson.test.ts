import { assert, describe, it } from "@effect/vitest"
import { lines } from "../../src/sinks/Ndjson.ts"

describe("lines", () => {
  it("writes a value deeper than the stack", () => {
    const depth = 200_000
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`
    assert.strictEqual(lines([{ record: JSON.parse(deep) as unknown }]) === `{"record":${deep}}\n`, true)
  })
})
