/**
 * What the connector knows of itself: the state of each endpoint of each instance, and of the sink.
 *
 * It only keeps and tells; deciding states is the poller's work.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import type { Identity } from "../config/Instance.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { requestBudget } from "../graph/GraphPolicy.ts"
import { isoTime, type Report } from "./Report.ts"
import type { EndpointDocument, EndpointState, InstanceDocument, StatusDocument } from "./StatusDocument.ts"

/** What is known of one endpoint. Times are milliseconds since 1970. */
export interface EndpointStatus {
  state: EndpointState
  intervalMinutes: number
  lastPollAt?: number | undefined
  lastSuccessAt?: number | undefined
  nextPollAt?: number | undefined
  cooldownUntil?: number | undefined
  recordsFetched: number
  artifactsPublished: number
  deadLetters: number
  highWaterMark?: string | undefined
  gaps: ReadonlyArray<{ readonly from: string; readonly to: string; readonly code: string }>
  error?: Report | undefined
  /** Since when it has been polled by this process, without a break. */
  since?: number | undefined
  /** How often it has something new. */
  rhythm?: { readonly quietSince: number; readonly longest: number; readonly brought: number } | undefined
  /** Whether the last poll ended well, for `--once`. */
  lastPollWell?: boolean | undefined
}

interface InstanceStatus {
  readonly displayName: string
  enabled: boolean
  readonly endpoints: Map<EndpointName, EndpointStatus>
  /** Warnings that stand beside the state of an endpoint, by code and endpoint. */
  readonly warnings: Map<string, Report>
  /** Requests of the last minute. */
  used: Effect.Effect<number>
}

const fresh = (): EndpointStatus => ({
  state: "starting",
  intervalMinutes: 0,
  recordsFetched: 0,
  artifactsPublished: 0,
  deadLetters: 0,
  gaps: []
})

const attentionStates: ReadonlySet<EndpointState> = new Set(["unauthorized", "unavailable", "error"])
const warningStates: ReadonlySet<EndpointState> = new Set(["forbidden", "retired", "cooldown"])

/** An instance's state, from those of its endpoints. */
export const instanceState = (
  enabled: boolean,
  endpoints: ReadonlyArray<EndpointStatus>
): InstanceDocument["state"] => {
  if (!enabled) return "disabled"
  const polled = endpoints.filter(({ state }) => state !== "disabled")
  if (polled.some(({ state }) => attentionStates.has(state))) return "attention"
  return polled.some(({ lastPollWell }) => lastPollWell === true) ? "ok" : "starting"
}

/** Service that keeps the connector's state. */
export class Status extends Context.Service<Status, {
  /** Makes an instance known, or known anew after a change; the counts of its endpoints go on. */
  readonly register: (identity: Identity) => void
  readonly forget: (instance: string) => void
  /** How many requests the instance made in the last minute. */
  readonly budget: (instance: string, used: Effect.Effect<number>) => void
  /** The instance is not polled here any more; how it is, whoever polls it knows. */
  readonly rest: (instance: string) => void
  /** The mutable state of one endpoint, which its poller alone writes. */
  readonly endpoint: (instance: string, endpoint: EndpointName) => EndpointStatus
  readonly warn: (instance: string, report: Report) => void
  readonly unwarn: (instance: string, code: string, endpoint?: string) => void
  /** Calls back for each endpoint that is polled. */
  readonly each: (look: (instance: string, name: EndpointName, endpoint: EndpointStatus) => void) => void
  readonly sink: { type: string; state: "ok" | "unavailable"; published: number }
  /** The document of `/status`. */
  readonly document: Effect.Effect<StatusDocument>
}>()("azure-security/status/Status") {
  static readonly layer = (version: string) =>
    Layer.effect(
      Status,
      Effect.gen(function*() {
        const startedAt = yield* Clock.currentTimeMillis
        const instances = new Map<string, InstanceStatus>()
        const sink: Status["Service"]["sink"] = { type: "file", state: "ok", published: 0 }
        return Status.of({
          sink,
          register: (identity) => {
            const before = instances.get(identity.name)
            const endpoints = new Map<EndpointName, EndpointStatus>()
            for (const name of ["alerts", "alerts_v2", "incidents"] as const) {
              const polled = identity.enabled && identity.endpoints.includes(name)
              endpoints.set(name, {
                ...before?.endpoints.get(name) ?? fresh(),
                state: polled ? "starting" : "disabled",
                error: undefined
              })
            }
            instances.set(identity.name, {
              displayName: identity.displayName,
              enabled: identity.enabled,
              endpoints,
              warnings: new Map(),
              used: before?.used ?? Effect.succeed(0)
            })
          },
          forget: (instance) => void instances.delete(instance),
          budget: (instance, used) => {
            const known = instances.get(instance)
            if (known !== undefined) known.used = used
          },
          rest: (instance) => {
            for (const endpoint of instances.get(instance)?.endpoints.values() ?? []) {
              if (endpoint.state === "disabled") continue
              endpoint.state = "starting"
              endpoint.error = undefined
              endpoint.since = undefined
              endpoint.lastSuccessAt = undefined
              endpoint.nextPollAt = undefined
              endpoint.cooldownUntil = undefined
              endpoint.rhythm = undefined
            }
          },
          endpoint: (instance, endpoint) => instances.get(instance)?.endpoints.get(endpoint) ?? fresh(),
          warn: (instance, report) => void instances.get(instance)?.warnings.set(warningKey(report), report),
          unwarn: (instance, code, endpoint) =>
            void instances.get(instance)?.warnings.delete(warningKey({ code, endpoint })),
          each: (look) => {
            for (const [instance, { endpoints }] of instances) {
              for (const [name, endpoint] of endpoints) {
                if (endpoint.state !== "disabled") look(instance, name, endpoint)
              }
            }
          },
          document: Effect.map(
            Effect.suspend(() =>
              Effect.forEach(
                Array.from(instances),
                ([name, instance]) => Effect.map(instance.used, (used) => instanceDocument(name, instance, used))
              )
            ),
            (documents) => ({
              connector: "azure-security",
              version,
              started_at: isoTime(startedAt),
              sink: { ...sink },
              instances: documents
            })
          )
        })
      })
    )
}

const warningKey = ({ code, endpoint }: { readonly code: string; readonly endpoint?: string | undefined }) =>
  `${code} ${endpoint ?? ""}`

const time = (millis: number | undefined) => (millis === undefined ? null : isoTime(millis))

const endpointDocument = (name: EndpointName, endpoint: EndpointStatus): EndpointDocument => ({
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

/** Live polling's share of Microsoft's limit. */
const perMinute = Math.round(requestBudget.limit / Duration.toMinutes(requestBudget.window))

const instanceDocument = (name: string, instance: InstanceStatus, used: number): InstanceDocument => {
  const endpoints = Array.from(instance.endpoints.values())
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
    endpoints: Array.from(instance.endpoints, ([endpointName, endpoint]) => endpointDocument(endpointName, endpoint))
  }
}

/**
 * What Conductor's tile shows. A tenant set up by the guide lacks the permission for incidents and must still turn
 * green, so a forbidden or retired endpoint alone does not make a warning of a connection.
 */
const connectionStatus = (
  state: InstanceDocument["state"],
  endpoints: ReadonlyArray<EndpointStatus>
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
