/**
 * The connector's status as one immutable value. `/status`, gauges, health and reports are selected from it, so that none
 * of them outlives its instance.
 */
import { Effect, HashMap, Option } from "effect"
import { each, type EndpointName } from "../endpoints/Endpoints.ts"
import type { DriftCount } from "./DriftCounts.ts"
import type { Report } from "./Report.ts"
import type { EndpointState } from "./StatusDocument.ts"

/** Status of one endpoint of one instance. Times are milliseconds since 1970. */
export interface EndpointSnapshot {
  readonly state: EndpointState
  readonly intervalMinutes: number
  /** Why it is off although the settings turn it on. */
  readonly offBecause?: string | undefined
  readonly lastPollAt?: number | undefined
  readonly lastSuccessAt?: number | undefined
  readonly nextPollAt?: number | undefined
  readonly cooldownUntil?: number | undefined
  readonly recordsFetched: number
  /** Records of one day: days since 1970, in UTC. */
  readonly today?: { readonly day: number; readonly records: number } | undefined
  readonly artifactsPublished: number
  /** Records that were not published, because the settings ask for the interesting ones only. */
  readonly heldBack: number
  readonly deadLetters: number
  readonly highWaterMark?: string | undefined
  readonly gaps: ReadonlyArray<{ readonly from: string; readonly to: string; readonly code: string }>
  readonly error?: Report | undefined
  /** Since when this process polls the endpoint; undefined while it does not. */
  readonly since?: number | undefined
  /** What Graph does not take of the queries. */
  readonly negotiated?: ReadonlyArray<string>
  /** Providers of legacy alerts that refused their part of the last pass. */
  readonly providers?: ReadonlyArray<{ readonly provider: string; readonly status: number; readonly meaning: string }>
  /** How often the endpoint has new records. */
  readonly rhythm?: { readonly quietSince: number; readonly longest: number; readonly brought: number } | undefined
  /** State and error from before a request began to take longer than a minute. */
  readonly waited?: { readonly state: EndpointState; readonly error: Report | undefined } | undefined
  /** Why a page or the checkpoint cannot be written at the moment. */
  readonly unwritten?: Report | undefined
  /** What the broker has lost, while it is read again. */
  readonly lost?: Report | undefined
  /** Whether the last poll ended well; the state of the instance depends on it. */
  readonly lastPollWell?: boolean | undefined
}

/** A past range that the command `backfill` collects or has collected. Cursors are times of creation. */
export interface BackfillSnapshot {
  readonly endpoint: EndpointName
  readonly from: string
  /** End of the range; null before its first page. */
  readonly to: string | null
  /** Everything created before it was collected. */
  readonly reached: string
  readonly isDone: boolean
  /** When this process last saw it move, in milliseconds since 1970. */
  readonly movedAt: number
}

/** Milliseconds of a day. */
export const dayMillis = 86_400_000

export interface InstanceSnapshot {
  readonly displayName: string
  readonly enabled: boolean
  readonly endpoints: Readonly<Record<EndpointName, EndpointSnapshot>>
  /** Reports that stand beside the states of the endpoints, by {@link warningKey}. */
  readonly warnings: ReadonlyMap<string, Report>
  /** The instance that polls this one's tenant; undefined when this one does. */
  readonly waitsFor?: string | undefined
  /** When the client secret expires by the settings, in milliseconds since 1970. */
  readonly secretExpiresAt?: number | undefined
  /** Backfills of the tenant that moved within a day. */
  readonly backfills?: ReadonlyArray<BackfillSnapshot>
  /** Group of tenants that the settings put it in. */
  readonly group?: string | undefined
  /** Requests to Graph in the last minute. */
  readonly used: Effect.Effect<number>
}

/**
 * What publishing needs: the sink takes artifacts, the store takes checkpoints, and in Conductor both are on its broker, which
 * has a stream for the artifacts.
 */
export type Outlet = "sink" | "store" | "broker" | "stream"

export interface SinkSnapshot {
  readonly type: string
  /** What cannot be written or reached, each with the report of it where there is one. */
  readonly failing: ReadonlyMap<Outlet, Report | undefined>
  /** Artifacts published since the process began. */
  readonly published: number
  /** Artifacts that the broker had acknowledged and lost, as far as this process noticed. */
  readonly lost: number
  /** What is wrong with the broker's stream. */
  readonly warnings?: ReadonlyArray<Report>
}

/** The connector's whole status. `startedAt` is in milliseconds since 1970. */
export interface Snapshot {
  readonly startedAt: number
  readonly sink: SinkSnapshot
  /** What concerns no single instance, by a key: settings that cannot be used by their code, an outage by its cause. */
  readonly reports: ReadonlyMap<string, Report>
  /** Instances by name. There are many events and up to a thousand instances: a change must not copy them all. */
  readonly instances: HashMap.HashMap<string, InstanceSnapshot>
  /** Their names, in the order in which the settings first named them. */
  readonly names: ReadonlyArray<string>
  /** Values that the mapping does not know. */
  readonly drift: ReadonlyArray<DriftCount>
}

/** Key of a warning: a code can occur once for an instance and once for each of its endpoints. */
export const warningKey = ({ code, endpoint }: { readonly code: string; readonly endpoint?: string | undefined }) =>
  `${code} ${endpoint ?? ""}`

/** The status of an endpoint before its first event. */
export const freshEndpoint: EndpointSnapshot = {
  state: "starting",
  intervalMinutes: 0,
  recordsFetched: 0,
  artifactsPublished: 0,
  heldBack: 0,
  deadLetters: 0,
  gaps: []
}

/** The status of an instance before its first event. */
export const freshInstance: InstanceSnapshot = {
  displayName: "",
  enabled: true,
  endpoints: each(() => freshEndpoint),
  warnings: new Map(),
  used: Effect.succeed(0)
}

/** An endpoint whose polling has ended: what was said of it holds no longer, and what was counted does. */
export const rested = (endpoint: EndpointSnapshot): EndpointSnapshot => ({
  ...endpoint,
  state: "starting",
  error: undefined,
  lastPollWell: undefined,
  waited: undefined,
  unwritten: undefined,
  since: undefined,
  lost: undefined,
  lastSuccessAt: undefined,
  nextPollAt: undefined,
  cooldownUntil: undefined,
  rhythm: undefined
})

/** Adds records to those of the day, in UTC, on which the poll that brought them began. */
export const withMore = ({ lastPollAt = 0, today }: EndpointSnapshot, records: number): EndpointSnapshot["today"] => {
  const day = Math.floor(lastPollAt / dayMillis)
  return { day, records: records + (today?.day === day ? today.records : 0) }
}

/** The snapshot of a process that just started; `startedAt` in milliseconds since 1970. */
export const initial = (startedAt: number): Snapshot => ({
  startedAt,
  sink: { type: "file", failing: new Map(), published: 0, lost: 0 },
  reports: new Map(),
  instances: HashMap.empty(),
  names: [],
  drift: []
})

/** Lists the instances with their names, in the order in which the settings first named them. */
export const instancesOf = ({ instances, names }: Snapshot): ReadonlyArray<readonly [string, InstanceSnapshot]> =>
  names.map((name) => [name, Option.getOrThrow(HashMap.get(instances, name))])

/** The status of one endpoint; {@link freshEndpoint} when the instance is unknown. */
export const endpointOf = (snapshot: Snapshot, instance: string, endpoint: EndpointName): EndpointSnapshot =>
  Option.getOrUndefined(HashMap.get(snapshot.instances, instance))?.endpoints[endpoint] ?? freshEndpoint

/** An endpoint that is turned on, with its name and instance. */
export interface Polled {
  readonly instance: string
  readonly name: EndpointName
  readonly endpoint: EndpointSnapshot
}

/** Lists the endpoints that are turned on, of all instances. */
export const polledEndpoints = (snapshot: Snapshot): ReadonlyArray<Polled> =>
  instancesOf(snapshot).flatMap(([instance, { endpoints }]) =>
    Object.entries(endpoints).flatMap(([name, endpoint]) =>
      endpoint.state === "disabled" ? [] : [{ instance, name: name as EndpointName, endpoint }]
    )
  )
