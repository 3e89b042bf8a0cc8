/** What Entra ID Protection took for a sign of a stolen account. */
import { riskDetections as ocsf } from "../artifacts/ocsf/OcsfRisks.ts"
import { detections } from "../artifacts/RiskArtifacts.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { identityProtection } from "./IdentityProtection.ts"

/** `riskDetections`: each change of a detection is a version. `createdDateTime` is no property of it. */
export const riskDetections = {
  ...identityProtection,
  name: "riskDetections",
  path: "/v1.0/identityProtection/riskDetections",
  permissions: ["IdentityRiskEvent.Read.All", "IdentityRiskEvent.ReadWrite.All"],
  licence: "Risk detections need Entra ID P1 or P2 in this tenant: get it, or turn this endpoint off",
  cursor: "lastUpdatedDateTime",
  created: "detectedDateTime",
  intervalMinutesMin: 1,
  noun: "detections",
  volume: "low",
  label: "signs of stolen accounts",
  map: detections.mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
