/** Maps a legacy alert to its artifact. */
import { comparedTextMax } from "../domain/Bounds.ts"
import { details } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { instant } from "../domain/Instant.ts"
import { shape } from "../domain/LegacyAlert.ts"
import { text } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as Action from "./Action.ts"
import { streamName } from "./AlertArtifacts.ts"
import { cvesIn, isClosed } from "./AlertCase.ts"
import * as AlertFields from "./AlertFields.ts"
import { categoriesOf, isDenial, isPolicy, unknownWords } from "./AlertMessageTypes.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { object } from "./EvidenceReading.ts"
import { type LegacyFacts, messageTypeOf } from "./LegacyMessageTypes.ts"
import { type MappingContext, mapsOf, report, type Steps } from "./Mapped.ts"
import { entriesOf, witnessesOf } from "./ReadLegacy.ts"
import * as Severity from "./Severity.ts"
import * as Sides from "./Sides.ts"
import { Tags } from "./Tags.ts"
import { withoutUserText } from "./Title.ts"
import * as WitFoo from "./WitFoo.ts"

const ownDetails = details(
  "incidentId*=incidentIds provider=vendorInformation.provider subProvider=vendorInformation.subProvider subscription=azureSubscriptionId feedback confidence category actor=activityGroupName assignedTo sourceMaterial*=sourceMaterials created=createdDateTime updated=lastModifiedDateTime resolved=closedDateTime firstActivity=eventDateTime lastActivity=lastEventDateTime"
)

const ransom = /ransom/i
const guid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
/** Sentinel sends the ids of its workspace and rule as category. */
const twoGuids = new RegExp(`^${guid}.?${guid}$`, "i")

/** Returns the `alerts_v2` service of a provider, for rows that hold for one service only. */
const serviceOf = (provider: string): string => provider.startsWith("office 365") ? "microsoftdefenderforoffice365" : ""

const lowerOf = (value: unknown): string => text(value)?.toLowerCase() ?? ""

const factsOf = (value: Properties, severity: Severity.Severity, threats: ReadonlyArray<string>): LegacyFacts => {
  const provider = lowerOf(object(value["vendorInformation"])["provider"])
  const category = text(value["category"])
  const isCustomers = provider === "azure sentinel"
  return {
    T: withoutUserText(text(value["title"]) ?? "", isCustomers),
    isCustomers,
    H: threats.join("\n").slice(0, comparedTextMax),
    ...categoriesOf(category === undefined || twoGuids.test(category) ? [] : [category]),
    S: serviceOf(provider),
    D: "",
    M: [],
    E: new Set(entriesOf(value, "processes").length > 0 ? ["process"] : []),
    severity: severity.label,
    P: provider,
    X: category?.toUpperCase() ?? "",
    hasClicks: entriesOf(value, "uriClickSecurityStates").length > 0,
    hasRansomware: entriesOf(value, "malwareStates").some((state) =>
      [state["category"], state["family"], state["name"]].some((word) => typeof word === "string" && ransom.test(word))
    ),
    hasCve: entriesOf(value, "vulnerabilityStates").some((state) => text(state["cve"]) !== undefined)
  }
}

const isBlocked = (value: Properties): boolean => {
  const first = (name: string) => entriesOf(value, name)[0] ?? {}
  return lowerOf(first("networkConnections")["status"]) === "blocked"
    || lowerOf(first("messageSecurityStates")["deliveryAction"]) === "blocked"
    || lowerOf(first("uriClickSecurityStates")["clickAction"]).includes("block")
}

/** Returns what the whole of a legacy alert says, for each renderer. */
export const readLegacy = (value: Properties) => {
  const severity = Severity.of(value["severity"])
  const threats = entriesOf(value, "malwareStates")
    .flatMap((state) => Draft.listOf(state["name"]).concat(Draft.listOf(state["family"])))
  const facts = factsOf(value, severity, threats)
  const decided = messageTypeOf(facts)
  const named = entriesOf(value, "vulnerabilityStates").flatMap((state) => Draft.listOf(state["cve"]))
  return {
    severity,
    threats,
    facts,
    decided,
    isHarmless: Severity.isHarmless(value["feedback"]) || lowerOf(value["status"]) === "dismissed",
    cves: isPolicy(decided.via) ? [] : cvesIn([...named, facts.T, ...threats].join("\n"))
  }
}

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const sent = record.sent.content()
  const { drift: found, isPartial, value } = shape.inspect(sent.value as Properties)
  report(drift, found)
  const { cves, decided, facts, isHarmless, severity } = readLegacy(value)
  report(drift, unknownWords(facts, decided))
  const lowered = isHarmless ? "classification" : undefined
  const draft = Draft.make(context, {
    id: ArtifactId.ofRecord(context.tenantId, "alerts", record),
    message: sent.text,
    hash: yield* ArtifactId.digest(sent.text),
    streamName,
    messageType: decided.type,
    severity,
    lowered,
    action: !isHarmless && isBlocked(value) ? "block" : Action.ofStatus(value["status"]),
    senderHost: `${context.tenantId}/${Draft.senderId(record.id)}`,
    ruleName: text(value["title"]) ?? "Untitled alert"
  })
  Draft.set(draft, "ruleCategory", text(value["category"]) ?? "Unknown")
  Draft.set(draft, "vendorCode", text(value["category"]))
  const updated = instant(value["lastModifiedDateTime"])
  const created = instant(value["createdDateTime"])
  if (isClosed(value["status"])) Draft.setTimes(draft, created ?? instant(value["eventDateTime"]), updated)
  else Draft.setTimes(draft, updated ?? created, undefined)

  const tags = new Tags()
    .addCommon(context.tenantId, "alerts", value)
    .add("alertId", record.id)
    .add("providerAlertId", record.id)
    .addFrom(ownDetails, value)
  Draft.markLowered(tags, lowered, decided.type)
  if (!isHarmless && decided.type === "service_disruption" && isDenial(facts)) tags.mark("service_denial")
  const witnesses = witnessesOf(value)
  const view: WitFoo.View = {
    tenantId: context.tenantId,
    messageType: decided.type,
    isSender: false,
    senders: new Set()
  }
  const fields = witnesses.map(({ seen }) => WitFoo.fieldsOf(seen, view))
  const ends = Sides.place(witnesses, decided.type, { service: facts.S, detection: "" })
  const own = AlertFields.of(witnesses, fields, ends, [])
  Object.assign(draft, own.fields)
  Draft.setEnds(draft, own)
  for (const { seen } of witnesses) WitFoo.addTags(tags, seen, own.fields, view)
  for (const [name, other] of own.others) tags.add(name, other, "lists")
  Draft.setCves(draft, tags, cves)
  if (draft.cve !== undefined) Draft.set(draft, "cveDescription", text(value["description"]))
  Draft.addTexts(tags, value)
  if (isPartial) tags.mark("decode:partial")
  yield Draft.finish(draft, tags)
}

export const { map, mapInSteps } = mapsOf(artifactsOf)
