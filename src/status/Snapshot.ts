/**
 * What the connector knows of itself, as one immutable value. `/status`, metrics, health and reports are selected from
 * it, so that none of them can outlive the instance that it speaks of.
 */
import { Effect } from "effect"
import type { DriftCount } from "../artifacts/DriftCounts.ts"
import { each, type EndpointName } from "../endpoints/Endpoints.ts"
import type { Report } from "./Report.ts"
import type { EndpointState } from "./StatusDocument.ts"

/** What is known of one endpoint of one instance. Times are milliseconds since 1970. */
export interface EndpointSnapshot {
  readonly state: EndpointState
  readonly intervalMinutes: number
  readonly lastPollAt?: number | undefined
  readonly lastSuccessAt?: number | undefined
  readonly nextPollAt?: number | undefined
  readonly cooldownUntil?: number | undefined
  readonly recordsFetched: number
  readonly artifactsPublished: number
  readonly deadLetters: number
  readonly highWaterMark?: string | undefined
  readonly gaps: ReadonlyArray<{ readonly from: string; readonly to: string; readonly code: string }>
  readonly error?: Report | undefined
  /** Since when this process has polled it without a break; undefined while another replica does, or nobody. */
  readonly since?: number | undefined
  /** How often it brings something new. */
  readonly rhythm?: { readonly quietSince: number; readonly longest: number; readonly brought: number } | undefined
  /** Whether the last poll ended well; `--once` and the state of the instance go by it. */
  readonly lastPollWell?: boolean | undefined
}

/** What is known of one instance. */
export interface InstanceSnapshot {
  readonly displayName: string
  readonly enabled: boolean
  readonly endpoints: Readonly<Record<EndpointName, EndpointSnapshot>>
  /** Reports that stand beside the states of the endpoints, by {@link warningKey}. */
  readonly warnings: ReadonlyMap<string, Report>
  /** The end of the client secret by the settings, in milliseconds since 1970. */
  readonly secretExpiresAt?: number | undefined
  /** Requests to Graph in the last minute. */
  readonly used: Effect.Effect<number>
}

/** What is known of the sink. */
export interface SinkSnapshot {
  readonly type: string
  readonly state: "ok" | "unavailable"
  /** Artifacts published since the process began. */
  readonly published: number
}

/** Everything that the connector knows of itself. */
export interface Snapshot {
  readonly startedAt: number
  readonly sink: SinkSnapshot
  /** By name, in the order in which the settings named them first. */
  readonly instances: ReadonlyMap<string, InstanceSnapshot>
  /** Values that the mapping does not know. */
  readonly drift: ReadonlyArray<DriftCount>
}

/** Key of a warning: one code can stand once for an instance and once for each of its endpoints. */
export const warningKey = ({ code, endpoint }: { readonly code: string; readonly endpoint?: string | undefined }) =>
  `${code} ${endpoint ?? ""}`

/** An endpoint of which nothing is known yet. */
export const freshEndpoint: EndpointSnapshot = {
  state: "starting",
  intervalMinutes: 0,
  recordsFetched: 0,
  artifactsPublished: 0,
  deadLetters: 0,
  gaps: []
}

/** An instance of which nothing is known yet. */
export const freshInstance: InstanceSnapshot = {
  displayName: "",
  enabled: true,
  endpoints: each(() => freshEndpoint),
  warnings: new Map(),
  used: Effect.succeed(0)
}

/** A process that has just started. */
export const initial = (startedAt: number): Snapshot => ({
  startedAt,
  sink: { type: "file", state: "ok", published: 0 },
  instances: new Map(),
  drift: []
})

/** The snapshot of one endpoint; a fresh one where the instance is not known. */
export const endpointOf = (snapshot: Snapshot, instance: string, endpoint: EndpointName): EndpointSnapshot =>
  snapshot.instances.get(instance)?.endpoints[endpoint] ?? freshEndpoint

/** An endpoint that is turned on, with where it belongs. */
export interface Polled {
  readonly instance: string
  readonly name: EndpointName
  readonly endpoint: EndpointSnapshot
}

/** Every endpoint of every instance that is turned on. */
export const polledEndpoints = (snapshot: Snapshot): ReadonlyArray<Polled> =>
  Array.from(snapshot.instances).flatMap(([instance, { endpoints }]) =>
    Object.entries(endpoints).flatMap(([name, endpoint]) =>
      endpoint.state === "disabled" ? [] : [{ instance, name: name as EndpointName, endpoint }]
    )
  )
