import { assert, describe, it } from "@effect/vitest"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import { alert, context, evidence, filterKey, recordOf } from "./Records.ts"

const artifactsOf = (properties: object) => Alerts.map(context, alert(properties)).artifacts

const assertFields = (artifact: Artifact | undefined, fields: Partial<Artifact>) => {
  assert.isDefined(artifact)
  for (const [field, value] of Object.entries(fields)) {
    assert.deepStrictEqual(artifact[field as keyof Artifact], value as never, field)
  }
}
const absent = (artifact: Artifact | undefined, ...fields: ReadonlyArray<keyof Artifact>) => {
  for (const field of fields) assert.notProperty(artifact, field)
}

const amy = { userPrincipalName: "Amy@contoso.example", accountName: "amy" }

describe("2. Phish, click, takeover", () => {
  const mail = artifactsOf({
    title: "Email messages containing malicious URL removed after delivery",
    severity: "informational",
    serviceSource: "microsoftDefenderForOffice365",
    category: "InitialAccess",
    evidence: [
      evidence("mailbox", { primaryAddress: "Amy@contoso.example", upn: "Amy@contoso.example" }),
      evidence("analyzedMessage", {
        p1Sender: { emailAddress: "bounce@mailer.example" },
        p2Sender: { emailAddress: "\"IT\" <it@c0ntoso.example>" },
        senderIp: "203.0.113.7",
        recipientEmailAddress: "Amy@contoso.example",
        networkMessageId: "44444444-4444-4444-8444-444444444444",
        urls: ["https://login.c0ntoso.example:8443/x"]
      }),
      evidence("url", { url: "https://login.c0ntoso.example:8443/x" }),
      evidence("mailCluster", {
        clusterBy: "BodyFingerprintBin1;P2SenderDomain",
        clusterByValue: "1;c0ntoso.example",
        emailCount: 12
      })
    ]
  })

  it("the alert and its evidence all have one message type", () => {
    assert.strictEqual(mail.length - 1, 4)
    for (const artifact of mail) {
      assertFields(artifact, { messageType: "phishing_email", severityLabel: "informational", severityCode: 6 })
    }
  })
  it("the message names its sender and its recipient", () => {
    assertFields(mail[2], {
      emailFrom: "it@c0ntoso.example",
      emailTo: "amy@contoso.example",
      userName: "amy@contoso.example",
      clientIP: "203.0.113.7",
      emailSendingServer: "203.0.113.7",
      fqdn: "login.c0ntoso.example",
      protocol: "SMTP",
      vendorCode: "analyzedMessage"
    })
    assert.includeMembers([...mail[2]!.tags], [
      "envelopeFrom:bounce@mailer.example",
      "networkMessageId:44444444-4444-4444-8444-444444444444"
    ])
  })
  it("the URL is kept as sent", () => {
    assertFields(mail[3], {
      uri: "https://login.c0ntoso.example:8443/x",
      fqdn: "login.c0ntoso.example",
      serverPort: "8443",
      protocol: "HTTPS"
    })
  })
  it("the alert names the mail's sender, recipient and client", () => {
    assertFields(mail[0], {
      emailFrom: "it@c0ntoso.example",
      emailTo: "amy@contoso.example",
      userName: "amy@contoso.example",
      clientIP: "203.0.113.7"
    })
  })
  it("the click and the takeover name the same user", () => {
    const [click] = artifactsOf({
      id: "da2",
      title: "A potentially malicious URL click was detected",
      serviceSource: "microsoftDefenderForOffice365",
      evidence: [evidence("user", { userAccount: amy }), evidence("url", { url: "https://login.c0ntoso.example/" })]
    })
    assertFields(click, {
      messageType: "phishing_click",
      severityLabel: "high",
      severityCode: 2,
      userName: "amy@contoso.example"
    })
    const [token] = artifactsOf({
      id: "da3",
      title: "Anomalous Token",
      severity: "medium",
      serviceSource: "azureAdIdentityProtection",
      evidence: [evidence("user", { userAccount: amy }), evidence("ip", { ipAddress: "198.51.100.44" })]
    })
    assertFields(token, {
      messageType: "malicious_session",
      severityLabel: "medium",
      severityCode: 4,
      userName: "amy@contoso.example",
      clientIP: "198.51.100.44"
    })
  })
})

describe("3. Command and control on a laptop", () => {
  const artifacts = artifactsOf({
    title: "Cobalt Strike beacon",
    category: "CommandAndControl",
    mitreTechniques: ["T1071.001"],
    evidence: [
      evidence("device", {
        deviceDnsName: "WS-14.contoso.example",
        lastIpAddress: "10.0.0.14",
        roles: ["compromised"]
      }),
      evidence("ip", { ipAddress: "198.51.100.9", roles: ["commandAndControl"], verdict: "malicious" }),
      evidence("process", { imageFile: { fileName: "rundll32.exe", filePath: "C:\\Windows" }, processId: 4711 })
    ]
  })
  it("the alert names host, peer and process", () => {
    assertFields(artifacts[0], {
      messageType: "botnet_connection",
      clientIP: "10.0.0.14",
      clientHostname: "ws-14.contoso.example",
      serverIP: "198.51.100.9",
      program: "rundll32.exe",
      pid: "4711",
      attackTechniqueIds: ["T1071.001"],
      severityCode: 2,
      streamName: "azure_security_alert"
    })
  })
  it("a running process is not a transferred file", () => {
    absent(artifacts[0], "fileName")
    absent(artifacts[3], "fileName")
  })
})

describe("4. Brute force from outside", () => {
  const artifacts = artifactsOf({
    title: "Suspected brute-force attack",
    serviceSource: "microsoftDefenderForIdentity",
    evidence: [
      evidence("ip", { ipAddress: "198.51.100.20", roles: ["attacker"] }),
      evidence("device", { deviceDnsName: "dc01.contoso.example", lastIpAddress: "10.0.0.5", roles: ["attacked"] })
    ]
  })
  it("the attacker is the client and the attacked the server", () => {
    assertFields(artifacts[0], {
      messageType: "auth_failure",
      clientIP: "198.51.100.20",
      serverIP: "10.0.0.5",
      serverHostname: "dc01.contoso.example"
    })
  })
  it("each evidence object has only its own side", () => {
    assertFields(artifacts[1], { clientIP: "198.51.100.20" })
    absent(artifacts[1], "serverIP", "serverHostname")
    assertFields(artifacts[2], { serverIP: "10.0.0.5", serverHostname: "dc01.contoso.example" })
    absent(artifacts[2], "clientIP", "clientHostname")
  })
})

describe("5. Closed as a false positive", () => {
  const objects = [
    evidence("ip", { ipAddress: "198.51.100.1" }),
    evidence("url", { url: "https://a.example/" }),
    evidence("url", { url: "https://a.example/" })
  ]
  const polls = [{}, { assignedTo: "analyst@contoso.example", lastUpdateDateTime: "2026-11-20T12:05:00Z" }, {
    comments: [{ comment: "ours" }],
    lastUpdateDateTime: "2026-11-20T12:10:00Z"
  }, {
    status: "resolved",
    classification: "falsePositive",
    comments: [{ comment: "ours" }],
    lastUpdateDateTime: "2026-11-20T12:15:00Z"
  }].map((change) => artifactsOf({ evidence: objects, ...change }))

  it("a change publishes one artifact and repeats no evidence", () => {
    const known = new Set<string>()
    const fresh = polls.map((artifacts) => artifacts.filter(({ id }) => !known.has(id) && known.add(id) !== undefined))
    assert.deepStrictEqual(fresh.map(({ length }) => length), [4, 1, 1, 1])
  })
  it("an alert closed as a false positive raises no lead", () => {
    assertFields(polls[3]![0], { action: "resolved", severityLabel: "informational", severityCode: 6 })
    assert.includeMembers([...polls[3]![0]!.tags], ["severity:high", "classification:falsePositive"])
  })
})

describe("6. Nothing collapses", () => {
  const mapped = (tenantId: string): ReadonlyArray<Artifact> => {
    const here = { ...context, tenantId }
    const alerts = (records: ReadonlyArray<GraphRecord>) => records.flatMap((one) => Alerts.map(here, one).artifacts)
    return [
      ...alerts(Array.from({ length: 50 }, (_, n) => alert({ id: `sn${n}`, serviceSource: "microsoftSentinel" }))),
      ...alerts([alert({
        id: "da1",
        evidence: Array.from({ length: 60 }, (_, n) => evidence("url", { url: `https://a.example/${n % 30}` }))
      })]),
      ...Array.from(
        { length: 40 },
        (_, n) =>
          Incidents.map(here, recordOf({ id: `${n}`, displayName: "Incident", severity: "high", status: "active" }))
            .artifacts[0]!
      )
    ]
  }
  const all = [context.tenantId, "99999999-9999-4999-8999-999999999999"].flatMap(mapped)

  it("Conductor's filter passes every artifact of two tenants", () => {
    assert.strictEqual(all.length, 2 * (50 + 61 + 40))
    assert.strictEqual(new Set(all.map(filterKey)).size, all.length)
    assert.strictEqual(new Set(all.map(({ id }) => id)).size, all.length)
  })
  it("Conductor's filter passes nothing when the same records come again", () => {
    const seen = new Set(all.map(filterKey))
    assert.deepStrictEqual(mapped(context.tenantId).filter((artifact) => !seen.has(filterKey(artifact))), [])
  })
  it("the setting graph gives all artifacts one sender", () => {
    const [artifact] = Alerts.map({ ...context, senderHost: "graph" }, alert({})).artifacts
    assert.strictEqual(artifact!.senderHost, "graph.microsoft.com")
  })
})
