/** What the logs of Entra ID have in common. */
import type { EndpointDefinition } from "./EndpointDefinition.ts"

/**
 * Newest first unless ordered; filters take `ge` and `le` only. Records become visible 2 to 20 minutes after they happened, in
 * bad spells hours, and do not change. A walk died after 487,000 rows (microsoftgraph/microsoft-graph-docs-contrib#5974), so
 * that a window is six hours. Microsoft advises 500 rows a page.
 */
export const entraLogs = {
  service: "reports",
  absentIn: ["govsg"],
  retires: false,
  order: "asc",
  upper: "le",
  windowHours: 6,
  overlapMinutesMin: 30,
  late: "reread",
  isFinal: true,
  isOn: false,
  pageSize: 500,
  intervalMinutesMin: 1
} as const satisfies Partial<EndpointDefinition>
