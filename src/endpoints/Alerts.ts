/** The legacy alerts, which Microsoft retired on 2026-10-15. */
import { mapInSteps } from "../artifacts/LegacyAlertArtifacts.ts"
import { legacyAlerts as ocsf } from "../artifacts/ocsf/OcsfAlerts.ts"
import { defender } from "./Defender.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"

/** `alerts`: legacy alerts with their state collections. Graph clamps `$top` to 1000, and does not count. */
export const alerts = {
  name: "alerts",
  path: "/v1.0/security/alerts",
  permissions: ["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"],
  ...defender,
  cursor: "lastModifiedDateTime",
  late: "none",
  isOn: true,
  pageSize: 1000,
  intervalMinutesMin: 1,
  retires: true,
  noun: "alerts",
  volume: "low",
  label: "legacy alerts",
  map: mapInSteps,
  ocsf
} as const satisfies EndpointDefinition
