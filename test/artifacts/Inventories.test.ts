/** Tests the mapping of inventories by worked examples. */
import { assert, describe, it } from "@effect/vitest"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Inventories from "../../src/artifacts/InventoryArtifacts.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { context, expected, type Json, type severities, shown } from "./Examples.ts"

type Map = typeof Inventories.devices.map

const one = (map: Map, value: Json, change: "present" | "changed" | "removed" = "present"): Artifact => {
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

  it("an object that was removed has its id and nothing else", () => {
    const artifact = one(Inventories.devices.map, { id: device.id }, "removed")
    assert.deepStrictEqual(
      shown(artifact),
      inventory("Entra device", "informational", "removed", {}, `aadObjectId:${device.id}`)
    )
    assert.strictEqual(artifact.message, `{"id":"${device.id}"}`)
    assert.strictEqual(artifact.senderHost, `${context.tenantId}/devices/${device.id}`)
  })
})
