/**
 * The connector's metrics. Dashboards depend on names and labels; label values are bounded.
 *
 * Prometheus writes its own label `instance`, the address that it scrapes, over that of the connector, unless it is told to
 * `honor_labels`. So whatever has `instance` has the same name as `tenant` too, and rules and dashboards use `tenant`.
 */
import { type Effect, Metric } from "effect"
import { requestSeconds } from "../graph/RequestSeconds.ts"

/** Buckets from half a minute to two days; two polls at the default interval take ten minutes. */
const freshnessSeconds = [30, 60, 120, 300, 600, 900, 1800, 3600, 21_600, 86_400, 172_800]

const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })
const gauge = (name: string, description: string) => Metric.gauge(name, { description })
const histogram = (name: string, description: string, boundaries: ReadonlyArray<number>) =>
  Metric.histogram(name, { description, boundaries })

/** Labels of what concerns an instance. */
export const ofInstance = (instance: string) => ({ instance, tenant: instance })

/** Polls that ended, by `instance`, `endpoint` and `outcome`. */
export const polls = counter("signal_client_polls_total", "Polls that ended.")
export const recordsFetched = counter("signal_client_records_fetched_total", "Record versions not seen before.")

export const artifactsPublished = counter(
  "signal_client_artifacts_published_total",
  "Artifacts that the sink has taken."
)

/** Records that were read and not published, by `instance` and `endpoint`. */
export const heldBack = counter(
  "signal_client_records_held_back_total",
  "Records that were not published, because the settings ask for the interesting ones only."
)

/** Files of the file sink that were removed because they were old or too much. */
export const filesRemoved = counter("signal_client_files_removed_total", "Old files of the sink that were removed.")

/** Artifacts that the broker had acknowledged and lost, by `instance` and `endpoint`. */
export const brokerLost = counter(
  "signal_client_broker_lost_total",
  "Artifacts that the broker had acknowledged and lost; they are published again."
)

/** Records set aside, by `reason`. */
export const deadLetters = counter("signal_client_dead_letters_total", "Records set aside with their reason.")

/** Failures met, by `code`. */
export const errors = counter("signal_client_errors_total", "Failures met, by the code of their report.")

/** What Graph sent that this connector does not know, by `kind`. */
export const unknownValues = counter(
  "signal_client_unknown_values_total",
  "Types, enum values and properties that this connector does not know."
)
export const checkpointLag = gauge(
  "signal_client_checkpoint_lag_seconds",
  "Seconds since the last pass over the collection that ended well."
)
export const freshness = histogram(
  "signal_client_freshness_seconds",
  "Seconds from a record's last change in Graph to its publication.",
  freshnessSeconds
)
export const lateRows = histogram(
  "signal_client_late_record_seconds",
  "Seconds from a record's last change to its arrival, of records that came after later ones were read.",
  freshnessSeconds
)

/** Requests to Microsoft, by `endpoint`. */
export const requests = requestSeconds
export const cooldown = gauge(
  "signal_client_cooldown_seconds",
  "Seconds that are left of the cooldown after a 429; 0 for none."
)
export const gaps = gauge("signal_client_gaps", "Ranges of an endpoint that could not be read yet and are tried again.")

export const quiet = gauge("signal_client_quiet_seconds", "Seconds since the endpoint last had something new.")
export const credentialExpiry = gauge(
  "signal_client_credential_expiry_seconds",
  "Seconds until the client secret expires, by the day that the settings name."
)

export const instanceOk = gauge(
  "signal_client_instance_ok",
  "1 while the instance collects, also with settings of before; 0 otherwise; none for one that is turned off."
)

/** What `/status` reports at present, by `code`, and `instance`, `tenant` and `endpoint` where it concerns one. */
export const reportActive = gauge(
  "signal_client_report_active",
  "1 for each report of /status, by its code; a report that is over has no value."
)

/** Conductor's count of what its stages did, by `stage` and `status`. */
export const pipelineStage = counter("pipeline_stage_count", "Records of a pipeline stage, by status.")
export const pipelinePublished = counter("pipeline_messages_published_total", "Messages published.")

export const pipelineErrors = counter("pipeline_errors_total", "Errors met.")

/** Adds to a counter, sets a gauge or records in a histogram, with labels. */
export const update = (
  metric: Metric.Metric<number, unknown>,
  value: number,
  labels: Record<string, string> = {}
): Effect.Effect<void> => Metric.update(Metric.withAttributes(metric, labels), value)
