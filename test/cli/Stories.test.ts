/** Analysts' stories against the real program: rows in Graph and artifacts in files; nothing in between is checked. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { evidence, filterKey } from "../artifacts/Records.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile, tenantId } from "../support/RunFiles.ts"

const otherTenant = "99999999-9999-4999-8999-999999999999"

const world = Effect.fnUntraced(function*(more: object = {}) {
  const now = yield* Clock.currentTimeMillis
  const { env, simulator } = yield* standIn({ alerts: 0, incidents: 0, legacyAlerts: 0 })
  const { directory, file } = yield* settingsFile({ endpoints: { alerts: { enabled: false } } }, more)
  const minutesAgo = (minutes: number) => Timestamp.fromMillis(now - minutes * 60_000)
  const run = Effect.gen(function*() {
    const process = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
    assert.strictEqual(yield* process.exit, 0, process.stdout() + process.stderr())
    return yield* artifactsIn(directory)
  })
  const alert = (properties: object) => ({
    id: "da1",
    title: "Suspicious activity",
    severity: "high",
    status: "new",
    serviceSource: "microsoft365Defender",
    createdDateTime: minutesAgo(60),
    lastUpdateDateTime: minutesAgo(60),
    evidence: [],
    ...properties
  })
  return { alert, minutesAgo, run, simulator }
})

const find = (artifacts: ReadonlyArray<Artifact>, wanted: Partial<Artifact>) => {
  const found = artifacts.find((artifact) =>
    Object.entries(wanted).every(([field, value]) =>
      JSON.stringify(artifact[field as keyof Artifact]) === JSON.stringify(value)
    )
  )
  assert.isDefined(found, `${JSON.stringify(wanted)} among ${artifacts.map(({ messageType }) => messageType).join()}`)
  return found!
}

const amy = { userPrincipalName: "Amy@contoso.example", accountName: "amy" }

it.layer(NodeServices.layer, { excludeTestServices: true })("stories, from Graph to the file", (it) => {
  it.effect("2. Phish, click, takeover; 3. Command and control on a laptop; 4. Brute force from outside", () =>
    Effect.gen(function*() {
      const { alert, run, simulator } = yield* world()
      yield* simulator.setRows(tenantId, "alerts_v2", [
        alert({
          id: "phish",
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
            evidence("mailCluster", { clusterBy: "BodyFingerprintBin1;P2SenderDomain", emailCount: 12 })
          ]
        }),
        alert({
          id: "click",
          title: "A potentially malicious URL click was detected",
          serviceSource: "microsoftDefenderForOffice365",
          evidence: [evidence("user", { userAccount: amy })]
        }),
        alert({
          id: "takeover",
          title: "Anomalous Token",
          severity: "medium",
          serviceSource: "azureAdIdentityProtection",
          evidence: [evidence("user", { userAccount: amy })]
        }),
        alert({
          id: "beacon",
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
        }),
        alert({
          id: "brute",
          title: "Suspected brute-force attack",
          serviceSource: "microsoftDefenderForIdentity",
          evidence: [
            evidence("ip", { ipAddress: "198.51.100.20", roles: ["attacker"] }),
            evidence("device", {
              deviceDnsName: "dc01.contoso.example",
              lastIpAddress: "10.0.0.5",
              roles: ["attacked"]
            })
          ]
        })
      ])
      const all = yield* run
      assert.strictEqual(all.filter(({ messageType }) => messageType === "phishing_email").length, 5)
      const message = find(all, { vendorCode: "analyzedMessage" })
      assert.deepInclude(message, {
        emailFrom: "it@c0ntoso.example",
        emailTo: "amy@contoso.example",
        userName: "amy@contoso.example",
        clientIP: "203.0.113.7",
        emailSendingServer: "203.0.113.7",
        fqdn: "login.c0ntoso.example",
        protocol: "SMTP",
        severityLabel: "informational",
        severityCode: 6
      })
      assert.includeMembers([...message.tags], ["envelopeFrom:bounce@mailer.example"])
      find(all, {
        uri: "https://login.c0ntoso.example:8443/x",
        fqdn: "login.c0ntoso.example",
        serverPort: "8443",
        protocol: "HTTPS"
      })
      find(all, {
        messageType: "phishing_click",
        severityLabel: "high",
        severityCode: 2,
        userName: "amy@contoso.example"
      })
      find(all, {
        messageType: "malicious_session",
        severityLabel: "medium",
        severityCode: 4,
        userName: "amy@contoso.example"
      })
      const beacon = find(all, {
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
      assert.notProperty(beacon, "fileName")
      find(all, {
        messageType: "auth_failure",
        clientIP: "198.51.100.20",
        serverIP: "10.0.0.5",
        serverHostname: "dc01.contoso.example"
      })
    }))

  it.effect("5. Closed as a false positive: four artifacts, then one for each change, and the last raises no lead", () =>
    Effect.gen(function*() {
      const { alert, minutesAgo, run, simulator } = yield* world()
      const objects = [
        evidence("ip", { ipAddress: "198.51.100.1" }),
        evidence("url", { url: "https://a.example/" }),
        evidence("user", { userAccount: amy })
      ]
      const counts: Array<number> = []
      let all: ReadonlyArray<Artifact> = []
      for (
        const change of [{}, { assignedTo: "analyst@contoso.example", lastUpdateDateTime: minutesAgo(30) }, {
          comments: [{ comment: "ours" }],
          lastUpdateDateTime: minutesAgo(20)
        }, { status: "resolved", classification: "falsePositive", lastUpdateDateTime: minutesAgo(10) }]
      ) {
        yield* simulator.setRows(tenantId, "alerts_v2", [alert({ evidence: objects, ...change })])
        all = yield* run
        counts.push(all.length)
      }
      assert.deepStrictEqual(counts, [4, 5, 6, 7])
      const last = all.at(-1)!
      assert.deepInclude(last, { action: "resolved", severityLabel: "informational", severityCode: 6 })
      assert.includeMembers([...last.tags], ["severity:high", "classification:falsePositive"])
    }))

  it.effect("6. Nothing collapses: Conductor's filter passes every artifact, and unchanged records publish nothing again", () =>
    Effect.gen(function*() {
      const instance = (tenant: string) => ({
        credentials: { tenant_id: tenant, client_id: "22222222-2222-4222-8222-222222222222", client_secret: "s" },
        endpoints: { alerts: { enabled: false } }
      })
      const { alert, minutesAgo, run, simulator } = yield* world({
        instances: { one: instance(tenantId), other: instance(otherTenant) }
      })
      const rows = [
        ...Array.from({ length: 50 }, (_, n) => alert({ id: `sn${n}`, serviceSource: "microsoftSentinel" })),
        alert({ evidence: Array.from({ length: 60 }, (_, n) => evidence("url", { url: `https://a.example/${n}` })) })
      ]
      const incidents = Array.from({ length: 40 }, (_, n) => ({
        id: `${n}`,
        displayName: "Incident",
        severity: "high",
        status: "active",
        createdDateTime: minutesAgo(60),
        lastUpdateDateTime: minutesAgo(60)
      }))
      for (const tenant of [tenantId, otherTenant]) {
        yield* simulator.setRows(tenant, "alerts_v2", rows)
        yield* simulator.setRows(tenant, "incidents", incidents)
      }
      const all = yield* run
      assert.strictEqual(all.length, 2 * (50 + 61 + 40))
      assert.strictEqual(new Set(all.map(filterKey)).size, all.length)
      assert.strictEqual((yield* run).length, all.length)
    }))
})
