/** The alerts of Microsoft Defender XDR and of what is connected to it. */
import { map } from "../artifacts/Alerts.ts"
import { pageSizes } from "../graph/GraphPolicy.ts"
import type { Endpoint } from "./Endpoint.ts"

/** `alerts_v2`: alerts with typed evidence. */
export const alertsV2: Endpoint = {
  name: "alerts_v2",
  path: "/v1.0/security/alerts_v2",
  permissions: [
    "SecurityAlert.Read.All",
    "SecurityAlert.ReadWrite.All",
    "SecurityIncident.Read.All",
    "SecurityIncident.ReadWrite.All"
  ],
  cursor: "lastUpdateDateTime",
  pageSize: pageSizes.alerts_v2,
  retires: false,
  map
}
