import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { version } from "../../src/artifacts/ocsf/OcsfEvent.ts"
import { observablesMax, ocsfTextBytes } from "../../src/domain/Bounds.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { types } from "../../src/evidence/Evidence.ts"
import { faultsOf } from "../support/OcsfSchema.ts"
import { samples } from "./EvidenceSamples.ts"
import { leavesOf } from "./Leaves.ts"
import { eventOf, first, textsIn, written } from "./OcsfEvents.ts"
import { alert, context, evidence, recordOf } from "./Records.ts"

const alerts = endpoints.alerts_v2.ocsf
const eventIn = (...elements: ReadonlyArray<object>) => eventOf(alerts, alert({ evidence: elements }))

describe("the schema", () => {
  const event = written(eventIn(evidence("ip", { ipAddress: "198.51.100.7" })))

  it("refuses what OCSF does not know, and what it misses", () => {
    assert.deepStrictEqual(faultsOf(event), [])
    for (
      const wrong of [
        { severity_id: 7 },
        { type_uid: 200499.5 },
        { colour: "red" },
        { time: "2026-11-20T12:00:00Z" },
        { finding_info: { title: "no uid" } },
        { evidences: [{ uid: "1" }] },
        { evidences: [{ uid: "1", file: { name: "a" } }] },
        { metadata: { uid: "1" } }
      ]
    ) assert.isAbove(faultsOf({ ...event, ...wrong }).length, 0, JSON.stringify(wrong))
  })

  it("is of the version that events name", () => {
    assert.strictEqual(event["metadata"].version, version)
    assert.strictEqual(version, "1.8.0")
  })
})

/** The record of a page, or of a document of its own. */
const firstIn = (text: string): object => {
  const document = JSON.parse(text) as { readonly value?: ReadonlyArray<object> }
  return document.value?.[0] ?? document
}

it.layer(NodeServices.layer)("every fixture", (it) => {
  for (const endpoint of [endpoints.alerts, endpoints.alerts_v2, endpoints.incidents]) {
    it.effect(`of ${endpoint.name} becomes one valid event with all its evidence`, () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const directory = `test/fixtures/${endpoint.name}`
        const files = (yield* fs.readDirectory(directory)).filter((file) => !file.endsWith(".artifacts.json"))
        assert.isAbove(files.length, 1)
        for (const file of files) {
          const sent = recordOf(firstIn(yield* fs.readFileString(`${directory}/${file}`)))
          const event = eventOf(endpoint.ocsf, sent)
          assert.strictEqual(event.raw_data, sent.sent.content().text)
          assert.strictEqual(event.class_uid, endpoint.name === "incidents" ? 2005 : 2004)
          if (endpoint.name !== "alerts_v2") continue
          const { evidences = [] } = written(event)
          assert.strictEqual(evidences.length, sent.sent.content().evidence.length)
        }
      }))
  }
})

describe("evidence", () => {
  it("of each type has attributes, what OCSF has no place for in `data`, and its artifact's id", () => {
    for (const [name, sample] of Object.entries(samples)) {
      const { evidences: [own] } = written(eventIn(evidence(name, sample)))
      assert.strictEqual(own.name, name)
      assert.lengthOf(own.uid, 32)
      assert.strictEqual(own.data.type, name)
    }
  })

  it("shows every value of each type, or it is only in `raw_data` for a reason", () => {
    const reasons: ReadonlyArray<readonly [RegExp, string]> = [
      [/\.cloudProvider$/, "the resource's id says it"],
      [/\.locationType$/, "the location says it"],
      [/\.dnsDomain$/, "the DNS name says it"],
      [/\.algorithm$/, "the hash has an algorithm of its own"],
      [/^teamsMessage\.(isOwned|sourceId)$/, "of Teams' own bookkeeping"],
      [/\.(files|processes)\.detectionStatus$/, "of a nested object: what was done is told by its parent"],
      [/DateTime$/, "a time in milliseconds"],
      [/\.countryLetterCode$/, "the country is that of the other end"],
      [/^mailbox\.userAccount\.userPrincipalName$/, "the mailbox's own principal name counts"],
      [/\.digestImage\.registry\.registry$/, "an image in an image gives its own names"]
    ]
    const hidden: Array<string> = []
    const unexplained: Array<string> = []
    let count = 0
    for (const { fields, name } of types) {
      const { element, leaves } = leavesOf(name, fields)
      const { raw_data: _, ...shown } = written(eventIn(element))
      const text = JSON.stringify(shown).toLowerCase()
      count += leaves.length
      for (const { path, value } of leaves) {
        if (text.includes(JSON.stringify(value).slice(1, -1))) continue
        hidden.push(path)
        if (!reasons.some(([form]) => form.test(path))) unexplained.push(`${path} = ${value}`)
      }
    }
    process.stdout.write(`${hidden.length} of ${count} values of ${types.length} types are only in raw_data\n`)
    assert.deepStrictEqual(unexplained, [])
    assert.isAtMost(hidden.length, 60)
  })

  const device = (name: string) =>
    evidence("device", {
      mdeDeviceId: `id-${name}`,
      deviceDnsName: `${name}.contoso.example`,
      lastIpAddress: `10.0.0.${name.length}`
    })

  it("is beside the values of its own device only", () => {
    const { evidences } = written(
      eventIn(
        device("a"),
        device("bb"),
        evidence("file", { mdeDeviceId: "ID-BB", fileDetails: { fileName: "x.exe", sha256: "ab" } }),
        evidence("process", { mdeDeviceId: "id-unknown", processId: 7, imageFile: { fileName: "y.exe" } })
      )
    )
    const [a, b, file, stray] = evidences
    assert.deepInclude(a.device, { hostname: "a.contoso.example", ip: "10.0.0.1", uid: "id-a" })
    assert.deepInclude(file.device, { hostname: "bb.contoso.example", ip: "10.0.0.2", uid: "id-bb" })
    assert.deepStrictEqual(file.device, b.device)
    assert.notProperty(stray, "device")
    for (const one of [b, file, stray]) {
      assert.isFalse(textsIn(one).some((text) => /a\.contoso|10\.0\.0\.1$/.test(text)))
    }
  })

  it("is an end of a connection by its role and the alert's kind, and a loopback address none", () => {
    const { evidences } = written(eventOf(
      alerts,
      alert({
        title: "Brute force",
        evidence: [
          evidence("ip", { ipAddress: "198.51.100.20", roles: ["attacker"] }),
          evidence("ip", { ipAddress: "127.0.0.1" }),
          evidence("networkConnection", {
            sourceAddress: { ipAddress: "10.0.0.1" },
            destinationAddress: { ipAddress: "203.0.113.5" },
            sourcePort: 50_000,
            destinationPort: 443,
            protocol: "tcp"
          })
        ]
      })
    ))
    assert.deepStrictEqual(evidences[0].src_endpoint, { ip: "198.51.100.20" })
    assert.notProperty(evidences[1], "src_endpoint")
    assert.notProperty(evidences[1], "dst_endpoint")
    assert.strictEqual(evidences[1].data.ip[0], "127.0.0.1")
    assert.deepStrictEqual(evidences[2].src_endpoint, { ip: "10.0.0.1", port: 50_000 })
    assert.deepStrictEqual(evidences[2].dst_endpoint, { ip: "203.0.113.5", port: 443 })
    assert.strictEqual(evidences[2].connection_info.protocol_name, "tcp")
  })

  it("of one content twice is there twice, with two ids, and the ids depend on nothing else", () => {
    const ip = evidence("ip", { ipAddress: "198.51.100.7" })
    const idsOf = (...elements: ReadonlyArray<object>) =>
      written(eventIn(...elements))["evidences"].map(({ uid }: { readonly uid: string }) => uid) as ReadonlyArray<
        string
      >
    const [one, two] = idsOf(ip, ip)
    assert.notStrictEqual(one, two)
    assert.deepStrictEqual(idsOf(evidence("url", { url: "https://x.example" }), ip, ip).slice(1), [one, two])
  })

  it("becomes observables, each once, and at most observablesMax", () => {
    const file = (n: number) => evidence("file", { fileDetails: { fileName: `f${n}.exe` } })
    const { observables } = written(eventIn(file(1), file(1), file(2)))
    assert.deepStrictEqual(observables.map(({ value }: { readonly value: string }) => value), ["f1.exe", "f2.exe"])
    const many = Array.from(
      { length: observablesMax / 2 },
      (_, n) => evidence("url", { url: `https://h${n}.example/a` })
    )
    many[0] = evidence("file", { fileDetails: { fileName: "a", sha256: "b", sha1: "c" } })
    assert.lengthOf(written(eventIn(...many))["observables"], observablesMax)
  })
})

describe("a finding", () => {
  const findingOf = (properties: object) => written(eventOf(alerts, alert(properties)))

  it("has MITRE's techniques, its incident, vulnerabilities, malware, people and times", () => {
    const event = findingOf({
      mitreTechniques: ["T1059.001", "T1105", "not one"],
      incidentId: "7",
      title: "Exploitation of CVE-2026-12345",
      threatDisplayName: "Ransom:Win32/LockBit",
      assignedTo: "amy@contoso.example",
      firstActivityDateTime: "2026-11-20T11:00:00Z",
      lastActivityDateTime: "2026-11-20T10:00:00Z",
      recommendedActions: "Isolate it"
    })
    assert.deepStrictEqual(event["finding_info"].attacks, [{
      technique: { uid: "T1059" },
      sub_technique: { uid: "T1059.001" }
    }, { technique: { uid: "T1105" } }])
    const incident = `${context.tenantId}/incidents/7`
    assert.deepStrictEqual(event["finding_info"].related_events, [{ uid: incident, type: "Incident Finding" }])
    assert.strictEqual(event["metadata"].correlation_uid, incident)
    assert.strictEqual(
      eventOf(endpoints.incidents.ocsf, recordOf({ id: "7", lastUpdateDateTime: "2026-11-20T12:00:00Z" })).metadata[
        "correlation_uid"
      ],
      incident
    )
    assert.deepStrictEqual(event["vulnerabilities"], [{ cve: { uid: "CVE-2026-12345" } }])
    assert.deepStrictEqual(event["malware"], [{ name: "Ransom:Win32/LockBit", classification_ids: [10] }])
    assert.strictEqual(event["assignee"].email_addr, "amy@contoso.example")
    assert.strictEqual(event["remediation"].desc, "Isolate it")
    assert.strictEqual(event["start_time"], Date.UTC(2026, 10, 20, 11))
    assert.notProperty(event, "end_time")
    assert.strictEqual(event["time"], Date.UTC(2026, 10, 20, 12))
  })

  for (
    const [word, severity_id] of [["informational", 1], ["low", 2], ["medium", 3], ["high", 4], ["Critical", 5], [
      "unknown",
      0
    ], ["unheard", 99]] as const
  ) {
    it(`of severity ${word} has number ${severity_id}`, () =>
      assert.strictEqual(findingOf({ severity: word })["severity_id"], severity_id))
  }

  for (
    const [status, isKnown, activity_id, status_id] of [
      ["new", false, 1, 1],
      ["new", true, 2, 1],
      ["inProgress", true, 2, 2],
      ["resolved", true, 3, 4],
      ["resolved", false, 3, 4]
    ] as const
  ) {
    it(`that is ${status} and ${isKnown ? "known" : "unknown"} is activity ${activity_id}`, () => {
      const event = eventOf(alerts, alert({ status }), { ...first, isKnown })
      assert.deepInclude(event, { activity_id, status_id, type_uid: 200_400 + activity_id })
    })
  }

  for (
    const [classification, determination, verdict_id] of [
      ["falsePositive", "notMalicious", 1],
      ["truePositive", "malware", 2],
      ["informationalExpectedActivity", "securityTesting", 6],
      ["informationalExpectedActivity", "confirmedActivity", 5],
      ["falsePositive", "notEnoughDataToValidate", 7],
      ["unknown", null, 0]
    ] as const
  ) {
    it(`classified ${classification}, ${determination} has verdict ${verdict_id}`, () =>
      assert.strictEqual(findingOf({ classification, determination })["verdict_id"], verdict_id))
  }

  it("keeps what OCSF has no place for in `unmapped`, and nothing that it has one for", () => {
    const { unmapped } = findingOf({
      customDetails: { SourceIP: ["198.51.100.9"] },
      somethingNew: { deep: [1, { er: true }] },
      systemTags: [],
      description: "said"
    })
    assert.deepStrictEqual(unmapped, {
      customDetails: { SourceIP: ["198.51.100.9"] },
      somethingNew: { deep: [1, { er: true }] }
    })
  })

  it("has texts of at most ocsfTextBytes, and says that one was cut", () => {
    const event = findingOf({ description: "é".repeat(ocsfTextBytes), customDetails: { long: "x".repeat(40_000) } })
    assert.strictEqual(Buffer.byteLength(event["finding_info"].desc), ocsfTextBytes)
    assert.lengthOf(event["unmapped"].customDetails.long, ocsfTextBytes)
    assert.isTrue(event["metadata"].is_truncated)
    assert.include(event["raw_data"], "x".repeat(40_000))
    assert.notProperty(findingOf({})["metadata"], "is_truncated")
  })

  it("has the same id in all its versions, another one in each tenant and endpoint, and in each custom cloud", () => {
    const uidOf = (event: object) => written(event as never)["finding_info"].uid as string
    const one = uidOf(eventOf(alerts, alert({})))
    assert.strictEqual(
      uidOf(eventOf(alerts, alert({ status: "resolved", title: "another" }), { ...first, uid: "2" })),
      one
    )
    const others = [
      eventOf(alerts, alert({}), first, { ...context, tenantId: "22222222-2222-4222-8222-222222222222" }),
      eventOf(alerts, alert({}), first, { ...context, customCloud: "graph.contoso.example" }),
      eventOf(endpoints.alerts.ocsf, alert({}))
    ].map(uidOf)
    assert.lengthOf(new Set([one, ...others]), 4)
    const { metadata } = eventOf(alerts, alert({}), first, { ...context, customCloud: "graph.contoso.example" })
    assert.notStrictEqual(metadata.uid, first.uid)
  })
})

describe("an incident", () => {
  const incidentOf = (properties: object) =>
    written(
      eventOf(
        endpoints.incidents.ocsf,
        recordOf({ id: "42", displayName: "Attack", lastUpdateDateTime: "2026-11-20T12:00:00Z", ...properties })
      )
    )

  it("has its own finding and those of alerts that came with it, a person or none, and a priority", () => {
    const event = incidentOf({ alerts: [{ id: "da1", title: "T" }, null], priorityScore: 90, status: "active" })
    assert.deepStrictEqual(event["finding_info_list"].map(({ uid }: { readonly uid: string }) => uid), [
      `${context.tenantId}/incidents/42`,
      `${context.tenantId}/alerts_v2/da1`
    ])
    assert.deepStrictEqual(event["assignee_group"], { name: "Unassigned" })
    assert.deepInclude(event, { priority_id: 3, status_id: 1, activity_id: 1 })
    const assigned = incidentOf({ assignedTo: "amy@contoso.example" })
    assert.notProperty(assigned, "assignee_group")
    assert.strictEqual(assigned["assignee"].name, "amy@contoso.example")
  })

  it("that was merged into another is closed, and names it", () => {
    const event = incidentOf({ status: "active", redirectIncidentId: "9" })
    assert.deepInclude(event, { activity_id: 3, status_id: 5 })
    assert.strictEqual(event["finding_info_list"][0].related_events[0].uid, `${context.tenantId}/incidents/9`)
  })
})

describe("a record of Entra ID", () => {
  const of = (name: "signIns" | "directoryAudits" | "riskDetections" | "riskyUsers", value: object, isKnown = false) =>
    written(eventOf(endpoints[name].ocsf, recordOf({ id: "r1", ...value }), { ...first, isKnown }))
  const amy = { userPrincipalName: "Amy@contoso.example", userId: "u-1", userDisplayName: "Amy" }

  it("is a logon with its person, address, application and result", () => {
    const failed = of("signIns", {
      ...amy,
      createdDateTime: "2026-11-20T11:00:00Z",
      ipAddress: "203.0.113.7",
      appDisplayName: "Portal",
      resourceDisplayName: "Graph",
      status: { errorCode: 50_126, failureReason: "Wrong password." },
      location: { city: "London", countryOrRegion: "GB" }
    })
    assert.deepInclude(failed, {
      class_uid: 3002,
      activity_id: 1,
      status_id: 2,
      status_code: "50126",
      status_detail: "Wrong password.",
      time: Date.UTC(2026, 10, 20, 11)
    })
    assert.deepInclude(failed["user"], { name: "amy@contoso.example", uid: "u-1" })
    assert.deepStrictEqual(failed["src_endpoint"], {
      ip: "203.0.113.7",
      location: { city: "London", country: "GB" }
    })
    assert.deepStrictEqual([failed["service"].name, failed["actor"].app_name], ["Graph", "Portal"])
    const well = of("signIns", { ...amy, status: { errorCode: 0, failureReason: "Other." } })
    assert.strictEqual(well["status_id"], 1)
    assert.notProperty(well, "status_detail")
    assert.strictEqual(of("signIns", { status: { errorCode: 50_074 } })["status_id"], 99)
  })

  it("is a change of an entity with who did it, and shows no credential", () => {
    const secret = "s3cr3t-value"
    const event = of("directoryAudits", {
      activityDisplayName: "Add service principal credentials",
      activityDateTime: "2026-11-20T11:00:00Z",
      operationType: "Add",
      result: "success",
      initiatedBy: { user: { userPrincipalName: "Bert@contoso.example", id: "u-2", ipAddress: "192.0.2.1" } },
      targetResources: [{
        id: "sp-1",
        displayName: "Payroll",
        type: "ServicePrincipal",
        modifiedProperties: [{ displayName: "Credential", oldValue: null, newValue: secret }]
      }]
    })
    assert.deepInclude(event, { class_uid: 3004, activity_id: 1, status_id: 1 })
    assert.deepStrictEqual(event["entity"], { name: "Payroll", uid: "sp-1", type_id: 99, type: "ServicePrincipal" })
    assert.strictEqual(event["actor"].user.name, "bert@contoso.example")
    assert.notInclude(JSON.stringify(event), secret)
    assert.include(event["raw_data"], "[left out]")
  })

  for (
    const [name, state, isKnown, activity_id, verdict_id] of [
      ["riskDetections", "atRisk", false, 1, undefined],
      ["riskDetections", "confirmedCompromised", true, 2, 2],
      ["riskDetections", "dismissed", true, 3, 1],
      ["riskyUsers", "atRisk", true, 2, undefined],
      ["riskyUsers", "remediated", true, 3, undefined]
    ] as const
  ) {
    it(`is a finding: ${name} ${state} is activity ${activity_id}`, () => {
      const event = of(name, { ...amy, riskState: state, riskLevel: "high", riskEventType: "anomalousToken" }, isKnown)
      assert.deepInclude(event, { class_uid: 2004, activity_id })
      assert.strictEqual(event["verdict_id"], verdict_id)
      assert.strictEqual(event["evidences"][0].user.name, "amy@contoso.example")
      assert.strictEqual(event["observables"][0].name, "evidences[].user.name")
    })
  }
})
