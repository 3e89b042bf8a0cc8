/** What a mapping gets besides the record, and what it returns. */
import type { Drift } from "../evidence/Drift.ts"
import type { Artifact } from "./Artifact.ts"

export type { Drift } from "../evidence/Drift.ts"

/** Where a record came from: the tenant and the settings of its instance. */
export interface MappingContext {
  readonly tenantId: string
  /** Display name of the instance, published as `sourceInfo`. */
  readonly displayName: string
  /** `record`: a sender for each record, as Conductor's filter needs it; `graph`: always `graphHost`. */
  readonly senderHost: "record" | "graph"
  readonly graphHost: string
  /** Name of a cloud that is not Microsoft's own: part of its artifacts' identity. */
  readonly customCloud?: string | undefined
  readonly orgId?: string | undefined
  readonly applianceId?: string | undefined
}

/**
 * The artifacts of one record: its own first, then one for each evidence object, in Graph's order. Their ids are those of
 * Microsoft's own clouds, by which ledgers know them; `ArtifactId.published` makes those of a custom cloud.
 */
export interface Mapped {
  readonly artifacts: ReadonlyArray<Artifact>
  readonly drift: ReadonlyArray<Drift>
}
