/**
 * Decides the message type of a legacy alert: the first of 27 rows that holds. The last asks the rows of alerts_v2.
 *
 * See `.github/MAPPING.md`, "Message types of legacy alerts".
 */
import { type AlertFacts, lastTitleRow, messageTypeOf as alertMessageTypeOf, terms } from "./AlertMessageTypes.ts"
import { decide, type Decided, rowsOf } from "./RowTable.ts"

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

const providers: Readonly<Record<string, string>> = {
  IPC: "ipc",
  MCAS: "mcas",
  ASC: "asc",
  AATP: "azure advanced threat protection"
}

const rows = rowsOf<LegacyFacts>(
  String.raw`
1 clicks => phishing_click
2 ransomware => ransomware_download
3 cve => exploit_attempt
4 P IPC & X/LEAKEDCREDENTIALS|ATTEMPTEDPRTACCESS/ => credential_access
5 P IPC & X/PASSWORDSPRAY/ => auth_failure
6 P IPC & X/ANONYMOUSLOGIN|ANONYMIZEDIP|MALICIOUSIP|SUSPICIOUSIP|MALWAREINFECTEDIP|NATIONSTATEIP|ANOMALOUSTOKEN|TOKENISSUER|ATTACKERINTHEMIDDLE|INVESTIGATIONSTHREATINTELLIGENCE|ADMINCONFIRMED/ => malicious_session
7 P IPC => grave malicious_session
8 P MCAS & X/FAILED_LOGIN/ => auth_failure
9 P MCAS & X/RANSOMWARE/ => ransomware_encryption
10 P MCAS & X/MALWARE/ => malicious_software
11 P MCAS & X/FORWARDING|DATA_EXFILTRATION|MASS_DOWNLOAD|MASS_SHARE/ => data_exfiltration
12 P MCAS & X/INBOX_RULE|INBOX_MANIPULATION/ => defense_evasion
13 P MCAS & X/(?:^|_)TOR(?:_|$)|ANONYMOUS|RISKY_IP|BOTNET/ => malicious_session
14 P MCAS & X/ADMIN|PRIVILEGE|IMPERSONAT/ => privilege_escalation
15 P MCAS & X/CABINET_EVENT_MATCH|CABINET_DISCOVERY|INLINE/ => policy_violation
16 P MCAS & X/MANAGEMENT/ => config_change
17 P MCAS => anomalous_behavior
18 P ASC & X/GEOANOMALY|ANONYMITY|ANOMALY|UNUSUAL/ => anomalous_behavior
19 P ASC & X/BRUTEFORCE|FAILEDLOGON/ => auth_failure
20 P ASC & X/SQLINJECTION|VULNERABILITY|EXPLOIT|WEBSHELL/ => X/VULNERABILITYTO/ ? iom_match; exploit_attempt
21 P ASC & X/DDOS/ => service_disruption
22 P ASC & X/MALWARE|MALICIOUSSOFTWARE|CRYPTO/ => malicious_software
23 P ASC & X/EXFILTRATION|DATAEXFIL/ => data_exfiltration
24 P AATP & X/RECONNAISSANCE|ENUMERATION/ => service_discovery
25 P AATP & X/BRUTEFORCE/ => auth_failure
26 P AATP => credential_access
`,
  {
    list: { ...terms.list, P: ([name = ""]) => ({ P }) => P === providers[name] },
    pattern: { ...terms.pattern, X: (pattern) => ({ X }) => pattern.test(X) },
    named: {
      ...terms.named,
      clicks: ({ hasClicks }) => hasClicks,
      ransomware: ({ hasRansomware }) => hasRansomware,
      cve: ({ hasCve }) => hasCve
    }
  }
)

/** The row whose type counts only when no title decides. */
const askingRow = 26

/** Returns a legacy alert's message type and its row: 27 when only a row of `alerts_v2` held. */
export const messageTypeOf = (facts: LegacyFacts): Decided => {
  const decided = decide(rows, facts)
  if (decided !== undefined && decided.row !== askingRow) return decided
  const { row: via, type } = alertMessageTypeOf(facts)
  if (decided === undefined) return { row: 27, via, type }
  return via > lastTitleRow ? decided : { ...decided, via, type }
}
