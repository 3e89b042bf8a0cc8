import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import * as Timestamp from "../../src/domain/Timestamp.ts"

describe("Timestamp", () => {
  it("gives one form to one instant, whatever digits and offset Graph sends", () => {
    for (
      const [sent, normal] of [
        ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000000000Z"],
        ["2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00.500000000Z"],
        ["2026-11-20T10:00:00.5000001Z", "2026-11-20T10:00:00.500000100Z"],
        ["2026-11-20T10:00:00.50000009Z", "2026-11-20T10:00:00.500000090Z"],
        ["2026-11-20T12:00:00.25+02:00", "2026-11-20T10:00:00.250000000Z"],
        ["2026-11-19T23:30:00-10:30", "2026-11-20T10:00:00.000000000Z"],
        ["2026-11-30T10:00:00.25Z", "2026-11-30T10:00:00.250000000Z"],
        ["2024-02-29T00:00:00z", "2024-02-29T00:00:00.000000000Z"],
        ["9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999900Z"],
        ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000000Z"]
      ] as const
    ) {
      assert.strictEqual(Timestamp.normalize(sent), normal as Timestamp.Timestamp, sent)
    }
  })

  it("refuses a text that is not an instant", () => {
    for (
      const text of [
        "",
        "yesterday",
        "2026-11-20",
        "2026-02-30T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "2026-13-20T00:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-11-20T10:60:00Z",
        "2026-11-20T10:00:60Z",
        "2026-11-20T10:00:00"
      ]
    ) {
      assert.isUndefined(Timestamp.normalize(text), text)
    }
  })

  it("knows every day of a common year and of a leap year, and no other", () => {
    for (const year of [2024, 2026, 2100]) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const date = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`
          const isDay = DateTime.formatIso(DateTime.makeUnsafe(Date.UTC(year, month - 1, day))).startsWith(date)
          const normal = isDay ? `${date}T10:00:00.000000000Z` as Timestamp.Timestamp : undefined
          assert.strictEqual(Timestamp.normalize(`${date}T10:00:00Z`), normal, date)
        }
      }
    }
  })

  it("orders instants that neither JavaScript's Date nor a comparison of the sent text can order", () => {
    const [earlier, between, later] = [
      "2026-11-20T10:00:28.99Z",
      "2026-11-20T10:00:28.9912344Z",
      "2026-11-20T10:00:28.9912345Z"
    ]
      .map((text) => Timestamp.normalize(text)!)
    assert.isTrue(earlier! < between! && between! < later!)
  })

  it("moves by milliseconds and keeps the digits below a millisecond", () => {
    const at = Timestamp.normalize("2026-11-20T10:00:00.1234567Z")!
    assert.strictEqual(Timestamp.toGraph(Timestamp.minusMillis(at, 900_000)), "2026-11-20T09:45:00.1234567Z")
    assert.strictEqual(Timestamp.toGraph(Timestamp.fromMillis(Timestamp.toMillis(at))), "2026-11-20T10:00:00.1230000Z")
  })

  it("steps back to the last instant before another that a filter can distinguish", () => {
    for (
      const [at, before] of [
        ["2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00.4999999Z"],
        ["2026-11-20T10:00:00Z", "2026-11-20T09:59:59.9999999Z"],
        ["2026-11-01T00:00:00.00000001Z", "2026-11-01T00:00:00Z"],
        ["2026-11-20T10:00:00.0000001Z", "2026-11-20T10:00:00Z"]
      ] as const
    ) {
      assert.strictEqual(Timestamp.instantBefore(Timestamp.normalize(at)!), Timestamp.normalize(before)!, at)
    }
  })
})
