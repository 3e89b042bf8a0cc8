/** The values of `messageType`: only words that WitFoo's rules know, and three of its own, which none of them reads. */

/** Every `messageType` that this connector emits. */
export const messageTypes = [
  "auth_failure",
  "exploit_attempt",
  "privilege_escalation",
  "credential_access",
  "malicious_session",
  "defense_evasion",
  "service_discovery",
  "recon",
  "malicious_behavior",
  "botnet_connection",
  "data_staging",
  "data_exfiltration",
  "phishing_email",
  "phishing_click",
  "ransomware_download",
  "ransomware_encryption",
  "service_disruption",
  "degraded_service",
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
  "audit_log",
  "account_logon",
  "management_message"
] as const

/** One of {@link messageTypes}. */
export type MessageType = typeof messageTypes[number]

/** Writes a message type for a tag, where it must not look like a tag that rules know. */
export const written = (type: MessageType): string => type.replaceAll("_", "-")
