/** The values of `messageType`: only words that WitFoo's rules know. */

/** Every `messageType` that this connector emits. */
export const messageTypes = [
  "auth_failure",
  "exploit_attempt",
  "privilege_escalation",
  "credential_access",
  "malicious_session",
  "defense_evasion",
  "service_discovery",
  "malicious_behavior",
  "botnet_connection",
  "data_staging",
  "data_exfiltration",
  "phishing_email",
  "phishing_click",
  "ransomware_download",
  "ransomware_encryption",
  "service_disruption",
  "ids_event",
  "content_filter",
  "anomalous_behavior",
  "malicious_software",
  "data_destruction",
  "infrastructure_exploit",
  "prohibited_connection",
  "threat_event",
  "endpoint_protection",
  "policy_violation",
  "blacklisted_process",
  "config_change",
  "ioc_match",
  "iom_match",
  "ids_action"
] as const

/** One of {@link messageTypes}. */
export type MessageType = typeof messageTypes[number]

/** One row of a table of message types; the first row whose condition holds decides. */
export interface Row<in Facts> {
  readonly row: number
  readonly when: (facts: Facts) => boolean
  readonly type: MessageType | ((facts: Facts) => MessageType)
}

/** The message type of an alert, and the row that decided it. */
export interface Decided {
  readonly row: number
  /** The row of `alerts_v2` that decided a legacy alert. */
  readonly via?: number
  readonly type: MessageType
}

/** Returns the type of the first row whose condition holds; `undefined` when none does. */
export const decide = <Facts>(rows: ReadonlyArray<Row<Facts>>, facts: Facts): Decided | undefined => {
  for (const { row, type, when } of rows) {
    if (when(facts)) return { row, type: typeof type === "string" ? type : type(facts) }
  }
  return undefined
}
