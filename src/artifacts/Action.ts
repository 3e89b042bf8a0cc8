/**
 * The `action` of an artifact: `block`, which rules compare exactly, or the state of the record.
 *
 * Only known words are returned: any word that contains `block`, `drop`, `reset` or `deny` would fire a rule.
 * See `.github/MAPPING.md`, "Action".
 */

/** Maps the lower-case form of each word to its spelling in Graph's schema. */
const spelled = (...words: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(words.map((word) => [word.toLowerCase(), word]))

const statuses = new Map([
  ...spelled("new", "inProgress", "resolved", "active", "redirected", "awaitingAction", "dismissed"),
  ["newalert", "new"] as const
])
const remedies = spelled(
  "remediated",
  "partiallyRemediated",
  "active",
  "unremediated",
  "pendingApproval",
  "running",
  "declined",
  "notFound"
)
const deliveries = spelled("delivered", "deliveredAsSpam")

const low = (value: unknown): string => typeof value === "string" ? value.trim().toLowerCase() : ""

const isStopped = (word: string) => word === "blocked" || word === "prevented"

/** Whether a delivery action kept a mail or message from its recipient. */
export const isUndelivered = (deliveryAction: unknown): boolean => {
  const word = low(deliveryAction)
  return word === "blocked" || word === "replaced"
}

/** Returns the action of an alert or incident; an unknown status counts as `new`. */
export const ofStatus = (status: unknown): string => statuses.get(low(status)) ?? "new"

/** Returns what was done about an evidence object, or else the alert's action. */
export const ofEvidence = (evidence: {
  readonly remediationStatus: unknown
  readonly deliveryAction: unknown
  readonly detectionStatus: unknown
}, alertAction: string): string => {
  const remediation = low(evidence.remediationStatus)
  const detection = low(evidence.detectionStatus)
  if (isStopped(remediation) || isStopped(detection)) return "block"
  const remedy = remedies.get(remediation)
  if (remedy !== undefined) return remedy
  if (isUndelivered(evidence.deliveryAction)) return "block"
  return deliveries.get(low(evidence.deliveryAction)) ?? (detection === "detected" ? "detected" : alertAction)
}
