/** The Microsoft Secure Score of each day. */
import { mapInSteps } from "../artifacts/SecureScoreArtifacts.ts"
import type { EndpointDefinition } from "./EndpointDefinition.ts"
import { inventories } from "./Inventories.ts"

/**
 * `secureScores`: one record a day, newest first, held for 90 days; that of today may be computed again. Graph links to older
 * ones however few are asked for, and the links are not followed.
 */
export const secureScores = {
  ...inventories,
  name: "secureScores",
  path: "/v1.0/security/secureScores",
  permissions: ["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"],
  service: "security",
  absentIn: ["china", "bleu", "delos", "govsg"],
  licence: "Open the Microsoft Defender portal once in this tenant, or turn this endpoint off",
  list: { reads: "newest", volatile: ["lastSynced"] },
  pageSize: 90,
  noun: "scores",
  volume: "low",
  label: "Microsoft Secure Score of each day",
  map: mapInSteps
} as const satisfies EndpointDefinition
