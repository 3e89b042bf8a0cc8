/** Selects the document of `/status` from a snapshot. */
import { Duration, Effect } from "effect"
import { all } from "../endpoints/Endpoints.ts"
import { requestBudget } from "../graph/Limits.ts"
import { isoTime } from "./Report.ts"
import type { EndpointSnapshot, InstanceSnapshot, SinkSnapshot, Snapshot } from "./Snapshot.ts"
import type { EndpointDocument, EndpointState, InstanceDocument, StatusDocument } from "./StatusDocument.ts"

const attentionStates: ReadonlySet<EndpointState> = new Set(["unauthorized", "unavailable", "error"])
const warningStates: ReadonlySet<EndpointState> = new Set(["forbidden", "retired", "cooldown"])

/** Derives the state of an instance from the states of its endpoints. */
export const instanceState = (
  enabled: boolean,
  endpoints: ReadonlyArray<Pick<EndpointSnapshot, "state" | "lastPollWell">>
): InstanceDocument["state"] => {
  if (!enabled) return "disabled"
  const polled = endpoints.filter(({ state }) => state !== "disabled")
  if (polled.some(({ state }) => attentionStates.has(state))) return "attention"
  return polled.some(({ lastPollWell }) => lastPollWell === true) ? "ok" : "starting"
}

// Derives what Conductor's tile shows. A tenant set up by the guide lacks the permission for incidents and must still turn
// green, so a forbidden or retired endpoint alone is not a warning.
const connectionStatus = (
  state: InstanceDocument["state"],
  endpoints: ReadonlyArray<EndpointSnapshot>
): InstanceDocument["connection_status"] => {
  switch (state) {
    case "disabled":
      return "disabled"
    case "ok":
      return "connected"
    case "starting":
      return "waiting"
    case "attention":
      return endpoints.some(({ state }) => state === "ok") ? "warning" : "failed"
  }
}

const time = (millis: number | undefined) => (millis === undefined ? null : isoTime(millis))

const endpointDocument = (name: EndpointDocument["name"], endpoint: EndpointSnapshot): EndpointDocument => ({
  name,
  state: endpoint.state,
  poll_interval_minutes: endpoint.intervalMinutes,
  last_poll_at: time(endpoint.lastPollAt),
  last_success_at: time(endpoint.lastSuccessAt),
  next_poll_at: time(endpoint.nextPollAt),
  cooldown_until: time(endpoint.cooldownUntil),
  records_fetched: endpoint.recordsFetched,
  artifacts_published: endpoint.artifactsPublished,
  dead_letters: endpoint.deadLetters,
  high_water_mark: endpoint.highWaterMark ?? null,
  gaps: endpoint.gaps,
  error: endpoint.error ?? null
})

const perMinute = Math.round(requestBudget.limit / Duration.toMinutes(requestBudget.window))

const instanceDocument = (name: string, instance: InstanceSnapshot, used: number): InstanceDocument => {
  const endpoints = all.map((endpoint) => instance.endpoints[endpoint.name])
  const state = instanceState(instance.enabled, endpoints)
  const warnings = Array.from(instance.warnings.values()).concat(
    endpoints.filter((endpoint) => warningStates.has(endpoint.state)).flatMap(({ error }) => error ?? [])
  )
  return {
    name,
    display_name: instance.displayName,
    enabled: instance.enabled,
    state,
    connection_status: connectionStatus(state, endpoints),
    warnings,
    requests_last_minute: used,
    requests_per_minute_max: perMinute,
    endpoints: all.map((endpoint) => endpointDocument(endpoint.name, instance.endpoints[endpoint.name]))
  }
}

const sinkDocument = ({ sink }: Snapshot): StatusDocument["sink"] => ({
  type: sink.type,
  state: isWritable(sink) ? "ok" : "unavailable",
  published: sink.published
})

/** Whether the sink and the checkpoints can be written, as far as the last attempt tells. */
export const isWritable = ({ failing }: SinkSnapshot): boolean => failing.size === 0

/** Selects the document of `/status` from a snapshot. */
export const documentOf = (snapshot: Snapshot, version: string): Effect.Effect<StatusDocument> =>
  Effect.map(
    Effect.forEach(Array.from(snapshot.instances), ([name, instance]) =>
      Effect.map(instance.used, (used) =>
        instanceDocument(name, instance, used))),
    (instances) => ({
      connector: "azure-security",
      version,
      started_at: isoTime(snapshot.startedAt),
      sink: sinkDocument(snapshot),
      instances,
      drift: snapshot.drift.map(({ count, firstSeenAt, kind, name }) => ({
        kind,
        name,
        count,
        first_seen_at: isoTime(firstSeenAt)
      }))
    })
  )
