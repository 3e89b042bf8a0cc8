import { assert, describe, it } from "@effect/vitest"
import { clock, count, countdown, length, relative, upcoming } from "../../src/page/Format.ts"

const now = Date.parse("2026-11-25T12:00:00Z")
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString()

describe("Format", () => {
  it("separates thousands", () => {
    assert.deepStrictEqual([0, 999, 12_345, 1_234_567].map(count), ["0", "999", "12,345", "1,234,567"])
  })

  it("formats lengths of time in their largest unit, rounded down", () => {
    const lengths = [-5, 0, 59.9, 60, 3599, 3600, 47 * 3600, 48 * 3600, 100 * 86_400]
    assert.deepStrictEqual(lengths.map((seconds) => length(seconds * 1000)), [
      "0 s",
      "0 s",
      "59 s",
      "1 min",
      "59 min",
      "1 h",
      "47 h",
      "2 days",
      "100 days"
    ])
  })

  it("formats times relative to now, and tolerates clocks that differ a little", () => {
    assert.strictEqual(relative(null, now), "never")
    assert.strictEqual(relative("soon", now), "unknown")
    assert.deepStrictEqual([-1, 1, -2, 2, -300, 7200].map((seconds) => relative(at(seconds), now)), [
      "now",
      "now",
      "2 s ago",
      "in 2 s",
      "5 min ago",
      "in 2 h"
    ])
  })

  it("says whether a planned time is due or overdue", () => {
    assert.strictEqual(upcoming(null, now), "none planned")
    assert.strictEqual(upcoming("soon", now), "unknown")
    assert.deepStrictEqual([120, 1, -59, -60].map((seconds) => upcoming(at(seconds), now)), [
      "in 2 min",
      "due now",
      "due now",
      "overdue"
    ])
  })

  it("counts down to the second, and then ends", () => {
    assert.deepStrictEqual([43, 725, 3600, 0.4].map((seconds) => countdown(at(seconds), now)), [
      "0:43",
      "12:05",
      "1:00:00",
      "0:01"
    ])
    assert.deepStrictEqual([at(0), at(-9), null, "soon"].map((time) => countdown(time, now)), [
      undefined,
      undefined,
      undefined,
      undefined
    ])
  })

  it("leaves an invalid time as it is", () => {
    assert.strictEqual(clock(null), "never")
    assert.strictEqual(clock("soon"), "soon")
    assert.match(clock("2026-11-25T12:00:00Z"), /Nov 2026/)
  })
})
