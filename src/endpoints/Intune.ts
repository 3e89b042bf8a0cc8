/** What the collections of Intune have in common. */
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { inventories } from "./Inventories.ts"

/** Both want the same permission. A page has 1,000 objects at most. */
export const intune = {
  ...inventories,
  service: "intune",
  absentIn: ["govsg", "usnat", "ussec"],
  permissions: ["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"],
  licence: "Intune is not set up in this tenant: get a licence of it, or turn this endpoint off",
  pageSize: 1000
} as const satisfies Partial<EndpointDefinition>
