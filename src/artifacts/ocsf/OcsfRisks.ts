/** Maps risk detections and risky users of Entra ID Protection to Detection Findings of OCSF. */
import type { GraphRecord } from "../../domain/GraphRecord.ts"
import { text } from "../../domain/NormalForms.ts"
import * as Risk from "../../domain/Risk.ts"
import type { Properties } from "../../domain/Shape.ts"
import type { MappingContext, report } from "../Mapped.ts"
import * as Risks from "../RiskArtifacts.ts"
import { isClosed, titles } from "../RiskTypes.ts"
import * as Ocsf from "./OcsfEvent.ts"
import { attacksOf } from "./OcsfFindings.ts"
import { addressOf, observedIn, placeOf, userIn } from "./OcsfIdentity.ts"
import { endpointOf } from "./OcsfObjects.ts"

type Drifts = Parameters<typeof report>[0]

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "))

const ofRisk = (context: MappingContext, record: GraphRecord, publication: Ocsf.Publication, risk: {
  readonly endpoint: "riskDetections" | "riskyUsers"
  readonly message: string
  readonly value: Properties
  readonly title: string
  readonly level: string
  readonly isOver: boolean
  readonly userId: unknown
  readonly created: unknown
  readonly updated: unknown
  readonly placed: ReadonlySet<string>
}): Ocsf.OcsfEvent => {
  const { created, endpoint, isOver, level, message, placed, title, updated, value } = risk
  const state = (text(value["riskState"]) ?? "none").toLowerCase()
  const { techniques } = Risks.toldIn(value["additionalInfo"])
  const user = userIn(value, risk.userId, value["userDisplayName"])
  const ip = addressOf(value["ipAddress"])
  const client = endpointOf({ ip })
  const evidence = {
    name: "user",
    user,
    src_endpoint: client === undefined ? undefined : { ...client, location: placeOf(value) }
  }
  const { from, to } = Ocsf.span(created, updated)
  return Ocsf.make(context, record, publication, {
    class: "detection",
    endpoint,
    activity: Ocsf.activityOf(isOver, publication),
    severity: Ocsf.severityOf(Risks.severityOf(state, level, isOver).label),
    time: Ocsf.millis(updated) ?? from,
    product: { name: "Microsoft Entra ID Protection", feature: text(value["source"]) },
    profiles: ["incident"],
    correlation: text(value["correlationId"]),
    raw: message,
    attributes: {
      message: title,
      status_id: isOver ? 4 : 1,
      status: isOver ? "Resolved" : "New",
      status_detail: text(value["riskState"]),
      is_alert: endpoint === "riskDetections",
      ...state === "confirmedcompromised"
        ? { verdict_id: 2, verdict: "True Positive" }
        : state === "confirmedsafe" || state === "dismissed"
        ? { verdict_id: 1, verdict: "False Positive" }
        : {},
      start_time: from,
      end_time: to,
      risk_level: text(value["riskLevel"]),
      finding_info: {
        uid: Ocsf.findingUid(context, endpoint, record.id),
        title,
        types: [text(value["riskEventType"])].filter((one) => one !== undefined),
        created_time: from,
        modified_time: Ocsf.millis(updated),
        attacks: attacksOf(techniques)
      },
      evidences: user === undefined && client === undefined ? [] : [evidence],
      resources: user === undefined ? [] : [{ name: user.name, uid: user.uid, type: "User" }],
      observables: observedIn(user, ip, { user: "evidences[].user", endpoint: "evidences[].src_endpoint" }).toArray(),
      unmapped: Ocsf.beyond(value, placed)
    }
  })
}

const riskPlaced = words(
  "id userPrincipalName userDisplayName ipAddress location source riskEventType riskLevel correlationId activityDateTime detectedDateTime lastUpdatedDateTime riskLastUpdatedDateTime"
)

function* ofDetection(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Drifts
): Ocsf.EventSteps {
  const { level, message, state, value } = Risks.read(Risk.detection, record, drift)
  const type = text(value["riskEventType"])?.trim() ?? ""
  yield ofRisk(context, record, publication, {
    endpoint: "riskDetections",
    message,
    value,
    title: titles.get(type.toLowerCase()) ?? (type === "" ? "Risk detection" : type),
    level,
    isOver: isClosed({
      type: type.toLowerCase(),
      state: state.toLowerCase(),
      detail: (text(value["riskDetail"]) ?? "").trim().toLowerCase()
    }),
    userId: value["userId"],
    created: value["activityDateTime"] ?? value["detectedDateTime"],
    updated: value["lastUpdatedDateTime"],
    placed: riskPlaced
  })
}

function* ofUser(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Drifts
): Ocsf.EventSteps {
  const { level, message, state, value } = Risks.read(Risk.user, record, drift)
  yield ofRisk(context, record, publication, {
    endpoint: "riskyUsers",
    message,
    value,
    title: "Risky user",
    level,
    isOver: !Risks.isOpen(state),
    userId: value["id"],
    created: undefined,
    updated: value["riskLastUpdatedDateTime"],
    placed: riskPlaced
  })
}

/** Maps a risk detection. */
export const riskDetections = Ocsf.eventsOf(ofDetection)

/** Maps a risky user. */
export const riskyUsers = Ocsf.eventsOf(ofUser)
