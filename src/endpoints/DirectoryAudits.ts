/** Changes of the directory, from Entra ID. */
import { mapInSteps } from "../artifacts/DirectoryAuditArtifacts.ts"
import { directoryAudits as ocsf } from "../artifacts/ocsf/OcsfIdentity.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { entraLogs } from "./EntraLogs.ts"

/** `directoryAudits`: kept for 7 days, or 30 with P1 or P2. */
export const directoryAudits = {
  ...entraLogs,
  name: "directoryAudits",
  path: "/v1.0/auditLogs/directoryAudits",
  permissions: ["AuditLog.Read.All", "Directory.Read.All"],
  licence: "Get the licence that Graph asks for, or turn this endpoint off",
  cursor: "activityDateTime",
  created: "activityDateTime",
  noun: "audits",
  volume: "medium",
  label: "changes of users, roles, applications and policies",
  map: mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
