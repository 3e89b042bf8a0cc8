/** Maps the objects of inventories: devices, users, applications. See `.github/MAPPING.md`, "Inventories". */
import { type Details, details } from "../domain/Details.ts"
import { shape as device } from "../domain/Device.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { detectedApp, managedDevice } from "../domain/ManagedDevice.ts"
import { dotted, name, text } from "../domain/NormalForms.ts"
import type { Properties, Shape } from "../domain/Shape.ts"
import { shape as user } from "../domain/User.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, type Maps, mapsOf, type Steps } from "./Mapped.ts"
import * as Record from "./RecordDraft.ts"
import * as Severity from "./Severity.ts"
import type { Tags } from "./Tags.ts"

/** Stream of all inventories, as WitFoo's catalogue names those of other vendors. */
export const streamName = "Microsoft Graph Asset Inventory"

/** Microsoft's products in WitFoo's catalogue: Azure, and Graph. */
const productIds: ReadonlyArray<number> = [94, 164]

/** What the inventories differ in. */
interface Kind {
  readonly endpoint: string
  readonly ruleName: string
  readonly shape: Shape
  readonly told: Details
  readonly severity?: (value: Properties) => Severity.Severity
  /** Sets the fields that only this inventory has. */
  readonly set: (draft: Draft.Draft, tags: Tags, value: Properties) => void
}

/** Sets a host by the name that its inventory has. */
const setHost = (draft: Draft.Draft, value: unknown): void => {
  Draft.set(draft, "clientHostname", name(value))
  Draft.set(draft, "fqdn", dotted(value))
}

/** A system with its version. */
const system = (...parts: ReadonlyArray<unknown>): string =>
  parts.filter((part) => typeof part === "string" && part.trim() !== "").join(" ")

const maps = ({ endpoint, ruleName, set, severity = () => Severity.informational, shape, told }: Kind): Maps =>
  mapsOf(function*(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
    const { isPartial, message, value } = Record.read(shape, record, drift)
    const { draft, tags } = Record.make(context, record, {
      endpoint,
      message,
      hash: yield* ArtifactId.digest(message),
      streamName,
      messageType: "management_message",
      severity: severity(value),
      action: record.change ?? "present",
      ruleName,
      ruleCategory: "Inventory"
    })
    draft.productIds = productIds
    // It is as it was when Graph showed it; Graph tells that to the second.
    Draft.setTimes(draft, `${record.cursor.slice(0, 19)}Z`, undefined)
    Record.addTold(tags, told, value)
    // Of a removed object only the id is known, which is no name of a user or host.
    if (record.change !== "removed") set(draft, tags, value)
    yield Record.finish(draft, tags, isPartial)
  })

/** Maps a device of Entra ID. */
export const devices = maps({
  endpoint: "devices",
  ruleName: "Entra device",
  shape: device,
  told: details(
    "aadObjectId=id aadDeviceId=deviceId trustType enabled=accountEnabled compliant=isCompliant managed=isManaged ownership=deviceOwnership manufacturer model registered=registrationDateTime lastSignIn=approximateLastSignInDateTime"
  ),
  set: (draft, tags, value) => {
    setHost(draft, value["displayName"])
    tags.add("os", system(value["operatingSystem"], value["operatingSystemVersion"]))
  }
})

/** Twelve hex digits as six pairs; anything else is no address of a card. */
const macOf = (value: unknown): string | undefined => {
  const digits = text(value)?.trim().toLowerCase()
  return digits !== undefined && /^[0-9a-f]{12}$/.test(digits) ? digits.replaceAll(/..(?=.)/g, "$&:") : undefined
}

const grave: ReadonlySet<string> = new Set(["highseverity", "compromised"])
const wrong: ReadonlySet<string> = new Set(["noncompliant", "conflict", "error"])

const low = (value: unknown): string => text(value)?.trim().toLowerCase() ?? ""

/** Maps a device that Intune manages. */
export const managedDevices = maps({
  endpoint: "managedDevices",
  ruleName: "Intune managed device",
  shape: managedDevice,
  told: details(
    "intuneDeviceId=id aadDeviceId=azureADDeviceId compliance=complianceState encrypted=isEncrypted jailBroken owner=managedDeviceOwnerType serial=serialNumber manufacturer model threatState=partnerReportedThreatState management=managementAgent enrolled=enrolledDateTime lastSync=lastSyncDateTime aadUserId=userId"
  ),
  severity: (value) =>
    grave.has(low(value["partnerReportedThreatState"]))
      ? Severity.of("medium")
      : wrong.has(low(value["complianceState"])) || low(value["jailBroken"]) === "true"
      ? Severity.of("low")
      : Severity.informational,
  set: (draft, tags, value) => {
    setHost(draft, value["deviceName"])
    Draft.set(draft, "clientMAC", macOf(value["wiFiMacAddress"]))
    Record.setUser(draft, value["userPrincipalName"], value["emailAddress"])
    tags.add("os", system(value["operatingSystem"], value["osVersion"]))
  }
})

/** Maps an application that Intune found on devices. */
export const detectedApps = maps({
  endpoint: "detectedApps",
  ruleName: "Intune detected app",
  shape: detectedApp,
  told: details("detectedAppId=id version publisher platform deviceCount"),
  set: (draft, tags, value) => Record.setApplication(draft, tags, value["displayName"])
})

/** Adds the identities by which a user signs in elsewhere; their own tenant's is the user name. */
const addIdentities = (tags: Tags, value: Properties): void => {
  for (const one of Record.partsOf(value, "identities")) {
    const type = text(one["signInType"])?.trim()
    const id = text(one["issuerAssignedId"]) ?? text(one["issuer"])
    if (type === undefined || id === undefined || type === "userPrincipalName") continue
    tags.add("identity", `${type}:${id.trim()}`, "lists")
  }
}

/** Maps a user of Entra ID. */
export const users = maps({
  endpoint: "users",
  ruleName: "Entra user",
  shape: user,
  told: details(
    "aadUserId=id displayName account=onPremisesSamAccountName userSid=onPremisesSecurityIdentifier|securityIdentifier mail userType enabled=accountEnabled department jobTitle created=createdDateTime externalState=externalUserState lastPasswordChange=lastPasswordChangeDateTime lastSignIn=signInActivity.lastSignInDateTime lastSuccessfulSignIn=signInActivity.lastSuccessfulSignInDateTime"
  ),
  set: (draft, tags, value) => {
    Record.setUser(draft, value["userPrincipalName"], value["id"])
    const licenses = value["assignedLicenses"]
    if (Array.isArray(licenses)) tags.add("licenses", licenses.length)
    addIdentities(tags, value)
  }
})
