/** Builds records of an invented tenant. */
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import type { MappingContext } from "../../src/artifacts/Mapped.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"

export const context: MappingContext = {
  tenantId: "11111111-1111-4111-8111-111111111111",
  displayName: "Contoso production",
  senderHost: "record",
  graphHost: "graph.microsoft.com",
  orgId: "7",
  applianceId: "appliance-1"
}

export const recordOf = (value: object, at = "2026-11-20T12:00:00Z"): GraphRecord => {
  const { id, lastModifiedDateTime, lastUpdateDateTime } = value as Record<string, unknown>
  const changed = [lastUpdateDateTime, lastModifiedDateTime].find((time) => typeof time === "string")
  return {
    id: typeof id === "string" && id !== "" ? id : "da1",
    cursor: normalize(changed ?? "") ?? normalize(at)!,
    sent: ofValue(value)
  }
}

export const alert = (properties: object) =>
  recordOf({
    id: "da1",
    title: "Suspicious activity",
    severity: "high",
    status: "new",
    serviceSource: "microsoft365Defender",
    createdDateTime: "2026-11-20T11:59:00Z",
    lastUpdateDateTime: "2026-11-20T12:00:00Z",
    evidence: [],
    ...properties
  })

export const evidence = (type: string, properties: object = {}) => ({
  "@odata.type": `#microsoft.graph.security.${type}Evidence`,
  createdDateTime: "2026-11-20T11:58:00Z",
  verdict: "unknown",
  remediationStatus: "none",
  roles: [],
  detailedRoles: [],
  tags: [],
  ...properties
})

/** Joins the eleven fields by which Conductor's filter distinguishes artifacts. */
export const filterKey = (artifact: Artifact): string =>
  JSON.stringify([
    artifact.senderHost,
    artifact.clientIP,
    artifact.serverIP,
    artifact.serverPort,
    artifact.protocol,
    artifact.userName,
    artifact.fileName,
    artifact.streamName,
    artifact.messageType,
    artifact.action,
    artifact.severityLabel
  ])
