/** The reducer of the connector's status: the only place that changes a snapshot. */
import { Duration, HashMap, Option } from "effect"
import type { Pace } from "../config/Instance.ts"
import { each, type EndpointName } from "../endpoints/Endpoints.ts"
import * as DriftCounts from "./DriftCounts.ts"
import {
  type EndpointSnapshot,
  freshEndpoint,
  freshInstance,
  type InstanceSnapshot,
  rested,
  type Snapshot,
  warningKey,
  withMore
} from "./Snapshot.ts"
import type { EndpointEvent, InstanceEvent, StatusEvent } from "./StatusEvent.ts"

const reduceEndpoint = (endpoint: EndpointSnapshot, event: EndpointEvent): EndpointSnapshot => {
  switch (event._tag) {
    case "PollerStarted":
      return { ...endpoint, since: event.at, lastSuccessAt: event.lastSuccessAt ?? endpoint.lastSuccessAt }
    case "PollScheduled":
      return { ...endpoint, nextPollAt: event.at }
    case "PollBegan":
      return { ...endpoint, lastPollAt: event.at }
    case "PageCommitted":
      return {
        ...endpoint,
        recordsFetched: endpoint.recordsFetched + event.records,
        today: withMore(endpoint, event.records),
        artifactsPublished: endpoint.artifactsPublished + event.artifacts,
        heldBack: endpoint.heldBack + event.heldBack,
        deadLetters: endpoint.deadLetters + event.deadLetters
      }
    case "CheckpointSaved":
      return {
        ...endpoint,
        highWaterMark: event.highWaterMark,
        gaps: event.gaps,
        rhythm: event.rhythm,
        lost: event.isLost ? endpoint.lost : undefined
      }
    case "BrokerLost":
      return { ...endpoint, lost: event.report }
    case "PassEnded":
      return { ...endpoint, lastSuccessAt: event.at }
    case "Recovered":
      return { ...endpoint, state: "ok", error: undefined, lastPollWell: true, waited: undefined }
    case "Failed":
      return { ...endpoint, state: event.state, error: event.report, lastPollWell: false, waited: undefined }
    case "WriteFailed":
      return { ...endpoint, unwritten: event.report }
    case "Written":
      return { ...endpoint, unwritten: undefined }
    case "CooldownBegan":
      return {
        ...endpoint,
        state: event.rests === true ? "unavailable" : "cooldown",
        waited: undefined,
        cooldownUntil: event.until,
        nextPollAt: event.until,
        ...(event.report === undefined ? {} : { error: event.report, lastPollWell: false })
      }
    case "CooldownEnded":
      return { ...endpoint, state: "starting", cooldownUntil: undefined, error: undefined, waited: undefined }
    case "ProvidersRefused":
      return { ...endpoint, providers: event.providers }
    case "Negotiated":
      return { ...endpoint, negotiated: event.negotiated }
    case "WaitBegan": {
      const { error, state, waited = { error, state } } = endpoint
      return { ...endpoint, state: "unavailable", error: event.report, waited }
    }
    case "WaitEnded":
      return endpoint.waited === undefined ? endpoint : { ...endpoint, ...endpoint.waited, waited: undefined }
  }
}

const everyEndpoint = (
  { endpoints }: InstanceSnapshot,
  change: (endpoint: EndpointSnapshot, name: EndpointName) => EndpointSnapshot
) => each(({ name }) => change(endpoints[name], name))

const paced = (endpoint: EndpointSnapshot, name: EndpointName, { intervals }: Pace): EndpointSnapshot => ({
  ...endpoint,
  intervalMinutes: Duration.toMinutes(intervals[name])
})

const registered = (
  before: InstanceSnapshot,
  { group, identity, pace, secretExpiresAt, waitsFor }: Extract<InstanceEvent, { readonly _tag: "Registered" }>
): InstanceSnapshot => ({
  ...before,
  displayName: identity.displayName,
  enabled: identity.enabled,
  secretExpiresAt,
  group,
  waitsFor,
  endpoints: everyEndpoint(before, (endpoint, name) => ({
    ...paced(rested(endpoint), name, pace),
    state: identity.enabled && identity.endpoints.includes(name) ? "starting" : "disabled",
    offBecause: identity.absent?.[name]
  })),
  warnings: new Map()
})

const reduceInstance = (before: InstanceSnapshot, event: InstanceEvent): InstanceSnapshot => {
  switch (event._tag) {
    case "Registered":
      return registered(before, event)
    case "Paced":
      return {
        ...before,
        secretExpiresAt: event.secretExpiresAt,
        group: event.group,
        endpoints: everyEndpoint(before, (endpoint, name) => paced(endpoint, name, event.pace))
      }
    case "Connected":
      return { ...before, used: event.used }
    case "Rested":
      return {
        ...before,
        endpoints: everyEndpoint(before, (endpoint) => endpoint.state === "disabled" ? endpoint : rested(endpoint))
      }
    case "Warned":
    case "SettingsRefused":
      return { ...before, warnings: new Map(before.warnings).set(warningKey(event.report), event.report) }
    case "Backfilled":
      return { ...before, backfills: event.backfills }
    case "WarningEnded": {
      const warnings = new Map(before.warnings)
      return warnings.delete(warningKey(event)) ? { ...before, warnings } : before
    }
  }
}

const withInstance = (
  snapshot: Snapshot,
  name: string,
  change: (instance: InstanceSnapshot) => InstanceSnapshot,
  added?: InstanceSnapshot
): Snapshot => {
  const { instances, names } = snapshot
  const known = Option.getOrUndefined(HashMap.get(instances, name))
  const before = known ?? added
  if (before === undefined) return snapshot
  const after = change(before)
  if (after === before) return snapshot
  return {
    ...snapshot,
    instances: HashMap.set(instances, name, after),
    names: known === undefined ? [...names, name] : names
  }
}

/** An instance of which no good settings are known: none of its endpoints is polled. */
const refusedInstance = (name: string): InstanceSnapshot => ({
  ...freshInstance,
  displayName: name,
  endpoints: everyEndpoint(freshInstance, (endpoint) => ({ ...endpoint, state: "disabled" }))
})

/** Returns the snapshot after an event. An event of an unknown or removed instance changes nothing. */
export const reduce = (snapshot: Snapshot, event: StatusEvent): Snapshot => {
  switch (event._tag) {
    case "Endpoint":
      return withInstance(snapshot, event.instance, (instance) => ({
        ...instance,
        endpoints: {
          ...instance.endpoints,
          [event.endpoint]: reduceEndpoint(instance.endpoints[event.endpoint] ?? freshEndpoint, event.event)
        }
      }))
    case "Instance":
      return withInstance(
        snapshot,
        event.instance,
        (instance) => reduceInstance(instance, event.event),
        event.event._tag === "Registered"
          ? freshInstance
          : event.event._tag === "SettingsRefused"
          ? refusedInstance(event.instance)
          : undefined
      )
    case "InstanceForgotten": {
      const { instances, names } = snapshot
      return {
        ...snapshot,
        instances: HashMap.remove(instances, event.instance),
        names: names.filter((name) => name !== event.instance)
      }
    }
    case "SinkNamed":
      return { ...snapshot, sink: { ...snapshot.sink, type: event.type } }
    case "OutletFailed":
      return {
        ...snapshot,
        sink: { ...snapshot.sink, failing: new Map(snapshot.sink.failing).set(event.outlet, event.report) }
      }
    case "OutletRecovered": {
      const failing = new Map(snapshot.sink.failing)
      return failing.delete(event.outlet) ? { ...snapshot, sink: { ...snapshot.sink, failing } } : snapshot
    }
    case "Published":
      return { ...snapshot, sink: { ...snapshot.sink, published: snapshot.sink.published + event.artifacts } }
    case "SinkLost":
      return { ...snapshot, sink: { ...snapshot.sink, lost: snapshot.sink.lost + event.artifacts } }
    case "SinkWarned":
      return { ...snapshot, sink: { ...snapshot.sink, warnings: event.warnings } }
    case "ProcessWarned":
      return { ...snapshot, reports: new Map(snapshot.reports).set(event.key, event.report) }
    case "ProcessWarningEnded": {
      const reports = new Map(snapshot.reports)
      return reports.delete(event.key) ? { ...snapshot, reports } : snapshot
    }
    case "Drifted":
      return { ...snapshot, drift: DriftCounts.add(snapshot.drift, event.drift, event.at) }
  }
}
