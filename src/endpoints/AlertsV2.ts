/**
 * The alerts of Microsoft Defender XDR and of what is connected to it.
 *
 * @since 0.1.0
 */
import { map } from "../artifacts/Alerts.ts"
import { pageSizes } from "../graph/GraphPolicy.ts"
import type { Endpoint } from "./Endpoint.ts"

/**
 * `alerts_v2`: alerts with typed evidence.
 *
 * @category endpoints
 * @since 0.1.0
 */
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
