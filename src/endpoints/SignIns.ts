/** Interactive sign-ins of users, from Entra ID. */
import { signIns as ocsf } from "../artifacts/ocsf/OcsfIdentity.ts"
import { mapInSteps } from "../artifacts/SignInArtifacts.ts"
import { interest } from "../artifacts/SignInInterest.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { entraLogs } from "./EntraLogs.ts"

/** `signIns`: v1.0 has the interactive ones only. A record of a tenant with 30 policies has 10 to 15 kB. */
export const signIns = {
  ...entraLogs,
  name: "signIns",
  path: "/v1.0/auditLogs/signIns",
  permissions: ["AuditLog.Read.All"],
  // The names of policies of Conditional Access, and their results.
  helpful: ["Policy.Read.All"],
  licence: "Sign-in logs need Entra ID P1 or P2 in this tenant: get it, or turn this endpoint off",
  cursor: "createdDateTime",
  created: "createdDateTime",
  noun: "sign-ins",
  volume: "high",
  interest,
  label: "interactive sign-ins of users",
  map: mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
