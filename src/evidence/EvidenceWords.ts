/**
 * The words that Graph's schema knows for each enum of evidence. The enums are open: another word is passed on and
 * reported as drift. `unknownFutureValue`, which Graph sends in the place of words it keeps to itself, is none.
 *
 * Long because a word stands on a line of its own.
 */

/** Known members of `aiAgentPlatform`. */
export const aiAgentPlatform: ReadonlySet<string> = new Set([
  "unknown",
  "azureAIFoundry",
  "copilotStudio",
  "copilot",
  "unknownFutureValue"
])

/** Known members of `antispamTeamsDirection`. */
export const antispamTeamsDirection: ReadonlySet<string> = new Set([
  "unknown",
  "inbound",
  "outbound",
  "intraorg",
  "unknownFutureValue"
])

/** Known members of `containerPortProtocol`. */
export const containerPortProtocol: ReadonlySet<string> = new Set(["udp", "tcp", "sctp", "unknownFutureValue"])

/** Known members of `defenderAvStatus`. */
export const defenderAvStatus: ReadonlySet<string> = new Set([
  "notReporting",
  "disabled",
  "notUpdated",
  "updated",
  "unknown",
  "notSupported",
  "unknownFutureValue"
])

/** Known members of `detectionStatus`. */
export const detectionStatus: ReadonlySet<string> = new Set(["detected", "blocked", "prevented", "unknownFutureValue"])

/** Known members of `deviceHealthStatus`. */
export const deviceHealthStatus: ReadonlySet<string> = new Set([
  "active",
  "inactive",
  "impairedCommunication",
  "noSensorData",
  "noSensorDataImpairedCommunication",
  "unknown",
  "unknownFutureValue"
])

/** Known members of `deviceRiskScore`. */
export const deviceRiskScore: ReadonlySet<string> = new Set([
  "none",
  "informational",
  "low",
  "medium",
  "high",
  "unknownFutureValue"
])

/** Known members of `evidenceRemediationStatus`. */
export const evidenceRemediationStatus: ReadonlySet<string> = new Set([
  "none",
  "remediated",
  "prevented",
  "blocked",
  "notFound",
  "unknownFutureValue",
  "active",
  "pendingApproval",
  "declined",
  "unremediated",
  "running",
  "partiallyRemediated"
])

/** Known members of `evidenceRole`. */
export const evidenceRole: ReadonlySet<string> = new Set([
  "unknown",
  "contextual",
  "scanned",
  "source",
  "destination",
  "created",
  "added",
  "compromised",
  "edited",
  "attacked",
  "attacker",
  "commandAndControl",
  "loaded",
  "suspicious",
  "policyViolator",
  "unknownFutureValue"
])

/** Known members of `evidenceVerdict`. */
export const evidenceVerdict: ReadonlySet<string> = new Set([
  "unknown",
  "suspicious",
  "malicious",
  "noThreatsFound",
  "unknownFutureValue"
])

/** Known members of `fileHashAlgorithm`. */
export const fileHashAlgorithm: ReadonlySet<string> = new Set([
  "unknown",
  "md5",
  "sha1",
  "sha256",
  "sha256ac",
  "unknownFutureValue"
])

/** Known members of `googleCloudLocationType`. */
export const googleCloudLocationType: ReadonlySet<string> = new Set([
  "unknown",
  "regional",
  "zonal",
  "global",
  "unknownFutureValue"
])

/** Known members of `ioTDeviceImportanceType`. */
export const ioTDeviceImportanceType: ReadonlySet<string> = new Set([
  "unknown",
  "low",
  "normal",
  "high",
  "unknownFutureValue"
])

/** Known members of `kubernetesPlatform`. */
export const kubernetesPlatform: ReadonlySet<string> = new Set([
  "unknown",
  "aks",
  "eks",
  "gke",
  "arc",
  "unknownFutureValue"
])

/** Known members of `kubernetesServiceType`. */
export const kubernetesServiceType: ReadonlySet<string> = new Set([
  "unknown",
  "clusterIP",
  "externalName",
  "nodePort",
  "loadBalancer",
  "unknownFutureValue"
])

/** Known members of `mailboxConfigurationType`. */
export const mailboxConfigurationType: ReadonlySet<string> = new Set([
  "mailForwardingRule",
  "owaSettings",
  "ewsSettings",
  "mailDelegation",
  "userInboxRule",
  "unknownFutureValue"
])

/** Known members of `onboardingStatus`. */
export const onboardingStatus: ReadonlySet<string> = new Set([
  "insufficientInfo",
  "onboarded",
  "canBeOnboarded",
  "unsupported",
  "unknownFutureValue"
])

/** Known members of `protocolType`. */
export const protocolType: ReadonlySet<string> = new Set(["tcp", "udp", "unknownFutureValue"])

/** Known members of `servicePrincipalType`. */
export const servicePrincipalType: ReadonlySet<string> = new Set([
  "unknown",
  "application",
  "managedIdentity",
  "legacy",
  "unknownFutureValue"
])

/** Known members of `teamsDeliveryLocation`. */
export const teamsDeliveryLocation: ReadonlySet<string> = new Set([
  "unknown",
  "teams",
  "quarantine",
  "failed",
  "unknownFutureValue"
])

/** Known members of `teamsMessageDeliveryAction`. */
export const teamsMessageDeliveryAction: ReadonlySet<string> = new Set([
  "unknown",
  "deliveredAsSpam",
  "delivered",
  "blocked",
  "replaced",
  "unknownFutureValue"
])

/** Known members of `vmCloudProvider`. */
export const vmCloudProvider: ReadonlySet<string> = new Set(["unknown", "azure", "unknownFutureValue"])
