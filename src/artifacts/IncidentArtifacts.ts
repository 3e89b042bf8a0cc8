/**
 * Maps an incident to its artifact.
 *
 * An incident's alerts carry the specific message types with hosts and users. An incident of the same type would raise
 * their leads a second time, so every incident is a `threat_event` in a stream of its own, or raises nothing.
 */
import { details } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { shape } from "../domain/Incident.ts"
import { instant } from "../domain/Instant.ts"
import { text } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as Action from "./Action.ts"
import { isClosed } from "./AlertCase.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, mapsOf, report, type Steps } from "./Mapped.ts"
import { type MessageType, written } from "./MessageTypes.ts"
import * as Severity from "./Severity.ts"
import { Tags } from "./Tags.ts"
import { withoutUserText } from "./Title.ts"

/** Stream of incidents; it differs from the stream of alerts, which lead rule 202 reads. */
export const streamName = "azure_security_incident"

const ownDetails = details(
  "redirectedTo=redirectIncidentId priority=priorityScore assignedTo lastModifiedBy customTag*=customTags created=createdDateTime updated=lastUpdateDateTime incidentWebUrl"
)

const tactic =
  /reconnaissance|resource development|initial access|execution|persistence|privilege escalation|defen[cs]e evasion|credential access|discovery|lateral movement|collection|command (?:and|&) control|exfiltration|impact/i

/** Values of the tag `leadingType` by patterns in an incident's name; the first pattern found decides. */
const leading: ReadonlyArray<readonly [RegExp, MessageType]> = [
  [/ransomware/i, "ransomware_encryption"],
  [/destruction/i, "data_destruction"],
  [/exfiltration/i, "data_exfiltration"],
  [/command.(?:and|&).control/i, "botnet_connection"],
  [/credential access/i, "credential_access"],
  [/lateral movement/i, "malicious_session"],
  [/privilege escalation/i, "privilege_escalation"],
  [/\bDLP policy/i, "policy_violation"],
  [/phish/i, "phishing_email"],
  [/\bcollection\b/i, "data_staging"],
  [/defen[cs]e evasion/i, "defense_evasion"],
  [/malware/i, "malicious_software"],
  [/exploit/i, "exploit_attempt"],
  [/discovery/i, "service_discovery"],
  [/\bexecution\b|persistence|\bimpact\b/i, "malicious_behavior"]
]

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const sent = record.sent.content()
  const { drift: found, isPartial, value } = shape.inspect(sent.value as Properties)
  report(drift, found)
  const name = text(value["displayName"])
  // Graph names the incident that this one was merged into before, or without, changing the status.
  const action = text(value["redirectIncidentId"]) === undefined ? Action.ofStatus(value["status"]) : "redirected"
  const lowered = Severity.isHarmless(value["classification"])
    ? "classification"
    // Its content is in the incident that it was merged into.
    : action === "redirected"
    ? "redirected"
    : undefined
  const draft = Draft.make(context, {
    id: ArtifactId.ofRecord(context.tenantId, "incidents", record),
    message: sent.text,
    hash: yield* ArtifactId.digest(sent.text),
    streamName,
    messageType: "threat_event",
    severity: Severity.of(value["severity"]),
    lowered,
    action,
    senderHost: `${context.tenantId}/incident/${Draft.senderId(record.id)}`,
    ruleName: name ?? `Incident ${record.id}`
  })
  Draft.set(draft, "ruleCategory", name === undefined ? undefined : tactic.exec(name)?.[0])
  const [created, updated] = [instant(value["createdDateTime"]), instant(value["lastUpdateDateTime"])]
  if (isClosed(action)) Draft.setTimes(draft, created ?? updated, updated)
  else Draft.setTimes(draft, updated ?? created, undefined)
  const T = name === undefined ? "" : withoutUserText(name, false)
  const type = leading.find(([form]) => form.test(T))?.[1]
  const tags = new Tags()
    .addCommon(context.tenantId, "incidents", value)
    .add("incidentId", record.id)
    .add("leadingType", type === undefined ? undefined : written(type))
    .addFrom(ownDetails, value)
    .add("summary", value["summary"], "texts")
    .add("resolvingComment", value["resolvingComment"], "texts")
  Draft.addTexts(tags, value)
  Draft.markLowered(tags, lowered, "threat_event")
  if (isPartial) tags.mark("decode:partial")
  yield Draft.finish(draft, tags)
}

export const { map, mapInSteps } = mapsOf(artifactsOf)
