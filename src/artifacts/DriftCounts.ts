/** Counts of what Graph sent beyond its published schema since the connector started. `/status` shows them. */
import { driftNamesMax } from "../domain/Bounds.ts"
import type { Drift } from "../evidence/Drift.ts"

/** One thing that this connector does not know yet, and how often it came. */
export interface DriftCount {
  readonly kind: Drift["kind"]
  /** `other` stands for all names of the kind beyond the first thousand. */
  readonly name: string
  readonly count: number
  /** Milliseconds since 1970. */
  readonly firstSeenAt: number
}

const other = "other"

/** The counts after some more drift, in the order in which names were first seen; at most {@link driftNamesMax} names. */
export const add = (
  counts: ReadonlyArray<DriftCount>,
  drift: ReadonlyArray<Drift>,
  at: number
): ReadonlyArray<DriftCount> => {
  if (drift.length === 0) return counts
  const byName = new Map(counts.map((count) => [`${count.kind} ${count.name}`, count]))
  let names = counts.filter(({ name }) => name !== other).length
  for (const { kind, name } of drift) {
    const isNew = !byName.has(`${kind} ${name}`)
    const kept = isNew && names >= driftNamesMax ? other : name
    if (isNew && kept === name) names++
    const before = byName.get(`${kind} ${kept}`) ?? { kind, name: kept, count: 0, firstSeenAt: at }
    byName.set(`${kind} ${kept}`, { ...before, count: before.count + 1 })
  }
  return Array.from(byName.values())
}
