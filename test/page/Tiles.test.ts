import { assert, describe, it } from "@effect/vitest"
import { backfillText, partOf } from "../../src/page/integrations/BackfillLines.ts"
import { faults, type Instance, tiles, totals, withoutShared } from "../../src/page/integrations/Tiles.ts"
import { noticesMax, noticesOf } from "../../src/page/ProcessReports.ts"

const report = (message: string, more: object = {}) => ({
  code: "code",
  message,
  remedy: "do it",
  occurred_at: "2026-11-25T12:00:00.000Z",
  ...more
})

const endpoint = (name: Instance["endpoints"][number]["name"], more: object = {}): Instance["endpoints"][number] => ({
  name,
  state: "ok",
  poll_interval_minutes: 5,
  last_poll_at: null,
  last_success_at: null,
  next_poll_at: null,
  cooldown_until: null,
  records_today: 0,
  records_fetched: 0,
  artifacts_published: 0,
  dead_letters: 0,
  high_water_mark: null,
  gaps: [],
  error: null,
  ...more
})

const running = (name: string, more: object = {}): Instance => ({
  name,
  display_name: name,
  enabled: true,
  state: "ok",
  connection_status: "connected",
  warnings: [],
  requests_last_minute: 0,
  requests_per_minute_max: 100,
  endpoints: [],
  ...more
})

const stored = (name: string, document: object = {}) => ({
  name,
  revision: "1",
  document: { ...document },
  has_secret: true
})

describe("Tiles", () => {
  it("combines stored and running instances by name, in an order that no state changes", () => {
    const all = tiles([stored("b 10"), stored("b 9"), stored("new", { display_name: "A new one" })], [
      running("b 9", { connection_status: "failed" }),
      running("b 10"),
      running("other")
    ])
    assert.deepStrictEqual(
      all.map(({ condition, displayName, pending, stored }) => [displayName, condition, pending, stored !== undefined]),
      [["A new one", "waiting", true, true], ["b 9", "failed", false, true], ["b 10", "connected", false, true], [
        "other",
        "connected",
        false,
        false
      ]]
    )
  })

  it("is pending until a change has taken effect", () => {
    const [off, on] = tiles([stored("1", { enabled: false }), stored("2", { enabled: true })], [
      running("1"),
      running("2", { enabled: false, connection_status: "disabled" })
    ])
    assert.deepInclude(off, { pending: true, condition: "disabled" })
    assert.deepInclude(on, { pending: true, condition: "waiting" })
  })

  it("hides a removed instance that runs for another moment", () => {
    assert.deepStrictEqual(tiles([], [running("gone")], new Set(["gone"])), [])
    assert.strictEqual(tiles([stored("gone")], [], new Set(["gone"])).length, 1)
  })

  it("sums the counts of all endpoints", () => {
    assert.deepStrictEqual(
      totals(running("x", {
        endpoints: [
          endpoint("alerts", {
            records_fetched: 1,
            last_poll_at: "2026-11-25T12:00:00Z",
            next_poll_at: "2026-11-25T12:09:00Z"
          }),
          endpoint("alerts_v2", {
            records_fetched: 2,
            artifacts_published: 5,
            dead_letters: 1,
            last_poll_at: "2026-11-25T12:01:00Z",
            next_poll_at: "2026-11-25T12:05:00Z"
          })
        ]
      })),
      {
        records: 3,
        artifacts: 5,
        deadLetters: 1,
        lastPoll: "2026-11-25T12:01:00Z",
        nextPoll: "2026-11-25T12:05:00Z",
        polling: false
      }
    )
    const now = running("x", { endpoints: [endpoint("alerts", { next_poll_at: null, state: "ok" })] })
    const off = running("x", { endpoints: [endpoint("alerts", { next_poll_at: null, state: "disabled" })] })
    assert.deepStrictEqual([now, off].map((one) => [totals(one).nextPoll, totals(one).polling]), [[null, true], [
      null,
      false
    ]])
  })

  it("shows a fault once that several endpoints share", () => {
    const told = faults(running("x", {
      warnings: [report("the secret expires")],
      endpoints: [
        endpoint("alerts", { state: "unauthorized", error: report("refused", { request_id: "1" }) }),
        endpoint("alerts_v2", { state: "unauthorized", error: report("refused", { request_id: "2" }) }),
        endpoint("incidents", { state: "forbidden", error: report("denied") })
      ]
    }))
    assert.deepStrictEqual(told.map(({ endpoints, report: { message }, severity }) => [message, endpoints, severity]), [
      ["refused", ["alerts", "alerts_v2"], "failed"],
      ["denied", ["incidents"], "warning"],
      ["the secret expires", [], "warning"]
    ])
  })

  it("shows once what endpoints wait for, since the first of them does", () => {
    const waiting = (since: string, tries: string) =>
      report(`no answer from graph.microsoft.com after 30.0 s; no answer since ${since}, ${tries}`, { code: "waiting" })
    const first = waiting("2026-11-25T11:58:00.000Z", "try 3 of 4 failed, the next goes on")
    const told = faults(running("x", {
      warnings: [report("the sink waits since 2026-11-25T11:00:00.000Z")],
      endpoints: [
        endpoint("alerts_v2", {
          state: "starting",
          error: waiting("2026-11-25T12:01:02.000Z", "try 1 of 4 failed, the next is at 2026-11-25T12:05:00.000Z")
        }),
        endpoint("users", { state: "unavailable", error: first }),
        endpoint("incidents", { state: "unavailable", error: report("reset by graph.microsoft.com after 30.0 s") }),
        endpoint("signIns", {
          state: "starting",
          error: waiting("2026-11-25T11:59:00Z", "try 2 of 4 failed, the next is at 2026-11-25T12:02:00.000Z")
        })
      ]
    }))
    assert.deepStrictEqual(told.map(({ endpoints, report, severity }) => [endpoints, report.message, severity]), [
      [["alerts_v2", "users", "signIns"], first.message, "failed"],
      [["incidents"], "reset by graph.microsoft.com after 30.0 s", "failed"],
      [[], "the sink waits since 2026-11-25T11:00:00.000Z", "warning"]
    ])
  })

  it("asks once for all permissions that endpoints lack", () => {
    const lacking = (name: Instance["endpoints"][number]["name"], permission: string) =>
      endpoint(name, {
        state: "forbidden",
        error: report(`lacks ${permission}`, {
          code: "missing_permission",
          remedy: `Grant ${permission}`,
          required_permissions: [permission, "Directory.Read.All"]
        })
      })
    const one = faults(running("x", { endpoints: [lacking("users", "User.Read.All")] }))
    assert.deepStrictEqual(one.map(({ report: { remedy } }) => remedy), ["Grant User.Read.All"])
    const told = faults(running("x", {
      endpoints: [
        endpoint("alerts", { state: "cooldown", error: report("throttled") }),
        lacking("users", "User.Read.All"),
        lacking("signIns", "AuditLog.Read.All"),
        lacking("directoryAudits", "AuditLog.Read.All")
      ]
    }))
    assert.deepStrictEqual(told.map(({ endpoints, report }) => [endpoints, report.required_permissions]), [[
      ["alerts"],
      undefined
    ], [["users", "signIns", "directoryAudits"], ["User.Read.All", "AuditLog.Read.All"]]])
    assert.match(told[1]!.report.remedy, /^Grant these application permissions/)
  })

  it("leaves to the whole page what the process reports of itself", () => {
    const whole = report("settings.json: line 3", { code: "settings_invalid", remedy: "correct the settings" })
    const own = report("settings.json: line 3", { code: "settings_invalid", instance: "a" })
    const instances = [running("a", { warnings: [whole, own] })]
    assert.deepStrictEqual(withoutShared({ instances, reports: [whole] }).map(({ warnings }) => warnings), [[own]])
    assert.strictEqual(withoutShared({ instances }), instances)
    const sink = { type: "nats", state: "ok", published: 0, warnings: [report("the stream discards")] } as const
    assert.deepStrictEqual(noticesOf({ reports: [whole], sink }), [{
      kind: "error",
      title: "Correct the settings",
      text: "settings.json: line 3"
    }, { kind: "warning", title: "Do it", text: "The stream discards" }])
    const many = noticesOf({ reports: Array.from({ length: noticesMax + 3 }, () => whole), sink })
    assert.strictEqual(many.length, noticesMax + 1)
    assert.strictEqual(many.at(-1)!.title, "And 4 more")
  })

  it("says how far a backfill is", () => {
    const backfill = {
      endpoint: "alerts_v2",
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-11-11T00:00:00.000Z",
      reached: "2026-11-04T12:00:00.000Z",
      done: false,
      moved_at: "2026-11-25T11:58:00.000Z"
    } as const
    const at = Date.parse("2026-11-25T12:00:00.000Z")
    assert.match(
      backfillText(backfill, at),
      /^Backfill of alerts_v2 from 2026-11-01 .* to 2026-11-11 .*: reached 2026-11-04 .*, 35 %; moved 2 min ago\.$/
    )
    assert.match(backfillText({ ...backfill, done: true }, at), /: done 2 min ago\.$/)
    assert.isUndefined(partOf({ ...backfill, to: null }))
    assert.strictEqual(partOf({ ...backfill, reached: backfill.to }), 1)
  })
})
