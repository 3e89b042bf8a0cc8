/** Decides what a risk detection is to WitFoo's rules: the first of nine rows that holds. */
import type { MessageType } from "./MessageTypes.ts"

/** What decides, in lower case. */
export interface RiskFacts {
  readonly type: string
  readonly state: string
  readonly detail: string
  /** Whether the severity is medium or high. */
  readonly isGrave: boolean
}

/** The message type and its row. A risk that was closed raises nothing. */
export interface RiskType {
  readonly row: number
  readonly type: MessageType
}

const words = (list: string): ReadonlySet<string> => new Set(list.toLowerCase().split(/\s+/))

/** An attacker who passed the second factor is no reason to close them. */
const lasting = words(
  "attackerinTheMiddle anomalousToken tokenIssuerAnomaly adminConfirmedUserCompromised leakedCredentials attemptedPrtAccess"
)

const rows: ReadonlyArray<readonly [row: number, types: ReadonlySet<string>, type: MessageType]> = [
  [2, words("leakedCredentials attemptedPrtAccess"), "credential_access"],
  [3, words("passwordSpray"), "auth_failure"],
  [
    4,
    words(
      "anonymizedIPAddress riskyIPAddress maliciousIPAddress maliciousIPAddressValidCredentialsBlockedIP malwareInfectedIPAddress suspiciousIPAddress nationStateIP anomalousToken tokenIssuerAnomaly attackerinTheMiddle investigationsThreatIntelligence investigationsThreatIntelligenceSigninLinked adminConfirmedUserCompromised userReportedSuspiciousActivity suspiciousSendingPatterns"
    ),
    "malicious_session"
  ],
  [5, words("suspiciousInboxForwarding"), "data_exfiltration"],
  [6, words("mcasSuspiciousInboxManipulationRules"), "defense_evasion"],
  [7, words("mcasFinSuspiciousFileAccess"), "data_staging"],
  [8, words("suspiciousAPITraffic"), "service_discovery"]
]

/** Whether a risk was closed as harmless. */
export const isClosed = ({ detail, state, type }: Pick<RiskFacts, "detail" | "state" | "type">): boolean =>
  state === "confirmedsafe" || state === "dismissed" ||
  state === "remediated" && detail === "userpassedmfadrivenbyriskbasedpolicy" && !lasting.has(type)

/** Returns the first row that holds. */
export const decide = (facts: RiskFacts): RiskType => {
  if (isClosed(facts)) return { row: 1, type: "audit_log" }
  const found = rows.find(([, types]) => types.has(facts.type))
  return found === undefined
    ? { row: 9, type: facts.isGrave ? "malicious_session" : "anomalous_behavior" }
    : { row: found[0], type: found[2] }
}

/** Titles by the type in lower case. */
export const titles: ReadonlyMap<string, string> = new Map(
  Object.entries({
    adminConfirmedUserCompromised: "Admin confirmed user compromised",
    anomalousToken: "Anomalous token",
    anonymizedIPAddress: "Anonymous IP address",
    anomalousUserActivity: "Anomalous user activity",
    attackerinTheMiddle: "Attacker in the Middle",
    attemptedPrtAccess: "Possible attempt to access Primary Refresh Token",
    generic: "Additional risk detected",
    unlikelyTravel: "Atypical travel",
    impossibleTravel: "Atypical travel",
    investigationsThreatIntelligence: "Microsoft Entra threat intelligence",
    leakedCredentials: "Leaked credentials",
    maliciousIPAddress: "Malicious IP address",
    nationStateIP: "Verified threat actor IP",
    newCountry: "New country",
    passwordSpray: "Password spray",
    suspiciousBrowser: "Suspicious browser",
    unfamiliarFeatures: "Unfamiliar sign-in properties",
    userReportedSuspiciousActivity: "User reported suspicious activity"
  }).map(([type, title]) => [type.toLowerCase(), title])
)
