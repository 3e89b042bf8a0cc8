/** The incidents that Microsoft Defender XDR makes of alerts. */
import { mapInSteps } from "../artifacts/IncidentArtifacts.ts"
import { incidents as ocsf } from "../artifacts/ocsf/OcsfIncidents.ts"
import { defender } from "./Defender.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"

/**
 * `incidents`: incidents without their alerts, which `alerts_v2` brings. Graph answers 400 to a `$top` above 50
 * (wazuh/wazuh#28070). Incidents change more slowly than alerts, hence the longer interval.
 */
export const incidents = {
  name: "incidents",
  path: "/v1.0/security/incidents",
  permissions: ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"],
  ...defender,
  cursor: "lastUpdateDateTime",
  isOn: true,
  pageSize: 50,
  intervalMinutesMin: 15,
  retires: false,
  noun: "incidents",
  volume: "low",
  label: "alerts grouped by attack",
  map: mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
