/** What a mapping gets besides the record, and what it returns. */
import { recordDriftMax } from "../domain/Bounds.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
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
export interface Mapped<Artifacts extends Iterable<Artifact | undefined> = ReadonlyArray<Artifact>> {
  readonly artifacts: Artifacts
  /** Complete once the artifacts were iterated over. */
  readonly drift: ReadonlyArray<Drift>
}

/** Makes the artifacts of a record one by one, and `undefined` where others may get their turn. */
export type Steps = Generator<Artifact | undefined, void>

/** A mapping that goes on step by step, and adds to the drift. */
export type Mapping = (context: MappingContext, record: GraphRecord, drift: Array<Drift>) => Steps

/** Reports what one record shows of drift, up to {@link recordDriftMax} findings. */
export const report = (drift: Array<Drift>, found: ReadonlyArray<Drift>): void => {
  for (const one of found) if (drift.length < recordDriftMax) drift.push(one)
}

/** What an endpoint exports: `map` makes all artifacts at once, `mapInSteps` while they are iterated over. */
export interface Maps {
  readonly map: (context: MappingContext, record: GraphRecord) => Mapped
  readonly mapInSteps: (context: MappingContext, record: GraphRecord) => Mapped<Iterable<Artifact | undefined>>
}

/** Makes both of a mapping. Neither throws, whatever the record holds. */
export const mapsOf = (mapping: Mapping): Maps => {
  const mapInSteps: Maps["mapInSteps"] = (context, record) => {
    const drift: Array<Drift> = []
    return { artifacts: mapping(context, record, drift), drift }
  }
  return {
    mapInSteps,
    map: (context, record) => {
      const { artifacts, drift } = mapInSteps(context, record)
      return { artifacts: Array.from(artifacts).filter((artifact) => artifact !== undefined), drift }
    }
  }
}
