/** The connector's metrics. Names and labels are a contract with dashboards; labels are bounded by construction. */
import { type Effect, Metric } from "effect"

/** From a tenth of a second to five minutes, the whole time-out of a request. */
const requestSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
/** From half a minute to two days: two polls are ten minutes. */
const freshnessSeconds = [30, 60, 120, 300, 600, 900, 1800, 3600, 21_600, 86_400, 172_800]

/** Polls that ended, by `instance`, `endpoint` and `outcome`. */
export const polls = Metric.counter("signal_client_polls_total", {
  description: "Polls that ended.",
  incremental: true
})

/** Record versions not seen before. */
export const recordsFetched = Metric.counter("signal_client_records_fetched_total", {
  description: "Record versions not seen before.",
  incremental: true
})

/** Artifacts that the sink has taken. */
export const artifactsPublished = Metric.counter("signal_client_artifacts_published_total", {
  description: "Artifacts that the sink has taken.",
  incremental: true
})

/** Records set aside, by `reason`. */
export const deadLetters = Metric.counter("signal_client_dead_letters_total", {
  description: "Records set aside with their reason.",
  incremental: true
})

/** Failures met, by `code`. */
export const errors = Metric.counter("signal_client_errors_total", {
  description: "Failures met, by the code of their report.",
  incremental: true
})

/** What Graph sent that this connector does not know, by `kind`. */
export const unknownValues = Metric.counter("signal_client_unknown_values_total", {
  description: "Types, enum values and properties that this connector does not know.",
  incremental: true
})

/** Seconds since the last pass that ended well. */
export const checkpointLag = Metric.gauge("signal_client_checkpoint_lag_seconds", {
  description: "Seconds since the last pass over the collection that ended well."
})

/** Seconds from a record's last change to its publication. */
export const freshness = Metric.histogram("signal_client_freshness_seconds", {
  description: "Seconds from a record's last change in Graph to its publication.",
  boundaries: freshnessSeconds
})

/** Seconds between the timestamp of a record that a poll had passed by and its arrival. */
export const lateRows = Metric.histogram("signal_client_late_record_seconds", {
  description: "Seconds from a record's last change to its arrival, of records that came after later ones were read.",
  boundaries: freshnessSeconds
})

/** Seconds that a request to Graph takes. */
export const requests = Metric.histogram("signal_client_graph_request_seconds", {
  description: "Seconds from a request to the end of its answer.",
  boundaries: requestSeconds
})

/** Seconds that are left of a cooldown; 0 for none. */
export const cooldown = Metric.gauge("signal_client_cooldown_seconds", {
  description: "Seconds that are left of the cooldown after a 429; 0 for none."
})

/** Ranges that could not be read yet. */
export const gaps = Metric.gauge("signal_client_gaps", {
  description: "Ranges of an endpoint that could not be read yet and are tried again."
})

/** Seconds since an endpoint last had something new. */
export const quiet = Metric.gauge("signal_client_quiet_seconds", {
  description: "Seconds since the endpoint last had something new."
})

/** Seconds until the client secret expires, by the settings; negative afterwards. */
export const credentialExpiry = Metric.gauge("signal_client_credential_expiry_seconds", {
  description: "Seconds until the client secret expires, by the day that the settings name."
})

/** Conductor's count of what its stages did, by `stage` and `status`. */
export const pipelineStage = Metric.counter("pipeline_stage_count", {
  description: "Records of a pipeline stage, by status.",
  incremental: true
})

/** Conductor's count of messages published. */
export const pipelinePublished = Metric.counter("pipeline_messages_published_total", {
  description: "Messages published.",
  incremental: true
})

/** Conductor's count of errors. */
export const pipelineErrors = Metric.counter("pipeline_errors_total", {
  description: "Errors met.",
  incremental: true
})

/** Adds to a counter, sets a gauge or enters into a histogram, under labels. */
export const update = (
  metric: Metric.Metric<number, unknown>,
  value: number,
  labels: Record<string, string> = {}
): Effect.Effect<void> => Metric.update(Metric.withAttributes(metric, labels), value)
