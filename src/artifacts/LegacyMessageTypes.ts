/**
 * Decides the message type of a legacy alert: the first of 27 rows that holds. The last asks the rows of alerts_v2.
 *
 * See `.github/MAPPING.md`, "Message types of legacy alerts".
 */
import { type AlertFacts, messageTypeOf as alertMessageTypeOf, otherwise } from "./AlertMessageTypes.ts"
import { decide, type Decided, type Row } from "./MessageTypes.ts"

/** What the rows read, computed once for each legacy alert. */
export interface LegacyFacts extends AlertFacts {
  /** Provider, lower case. */
  readonly P: string
  /** Category, upper case. */
  readonly X: string
  readonly hasClicks: boolean
  readonly hasRansomware: boolean
  readonly hasCve: boolean
}

type Condition = (facts: LegacyFacts) => boolean

const provider = (name: string, pattern?: RegExp): Condition => {
  const known = name.toLowerCase()
  return ({ P, X }) => P === known && (pattern === undefined || pattern.test(X))
}

const identityProtection = "IPC"
const cloudApps = "MCAS"
const cloud = "ASC"
const identity = "Azure Advanced Threat Protection"

const rows: ReadonlyArray<Row<LegacyFacts>> = [
  { row: 1, when: ({ hasClicks }) => hasClicks, type: "phishing_click" },
  { row: 2, when: ({ hasRansomware }) => hasRansomware, type: "ransomware_download" },
  {
    row: 3,
    when: ({ hasCve }) =>
      hasCve,
    type: "exploit_attempt"
  },
  { row: 4, when: provider(identityProtection, /LEAKEDCREDENTIALS|ATTEMPTEDPRTACCESS/), type: "credential_access" },
  { row: 5, when: provider(identityProtection, /PASSWORDSPRAY/), type: "auth_failure" },
  {
    row: 6,
    when: provider(
      identityProtection,
      /ANONYMOUSLOGIN|ANONYMIZEDIP|MALICIOUSIP|SUSPICIOUSIP|MALWAREINFECTEDIP|NATIONSTATEIP|ANOMALOUSTOKEN|TOKENISSUER|ATTACKERINTHEMIDDLE|INVESTIGATIONSTHREATINTELLIGENCE|ADMINCONFIRMED/
    ),
    type: "malicious_session"
  },
  {
    row: 7,
    when: provider(identityProtection),
    type: ({ severity }) =>
      severity === "medium" || severity === "high" || severity === "critical"
        ? "malicious_session"
        : "anomalous_behavior"
  },
  { row: 8, when: provider(cloudApps, /FAILED_LOGIN/), type: "auth_failure" },
  { row: 9, when: provider(cloudApps, /RANSOMWARE/), type: "ransomware_encryption" },
  { row: 10, when: provider(cloudApps, /MALWARE/), type: "malicious_software" },
  {
    row: 11,
    when: provider(cloudApps, /FORWARDING|DATA_EXFILTRATION|MASS_DOWNLOAD|MASS_SHARE/),
    type: "data_exfiltration"
  },
  { row: 12, when: provider(cloudApps, /INBOX_RULE|INBOX_MANIPULATION/), type: "defense_evasion" },
  { row: 13, when: provider(cloudApps, /(?:^|_)TOR(?:_|$)|ANONYMOUS|RISKY_IP|BOTNET/), type: "malicious_session" },
  { row: 14, when: provider(cloudApps, /ADMIN|PRIVILEGE|IMPERSONAT/), type: "privilege_escalation" },
  { row: 15, when: provider(cloudApps, /CABINET_EVENT_MATCH|CABINET_DISCOVERY|INLINE/), type: "policy_violation" },
  { row: 16, when: provider(cloudApps, /MANAGEMENT/), type: "config_change" },
  { row: 17, when: provider(cloudApps), type: "anomalous_behavior" },
  { row: 18, when: provider(cloud, /GEOANOMALY|ANONYMITY|ANOMALY|UNUSUAL/), type: "anomalous_behavior" },
  { row: 19, when: provider(cloud, /BRUTEFORCE|FAILEDLOGON/), type: "auth_failure" },
  { row: 20, when: provider(cloud, /SQLINJECTION|VULNERABILITY|EXPLOIT|WEBSHELL/), type: "exploit_attempt" },
  { row: 21, when: provider(cloud, /DDOS/), type: "service_disruption" },
  { row: 22, when: provider(cloud, /MALWARE|MALICIOUSSOFTWARE|CRYPTO/), type: "malicious_software" },
  { row: 23, when: provider(cloud, /EXFILTRATION|DATAEXFIL/), type: "data_exfiltration" },
  { row: 24, when: provider(identity, /RECONNAISSANCE|ENUMERATION/), type: "service_discovery" },
  { row: 25, when: provider(identity, /BRUTEFORCE/), type: "auth_failure" },
  { row: 26, when: provider(identity), type: "credential_access" }
]

/** The row whose type counts only when no row of `alerts_v2` decides. */
const askingRow = 26

/** Returns a legacy alert's message type and its row: 27 when only a row of `alerts_v2` held. */
export const messageTypeOf = (facts: LegacyFacts): Decided => {
  const decided = decide(rows, facts)
  if (decided !== undefined && decided.row !== askingRow) return decided
  const { row: via, type } = alertMessageTypeOf(facts)
  if (decided === undefined) return { row: 27, via, type }
  return via === otherwise.row ? decided : { ...decided, via, type }
}
