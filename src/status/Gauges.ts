/**
 * Selects the gauges from the snapshot at each scrape, so that no gauge outlives its instance. An endpoint has gauges only
 * while this process polls it, because a replica without the lease does not know the endpoint's lag.
 */
import { Clock, Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { all } from "../endpoints/Endpoints.ts"
import * as Metrics from "./Metrics.ts"
import { instancesOf, polledEndpoints, type Snapshot } from "./Snapshot.ts"
import { instanceState } from "./StatusSelector.ts"

/** A gauge with its value and labels. */
export interface Gauge {
  readonly metric: Metric.Metric<number, unknown>
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
}

/** Selects all gauges. `now` is in milliseconds since 1970. */
export const gaugesOf = (
  snapshot: Snapshot,
  now: number
): ReadonlyArray<Gauge> => [
  ...polledEndpoints(snapshot).flatMap(({ endpoint, instance, name }) => {
    const { cooldownUntil, gaps, lastSuccessAt, rhythm, since } = endpoint
    if (since === undefined) return []
    const labels = { instance, endpoint: name }
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
    const labels = { instance }
    const isOk = instanceState(enabled, all.map(({ name }) => endpoints[name]), now) === "ok"
    return [
      { metric: Metrics.instanceOk, value: isOk ? 1 : 0, labels },
      ...(secretExpiresAt === undefined
        ? []
        : [{ metric: Metrics.credentialExpiry, value: Math.round((secretExpiresAt - now) / 1000), labels }])
    ]
  })
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
