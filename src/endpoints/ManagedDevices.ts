/** Devices that Intune manages. */
import { managedDevices as map } from "../artifacts/InventoryArtifacts.ts"
import { ManagedDevice } from "../domain/ManagedDevice.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { intune } from "./Intune.ts"

/**
 * `managedDevices`: Graph tells their number by itself. What it has only of a single device (addresses, memory) would cost a
 * request each; unlock codes and telephone numbers are not asked for.
 */
export const managedDevices = {
  ...intune,
  name: "managedDevices",
  path: "/v1.0/deviceManagement/managedDevices",
  list: {
    reads: "all",
    select: Object.keys(ManagedDevice.fields),
    volatile: ["lastSyncDateTime", "complianceGracePeriodExpirationDateTime"],
    counts: "sent"
  },
  noun: "devices",
  volume: "medium",
  label: "devices managed by Intune",
  map: map.mapInSteps
} as const satisfies EndpointDefinition
