/**
 * The words of Graph's enums. The enums are open: any other word is passed on and reported as drift. Graph sends
 * `unknownFutureValue` in place of words that it does not publish; that is no drift.
 *
 * Long because each word takes a line of its own.
 */

/** Words of Graph's enum `aiAgentPlatform`. */
export const aiAgentPlatform: ReadonlySet<string> = new Set([
  "unknown",
  "azureAIFoundry",
  "copilotStudio",
  "copilot",
  "unknownFutureValue"
])

/** Words of Graph's enum `antispamTeamsDirection`. */
export const antispamTeamsDirection: ReadonlySet<string> = new Set([
  "unknown",
  "inbound",
  "outbound",
  "intraorg",
  "unknownFutureValue"
])

/** Words of Graph's enum `containerPortProtocol`. */
export const containerPortProtocol: ReadonlySet<string> = new Set(["udp", "tcp", "sctp", "unknownFutureValue"])

/** Words of Graph's enum `defenderAvStatus`. */
export const defenderAvStatus: ReadonlySet<string> = new Set([
  "notReporting",
  "disabled",
  "notUpdated",
  "updated",
  "unknown",
  "notSupported",
  "unknownFutureValue"
])

/** Words of Graph's enum `detectionStatus`. */
export const detectionStatus: ReadonlySet<string> = new Set(["detected", "blocked", "prevented", "unknownFutureValue"])

/** Words of Graph's enum `deviceHealthStatus`. */
export const deviceHealthStatus: ReadonlySet<string> = new Set([
  "active",
  "inactive",
  "impairedCommunication",
  "noSensorData",
  "noSensorDataImpairedCommunication",
  "unknown",
  "unknownFutureValue"
])

/** Words of Graph's enum `deviceRiskScore`. */
export const deviceRiskScore: ReadonlySet<string> = new Set([
  "none",
  "informational",
  "low",
  "medium",
  "high",
  "unknownFutureValue"
])

/** Words of Graph's enum `evidenceRemediationStatus`. */
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

/** Words of Graph's enum `evidenceRole`. */
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

/** Words of Graph's enum `evidenceVerdict`. */
export const evidenceVerdict: ReadonlySet<string> = new Set([
  "unknown",
  "suspicious",
  "malicious",
  "noThreatsFound",
  "unknownFutureValue"
])

/** Words of Graph's enum `fileHashAlgorithm`. */
export const fileHashAlgorithm: ReadonlySet<string> = new Set([
  "unknown",
  "md5",
  "sha1",
  "sha256",
  "sha256ac",
  "unknownFutureValue"
])

/** Words of Graph's enum `googleCloudLocationType`. */
export const googleCloudLocationType: ReadonlySet<string> = new Set([
  "unknown",
  "regional",
  "zonal",
  "global",
  "unknownFutureValue"
])

/** Words of Graph's enum `ioTDeviceImportanceType`. */
export const ioTDeviceImportanceType: ReadonlySet<string> = new Set([
  "unknown",
  "low",
  "normal",
  "high",
  "unknownFutureValue"
])

/** Words of Graph's enum `kubernetesPlatform`. */
export const kubernetesPlatform: ReadonlySet<string> = new Set([
  "unknown",
  "aks",
  "eks",
  "gke",
  "arc",
  "unknownFutureValue"
])

/** Words of Graph's enum `kubernetesServiceType`. */
export const kubernetesServiceType: ReadonlySet<string> = new Set([
  "unknown",
  "clusterIP",
  "externalName",
  "nodePort",
  "loadBalancer",
  "unknownFutureValue"
])

/** Words of Graph's enum `mailboxConfigurationType`. */
export const mailboxConfigurationType: ReadonlySet<string> = new Set([
  "mailForwardingRule",
  "owaSettings",
  "ewsSettings",
  "mailDelegation",
  "userInboxRule",
  "unknownFutureValue"
])

/** Words of Graph's enum `onboardingStatus`. */
export const onboardingStatus: ReadonlySet<string> = new Set([
  "insufficientInfo",
  "onboarded",
  "canBeOnboarded",
  "unsupported",
  "unknownFutureValue"
])

/** Words of Graph's enum `protocolType`. */
export const protocolType: ReadonlySet<string> = new Set(["tcp", "udp", "unknownFutureValue"])

/** Words of Graph's enum `servicePrincipalType`. */
export const servicePrincipalType: ReadonlySet<string> = new Set([
  "unknown",
  "application",
  "managedIdentity",
  "legacy",
  "unknownFutureValue"
])

/** Words of Graph's enum `teamsDeliveryLocation`. */
export const teamsDeliveryLocation: ReadonlySet<string> = new Set([
  "unknown",
  "teams",
  "quarantine",
  "failed",
  "unknownFutureValue"
])

/** Words of Graph's enum `teamsMessageDeliveryAction`. */
export const teamsMessageDeliveryAction: ReadonlySet<string> = new Set([
  "unknown",
  "deliveredAsSpam",
  "delivered",
  "blocked",
  "replaced",
  "unknownFutureValue"
])

/** Words of Graph's enum `vmCloudProvider`. */
export const vmCloudProvider: ReadonlySet<string> = new Set(["unknown", "azure", "unknownFutureValue"])
