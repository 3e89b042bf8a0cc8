/** Maps a legacy alert to its artifact. */
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { shape } from "../domain/LegacyAlert.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as Action from "./Action.ts"
import { categoryKey, streamName, titleMax } from "./AlertArtifacts.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import * as LegacyFields from "./LegacyFields.ts"
import { type LegacyFacts, messageTypeOf } from "./LegacyMessageTypes.ts"
import { atOnce, inSteps, type MappingContext, report, type Steps } from "./Mapped.ts"
import { text } from "./NormalForms.ts"
import * as Severity from "./Severity.ts"
import { isVictimClient } from "./Sides.ts"
import { Tags } from "./Tags.ts"
import * as Vulnerabilities from "./Vulnerabilities.ts"

const ransom = /ransom/i
const guid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
/** Sentinel sends the ids of its workspace and rule as category. */
const twoGuids = new RegExp(`^${guid}.?${guid}$`, "i")

/** Returns the `alerts_v2` service of a provider, for rows that hold for one service only. */
const serviceOf = (provider: string): string => provider.startsWith("office 365") ? "microsoftdefenderforoffice365" : ""

const lowerOf = (value: unknown): string => text(value)?.toLowerCase() ?? ""

const factsOf = (value: Properties, severity: Severity.Severity, threats: ReadonlyArray<string>): LegacyFacts => {
  const provider = lowerOf(LegacyFields.partOf(value, "vendorInformation")["provider"])
  const category = text(value["category"])
  return {
    T: text(value["title"])?.slice(0, titleMax) ?? "",
    H: threats.join("\n"),
    C: new Set(category === undefined || twoGuids.test(category) ? [] : [categoryKey(category)]),
    S: serviceOf(provider),
    D: "",
    M: [],
    E: new Set(LegacyFields.entriesOf(value, "processes").length > 0 ? ["process"] : []),
    severity: severity.label,
    P: provider,
    X: category?.toUpperCase() ?? "",
    hasClicks: LegacyFields.entriesOf(value, "uriClickSecurityStates").length > 0,
    hasRansomware: LegacyFields.entriesOf(value, "malwareStates").some((state) =>
      [state["category"], state["family"], state["name"]].some((word) => typeof word === "string" && ransom.test(word))
    ),
    hasCve: LegacyFields.entriesOf(value, "vulnerabilityStates").some((state) => text(state["cve"]) !== undefined)
  }
}

const isBlocked = (value: Properties): boolean => {
  const first = (name: string) => LegacyFields.entriesOf(value, name)[0] ?? {}
  return lowerOf(first("networkConnections")["status"]) === "blocked"
    || lowerOf(first("messageSecurityStates")["deliveryAction"]) === "blocked"
    || lowerOf(first("uriClickSecurityStates")["clickAction"]).includes("block")
}

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const sent = record.sent.content()
  const value = sent.value as Properties
  const { drift: found, isPartial } = shape.inspect(value)
  report(drift, found)
  const graded = Severity.of(value["severity"])
  const threats = LegacyFields.entriesOf(value, "malwareStates")
    .flatMap((state) => Draft.listOf(state["name"]).concat(Draft.listOf(state["family"])))
  const facts = factsOf(value, graded, threats)
  const decided = messageTypeOf(facts)
  const isHarmless = Severity.isHarmless(value["feedback"]) || lowerOf(value["status"]) === "dismissed"
  const draft = Draft.make(context, {
    id: ArtifactId.ofRecord(context.tenantId, "alerts", record),
    message: sent.text,
    hash: yield* ArtifactId.digest(sent.text),
    streamName,
    messageType: decided.type,
    severity: isHarmless ? Severity.informational : graded,
    action: isBlocked(value) ? "block" : Action.ofStatus(value["status"]),
    senderHost: `${context.tenantId}/${record.id}`,
    ruleName: text(value["title"]) ?? "Untitled alert"
  })
  Draft.set(draft, "ruleCategory", text(value["category"]) ?? "Unknown")
  Draft.set(draft, "vendorCode", text(value["category"]))
  Draft.set(draft, "startTimeUTC", Draft.firstInstant(value, "eventDateTime", "createdDateTime"))
  Draft.set(
    draft,
    "endTimeUTC",
    Draft.firstInstant(value, "lastEventDateTime", "closedDateTime", "lastModifiedDateTime")
  )

  const vendor = LegacyFields.partOf(value, "vendorInformation")
  const tags = new Tags()
    .addCommon(context.tenantId, "alerts", value)
    .add("alertId", record.id)
    .add("providerAlertId", record.id)
    .addEach("incidentId", value["incidentIds"])
    .add("provider", vendor["provider"])
    .add("subProvider", vendor["subProvider"])
    .add("subscription", value["azureSubscriptionId"])
    .add("feedback", value["feedback"])
    .add("confidence", value["confidence"])
    .add("category", value["category"])
    .add("actor", value["activityGroupName"])
    .add("assignedTo", value["assignedTo"])
  if (decided.via === 21) tags.mark("service_denial")
  LegacyFields.fill(value, draft, tags, isVictimClient(decided.type))
  const cves = LegacyFields.entriesOf(value, "vulnerabilityStates").flatMap((state) => Draft.listOf(state["cve"]))
  Vulnerabilities.name(draft, tags, [...cves, facts.T, ...threats].join("\n"))
  if (isPartial) tags.mark("decode:partial")
  yield Draft.finish(draft, tags)
}

/** Maps a legacy alert to one artifact. Pure; never throws. */
export const map = atOnce(artifactsOf)

/** Maps a legacy alert as {@link map} does, with turns for others. */
export const mapInSteps = inSteps(artifactsOf)
