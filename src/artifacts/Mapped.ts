/**
 * What a mapping is given beside the record, and what it gives back.
 *
 * @since 0.1.0
 */
import type { Artifact } from "./Artifact.ts"

/**
 * Facts about where a record came from.
 *
 * @category models
 * @since 0.1.0
 */
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

/**
 * Something Graph sent that this connector does not know yet. `name` is a name of Graph's schema, never a value.
 *
 * @category models
 * @since 0.1.0
 */
export interface Drift {
  readonly kind: "evidence_type" | "untyped_evidence" | "enum_value" | "property" | "partial"
  /** `evidence_type`: the `@odata.type`; `enum_value`: `path=word`; `property`, `partial`: the path. */
  readonly name: string
}

/**
 * The artifacts of one record: its own first, then one for each evidence object, in Graph's order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mapped {
  readonly artifacts: ReadonlyArray<Artifact>
  readonly drift: ReadonlyArray<Drift>
}
