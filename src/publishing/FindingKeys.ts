/** What the ledger knows of the records that become events of OCSF. */
import { Duration } from "effect"
import * as ArtifactId from "../artifacts/ArtifactId.ts"
import { ledgerDaysMax } from "../checkpoints/Ledger.ts"

/** The ledger keeps a key for that long at least. */
const weekMillis = Duration.toMillis(Duration.days(ledgerDaysMax))

/**
 * Returns the keys of a finding: one of this week, which each of its events adds, and one of the week before. Either is in
 * the ledger when an event of it was published in the last seven days.
 */
export const findingKeys = (tenantId: string, endpoint: string, id: string, now: number) => {
  const week = Math.floor(now / weekMillis)
  return {
    current: ArtifactId.ofFinding(tenantId, endpoint, id, week),
    last: ArtifactId.ofFinding(tenantId, endpoint, id, week - 1)
  }
}

/** Whether an evidence object of a record, by its hash, has no key. Those that went out as artifacts have one each. */
export const hasNewEvidence = (
  tenantId: string,
  id: string,
  hashes: ReadonlyArray<string>,
  isKnown: (id: string) => boolean
): boolean => {
  const counts = new Map<string, number>()
  return hashes.some((hash) => {
    const ordinal = counts.get(hash) ?? 0
    counts.set(hash, ordinal + 1)
    return !isKnown(ArtifactId.ofEvidence(tenantId, id, hash, ordinal))
  })
}
