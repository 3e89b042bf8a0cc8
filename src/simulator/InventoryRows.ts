/** Builds the objects of simulated lists: some come, change, stay away for one pass, and go for good. */
import type { Cast } from "./Cast.ts"
import type { Draw } from "./Draw.ts"
import { graphTime, type Row } from "./Row.ts"

/** An object at a time. */
export interface Living {
  readonly cast: Cast
  readonly draw: Draw
  /** When it was registered, and now, in milliseconds since 1970. */
  readonly since: number
  readonly now: number
  /** How often it has changed so far. */
  readonly changes: number
}

const hour = 3_600_000
const day = 24 * hour

/** Objects of each list when the simulation starts, and how many come each day. */
const before = 60
const daily = 12

/**
 * Returns the objects that Graph shows. Most change every few days, one in five leaves after some days, and each stays away
 * for one hour in a hundred, as Graph's lists leave one out now and then.
 */
export const alive = (
  start: number,
  now: number,
  of: (number: number) => Pick<Living, "cast" | "draw">,
  row: (living: Living) => Row | undefined
): ReadonlyArray<Row> => {
  const coming = Math.max(0, Math.floor((now - start) / (day / daily)))
  const rows: Array<Row> = []
  for (let number = 0; number < before + coming; number++) {
    const { cast, draw } = of(number)
    const since = number < before ? start - draw.int(1, 300) * day : start + (number - before + 1) * (day / daily)
    const first = number < before ? start : since
    const leaves = draw.chance(0.2) ? first + draw.int(6, 90) * hour : Infinity
    const every = draw.int(20, 200) * hour
    const away = draw.int(0, 99)
    const isAway = Math.floor((now - first) / hour) % 100 === away && now - first >= hour
    const made = row({ cast, draw, since, now, changes: Math.max(0, Math.floor((now - first) / every)) })
    if (now < leaves && !isAway && made !== undefined) rows.push(made)
  }
  return rows
}

/** A device. Its last sign-in moves all the time, and says nothing of a change. */
export const device = ({ cast, changes, draw, now, since }: Living): Row => ({
  id: draw.guid(),
  deviceId: draw.guid(),
  displayName: `${cast.device.host.split(".")[0]!.toUpperCase()}-${draw.int(100, 999)}`,
  accountEnabled: true,
  approximateLastSignInDateTime: graphTime(Math.floor(now / (6 * hour)) * 6 * hour),
  complianceExpirationDateTime: null,
  deviceOwnership: "Company",
  isCompliant: changes % 2 === 0,
  isManaged: true,
  manufacturer: "Contoso Hardware",
  model: "Standard",
  operatingSystem: "Windows",
  operatingSystemVersion: `10.0.26100.${4349 + changes}`,
  registrationDateTime: graphTime(since),
  systemLabels: draw.chance(0.5) ? ["M365Managed", "AzureResource"] : [],
  trustType: draw.pick(["AzureAd", "ServerAd", "Workplace"]),
  physicalIds: ["[USER-HWID]:0123456789abcdef"]
})

/** A device that Intune manages, which synchronises every few hours. */
export const managedDevice = ({ cast, changes, draw, now, since }: Living): Row => ({
  id: draw.guid(),
  azureADDeviceId: draw.guid(),
  deviceName: `${cast.device.host.split(".")[0]!.toUpperCase()}-${draw.int(100, 999)}`,
  userPrincipalName: cast.victim.mail,
  userId: cast.victim.objectId,
  userDisplayName: cast.victim.name,
  complianceState: changes % 3 === 2 ? "noncompliant" : "compliant",
  isEncrypted: true,
  jailBroken: "Unknown",
  managedDeviceOwnerType: "company",
  managementAgent: "mdm",
  manufacturer: "Contoso Hardware",
  model: "Standard",
  operatingSystem: "Windows",
  osVersion: `10.0.26100.${4349 + changes}`,
  serialNumber: draw.hex(12).toUpperCase(),
  wiFiMacAddress: draw.hex(12).toUpperCase(),
  enrolledDateTime: graphTime(since),
  lastSyncDateTime: graphTime(Math.floor(now / (4 * hour)) * 4 * hour),
  partnerReportedThreatState: "unknown",
  activationLockBypassCode: null
})

/** An application, found on a number of devices that moves all the time. */
export const detectedApp = ({ changes, draw, now }: Living): Row => ({
  id: draw.hex(64),
  displayName: draw.pick(["Contoso Notes", "1Blocker", "HTTP Toolkit", "Paint"]),
  version: `${draw.int(1, 20)}.${draw.int(0, 9)}.0`,
  publisher: draw.pick(["", "Contoso"]),
  platform: draw.pick(["windows", "macOS"]),
  sizeInByte: changes * 1024,
  deviceCount: 1 + Math.floor(now / hour) % 40
})

/** A user, one in eight of whom is a guest. */
export const user = ({ cast, changes, draw, now, since }: Living): Row => {
  const id = draw.guid()
  const [account, domain] = cast.victim.mail.split("@") as [string, string]
  const isGuest = draw.chance(0.125)
  const name = `${account}.${id.slice(0, 4)}`
  return {
    id,
    displayName: cast.victim.name,
    userPrincipalName: isGuest ? `${name}_fabrikam.example#EXT#@${domain}` : `${name}@${domain}`,
    mail: `${name}@${isGuest ? "fabrikam.example" : domain}`,
    userType: isGuest ? "Guest" : "Member",
    accountEnabled: changes % 4 !== 3,
    createdDateTime: graphTime(since),
    department: ["Sales", "Finance", "Research"][changes % 3],
    externalUserState: isGuest ? "Accepted" : null,
    identities: [{ signInType: isGuest ? "federated" : "userPrincipalName", issuer: domain, issuerAssignedId: name }],
    assignedLicenses: isGuest ? [] : [{ disabledPlans: [], skuId: "05e9a617-0261-4cee-bb44-138d3ef5d965" }],
    proxyAddresses: [`SMTP:${name}@${domain}`],
    onPremisesSyncEnabled: null,
    signInActivity: {
      lastSignInDateTime: graphTime(Math.floor(now / hour) * hour),
      lastSuccessfulSignInDateTime: graphTime(Math.floor(now / hour) * hour)
    }
  }
}

/** Days for which scores are held. */
const scoresHeld = 90

/** The scores of the last days. That of today is computed again at noon; when its controls were read moves all the time. */
export const scores = (
  tenantId: string,
  now: number,
  draw: (...name: ReadonlyArray<string | number>) => Draw
): ReadonlyArray<Row> => {
  const today = Math.floor(now / day)
  return Array.from({ length: scoresHeld }, (_, ago): Row => {
    const at = (today - ago) * day
    const date = graphTime(at).slice(0, 10)
    const score = draw("score", today - ago).int(500, 900) + (ago > 0 || now % day >= day / 2 ? 0.25 : 0)
    return {
      id: `${tenantId}_${date}`,
      azureTenantId: tenantId,
      activeUserCount: 3,
      licensedUserCount: 5,
      createdDateTime: graphTime(at),
      currentScore: score,
      maxScore: 1376.5,
      enabledServices: ["HasExchange", "HasAADP2"],
      averageComparativeScores: [{ basis: "AllTenants", averageScore: 52.86, identityScore: 21 }],
      controlScores: ["MFARegistrationV2", "AdminMFAV2"].map((controlName) => ({
        controlCategory: "Identity",
        controlName,
        description: "<p>Ask for a second factor.</p>",
        score: 8.9,
        implementationStatus: "You have 2 of 3 users registered.",
        lastSynced: graphTime(Math.floor(now / hour) * hour)
      })),
      vendorInformation: { provider: "SecureScore", vendor: "Microsoft" }
    }
  })
}
