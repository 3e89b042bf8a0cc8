/** The legacy alerts, which Microsoft retired on 2026-10-15. */
import { map } from "../artifacts/LegacyAlerts.ts"
import { pageSizes } from "../graph/GraphPolicy.ts"
import type { Endpoint } from "./Endpoint.ts"

/** `alerts`: legacy alerts with their state collections. */
export const alerts: Endpoint = {
  name: "alerts",
  path: "/v1.0/security/alerts",
  permissions: ["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"],
  cursor: "lastModifiedDateTime",
  pageSize: pageSizes.alerts,
  retires: true,
  map
}
