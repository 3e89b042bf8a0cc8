/** Passes a poller's decisions on to the status, the log, the metrics and the reporter. */
import { Clock, Effect, Metric } from "effect"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import type { Note } from "../polling/PollerState.ts"
import type { Brought } from "../publishing/Mapping.ts"
import * as DriftCounts from "../status/DriftCounts.ts"
import * as Metrics from "../status/Metrics.ts"
import type { Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { endpointOf } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"
import type { Outages } from "./Outages.ts"

const read = Metric.withAttributes(Metrics.pipelineStage, { stage: "source_client", status: "success" })

/** Makes the observer of one endpoint of one instance. */
export const make = Effect.fnUntraced(function*(instance: string, endpoint: EndpointName, outages: Outages) {
  const status = yield* Status
  const reporter = yield* Reporter
  const labels = { instance, endpoint }
  const metricLabels = { ...Metrics.ofInstance(instance), endpoint }
  // Made once: a metric with labels keeps the key of its series.
  const fetched = Metric.withAttributes(Metrics.recordsFetched, metricLabels)
  const published = Metric.withAttributes(Metrics.artifactsPublished, metricLabels)
  const held = Metric.withAttributes(Metrics.heldBack, metricLabels)

  const log = (level: "Info" | "Warn", message: string, fields: Readonly<Record<string, unknown>> = {}) =>
    Effect.annotateLogs(level === "Info" ? Effect.logInfo(message) : Effect.logWarning(message), {
      ...labels,
      ...fields
    })

  const recovered = Effect.gen(function*() {
    const { error } = endpointOf(yield* status.snapshot, instance, endpoint)
    const isToldForAll = yield* outages.over(instance, endpoint)
    if (error !== undefined && !isToldForAll) yield* log("Info", `${endpoint} works again`)
    yield* reporter.over(instance, endpoint)
    yield* status.tellEndpoint(instance, endpoint, { _tag: "Recovered" })
  })

  /** Says that what the broker had lost is there again, where it had lost something. */
  const madeGood = Effect.gen(function*() {
    const { lost } = endpointOf(yield* status.snapshot, instance, endpoint)
    if (lost === undefined) return
    yield* log("Info", `what the broker had lost of ${endpoint} is published again`)
    yield* reporter.overApart(lost)
  })

  const note = (note: Note): Effect.Effect<void> => {
    switch (note._tag) {
      case "Status":
        return note.event._tag === "CheckpointSaved" && !note.event.isLost
          ? Effect.andThen(madeGood, status.tellEndpoint(instance, endpoint, note.event))
          : status.tellEndpoint(instance, endpoint, note.event)
      case "Warned":
        return status.tellInstance(instance, note)
      case "WarningEnded":
        return status.tellInstance(instance, { _tag: "WarningEnded", code: note.code, endpoint })
      case "Said":
        return outages.say(note.report, note.saying)
      case "SayingEnded":
        return reporter.overApart({ code: note.code, ...labels })
      case "Recovered":
        return recovered
      case "Polled":
        return Metrics.update(Metrics.polls, 1, { ...metricLabels, outcome: note.outcome })
      case "Log":
        return log(note.level, note.message, note.fields)
    }
  }

  const committed = Effect.fnUntraced(
    function*({ artifacts, deadLetters, drift, fresh, heldBack, late, updatedAt }: Brought, at: number) {
      yield* status.tellEndpoint(instance, endpoint, {
        _tag: "PageCommitted",
        records: fresh,
        artifacts,
        heldBack,
        deadLetters: deadLetters.length
      })
      if (drift.length > 0) yield* status.tell({ _tag: "Drifted", drift, at })
      const now = yield* Clock.currentTimeMillis
      yield* Metric.update(fetched, fresh)
      yield* Metric.update(published, artifacts)
      yield* Metric.update(held, heldBack)
      yield* Metric.update(Metrics.pipelinePublished, artifacts)
      yield* Metric.update(read, fresh)
      for (const { reason } of deadLetters) yield* Metrics.update(Metrics.deadLetters, 1, { reason })
      const counts = drift.length === 0 ? [] : (yield* status.snapshot).drift
      for (const one of drift) {
        const name = DriftCounts.labelOf(counts, one)
        yield* Metrics.update(Metrics.unknownValues, 1, { kind: one.kind, ...name === undefined ? {} : { name } })
      }
      for (const since of updatedAt) yield* Metrics.update(Metrics.freshness, (now - since) / 1000, { endpoint })
      for (const since of late) yield* Metrics.update(Metrics.lateRows, (now - since) / 1000, { endpoint })
    }
  )

  /** Shows and logs a failure that stops the polling of the endpoint until it is tried again. */
  const failed = (report: Report, state: "error" | "unavailable") =>
    Effect.andThen(
      status.tellEndpoint(instance, endpoint, { _tag: "Failed", state, report }),
      reporter.say(report, { level: "Error", remind: true })
    )

  return { note, committed, failed, say: (report: Report) => reporter.say(report, { level: "Error", remind: true }) }
})

/** The observer of one endpoint; see {@link make}. */
export type Observer = Effect.Success<ReturnType<typeof make>>
