/**
 * Selects the gauges from the snapshot at each scrape, so that no gauge outlives its instance. An endpoint has gauges only
 * while this process polls it, because a replica without the lease does not know the endpoint's lag.
 */
import { Clock, Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { all } from "../endpoints/Endpoints.ts"
import { causeOf, causesOf } from "./Causes.ts"
import * as Metrics from "./Metrics.ts"
import { isOfTenant, type Report } from "./Report.ts"
import { instancesOf, polledEndpoints, type Snapshot } from "./Snapshot.ts"
import { instanceState } from "./StatusSelector.ts"

/** A gauge with its value and labels. */
export interface Gauge {
  readonly metric: Metric.Metric<number, unknown>
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
}

const reported = (report: Pick<Report, "code" | "endpoint" | "instance">): Gauge => ({
  metric: Metrics.reportActive,
  value: 1,
  labels: {
    code: report.code,
    ...(report.instance === undefined ? {} : Metrics.ofInstance(report.instance)),
    ...(report.endpoint === undefined ? {} : { endpoint: report.endpoint })
  }
})

/** Selects a gauge for each report that lasts: of the process, the sink, the instances that are turned on, and their endpoints. */
const reportsOf = (snapshot: Snapshot): ReadonlyArray<Gauge> => {
  const { reports, sink } = snapshot
  // One cause is one series, and so one alert.
  const causes = causesOf(reports.values())
  const isOwn = (report: Report) => !causes.has(causeOf(report) ?? "")
  return [
    ...[...reports.values(), ...sink.warnings ?? []].map(reported),
    ...(sink.failing.size === 0 ? [] : [reported({ code: "sink_unavailable" })]),
    ...instancesOf(snapshot).flatMap(([instance, { enabled, endpoints, warnings }]) =>
      !enabled ?
        [] :
        [
          ...Array.from(warnings.values(), (report) => reported({ ...report, instance })),
          ...Object.entries(endpoints).flatMap(([endpoint, one]) => {
            const report = one.state === "disabled" ? undefined : one.unwritten ?? one.error ?? one.lost
            if (report === undefined || !isOwn(report)) return []
            return [reported({ code: report.code, instance, ...(isOfTenant(report) ? {} : { endpoint }) })]
          })
        ]
    )
  ]
}

/** Selects all gauges. `now` is in milliseconds since 1970. */
export const gaugesOf = (
  snapshot: Snapshot,
  now: number
): ReadonlyArray<Gauge> => [
  ...polledEndpoints(snapshot).flatMap(({ endpoint, instance, name }) => {
    const { cooldownUntil, gaps, lastSuccessAt, rhythm, since } = endpoint
    if (since === undefined) return []
    const labels = { ...Metrics.ofInstance(instance), endpoint: name }
    const left = cooldownUntil === undefined ? 0 : (cooldownUntil - now) / 1000
    return [
      { metric: Metrics.checkpointLag, value: (now - (lastSuccessAt ?? since)) / 1000, labels },
      { metric: Metrics.cooldown, value: Math.max(0, left), labels },
      { metric: Metrics.gaps, value: gaps.length, labels },
      ...(rhythm === undefined ? [] : [{ metric: Metrics.quiet, value: (now - rhythm.quietSince) / 1000, labels }])
    ]
  }),
  ...instancesOf(snapshot).flatMap(([instance, { enabled, endpoints, secretExpiresAt }]) => {
    if (!enabled) return []
    const labels = Metrics.ofInstance(instance)
    const isOk = instanceState(enabled, all.map(({ name }) => endpoints[name]), now) === "ok"
    return [
      { metric: Metrics.instanceOk, value: isOk ? 1 : 0, labels },
      ...(secretExpiresAt === undefined
        ? []
        : [{ metric: Metrics.credentialExpiry, value: Math.round((secretExpiresAt - now) / 1000), labels }])
    ]
  }),
  ...reportsOf(snapshot)
]

/** Formats all metrics for Prometheus: the counters and histograms of the process, and the gauges of a snapshot. */
export const exposition = Effect.fnUntraced(function*(snapshot: Snapshot) {
  const now = yield* Clock.currentTimeMillis
  const counters = yield* PrometheusMetrics.format()
  const gauges = yield* Effect.provideService(
    Effect.andThen(
      Effect.forEach(gaugesOf(snapshot, now), ({ labels, metric, value }) => Metrics.update(metric, value, labels), {
        discard: true
      }),
      PrometheusMetrics.format()
    ),
    Metric.MetricRegistry,
    new Map()
  )
  return `${counters}${gauges}`
})
