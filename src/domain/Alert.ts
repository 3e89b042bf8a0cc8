/** An alert of `alerts_v2`, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

const Comment = Schema.Struct({
  comment: Shape.text,
  createdByDisplayName: Shape.text,
  createdDateTime: Shape.text
})

/** Schema for an alert: every property may be null or missing, enums are open, evidence is decoded separately. */
export const Alert = Schema.Struct({
  id: Shape.text,
  actorDisplayName: Shape.text,
  additionalData: Shape.anything,
  alertPolicyId: Shape.text,
  alertWebUrl: Shape.text,
  assignedTo: Shape.text,
  categories: Shape.texts,
  category: Shape.text,
  classification: Shape.text,
  comments: Shape.parts(Comment),
  createdDateTime: Shape.text,
  customDetails: Shape.anything,
  description: Shape.text,
  detectionSource: Shape.text,
  detectorId: Shape.text,
  determination: Shape.text,
  evidence: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Unknown))),
  firstActivityDateTime: Shape.text,
  incidentId: Shape.text,
  incidentWebUrl: Shape.text,
  investigationState: Shape.text,
  lastActivityDateTime: Shape.text,
  lastUpdateDateTime: Shape.text,
  mitreTechniques: Shape.texts,
  productName: Shape.text,
  providerAlertId: Shape.text,
  recommendedActions: Shape.text,
  resolvedDateTime: Shape.text,
  serviceSource: Shape.text,
  severity: Shape.text,
  status: Shape.text,
  systemTags: Shape.texts,
  tenantId: Shape.text,
  threatDisplayName: Shape.text,
  threatFamilyName: Shape.text,
  title: Shape.text
})
export type Alert = typeof Alert.Type

/** Words of Graph's enum `alertSeverity`. */
export const severities = ["unknown", "informational", "low", "medium", "high", "unknownFutureValue"]

/** Words of Graph's enum `alertClassification`. */
export const classifications = [
  "unknown",
  "falsePositive",
  "truePositive",
  "informationalExpectedActivity",
  "unknownFutureValue"
]

/** Words of Graph's enum `alertDetermination`, including those that only Microsoft's prose mentions. */
export const determinations = [
  "unknown",
  "apt",
  "malware",
  "securityPersonnel",
  "securityTesting",
  "unwantedSoftware",
  "other",
  "multiStagedAttack",
  "compromisedAccount",
  "phishing",
  "maliciousUserActivity",
  "notMalicious",
  "notEnoughDataToValidate",
  "confirmedActivity",
  "lineOfBusinessApplication",
  "unknownFutureValue",
  "compromisedUser",
  "clean",
  "insufficientData",
  "confirmedUserActivity"
]

/** Compares an alert with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({
  name: "alert",
  schema: Alert,
  words: {
    severity: severities,
    status: ["unknown", "new", "inProgress", "resolved", "unknownFutureValue"],
    classification: classifications,
    determination: determinations,
    serviceSource: [
      "unknown",
      "microsoftDefenderForEndpoint",
      "microsoftDefenderForIdentity",
      "microsoftDefenderForCloudApps",
      "microsoftDefenderForOffice365",
      "microsoft365Defender",
      "azureAdIdentityProtection",
      "microsoftAppGovernance",
      "dataLossPrevention",
      "unknownFutureValue",
      "microsoftDefenderForCloud",
      "microsoftSentinel",
      "microsoftInsiderRiskManagement",
      "microsoftThreatIntelligence",
      "microsoftSecurityForAI"
    ],
    detectionSource: [
      "unknown",
      "microsoftDefenderForEndpoint",
      "antivirus",
      "smartScreen",
      "customTi",
      "microsoftDefenderForOffice365",
      "automatedInvestigation",
      "microsoftThreatExperts",
      "customDetection",
      "microsoftDefenderForIdentity",
      "cloudAppSecurity",
      "microsoft365Defender",
      "azureAdIdentityProtection",
      "manual",
      "microsoftDataLossPrevention",
      "appGovernancePolicy",
      "appGovernanceDetection",
      "unknownFutureValue",
      "microsoftDefenderForCloud",
      "microsoftDefenderForIoT",
      "microsoftDefenderForServers",
      "microsoftDefenderForStorage",
      "microsoftDefenderForDNS",
      "microsoftDefenderForDatabases",
      "microsoftDefenderForContainers",
      "microsoftDefenderForNetwork",
      "microsoftDefenderForAppService",
      "microsoftDefenderForKeyVault",
      "microsoftDefenderForResourceManager",
      "microsoftDefenderForApiManagement",
      "nrtAlerts",
      "scheduledAlerts",
      "microsoftDefenderThreatIntelligenceAnalytics",
      "builtInMl",
      "microsoftInsiderRiskManagement",
      "microsoftThreatIntelligence",
      "microsoftDefenderForAIServices",
      "securityCopilot",
      "microsoftSentinel"
    ],
    investigationState: [
      "unknown",
      "terminated",
      "successfullyRemediated",
      "benign",
      "failed",
      "partiallyRemediated",
      "running",
      "pendingApproval",
      "pendingResource",
      "queued",
      "innerFailure",
      "preexistingAlert",
      "unsupportedOs",
      "unsupportedAlertType",
      "suppressedAlert",
      "partiallyInvestigated",
      "terminatedByUser",
      "terminatedBySystem",
      "unknownFutureValue"
    ]
  },
  parts: { comments: Shape.make({ name: "comments", schema: Comment }) }
})
