/** Selects the document of `/status` from a snapshot. */
import { Duration, Effect } from "effect"
import { all } from "../endpoints/Endpoints.ts"
import { requestBudget, stalls } from "../graph/Limits.ts"
import { isoTime, type Report } from "./Report.ts"
import {
  dayMillis,
  type EndpointSnapshot,
  type InstanceSnapshot,
  instancesOf,
  type SinkSnapshot,
  type Snapshot,
  warningKey
} from "./Snapshot.ts"
import type { EndpointDocument, EndpointState, InstanceDocument, StatusDocument } from "./StatusDocument.ts"

const attentionStates: ReadonlySet<EndpointState> = new Set(["unauthorized", "unavailable", "error", "broker_lost"])
/** States in which an endpoint cannot deliver through no fault of the connector's; one alone leaves the instance `ok`. */
const excusedStates: ReadonlySet<EndpointState> = new Set(["forbidden", "retired", "cooldown"])
/** States whose own reports say why no pass ends. */
const explainedStates: ReadonlySet<EndpointState> = new Set([...excusedStates, "unauthorized"])

/**
 * The state of an endpoint as it is shown. While what it read cannot be written it is `unavailable`, whatever Graph answers.
 * While what the broker has lost is read again, an endpoint that works is `broker_lost`: its polls are well, and what they
 * publish is not whole.
 */
export const stateOf = ({ lost, state, unwritten }: EndpointSnapshot): EndpointState =>
  unwritten !== undefined && state !== "disabled"
    ? "unavailable"
    : lost !== undefined && (state === "ok" || state === "starting")
    ? "broker_lost"
    : state

/** Milliseconds after which an endpoint without a success is behind: six intervals, and at least an hour. */
const lagLimit = ({ intervalMinutes }: EndpointSnapshot): number =>
  Math.max(intervalMinutes * 60_000 * stalls.lagIntervals, Duration.toMillis(stalls.lagFloor))

/**
 * Milliseconds since the last success of an endpoint that is behind; without a success, since its first poll. Undefined
 * while it is not behind, or while its state explains it.
 */
export const lagOf = (endpoint: EndpointSnapshot, now: number): number | undefined => {
  const { lastSuccessAt, since } = endpoint
  const state = stateOf(endpoint)
  if (since === undefined || explainedStates.has(state)) return undefined
  const lag = now - (lastSuccessAt ?? since)
  return lag < lagLimit(endpoint) ? undefined : lag
}

/** Whether an endpoint fails now: by its state, or because it was polled for longer than its limit without a success. */
const fails = (endpoint: EndpointSnapshot, now: number): boolean =>
  attentionStates.has(stateOf(endpoint)) ||
  (lagOf(endpoint, now) !== undefined && now - (endpoint.since ?? now) >= lagLimit(endpoint))

/**
 * Derives the state of an instance. It is `ok` only while data flows: some endpoint ended its last poll well, and each
 * that can deliver has ended a pass within its limit.
 *
 * | the first that is true | state |
 * |---|---|
 * | it is turned off | `disabled` |
 * | no endpoint can deliver: each is turned off, forbidden, retired or in a cooldown | `attention` |
 * | an endpoint fails, was polled for longer than its limit without a success, or reads again what the broker lost | `attention` |
 * | no endpoint ended its last poll well, one that can deliver never ended a pass, or one is behind since before this process began | `starting` |
 * | otherwise | `ok` |
 */
export const instanceState = (
  enabled: boolean,
  endpoints: ReadonlyArray<EndpointSnapshot>,
  now: number
): InstanceDocument["state"] => {
  if (!enabled) return "disabled"
  const polled = endpoints.filter(({ state }) => state !== "disabled")
  if (polled.every((endpoint) => excusedStates.has(stateOf(endpoint)))) return "attention"
  if (polled.some((endpoint) => fails(endpoint, now))) return "attention"
  const able = polled.filter((endpoint) => !excusedStates.has(stateOf(endpoint)))
  const flows = polled.some(({ lastPollWell }) => lastPollWell === true) &&
    able.every(({ lastSuccessAt }) => lastSuccessAt !== undefined) &&
    polled.every((endpoint) => lagOf(endpoint, now) === undefined)
  return flows ? "ok" : "starting"
}

/** An endpoint that delivers nothing at the moment. */
export interface Stoppage {
  readonly kind: "cooldown" | "outage"
  readonly instance: string
  readonly endpoint: EndpointDocument["name"]
}

/**
 * Derives what the plots of activity mark: cooldowns, endpoints that fail, and where nothing fails and the instance needs
 * attention all the same, as with no permission at all, each of its endpoints that is turned on.
 */
export const stoppagesOf = (snapshot: Snapshot, now: number): ReadonlyArray<Stoppage> =>
  instancesOf(snapshot).flatMap(([instance, { enabled, endpoints }]) => {
    const polled = all.map(({ name }) => ({ endpoint: name, is: endpoints[name] }))
      .filter(({ is }) => enabled && is.state !== "disabled")
    const of = (kind: Stoppage["kind"], which: typeof polled) =>
      which.map(({ endpoint }): Stoppage => ({ kind, instance, endpoint }))
    const found = [
      ...of("cooldown", polled.filter(({ is }) => stateOf(is) === "cooldown")),
      ...of("outage", polled.filter(({ is }) => stateOf(is) !== "cooldown" && fails(is, now)))
    ]
    const isStopped = instanceState(enabled, Object.values(endpoints), now) === "attention"
    return found.length === 0 && isStopped ? of("outage", polled) : found
  })

// Derives what Conductor's tile shows. A tenant set up by the guide lacks the permission for incidents and must still turn
// green, so a forbidden or retired endpoint alone is not a warning.
const connectionStatus = (
  state: InstanceDocument["state"],
  endpoints: ReadonlyArray<EndpointSnapshot>,
  now: number
): InstanceDocument["connection_status"] => {
  switch (state) {
    case "disabled":
      return "disabled"
    case "ok":
      return "connected"
    case "starting":
      return "waiting"
    case "attention":
      return endpoints.some((endpoint) => stateOf(endpoint) === "ok" && lagOf(endpoint, now) === undefined)
        ? "warning"
        : "failed"
  }
}

const time = (millis: number | undefined) => (millis === undefined ? null : isoTime(millis))

const endpointDocument = (
  name: EndpointDocument["name"],
  endpoint: EndpointSnapshot,
  now: number
): EndpointDocument => ({
  name,
  state: stateOf(endpoint),
  ...(endpoint.offBecause === undefined ? {} : { off_because: endpoint.offBecause }),
  poll_interval_minutes: endpoint.intervalMinutes,
  last_poll_at: time(endpoint.lastPollAt),
  last_success_at: time(endpoint.lastSuccessAt),
  // A time that has passed is that of the poll that goes on.
  next_poll_at: time(endpoint.nextPollAt !== undefined && endpoint.nextPollAt < now ? undefined : endpoint.nextPollAt),
  cooldown_until: time(endpoint.cooldownUntil),
  records_fetched: endpoint.recordsFetched,
  records_today: endpoint.today?.day === Math.floor(now / dayMillis) ? endpoint.today.records : 0,
  artifacts_published: endpoint.artifactsPublished,
  ...(endpoint.heldBack === 0 ? {} : { held_back: endpoint.heldBack }),
  dead_letters: endpoint.deadLetters,
  high_water_mark: endpoint.highWaterMark ?? null,
  gaps: endpoint.gaps,
  ...(endpoint.negotiated === undefined || endpoint.negotiated.length === 0 ? {} : { negotiated: endpoint.negotiated }),
  ...(endpoint.providers === undefined || endpoint.providers.length === 0 ? {} : { providers: endpoint.providers }),
  error: endpoint.unwritten ?? endpoint.error ?? endpoint.lost ?? null
})

const perMinute = Math.round(requestBudget.limit / Duration.toMinutes(requestBudget.window))

/** Code of the report of settings that cannot be used. */
export const settingsInvalid = "settings_invalid"

/**
 * The state that is shown of an instance. Nothing is `ok` while settings cannot be used, although the last good ones are: what
 * a person wants of it is another than what it does. `whole` is the report of settings that concern every instance.
 */
const shownState = (
  state: InstanceDocument["state"],
  { warnings }: InstanceSnapshot,
  whole: Report | undefined
): InstanceDocument["state"] =>
  warnings.has(warningKey({ code: settingsInvalid })) || (whole !== undefined && state === "ok") ? "attention" : state

const instanceDocument = (
  name: string,
  instance: InstanceSnapshot,
  used: number,
  now: number,
  whole: Report | undefined
): InstanceDocument => {
  const endpoints = all.map((endpoint) => instance.endpoints[endpoint.name])
  const state = shownState(instanceState(instance.enabled, endpoints, now), instance, whole)
  const warnings = [...whole === undefined ? [] : [whole], ...instance.warnings.values()].concat(
    endpoints.filter((endpoint) => excusedStates.has(stateOf(endpoint))).flatMap(({ error }) => error ?? [])
  )
  return {
    name,
    display_name: instance.displayName,
    ...(instance.group === undefined ? {} : { group: instance.group }),
    enabled: instance.enabled,
    state,
    connection_status: connectionStatus(state, endpoints, now),
    ...(instance.waitsFor === undefined ? {} : { waits_for: instance.waitsFor }),
    warnings,
    ...(instance.backfills === undefined || instance.backfills.length === 0 ? {} : {
      backfills: instance.backfills.map(({ isDone, movedAt, ...range }) => ({
        ...range,
        done: isDone,
        moved_at: isoTime(movedAt)
      }))
    }),
    requests_last_minute: used,
    requests_per_minute_max: perMinute,
    endpoints: all.map((endpoint) => endpointDocument(endpoint.name, instance.endpoints[endpoint.name], now))
  }
}

const sinkDocument = ({ sink }: Snapshot): StatusDocument["sink"] => ({
  type: sink.type,
  state: isWritable(sink) ? "ok" : "unavailable",
  published: sink.published,
  ...(sink.lost === 0 ? {} : { lost: sink.lost }),
  ...(sink.warnings === undefined || sink.warnings.length === 0 ? {} : { warnings: sink.warnings })
})

/** Whether the sink and the checkpoints can be written, as far as the last attempt tells. */
export const isWritable = ({ failing }: SinkSnapshot): boolean => failing.size === 0

/** Selects the document of `/status` from a snapshot. `now` is in milliseconds since 1970. */
export const documentOf = (snapshot: Snapshot, version: string, now: number): Effect.Effect<StatusDocument> =>
  Effect.map(
    Effect.forEach(instancesOf(snapshot), ([name, instance]) =>
      Effect.map(instance.used, (used) =>
        instanceDocument(name, instance, used, now, snapshot.reports.get(settingsInvalid)))),
    (instances) => ({
      connector: "azure-security",
      version,
      started_at: isoTime(snapshot.startedAt),
      sink: sinkDocument(snapshot),
      ...(snapshot.reports.size === 0 ? {} : { reports: Array.from(snapshot.reports.values()) }),
      instances,
      drift: snapshot.drift.map(({ count, firstSeenAt, kind, name }) => ({
        kind,
        name,
        count,
        first_seen_at: isoTime(firstSeenAt)
      }))
    })
  )
