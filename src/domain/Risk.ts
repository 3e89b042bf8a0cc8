/** Risk detections and risky users of Entra ID Protection, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

/** Known values of `riskLevel`. */
export const riskLevels = ["low", "medium", "high", "hidden", "none", "unknownFutureValue"]

/** Known values of `riskState`. */
export const riskStates = [
  "none",
  "confirmedSafe",
  "remediated",
  "dismissed",
  "atRisk",
  "confirmedCompromised",
  "unknownFutureValue"
]

/** Known values of `riskDetail`. */
export const riskDetails = [
  "none",
  "adminGeneratedTemporaryPassword",
  "userPerformedSecuredPasswordChange",
  "userPerformedSecuredPasswordReset",
  "adminConfirmedSigninSafe",
  "aiConfirmedSigninSafe",
  "userPassedMFADrivenByRiskBasedPolicy",
  "adminDismissedAllRiskForUser",
  "adminConfirmedSigninCompromised",
  "hidden",
  "adminConfirmedUserCompromised",
  "unknownFutureValue",
  "m365DAdminDismissedDetection",
  "adminConfirmedServicePrincipalCompromised",
  "adminDismissedAllRiskForServicePrincipal",
  "userChangedPasswordOnPremises",
  "adminDismissedRiskForSignIn",
  "adminConfirmedAccountSafe",
  "microsoftRevokedSessions"
]

/** Schema for where a sign-in came from. */
export const Location = Schema.Struct({
  city: Shape.text,
  countryOrRegion: Shape.text,
  geoCoordinates: Shape.anything,
  state: Shape.text
})

/** Compares the place of a sign-in with Graph's published schema. */
export const location: Shape.Shape = Shape.make({ name: "location", schema: Location })

/** Schema for a risk detection: every property may be null or missing, enums are open. */
export const RiskDetection = Schema.Struct({
  id: Shape.text,
  activity: Shape.text,
  activityDateTime: Shape.text,
  additionalInfo: Shape.text,
  correlationId: Shape.text,
  detectedDateTime: Shape.text,
  detectionTimingType: Shape.text,
  ipAddress: Shape.text,
  lastUpdatedDateTime: Shape.text,
  location: Shape.part(Location),
  requestId: Shape.text,
  riskDetail: Shape.text,
  riskEventType: Shape.text,
  riskLevel: Shape.text,
  riskState: Shape.text,
  source: Shape.text,
  tokenIssuerType: Shape.text,
  userDisplayName: Shape.text,
  userId: Shape.text,
  userPrincipalName: Shape.text
})

const words = { riskDetail: riskDetails, riskLevel: riskLevels, riskState: riskStates }

/** Compares a risk detection with Graph's published schema. */
export const detection: Shape.Shape = Shape.make({
  name: "riskDetection",
  schema: RiskDetection,
  words: {
    ...words,
    activity: ["signin", "user", "unknownFutureValue", "servicePrincipal"],
    detectionTimingType: ["notDefined", "realtime", "nearRealtime", "offline", "unknownFutureValue"]
  },
  parts: { location }
})

/** Schema for a risky user: every property may be null or missing, enums are open. */
export const RiskyUser = Schema.Struct({
  id: Shape.text,
  isDeleted: Shape.flag,
  isProcessing: Shape.flag,
  riskDetail: Shape.text,
  riskLastUpdatedDateTime: Shape.text,
  riskLevel: Shape.text,
  riskState: Shape.text,
  userDisplayName: Shape.text,
  userPrincipalName: Shape.text
})

/** Compares a risky user with Graph's published schema. */
export const user: Shape.Shape = Shape.make({ name: "riskyUser", schema: RiskyUser, words })
