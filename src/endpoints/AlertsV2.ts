/** The alerts of Microsoft Defender XDR and of the products connected to it. */
import { mapInSteps } from "../artifacts/AlertArtifacts.ts"
import { alerts as ocsf } from "../artifacts/ocsf/OcsfAlerts.ts"
import { defender } from "./Defender.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"

/** `alerts_v2`: alerts with typed evidence. Graph clamps `$top` to 1000 (elastic/integrations#20348). */
export const alertsV2 = {
  name: "alerts_v2",
  path: "/v1.0/security/alerts_v2",
  permissions: [
    "SecurityAlert.Read.All",
    "SecurityAlert.ReadWrite.All",
    "SecurityIncident.Read.All",
    "SecurityIncident.ReadWrite.All"
  ],
  ...defender,
  cursor: "lastUpdateDateTime",
  isOn: true,
  pageSize: 1000,
  intervalMinutesMin: 1,
  retires: false,
  noun: "alerts",
  volume: "medium",
  label: "alerts with their evidence",
  map: mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
