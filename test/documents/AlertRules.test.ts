/** Tests the alert rules with Prometheus' own tool: their grammar, and over a recorded scrape that one cause is one alert. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Metric } from "effect"
import { TestClock } from "effect/testing"
import { fileURLToPath } from "node:url"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { failures } from "../../src/graph/FailureTable.ts"
import type { Wanted } from "../../src/simulator/Fault.ts"
import { reportCodes } from "../../src/status/ReportCodes.ts"
import { describePromtool, run } from "../support/DescribePromtool.ts"
import * as Json from "../support/Json.ts"
import { running } from "../support/SimulatedWorld.ts"

const config = fileURLToPath(new URL("../../config/", import.meta.url))
const read = (name: string) => Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(`${config}${name}`))

/** Codes of which no rule speaks by its code: what a gauge or a counter tells, and what needs nobody. */
const otherwise = new Set([
  "broker_lost",
  "credential_expiring",
  "gap",
  "throttled",
  "endpoint_retired",
  "endpoint_silent",
  "legacy_silent",
  "query_negotiated"
])

/** The tenant's ID, with its number in it. */
const idOf = (number: number) => `44444444-4444-4444-8444-${String(number).padStart(12, "0")}`
const nameOf = (number: number) => `tenant-${String(number).padStart(3, "0")}`

/** Scrapes a connector of so many tenants with faults, as it is after ten minutes. */
const scraped = Effect.fnUntraced(function*(count: number, faults: ReadonlyArray<Wanted>) {
  yield* TestClock.setTime(Date.UTC(2026, 10, 20, 12))
  const instances = Object.fromEntries(Array.from({ length: count }, (_, number) => [nameOf(number), {
    credentials: { tenant_id: idOf(number), client_id: idOf(number), client_secret: "s" },
    endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
  }]))
  const { pass, scrape } = yield* running(yield* decodeSettings("test", Json.text({ instances })), {
    faults,
    simulated: { alerts: 1, incidents: 0, legacyAlerts: 0 }
  })
  yield* pass(600, 30)
  return yield* scrape
}, (scraping) => Effect.provideService(Effect.scoped(scraping), Metric.MetricRegistry, new Map()))

/**
 * A scrape as Prometheus keeps it without `honor_labels`, two hours long: `instance` is the address, and what the connector
 * called so is `exported_instance`.
 */
const seriesOf = (scrape: string): ReadonlyArray<string> =>
  [`up{job="azure-security",instance="127.0.0.1:9464"}`, ...scrape.split("\n")].flatMap((line) => {
    const [, name, labels = "", value = "1"] = /^(\w+)(?:\{(.*)\})?(?: (\S+))?$/.exec(line) ?? []
    if (name === undefined) return []
    const kept = labels.replaceAll(/\binstance="/g, `exported_instance="`)
    const all = line.startsWith("up{") ?
      labels :
      [kept, `job="azure-security",instance="127.0.0.1:9464"`].filter((one) => one !== "").join(",")
    const number = value === "+Inf" ? "1e9" : value
    return [`  - series: '${name}{${all}}'\n    values: '${number}x120'`]
  })

/** What must fire after an hour and a half: the name of a rule, and the labels of its one alert. */
interface Expected {
  readonly alert: string
  readonly labels: Readonly<Record<string, string>>
}

const fires = Effect.fnUntraced(function*(scrape: string, expected: ReadonlyArray<Expected>) {
  const fs = yield* FileSystem.FileSystem
  const rules = yield* read("alerts.yml")
  const alerts = Array.from(rules.matchAll(/- alert: (\w+)\n(?:(?! {6}- alert)[^]*?)labels: \{ severity: (\w+) \}/g))
  assert.isAbove(alerts.length, 10)
  const directory = yield* fs.makeTempDirectoryScoped()
  const file = `${directory}/test.yml`
  // The texts of annotations are not compared: promtool wants them word for word.
  const bare = rules.replaceAll(/\n {8}annotations:(?:\n {10}.*)+/g, "")
  yield* fs.writeFileString(`${directory}/alerts.yml`, bare)
  const tests = alerts.map(([, name, severity]) => {
    const found = expected.filter(({ alert }) => alert === name)
    const list = found.map(({ labels }) => `\n          - exp_labels: ${Json.text({ severity, ...labels })}`).join("")
    return `      - eval_time: 90m\n        alertname: ${name}\n        exp_alerts: ${list === "" ? "[]" : list}`
  })
  const text = `rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
${seriesOf(scrape).join("\n")}
  alert_rule_test:
${tests.join("\n")}
`
  yield* fs.writeFileString(file, text)
  const { isWell, said } = run(["test", "rules", file])
  assert.isTrue(isWell, said)
}, Effect.scoped)

describe("each code that needs a person", () => {
  it.effect("has a rule", () =>
    Effect.gen(function*() {
      const rules = yield* read("alerts.yml")
      const patterns = Array.from(rules.matchAll(/code=~?"([^"]+)"/g), ([, pattern]) => new RegExp(`^(?:${pattern})$`))
      const codes = [...Object.keys(failures), ...Object.keys(reportCodes)]
      const told = (code: string) => patterns.some((pattern) => pattern.test(code))
      assert.deepStrictEqual(codes.filter((code) => !told(code) && !otherwise.has(code)), [])
    }).pipe(Effect.provide(NodeServices.layer)))
})

describePromtool("the alert rules", () => {
  it.effect("and the example of a scrape have Prometheus' grammar, and so has each query of the dashboard", () =>
    Effect.gen(function*() {
      for (const args of [["check", "rules", `${config}alerts.yml`], ["check", "config", `${config}prometheus.yml`]]) {
        const { isWell, said } = run(args)
        assert.isTrue(isWell, said)
      }
      const queries = Array.from(
        (yield* read("dashboard.json")).matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g),
        ([, text]) => Json.parse(text!) as string
      )
      assert.isAbove(queries.length, 15)
      const rules = queries.map((query, number) =>
        `      - record: query_${number}\n        expr: ${Json.text(query.replaceAll("$tenant", "a|b"))}`
      )
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/queries.yml`
      yield* fs.writeFileString(file, `groups:\n  - name: queries\n    rules:\n${rules.join("\n")}\n`)
      const { isWell, said } = run(["check", "rules", file])
      assert.isTrue(isWell, said)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.effect("fire once, with the tenant's name, when one tenant of a hundred is sick", () =>
    Effect.gen(function*() {
      const scrape = yield* scraped(100, [{ preset: "wrong secret", tenant: idOf(37) }])
      assert.strictEqual(new Set(Array.from(scrape.matchAll(/tenant="([^"]+)"/g), ([, name]) => name)).size, 100)
      yield* fires(scrape, [{
        alert: "AzureSecurityCredentialsRefused",
        labels: { tenant: nameOf(37), code: "credentials_refused" }
      }])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("fire once when no tenant can be reached, and nothing of any tenant", () =>
    Effect.gen(function*() {
      const scrape = yield* scraped(10, [{ kind: "reset", endpoint: "graph" }])
      yield* fires(scrape, [{ alert: "AzureSecurityHostOutage", labels: { code: "network_failed" } }])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("do not fire while all is well", () =>
    Effect.gen(function*() {
      yield* fires(yield* scraped(3, []), [])
    }).pipe(Effect.provide(NodeServices.layer)))
})
