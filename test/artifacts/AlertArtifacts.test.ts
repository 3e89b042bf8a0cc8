import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import type { Mapped } from "../../src/artifacts/Mapped.ts"
import { stringify } from "../../src/artifacts/Message.ts"
import { Alert } from "../../src/domain/Alert.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import { Incident } from "../../src/domain/Incident.ts"
import { LegacyAlert } from "../../src/domain/LegacyAlert.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import * as DriftCounts from "../../src/status/DriftCounts.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { alert, context, evidence, filterKey, recordOf } from "./Records.ts"

/** Returns a value as it comes over the wire, without what JSON cannot express. */
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null")
const wireObject = (value: unknown): Record<string, unknown> => {
  const sent = wire(value)
  return typeof sent === "object" && sent !== null && !Array.isArray(sent) ? sent as Record<string, unknown> : { sent }
}
const first = (properties: object): Artifact => Alerts.map(context, alert(properties)).artifacts[0]!
const namesOf = (mapped: Mapped) => mapped.drift.map(({ kind, name }) => `${kind} ${name}`)

const Element = Schema.Struct({
  "@odata.type": Schema.optionalKey(
    Schema.Union([
      Schema.Literals(
        ["mailbox", "analyzedMessage", "url", "mailCluster", "user", "device", "file", "process", "ip"].map((name) =>
          `#microsoft.graph.security.${name}Evidence`
        )
      ),
      Schema.String
    ])
  ),
  verdict: Schema.NullOr(Schema.Literals(["malicious", "suspicious", "unknown", "noThreatsFound", "other"])),
  remediationStatus: Schema.NullOr(Schema.String),
  roles: Schema.NullOr(Schema.Array(Schema.Literals(["attacker", "attacked", "source", "contextual", "odd"]))),
  tags: Schema.Array(Schema.NullOr(Schema.String)),
  ipAddress: Schema.Union([
    Schema.Literals(["10.0.0.1", "198.51.100.1", "::ffff:198.51.100.2", "0.0.0.0"]),
    Schema.String
  ]),
  lastIpAddress: Schema.NullOr(Schema.Literals(["10.0.0.1", "fe80::1%eth0", "x"])),
  url: Schema.Literals(["https://a.example/", "http://198.51.100.3:99/x", "::", "", "mailto:a@b"]),
  userAccount: Schema.NullOr(Schema.Struct({ userPrincipalName: Schema.NullOr(Schema.String) })),
  processId: Schema.NullOr(Schema.Int)
})
const Generated = Schema.Struct({
  alert: Alert,
  evidence: Schema.Array(Schema.Union([Element, Schema.Null, Schema.String]))
})
const generated = (sent: typeof Generated.Type): GraphRecord =>
  recordOf({ ...wireObject(sent.alert), id: "da1", evidence: wire(sent.evidence) })

describe("malformed alerts all become artifacts", () => {
  it("an unknown severity counts as medium", () => {
    for (const severity of ["severe", "unknown", "unknownFutureValue", null, undefined, 5, {}]) {
      const artifact = first({ severity })
      assert.deepInclude(artifact, { severityLabel: "medium", severityCode: 4 })
    }
    assert.deepInclude(first({ severity: "CRITICAL" }), { severityLabel: "critical", severityCode: 1 })
  })
  it("evidence that is null, missing or not a list counts as none", () => {
    for (const evidence of [null, undefined, {}, "a text", 5]) {
      const { artifacts } = Alerts.map(context, recordOf(wireObject({ id: "da1", evidence, alertWebUrl: "https://a" })))
      assert.strictEqual(artifacts.length, 1)
      assert.include(artifacts[0]!.tags, "alertWebUrl:https://a")
    }
    assert.include(first({ evidence: "a text" }).tags, "decode:partial")
  })
  it("evidence that is untyped, not an object, or has a number as its verdict is published raw", () => {
    const elements = [{ verdict: 5 }, null, 7, [], { "@odata.type": "#microsoft.graph.security.toasterEvidence", a: 1 }]
    const { artifacts } = Alerts.map(context, alert({ evidence: elements }))
    assert.deepStrictEqual(artifacts.slice(1).map(({ message }) => message), elements.map((one) => stringify(one)))
    for (const artifact of artifacts.slice(1, 5)) {
      assert.includeMembers([...artifact.tags], ["evidence:untyped", "decode:unknown"])
    }
    assert.includeMembers([...artifacts[5]!.tags], [
      "evidence:#microsoft.graph.security.toasterEvidence",
      "decode:unknown"
    ])
    assert.strictEqual(artifacts[5]!.vendorCode, "toaster")
  })
  it("a property that does not fit costs one field and is reported", () => {
    const mapped = Alerts.map(
      context,
      alert({
        title: { a: 1 },
        comments: "a text",
        mitreTechniques: null,
        additionalData: { anything: [1, { deep: true }] },
        brandNew: 1,
        status: "asleep"
      })
    )
    assert.deepInclude(mapped.artifacts[0], { ruleName: "Untitled alert", action: "new" })
    assert.include(mapped.artifacts[0]!.tags, "decode:partial")
    assert.sameMembers(namesOf(mapped), [
      "partial alert.title",
      "partial alert.comments",
      "property alert.brandNew",
      "enum_value alert.status=asleep"
    ])
  })
  it("a text in place of an enum's word does not become a drift name", () => {
    assert.include(
      namesOf(Alerts.map(context, alert({ severity: "amy@contoso.example" }))),
      "enum_value alert.severity=?"
    )
  })
  it("an integer that lost digits does not become a tag", () => {
    const fileSize = 2 ** 53 + 2
    const { artifacts } = Alerts.map(
      context,
      alert({ incidentId: fileSize, evidence: [evidence("file", { fileDetails: { fileSize } })] })
    )
    assert.deepStrictEqual(artifacts.flatMap(({ tags }) => tags.filter((tag) => tag.includes("900719925"))), [])
  })
  it("the uri of an alert is only ever a link of its evidence; its own page is a tag", () => {
    const of = (element: object) =>
      first({
        alertWebUrl: "https://portal.example/da1",
        incidentWebUrl: "https://portal.example/i",
        evidence: [element]
      })
    const device = of(evidence("device", { hostName: "ws1" }))
    assert.notProperty(device, "uri")
    assert.includeMembers([...device.tags], [
      "alertWebUrl:https://portal.example/da1",
      "incidentWebUrl:https://portal.example/i"
    ])
    assert.strictEqual(of(evidence("url", { url: "https://a.example/" })).uri, "https://a.example/")
  })
  it("an invalid date is left out", () => {
    const artifact = first({ createdDateTime: "2026-02-30T00:00:00Z", lastUpdateDateTime: "soon" })
    assert.notProperty(artifact, "startTimeUTC")
    assert.notProperty(artifact, "endTimeUTC")
  })
  it("the digits of Graph's numbers are kept in the message", () => {
    const digits = "9007199254740993"
    const sent = `{"id":"da1","evidence":[{"processId":${digits}}]}`
    const exact = JSON.parse(
      sent,
      (_, item: unknown, { source }: { source?: string } = {}) => source === digits ? JSON.rawJSON(source) : item
    )
    const value = wireObject(JSON.parse(sent))
    const { artifacts } = Alerts.map(context, { ...recordOf(value), sent: ofValue(value, exact) })
    assert.deepStrictEqual(artifacts.map(({ message }) => message), [sent, `{"processId":${digits}}`])
  })
  it("thousands of nested levels are written to the message", () => {
    const deep = "[".repeat(9000) + "]".repeat(9000)
    const text = `{"a":${deep},"b":[1,"x\\n",null,{"c":true}]}`
    assert.strictEqual(stringify(JSON.parse(text)), text)
    const { artifacts } = Alerts.map(context, alert({ additionalData: JSON.parse(deep), evidence: [JSON.parse(deep)] }))
    assert.strictEqual(artifacts[1]!.message, deep)
  })
})

const user = (account: string, properties: object = {}) =>
  evidence("user", { userAccount: { userPrincipalName: `${account}@contoso.example` }, ...properties })

describe("the alert's own fields", () => {
  it("come from the highest-ranked object, but a clean object gives only its user and host names", () => {
    const artifact = first({
      evidence: [
        user("mentioned", { roles: ["contextual"] }),
        user("plain"),
        user("source", { roles: ["source"] }),
        user("attacked", { roles: ["attacked"] }),
        user("primary", { roles: ["attacked"], detailedRoles: ["PrimaryUser"] }),
        evidence("file", {
          verdict: "noThreatsFound",
          roles: ["attacked"],
          fileDetails: { fileName: "clean.exe", sha256: "a".repeat(64) }
        }),
        evidence("file", { verdict: "malicious", fileDetails: { fileName: "bad.exe" } })
      ]
    })
    assert.strictEqual(artifact.userName, "primary@contoso.example")
    assert.strictEqual(artifact.fileName, "bad.exe")
    assert.notProperty(artifact, "fileHash")
  })
  it("take an address and its name from one host", () => {
    const artifact = first({
      category: "Malware",
      evidence: [
        evidence("device", { lastIpAddress: "10.0.0.1" }),
        evidence("device", { deviceDnsName: "other.contoso.example" })
      ]
    })
    assert.strictEqual(artifact.clientIP, "10.0.0.1")
    assert.notProperty(artifact, "clientHostname")
  })
  it("name the first vulnerability, and the tags name the others", () => {
    const artifact = first({
      title: "Exploitation of cve-2026-10001",
      threatFamilyName: "CVE-2026-10002",
      additionalData: { note: "CVE-2026-10004", relatedVulnerabilities: ["CVE-2026-10003", "CVE-2026-10001"] }
    })
    assert.strictEqual(artifact.cve, "CVE-2026-10001")
    assert.includeMembers([...artifact.tags], ["cve:CVE-2026-10002", "cve:CVE-2026-10003"])
    assert.notInclude(artifact.tags, "cve:CVE-2026-10004")
  })
})

describe("sides", () => {
  const ip = (properties: object) => evidence("ip", { ipAddress: "198.51.100.1", ...properties })
  const device = evidence("device", { lastIpAddress: "10.0.0.1" })
  const sidesOf = (properties: object) => {
    const { artifacts } = Alerts.map(context, alert(properties))
    return artifacts.slice(1).map(({ clientIP, serverIP }) => [clientIP, serverIP])
  }
  const beacon = { category: "CommandAndControl" }
  const bruteForce = { title: "Brute-force attack" }
  const machine = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/VM-web-01"
  const host = ["10.0.0.1", undefined]
  const cases: ReadonlyArray<readonly [string, object, ReadonlyArray<ReadonlyArray<string | undefined>>]> = [
    ["a public address without a role is the peer of a device", { ...beacon, evidence: [ip({}), device] }, [[
      undefined,
      "198.51.100.1"
    ], host]],
    ["a public address alone is the affected side", { ...beacon, evidence: [ip({})] }, [["198.51.100.1", undefined]]],
    ["a source is hostile when another object is its target", {
      ...bruteForce,
      evidence: [ip({ roles: ["source"] }), { ...device, roles: ["destination"] }]
    }, [["198.51.100.1", undefined], [undefined, "10.0.0.1"]]],
    ["the victim of an attempt is the server, whether the actor is known or not", {
      ...bruteForce,
      evidence: [ip({ verdict: "noThreatsFound" }), device]
    }, [["198.51.100.1", undefined], [undefined, "10.0.0.1"]]],
    ["the victim of other types is the client when nothing is hostile", {
      category: "Malware",
      evidence: [ip({ verdict: "noThreatsFound" }), device]
    }, [["198.51.100.1", undefined], host]],
    ["an address without a role is hostile beside a virtual machine", {
      ...bruteForce,
      evidence: [ip({}), evidence("azureResource", { resourceId: machine })]
    }, [["198.51.100.1", undefined], [undefined, undefined]]],
    ["an address from which a cloud resource was opened is the client", {
      title: "Access from a suspicious application",
      detectionSource: "microsoftDefenderForStorage",
      category: "InitialAccess",
      evidence: [ip({ verdict: "malicious" }), evidence("blobContainer", { name: "drop" })]
    }, [["198.51.100.1", undefined], [undefined, undefined]]],
    ["a bystander is no peer", { ...beacon, evidence: [ip({ roles: ["scanned"], verdict: "malicious" }), device] }, [[
      "198.51.100.1",
      undefined
    ], host]],
    ["a sign-in comes from the client", {
      title: "Atypical travel",
      serviceSource: "azureAdIdentityProtection",
      severity: "low",
      evidence: [ip({ verdict: "malicious" })]
    }, [["198.51.100.1", undefined]]],
    ["an address in a URL is the end opposite the victim", {
      title: "URL click",
      evidence: [evidence("url", { url: "http://198.51.100.1/x" }), device]
    }, [[undefined, "198.51.100.1"], host]]
  ]
  for (const [name, properties, expected] of cases) {
    it(name, () => assert.deepStrictEqual(sidesOf(properties), expected as never))
  }
})

describe("values that do not belong together", () => {
  const alertOf = (properties: object) =>
    Alerts.map(context, recordOf({ id: "a1", title: "x", category: "Malware", severity: "high", ...properties }))
  const legacyOf = (properties: object) =>
    LegacyAlerts.map(context, recordOf({ id: "l1", title: "x", severity: "high", status: "newAlert", ...properties }))
      .artifacts[0]!

  it("a victim's name never stands beside an attacker's address", () => {
    const artifact = legacyOf({
      uriClickSecurityStates: [{ uriDomain: "x.example" }],
      messageSecurityStates: [{ connectingIP: "203.0.113.7" }],
      hostStates: [{ fqdn: "ws14.contoso.example", privateIpAddress: "10.0.0.14" }]
    })
    assert.deepInclude(artifact, {
      clientIP: "10.0.0.14",
      clientHostname: "ws14.contoso.example",
      emailSendingServer: "203.0.113.7"
    })
    assert.isUndefined(artifact.serverIP)
  })

  it("a port stands beside its own address only", () => {
    const artifact = legacyOf({
      networkConnections: [{ sourcePort: 5555, destinationAddress: "203.0.113.1" }],
      userStates: [{ logonIp: "198.51.100.7" }]
    })
    assert.deepStrictEqual([artifact.clientIP, artifact.clientPort], ["198.51.100.7", undefined])
    const linked = alertOf({
      evidence: [{ "@odata.type": "#microsoft.graph.security.urlEvidence", url: "http://5.6.7.8:81/" }]
    })
      .artifacts[1]!
    assert.deepStrictEqual([linked.clientIP, linked.clientPort, linked.serverPort], ["5.6.7.8", "81", undefined])
  })

  it("a link's address is kept beside a sender's", () => {
    const [, message] = alertOf({
      evidence: [{
        "@odata.type": "#microsoft.graph.security.teamsMessageEvidence",
        senderIP: "203.0.113.10",
        urls: [{ url: "http://203.0.113.44:8080/x" }]
      }]
    }).artifacts
    assert.deepInclude(message!, { clientIP: "203.0.113.10", serverIP: "203.0.113.44", serverPort: "8080" })
  })

  it("the title's vulnerability comes before that of a tag", () => {
    const [alert] = alertOf({
      title: "Exploitation of CVE-2026-10001",
      evidence: [{ "@odata.type": "#microsoft.graph.security.deviceEvidence", tags: ["CVE-2019-0001"] }]
    }).artifacts
    assert.strictEqual(alert!.cve, "CVE-2026-10001")
    assert.include(alert!.tags, "cve:CVE-2019-0001")
  })

  it("a text in place of an enum's word is counted and never shown", () => {
    const { drift } = alertOf({
      evidence: [{
        "@odata.type": "#microsoft.graph.security.mailboxEvidence",
        verdict: "amy@contoso.example",
        roles: ["Attacked"],
        remediationStatus: "Remediated"
      }]
    })
    assert.deepStrictEqual(drift.map(({ name }) => name), ["mailbox.verdict=?"])
  })

  it("an unknown evidence type never matches the rules", () => {
    const [alert] = alertOf({ category: "x", evidence: [{ "@odata.type": "malware", name: "Ransom:X" }] }).artifacts
    assert.strictEqual(alert!.messageType, "threat_event")
  })

  it("an alert's long lists never displace the tags of its evidence", () => {
    const [, mailbox] = alertOf({
      systemTags: Array.from({ length: 80 }, (_, index) => `tag ${index}`),
      evidence: [{ "@odata.type": "#microsoft.graph.security.mailboxEvidence", verdict: "malicious" }]
    }).artifacts
    for (const tag of ["alertId:a1", "evidence:mailbox", "verdict:malicious", "tagsCut:64"]) {
      assert.include(mailbox!.tags, tag)
    }
  })

  it("a denial of service is tagged for its lead rule on legacy alerts, too", () => {
    const artifact = legacyOf({
      title: "Denial of service detected",
      vendorInformation: { provider: "Microsoft Defender ATP" }
    })
    assert.strictEqual(artifact.messageType, "service_disruption")
    assert.include(artifact.tags, "service_denial")
  })
})

describe("legacy alerts", () => {
  const legacy = (properties: object) =>
    LegacyAlerts.map(
      context,
      recordOf({ id: "l1", title: "An alert", severity: "high", status: "newAlert", ...properties })
    )
      .artifacts[0]!
  const connection = {
    sourceAddress: "198.51.100.9",
    sourcePort: 50000,
    destinationAddress: "10.0.0.5",
    destinationPort: "445",
    protocol: "tcp",
    status: "blocked"
  }
  it("a connection keeps its direction, and a host is at the end with its address", () => {
    const artifact = legacy({
      networkConnections: [connection],
      hostStates: [{ fqdn: "DC01.contoso.example", privateIpAddress: "10.0.0.5" }]
    })
    assert.deepInclude(artifact, {
      action: "block",
      clientIP: "198.51.100.9",
      clientPort: "50000",
      serverIP: "10.0.0.5",
      serverPort: "445",
      serverHostname: "dc01.contoso.example",
      protocol: "TCP"
    })
    assert.notProperty(artifact, "clientHostname")
  })
  it("a mail gives its sender and its recipient", () => {
    const artifact = legacy({
      userStates: [{ userPrincipalName: "It@c0ntoso.example", emailRole: "sender" }, {
        userPrincipalName: "Amy@contoso.example",
        emailRole: "recipient"
      }],
      messageSecurityStates: [{ connectingIP: "203.0.113.7", messageSubject: "Hello", deliveryAction: "Delivered" }],
      uriClickSecurityStates: [{ uriDomain: "Login.c0ntoso.example", clickAction: "allowed" }]
    })
    assert.deepInclude(artifact, {
      messageType: "phishing_click",
      action: "new",
      userName: "amy@contoso.example",
      emailFrom: "it@c0ntoso.example",
      emailTo: "amy@contoso.example",
      emailSendingServer: "203.0.113.7",
      clientIP: "203.0.113.7",
      fqdn: "login.c0ntoso.example"
    })
  })
  it("a denial of service in the title adds its tag, whichever legacy row holds", () => {
    const vendorInformation = { provider: "Azure Advanced Threat Protection" }
    assert.include(legacy({ title: "Possible DDoS attack", vendorInformation }).tags, "service_denial")
  })
  it("vulnerabilities are named, and an alert closed as harmless is informational", () => {
    const artifact = legacy({
      feedback: "benignPositive",
      vulnerabilityStates: [{ cve: "CVE-2026-10001" }, { cve: "CVE-2026-10002" }]
    })
    assert.deepInclude(artifact, { messageType: "audit_log", cve: "CVE-2026-10001", severityCode: 6 })
    assert.includeMembers([...artifact.tags], ["cve:CVE-2026-10002", "lowered:classification", "type:exploit-attempt"])
  })
})

describe("severity and action", () => {
  it("a clean or merely contextual object is informational", () => {
    const { artifacts } = Alerts.map(
      context,
      alert({
        title: "Suspected brute-force attack",
        evidence: [
          evidence("ip", { ipAddress: "198.51.100.1", verdict: "noThreatsFound" }),
          evidence("ip", { ipAddress: "198.51.100.2", roles: ["contextual"] }),
          evidence("ip", { ipAddress: "198.51.100.3", roles: ["contextual", "attacker"] })
        ]
      })
    )
    assert.deepStrictEqual(artifacts.map(({ messageType, severityCode }) => [messageType, severityCode]), [
      ["auth_failure", 2],
      ["audit_log", 6],
      ["audit_log", 6],
      ["auth_failure", 2]
    ])
    assert.deepStrictEqual(artifacts.map(({ tags }) => tags.filter((tag) => /^(lowered|type):/.test(tag)).join(" ")), [
      "",
      "lowered:verdict type:auth-failure",
      "lowered:bystander type:auth-failure",
      ""
    ])
    assert.strictEqual(artifacts[0]!.clientIP, "198.51.100.3")
  })
  it("the action of an object is what was done about it", () => {
    const actions: ReadonlyArray<readonly [object, string]> = [
      [{ remediationStatus: "blocked" }, "block"],
      [{ remediationStatus: "prevented" }, "block"],
      [{ remediationStatus: "remediated", deliveryAction: "Blocked" }, "remediated"],
      [{ deliveryAction: "Replaced" }, "block"],
      [{ deliveryAction: "DeliveredAsSpam" }, "deliveredAsSpam"],
      [{ remediationStatus: "unknownFutureValue", deliveryAction: "Delivered" }, "delivered"],
      [{ remediationStatus: "unblocked" }, "inProgress"]
    ]
    for (const [properties, action] of actions) {
      const { artifacts } = Alerts.map(
        context,
        alert({ status: "inProgress", evidence: [evidence("analyzedMessage", properties)] })
      )
      assert.strictEqual(artifacts[1]!.action, action)
    }
  })
})

describe("any record", () => {
  it.effect.prop(
    "an alert fits the index, with one artifact for each evidence object",
    [Generated],
    ([sent]) =>
      Effect.sync(() => {
        const record = generated(sent)
        const { artifacts } = Alerts.map(context, record)
        assert.strictEqual(artifacts.length, 1 + sent.evidence.length)
        for (const artifact of artifacts) assertFitsTemplate(artifact)
        assert.strictEqual(new Set(artifacts.map(({ id }) => id)).size, artifacts.length)
        assert.strictEqual(new Set(artifacts.map(filterKey)).size, artifacts.length)
      })
  )

  it.effect.prop("ids depend on content only", [Generated], ([sent]) =>
    Effect.sync(() => {
      const idsOf = (record: GraphRecord) => Alerts.map(context, record).artifacts.map(({ id }) => id)
      const ids = idsOf(generated(sent))
      assert.deepStrictEqual(idsOf(generated(sent)), ids)
      const changed = idsOf(generated({ ...sent, alert: { ...sent.alert, assignedTo: "somebody else" } }))
      assert.deepStrictEqual(changed.slice(1), ids.slice(1))
      const reversed = idsOf(generated({ ...sent, evidence: sent.evidence.toReversed() }))
      assert.sameMembers(reversed, ids)
    }))

  it.effect.prop(
    "a legacy alert and an incident fit the index",
    [LegacyAlert, Incident],
    ([legacy, incident]) =>
      Effect.sync(() => {
        for (const artifact of LegacyAlerts.map(context, recordOf(wireObject(legacy))).artifacts) {
          assertFitsTemplate(artifact)
        }
        for (const artifact of Incidents.map(context, recordOf(wireObject(incident))).artifacts) {
          assertFitsTemplate(artifact)
        }
      })
  )

  const keys = Schema.Union([
    Schema.Literals([
      ...Object.keys(Alert.fields),
      ...Object.keys(LegacyAlert.fields),
      ...Object.keys(Incident.fields),
      "__proto__",
      "constructor",
      "toJSON"
    ])
  ])
  it.effect.prop("no JSON makes a mapping throw", [
    Schema.Array(Schema.Tuple([keys, Schema.Json])),
    Schema.Array(Schema.Json)
  ], ([entries, elements]) =>
    Effect.sync(() => {
      const value = wireObject({ ...Object.fromEntries(entries), evidence: elements })
      for (const map of [Alerts.map, LegacyAlerts.map, Incidents.map]) {
        for (const artifact of map(context, recordOf(value)).artifacts) assertFitsTemplate(artifact)
      }
    }))
})

describe("words that no row knows", () => {
  const wordsOf = (properties: object) =>
    namesOf(Alerts.map(context, alert({ serviceSource: "", ...properties }))).filter((name) =>
      /^(title|cat)/.test(name)
    )

  it("are reported when the severity is high, without user text", () => {
    assert.deepStrictEqual(wordsOf({ title: "Odd mail with subject (Q3)\u0000", category: "ThreatManagement" }), [
      "title Odd mail with subject",
      "category threatmanagement"
    ])
    assert.deepStrictEqual(wordsOf({ title: null }), ["title none", "category none"])
    assert.deepStrictEqual(wordsOf({ title: "Unheard of", severity: "medium" }), [])
    assert.deepStrictEqual(wordsOf({ title: "Only a test alert" }), [])
    assert.deepStrictEqual(wordsOf({ title: "Unheard of", category: "Malware" }), [])
    const legacy = LegacyAlerts.map(context, recordOf({ id: "l1", title: "Unheard of", severity: "high" }))
    assert.deepStrictEqual(namesOf(legacy), ["title Unheard of", "category none"])
  })

  it("have names of their own among the counts, which displace none of the schema's", () => {
    const titles = Array.from({ length: 1200 }, (_, n) => ({ kind: "title" as const, name: `t${n}` }))
    const counts = DriftCounts.add(DriftCounts.add([], titles, 1), [{ kind: "property", name: "alert.p" }], 2)
    assert.strictEqual(counts.length, 1002)
    assert.deepInclude(counts[1000], { kind: "title", name: "other", count: 200 })
    assert.deepInclude(counts[1001], { kind: "property", name: "alert.p" })
    assert.strictEqual(DriftCounts.labelOf(counts, { kind: "title", name: "t5" }), "t5")
    assert.strictEqual(DriftCounts.labelOf(counts, { kind: "title", name: "t1100" }), "other")
    assert.isUndefined(DriftCounts.labelOf(counts, { kind: "property", name: "alert.p" }))
  })
})

describe("counts of drift", () => {
  it("go by name, and stand under other beyond a thousand names", () => {
    const names = Array.from({ length: 1200 }, (_, n) => `alert.p${n}`)
    const first = names.reduce<ReadonlyArray<DriftCounts.DriftCount>>(
      (counts, name, n) => DriftCounts.add(counts, [{ kind: "property", name }], n),
      []
    )
    const counts = DriftCounts.add(first, [{ kind: "property", name: "alert.p3" }], 5000)
    assert.strictEqual(counts.length, 1001)
    assert.deepInclude(counts[3], { kind: "property", name: "alert.p3", count: 2, firstSeenAt: 3 })
    assert.deepInclude(counts[1000], { kind: "property", name: "other", count: 200, firstSeenAt: 1000 })
  })
})
