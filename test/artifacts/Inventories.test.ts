/** Tests the mapping of inventories by worked examples. */
import { assert, describe, it } from "@effect/vitest"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Inventories from "../../src/artifacts/InventoryArtifacts.ts"
import * as SecureScores from "../../src/artifacts/SecureScoreArtifacts.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { exactly } from "../../src/graph/body/GraphJson.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import * as Json from "../support/Json.ts"
import { context, expected, type Json as Value, type severities, shown } from "./Examples.ts"

type Map = typeof Inventories.devices.map

const one = (map: Map, value: Value, change: "present" | "changed" | "removed" = "present"): Artifact => {
  const { artifacts } = map(context, {
    id: String(value["id"]),
    cursor: normalize("2026-11-28T10:00:00Z")!,
    sent: ofValue(value),
    version: "snapshot:1",
    change
  })
  assert.lengthOf(artifacts, 1)
  return artifacts[0]!
}

const inventory = (
  ruleName: string,
  severity: keyof typeof severities,
  action: string,
  more: Partial<Artifact>,
  ...tags: ReadonlyArray<string>
) =>
  expected("Microsoft Graph Asset Inventory", "management_message", severity, action, {
    ruleName,
    ruleCategory: "Inventory",
    productIds: [94, 164],
    startTimeUTC: "2026-11-28T10:00:00Z",
    ...more
  }, ...tags)

describe("inventories", () => {
  const device = {
    id: "0b5c2ee1-6105-4269-a64b-6eabc71b2001",
    deviceId: "8c42f011-6105-4269-a64b-6eabc71b2006",
    displayName: "HQ-LT-042",
    accountEnabled: true,
    approximateLastSignInDateTime: "2026-11-14T00:00:00Z",
    deviceOwnership: "Company",
    isCompliant: true,
    isManaged: true,
    manufacturer: null,
    operatingSystem: "Windows",
    operatingSystemVersion: "10.0.26100.4349",
    registrationDateTime: "2025-05-01T00:00:00Z",
    trustType: "ServerAd"
  }

  it("an Entra device", () => {
    assert.deepStrictEqual(
      shown(one(Inventories.devices.map, device)),
      inventory(
        "Entra device",
        "informational",
        "present",
        { clientHostname: "hq-lt-042" },
        "aadObjectId:0b5c2ee1-6105-4269-a64b-6eabc71b2001",
        "os:Windows 10.0.26100.4349",
        "trustType:ServerAd",
        "enabled:true",
        "compliant:true",
        "managed:true",
        "ownership:Company",
        "registered:2025-05-01T00:00:00Z",
        "lastSignIn:2026-11-14T00:00:00Z"
      )
    )
    const named = one(Inventories.devices.map, { ...device, displayName: "HQ.c0ntoso.example" }, "changed")
    assert.deepInclude(named, { clientHostname: "hq.c0ntoso.example", fqdn: "hq.c0ntoso.example", action: "changed" })
  })

  const managed = {
    id: "3f5e2ee1-6105-4269-a64b-6eabc71b2001",
    deviceName: "LAPHAM",
    userPrincipalName: "Rob@C0ntoso.example",
    complianceState: "noncompliant",
    isEncrypted: true,
    jailBroken: "Unknown",
    operatingSystem: "Windows",
    wiFiMacAddress: "701AB8C7BE06",
    serialNumber: "PH4TRX1S2146S0097",
    manufacturer: "PCSpecialist",
    model: "Standard",
    lastSyncDateTime: "2026-07-16T15:13:29Z"
  }

  it("a managed device that is not compliant", () => {
    assert.deepStrictEqual(
      shown(one(Inventories.managedDevices.map, managed, "changed")),
      inventory(
        "Intune managed device",
        "low",
        "changed",
        { userName: "rob@c0ntoso.example", clientHostname: "lapham", clientMAC: "70:1a:b8:c7:be:06" },
        `intuneDeviceId:${managed.id}`,
        "os:Windows",
        "compliance:noncompliant",
        "encrypted:true",
        "serial:PH4TRX1S2146S0097",
        "manufacturer:PCSpecialist",
        "model:Standard",
        "lastSync:2026-07-16T15:13:29Z"
      )
    )
  })

  it("the severity of a managed device follows its threats, then its compliance", () => {
    for (
      const [value, label] of [
        [{ partnerReportedThreatState: "highSeverity" }, "medium"],
        [{ partnerReportedThreatState: "compromised", complianceState: "compliant" }, "medium"],
        [{ partnerReportedThreatState: "lowSeverity", complianceState: "conflict" }, "low"],
        [{ complianceState: "error" }, "low"],
        [{ complianceState: "compliant", jailBroken: "True" }, "low"],
        [{ complianceState: "inGracePeriod", jailBroken: "False" }, "informational"]
      ] as const
    ) {
      const artifact = one(Inventories.managedDevices.map, { id: managed.id, ...value })
      assert.strictEqual(artifact.severityLabel, label, Json.text(value))
    }
    const other = one(Inventories.managedDevices.map, {
      ...managed,
      userPrincipalName: "",
      emailAddress: "a@b.example",
      wiFiMacAddress: "00:11"
    })
    assert.strictEqual(other.userName, "a@b.example")
    assert.isUndefined(other.clientMAC)
  })

  it("a detected application", () => {
    const app = {
      id: "a".repeat(64),
      displayName: "1Blocker",
      version: "6.5.3",
      platform: "macOS",
      publisher: "",
      deviceCount: 1
    }
    assert.deepStrictEqual(
      shown(one(Inventories.detectedApps.map, app)),
      inventory(
        "Intune detected app",
        "informational",
        "present",
        { application: "1Blocker" },
        `detectedAppId:${app.id}`,
        "version:6.5.3",
        "platform:macOS",
        "deviceCount:1"
      )
    )
    const named = one(Inventories.detectedApps.map, { ...app, displayName: "HTTP Toolkit", platform: "unknown" })
    assert.isUndefined(named.application)
    assert.include(named.tags, "application:HTTP Toolkit")
    assert.notInclude(named.tags.join(), "platform")
  })

  it("a guest with the last sign-in", () => {
    const guest = {
      id: "5c2ee1aa-6105-4269-a64b-6eabc71b2001",
      userPrincipalName: "Bob_fabrikam.example#EXT#@c0ntoso.example",
      displayName: "Bob",
      mail: "bob@fabrikam.example",
      userType: "Guest",
      accountEnabled: true,
      createdDateTime: "2025-01-02T03:04:05Z",
      externalUserState: "Accepted",
      identities: [{ signInType: "federated", issuer: "ExternalAzureAD", issuerAssignedId: null }, {
        signInType: "userPrincipalName",
        issuer: "c0ntoso.example",
        issuerAssignedId: "bob"
      }],
      assignedLicenses: [],
      signInActivity: {
        lastSignInDateTime: "2026-11-20T08:00:00Z",
        lastSuccessfulSignInDateTime: "2026-11-20T08:00:00Z"
      }
    }
    assert.deepStrictEqual(
      shown(one(Inventories.users.map, guest)),
      inventory(
        "Entra user",
        "informational",
        "present",
        { userName: "bob_fabrikam.example#ext#@c0ntoso.example" },
        "mail:bob@fabrikam.example",
        "userType:Guest",
        "enabled:true",
        "created:2025-01-02T03:04:05Z",
        "externalState:Accepted",
        "identity:federated:ExternalAzureAD",
        "licenses:0",
        "lastSignIn:2026-11-20T08:00:00Z",
        "lastSuccessfulSignIn:2026-11-20T08:00:00Z"
      )
    )
    const synced = one(Inventories.users.map, {
      id: guest.id,
      onPremisesSamAccountName: "bob",
      securityIdentifier: "S-1-12-1-2",
      onPremisesSecurityIdentifier: "S-1-5-21-1"
    })
    assert.strictEqual(synced.userName, guest.id)
    assert.includeMembers([...synced.tags], ["account:bob", "userSid:S-1-5-21-1"])
    const removed = one(Inventories.users.map, { id: guest.id }, "removed")
    assert.isUndefined(removed.userName)
    assert.include(removed.tags, `aadUserId:${guest.id}`)
  })

  it("an object that was removed has its id and nothing else", () => {
    const artifact = one(Inventories.devices.map, { id: device.id }, "removed")
    assert.deepStrictEqual(
      shown(artifact),
      inventory("Entra device", "informational", "removed", {}, `aadObjectId:${device.id}`)
    )
    assert.strictEqual(artifact.message, `{"id":"${device.id}"}`)
    assert.strictEqual(artifact.senderHost, `${context.tenantId}/devices/${device.id}`)
  })

  it("a day's secure score, in Graph's digits and without what its controls are about", () => {
    const json = `{"id":"t_2026-07-16","azureTenantId":"t","activeUserCount":3,"licensedUserCount":5,
      "createdDateTime":"2026-07-16T00:00:00Z","currentScore":815.22,"maxScore":1376.0,
      "enabledServices":["HasExchange","HasAADP2"],
      "averageComparativeScores":[{"basis":"AllTenants","averageScore":52.86,"appsScore":1},
        {"basis":"TotalSeats","averageScore":48.1},{"basis":"a b:c","averageScore":1}],
      "controlScores":[{"controlName":"AdminMFAV2","score":10.0,"description":"a long text","lastSynced":"x"}, 7]}`
    const sent = ofValue(Json.parse(json), exactly(json))
    const { artifacts } = SecureScores.map(context, {
      id: "t_2026-07-16",
      cursor: normalize("2026-11-28T10:00:00Z")!,
      sent
    })
    assert.deepStrictEqual(
      shown(artifacts[0]!),
      expected(
        "microsoft_secure_score",
        "management_message",
        "informational",
        "reported",
        {
          ruleName: "Microsoft Secure Score",
          ruleCategory: "SecureScore",
          startTimeUTC: "2026-07-16T00:00:00Z"
        },
        "score:815.22",
        "maxScore:1376.0",
        "scorePercent:59.2",
        "averageAllTenants:52.86",
        "averageTotalSeats:48.1",
        "activeUsers:3",
        "licensedUsers:5",
        "service:HasExchange",
        "service:HasAADP2"
      )
    )
    assert.include(artifacts[0]!.message, `"maxScore":1376.0`)
    assert.notInclude(artifacts[0]!.message, "a long text")
    assert.include(artifacts[0]!.message, `"controlName":"AdminMFAV2","score":10.0`)
  })
})
