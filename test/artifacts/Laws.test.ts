import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import type { MappingContext } from "../../src/artifacts/Mapped.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { samples } from "./EvidenceSamples.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { alert, context, evidence, filterKey, recordOf } from "./Records.ts"

const titles: ReadonlyArray<readonly [title: string, category?: string | undefined, more?: object]> = [
  ["A potentially malicious URL click was detected", "InitialAccess"],
  ["Connection to adversary-in-the-middle (AiTM) phishing site", "InitialAccess"],
  ["Email messages containing malicious URL removed after delivery", "InitialAccess"],
  ["Email reported by user as malware or phish", "InitialAccess"],
  ["Messages containing malicious entity not removed after delivery", "InitialAccess"],
  ["Email messages containing malicious file removed after delivery", "InitialAccess"],
  ["Email reported by user as junk", "InitialAccess"],
  ["User restricted from sending email", "ThreatManagement"],
  ["Suspicious email forwarding activity"],
  ["Suspicious inbox manipulation rule", "DefenseEvasion"],
  ["Unusual volume of file deletion"],
  ["DLP policy (PCI) matched for email with subject (Q3)", "Exfiltration"],
  ["Password spray", "CredentialAccess"],
  ["Atypical travel", undefined, { severity: "low" }],
  ["Atypical travel", undefined, { severity: "medium" }],
  ["Suspicious sign-in activity detected", "CredentialAccess", { mitreTechniques: ["T1110"] }],
  ["Suspected DCSync attack (replication of directory services)", "CredentialAccess"],
  ["Suspected brute-force attack (Kerberos, NTLM)", "CredentialAccess"],
  ["User and IP address reconnaissance (SMB)", "Discovery"],
  ["Hands-on keyboard attack was launched from a compromised account (attack disruption)", "LateralMovement"],
  ["Ransomware activity detected", "Ransomware"],
  ["'BlackCat' ransomware was prevented", "Ransomware"],
  ["Ransomware-linked emerging threat activity group Storm-0249 detected", "SuspiciousActivity"],
  ["'Wintapp' malware was prevented", "Malware", { detectionSource: "antivirus" }],
  ["Suspicious execution of hidden file", "DefenseEvasion", {
    detectionSource: "antivirus",
    mitreTechniques: ["T1564.001"]
  }],
  ["Tampering with the Microsoft Defender for Endpoint sensor", "DefenseEvasion"],
  ["A WMI event filter was bound to a suspicious event consumer", "Persistence", { mitreTechniques: ["T1546.003"] }],
  ["Suspicious RDP session", "LateralMovement"],
  ["Access from a Tor exit node to a storage blob container", "InitialAccess", {
    detectionSource: "microsoftDefenderForStorage"
  }],
  ["Digital currency mining related behavior detected", "Execution"],
  ["test alert", "None", { detectionSource: "customTi" }],
  ["Automated investigation started manually", "SuspiciousActivity", {
    detectionSource: "automatedInvestigation",
    severity: "informational"
  }],
  ["Anonymous IP address", "AnonymousLogin"],
  ["Multiple failed login attempts", "MCAS_ALERT_ANUBIS_DETECTION_REPEATED_ACTIVITY_FAILED_LOGIN"],
  ["Access from an unusual location to a storage blob container", "Storage.Blob_GeoAnomaly"],
  ["An active 'Wintapp' backdoor was detected", "Malware"],
  ["Suspicious Process Discovery", "Discovery"],
  ["SharePoint Bulk Edit Items"]
]
const services = [
  "microsoftDefenderForEndpoint",
  "microsoftDefenderForIdentity",
  "microsoftDefenderForCloudApps",
  "microsoftDefenderForOffice365",
  "microsoft365Defender",
  "azureAdIdentityProtection",
  "microsoftAppGovernance",
  "dataLossPrevention",
  "microsoftDefenderForCloud",
  "microsoftSentinel",
  "microsoftInsiderRiskManagement",
  "microsoftThreatIntelligence",
  "microsoftSecurityForAI"
]
const severities = ["high", "medium", "low", "informational", "unknown"]
const statuses = ["new", "inProgress", "resolved", "unknown"]
const verdicts = ["malicious", "suspicious", "unknown", "noThreatsFound"]
const roles = [[], ["attacker"], ["attacked"], ["source"], ["destination"], ["contextual"], ["compromised"]]
const remediations = ["none", "blocked", "remediated", "notFound", "active"]
const types = Object.keys(samples)

const at = <A>(list: ReadonlyArray<A>, index: number): A => list[index % list.length]!

const elementOf = (n: number, index: number): object => {
  const type = at(types, n * 5 + index * 17)
  return evidence(type, {
    verdict: at(verdicts, n + index),
    roles: at(roles, n * 3 + index),
    remediationStatus: at(remediations, n + index * 2),
    ...samples[type]
  })
}

/** Returns alert number `n`, the same on every run. 400 of them cover every title, service and evidence type. */
const alertOf = (n: number): object => {
  const [title, category, more] = at(titles, n)
  return {
    id: `da${n}`,
    incidentId: String(n % 20),
    title,
    category,
    severity: at(severities, n),
    status: at(statuses, n),
    serviceSource: at(services, n * 3),
    createdDateTime: "2026-11-20T11:59:00Z",
    lastUpdateDateTime: "2026-11-20T12:00:00Z",
    evidence: Array.from({ length: n % 6 }, (_, index) => elementOf(n, index)),
    ...more
  }
}
const alerts = Array.from({ length: 400 }, (_, n) => alertOf(n))
const evidenceOf = (value: object): number => {
  const { evidence } = value as { readonly evidence?: unknown }
  return Array.isArray(evidence) ? evidence.length : 0
}
const mapOf = (value: object, of: MappingContext = context): ReadonlyArray<Artifact> =>
  Alerts.map(of, recordOf(value)).artifacts

const otherTenant = { ...context, tenantId: "99999999-9999-4999-8999-999999999999" }

describe("400 alerts of every title, service and evidence type", () => {
  it("fit the index, each with an artifact for each of its evidence objects", () => {
    const messageTypes = new Set<string>()
    const seen = { titles: new Set<unknown>(), services: new Set<unknown>(), types: new Set<unknown>() }
    for (const value of alerts) {
      const artifacts = mapOf(value)
      assert.strictEqual(artifacts.length, 1 + evidenceOf(value))
      for (const artifact of artifacts) {
        assertFitsTemplate(artifact)
        messageTypes.add(artifact.messageType)
        seen.titles.add(artifact.ruleName)
        for (const tag of artifact.tags) if (tag.startsWith("serviceSource:")) seen.services.add(tag)
        if (artifact !== artifacts[0]) seen.types.add(artifact.vendorCode)
      }
    }
    assert.isAtLeast(messageTypes.size, 8)
    assert.strictEqual(seen.titles.size, new Set(titles.map(([title]) => title)).size)
    assert.strictEqual(seen.services.size, services.length)
    assert.strictEqual(seen.types.size, 48)
  })

  it("have ids that depend on their content and tenant, and on nothing else", () => {
    const idsOf = (values: ReadonlyArray<object>, of: MappingContext) =>
      new Map(values.map((value) => [(value as { readonly id: string }).id, mapOf(value, of).map(({ id }) => id)]))
    const ids = idsOf(alerts, context)
    const all = [...ids.values()].flat()
    assert.strictEqual(new Set(all).size, all.length)
    assert.deepStrictEqual(idsOf(alerts, context), ids)

    const elsewhere: MappingContext = {
      tenantId: context.tenantId,
      displayName: "Another machine",
      senderHost: "graph",
      graphHost: "graph.example"
    }
    const shuffled = structuredClone(alerts).sort((one, other) =>
      JSON.stringify(one).length % 7 - JSON.stringify(other).length % 7
    )
    assert.notDeepEqual(shuffled, alerts)
    const again = idsOf(shuffled, elsewhere)
    for (const [id, found] of ids) assert.deepStrictEqual(again.get(id), found)

    const foreign = new Set([...idsOf(alerts, otherTenant).values()].flat())
    assert.deepStrictEqual(all.filter((id) => foreign.has(id)), [])
  })

  it("are distinguished by Conductor's filter, together with incidents, in two tenants", () => {
    const owners = new Map<string, string>()
    const claim = (artifact: Artifact, record: string) => {
      const key = filterKey(artifact)
      assert.strictEqual(owners.get(key) ?? record, record, key)
      owners.set(key, record)
    }
    for (const tenant of [context, otherTenant]) {
      for (const [n, value] of alerts.entries()) {
        for (const artifact of mapOf(value, tenant)) claim(artifact, `${tenant.tenantId} alert ${n}`)
        const incident = recordOf({ id: `da${n}`, displayName: "Incident", severity: "high", status: "active" })
        for (const artifact of Incidents.map(tenant, incident).artifacts) {
          claim(artifact, `${tenant.tenantId} incident ${n}`)
        }
      }
    }
    assert.isAtLeast(owners.size, 1600)
  })
})

describe("200 alerts of which eight are malformed", () => {
  const { evidence: _, ...bare } = alertOf(7) as Record<string, unknown>
  const odd: ReadonlyArray<readonly [string, object]> = [
    ["an unknown severity", { ...alertOf(11), severity: "catastrophic" }],
    ["a verdict 5", { ...alertOf(11), evidence: [{ ...elementOf(1, 1), verdict: 5 }] }],
    ["evidence null", { ...alertOf(11), evidence: null }],
    ["no evidence", bare],
    ["evidence without its type", { ...alertOf(11), evidence: [{ ipAddress: "198.51.100.1", verdict: "malicious" }] }],
    ["techniques null", { ...alertOf(11), mitreTechniques: null }],
    ["free-form additional data", { ...alertOf(11), additionalData: { a: [1, { b: null }], "x.y": "z", "": true } }],
    ["comments as a text", { ...alertOf(11), comments: "closed by the night shift" }]
  ]
  it("all become artifacts", () => {
    const oddOf = new Map(odd.map(([name, value], index) => [index * 25 + 3, [name, value] as const]))
    const values = Array.from({ length: 200 }, (_, n) => {
      const [name, value] = oddOf.get(n) ?? ["ordinary", alertOf(n)]
      return { name, value: { ...value, id: `da${n}` } }
    })
    assert.strictEqual(values.filter(({ name }) => name !== "ordinary").length, 8)
    const arrived = new Set<string>()
    for (const { name, value } of values) {
      const artifacts = mapOf(value)
      assert.strictEqual(artifacts.length, 1 + evidenceOf(value), name)
      for (const artifact of artifacts) assertFitsTemplate(artifact)
      assert.deepStrictEqual(artifacts[0]!.message, JSON.stringify(value), name)
      arrived.add(artifacts[0]!.id)
    }
    assert.strictEqual(arrived.size, 200)
  })
})

const maps = [Alerts.map, LegacyAlerts.map, Incidents.map]
const cursor = normalize("2026-11-20T12:00:00Z")!
const arrives = (value: object): void => {
  const record: GraphRecord = { id: "da1", cursor, sent: ofValue(value) }
  for (const map of maps) {
    const { artifacts } = map(context, record)
    const expected = map === Alerts.map ? 1 + evidenceOf(value) : 1
    if (map !== LegacyAlerts.map) assert.strictEqual(artifacts.length, expected)
    for (const artifact of artifacts) assertFitsTemplate(artifact)
  }
}
/** Parses JSON: an object literal would not make a property named `__proto__`. */
const parsed = (text: string): object => JSON.parse(text) as object
const withOwn = (entries: ReadonlyArray<readonly [string, unknown]>): object =>
  parsed(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`)

describe("any JSON", () => {
  const properties = [
    "title",
    "severity",
    "status",
    "category",
    "categories",
    "mitreTechniques",
    "serviceSource",
    "createdDateTime",
    "additionalData",
    "systemTags",
    "vendorInformation",
    "userStates",
    "hostStates",
    "networkConnections",
    "malwareStates",
    "displayName",
    "redirectIncidentId",
    "__proto__",
    "constructor",
    "toJSON",
    "hasOwnProperty"
  ]
  const Value = Schema.Record(Schema.String, Schema.Json)
  const Entries = Schema.Array(Schema.Tuple([Schema.Literals(properties), Schema.Json]))

  it.effect.prop(
    "with an id and a cursor becomes artifacts",
    [Value, Entries],
    ([value, entries]) =>
      Effect.sync(() => {
        const sent = withOwn([...Object.entries(value), ...entries, ["id", "da1"]])
        arrives(sent)
        arrives(withOwn([...Object.entries(sent), ["evidence", [sent, value]]]))
      })
  )

  const ownProperties = [...new Set(Object.values(samples).flatMap((sample) => Object.keys(sample)))]
  const Element = Schema.Struct({
    type: Schema.Literals(types),
    entries: Schema.Array(
      Schema.Tuple([
        Schema.Literals([...ownProperties, "verdict", "roles", "detailedRoles", "tags", "__proto__"]),
        Schema.Json
      ])
    )
  })
  it.effect.prop(
    "in place of evidence becomes artifacts",
    [Schema.Array(Element)],
    ([elements]) =>
      Effect.sync(() =>
        arrives(
          alert({
            evidence: elements.map(({ entries, type }) =>
              withOwn([["@odata.type", `#microsoft.graph.security.${type}Evidence`], ...entries])
            )
          }).sent.content().value as object
        )
      )
  )

  it("with names that objects inherit becomes artifacts, and changes no prototype", () => {
    arrives(
      parsed(`{"id":"da1","__proto__":{"title":"hers","evidence":[{}]},"constructor":null,"toJSON":1,"hasOwnProperty":2,
      "evidence":[{"__proto__":{"@odata.type":"#microsoft.graph.security.userEvidence"}},
      {"@odata.type":"__proto__"},{"@odata.type":"constructor","userAccount":{"__proto__":null}}]}`)
    )
    assert.notProperty({}, "title")
    const [own] = mapOf(parsed(`{"id":"da1","__proto__":{"title":"hers"}}`))
    assert.strictEqual(own!.ruleName, "Untitled alert")
    assert.strictEqual(own!.message, `{"id":"da1","__proto__":{"title":"hers"}}`)
  })

  const depth = 3000
  it("3,000 levels deep becomes artifacts, wherever it stands", () => {
    const list = `${"[".repeat(depth)}${"]".repeat(depth)}`
    const object = `${`{"a":`.repeat(depth)}1${"}".repeat(depth)}`
    const evidences = `${`{"@odata.type":"#microsoft.graph.security.blobEvidence","blobContainer":`.repeat(depth)}{}${
      "}".repeat(depth)
    }`
    const places = [...properties, "comments", "customDetails"]
    for (const deep of [list, object]) {
      for (const place of places) arrives(parsed(`{"id":"da1","${place}":${deep}}`))
    }
    for (const deep of [list, object, evidences]) arrives(parsed(`{"id":"da1","evidence":[${deep}]}`))
    for (const deep of [list, object]) {
      for (const [type, sample] of Object.entries(samples)) {
        const own = Object.keys(sample).map((name) => `"${name}":${deep}`).join(",")
        const [, artifact] = mapOf(
          parsed(`{"id":"da1","evidence":[{"@odata.type":"#microsoft.graph.security.${type}Evidence",${own}}]}`)
        )
        assertFitsTemplate(artifact!)
      }
    }
  })
})
