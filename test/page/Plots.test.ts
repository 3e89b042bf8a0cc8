import { assert, describe, it } from "@effect/vitest"
import { moment, span, tick } from "../../src/page/activity/Clock.ts"
import { lanesOf, tileOf } from "../../src/page/activity/Lanes.ts"
import { alone, lengthOf, marksOf, plotsOf, rangeOf, stepsOf, valueOf } from "../../src/page/activity/Plots.ts"
import { zoneName } from "../../src/page/Zone.ts"
import { activityOf } from "./Activities.ts"

const hour = activityOf("hour")
const begin = Date.parse(hour.from) / 1000

describe("plots", () => {
  it("have a value for each step, except where the process did not run", () => {
    for (const range of ["hour", "day", "week"] as const) {
      const activity = activityOf(range)
      const steps = stepsOf(activity)
      assert.strictEqual(steps[1]! - steps[0]!, activity.step_seconds)
      for (const { series } of plotsOf(activity)) {
        for (const { values } of series) assert.strictEqual(values.length, steps.length)
      }
    }
    assert.isNull(plotsOf(hour)[0]!.series[0]!.values[20])
  })

  it("have a summary in words", () => {
    const [records, errors, freshness, requests] = plotsOf({
      ...hour,
      records: [1, null, 2],
      artifacts: [1000, null, 500],
      errors: [0, 0, 1],
      freshness_p95_seconds: [30, null, 600],
      requests_per_minute: [3, null, 84]
    })
    assert.strictEqual(records!.summary, "3 records fetched, 1,500 artifacts published")
    assert.strictEqual(errors!.summary, "1 failure")
    assert.strictEqual(freshness!.summary, "95 of 100 records within 10 min at worst")
    assert.strictEqual(requests!.summary, "at most 84 of 120 requests per minute")
    assert.strictEqual(plotsOf({ ...hour, freshness_p95_seconds: [null] })[2]!.summary, "nothing was published")
  })

  it("name the length of their steps", () => {
    assert.deepStrictEqual((["hour", "day", "week"] as const).map((range) => plotsOf(activityOf(range))[0]!.unit), [
      "per minute",
      "per 10 minutes",
      "per hour"
    ])
  })

  it("show a value without neighbours as a point", () => {
    assert.deepStrictEqual(alone([1, null, 2, null, 3, 4, null, 5]), [0, 2, 7])
    assert.deepStrictEqual(alone([]), [])
  })

  it("show values with their unit", () => {
    assert.strictEqual(valueOf({ as: "count" }, 12_345), "12,345")
    assert.strictEqual(valueOf({ as: "seconds" }, 90), "1.5 min")
    assert.strictEqual(valueOf({ as: "seconds" }, null), "–")
    assert.deepStrictEqual([0, 45, 89, 600, 5400, 172_800].map(lengthOf), [
      "0 s",
      "45 s",
      "89 s",
      "10 min",
      "1.5 h",
      "2 days"
    ])
  })
})

describe("marks", () => {
  const mark = (kind: "cooldown" | "outage", from: number, to: number | null, endpoint = "alerts_v2") => ({
    kind,
    instance: "Contoso",
    endpoint,
    from: new Date((begin + from) * 1000).toISOString(),
    to: to === null ? null : new Date((begin + to) * 1000).toISOString()
  })

  it("lie within the range, latest first, and end with it while they last", () => {
    const marks = marksOf({
      ...hour,
      marks: [
        mark("outage", -600, 60),
        mark("outage", -600, -300),
        mark("cooldown", 3000, null),
        mark("outage", 7200, 7300)
      ]
    })
    assert.deepStrictEqual(marks, [{
      kind: "cooldown",
      of: "Contoso, alerts_v2",
      instance: "Contoso",
      endpoint: "alerts_v2",
      from: begin + 3000,
      to: begin + 3600,
      lasts: true
    }, {
      kind: "outage",
      of: "Contoso, alerts_v2",
      instance: "Contoso",
      endpoint: "alerts_v2",
      from: begin,
      to: begin + 60,
      lasts: false
    }])
  })

  it("stand on a lane of their tenant, the longest stopped first, those of several endpoints counted once", () => {
    const marks = marksOf({
      ...hour,
      marks: [mark("outage", 100, 200), mark("outage", 150, 300, "incidents"), {
        ...mark("cooldown", 180, 900),
        instance: "Fabrikam"
      }, mark("outage", 500, 600)]
    })
    const lanes = lanesOf(marks, [{ name: "Fabrikam", display_name: "Fabrikam", group: "EU" }])
    assert.deepStrictEqual(
      lanes.map(({ group, instance, marks, seconds }) => [instance, group, marks.length, seconds]),
      [["Fabrikam", "EU", 1, 720], ["Contoso", "", 3, 300]]
    )
    assert.strictEqual(tileOf("a & b"), "/admin/settings/integrations?q=%22a+%26+b%22&as=tiles")
  })

  it("have names without invisible characters", () => {
    const hostile = { ...hour, marks: [{ ...mark("outage", 0, 60), instance: "a\u202Eb" }] }
    const [one] = marksOf(hostile)
    assert.strictEqual(one!.of, "a⟨U+202E⟩b, alerts_v2")
    const [named] = marksOf(hostile, new Map([["a\u202eb", "Contoso"]]))
    assert.strictEqual(named!.of, "Contoso, alerts_v2")
  })
})

describe("the clock", () => {
  const local = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime() / 1000

  it("shows the date at midnight, else the time", () => {
    assert.strictEqual(tick(local(2026, 10, 25, 16, 5), 600), "16:05")
    assert.strictEqual(tick(local(2026, 10, 25, 0, 0), 3600), "25 Nov")
    assert.strictEqual(tick(local(2026, 10, 25, 1, 0), 86_400), "25 Nov")
    assert.strictEqual(moment(local(2026, 0, 2, 3, 4)), "2 Jan 03:04")
  })

  it("shows the date of a span once when both ends have the same", () => {
    assert.strictEqual(
      span(local(2026, 10, 25, 16, 5), local(2026, 10, 25, 17, 0)),
      `25 Nov 16:05 – 17:00 (${zoneName()})`
    )
    assert.strictEqual(
      span(local(2026, 10, 25, 23, 5), local(2026, 10, 26, 1, 0)),
      `25 Nov 23:05 – 26 Nov 01:00 (${zoneName()})`
    )
  })

  it("reads the range from the address", () => {
    assert.deepStrictEqual(["?range=week", "?range=century", ""].map(rangeOf), ["week", "hour", "hour"])
  })
})
