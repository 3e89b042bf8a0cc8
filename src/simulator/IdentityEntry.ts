/** Builds simulated sign-ins, directory audits, risk detections and risky users. */
import type { Cast } from "./Cast.ts"
import type { Draw } from "./Draw.ts"
import { type Entry, version } from "./Entry.ts"
import { graphTime, type Row } from "./Row.ts"

/** What an entry is made of. */
export interface Happening {
  readonly number: number
  readonly cast: Cast
  /** When it happened, in milliseconds since 1970. */
  readonly at: number
  readonly draw: Draw
}

const minute = 60_000

/** Milliseconds after which Graph shows a record: minutes, and once in fifty hours. */
const lateness = (draw: Draw): number => draw.chance(0.02) ? draw.int(60, 300) * minute : draw.int(2, 20) * minute

const outcomes = [
  { weight: 80, errorCode: 0, failureReason: "Other." },
  { weight: 8, errorCode: 50_074, failureReason: "Strong Authentication is required." },
  { weight: 6, errorCode: 50_126, failureReason: "Error validating credentials due to invalid username or password." },
  { weight: 3, errorCode: 53_003, failureReason: "Access has been blocked by Conditional Access policies." },
  { weight: 3, errorCode: 50_053, failureReason: "The account is locked." }
] as const

const outcomeOf = (draw: Draw) => {
  let drawn = draw.int(1, 100)
  return outcomes.find(({ weight }) => (drawn -= weight) <= 0) ?? outcomes[0]
}

const apps = [
  { app: "Office 365 Exchange Online", appId: "00000002-0000-0ff1-ce00-000000000000" },
  { app: "Microsoft Teams", appId: "1fec8e78-bce4-4aaf-ab1b-5451cc387264" },
  { app: "Azure Portal", appId: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c" },
  { app: "Contoso Payroll", appId: "5f1c0c0e-7a36-4f0b-9d0a-0c0a5a1d2e3f" }
] as const

/** A sign-in. Its time has whole seconds, so that several share one. */
export const signIn = ({ at, cast, draw }: Happening): Entry => {
  const id = draw.guid()
  const { errorCode, failureReason } = outcomeOf(draw)
  const isRisky = errorCode === 0 && draw.chance(0.02)
  const { app, appId } = draw.pick(apps)
  const row: Row = {
    id,
    createdDateTime: graphTime(Math.floor(at / 1000) * 1000),
    userDisplayName: cast.victim.name,
    userPrincipalName: cast.victim.mail,
    userId: cast.victim.objectId,
    appId,
    appDisplayName: app,
    ipAddress: isRisky ? cast.attackerIp : `192.0.2.${draw.int(1, 254)}`,
    clientAppUsed: draw.pick(["Browser", "Mobile Apps and Desktop clients"]),
    correlationId: draw.guid(),
    conditionalAccessStatus: errorCode === 53_003 ? "failure" : "success",
    isInteractive: true,
    riskDetail: "none",
    riskLevelAggregated: isRisky ? "medium" : "none",
    riskLevelDuringSignIn: isRisky ? "medium" : "none",
    riskState: isRisky ? "atRisk" : "none",
    riskEventTypes: [],
    riskEventTypes_v2: isRisky ? ["anonymizedIPAddress"] : [],
    resourceDisplayName: app,
    resourceId: appId,
    homeTenantId: cast.tenantId,
    resourceTenantId: cast.tenantId,
    userAgent: "Mozilla/5.0",
    status: { errorCode, failureReason, additionalDetails: null },
    deviceDetail: {
      deviceId: "",
      displayName: cast.device.host,
      operatingSystem: cast.device.os,
      browser: "Edge 140.0",
      isCompliant: true,
      isManaged: true,
      trustType: "Azure AD joined"
    },
    location: {
      city: "",
      state: "",
      countryOrRegion: isRisky ? cast.country : "DE",
      geoCoordinates: { altitude: null, latitude: 0, longitude: 0 }
    },
    appliedConditionalAccessPolicies: [{
      id: "p1",
      displayName: "Require MFA",
      result: errorCode === 53_003 ? "failure" : "success"
    }]
  }
  return { id, versions: [version(at + lateness(draw), () => row)] }
}

const activities = [
  { activityDisplayName: "Update user", category: "UserManagement", operationType: "Update" },
  { activityDisplayName: "Add member to group", category: "GroupManagement", operationType: "Assign" },
  { activityDisplayName: "Add member to role", category: "RoleManagement", operationType: "Assign" },
  { activityDisplayName: "Update device", category: "Device", operationType: "Update" },
  { activityDisplayName: "Consent to application", category: "ApplicationManagement", operationType: "Assign" }
] as const

/** A directory audit. */
export const directoryAudit = ({ at, cast, draw, number }: Happening): Entry => {
  const id = `Directory_${draw.guid()}_${draw.hex(5).toUpperCase()}_${number}`
  const activity = draw.pick(activities)
  const isRole = activity.operationType === "Assign" && activity.category === "RoleManagement"
  const row: Row = {
    id,
    activityDateTime: graphTime(at, draw.int(0, 9999)),
    ...activity,
    correlationId: draw.guid(),
    loggedByService: "Core Directory",
    result: draw.chance(0.95) ? "success" : "failure",
    resultReason: "",
    initiatedBy: {
      app: null,
      user: {
        id: cast.colleague.objectId,
        displayName: null,
        userPrincipalName: cast.colleague.mail,
        ipAddress: "192.0.2.10"
      }
    },
    targetResources: [{
      id: cast.victim.objectId,
      displayName: null,
      type: "User",
      userPrincipalName: cast.victim.mail,
      groupType: null,
      modifiedProperties: isRole
        ? [{ displayName: "Role.DisplayName", oldValue: null, newValue: `"Reports Reader"` }]
        : []
    }],
    additionalDetails: []
  }
  return { id, versions: [version(at + draw.int(1, 5) * minute, () => row)] }
}

const types = ["anonymizedIPAddress", "unfamiliarFeatures", "unlikelyTravel", "passwordSpray", "leakedCredentials"]

/** A risk detection, which somebody dismisses later. */
export const riskDetection = ({ at, cast, draw }: Happening): Entry => {
  const id = draw.hex(64)
  const seen = at + draw.int(5, 30) * minute
  const over = seen + draw.int(10, 240) * minute
  const isDismissed = draw.chance(0.6)
  const row = (state: string, updated: number): Row => ({
    id,
    requestId: id.slice(0, 36),
    correlationId: id.slice(0, 36),
    riskEventType: types[Number.parseInt(id.slice(0, 4), 16) % types.length],
    riskState: state,
    riskLevel: state === "atRisk" ? "medium" : "none",
    riskDetail: state === "atRisk" ? "none" : "adminDismissedAllRiskForUser",
    source: "IdentityProtection",
    detectionTimingType: "realtime",
    activity: "signin",
    tokenIssuerType: "AzureAD",
    ipAddress: cast.attackerIp,
    activityDateTime: graphTime(at),
    detectedDateTime: graphTime(seen),
    lastUpdatedDateTime: graphTime(updated),
    userId: cast.victim.objectId,
    userDisplayName: cast.victim.name,
    userPrincipalName: cast.victim.mail,
    location: { city: null, state: null, countryOrRegion: cast.country, geoCoordinates: null },
    additionalInfo: `[{"Key":"mitreTechniques","Value":"T1078"}]`
  })
  return {
    id,
    versions: [
      version(seen, () => row("atRisk", seen)),
      ...(isDismissed ? [version(over, () => row("dismissed", over))] : [])
    ]
  }
}

/** A risky user, who changes in place. */
export const riskyUser = ({ at, cast, draw }: Happening): Entry => {
  const id = draw.guid()
  const over = at + draw.int(20, 300) * minute
  const row = (riskState: string, riskLevel: string, updated: number): Row => ({
    id,
    isDeleted: false,
    isProcessing: false,
    riskLevel,
    riskState,
    riskDetail: riskState === "atRisk" ? "none" : "userPerformedSecuredPasswordReset",
    riskLastUpdatedDateTime: graphTime(updated),
    userDisplayName: cast.victim.name,
    userPrincipalName: cast.victim.mail
  })
  return {
    id,
    versions: [version(at, () => row("atRisk", "high", at)), version(over, () => row("remediated", "none", over))]
  }
}
