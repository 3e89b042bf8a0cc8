import { assert, describe, it } from "@effect/vitest"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { alert, context, evidence } from "./Records.ts"

const artifactsOf = (properties: object): ReadonlyArray<Artifact> => {
  const { artifacts } = Alerts.map(context, alert(properties))
  for (const artifact of artifacts) assertFitsTemplate(artifact)
  return artifacts
}
const sides = ({ clientIP, serverIP }: Artifact) => [clientIP, serverIP]

describe("addresses that are no host's", () => {
  const device = evidence("device", { deviceDnsName: "ws1.contoso.example", lastIpAddress: "10.0.0.1" })

  it("loopback and link-local ones are tags, and no side", () => {
    for (const ipAddress of ["127.0.0.1", "fe80::1", "::1", "169.254.9.9"]) {
      const [own, ip] = artifactsOf({ category: "Malware", evidence: [evidence("ip", { ipAddress })] })
      for (const artifact of [own!, ip!]) assert.deepStrictEqual(sides(artifact), [undefined, undefined])
      assert.include(ip!.tags, `ip:${ipAddress}`)
    }
  })

  it("a link to the own machine leads nowhere", () => {
    for (const url of ["http://127.0.0.1/1.exe", "http://2130706433/1.exe"]) {
      const [, link] = artifactsOf({ category: "Malware", evidence: [evidence("url", { url }), device] })
      assert.deepStrictEqual(sides(link!), [undefined, undefined])
      assert.deepInclude(link, { uri: url, protocol: "HTTP" })
      assert.include(link!.tags, "ip:127.0.0.1")
    }
  })

  it("a bare number is a link alone", () => {
    const [, link] = artifactsOf({ category: "Malware", evidence: [evidence("url", { url: "12345" })] })
    assert.strictEqual(link!.uri, "12345")
    for (const name of ["fqdn", "serverIP", "clientIP"] as const) assert.notProperty(link, name)
  })

  it("a port behind an address is its port, and further addresses are tags", () => {
    const [, one] = artifactsOf({ category: "Malware", evidence: [evidence("ip", { ipAddress: "203.0.113.9:443" })] })
    assert.deepInclude(one, { clientIP: "203.0.113.9", clientPort: "443" })
    const [, two] = artifactsOf({
      category: "Malware",
      evidence: [evidence("ip", { ipAddress: "10.0.0.7, 10.0.0.8" })]
    })
    assert.strictEqual(two!.clientIP, "10.0.0.7")
    assert.include(two!.tags, "ip:10.0.0.8")
  })
})

it("an address that was only scanned is no side of its alert", () => {
  const [own, scanned] = artifactsOf({
    title: "Ports were scanned",
    evidence: [evidence("ip", { ipAddress: "198.51.100.88", roles: ["scanned"], verdict: "malicious" })]
  })
  assert.deepStrictEqual(sides(own!), [undefined, undefined])
  assert.include(own!.tags, "seen:198.51.100.88")
  assert.deepInclude(scanned, { messageType: "audit_log", severityCode: 6 })
})

it("the user of an alert on an insider's mail is the insider", () => {
  const artifacts = artifactsOf({
    title: "Suspicious email sending patterns detected",
    serviceSource: "microsoftDefenderForOffice365",
    evidence: [
      evidence("mailbox", { primaryAddress: "insider@contoso.example" }),
      evidence("analyzedMessage", {
        p2Sender: { emailAddress: "insider@contoso.example" },
        recipientEmailAddress: "victim@partner.example",
        antiSpamDirection: "Outbound"
      })
    ]
  })
  assert.deepInclude(artifacts[0], { messageType: "malicious_session", userName: "insider@contoso.example" })
  assert.deepInclude(artifacts[1], { emailFrom: "insider@contoso.example" })
  assert.notProperty(artifacts[1], "emailTo")
  assert.deepInclude(artifacts[2], { userName: "insider@contoso.example", emailTo: "victim@partner.example" })
  assert.include(artifacts[2]!.tags, "recipient:victim@partner.example")
})

it("brute force on a virtual machine has its attacker as client and the machine as server", () => {
  const [own] = artifactsOf({
    title: "Failed brute force attack",
    serviceSource: "microsoftDefenderForCloud",
    evidence: [
      evidence("azureResource", {
        resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-web-01"
      }),
      evidence("ip", { ipAddress: "203.0.113.148" })
    ]
  })
  assert.deepInclude(own, { clientIP: "203.0.113.148", serverHostname: "vm-web-01", messageType: "auth_failure" })
})

it("nothing that was blocked stays blocked once it is closed as harmless", () => {
  const blocked = evidence("file", { remediationStatus: "prevented", fileDetails: { fileName: "a.exe" } })
  const actions = (properties: object) =>
    artifactsOf({ category: "Malware", status: "resolved", evidence: [blocked], ...properties }).map(({ action }) =>
      action
    )
  assert.deepStrictEqual(actions({}), ["resolved", "block"])
  assert.deepStrictEqual(actions({ classification: "falsePositive" }), ["resolved", "resolved"])
})
