/**
 * The words that Graph's schema knows for each enum of evidence. The enums are open: another word is passed on and
 * reported as drift. `unknownFutureValue`, which Graph sends in the place of words it keeps to itself, is none.
 *
 * Long because a word stands on a line of its own.
 *
 * @since 0.1.0
 */

/**
 * Known members of `aiAgentPlatform`.
 *
 * @category words
 * @since 0.1.0
 */
export const aiAgentPlatform: ReadonlySet<string> = new Set([
  "unknown",
  "azureAIFoundry",
  "copilotStudio",
  "copilot",
  "unknownFutureValue"
])

/**
 * Known members of `antispamTeamsDirection`.
 *
 * @category words
 * @since 0.1.0
 */
export const antispamTeamsDirection: ReadonlySet<string> = new Set([
  "unknown",
  "inbound",
  "outbound",
  "intraorg",
  "unknownFutureValue"
])

/**
 * Known members of `containerPortProtocol`.
 *
 * @category words
 * @since 0.1.0
 */
export const containerPortProtocol: ReadonlySet<string> = new Set(["udp", "tcp", "sctp", "unknownFutureValue"])

/**
 * Known members of `defenderAvStatus`.
 *
 * @category words
 * @since 0.1.0
 */
export const defenderAvStatus: ReadonlySet<string> = new Set([
  "notReporting",
  "disabled",
  "notUpdated",
  "updated",
  "unknown",
  "notSupported",
  "unknownFutureValue"
])

/**
 * Known members of `detectionStatus`.
 *
 * @category words
 * @since 0.1.0
 */
export const detectionStatus: ReadonlySet<string> = new Set(["detected", "blocked", "prevented", "unknownFutureValue"])

/**
 * Known members of `deviceHealthStatus`.
 *
 * @category words
 * @since 0.1.0
 */
export const deviceHealthStatus: ReadonlySet<string> = new Set([
  "active",
  "inactive",
  "impairedCommunication",
  "noSensorData",
  "noSensorDataImpairedCommunication",
  "unknown",
  "unknownFutureValue"
])

/**
 * Known members of `deviceRiskScore`.
 *
 * @category words
 * @since 0.1.0
 */
export const deviceRiskScore: ReadonlySet<string> = new Set([
  "none",
  "informational",
  "low",
  "medium",
  "high",
  "unknownFutureValue"
])

/**
 * Known members of `evidenceRemediationStatus`.
 *
 * @category words
 * @since 0.1.0
 */
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

/**
 * Known members of `evidenceRole`.
 *
 * @category words
 * @since 0.1.0
 */
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

/**
 * Known members of `evidenceVerdict`.
 *
 * @category words
 * @since 0.1.0
 */
export const evidenceVerdict: ReadonlySet<string> = new Set([
  "unknown",
  "suspicious",
  "malicious",
  "noThreatsFound",
  "unknownFutureValue"
])

/**
 * Known members of `fileHashAlgorithm`.
 *
 * @category words
 * @since 0.1.0
 */
export const fileHashAlgorithm: ReadonlySet<string> = new Set([
  "unknown",
  "md5",
  "sha1",
  "sha256",
  "sha256ac",
  "unknownFutureValue"
])

/**
 * Known members of `googleCloudLocationType`.
 *
 * @category words
 * @since 0.1.0
 */
export const googleCloudLocationType: ReadonlySet<string> = new Set([
  "unknown",
  "regional",
  "zonal",
  "global",
  "unknownFutureValue"
])

/**
 * Known members of `ioTDeviceImportanceType`.
 *
 * @category words
 * @since 0.1.0
 */
export const ioTDeviceImportanceType: ReadonlySet<string> = new Set([
  "unknown",
  "low",
  "normal",
  "high",
  "unknownFutureValue"
])

/**
 * Known members of `kubernetesPlatform`.
 *
 * @category words
 * @since 0.1.0
 */
export const kubernetesPlatform: ReadonlySet<string> = new Set([
  "unknown",
  "aks",
  "eks",
  "gke",
  "arc",
  "unknownFutureValue"
])

/**
 * Known members of `kubernetesServiceType`.
 *
 * @category words
 * @since 0.1.0
 */
export const kubernetesServiceType: ReadonlySet<string> = new Set([
  "unknown",
  "clusterIP",
  "externalName",
  "nodePort",
  "loadBalancer",
  "unknownFutureValue"
])

/**
 * Known members of `mailboxConfigurationType`.
 *
 * @category words
 * @since 0.1.0
 */
export const mailboxConfigurationType: ReadonlySet<string> = new Set([
  "mailForwardingRule",
  "owaSettings",
  "ewsSettings",
  "mailDelegation",
  "userInboxRule",
  "unknownFutureValue"
])

/**
 * Known members of `onboardingStatus`.
 *
 * @category words
 * @since 0.1.0
 */
export const onboardingStatus: ReadonlySet<string> = new Set([
  "insufficientInfo",
  "onboarded",
  "canBeOnboarded",
  "unsupported",
  "unknownFutureValue"
])

/**
 * Known members of `protocolType`.
 *
 * @category words
 * @since 0.1.0
 */
export const protocolType: ReadonlySet<string> = new Set(["tcp", "udp", "unknownFutureValue"])

/**
 * Known members of `servicePrincipalType`.
 *
 * @category words
 * @since 0.1.0
 */
export const servicePrincipalType: ReadonlySet<string> = new Set([
  "unknown",
  "application",
  "managedIdentity",
  "legacy",
  "unknownFutureValue"
])

/**
 * Known members of `teamsDeliveryLocation`.
 *
 * @category words
 * @since 0.1.0
 */
export const teamsDeliveryLocation: ReadonlySet<string> = new Set([
  "unknown",
  "teams",
  "quarantine",
  "failed",
  "unknownFutureValue"
])

/**
 * Known members of `teamsMessageDeliveryAction`.
 *
 * @category words
 * @since 0.1.0
 */
export const teamsMessageDeliveryAction: ReadonlySet<string> = new Set([
  "unknown",
  "deliveredAsSpam",
  "delivered",
  "blocked",
  "replaced",
  "unknownFutureValue"
])

/**
 * Known members of `vmCloudProvider`.
 *
 * @category words
 * @since 0.1.0
 */
export const vmCloudProvider: ReadonlySet<string> = new Set(["unknown", "azure", "unknownFutureValue"])
