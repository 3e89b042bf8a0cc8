/** Tests that every declared metric is really recorded, by a connector to which each kind of event happens. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, FileSystem, Layer, Logger, Metric, Option, Path } from "effect"
import { TestClock } from "effect/testing"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as Retention from "../../src/publishing/Retention.ts"
import * as Metrics from "../../src/status/Metrics.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import * as ForgetfulSink from "../support/ForgetfulSink.ts"
import * as Json from "../support/Json.ts"
import { calm, running } from "../support/SimulatedWorld.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const tenant = "11111111-1111-4111-8111-111111111111"

const declared = Object.values(Metrics).filter((value) => Metric.isMetric(value)).map(({ id }) => id)

/** The samples of an exposition: name without the parts of a histogram, and labels. */
const samplesOf = (text: string) =>
  text.split("\n").flatMap((line) => {
    const [, name, labels = ""] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
    return name === undefined ? [] : [{
      name: declared.find((one) => name === one || name.replace(/_(?:bucket|sum|count)$/, "") === one) ?? name,
      labels: Object.fromEntries(Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key!, value!]))
    }]
  })

/** The file sink's directory, in which everything but one file is new. */
const directory = Layer.mergeAll(
  Path.layer,
  FileSystem.layerNoop({
    readDirectory: () => Effect.succeed(["artifacts-2026-01-01-1.ndjson", "artifacts-2026-11-20-1.ndjson"]),
    stat: (path) =>
      Effect.succeed({
        type: "File",
        size: 10,
        mtime: Option.some(DateTime.toDateUtc(DateTime.makeUnsafe(path.includes("2026-01-01") ? 0 : noon)))
      } as unknown as FileSystem.File.Info),
    remove: () => Effect.void
  })
)

describe("the metrics of a running connector", () => {
  it.effect("are all that are declared, and whatever is of an instance has its name as tenant too", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const settings = yield* decodeSettings(
        "test",
        Json.text({
          instances: {
            contoso: {
              credentials: {
                tenant_id: tenant,
                client_id: "22222222-2222-4222-8222-222222222222",
                client_secret: "a-secret",
                client_secret_expires: "2026-12-01"
              },
              endpoints: { incidents: { enabled: false } }
            }
          }
        })
      )
      const stream = ForgetfulSink.make()
      const { pass, scrape, simulator } = yield* running(settings, { sink: stream.layer })
      yield* pass(60)
      const row = (id: string, minutes: number, more: object = {}) => {
        const at = Timestamp.fromMillis(noon + minutes * 60_000)
        return { id, createdDateTime: at, lastUpdateDateTime: at, title: id, severity: "low", status: "new", ...more }
      }
      yield* simulator.addRows(tenant, "alerts_v2", [
        { ...row("", 1), id: null } as never,
        row("strange", 1, { evidence: [{ "@odata.type": "#microsoft.graph.security.neverSeenEvidence" }] })
      ])
      yield* pass(300)
      // A record that becomes visible after later ones, and a broker that loses what it took.
      yield* simulator.addRows(tenant, "alerts_v2", [row("late", -30)])
      yield* pass(7200, 60)
      stream.forget(Math.floor(stream.ids().length / 2))
      yield* stream.look
      yield* pass(600, 60)
      yield* simulator.addFault({ kind: "throttled", endpoint: "alerts", times: 1 })
      yield* simulator.addFault({ kind: "missing_role", endpoint: "alerts_v2" })
      yield* pass(600, 60)
      yield* Effect.forkScoped(
        Retention.run({ directory: "/artifacts", keep_days: 30, keep_bytes: 1_000_000, compress: "off" }).pipe(
          Effect.provide(Layer.mergeAll(directory, Reporter.layer, Status.layer("test")))
        )
      )
      yield* calm
      const samples = samplesOf(yield* scrape)
      const recorded = new Set(samples.map(({ name }) => name))
      assert.deepStrictEqual(declared.filter((name) => !recorded.has(name)), [], "declared, and not recorded")
      for (const { labels, name } of samples) {
        assert.strictEqual(labels["tenant"], labels["instance"], `${name} ${Json.text(labels)}`)
      }
    }).pipe(
      Effect.scoped,
      Effect.provide(Logger.layer([])),
      // Other tests of this process record metrics, too.
      Effect.provideService(Metric.MetricRegistry, new Map())
    ))
})
