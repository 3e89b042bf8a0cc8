/** What a mapping is given beside the record, and what it gives back. */
import type { Drift } from "../evidence/Drift.ts"
import type { Artifact } from "./Artifact.ts"

export type { Drift } from "../evidence/Drift.ts"

/** Facts about where a record came from. */
export interface MappingContext {
  readonly tenantId: string
  /** Display name of the instance; goes to `sourceInfo`. */
  readonly displayName: string
  /** `record`: a sender per record, as Conductor's filter needs it; `graph`: `graphHost` for all. */
  readonly senderHost: "record" | "graph"
  readonly graphHost: string
  readonly orgId?: string | undefined
  readonly applianceId?: string | undefined
}

/** The artifacts of one record: its own first, then one for each evidence object, in Graph's order. */
export interface Mapped {
  readonly artifacts: ReadonlyArray<Artifact>
  readonly drift: ReadonlyArray<Drift>
}
