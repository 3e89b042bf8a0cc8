/** What the three collections of the security service have in common. */
import type { Reading } from "./EndpointDefinition.ts"

/** They keep their order, and count. */
export const defender = {
  created: "createdDateTime",
  order: "asc",
  upper: "lt",
  late: "count"
} as const satisfies Omit<Reading, "cursor">
