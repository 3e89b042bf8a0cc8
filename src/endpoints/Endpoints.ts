/**
 * The list of endpoints.
 *
 * @since 0.1.0
 */
import type { EndpointName } from "../config/Instance.ts"
import { alerts } from "./Alerts.ts"
import { alertsV2 } from "./AlertsV2.ts"
import type { Endpoint } from "./Endpoint.ts"
import { incidents } from "./Incidents.ts"

/**
 * Every endpoint by its name.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const endpoints: Readonly<Record<EndpointName, Endpoint>> = { alerts, alerts_v2: alertsV2, incidents }
