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

/** Passes on what the poller of one endpoint of one instance decides. */
export interface Observer {
  readonly instance: string
  readonly endpoint: EndpointName
  readonly outages: Outages
  readonly status: Status["Service"]
  readonly reporter: Reporter["Service"]
  /** Metrics with the endpoint's labels: a metric with labels keeps the key of its series. */
  readonly metrics: {
    readonly fetched: Metric.Counter<number>
    readonly published: Metric.Counter<number>
    readonly held: Metric.Counter<number>
  }
}

const metricLabels = ({ endpoint, instance }: Pick<Observer, "endpoint" | "instance">) => ({
  ...Metrics.ofInstance(instance),
  endpoint
})

/** Makes the observer of one endpoint of one instance. */
export const make = Effect.fnUntraced(function*(instance: string, endpoint: EndpointName, outages: Outages) {
  const labels = metricLabels({ instance, endpoint })
  const observer: Observer = {
    instance,
    endpoint,
    outages,
    status: yield* Status,
    reporter: yield* Reporter,
    metrics: {
      fetched: Metric.withAttributes(Metrics.recordsFetched, labels),
      published: Metric.withAttributes(Metrics.artifactsPublished, labels),
      held: Metric.withAttributes(Metrics.heldBack, labels)
    }
  }
  return observer
})

const log = (
  { endpoint, instance }: Observer,
  level: "Info" | "Warn",
  message: string,
  fields: Readonly<Record<string, unknown>> = {}
) =>
  Effect.annotateLogs(level === "Info" ? Effect.logInfo(message) : Effect.logWarning(message), {
    instance,
    endpoint,
    ...fields
  })

const recovered = Effect.fnUntraced(function*(self: Observer) {
  const { endpoint, instance, outages, reporter, status } = self
  const { error } = endpointOf(yield* status.snapshot, instance, endpoint)
  const isToldForAll = yield* outages.over(instance, endpoint)
  if (error !== undefined && !isToldForAll) yield* log(self, "Info", `${endpoint} works again`)
  yield* reporter.over(instance, endpoint)
  yield* status.tellEndpoint(instance, endpoint, { _tag: "Recovered" })
})

/** Says that what the broker had lost is there again, where it had lost something. */
const madeGood = Effect.fnUntraced(function*(self: Observer) {
  const { endpoint, instance, reporter, status } = self
  const { lost } = endpointOf(yield* status.snapshot, instance, endpoint)
  if (lost === undefined) return
  yield* log(self, "Info", `what the broker had lost of ${endpoint} is published again`)
  yield* reporter.overApart(lost)
})

/** Passes on what a decision tells. */
export const note = (self: Observer, note: Note): Effect.Effect<void> => {
  const { endpoint, instance, outages, reporter, status } = self
  switch (note._tag) {
    case "Status":
      return note.event._tag === "CheckpointSaved" && !note.event.isLost
        ? Effect.andThen(madeGood(self), status.tellEndpoint(instance, endpoint, note.event))
        : status.tellEndpoint(instance, endpoint, note.event)
    case "Warned":
      return status.tellInstance(instance, note)
    case "WarningEnded":
      return status.tellInstance(instance, { _tag: "WarningEnded", code: note.code, endpoint })
    case "Said":
      return outages.say(note.report, note.saying)
    case "SayingEnded":
      return reporter.overApart({ code: note.code, instance, endpoint })
    case "Recovered":
      return recovered(self)
    case "Polled":
      return Metrics.update(Metrics.polls, 1, { ...metricLabels(self), outcome: note.outcome })
    case "Log":
      return log(self, note.level, note.message, note.fields)
  }
}

/** Counts what a committed page brought, and shows it; `at` is in milliseconds since 1970. */
export const committed = Effect.fnUntraced(
  function*(
    { endpoint, instance, metrics: { fetched, held, published }, status }: Observer,
    { artifacts, deadLetters, drift, fresh, heldBack, late, updatedAt }: Brought,
    at: number
  ) {
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

/** Logs a report of the endpoint as an error. */
export const say = ({ reporter }: Observer, report: Report): Effect.Effect<void> =>
  reporter.say(report, { level: "Error", remind: true })

/** Shows and logs a failure that stops the polling of the endpoint until it is tried again. */
export const failed = (self: Observer, report: Report, state: "error" | "unavailable"): Effect.Effect<void> =>
  Effect.andThen(
    self.status.tellEndpoint(self.instance, self.endpoint, { _tag: "Failed", state, report }),
    say(self, report)
  )
