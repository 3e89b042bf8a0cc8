/** Devices that are known to Entra ID. */
import { devices as map } from "../artifacts/InventoryArtifacts.ts"
import { Device } from "../domain/Device.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { inventories } from "./Inventories.ts"

/** `devices`: Graph takes a `$top` of 999 at most. What it sends without being asked is left out: keys, and internal ids. */
export const devices = {
  ...inventories,
  name: "devices",
  path: "/v1.0/devices",
  permissions: ["Device.Read.All", "Device.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
  service: "directory",
  licence: "Get the licence that Graph asks for, or turn this endpoint off",
  list: {
    reads: "all",
    select: Object.keys(Device.fields),
    lacks: {
      usnat: ["enrollmentType", "isRooted", "managementType"],
      ussec: ["enrollmentType", "isRooted", "managementType"]
    },
    volatile: ["approximateLastSignInDateTime", "complianceExpirationDateTime"],
    unordered: ["systemLabels"],
    counts: "asked"
  },
  pageSize: 999,
  noun: "devices",
  volume: "medium",
  label: "devices known to Entra ID",
  map: map.mapInSteps
} as const satisfies EndpointDefinition
