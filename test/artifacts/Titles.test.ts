import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import { withoutUserText } from "../../src/artifacts/Title.ts"
import { comparedTitleMax } from "../../src/domain/Bounds.ts"
import { alert, context, evidence, recordOf } from "./Records.ts"

describe("a title without user text", () => {
  const cases: ReadonlyArray<readonly [title: string, kept: string, isCustomers?: boolean]> = [
    ["Possible golden ticket (CVE-2021-42287 exploit)", "Possible golden ticket (CVE-2021-42287 exploit)"],
    ["'Wintapp' malware was prevented", "'Wintapp' malware was prevented"],
    ["Policy matched for email with subject (Ransomware tabletop)", "Policy matched for email with subject"],
    ["Matched for mail with subject: \u201cphish (again)\u201d today", "Matched for mail with subject: today"],
    ["Mail with subject (never closed ransomware", "Mail with subject"],
    ["Rule named 'ransomware' fired", "Rule named fired"],
    ["Documents [a [b] ransomware] shared", "Documents shared"],
    ["Process \"ransomware.exe\" ran", "Process ran"],
    ["File \u00abC:\\ransomware\u00bb opened", "File opened"],
    ["Link (https://phish.example/a) opened", "Link opened"],
    ["Mail to (amy@contoso.example) sent", "Mail to sent"],
    ["The user's host isn't 'odd' today", "The user's host isn't 'odd' today"],
    ["Found 'it's phish.docm' here", "Found here"],
    ["Rule (Ransomware tabletop) fired", "Rule (Ransomware tabletop) fired"],
    ["Rule (Ransomware tabletop) fired", "Rule fired", true],
    ["\"Ransomware\" and {phish} 'x' seen", "and seen", true]
  ]
  for (const [title, kept, isCustomers = false] of cases) {
    it(`of ${title}${isCustomers ? ", a customer's" : ""}`, () =>
      assert.strictEqual(withoutUserText(title, isCustomers), kept))
  }

  it("has at most so many characters, and takes no long time", () => {
    const hostile = `${"(".repeat(20_000)}${"'".repeat(20_000)}${"file (".repeat(5000)}${"[\"{".repeat(5000)}`
    const from = performance.now()
    for (const text of [hostile, hostile.replaceAll("(", " ("), "a".repeat(50_000)]) {
      assert.isAtMost(withoutUserText(text, true).length, comparedTitleMax)
    }
    assert.isBelow(performance.now() - from, 1000)
  })

  it.effect.prop("is part of the title", [Schema.String, Schema.Boolean], ([title, isCustomers]) =>
    Effect.sync(() => {
      const blankless = (text: string) => text.replace(/\s/g, "")
      let at = 0
      const whole = blankless(title)
      for (const char of blankless(withoutUserText(title, isCustomers))) {
        at = whole.indexOf(char, at) + 1
        assert.isAbove(at, 0)
      }
    }))
})

describe("what a user wrote", () => {
  const first = (properties: object) => Alerts.map(context, alert(properties)).artifacts[0]!

  it("decides no type and names no vulnerability, but stays in the rule's name", () => {
    const title = "Odd mail with subject (CVE-2026-10001 ransomware encryption)"
    const artifact = first({ title, serviceSource: "microsoftDefenderForOffice365", severity: "low" })
    assert.deepInclude(artifact, { ruleName: title, messageType: "threat_event" })
    assert.notProperty(artifact, "cve")
    const policy = first({
      title: "DLP policy (U.S. PII) matched for email with subject (Ransomware tabletop)",
      serviceSource: "dataLossPrevention",
      additionalData: { cve: "CVE-2026-10001" },
      evidence: [evidence("user", { tags: ["CVE-2026-10002"] })]
    })
    assert.strictEqual(policy.messageType, "policy_violation")
    assert.notProperty(policy, "cve")
  })

  it("decides no type of a rule that a customer wrote", () => {
    const title = "Rule \"Ransomware tabletop\" fired"
    assert.strictEqual(first({ title, serviceSource: "microsoftSentinel" }).messageType, "anomalous_behavior")
    assert.strictEqual(first({ title, detectionSource: "customDetection" }).messageType, "malicious_behavior")
  })

  it("leads no incident", () => {
    const tagsOf = (displayName: string) =>
      Incidents.map(context, recordOf({ id: "7", displayName, severity: "high", status: "active" })).artifacts[0]!.tags
    assert.deepStrictEqual(tagsOf("Mail with subject (Ransomware)").filter((tag) => tag.startsWith("leading")), [])
    assert.include(tagsOf("Ransomware on one endpoint"), "leadingType:ransomware-encryption")
    assert.include(tagsOf("Initial access & Impact involving one user"), "leadingType:malicious-behavior")
  })
})

it("cveDescription is the description of an alert that names a vulnerability", () => {
  const of = (title: string) => Alerts.map(context, alert({ title, description: "What it is" })).artifacts[0]!
  assert.strictEqual(of("Use of CVE-2026-10001").cveDescription, "What it is")
  assert.notProperty(of("Use of a hole"), "cveDescription")
})
