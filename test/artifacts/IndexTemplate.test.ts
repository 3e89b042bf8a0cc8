import { assert, describe, it } from "@effect/vitest"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import { misfits } from "./IndexTemplate.ts"
import { alert, context } from "./Records.ts"

const good = Alerts.map(context, alert({})).artifacts[0]!

describe("the index template", () => {
  it("accepts an artifact, an IPv6 address and an instant on a leap day", () => {
    assert.deepStrictEqual(misfits(good), [])
    assert.deepStrictEqual(misfits({ ...good, clientIP: "2001:db8::1", startTimeUTC: "2024-02-29T23:59:59.1Z" }), [])
  })

  const odd: ReadonlyArray<readonly [string, unknown]> = [
    ["clientIP", "10.0.0.1:443"],
    ["clientIP", ["10.0.0.1"]],
    ["serverIP", "fe80::1%eth 0/64"],
    ["serverIP", ""],
    ["userName", ""],
    ["userName", null],
    ["userName", undefined],
    ["userName", ["amy"]],
    ["userName", 5],
    ["fileName", "x".repeat(40_000)],
    ["ruleName", ["a title"]],
    ["severityCode", "4"],
    ["severityCode", 4.5],
    ["productIds", 94],
    ["productIds", ["94"]],
    ["tags", "a"],
    ["tags", [""]],
    ["attackTechniqueIds", []],
    ["startTimeUTC", "2026-02-30T00:00:00Z"],
    ["startTimeUTC", "2025-02-29T00:00:00Z"],
    ["endTimeUTC", "2026-11-20"],
    ["endTimeUTC", "2026-11-20T24:00:00Z"],
    ["src_ip", "10.0.0.1"]
  ]
  for (const [field, value] of odd) {
    it(`refuses ${JSON.stringify(value)?.slice(0, 40)} as ${field}`, () =>
      assert.deepStrictEqual(misfits({ ...good, [field]: value }), [field]))
  }
  it("reports a missing required field", () => {
    const { hash: _, ...rest } = good
    assert.deepStrictEqual(misfits(rest), ["hash"])
  })
})
