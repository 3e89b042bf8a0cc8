/** `Prefer: include-unknown-enum-members`: Graph sends later additions to an enum only to clients that ask for them. */
import type { Row } from "./Row.ts"

const late: Readonly<Record<string, RegExp>> = {
  serviceSource:
    /^(microsoftDefenderForCloud|microsoftSentinel|microsoftInsiderRiskManagement|microsoftThreatIntelligence|microsoftSecurityForAI)$/,
  detectionSource:
    /^(microsoftDefenderFor(?!Endpoint|Office365|Identity)\w+|nrtAlerts|scheduledAlerts|builtInMl|microsoftSentinel|securityCopilot)$/,
  remediationStatus: /^(active|pendingApproval|declined|unremediated|running|partiallyRemediated)$/
}

const hidden = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map((
      [name, value]
    ) => [name, typeof value === "string" && late[name]?.test(value) === true ? "unknownFutureValue" : value])
  )

/** Replaces late enum members by `unknownFutureValue`, for a client that did not ask for them. */
export const withoutLateMembers = (row: Row): Row => {
  const evidence = row["evidence"]
  return hidden(
    Array.isArray(evidence)
      ? { ...row, evidence: evidence.map((item) => typeof item === "object" && item !== null ? hidden(item) : item) }
      : row
  )
}
