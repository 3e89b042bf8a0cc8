/** Tests the mapping of risk detections and risky users by worked examples. */
import { assert, describe, it } from "@effect/vitest"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Risks from "../../src/artifacts/RiskArtifacts.ts"
import { tagsMax, techniquesMax } from "../../src/domain/Bounds.ts"
import { expected, one, type severities, shown } from "./Examples.ts"

describe("risks", () => {
  const base = {
    id: "6a5874ca",
    requestId: "r1",
    correlationId: "c1",
    riskEventType: "anonymizedIPAddress",
    riskState: "atRisk",
    riskLevel: "medium",
    riskDetail: "none",
    source: "IdentityProtection",
    detectionTimingType: "realtime",
    activity: "signin",
    tokenIssuerType: "AzureAD",
    ipAddress: "2001:67c:e60:c0c:192:42:116:55",
    activityDateTime: "2026-07-17T10:07:37.5365166Z",
    detectedDateTime: "2026-07-17T10:07:37.5365166Z",
    lastUpdatedDateTime: "2026-07-17T10:09:47.256866Z",
    userId: "u1",
    userDisplayName: "Risk",
    userPrincipalName: "risk@c0ntoso.example",
    location: { city: "Camperduin", countryOrRegion: "NL" },
    additionalInfo:
      `[{"Key":"userAgent","Value":"Mozilla/5.0 (Macintosh)"},{"Key":"mitreTechniques","Value":"T1090.003,T1078"}]`
  }
  const detection = (
    type: Artifact["messageType"],
    severity: keyof typeof severities,
    action: string,
    more: Partial<Artifact> & { readonly startTimeUTC: string },
    ...tags: ReadonlyArray<string>
  ) =>
    expected(
      "azure_identity_protection",
      type,
      severity,
      action,
      { ruleCategory: "IdentityProtection", ...more },
      ...tags
    )
  const anonymous = {
    userName: "risk@c0ntoso.example",
    clientIP: "2001:67c:e60:c0c:192:42:116:55",
    geoRegion: "NL",
    vendorCode: "anonymizedIPAddress",
    ruleName: "Anonymous IP address",
    attackTechniqueIds: ["T1090.003", "T1078"],
    startTimeUTC: "2026-07-17T10:07:37.5365166Z"
  }
  const alice = { ...base, userPrincipalName: "alice@c0ntoso.example", additionalInfo: "no JSON", location: null }

  for (
    const [name, value, wanted] of [[
      "an anonymous address",
      base,
      detection(
        "malicious_session",
        "medium",
        "atRisk",
        { ...anonymous, endTimeUTC: "2026-07-17T10:09:47.256866Z" },
        "riskEvent:anonymizedIPAddress",
        "riskLevel:medium",
        "riskState:atRisk",
        "timing:realtime",
        "activity:signin",
        "tokenIssuer:AzureAD",
        "city:Camperduin",
        "userAgent:Mozilla/5.0 (Macintosh)"
      )
    ], [
      "the same, dismissed later",
      {
        ...base,
        riskState: "dismissed",
        riskLevel: "none",
        riskDetail: "adminDismissedAllRiskForUser",
        lastUpdatedDateTime: "2026-07-18T08:00:00Z"
      },
      detection(
        "audit_log",
        "informational",
        "dismissed",
        { ...anonymous, endTimeUTC: "2026-07-18T08:00:00Z" },
        "riskEvent:anonymizedIPAddress",
        "riskState:dismissed",
        "riskDetail:adminDismissedAllRiskForUser",
        "timing:realtime",
        "activity:signin",
        "tokenIssuer:AzureAD",
        "city:Camperduin",
        "userAgent:Mozilla/5.0 (Macintosh)"
      )
    ], [
      "leaked credentials",
      {
        ...alice,
        riskEventType: "leakedCredentials",
        riskLevel: "high",
        ipAddress: null,
        detectionTimingType: "offline",
        activity: "user",
        tokenIssuerType: null,
        activityDateTime: "2026-07-17T00:00:00Z",
        lastUpdatedDateTime: "2026-07-17T02:00:00Z"
      },
      detection(
        "credential_access",
        "high",
        "atRisk",
        {
          userName: "alice@c0ntoso.example",
          vendorCode: "leakedCredentials",
          ruleName: "Leaked credentials",
          startTimeUTC: "2026-07-17T00:00:00Z",
          endTimeUTC: "2026-07-17T02:00:00Z"
        },
        "riskEvent:leakedCredentials",
        "riskLevel:high",
        "riskState:atRisk",
        "timing:offline",
        "activity:user"
      )
    ], [
      "what a tenant with P1 is told",
      {
        ...alice,
        riskEventType: "generic",
        riskLevel: "hidden",
        riskDetail: "hidden",
        ipAddress: "203.0.113.9",
        detectionTimingType: null,
        tokenIssuerType: null,
        activityDateTime: "2026-07-17T00:00:00Z",
        lastUpdatedDateTime: "2026-07-17T00:05:00Z"
      },
      detection(
        "anomalous_behavior",
        "low",
        "atRisk",
        {
          userName: "alice@c0ntoso.example",
          clientIP: "203.0.113.9",
          vendorCode: "generic",
          ruleName: "Additional risk detected",
          startTimeUTC: "2026-07-17T00:00:00Z",
          endTimeUTC: "2026-07-17T00:05:00Z"
        },
        "riskEvent:generic",
        "riskLevel:hidden",
        "riskState:atRisk",
        "riskDetail:hidden",
        "activity:signin"
      )
    ]] as const
  ) {
    it(`map ${name}`, () => assert.deepStrictEqual(shown(one(Risks.detections.map, value)), wanted))
  }

  it("map a risky user, who is the sum of what has a type elsewhere", () => {
    const value = {
      id: "aaaaaaaa-0000-4000-8000-0000000000a1",
      riskLevel: "high",
      riskState: "atRisk",
      riskDetail: "none",
      riskLastUpdatedDateTime: "2026-07-17T02:00:01Z",
      userPrincipalName: "Alice@C0ntoso.example"
    }
    assert.deepStrictEqual(
      shown(one(Risks.users.map, value)),
      detection(
        "audit_log",
        "high",
        "atRisk",
        { userName: "alice@c0ntoso.example", ruleName: "Risky user", startTimeUTC: "2026-07-17T02:00:01Z" },
        "riskLevel:high",
        "riskState:atRisk",
        "leadingType:malicious_session"
      )
    )
    const over = one(Risks.users.map, { ...value, riskState: "remediated", riskDetail: "adminConfirmedSigninSafe" })
    assert.deepInclude(over, { severityLabel: "informational", vendorCode: "adminConfirmedSigninSafe" })
    assert.notInclude(over.tags.join(), "leadingType")
  })

  it("stay open when an attacker may have passed the second factor", () => {
    const remedied = (riskEventType: string) =>
      one(Risks.detections.map, {
        ...base,
        riskEventType,
        riskState: "remediated",
        riskDetail: "userPassedMFADrivenByRiskBasedPolicy"
      }).messageType
    assert.strictEqual(remedied("attackerinTheMiddle"), "malicious_session")
    assert.strictEqual(remedied("unfamiliarFeatures"), "audit_log")
  })

  it("take techniques as a list, too, and others as tags", () => {
    const info = JSON.stringify([{ Key: "mitreTechniques", Value: ["t1078", "T1078", "TA0001"] }, { Key: 5 }, null])
    const { attackTechniqueIds, tags } = one(Risks.detections.map, { ...base, additionalInfo: info })
    assert.deepStrictEqual(attackTechniqueIds, ["T1078"])
    assert.include(tags, "mitre:TA0001")
  })

  it("have no more techniques and reasons than an artifact may, however many are sent", () => {
    const many = Array.from({ length: 5000 }, (_, n) => `T${1000 + n}`)
    const info = JSON.stringify([{ Key: "mitreTechniques", Value: many }, { Key: "riskReasons", Value: many }])
    const { attackTechniqueIds, tags } = one(Risks.detections.map, { ...base, additionalInfo: info })
    assert.lengthOf(attackTechniqueIds!, techniquesMax)
    assert.isAtMost(tags.length, tagsMax.all)
  })
})
