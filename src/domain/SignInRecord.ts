/** A sign-in of Entra ID, after Microsoft's published schema. */
import { Schema } from "effect"
import { Location, location, riskDetails, riskLevels, riskStates } from "./Risk.ts"
import * as Shape from "./Shape.ts"

const Policy = Schema.Struct({
  id: Shape.text,
  displayName: Shape.text,
  enforcedGrantControls: Shape.texts,
  enforcedSessionControls: Shape.texts,
  result: Shape.text
})

const Device = Schema.Struct({
  browser: Shape.text,
  deviceId: Shape.text,
  displayName: Shape.text,
  isCompliant: Shape.flag,
  isManaged: Shape.flag,
  operatingSystem: Shape.text,
  trustType: Shape.text
})

const Status = Schema.Struct({ additionalDetails: Shape.text, errorCode: Shape.number, failureReason: Shape.text })

/** Schema for a sign-in: every property may be null or missing, enums are open. */
export const SignIn = Schema.Struct({
  id: Shape.text,
  appDisplayName: Shape.text,
  appId: Shape.text,
  appliedConditionalAccessPolicies: Shape.parts(Policy),
  authenticationAppDeviceDetails: Shape.anything,
  clientAppUsed: Shape.text,
  conditionalAccessStatus: Shape.text,
  correlationId: Shape.text,
  createdDateTime: Shape.text,
  deviceDetail: Shape.part(Device),
  homeTenantId: Shape.text,
  ipAddress: Shape.text,
  isInteractive: Shape.flag,
  location: Shape.part(Location),
  resourceDisplayName: Shape.text,
  resourceId: Shape.text,
  resourceTenantId: Shape.text,
  riskDetail: Shape.text,
  riskEventTypes: Shape.texts,
  riskEventTypes_v2: Shape.texts,
  riskLevelAggregated: Shape.text,
  riskLevelDuringSignIn: Shape.text,
  riskState: Shape.text,
  servicePrincipalId: Shape.text,
  servicePrincipalName: Shape.text,
  status: Shape.part(Status),
  userAgent: Shape.text,
  userDisplayName: Shape.text,
  userId: Shape.text,
  userPrincipalName: Shape.text
})

/** Compares a sign-in with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({
  name: "signIn",
  schema: SignIn,
  words: {
    conditionalAccessStatus: ["success", "failure", "notApplied", "unknownFutureValue"],
    riskDetail: riskDetails,
    riskLevelAggregated: riskLevels,
    riskLevelDuringSignIn: riskLevels,
    riskState: riskStates
  },
  parts: {
    appliedConditionalAccessPolicies: Shape.make({ name: "policies", schema: Policy }),
    deviceDetail: Shape.make({ name: "deviceDetail", schema: Device }),
    location,
    status: Shape.make({ name: "status", schema: Status })
  }
})
