/** The list of endpoints. */
import type { EndpointName } from "../config/Instance.ts"
import { alerts } from "./Alerts.ts"
import { alertsV2 } from "./AlertsV2.ts"
import type { Endpoint } from "./Endpoint.ts"
import { incidents } from "./Incidents.ts"

/** Every endpoint by its name. */
export const endpoints: Readonly<Record<EndpointName, Endpoint>> = { alerts, alerts_v2: alertsV2, incidents }
