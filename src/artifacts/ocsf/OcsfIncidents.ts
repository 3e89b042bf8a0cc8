/** Maps incidents to Incident Findings of OCSF. */
import { evidenceMappedMax } from "../../domain/Bounds.ts"
import type { GraphRecord } from "../../domain/GraphRecord.ts"
import { shape } from "../../domain/Incident.ts"
import { text } from "../../domain/NormalForms.ts"
import { isProperties, type Properties } from "../../domain/Shape.ts"
import { isClosed } from "../AlertCase.ts"
import { type MappingContext, report } from "../Mapped.ts"
import * as Ocsf from "./OcsfEvent.ts"
import { assigneeOf } from "./OcsfFindings.ts"
import { classified, commentsOf } from "./Verdicts.ts"

const statuses: ReadonlyMap<string, Ocsf.Word> = new Map<string, Ocsf.Word>([
  ["active", [1, "New"]],
  ["new", [1, "New"]],
  ["inprogress", [2, "In Progress"]],
  ["awaitingaction", [3, "On Hold"]],
  ["resolved", [4, "Resolved"]],
  ["redirected", [5, "Closed"]]
])

const placed: ReadonlySet<string> = new Set(
  "id displayName description createdDateTime lastUpdateDateTime incidentWebUrl severity status classification assignedTo tenantId"
    .split(" ")
)

/** Microsoft's own bounds of a low, a medium and a high priority. */
const priorities = { medium: 15, high: 85 } as const

const priorityOf = (score: unknown): Ocsf.Word => {
  const found = typeof score === "number" ? score : NaN
  if (Number.isNaN(found)) return [0, "Unknown"]
  return found > priorities.high ? [3, "High"] : found < priorities.medium ? [1, "Low"] : [2, "Medium"]
}

/** The alerts of an incident that was read with them. */
const alertsOf = (context: MappingContext, alerts: unknown): ReadonlyArray<object> =>
  (Array.isArray(alerts) ? alerts.slice(0, evidenceMappedMax) : []).flatMap((alert: unknown) => {
    const id = isProperties(alert) ? text(alert["id"]) : undefined
    return id === undefined
      ? []
      : [{ uid: Ocsf.findingUid(context, "alerts_v2", id), title: text((alert as Properties)["title"]) }]
  })

function* ofIncident(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Parameters<typeof report>[0]
): Ocsf.EventSteps {
  const sent = record.sent.content()
  const { drift: found, value } = shape.inspect(sent.value as Properties)
  report(drift, found)
  const into = text(value["redirectIncidentId"])
  // Graph names the incident that this one was merged into before, or without, changing the status.
  const [status_id, status] = Ocsf.wordOf(statuses, into === undefined ? value["status"] : "redirected")
  const [priority_id, priority] = priorityOf(value["priorityScore"])
  const { verdict, verdict_id } = classified(value["classification"], value["determination"])
  const assignee = assigneeOf(value["assignedTo"])
  const uid = Ocsf.findingUid(context, "incidents", record.id)
  const title = text(value["displayName"]) ?? `Incident ${record.id}`
  const [created, updated] = [Ocsf.millis(value["createdDateTime"]), Ocsf.millis(value["lastUpdateDateTime"])]
  const src_url = text(value["incidentWebUrl"])
  yield Ocsf.make(context, record, publication, {
    class: "incident",
    endpoint: "incidents",
    activity: Ocsf.activityOf(into !== undefined || isClosed(value["status"]), publication),
    severity: Ocsf.severityOf(value["severity"]),
    time: updated ?? created,
    product: { name: "Microsoft Defender XDR" },
    correlation: uid,
    raw: Ocsf.rawOf(sent),
    attributes: {
      message: title,
      desc: text(value["description"]),
      status_id,
      status,
      priority_id,
      priority,
      verdict_id,
      verdict,
      comment: text(value["resolvingComment"]) ?? commentsOf(value["comments"]),
      src_url,
      // OCSF wants one or the other.
      ...assignee === undefined ? { assignee_group: { name: "Unassigned" } } : { assignee },
      finding_info_list: [{
        uid,
        title,
        desc: text(value["description"]),
        created_time: created,
        modified_time: updated,
        src_url,
        related_events: into === undefined
          ? []
          : [{ uid: Ocsf.findingUid(context, "incidents", into), type: "Incident Finding", desc: "merged into" }]
      }, ...alertsOf(context, value["alerts"])],
      unmapped: Ocsf.beyond(value, placed)
    }
  })
}

/** Maps an incident. */
export const incidents = Ocsf.eventsOf(ofIncident)
