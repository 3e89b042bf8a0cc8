import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Metric, Schema } from "effect"
import { fileURLToPath } from "node:url"
import * as Metrics from "../../src/status/Metrics.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

const read = (name: string) =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (fs) => fs.readFileString(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)))
  )

/** Names of the metrics that this program defines. */
const known = new Set(Object.values(Metrics).filter((value) => Metric.isMetric(value)).map((metric) => metric.id))

const positive = Schema.Int.check(Schema.isGreaterThan(0))
const DataSource = Schema.Struct({ type: Schema.Literal("prometheus"), uid: Schema.Literal("${datasource}") })

/** What Grafana's schema (version 39) wants of a dashboard, as far as this one makes use of it. */
const Dashboard = Schema.fromJsonString(Schema.Struct({
  title: Schema.NonEmptyString,
  uid: Schema.String.check(Schema.isPattern(/^[\w-]{1,40}$/)),
  schemaVersion: Schema.Literal(39),
  time: Schema.Struct({ from: Schema.String, to: Schema.String }),
  templating: Schema.Struct({
    list: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.Literals(["datasource", "query"]) }))
  }),
  panels: Schema.Array(Schema.Struct({
    id: positive,
    type: Schema.Literal("timeseries"),
    title: Schema.NonEmptyString,
    datasource: DataSource,
    gridPos: Schema.Struct({ x: Schema.Int, y: Schema.Int, w: positive, h: positive }),
    fieldConfig: Schema.Struct({ defaults: Schema.Unknown, overrides: Schema.Array(Schema.Unknown) }),
    targets: Schema.NonEmptyArray(Schema.Struct({
      expr: Schema.NonEmptyString,
      legendFormat: Schema.String,
      refId: Schema.String.check(Schema.isPattern(/^[A-Z]$/))
    }))
  }))
}))

const OpenApi = Schema.fromJsonString(Schema.Struct({
  openapi: Schema.String.check(Schema.isPattern(/^3\.1\.\d$/)),
  info: Schema.Struct({ title: Schema.String, version: Schema.String }),
  paths: Schema.Record(
    Schema.String,
    Schema.Record(
      Schema.Literals(["get", "put", "post", "delete"]),
      Schema.optionalKey(
        Schema.Struct({ operationId: Schema.String, responses: Schema.Record(Schema.String, Schema.Unknown) })
      )
    )
  ),
  components: Schema.Struct({ schemas: Schema.Record(Schema.String, Schema.Unknown) })
}))

/** Finds the metrics that a text names; `labelsIn` finds the labels. */
const namesIn = (text: string) =>
  new Set(
    Array.from(text.matchAll(/\b((?:signal_client|pipeline)_[a-z_]+)/g), ([, name]) => name!.replace(/_bucket$/, ""))
  )
const labelsIn = (text: string) =>
  new Set([
    ...Array.from(text.matchAll(/\bby \(([^)]*)\)/g), ([, list]) => list!.split(",").map((label) => label.trim()))
      .flat(),
    ...Array.from(text.matchAll(/[{,]\s*([a-z_]+)=~?\\?"/g), ([, label]) => label!)
  ])

const token = "a token of many characters"

it.layer(NodeServices.layer, { excludeTestServices: true })("dashboard and alert rules", (it) => {
  it.effect("use only metrics and labels that are exported, and the dashboard shows every metric", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn({ alerts: 5, incidents: 1, legacyAlerts: 1 })
      yield* simulator.addFault({ kind: "missing_role", endpoint: "incidents" })
      const { file } = yield* settingsFile({ client_secret_expires: "2999-01-01" })
      const port = yield* Process.freePort
      const run = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`, "--config", file], {
        ...env,
        AZURE_SECURITY_ADMIN_TOKEN: token
      })
      yield* run.says(/fetched 5 events/)
      yield* run.says(/HTTP 403/)
      const exported = yield* Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
      // Prometheus' own grammar: a comment, or a name, labels and a number.
      for (const line of exported.trim().split("\n")) {
        assert.match(
          line,
          /^(?:# (?:HELP|TYPE) \w+ .*|\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? (?:-?[\d.e+-]+|[+-]Inf|NaN))$/
        )
      }
      const openapi = yield* Schema.decodeEffect(OpenApi)(
        yield* Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/openapi.json`)).text())
      )
      for (const path of ["/health/live", "/health/ready", "/status", "/debug/requests"]) {
        assert.property(openapi.paths, path)
        const answer = yield* Effect.promise(() =>
          fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
        )
        assert.strictEqual(answer.status, 200, path)
      }
      // Every path and schema that is referred to exists.
      for (const path of ["/api/instances", "/api/instances/{name}", "/api/check", "/api/search", "/api/live"]) {
        assert.property(openapi.paths, path)
      }
      const text = yield* Schema.encodeEffect(OpenApi)(openapi)
      for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
        assert.property(openapi.components.schemas, name!)
      }

      const labels = new Set(["le", ...Array.from(exported.matchAll(/[{,]([a-z_]+)="/g), ([, label]) => label!)])
      for (const label of ["reason", "kind", "job"]) labels.add(label)
      // Prometheus overwrites it with the address that it scrapes.
      labels.delete("instance")

      const texts = [yield* read("dashboard.json"), yield* read("alerts.yml")]
      for (const text of texts) {
        for (const name of namesIn(text)) assert.isTrue(known.has(name), `${name} is not exported`)
        for (const label of labelsIn(text)) assert.isTrue(labels.has(label), `no metric has the label ${label}`)
      }
      const shown = namesIn(texts[0]!)
      assert.deepStrictEqual(Array.from(known).filter((name) => !shown.has(name)), [], "shown on the dashboard")
      const seen = Array.from(exported.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name!)
      assert.isAbove(seen.length, 8)
      for (const name of seen.filter((one) => /^(?:signal_client|pipeline)_/.test(one))) assert.isTrue(known.has(name))
    }))

  it.effect("have panels with queries, each at a place of its own", () =>
    Effect.gen(function*() {
      const { panels, templating } = yield* Schema.decodeEffect(Dashboard)(yield* read("dashboard.json"))
      const variables = templating.list.map(({ name }) => name)
      assert.deepStrictEqual(variables, ["datasource", "tenant"])
      assert.strictEqual(new Set(panels.map(({ id }) => id)).size, panels.length)
      const taken = new Set<string>()
      for (const { gridPos: { h, w, x, y }, targets, title } of panels) {
        assert.isAtMost(x + w, 24, title)
        for (let row = y; row < y + h; row++) {
          for (let column = x; column < x + w; column++) {
            assert.isFalse(taken.has(`${column} ${row}`), `${title} covers another`)
            taken.add(`${column} ${row}`)
          }
        }
        assert.strictEqual(new Set(targets.map(({ refId }) => refId)).size, targets.length, title)
        for (const [, name] of targets.map(({ expr }) => expr).join(" ").matchAll(/\$(\w+)/g)) {
          assert.include(variables, name)
        }
      }
    }))
})
