/**
 * Maps an alert of `alerts_v2` to artifacts: the alert's own, one for each of its evidence objects, and one for those over
 * `evidenceMappedMax` together.
 *
 * The mapping is pure, synchronous and total: any JSON is published. Each property is checked where it is read, so a
 * wrong type costs only that one field; the schema only reports what was wrong.
 */
import { shape } from "../domain/Alert.ts"
import { comparedTextMax, inheritedTextMax, stepBytes, techniquesMax } from "../domain/Bounds.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as Action from "./Action.ts"
import * as AlertFields from "./AlertFields.ts"
import { messageTypeOf } from "./AlertMessageTypes.ts"
import type { Artifact } from "./Artifact.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { instant } from "./Instant.ts"
import { atOnce, inSteps, type MappingContext, report, type Steps } from "./Mapped.ts"
import { stringify } from "./Message.ts"
import type { Decided } from "./MessageTypes.ts"
import { text } from "./NormalForms.ts"
import * as Severity from "./Severity.ts"
import * as Sides from "./Sides.ts"
import { Tags } from "./Tags.ts"
import * as Vulnerabilities from "./Vulnerabilities.ts"
import * as Witness from "./Witness.ts"

/** Stream of alerts and their evidence; lead rule 202 compares it exactly. */
export const streamName = "azure_security_alert"

/** What an evidence artifact takes from its alert. */
interface Parent {
  readonly context: MappingContext
  readonly id: string
  readonly decided: Decided
  readonly severity: Severity.Severity
  readonly action: string
  readonly ruleName: string
  readonly ruleCategory: string
  readonly startTimeUTC: string | undefined
  readonly endTimeUTC: string | undefined
  readonly techniques: ReadonlyArray<string>
  readonly tags: Tags
}

/** Characters of a title that are compared: the time of `.*` grows faster than the title's length. */
export const titleMax = 1000

const techniqueForm = /^T\d{4}(\.\d{3})?$/
const notLetters = /[^a-z]+/g

/** Returns a category for comparison: lower case, letters only. */
export const categoryKey = (category: string): string => category.toLowerCase().replace(notLetters, "")

const lowerOf = (value: unknown): string => text(value)?.toLowerCase() ?? ""

const addAlertTags = (tags: Tags, value: Properties, id: string, categories: ReadonlyArray<string>): Tags =>
  tags
    .add("alertId", id)
    .add("incidentId", value["incidentId"])
    .add("providerAlertId", value["providerAlertId"])
    .add("serviceSource", value["serviceSource"])
    .add("detectionSource", value["detectionSource"])
    .add("product", value["productName"])
    .add("threat", value["threatDisplayName"])
    .add("threatFamily", value["threatFamilyName"])
    .add("actor", value["actorDisplayName"])
    .add("assignedTo", value["assignedTo"])
    .addBulk("category", categories)
    .add("policy", value["alertPolicyId"])
    .add("investigation", value["investigationState"])

/** Returns an unknown type's name without its namespace and the word `Evidence`. */
const shortType = (type: string): string => type.replace(/^.*\./, "").replace(/Evidence$/i, "")

const evidenceArtifact = (
  parent: Parent,
  witness: Witness.Witness,
  ends: Sides.Ends,
  message: string,
  hash: string,
  /** Number among equal objects of the alert. */
  ordinal: number
): Artifact => {
  const { context } = parent
  const { decoded, facts, raw } = witness
  const id = ArtifactId.ofEvidence(context.tenantId, parent.id, hash, ordinal)
  const isHarmless = witness.isClean || witness.isBystander
  const draft = Draft.make(context, {
    id,
    message,
    hash,
    streamName,
    messageType: isHarmless ? "threat_event" : parent.decided.type,
    severity: isHarmless ? Severity.informational : parent.severity,
    action: Action.ofEvidence({
      remediationStatus: raw["remediationStatus"],
      deliveryAction: facts.deliveryAction,
      detectionStatus: facts.detectionStatus
    }, parent.action),
    senderHost: `${context.tenantId}/${parent.id}/${id.slice(0, 12)}`,
    ruleName: parent.ruleName
  })
  const { endTimeUTC, startTimeUTC, ...fields } = facts.fields
  Object.assign(draft, fields)
  Draft.setEnds(draft, ends)
  Draft.set(draft, "ruleCategory", parent.ruleCategory)
  Draft.set(draft, "startTimeUTC", instant(startTimeUTC) ?? instant(raw["createdDateTime"]) ?? parent.startTimeUTC)
  Draft.set(draft, "endTimeUTC", instant(endTimeUTC) ?? parent.endTimeUTC)
  if (parent.techniques.length > 0) draft.attackTechniqueIds = parent.techniques

  const tags = new Tags(parent.tags)
  const sentType = raw["@odata.type"]
  const type = typeof sentType === "string" ? text(sentType) : undefined
  if (type === undefined) tags.mark("evidence:untyped")
  else {
    const name = decoded.known ? decoded.type : shortType(type)
    tags.add("evidence", decoded.known ? name : type)
    Draft.set(draft, "vendorCode", name)
  }
  if (!decoded.known) tags.mark("decode:unknown")
  if (decoded.partial !== undefined) tags.mark("decode:partial")
  tags
    .add("verdict", raw["verdict"])
    .add("remediation", raw["remediationStatus"])
    .addEach("role", raw["roles"])
    .addEach("detailedRole", raw["detailedRoles"])
    .addEach("evidenceTag", raw["tags"])
    .addWritten(facts.tags)
  markDisruption(tags, draft, parent.decided)
  return Draft.finish(draft, tags)
}

/** The evidence over `evidenceMappedMax`. The objects have no roles here, so that it raises no lead of its own. */
const restArtifact = (parent: Parent, count: number, message: string, hash: string): Artifact => {
  const { context } = parent
  const id = ArtifactId.ofRest(context.tenantId, parent.id, hash)
  const draft = Draft.make(context, {
    id,
    message,
    hash,
    streamName,
    messageType: "threat_event",
    severity: parent.severity,
    action: parent.action,
    senderHost: `${context.tenantId}/${parent.id}/${id.slice(0, 12)}`,
    ruleName: parent.ruleName
  })
  Draft.set(draft, "ruleCategory", parent.ruleCategory)
  Draft.set(draft, "startTimeUTC", parent.startTimeUTC)
  Draft.set(draft, "endTimeUTC", parent.endTimeUTC)
  if (parent.techniques.length > 0) draft.attackTechniqueIds = parent.techniques
  return Draft.finish(draft, new Tags(parent.tags).mark("evidence:rest").add("evidenceCount", count))
}

/** Adds the tag of lead rule 112, only when a title or technique names a denial of service (row 21). */
const markDisruption = (tags: Tags, draft: Draft.Draft, decided: Decided): void => {
  if (decided.row === 21 && draft.messageType === "service_disruption") tags.mark("service_denial")
}

/** Returns further texts that may name a vulnerability. */
const furtherTexts = (value: Properties, witnesses: ReadonlyArray<Witness.Witness>): string => {
  const additional = value["additionalData"]
  let texts = ""
  for (const { raw } of witnesses) {
    if (texts.length > comparedTextMax) break
    if (Array.isArray(raw["tags"])) texts += `${Draft.listOf(raw["tags"]).join("\n")}\n`
  }
  return typeof additional === "object" && additional !== null ? texts + stringify(additional) : texts
}

/** Returns a text as each evidence artifact takes it over. */
const inherited = (text: string): string =>
  text.length <= inheritedTextMax ? text : text.slice(0, inheritedTextMax).toWellFormed()

const listedEvidence = (value: Properties): ReadonlyArray<unknown> =>
  Array.isArray(value["evidence"]) ? value["evidence"] : []

/** Characters of evidence that are read before others get their turn: 64 KiB. */
const evidenceStep = 65_536

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const sent = record.sent.content()
  const value = sent.value as Properties
  const inspection = shape.inspect(value)
  report(drift, inspection.drift)

  const elements = listedEvidence(value)
  const witnesses: Array<Witness.Witness> = []
  let read = 0
  for (let index = 0; index < sent.evidence.length; index++) {
    witnesses.push(Witness.make(sent.element === undefined ? elements[index] : sent.element(index)))
    read += Math.min(sent.evidence[index]!.length, evidenceStep)
    if (read < evidenceStep) continue
    read = 0
    yield
  }

  const title = text(value["title"])
  const category = text(value["category"])
  const categories = Draft.listOf(value["categories"])
  const allCategories = category === undefined ? categories : [category, ...categories]
  const threats = [...Draft.listOf(value["threatDisplayName"]), ...Draft.listOf(value["threatFamilyName"])]
  const types = new Set<string>()
  for (const { decoded, raw } of witnesses) {
    // An unknown type must not match the rows, even when its raw name equals a known type's.
    if (!decoded.known) continue
    types.add(decoded.type)
    if (decoded.type === "malware") threats.push(...Draft.listOf(raw["name"]))
  }
  const techniques: Array<string> = []
  const others: Array<string> = []
  for (const sent of Draft.listOf(value["mitreTechniques"])) {
    const id = sent.toUpperCase()
    if (techniques.includes(id)) continue
    if (techniqueForm.test(id) && techniques.length < techniquesMax) techniques.push(id)
    else others.push(sent)
  }

  const graded = Severity.of(value["severity"])
  const H = threats.join("\n").slice(0, comparedTextMax)
  const decided = messageTypeOf({
    T: title?.slice(0, titleMax) ?? "",
    H,
    C: new Set(allCategories.map(categoryKey)),
    S: lowerOf(value["serviceSource"]),
    D: lowerOf(value["detectionSource"]),
    M: techniques,
    E: types,
    severity: graded.label
  })

  const tags = new Tags().addCommon(context.tenantId, "alerts_v2", value)
  addAlertTags(tags, value, record.id, allCategories).addBulk("mitre", others)
  const ruleName = title ?? Draft.firstText(value, "detectorId") ?? "Untitled alert"
  const ruleCategory = category ?? categories[0] ?? "Unknown"
  const parent: Parent = {
    context,
    id: record.id,
    decided,
    severity: Severity.isHarmless(value["classification"]) ? Severity.informational : graded,
    action: Action.ofStatus(value["status"]),
    ruleName: inherited(ruleName),
    ruleCategory: inherited(ruleCategory),
    startTimeUTC: Draft.firstInstant(value, "firstActivityDateTime", "createdDateTime"),
    endTimeUTC: Draft.firstInstant(value, "lastActivityDateTime", "lastUpdateDateTime"),
    techniques,
    tags
  }

  const draft = Draft.make(context, {
    id: ArtifactId.ofRecord(context.tenantId, "alerts_v2", record),
    message: sent.text,
    hash: yield* ArtifactId.digest(sent.text),
    streamName,
    messageType: decided.type,
    severity: parent.severity,
    action: parent.action,
    senderHost: `${context.tenantId}/${record.id}`,
    ruleName
  })
  const ends = Sides.place(witnesses, decided.type, lowerOf(value["serviceSource"]))
  const own = AlertFields.of(witnesses, ends)
  Object.assign(draft, own.fields)
  Draft.setEnds(draft, own)
  Draft.fill(draft, "uri", text(value["alertWebUrl"]))
  Draft.set(draft, "ruleCategory", ruleCategory)
  Draft.set(draft, "vendorCode", Draft.firstText(value, "detectorId", "alertPolicyId"))
  Draft.set(draft, "startTimeUTC", parent.startTimeUTC)
  Draft.set(draft, "endTimeUTC", parent.endTimeUTC)
  if (techniques.length > 0) draft.attackTechniqueIds = techniques
  const alertTags = new Tags(tags)
  if (inspection.isPartial) alertTags.mark("decode:partial")
  Vulnerabilities.name(draft, alertTags, `${title ?? ""}\n${H}\n${furtherTexts(value, witnesses)}`)
  markDisruption(alertTags, draft, decided)

  yield Draft.finish(draft, alertTags)
  const counts = new Map<string, number>()
  for (const [index, message] of sent.evidence.entries()) {
    const witness = witnesses[index]!
    report(drift, witness.decoded.drift)
    const hash = message.length > stepBytes ? yield* ArtifactId.digest(message) : ArtifactId.sha256(message)
    const ordinal = counts.get(hash) ?? 0
    counts.set(hash, ordinal + 1)
    yield evidenceArtifact(parent, witness, ends[index] ?? {}, message, hash, ordinal)
  }
  if (sent.rest === undefined) return
  const { count, text: rest } = sent.rest
  yield restArtifact(parent, count, rest, yield* ArtifactId.digest(rest))
}

/** Maps an alert: its own artifact first, then its evidence in Graph's order. Never throws. */
export const map = atOnce(artifactsOf)

/** Maps an alert as {@link map} does, with turns for others. */
export const mapInSteps = inSteps(artifactsOf)
