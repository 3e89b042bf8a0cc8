/**
 * Maps an alert of `alerts_v2` to artifacts: the alert's own, one for each of its evidence objects, and one for those over
 * `evidenceMappedMax` together.
 *
 * The mapping is pure, synchronous and total: any JSON is published. Each property is checked where it is read, so a
 * wrong type costs only that one field; the schema only reports what was wrong.
 */
import { shape } from "../domain/Alert.ts"
import { longFieldBytes } from "../domain/Bounds.ts"
import { details } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { instant } from "../domain/Instant.ts"
import { text } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as Action from "./Action.ts"
import * as AlertCase from "./AlertCase.ts"
import * as AlertFields from "./AlertFields.ts"
import { isDenial, senderRow, unknownWords } from "./AlertMessageTypes.ts"
import type { Artifact } from "./Artifact.ts"
import * as ArtifactId from "./ArtifactId.ts"
import { cut } from "./Bytes.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, mapsOf, report, type Steps } from "./Mapped.ts"
import * as Sides from "./Sides.ts"
import { Tags } from "./Tags.ts"
import * as WitFoo from "./WitFoo.ts"
import * as Witness from "./Witness.ts"

/** Stream of alerts and their evidence; lead rule 202 compares it exactly. */
export const streamName = "azure_security_alert"

/** What an evidence artifact takes from its alert. */
interface Parent {
  readonly context: MappingContext
  readonly id: string
  readonly alert: AlertCase.AlertCase
  readonly view: WitFoo.View
  readonly action: string
  readonly ruleName: string
  readonly ruleCategory: string
  readonly isDenial: boolean
  readonly tags: Tags
}

const alertDetails = details(
  "incidentId providerAlertId serviceSource detectionSource product=productName threat=threatDisplayName threatFamily=threatFamilyName actor=actorDisplayName assignedTo policy=alertPolicyId investigation=investigationState"
)
/** Tags of the alert's own artifact; on its evidence they would be stored again and again. */
const ownDetails = details(
  "created=createdDateTime updated=lastUpdateDateTime resolved=resolvedDateTime firstActivity=firstActivityDateTime lastActivity=lastActivityDateTime alertWebUrl incidentWebUrl"
)
/** Tags of evidence that every type has. */
export const evidenceDetails = details(
  "verdict remediation=remediationStatus remediationDetails=remediationStatusDetails detailedRole*=detailedRoles evidenceTag*=tags evidenceCreated=createdDateTime"
)

/** Returns an unknown type's name without its namespace and the word `Evidence`. */
const shortType = (type: string): string => type.replace(/^.*\./, "").replace(/Evidence$/i, "")

const loweredOf = ({ alert }: Parent, witness: Witness.Witness): Draft.Lowered | undefined =>
  alert.isHarmless ? "classification" : witness.isClean ? "verdict" : witness.isBystander ? "bystander" : undefined

const addEvidenceTags = (tags: Tags, { decoded, raw }: Witness.Witness, draft: Draft.Draft): void => {
  const sentType = raw["@odata.type"]
  const type = typeof sentType === "string" ? text(sentType) : undefined
  if (type === undefined) tags.add("evidence", "untyped")
  else {
    tags.add("evidence", decoded.type)
    Draft.set(draft, "vendorCode", decoded.known ? decoded.type : shortType(type))
  }
  if (!decoded.known) tags.mark("decode:unknown")
  if (decoded.partial !== undefined) tags.mark("decode:partial")
  tags.addFrom(evidenceDetails, raw).addEach("role", raw["roles"], "own")
}

/** Begins the artifact of something in an alert. */
const draftOf = (
  { action, alert, context, id: alertId, ruleCategory, ruleName }: Parent,
  options: Pick<Parameters<typeof Draft.make>[1], "id" | "message" | "messageType" | "lowered"> & {
    readonly hash: string
    readonly action?: string
  }
): Draft.Draft => {
  const senderHost = `${context.tenantId}/${Draft.senderId(alertId)}/${options.id.slice(0, 12)}`
  const draft = Draft.make(context, { streamName, severity: alert.severity, action, senderHost, ruleName, ...options })
  Draft.set(draft, "ruleCategory", ruleCategory)
  if (alert.techniques.length > 0) draft.attackTechniqueIds = alert.techniques
  return draft
}

const evidenceArtifact = (
  parent: Parent,
  witness: Witness.Witness,
  fields: WitFoo.Fields,
  ends: Sides.Ends,
  place: Sides.Place | undefined,
  message: string,
  hash: string,
  /** Number among equal objects of the alert. */
  ordinal: number
): Artifact => {
  const { alert, context } = parent
  const { raw, seen } = witness
  const lowered = loweredOf(parent, witness)
  const action = Action.ofEvidence({
    remediationStatus: raw["remediationStatus"],
    deliveryAction: seen.delivery,
    detectionStatus: seen.detection
  }, parent.action)
  const messageType = alert.decided.type
  // Lead rule 232 would make a host of an exploiter of what must raise nothing.
  const isQuiet = lowered !== undefined || messageType === "audit_log"
  const draft = draftOf(parent, {
    id: ArtifactId.ofEvidence(context.tenantId, parent.id, hash, ordinal),
    message,
    hash,
    messageType,
    lowered,
    action: action === "block" && isQuiet ? parent.action : action
  })
  Object.assign(draft, fields)
  Draft.setEnds(draft, ends)
  const reported = instant(raw["createdDateTime"])
  const started = instant(seen.started)
  Draft.setTimes(
    draft,
    started ?? reported ?? alert.created ?? alert.updated,
    instant(seen.ended) ?? (started === undefined ? undefined : reported)
  )

  const tags = new Tags(parent.tags)
  Draft.markLowered(tags, lowered, messageType)
  addEvidenceTags(tags, witness, draft)
  if (place?.isOnly === true) tags.add("host", "only-device")
  WitFoo.addTags(tags, seen, fields, parent.view)
  if (alert.cves.length > 0 && Array.isArray(raw["tags"])) {
    Draft.setCves(draft, tags, AlertCase.cvesIn(Draft.listOf(raw["tags"]).join("\n")))
  }
  if (parent.isDenial && lowered === undefined) tags.mark("service_denial")
  return Draft.finish(draft, tags)
}

/** The evidence over `evidenceMappedMax`. The objects have no roles here, so that it raises no lead of its own. */
const restArtifact = (parent: Parent, count: number, message: string, hash: string): Artifact => {
  const { alert, context } = parent
  const id = ArtifactId.ofRest(context.tenantId, parent.id, hash)
  const lowered = alert.isHarmless ? "classification" : undefined
  const draft = draftOf(parent, { id, message, hash, messageType: "threat_event", lowered })
  Draft.setTimes(draft, alert.created ?? alert.updated, undefined)
  const tags = new Tags(parent.tags).add("evidence", "rest").add("evidenceCount", count)
  Draft.markLowered(tags, lowered, "threat_event")
  return Draft.finish(draft, tags)
}

/** Returns what the alert says of its messages and mailboxes. */
const viewOf = (context: MappingContext, { decided, witnesses }: AlertCase.AlertCase): WitFoo.View => {
  const senders = new Set<string>()
  for (const { seen: { mails } } of witnesses) {
    for (const { direction, from } of mails) if (direction === "outbound" && from !== undefined) senders.add(from)
  }
  return { tenantId: context.tenantId, messageType: decided.type, isSender: decided.row === senderRow, senders }
}

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const sent = record.sent.content()
  const inspection = shape.inspect(sent.value as Properties)
  const { value } = inspection
  report(drift, inspection.drift)

  const witnesses = yield* Witness.readAll(sent, value)
  const alert = AlertCase.of(value, witnesses)
  const { categories, decided, isHarmless, places, techniques, title } = alert
  report(drift, unknownWords(alert.facts, decided))
  const view = viewOf(context, alert)

  const tags = new Tags()
    .addCommon(context.tenantId, "alerts_v2", value)
    .add("alertId", record.id)
    .addFrom(alertDetails, value)
    .addEach("category", categories)
    .addEach("mitre", alert.otherTechniques)
  const ruleName = title ?? Draft.firstText(value, "detectorId") ?? "Untitled alert"
  const ruleCategory = categories[0] ?? "Unknown"
  const parent: Parent = {
    context,
    id: record.id,
    alert,
    view,
    action: Action.ofStatus(value["status"]),
    // A long text is not copied for each object.
    ruleName: cut(ruleName, longFieldBytes["ruleName"]! + 4),
    ruleCategory: cut(ruleCategory, longFieldBytes["ruleName"]!),
    isDenial: decided.type === "service_disruption" && isDenial(alert.facts),
    tags
  }
  const lowered = isHarmless ? "classification" : undefined
  const draft = Draft.make(context, {
    id: ArtifactId.ofRecord(context.tenantId, "alerts_v2", record),
    message: sent.text,
    hash: yield* ArtifactId.digest(sent.text),
    streamName,
    messageType: decided.type,
    severity: alert.severity,
    lowered,
    action: parent.action,
    senderHost: `${context.tenantId}/${Draft.senderId(record.id)}`,
    ruleName: parent.ruleName
  })
  const fields = witnesses.map(({ seen }) => WitFoo.fieldsOf(seen, view))
  const service = { service: alert.facts.S, detection: alert.facts.D }
  const ends = Sides.settle(witnesses, Sides.place(witnesses, decided.type, service), places)
  const own = AlertFields.of(witnesses, fields, ends, places)
  Object.assign(draft, own.fields)
  Draft.setEnds(draft, own)
  Draft.set(draft, "ruleCategory", ruleCategory)
  Draft.set(draft, "vendorCode", Draft.firstText(value, "detectorId", "alertPolicyId"))
  if (alert.isClosed) Draft.setTimes(draft, alert.created ?? alert.updated, alert.updated)
  else Draft.setTimes(draft, alert.updated ?? alert.created, undefined)
  if (techniques.length > 0) draft.attackTechniqueIds = techniques
  const alertTags = new Tags(tags)
  Draft.markLowered(alertTags, lowered, decided.type)
  if (inspection.isPartial) alertTags.mark("decode:partial")
  Draft.setCves(draft, alertTags, alert.cves)
  if (draft.cve !== undefined) Draft.set(draft, "cveDescription", text(value["description"]))
  if (parent.isDenial && lowered === undefined) alertTags.mark("service_denial")
  for (const [name, other] of own.others) alertTags.add(name, other, "lists")
  alertTags.addFrom(ownDetails, value)
  Draft.addCustom(alertTags, "custom", value["customDetails"])
  Draft.addCustom(alertTags, "data", value["additionalData"])
  Draft.addTexts(alertTags, value)

  yield Draft.finish(draft, alertTags)
  const counts = new Map<string, number>()
  const hashes = yield* ArtifactId.evidenceHashes(sent)
  for (const [index, message] of sent.evidence.entries()) {
    const witness = witnesses[index]!
    report(drift, witness.decoded.drift)
    const hash = hashes[index]!
    const ordinal = counts.get(hash) ?? 0
    counts.set(hash, ordinal + 1)
    yield evidenceArtifact(parent, witness, fields[index]!, ends[index]!, places[index], message, hash, ordinal)
  }
  if (sent.rest === undefined) return
  const { count, text: rest } = sent.rest
  yield restArtifact(parent, count, rest, yield* ArtifactId.digest(rest))
}

export const { map, mapInSteps } = mapsOf(artifactsOf)
