/** An incident, after Microsoft's published schema. */
import { Schema } from "effect"
import { classifications, determinations, severities } from "./Alert.ts"
import * as Shape from "./Shape.ts"

const Comment = Schema.Struct({
  comment: Shape.text,
  createdByDisplayName: Shape.text,
  createdDateTime: Shape.text
})

/** Schema for an incident: every property may be null or missing, enums are open. */
export const Incident = Schema.Struct({
  id: Shape.text,
  alerts: Shape.anything,
  assignedTo: Shape.text,
  classification: Shape.text,
  comments: Shape.parts(Comment),
  createdDateTime: Shape.text,
  customTags: Shape.texts,
  description: Shape.text,
  determination: Shape.text,
  displayName: Shape.text,
  incidentWebUrl: Shape.text,
  lastModifiedBy: Shape.text,
  lastUpdateDateTime: Shape.text,
  priorityScore: Shape.number,
  redirectIncidentId: Shape.text,
  resolvingComment: Shape.text,
  severity: Shape.text,
  status: Shape.text,
  summary: Shape.text,
  systemTags: Shape.texts,
  tenantId: Shape.text
})
export type Incident = typeof Incident.Type

/** Compares an incident with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({
  name: "incident",
  schema: Incident,
  words: {
    severity: severities,
    status: ["active", "resolved", "inProgress", "redirected", "unknownFutureValue", "awaitingAction"],
    classification: classifications,
    determination: determinations
  },
  parts: { comments: Shape.make({ name: "comments", schema: Comment }) }
})
