/** Maps alerts of both endpoints to Detection Findings of OCSF. */
import { shape } from "../../domain/Alert.ts"
import type { GraphRecord } from "../../domain/GraphRecord.ts"
import { shape as legacyShape } from "../../domain/LegacyAlert.ts"
import { text } from "../../domain/NormalForms.ts"
import type { Properties } from "../../domain/Shape.ts"
import * as AlertCase from "../AlertCase.ts"
import { unknownWords } from "../AlertMessageTypes.ts"
import { listOf } from "../Draft.ts"
import { object } from "../EvidenceReading.ts"
import { readLegacy } from "../LegacyAlertArtifacts.ts"
import { type MappingContext, report } from "../Mapped.ts"
import { stringify } from "../Message.ts"
import { witnessesOf } from "../ReadLegacy.ts"
import * as Sides from "../Sides.ts"
import * as Witness from "../Witness.ts"
import { Observables } from "./Observables.ts"
import * as Ocsf from "./OcsfEvent.ts"
import { eventOf, evidencesOf } from "./OcsfFindings.ts"

const placed: ReadonlySet<string> = new Set(
  "id title description category createdDateTime lastUpdateDateTime firstActivityDateTime lastActivityDateTime alertWebUrl severity status classification determination assignedTo recommendedActions evidence productName serviceSource detectionSource detectorId incidentId tenantId"
    .split(" ")
)

function* ofAlert(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Parameters<typeof report>[0]
): Ocsf.EventSteps {
  const sent = record.sent.content()
  const { drift: found, value } = shape.inspect(sent.value as Properties)
  report(drift, found)
  const witnesses = yield* Witness.readAll(sent, value)
  const alert = AlertCase.of(value, witnesses)
  report(drift, unknownWords(alert.facts, alert.decided))
  for (const { decoded } of witnesses) report(drift, decoded.drift)
  const [observables, tidying] = [new Observables(), new Ocsf.Tidying()]
  const ends = Sides.place(witnesses, alert.decided.type, { service: alert.facts.S, detection: alert.facts.D })
  const evidences = yield* evidencesOf(context, record.id, witnesses, sent, ends, alert.places, observables, tidying)
  const analytic = text(value["detectorId"])
  yield eventOf(context, record, publication, {
    endpoint: "alerts_v2",
    title: alert.title,
    description: value["description"],
    types: alert.categories,
    sources: [text(value["serviceSource"]), text(value["detectionSource"])].filter((one) => one !== undefined),
    product: {
      name: text(value["productName"]) ?? text(value["serviceSource"]),
      feature: text(value["detectionSource"])
    },
    analytic,
    created: value["createdDateTime"],
    updated: value["lastUpdateDateTime"],
    first: value["firstActivityDateTime"],
    last: value["lastActivityDateTime"],
    url: value["alertWebUrl"],
    incidents: [text(value["incidentId"])].filter((one) => one !== undefined),
    status: value["status"],
    isClosed: alert.isClosed,
    severity: value["severity"],
    classification: value["classification"],
    determination: value["determination"],
    assignee: value["assignedTo"],
    recommended: text(value["recommendedActions"]),
    techniques: alert.techniques,
    cves: alert.cves,
    threats: [
      ...listOf(value["threatDisplayName"]),
      ...witnesses.flatMap(({ raw, type }) => type === "malware" ? listOf(raw["name"]) : [])
    ],
    confidence: undefined,
    unmapped: {
      ...Ocsf.beyond(value, placed),
      evidenceBeyond: sent.rest?.count
    },
    raw: Ocsf.rawOf(sent),
    witnesses,
    evidences,
    observables,
    tidying
  })
}

const legacyPlaced: ReadonlySet<string> = new Set(
  "id title description createdDateTime lastModifiedDateTime eventDateTime lastEventDateTime severity status feedback assignedTo incidentIds confidence"
    .split(" ")
)

function* ofLegacy(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Parameters<typeof report>[0]
): Ocsf.EventSteps {
  const sent = record.sent.content()
  const { drift: found, value } = legacyShape.inspect(sent.value as Properties)
  report(drift, found)
  const { cves, decided, facts, isHarmless, threats } = readLegacy(value)
  report(drift, unknownWords(facts, decided))
  const witnesses = witnessesOf(value)
  const [observables, tidying] = [new Observables(), new Ocsf.Tidying()]
  const ends = Sides.place(witnesses, decided.type, { service: facts.S, detection: "" })
  const evidence = witnesses.map(({ raw }) => stringify(raw))
  const evidences = yield* evidencesOf(context, record.id, witnesses, { evidence }, ends, [], observables, tidying)
  const { provider, subProvider } = object(value["vendorInformation"])
  const category = text(value["category"])
  yield eventOf(context, record, publication, {
    endpoint: "alerts",
    title: text(value["title"]),
    description: value["description"],
    types: category === undefined ? [] : [category],
    sources: [text(provider), text(subProvider)].filter((one) => one !== undefined),
    product: { name: text(provider), feature: text(subProvider) },
    analytic: undefined,
    created: value["createdDateTime"],
    updated: value["lastModifiedDateTime"],
    first: value["eventDateTime"],
    last: value["lastEventDateTime"],
    url: undefined,
    incidents: listOf(value["incidentIds"]),
    status: value["status"],
    isClosed: AlertCase.isClosed(value["status"]),
    severity: value["severity"],
    classification: isHarmless && text(value["feedback"]) === undefined ? "falsePositive" : value["feedback"],
    determination: undefined,
    assignee: value["assignedTo"],
    recommended: listOf(value["recommendedActions"]).join("\n") || undefined,
    techniques: [],
    cves,
    threats,
    confidence: value["confidence"],
    unmapped: Ocsf.beyond(value, legacyPlaced),
    raw: Ocsf.rawOf(sent),
    witnesses,
    evidences,
    observables,
    tidying
  })
}

/** Maps an alert of `alerts_v2`. */
export const alerts = Ocsf.eventsOf(ofAlert)

/** Maps an alert of the legacy endpoint. */
export const legacyAlerts = Ocsf.eventsOf(ofLegacy)
