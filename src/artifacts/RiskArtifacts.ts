/** Maps risk detections and risky users of Entra ID Protection. See `.github/MAPPING.md`, "Risks". */
import { details } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { instant } from "../domain/Instant.ts"
import { text } from "../domain/NormalForms.ts"
import { detection, user } from "../domain/Risk.ts"
import type { Shape } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import { techniquesOf } from "./AlertCase.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, mapsOf, type Steps } from "./Mapped.ts"
import { parse } from "./Message.ts"
import * as Record from "./RecordDraft.ts"
import { decide, isClosed, titles } from "./RiskTypes.ts"
import * as Severity from "./Severity.ts"
import type { Tags } from "./Tags.ts"

/** Stream of detections and of risky users. */
export const streamName = "azure_identity_protection"

const category = "IdentityProtection"

const ofDetection = details(
  "providerAlertId=id signInId=requestId correlationId riskEvent=riskEventType riskLevel riskState riskDetail timing=detectionTimingType activity tokenIssuer=tokenIssuerType aadUserId=userId displayName=userDisplayName city=location.city"
)
const ofUser = details("aadUserId=id displayName=userDisplayName riskLevel riskState riskDetail")

const low = (value: unknown): string => text(value)?.trim().toLowerCase() ?? ""

/** The severity that a level means. Every detection of a tenant with P1 is `hidden`, so that it is no more than low. */
const ofLevel = (level: string): Severity.Severity =>
  Severity.of(level === "hidden" ? "low" : level === "none" ? "informational" : level)

/** Whether a risky user's risk is open. */
export const isOpen = (state: string): boolean => ["atrisk", "confirmedcompromised"].includes(state.toLowerCase())

/** The severity of a risk in a state; one that is over has none. */
export const severityOf = (state: string, level: string, isOver: boolean): Severity.Severity =>
  isOver ? Severity.informational : state === "confirmedcompromised" ? Severity.of("high") : ofLevel(level)

/** What a detection says in `additionalInfo`: JSON in a string, a list of keys and values. */
const infoOf = (value: unknown): ReadonlyMap<string, unknown> => {
  const list = typeof value === "string" ? parse(value) : undefined
  const found = new Map<string, unknown>()
  if (!Array.isArray(list)) return found
  for (const one of list) {
    if (typeof one === "object" && one !== null && typeof one.Key === "string") found.set(low(one.Key), one.Value)
  }
  return found
}

const addInfo = (draft: Draft.Draft, tags: Tags, value: unknown): void => {
  const { info, others, techniques, url } = toldIn(value)
  Draft.set(draft, "uri", url)
  tags.add("userAgent", info.get("useragent")).addEach("riskReason", info.get("riskreasons"))
  tags.addEach("mitre", others)
  if (techniques.length > 0) draft.attackTechniqueIds = techniques
}

/** Returns what a detection tells of its techniques and of the page where it stands. */
export const toldIn = (additionalInfo: unknown) => {
  const info = infoOf(additionalInfo)
  const named = info.get("mitretechniques")
  return {
    info,
    url: text(info.get("alerturl"))?.trim(),
    ...techniquesOf(typeof named === "string" ? named.split(",") : named)
  }
}

/** Reads a risk, for each renderer. */
export const read = (shape: Shape, record: GraphRecord, drift: Array<Drift>) => {
  const found = Record.read(shape, record, drift)
  const { value } = found
  return { ...found, state: text(value["riskState"])?.trim() ?? "none", level: low(value["riskLevel"]) }
}

function* ofDetections(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const { isPartial, level, message, state, value } = read(detection, record, drift)
  const type = low(value["riskEventType"])
  const facts = { type, state: state.toLowerCase(), detail: low(value["riskDetail"]) }
  const severity = severityOf(facts.state, level, isClosed(facts))
  const { draft, tags } = Record.make(context, record, {
    endpoint: "riskDetections",
    message,
    hash: yield* ArtifactId.digest(message),
    streamName,
    messageType: decide({ ...facts, isGrave: severity.code <= 4 }).type,
    severity,
    action: state,
    ruleName: titles.get(type) ?? text(value["riskEventType"])?.trim() ?? "Risk detection",
    ruleCategory: text(value["source"])?.trim() ?? category
  })
  Draft.set(draft, "vendorCode", text(value["riskEventType"])?.trim())
  Record.setUser(draft, value["userPrincipalName"], value["userId"])
  Record.setClient(draft, tags, value["ipAddress"])
  Draft.set(draft, "geoRegion", text(Record.part(value, "location")["countryOrRegion"])?.trim())
  const [began, updated] = [
    instant(value["activityDateTime"]) ?? instant(value["detectedDateTime"]),
    instant(value["lastUpdatedDateTime"])
  ]
  Draft.setTimes(draft, began, updated)
  Record.addTold(tags, ofDetection, value)
  addInfo(draft, tags, value["additionalInfo"])
  yield Record.finish(draft, tags, isPartial)
}

function* ofUsers(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const { isPartial, level, message, state, value } = read(user, record, drift)
  const severity = severityOf(state.toLowerCase(), level, !isOpen(state))
  const { draft, tags } = Record.make(context, record, {
    endpoint: "riskyUsers",
    message,
    hash: yield* ArtifactId.digest(message),
    streamName,
    messageType: "audit_log",
    severity,
    action: state,
    ruleName: "Risky user",
    ruleCategory: category
  })
  if (Record.isTold(value["riskDetail"])) Draft.set(draft, "vendorCode", text(value["riskDetail"])?.trim())
  Record.setUser(draft, value["userPrincipalName"], value["id"])
  Draft.setTimes(draft, instant(value["riskLastUpdatedDateTime"]), undefined)
  Record.addTold(tags, ofUser, value)
  // As an incident's: the sum of what has the specific type elsewhere.
  if (severity.code <= 4) tags.add("leadingType", "malicious_session")
  yield Record.finish(draft, tags, isPartial)
}

/** Maps a risk detection. */
export const detections = mapsOf(ofDetections)

/** Maps a risky user. */
export const users = mapsOf(ofUsers)
