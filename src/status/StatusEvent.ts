/** Events that change the connector's status. `Reducer.reduce` is the only place that changes a snapshot. */
import type { Effect } from "effect"
import type { Identity, Pace } from "../config/Instance.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import type { Drift } from "../evidence/Drift.ts"
import type { Report } from "./Report.ts"
import type { EndpointSnapshot, InstanceSnapshot, Outlet } from "./Snapshot.ts"
import type { EndpointState } from "./StatusDocument.ts"

/** An event of one endpoint. Times are milliseconds since 1970. */
export type EndpointEvent =
  | { readonly _tag: "PollerStarted"; readonly at: number; readonly lastSuccessAt: number | undefined }
  | { readonly _tag: "PollScheduled"; readonly at: number }
  | { readonly _tag: "PollBegan"; readonly at: number }
  | { readonly _tag: "PageCommitted" } & Readonly<Record<"artifacts" | "deadLetters" | "heldBack" | "records", number>>
  /** `isLost` while what the broker has lost is read again. */
  | (
    & { readonly _tag: "CheckpointSaved"; readonly isLost: boolean }
    & Pick<EndpointSnapshot, "highWaterMark" | "gaps" | "rhythm">
  )
  /** The broker has lost artifacts that it had acknowledged; they are read again. */
  | { readonly _tag: "BrokerLost"; readonly report: Report }
  /** A pass over the collection reached its end. */
  | { readonly _tag: "PassEnded"; readonly at: number }
  | { readonly _tag: "Recovered" }
  /** The poll failed. */
  | { readonly _tag: "Failed"; readonly state: EndpointState; readonly report: Report }
  /** A page or the checkpoint cannot be written. It is tried again until it can. */
  | { readonly _tag: "WriteFailed"; readonly report: Report }
  /** It was written. */
  | { readonly _tag: "Written" }
  /** Microsoft asked for a pause: a cooldown or, with `rests`, the rest of an unavailable service. */
  | { readonly _tag: "CooldownBegan"; readonly until: number; readonly rests?: boolean; readonly report?: Report }
  | { readonly _tag: "CooldownEnded" }
  /** Providers of legacy alerts that refused their part of the last pass. */
  | ({ readonly _tag: "ProvidersRefused" } & Required<Pick<EndpointSnapshot, "providers">>)
  /** What Graph does not take of the queries; empty when it takes all. */
  | ({ readonly _tag: "Negotiated" } & Required<Pick<EndpointSnapshot, "negotiated">>)
  /** A request takes longer than a minute. */
  | { readonly _tag: "WaitBegan"; readonly report: Report }
  /** The request was answered, or failed. */
  | { readonly _tag: "WaitEnded" }

export type InstanceEvent =
  /** The settings name the instance for the first time, or its identity changed. The counts of its endpoints stay. */
  | {
    readonly _tag: "Registered"
    readonly identity: Identity
    readonly pace: Pace
    readonly secretExpiresAt: number | undefined
    readonly group?: string | undefined
    /** The instance that polls this one's tenant; undefined when this one does. */
    readonly waitsFor: string | undefined
  }
  | {
    readonly _tag: "Paced"
    readonly pace: Pace
    readonly secretExpiresAt: number | undefined
    readonly group?: string | undefined
  }
  | { readonly _tag: "Connected"; readonly used: Effect.Effect<number> }
  /** This process stopped polling the instance. Another replica may poll it and then knows its status. */
  | { readonly _tag: "Rested" }
  | { readonly _tag: "Warned"; readonly report: Report }
  /** Settings that cannot be used. They add an instance that never had good ones, so that it can be seen. */
  | { readonly _tag: "SettingsRefused"; readonly report: Report }
  | { readonly _tag: "WarningEnded"; readonly code: string; readonly endpoint?: string }
  /** How far the backfills of the instance's tenant are. */
  | ({ readonly _tag: "Backfilled" } & Required<Pick<InstanceSnapshot, "backfills">>)

/** An event of the connector: everything that can change its status. */
export type StatusEvent =
  | {
    readonly _tag: "Endpoint"
    readonly instance: string
    readonly endpoint: EndpointName
    readonly event: EndpointEvent
  }
  | { readonly _tag: "Instance"; readonly instance: string; readonly event: InstanceEvent }
  | { readonly _tag: "InstanceForgotten"; readonly instance: string }
  | { readonly _tag: "SinkNamed"; readonly type: string }
  | { readonly _tag: "OutletFailed"; readonly outlet: Outlet; readonly report?: Report }
  | { readonly _tag: "OutletRecovered"; readonly outlet: Outlet }
  | { readonly _tag: "Published"; readonly artifacts: number }
  /** The broker has lost so many artifacts that it had acknowledged. */
  | { readonly _tag: "SinkLost"; readonly artifacts: number }
  /** What is wrong with the broker's stream; empty when it is well made. */
  | { readonly _tag: "SinkWarned"; readonly warnings: ReadonlyArray<Report> }
  /** Something that concerns no single instance; it replaces an earlier report under its key. */
  | { readonly _tag: "ProcessWarned"; readonly key: string; readonly report: Report }
  | { readonly _tag: "ProcessWarningEnded"; readonly key: string }
  | { readonly _tag: "Drifted"; readonly drift: ReadonlyArray<Drift>; readonly at: number }
