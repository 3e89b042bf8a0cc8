/** Applications that Intune found on devices. */
import { detectedApps as map } from "../artifacts/InventoryArtifacts.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { intune } from "./Intune.ts"

/**
 * `detectedApps`: one row for each name, version and platform that was ever seen. Its links count rows of a list that changes
 * meanwhile, so that a pass may leave one out: none is published as removed.
 */
export const detectedApps = {
  ...intune,
  name: "detectedApps",
  path: "/v1.0/deviceManagement/detectedApps",
  list: { reads: "all", volatile: ["deviceCount"] },
  noun: "applications",
  volume: "high",
  label: "applications on devices managed by Intune",
  map: map.mapInSteps
} as const satisfies EndpointDefinition
