/**
 * The `action` of an artifact: a word that rules compare exactly (`block`), or where the record stands.
 *
 * Only known words come out: a word of Graph's that contains `block`, `drop`, `reset` or `deny` would fire a rule.
 */

/** Known words by their lower-case form, to be written as Graph's schema writes them. */
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

/** Whether mail or a message was kept from its recipient. */
export const isUndelivered = (deliveryAction: unknown): boolean => {
  const word = low(deliveryAction)
  return word === "blocked" || word === "replaced"
}

/** The action of an alert or incident; one whose status is not known is new. */
export const ofStatus = (status: unknown): string => statuses.get(low(status)) ?? "new"

/** The action of an evidence object, told by what was done about it, or else by its alert's action. */
export const ofEvidence = (
  evidence: {
    readonly remediationStatus: unknown
    readonly deliveryAction: unknown
    readonly detectionStatus: unknown
  },
  alertAction: string
): string => {
  const remediation = low(evidence.remediationStatus)
  const detection = low(evidence.detectionStatus)
  if (isStopped(remediation) || isStopped(detection)) return "block"
  const remedy = remedies.get(remediation)
  if (remedy !== undefined) return remedy
  if (isUndelivered(evidence.deliveryAction)) return "block"
  return deliveries.get(low(evidence.deliveryAction)) ?? (detection === "detected" ? "detected" : alertAction)
}
