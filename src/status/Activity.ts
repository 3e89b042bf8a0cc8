/** Keeps counts and outages of the last week, minute by minute, for the plots of the page. */
import { Clock, Context, Duration, Effect, Layer, Metric } from "effect"
import { marksMax, minutesKept } from "../domain/Bounds.ts"
import { requestBudget } from "../graph/Limits.ts"
import type { ActivityDocument, ActivityRange, TenantActivity } from "./ActivityDocument.ts"
import * as Metrics from "./Metrics.ts"
import { isoTime } from "./Report.ts"
import { instancesOf, type Snapshot } from "./Snapshot.ts"
import { Status } from "./Status.ts"
import { type Stoppage, stoppagesOf } from "./StatusSelector.ts"
import { type Counted, firstStep, steps, TenantSeries } from "./TenantSeries.ts"

/** Sampling interval. Cooldowns last at least ten minutes, outages a polling interval; shorter ones may be missed. */
const lookEvery = "5 seconds"

const minuteMillis = 60_000

const perMinuteMax = Math.round(requestBudget.limit / Duration.toMinutes(requestBudget.window))

/** A ring of one value per minute; NaN for a minute without data. */
class Series {
  private readonly values = new Float32Array(minutesKept).fill(NaN)

  set(minute: number, value: number): void {
    this.values[minute % minutesKept] = value
  }

  /** Joins minutes from `from` on to `count` steps of `minutes` each; null for a step without data. */
  read(from: number, count: number, minutes: number, join: (one: number, other: number) => number) {
    return Array.from({ length: count }, (_, step) => {
      let joined: number | null = null
      for (let minute = from + step * minutes; minute < from + (step + 1) * minutes; minute++) {
        const value = this.values[minute % minutesKept]!
        if (!Number.isNaN(value)) joined = joined === null ? value : join(joined, value)
      }
      return joined
    })
  }
}

const sum = (one: number, other: number) => one + other

interface Totals {
  readonly records: number
  readonly artifacts: number
  readonly errors: number
  /** Number of published records in each histogram bucket of their age, by the bucket's upper bound in seconds. */
  readonly ages: ReadonlyMap<number, number>
}

const nothing: Totals = { records: 0, artifacts: 0, errors: 0, ages: new Map() }

const totals = Effect.map(Metric.snapshot, (snapshots): Totals => {
  const counts = { records: 0, artifacts: 0, errors: 0 }
  const ages = new Map<number, number>()
  for (const { id, state, type } of snapshots) {
    if (type === "Counter") {
      if (id === Metrics.recordsFetched.id) counts.records += Number(state.count)
      if (id === Metrics.artifactsPublished.id) counts.artifacts += Number(state.count)
      if (id === Metrics.errors.id) counts.errors += Number(state.count)
    }
    if (type !== "Histogram" || id !== Metrics.freshness.id) continue
    let before = 0
    for (const [bound, count] of state.buckets) {
      ages.set(bound, (ages.get(bound) ?? 0) + count - before)
      before = count
    }
  }
  return { ...counts, ages }
})

/** Returns the upper bound of 95 of 100 ages in seconds; NaN when there are none. */
const percentile95 = (now: Totals["ages"], before: Totals["ages"]): number => {
  const grown = Array.from(now, ([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const)
    .sort(([one], [other]) => one - other)
  const wanted = grown.reduce((all, [, count]) => all + count, 0) * 0.95
  let reached = 0
  for (const [bound, count] of grown) {
    reached += count
    if (count > 0 && reached >= wanted) return Number.isFinite(bound) ? bound : grown.at(-2)?.[0] ?? NaN
  }
  return NaN
}

/** Whose activity is asked for. */
export interface Wanted {
  readonly instance?: string | undefined
  /** Empty for the instances of no group. */
  readonly group?: string | undefined
}

/** What the instances did until now. */
const counted = (snapshot: Snapshot): Effect.Effect<ReadonlyArray<Counted>> =>
  Effect.forEach(instancesOf(snapshot), ([name, { endpoints, used }]) =>
    Effect.map(used, (requests) => ({
      name,
      requests,
      records: Object.values(endpoints).reduce((sum, { recordsFetched }) => sum + recordsFetched, 0)
    })))

interface Mark extends Stoppage {
  readonly from: number
  readonly to?: number
}

/** Service that returns the activity since the process began, at most a week back. */
export class Activity extends Context.Service<Activity, {
  readonly read: (range: ActivityRange) => Effect.Effect<ActivityDocument>
  /** Records and requests of one instance, or of a group of them. */
  readonly ofTenants: (range: ActivityRange, wanted: Wanted) => Effect.Effect<TenantActivity>
}>()("azure-security/status/Activity") {
  /** Samples metrics and status until the layer's scope ends. */
  static readonly layer = Layer.effect(
    Activity,
    Effect.gen(function*() {
      const status = yield* Status
      const since = yield* Clock.currentTimeMillis
      const series = {
        records: new Series(),
        artifacts: new Series(),
        errors: new Series(),
        freshness: new Series(),
        requests: new Series()
      }
      const tenants = new TenantSeries()
      let before = nothing
      let minute = Math.floor(since / minuteMillis)
      /** Cooldowns and outages that have not ended, by instance and endpoint. */
      const lasting = new Map<string, Mark>()
      let over: Array<Mark> = []

      const mark = (snapshot: Snapshot, now: number) => {
        const seen = new Set<string>()
        for (const stoppage of stoppagesOf(snapshot, now)) {
          const key = `${stoppage.instance} ${stoppage.endpoint}`
          const open = lasting.get(key)
          seen.add(key)
          if (stoppage.kind === open?.kind) continue
          if (open !== undefined) over.push({ ...open, to: now })
          lasting.set(key, { ...stoppage, from: now })
        }
        for (const [key, open] of lasting) {
          if (seen.has(key)) continue
          over.push({ ...open, to: now })
          lasting.delete(key)
        }
        if (over.length > marksMax) over = over.slice(-marksMax)
      }

      /** Saves the minute that ended. Minutes that passed without a sample become NaN. */
      const count = Effect.fnUntraced(function*(now: number) {
        const ended = Math.floor(now / minuteMillis) - 1
        for (let missed = Math.max(minute, ended - minutesKept + 1); missed < ended; missed++) {
          for (const each of Object.values(series)) each.set(missed, NaN)
        }
        const sofar = yield* totals
        const instances = yield* counted(yield* status.snapshot)
        // Of the minute in which the process began nothing is known, unless something came in it.
        const isQuiet = sofar.records === before.records && sofar.errors === before.errors
        if (ended <= Math.floor(since / minuteMillis) && isQuiet) {
          before = sofar
          minute = ended + 1
          return
        }
        series.records.set(ended, sofar.records - before.records)
        series.artifacts.set(ended, sofar.artifacts - before.artifacts)
        series.errors.set(ended, sofar.errors - before.errors)
        series.freshness.set(ended, percentile95(sofar.ages, before.ages))
        series.requests.set(ended, instances.reduce((most, { requests }) => Math.max(most, requests), 0))
        tenants.count(ended, instances)
        before = sofar
        minute = ended + 1
      })

      const look = Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        mark(yield* status.snapshot, now)
        if (Math.floor(now / minuteMillis) > minute) yield* count(now)
      })
      before = yield* totals
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, Effect.sleep(lookEvery))))

      return Activity.of({
        ofTenants: Effect.fnUntraced(function*(range, { group, instance }) {
          const now = Math.floor((yield* Clock.currentTimeMillis) / minuteMillis)
          const all = instancesOf(yield* status.snapshot)
          const names = all.flatMap(([name, one]) =>
            (instance === undefined || name === instance) && (group === undefined || (one.group ?? "") === group)
              ? name
              : []
          )
          return {
            since: isoTime(since),
            from: isoTime(firstStep(range, now) * steps[range].minutes * minuteMillis),
            step_seconds: steps[range].minutes * 60,
            tenants: names.length,
            tenants_kept: names.filter((name) => tenants.has(name)).length,
            records: tenants.read("records", range, now, names),
            requests_per_minute: tenants.read("requests", range, now, names),
            requests_per_minute_max: perMinuteMax
          }
        }),
        read: Effect.fnUntraced(function*(range) {
          const { count, minutes } = steps[range]
          const now = yield* Clock.currentTimeMillis
          const first = firstStep(range, Math.floor(now / minuteMillis)) * minutes
          // Older minutes were overwritten with newer ones.
          const from = Math.max(first, Math.floor(now / minuteMillis) - minutesKept + 1)
          const read = (of: Series, join: (one: number, other: number) => number) => of.read(from, count, minutes, join)
          const reach = from * minuteMillis
          return {
            since: isoTime(since),
            from: isoTime(reach),
            step_seconds: minutes * 60,
            records: read(series.records, sum),
            artifacts: read(series.artifacts, sum),
            errors: read(series.errors, sum),
            freshness_p95_seconds: read(series.freshness, Math.max),
            requests_per_minute: read(series.requests, Math.max),
            requests_per_minute_max: perMinuteMax,
            marks: [...over, ...lasting.values()].filter(({ to }) => to === undefined || to >= reach).map((
              { endpoint, from, instance, kind, to }
            ) => ({ kind, instance, endpoint, from: isoTime(from), to: to === undefined ? null : isoTime(to) }))
          }
        })
      })
    })
  )
}
