/** Counts what Graph sent beyond its schema since the connector started, for the status page. */
import { Context, Layer } from "effect"
import { driftNamesMax } from "../domain/Bounds.ts"
import type { Drift } from "../evidence/Drift.ts"

/** One thing unknown to this connector, and how often Graph sent it. */
export interface DriftCount {
  readonly kind: Drift["kind"]
  /** `other` stands for all names beyond the first {@link driftNamesMax}. */
  readonly name: string
  readonly count: number
  /** Milliseconds since 1970. */
  readonly firstSeenAt: number
}

/** Service that counts drift by kind and name, for a bounded number of names. */
export class DriftLedger extends Context.Service<DriftLedger, {
  readonly record: (drift: ReadonlyArray<Drift>, at: number) => void
  /** The counts, in the order in which they were first seen. */
  readonly snapshot: () => ReadonlyArray<DriftCount>
}>()("azure-security/artifacts/DriftLedger") {
  static readonly layer = Layer.sync(DriftLedger, () => {
    const counts = new Map<string, { -readonly [K in keyof DriftCount]: DriftCount[K] }>()
    let names = 0
    return DriftLedger.of({
      record: (drift, at) => {
        for (const { kind, name } of drift) {
          const known = counts.get(`${kind} ${name}`)
          if (known !== undefined) {
            known.count++
            continue
          }
          const isFull = names >= driftNamesMax
          const key = isFull ? `other ${kind}` : `${kind} ${name}`
          const other = counts.get(key)
          if (other !== undefined) {
            other.count++
            continue
          }
          if (!isFull) names++
          counts.set(key, { kind, name: isFull ? "other" : name, count: 1, firstSeenAt: at })
        }
      },
      snapshot: () => Array.from(counts.values(), (count) => ({ ...count }))
    })
  })
}
