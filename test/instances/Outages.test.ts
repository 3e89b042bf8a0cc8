/** Tests that an outage which many tenants meet is one report, with their number, and that its end is one, too. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as StatusCommand from "../../src/cli/StatusCommand.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import * as Json from "../support/Json.ts"
import { running } from "../support/SimulatedWorld.ts"

const idOf = (number: number) => `44444444-4444-4444-8444-${String(number).padStart(12, "0")}`

/** A connector of so many tenants, each with two endpoints, that works. */
const began = Effect.fnUntraced(function*(count: number, cloudOf: (number: number) => object = () => ({})) {
  yield* TestClock.setTime(Date.UTC(2026, 10, 20, 12))
  const instances = Object.fromEntries(Array.from({ length: count }, (_, number) => [`tenant-${number}`, {
    credentials: { tenant_id: idOf(number), client_id: idOf(number), client_secret: "s" },
    endpoints: { alerts: { enabled: false }, incidents: { poll_interval_minutes: 5 } },
    ...cloudOf(number)
  }]))
  const connector = yield* running(yield* decodeSettings("test", Json.text({ instances })), {
    simulated: { alerts: 1, incidents: 1, legacyAlerts: 0 }
  })
  yield* connector.pass(60)
  const faults = () => connector.lines.filter((line) => /^\[(?:WARN|ERROR)\]/.test(line))
  const ends = () => connector.lines.filter((line) => /again/.test(line))
  const gauges = Effect.map(
    connector.scrape,
    (text) => Array.from(text.matchAll(/^signal_client_report_active\{(.*)\} 1$/gm), ([, labels]) => labels!)
  )
  return { ...connector, faults, ends, gauges }
})

const reset = "Microsoft could not be reached: connection reset (ECONNRESET, graph.microsoft.com)"
const remedy =
  "check firewall and network: the connector has to reach the hosts of Microsoft Graph and of sign-in on port 443"

describe("an outage", () => {
  it.effect("of the sign-in host or of Graph itself is one line, too", () =>
    Effect.gen(function*() {
      for (const endpoint of ["token", "graph"] as const) {
        const { faults, pass, simulator } = yield* began(3)
        yield* simulator.addFault({ kind: "status", status: 503, endpoint })
        if (endpoint === "token") yield* simulator.addFault({ kind: "token_expired", endpoint: "graph" })
        yield* pass(540)
        assert.strictEqual(faults().length, 1, faults().join("\n"))
        assert.match(faults()[0]!, /HTTP 503.*, for \d of 3 tenants; .* code=(?:waiting|service_unavailable)$/)
      }
    }).pipe(Effect.scoped))

  it.effect("of twelve tenants is one line, one report and one series, and so is its end", () =>
    Effect.gen(function*() {
      const { document, ends, faults, gauges, pass, simulator } = yield* began(12)
      assert.deepStrictEqual(faults(), [])
      yield* simulator.addFault({ kind: "reset", endpoint: "graph" })
      yield* pass(540)
      assert.strictEqual(faults().length, 1, faults().join("\n"))
      assert.match(
        faults()[0]!,
        /^\[WARN\] azure-security: .*ECONNRESET.*, for \d+ of 12 tenants; .* code=network_failed$/
      )
      const { instances, reports } = yield* document
      assert.deepStrictEqual(reports?.map(({ code, message }) => [code, message]), [[
        "network_failed",
        `${reset}, for 12 of 12 tenants`
      ]])
      assert.deepStrictEqual(yield* gauges, [`code="network_failed"`])
      assert.isTrue(instances.every(({ state }) => state === "attention"))
      const status = StatusCommand.linesOf(yield* document, yield* Clock.currentTimeMillis).join("\n")
      assert.strictEqual(status.split("ECONNRESET").length, 2, "once in status")
      assert.include(status, `  ! ${reset}, for 12 of 12 tenants; ${remedy}  code=network_failed\n`)
      assert.include(status, "12 instances: 12 need attention\n")
      // A reminder each hour, and nothing of the passes that do not end.
      yield* pass(3700, 120)
      assert.isAtMost(faults().length, 2, faults().join("\n"))
      yield* simulator.removeFaults
      yield* pass(600)
      assert.deepStrictEqual(ends().map((line) => line.replace(/ {2}.*/, "")), [
        `[INFO] azure-security: Microsoft answers again, after: ${reset}, for 12 of 12 tenants`
      ])
      assert.isUndefined((yield* document).reports)
      assert.deepStrictEqual(yield* gauges, [])
    }).pipe(Effect.scoped))

  it.effect("of the one tenant there is names its endpoint at once, and not again for the others", () =>
    Effect.gen(function*() {
      const { document, ends, faults, pass, simulator } = yield* began(1)
      yield* simulator.addFault({ kind: "reset", endpoint: "graph" })
      yield* pass(540)
      assert.strictEqual(faults().length, 1, faults().join("\n"))
      assert.match(faults()[0]!, /instance=tenant-0 endpoint=\w+/)
      assert.isUndefined((yield* document).reports, "it stands beside the endpoints")
      yield* simulator.removeFaults
      yield* pass(600)
      assert.strictEqual(ends().length, 1, ends().join("\n"))
    }).pipe(Effect.scoped))

  it.effect("of one tenant among others names that tenant, and what is said of the others stays", () =>
    Effect.gen(function*() {
      const { document, ends, faults, gauges, pass, simulator } = yield* began(5)
      yield* simulator.addFault({ kind: "reset", endpoint: "graph", tenant: idOf(2) })
      yield* simulator.addFault({ preset: "wrong secret", tenant: idOf(3) })
      yield* pass(540)
      assert.deepStrictEqual(faults().map((line) => /code=(\w+) instance=(\S+)/.exec(line)?.slice(1)).toSorted(), [[
        "credentials_refused",
        "tenant-3"
      ], ["network_failed", "tenant-2"]])
      assert.isUndefined((yield* document).reports)
      assert.lengthOf(yield* gauges, 3, "one of the refused tenant, and one of each endpoint")
      // A second tenant makes it an outage.
      yield* simulator.addFault({ kind: "reset", endpoint: "graph", tenant: idOf(4) })
      yield* pass(540)
      assert.match(faults().at(-1)!, /, for 2 of 5 tenants; /)
      assert.strictEqual(faults().length, 3, faults().join("\n"))
      yield* simulator.removeFaults
      yield* pass(600)
      assert.include(ends().join("\n"), `Microsoft answers again, after: ${reset}, for 2 of 5 tenants`)
    }).pipe(Effect.scoped))
})

describe("outages of two clouds that are none of Microsoft's own", () => {
  for (const fault of [{ kind: "reset" }, { kind: "status", status: 503 }, { kind: "hang" }] as const) {
    it.effect(`are two, each with its own end, though both fail with ${fault.kind}`, () =>
      Effect.gen(function*() {
        const siteOf = (number: number) => number < 2 ? "one.example" : "two.example"
        const { document, ends, faults, pass, simulator } = yield* began(4, (number) => ({
          cloud: { login: `https://login.${siteOf(number)}`, graph: `https://graph.${siteOf(number)}` }
        }))
        const strike = (tenants: ReadonlyArray<number>) =>
          Effect.forEach(tenants, (n) => simulator.addFault({ ...fault, endpoint: "graph", tenant: idOf(n) }))
        yield* strike([0, 1, 2, 3])
        yield* pass(540)
        const hosts = () =>
          faults().map((line) => /graph\.(?:one|two)\.example.*, for 2 of 4 tenants/.exec(line)?.[0].slice(0, 17))
        assert.deepStrictEqual(hosts().toSorted(), ["graph.one.example", "graph.two.example"], faults().join("\n"))
        assert.lengthOf((yield* document).reports ?? [], 2)
        const status = StatusCommand.linesOf(yield* document, yield* Clock.currentTimeMillis)
        assert.lengthOf(status.filter((line) => line.includes("  ! ")), 2)
        yield* simulator.removeFaults
        yield* strike([2, 3])
        yield* pass(900)
        assert.strictEqual(ends().length, 1, ends().join("\n"))
        assert.match(ends()[0]!, /answers again, after: .*graph\.one\.example.*, for 2 of 4 tenants/)
        assert.lengthOf((yield* document).reports ?? [], 1)
        assert.lengthOf(faults(), 2, "nothing is told again")
      }).pipe(Effect.scoped))
  }
})

describe("a refusal of a tenant", () => {
  for (
    const [what, fault, code] of [["by conditional access", { kind: "conditional_access" }, "conditional_access"], [
      "of its token",
      { kind: "unauthorized" },
      "token_refused"
    ], ["of its secret", { preset: "wrong secret" }, "credentials_refused"]] as const
  ) {
    it.effect(`${what} is one line, one report and one series for all of its endpoints, and so is its end`, () =>
      Effect.gen(function*() {
        const { document, ends, faults, gauges, pass, simulator } = yield* began(3)
        yield* simulator.addFault({ ...fault, tenant: idOf(1) })
        // Tokens that were given before are good for an hour.
        yield* simulator.addFault({ kind: "token_expired", tenant: idOf(1), times: 2 })
        yield* pass(540)
        assert.strictEqual(faults().length, 1, faults().join("\n"))
        assert.match(faults()[0]!, new RegExp(`: HTTP 40\\d(?: AADSTS\\d+)?: .* code=${code} instance=tenant-1 `))
        const { instances, reports } = yield* document
        assert.isUndefined(reports)
        assert.deepStrictEqual(
          instances.map(({ endpoints }) => endpoints.filter(({ error }) => error !== null).length),
          [0, 2, 0]
        )
        const status = StatusCommand.linesOf(yield* document, yield* Clock.currentTimeMillis)
        const told = status.filter((line) => line.includes("  ! "))
        assert.lengthOf(told, 1, "once in status")
        assert.include(faults()[0]!, told[0]!.replace(/^ {2}! | {2}code=.*/g, ""), "in the words of the log")
        assert.lengthOf(yield* gauges, 1)
        yield* simulator.removeFaults
        yield* pass(7200, 120)
        assert.strictEqual(ends().length, 1, ends().join("\n"))
        assert.match(ends()[0]!, /Microsoft accepts the tenant again, after: .* instance=tenant-1/)
        assert.deepStrictEqual(yield* gauges, [])
        yield* simulator.addFault({ kind: "conditional_access", tenant: idOf(1) })
        yield* pass(540)
        assert.strictEqual(faults().length, 2, "a new one is told again")
      }).pipe(Effect.scoped))
  }

  it.effect("is not told again because another endpoint works, and each hour at the most", () =>
    Effect.gen(function*() {
      const { faults, pass, simulator } = yield* began(2)
      yield* simulator.addFault({ kind: "unauthorized", endpoint: "incidents", tenant: idOf(1) })
      yield* pass(3000)
      assert.strictEqual(faults().length, 1, faults().join("\n"))
      yield* pass(3600)
      assert.strictEqual(faults().length, 2, faults().join("\n"))
    }).pipe(Effect.scoped))

  it.effect("is told again after its end by whichever endpoint meets it first", () =>
    Effect.gen(function*() {
      const { ends, faults, pass, simulator } = yield* began(2)
      const strike = (endpoint: "alerts_v2" | "incidents") =>
        simulator.addFault({ kind: "unauthorized", endpoint, tenant: idOf(1) })
      yield* strike("incidents")
      yield* pass(960)
      yield* strike("alerts_v2")
      yield* pass(360)
      yield* simulator.removeFaults
      yield* strike("alerts_v2")
      // The endpoint that told of it works again, and another one does not.
      yield* pass(960)
      yield* simulator.removeFaults
      yield* pass(360)
      assert.lengthOf(ends(), 1, ends().join("\n"))
      const before = faults().length
      yield* strike("incidents")
      yield* pass(960)
      assert.lengthOf(faults(), before + 1, faults().join("\n"))
    }).pipe(Effect.scoped))

  it.effect("ends an outage that the tenant met before, because it is an answer", () =>
    Effect.gen(function*() {
      const { ends, faults, pass, simulator } = yield* began(3)
      yield* simulator.addFault({ kind: "reset", endpoint: "graph" })
      yield* pass(540)
      yield* simulator.removeFaults
      for (const n of [0, 1, 2]) yield* simulator.addFault({ kind: "conditional_access", tenant: idOf(n) })
      yield* pass(540)
      assert.strictEqual(ends().length, 1, ends().join("\n"))
      assert.match(ends()[0]!, /answers again/)
      assert.strictEqual(faults().length, 4, faults().join("\n"))
    }).pipe(Effect.scoped))
})
