/** What the three collections of the security service have in common. */
import type { Collection, Reading } from "./EndpointDefinition.ts"

/** They keep their order, and count. */
export const defender = {
  service: "security",
  absentIn: ["china", "bleu", "delos", "govsg"],
  licence: "Onboard the tenant to Microsoft Defender XDR, or turn this endpoint off",
  created: "createdDateTime",
  order: "asc",
  upper: "lt",
  late: "count"
} as const satisfies Omit<Reading, "cursor"> & Pick<Collection, "absentIn" | "licence" | "service">
