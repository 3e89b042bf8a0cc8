/** What the stream of an endpoint's pages is made with. */
import type { Effect } from "effect"
import type { MappingContext } from "../artifacts/Mapped.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { Graph } from "../graph/GraphClient.ts"
import type { Brought } from "../publishing/Mapping.ts"
import type { PaceRef } from "./PaceRef.ts"
import type { Action, Note, Outcome, PollerConfig } from "./PollerState.ts"

/** What the stream of an endpoint's pages needs. */
export interface PollerOptions {
  readonly config: PollerConfig
  readonly pace: PaceRef
  readonly graph: Graph
  readonly state: EndpointState
  readonly context: MappingContext
  /** Whether this process holds the instance's lease now. */
  readonly isHeld: () => boolean
  /** Whether `alerts_v2` of the same instance had new records within the last day. */
  readonly siblingBrings: Effect.Effect<boolean>
  /** Runs a write to the store, with retries while the store cannot be written. */
  readonly persist: (write: Effect.Effect<void, StateStoreError>) => Effect.Effect<Outcome>
  /** Called with the notes of each decision, in order. */
  readonly note: (note: Note) => Effect.Effect<void>
  /** Called with what a committed page brought; `now` is in milliseconds since 1970. */
  readonly committed: (brought: Brought, now: number) => Effect.Effect<void>
  /** Called when the poller ends; `action.why` is set when a range ended before its end. */
  readonly ended?: (action: Extract<Action, { readonly _tag: "End" }>) => Effect.Effect<void>
}
