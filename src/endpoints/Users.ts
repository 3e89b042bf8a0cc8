/** Users of Entra ID. */
import { users as map } from "../artifacts/InventoryArtifacts.ts"
import { User } from "../domain/User.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { inventories } from "./Inventories.ts"

/** `users`: names and states of accounts, no passwords and no telephone numbers. Graph takes a `$top` of 999 at most. */
export const users = {
  ...inventories,
  name: "users",
  path: "/v1.0/users",
  permissions: ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
  service: "directory",
  licence: "Get the licence that Graph asks for, or turn this endpoint off",
  list: {
    reads: "all",
    select: Object.keys(User.fields),
    lacks: {
      govsg: ["signInActivity"],
      usnat: ["createdDateTime", "employeeType"],
      ussec: ["createdDateTime", "employeeType"]
    },
    volatile: ["signInActivity"],
    unordered: ["assignedLicenses", "disabledPlans", "identities", "proxyAddresses"],
    counts: "asked",
    // A day old in any case, and 5,000 users a minute for all tenants of an application.
    daily: {
      select: ["signInActivity"],
      permissions: ["AuditLog.Read.All"],
      service: "signInActivity",
      licence: "The last sign-in of users needs Entra ID P1 or P2 in this tenant",
      pageSize: 500
    }
  },
  pageSize: 999,
  noun: "users",
  volume: "medium",
  label: "users of Entra ID",
  map: map.mapInSteps
} as const satisfies EndpointDefinition
