/** Counts of what Graph sent beyond its published schema since the connector started. `/status` shows them. */
import type { Drift } from "../artifacts/Mapped.ts"
import { driftNamesMax } from "../domain/Bounds.ts"

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

/** Titles and categories must not displace the names of Graph's schema. */
const isPhrase = (kind: Drift["kind"]): boolean => kind === "title" || kind === "category"

/**
 * The counts after some more drift, in the order in which names were first seen; at most {@link driftNamesMax} names of the
 * schema, and as many titles and categories.
 */
export const add = (
  counts: ReadonlyArray<DriftCount>,
  drift: ReadonlyArray<Drift>,
  at: number
): ReadonlyArray<DriftCount> => {
  if (drift.length === 0) return counts
  const byName = new Map(counts.map((count) => [`${count.kind} ${count.name}`, count]))
  const sizeOf = (phrases: boolean) =>
    counts.filter(({ kind, name }) => name !== other && isPhrase(kind) === phrases).length
  const sizes = { schema: sizeOf(false), phrases: sizeOf(true) }
  for (const { kind, name } of drift) {
    const isNew = !byName.has(`${kind} ${name}`)
    const group = isPhrase(kind) ? "phrases" : "schema"
    const kept = isNew && sizes[group] >= driftNamesMax ? other : name
    if (isNew && kept === name) sizes[group]++
    const before = byName.get(`${kind} ${kept}`) ?? { kind, name: kept, count: 0, firstSeenAt: at }
    byName.set(`${kind} ${kept}`, { ...before, count: before.count + 1 })
  }
  return Array.from(byName.values())
}

/** Returns the name under which a title or a category is counted; undefined for names of the schema, which are many. */
export const labelOf = (counts: ReadonlyArray<DriftCount>, { kind, name }: Drift): string | undefined =>
  !isPhrase(kind) ? undefined : counts.some((one) => one.kind === kind && one.name === name) ? name : other
