import { assert, it } from "@effect/vitest"
import { stepBytes } from "../../../src/domain/Bounds.ts"
import * as JsonScan from "../../../src/graph/body/JsonScan.ts"

it("a run of a million brackets is read in steps, those that close as well as those that open", () => {
  for (const [open, close] of [["[", "]"], ["{\"a\":", "}"]] as const) {
    const levels = 1_100_000
    const bytes = Buffer.from(`${open.repeat(levels)}1${close.repeat(levels)}`)
    const scan = JsonScan.make(bytes, 0)
    JsonScan.begin(scan, 0, 0)
    let last = 0
    while (!JsonScan.readOn(scan)) {
      assert.isAbove(scan.at, last)
      assert.isAtMost(scan.at - last, stepBytes + open.length)
      last = scan.at
    }
    assert.strictEqual(scan.at, bytes.length)
    assert.isAtMost(scan.at - last, stepBytes + open.length)
  }
})
