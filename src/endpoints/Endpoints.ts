/** The list of endpoints. Settings, `/status`, commands, forms and tables take their names from it. */
import { Duration, Record } from "effect"
import { alerts } from "./Alerts.ts"
import { alertsV2 } from "./AlertsV2.ts"
import { detectedApps } from "./DetectedApps.ts"
import { devices } from "./Devices.ts"
import { directoryAudits } from "./DirectoryAudits.ts"
import type { EndpointDefinition, Reading } from "./EndpointDefinition.ts"
import { incidents } from "./Incidents.ts"
import { managedDevices } from "./ManagedDevices.ts"
import { riskDetections } from "./RiskDetections.ts"
import { riskyUsers } from "./RiskyUsers.ts"
import { secureScores } from "./SecureScores.ts"
import { signIns } from "./SignIns.ts"
import { users } from "./Users.ts"

/** Every endpoint, in the order of `/status`. */
export const all = [
  alerts,
  alertsV2,
  incidents,
  signIns,
  directoryAudits,
  riskDetections,
  riskyUsers,
  secureScores,
  managedDevices,
  detectedApps,
  users,
  devices
] as const

/** Name of an endpoint, as Graph spells it. */
export type EndpointName = typeof all[number]["name"]

/** An endpoint of the list. */
export type Endpoint = EndpointDefinition & { readonly name: EndpointName }

/** Every endpoint's name, in the same order. */
export const names: ReadonlyArray<EndpointName> = all.map(({ name }) => name)

/** A record with one value for each endpoint. */
export const each = <A>(valueOf: (endpoint: Endpoint) => A): Record<EndpointName, A> =>
  Record.fromIterableWith(all, (endpoint) => [endpoint.name, valueOf(endpoint)]) as Record<EndpointName, A>

/** Every endpoint by its name. */
export const endpoints = each((endpoint) => endpoint)

/** Milliseconds behind the mark that each poll reads again: as the settings say, and at least what the service needs. */
export const overlapMillis = (
  { overlapMinutesMin = 0 }: Pick<Reading, "overlapMinutesMin">,
  { overlap }: { readonly overlap: Duration.Duration }
): number => Math.max(Duration.toMillis(overlap), overlapMinutesMin * 60_000)
