/** Users whom Entra ID Protection takes to be at risk. */
import { riskyUsers as ocsf } from "../artifacts/ocsf/OcsfRisks.ts"
import { users } from "../artifacts/RiskArtifacts.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { identityProtection } from "./IdentityProtection.ts"

/** `riskyUsers`: one record a user, which changes in place. It has no time of creation. */
export const riskyUsers = {
  ...identityProtection,
  name: "riskyUsers",
  path: "/v1.0/identityProtection/riskyUsers",
  permissions: ["IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"],
  licence: "Risky users need Entra ID P2 in this tenant: get it, or turn this endpoint off",
  cursor: "riskLastUpdatedDateTime",
  created: "riskLastUpdatedDateTime",
  intervalMinutesMin: 15,
  noun: "users",
  volume: "low",
  label: "users at risk",
  map: users.mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
