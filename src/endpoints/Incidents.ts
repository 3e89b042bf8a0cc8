/** The incidents that Microsoft Defender XDR makes of alerts. */
import { map } from "../artifacts/Incidents.ts"
import { pageSizes } from "../graph/GraphPolicy.ts"
import type { Endpoint } from "./Endpoint.ts"

/** `incidents`: incidents without their alerts, which `alerts_v2` brings. */
export const incidents: Endpoint = {
  name: "incidents",
  path: "/v1.0/security/incidents",
  permissions: ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"],
  cursor: "lastUpdateDateTime",
  pageSize: pageSizes.incidents,
  retires: false,
  map
}
