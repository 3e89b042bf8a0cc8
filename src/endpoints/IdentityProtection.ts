/** What the collections of Entra ID Protection have in common. */
import type { EndpointDefinition } from "./EndpointDefinition.ts"

/**
 * Rows come in no order that holds, and a page has 500 at most: 501 is a 400. The service takes one request a second from
 * all applications of a tenant together.
 */
export const identityProtection = {
  service: "identityProtection",
  absentIn: ["china", "govsg"],
  retires: false,
  order: "unproven",
  upper: "le",
  windowHours: 24,
  overlapMinutesMin: 60,
  late: "reread",
  isOn: false,
  pageSize: 500
} as const satisfies Partial<EndpointDefinition>
