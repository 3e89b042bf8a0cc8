import { assert, describe, it } from "@effect/vitest"
import * as Alerts from "../../src/artifacts/Alerts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Incidents from "../../src/artifacts/Incidents.ts"
import { samples } from "./EvidenceSamples.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { context, filterKey, recordOf } from "./Records.ts"

const titles = [
  ["A potentially malicious URL click was detected", "microsoftDefenderForOffice365", "InitialAccess"],
  ["Email messages containing malicious URL removed after delivery", "microsoftDefenderForOffice365", "InitialAccess"],
  ["Email messages containing malicious file removed after delivery", "microsoftDefenderForOffice365", "InitialAccess"],
  ["Email reported by user as junk", "microsoftDefenderForOffice365", "InitialAccess"],
  ["User restricted from sending email", "microsoftDefenderForOffice365", "ThreatManagement"],
  ["Suspicious inbox manipulation rule", "microsoftDefenderForCloudApps", "DefenseEvasion"],
  ["DLP policy (PCI) matched for email with subject (Q3)", "dataLossPrevention", "Exfiltration"],
  ["Password spray", "azureAdIdentityProtection", "CredentialAccess"],
  ["Atypical travel", "azureAdIdentityProtection", "InitialAccess"],
  ["Suspected DCSync attack (replication of directory services)", "microsoftDefenderForIdentity", "CredentialAccess"],
  ["User and IP address reconnaissance (SMB)", "microsoftDefenderForIdentity", "Discovery"],
  ["Ransomware activity detected", "microsoftDefenderForEndpoint", "Ransomware"],
  ["'BlackCat' ransomware was prevented", "microsoftDefenderForEndpoint", "Ransomware"],
  ["'Wintapp' malware was prevented", "microsoftDefenderForEndpoint", "Malware"],
  ["Suspicious RDP session", "microsoftDefenderForEndpoint", "LateralMovement"],
  ["Access from a Tor exit node to a storage blob container", "microsoftDefenderForCloud", "InitialAccess"],
  ["Digital currency mining related behavior detected", "microsoftDefenderForCloud", "Execution"],
  ["Cobalt Strike beacon", "microsoftDefenderForEndpoint", "CommandAndControl"],
  ["Denial of service detected", "microsoftSentinel", "Impact"],
  ["An odd thing", "microsoftSentinel", "None"]
] as const

const severities = ["high", "medium", "low", "informational"] as const
const kinds = Object.entries(samples)

const evidenceOf = (n: number, count: number) =>
  Array.from({ length: count }, (_, at) => {
    const [name, sample] = kinds[(n * 7 + at * 5) % kinds.length]!
    return {
      "@odata.type": `#microsoft.graph.security.${name}Evidence`,
      createdDateTime: "2026-11-20T10:00:00.12Z",
      verdict: ["unknown", "suspicious", "malicious", "noThreatsFound"][(n + at) % 4],
      remediationStatus: ["none", "blocked", "remediated", "active"][(n + at * 3) % 4],
      roles: [[], ["attacker"], ["compromised"], ["contextual"], ["source"]][(n + at) % 5],
      ...sample
    }
  })

const alertOf = (n: number) => {
  const [title, serviceSource, category] = titles[n % titles.length]!
  return {
    id: `da${n}`,
    title,
    serviceSource,
    category,
    severity: severities[n % 4],
    status: "new",
    createdDateTime: "2026-11-20T10:00:00Z",
    mitreTechniques: ["T1071.001", "t1059", "S0154"],
    evidence: evidenceOf(n, n % 6)
  }
}

const isDistinct = (artifacts: ReadonlyArray<Artifact>): void => {
  const keys = artifacts.map(filterKey)
  assert.strictEqual(new Set(keys).size, keys.length, "no two collapse in Conductor's filter")
}

describe("laws", () => {
  it("400 alerts of every kind become artifacts that the index takes, of many message types, none alike", () => {
    const all: Array<Artifact> = []
    for (const tenantId of ["tenant-a", "tenant-b"]) {
      for (let n = 0; n < 200; n++) {
        const record = recordOf(alertOf(n))
        const { artifacts } = Alerts.map({ ...context, tenantId }, record)
        assert.strictEqual(artifacts.length, 1 + (n % 6))
        assert.deepStrictEqual(
          Alerts.map({ ...context, tenantId }, recordOf(structuredClone(alertOf(n)))).artifacts,
          artifacts
        )
        all.push(...artifacts)
      }
    }
    for (const artifact of all) assertFitsTemplate(artifact)
    assert.isAtLeast(new Set(all.map(({ messageType }) => messageType)).size, 8)
    assert.strictEqual(new Set(all.map(({ id }) => id)).size, all.length)
    isDistinct(all)
  })

  it("incidents of two tenants never collapse, with their alerts or among themselves", () => {
    const all = ["tenant-a", "tenant-b"].flatMap((tenantId) =>
      Array.from({ length: 40 }, (_, n) => n).flatMap((n) => [
        ...Incidents.map(
          { ...context, tenantId },
          recordOf({ id: `da${n}`, displayName: "An incident", severity: "high" })
        )
          .artifacts,
        ...Alerts.map({ ...context, tenantId }, recordOf({ id: `da${n}`, title: "An alert", severity: "high" }))
          .artifacts
      ])
    )
    isDistinct(all)
  })

  it("200 alerts of which eight are odd all arrive", () => {
    const { evidence: _, ...without } = alertOf(8)
    const odd: ReadonlyArray<object> = [
      { ...alertOf(1), severity: "unknown" },
      { ...alertOf(2), evidence: [{ "@odata.type": "#microsoft.graph.security.ipEvidence", verdict: 5 }] },
      { ...alertOf(3), evidence: null },
      without,
      { ...alertOf(5), evidence: [{ ipAddress: "203.0.113.5" }] },
      { ...alertOf(6), mitreTechniques: null },
      { ...alertOf(7), additionalData: { InvestigationState: 32, any: [{ thing: null }] } },
      { ...alertOf(9), comments: "a string" }
    ]
    const alerts = Array.from({ length: 200 }, (_, n) => n < odd.length ? { ...odd[n]!, id: `odd${n}` } : alertOf(n))
    let evidence = 0
    let count = 0
    for (const alert of alerts) {
      const { artifacts } = Alerts.map(context, recordOf(alert))
      count += artifacts.length
      evidence += "evidence" in alert && Array.isArray(alert.evidence) ? alert.evidence.length : 0
      for (const artifact of artifacts) assertFitsTemplate(artifact)
    }
    assert.strictEqual(count, 200 + evidence)
  })
})
