/** What the collections have in common that are read as lists. */
import type { EndpointDefinition } from "./EndpointDefinition.ts"

/** Rows come in no order that holds, and nothing tells when one changed. A list is read once an hour. */
export const inventories = {
  retires: false,
  cursor: "",
  created: "",
  order: "unproven",
  upper: "le",
  late: "none",
  isOn: false,
  intervalMinutesMin: 60
} as const satisfies Partial<EndpointDefinition>
