/**
 * Maps an incident to its artifact.
 *
 * An incident's alerts carry the specific message types with hosts and users. An incident of the same type would raise
 * their leads a second time, so every incident is a `threat_event` in a stream of its own.
 */
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { shape } from "../domain/Incident.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as Action from "./Action.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { atOnce, inSteps, type MappingContext, report, type Steps } from "./Mapped.ts"
import type { MessageType } from "./MessageTypes.ts"
import { text } from "./NormalForms.ts"
import * as Severity from "./Severity.ts"
import { Tags } from "./Tags.ts"

/** Stream of incidents; it differs from the stream of alerts, which lead rule 202 reads. */
export const streamName = "azure_security_incident"

const tactic =
  /reconnaissance|resource development|initial access|execution|persistence|privilege escalation|defen[cs]e evasion|credential access|discovery|lateral movement|collection|command (?:and|&) control|exfiltration|impact/i

/** Values of the tag `leadingType` by patterns in an incident's name; the first pattern found decides. */
const leading: ReadonlyArray<readonly [RegExp, MessageType]> = [
  [/ransomware/i, "ransomware_encryption"],
  [/destruction|\bimpact\b/i, "data_destruction"],
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
  [/\bexecution\b|persistence/i, "malicious_behavior"]
]

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const sent = record.sent.content()
  const value = sent.value as Properties
  const { drift: found, isPartial } = shape.inspect(value)
  report(drift, found)
  const name = text(value["displayName"])
  // Graph names the incident that this one was merged into before, or without, changing the status.
  const action = text(value["redirectIncidentId"]) === undefined ? Action.ofStatus(value["status"]) : "redirected"
  const draft = Draft.make(context, {
    id: ArtifactId.ofRecord(context.tenantId, "incidents", record),
    message: sent.text,
    hash: yield* ArtifactId.digest(sent.text),
    streamName,
    messageType: "threat_event",
    // A redirected incident's content is in the incident that it was merged into.
    severity: action === "redirected" ? Severity.informational : Severity.of(value["severity"]),
    action,
    senderHost: `${context.tenantId}/incident/${record.id}`,
    ruleName: name ?? `Incident ${record.id}`
  })
  Draft.set(draft, "ruleCategory", name === undefined ? undefined : tactic.exec(name)?.[0])
  Draft.set(draft, "startTimeUTC", Draft.firstInstant(value, "createdDateTime"))
  Draft.set(draft, "endTimeUTC", Draft.firstInstant(value, "lastUpdateDateTime"))
  Draft.set(draft, "uri", text(value["incidentWebUrl"]))
  const tags = new Tags()
    .addCommon(context.tenantId, "incidents", value)
    .add("incidentId", record.id)
    .add("redirectedTo", value["redirectIncidentId"])
    .add("leadingType", name === undefined ? undefined : leading.find(([form]) => form.test(name))?.[1])
    .add("priority", value["priorityScore"])
    .add("assignedTo", value["assignedTo"])
    .addEach("customTag", value["customTags"])
  if (isPartial) tags.mark("decode:partial")
  yield Draft.finish(draft, tags)
}

/** Maps an incident to one artifact. Pure; never throws. */
export const map = atOnce(artifactsOf)

/** Maps an incident as {@link map} does, with turns for others. */
export const mapInSteps = inSteps(artifactsOf)
