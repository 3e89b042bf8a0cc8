import { assert, describe, it } from "@effect/vitest"
import { failures } from "../../src/graph/FailureTable.ts"
import { columnWindow, rowWindow } from "../../src/page/integrations/RowWindow.ts"
import {
  addressOf,
  exactly,
  filterOf,
  groupsOf,
  matching,
  matrixCsv,
  namedCodes,
  noFilter,
  tenants
} from "../../src/page/integrations/TenantRows.ts"
import { type Endpoint, type Instance, tiles } from "../../src/page/integrations/Tiles.ts"
import { reportCodes } from "../../src/status/ReportCodes.ts"

const now = Date.parse("2026-11-25T12:00:00Z")
const started = now - 10 * 3_600_000

const report = (code: string) => ({ code, message: code, remedy: "do it", occurred_at: "2026-11-25T11:00:00.000Z" })

const endpoint = (name: Endpoint["name"], more: Partial<Endpoint> = {}): Endpoint => ({
  name,
  state: "ok",
  poll_interval_minutes: 5,
  last_poll_at: null,
  last_success_at: "2026-11-25T11:58:00Z",
  next_poll_at: "2026-11-25T12:03:00Z",
  cooldown_until: null,
  records_fetched: 10,
  records_today: 3,
  artifacts_published: 0,
  dead_letters: 0,
  high_water_mark: null,
  gaps: [],
  error: null,
  ...more
})

const running = (name: string, more: Partial<Instance> = {}): Instance => ({
  name,
  display_name: name,
  enabled: true,
  state: "ok",
  connection_status: "connected",
  warnings: [],
  requests_last_minute: 4,
  requests_per_minute_max: 100,
  endpoints: [endpoint("alerts_v2"), endpoint("incidents")],
  ...more
})

const forbidden = running("forbidden", {
  connection_status: "warning",
  group: "EU",
  endpoints: [
    endpoint("alerts_v2"),
    endpoint("incidents", { state: "forbidden", last_success_at: null, error: report("missing_permission") })
  ]
})
const failed = running("failed", {
  connection_status: "failed",
  endpoints: [endpoint("alerts_v2", { state: "forbidden", last_success_at: null, error: report("not_licensed") })],
  warnings: [report("credential_expiring")]
})
const cooling = running("cooling", {
  connection_status: "warning",
  group: "US",
  endpoints: [
    endpoint("alerts_v2", { state: "cooldown", error: report("throttled"), last_success_at: "2026-11-25T11:00:00Z" }),
    endpoint("alerts", { state: "retired", error: report("endpoint_retired") }),
    endpoint("users", { state: "disabled", last_success_at: null, next_poll_at: null })
  ],
  // A retired endpoint's report is among the warnings as well.
  warnings: [report("endpoint_retired")]
})
const all = tenants(tiles([], [running("well"), forbidden, failed, cooling]), started, now)

describe("the table of tenants", () => {
  it("has the worst first: by state, then by the number of faults, then by lag", () => {
    assert.deepStrictEqual(all.map(({ tile }) => tile.name), ["failed", "cooling", "forbidden", "well"])
  })

  it("says how a tenant does", () => {
    const of = (name: string) => all.find(({ tile }) => tile.name === name)!
    assert.deepInclude(of("well"), { lag: 120_000, today: 6, requests: 4, lastSuccess: "2026-11-25T11:58:00Z" })
    // What is off or retired makes nobody wait, and what never succeeded has waited since the connector began.
    assert.strictEqual(of("cooling").lag, 3_600_000)
    assert.strictEqual(of("forbidden").lag, 10 * 3_600_000)
    const ailments = (name: string) => Array.from(of(name).ailments).sort()
    assert.deepStrictEqual(ailments("failed"), ["licence", "secret"])
    assert.deepStrictEqual(ailments("cooling"), ["retired", "throttled"])
    assert.deepStrictEqual(ailments("forbidden"), ["permission"])
    assert.deepStrictEqual(ailments("well"), [])
  })

  it("has chips for codes that the connector reports", () => {
    const known = new Set([...Object.keys(failures), ...Object.keys(reportCodes)])
    assert.deepStrictEqual(namedCodes.filter((code) => !known.has(code)), [])
  })

  it("filters by words, group, state and warning, all of which the address keeps", () => {
    const names = (filter: object) => matching(all, { ...noFilter, ...filter }).map(({ tile }) => tile.name)
    assert.deepStrictEqual(names({ words: "FORB eu" }), ["forbidden"])
    assert.deepStrictEqual(names({ words: "fail" }), ["failed"])
    assert.deepStrictEqual(names({ words: exactly("fail") }), [])
    assert.deepStrictEqual(names({ words: exactly("failed") }), ["failed"])
    assert.deepStrictEqual(names({ group: "" }), ["failed", "well"])
    assert.deepStrictEqual(names({ condition: "warning" }), ["cooling", "forbidden"])
    assert.deepStrictEqual(names({ ailment: "throttled" }), ["cooling"])
    assert.deepStrictEqual(groupsOf(all), ["EU", "US", ""])
    const filter = { words: "a&b", condition: "failed", group: "", ailment: "secret", shape: "table" } as const
    assert.deepStrictEqual(filterOf(addressOf(filter)), filter)
    assert.strictEqual(addressOf(noFilter), "")
    assert.deepStrictEqual(filterOf("?state=odd&as=x&warning="), noFilter)
  })

  it("takes the group of a stored instance that does not run yet", () => {
    const [tenant] = tenants(
      tiles([{ name: "new", revision: "1", document: { group: "EU" }, has_secret: true }], []),
      started,
      now
    )
    assert.strictEqual(tenant!.group, "EU")
    assert.isUndefined(tenant!.lag)
  })

  it("exports the matrix, without formulas", () => {
    const text = matrixCsv(tenants(tiles([], [{ ...failed, display_name: "=cmd|\"x\"" }]), started, now), [
      "alerts_v2",
      "users"
    ])
    assert.strictEqual(
      text,
      "tenant,name,group,state,alerts_v2,users\r\n\"'=cmd|\"\"x\"\"\",failed,,failed,forbidden (not_licensed),\r\n"
    )
  })

  it("draws the rows in sight, and few more", () => {
    for (const top of [0, 39, 400, 20_000, 39_960, 60_000]) {
      const { from, to } = rowWindow(top, 600, 40, 1000)
      assert.isAtMost(from, Math.min(1000, Math.floor(top / 40)))
      assert.isAtLeast(to, Math.min(1000, Math.ceil((top + 600) / 40)))
      assert.isAtMost(to - from, 60)
    }
    assert.deepStrictEqual(rowWindow(0, 600, 40, 3), { from: 0, to: 3 })
    assert.deepStrictEqual(columnWindow(0, 500, 100, 12), { from: 0, to: 6 })
    assert.deepStrictEqual(columnWindow(350, 850, 100, 12), { from: 2, to: 10 })
    assert.deepStrictEqual(columnWindow(900, 1400, 100, 12), { from: 8, to: 12 })
  })
})
