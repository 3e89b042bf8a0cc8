import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { tagsMax } from "../../src/domain/Bounds.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { alert, context, evidence } from "./Records.ts"

const artifactsOf = (elements: ReadonlyArray<object>, properties: object = {}): ReadonlyArray<Artifact> => {
  const { artifacts } = Alerts.map(context, alert({ category: "Malware", ...properties, evidence: elements }))
  for (const artifact of artifacts) assertFitsTemplate(artifact)
  return artifacts
}
const device = (name: string, ip: string, more: object = {}) =>
  evidence("device", {
    mdeDeviceId: `id-${name}`,
    deviceDnsName: `${name}.contoso.example`,
    lastIpAddress: ip,
    loggedOnUsers: [{ accountName: `user-of-${name}`, domainName: "CONTOSO" }],
    ...more
  })
const process = (name: string, on: string | undefined, more: object = {}) =>
  evidence("process", {
    mdeDeviceId: on === undefined ? undefined : `ID-${on}`,
    imageFile: { fileName: name, filePath: "C:\\run", sha256: `hash-of-${name}` },
    userAccount: { accountName: `runs-${name}` },
    ...more
  })
const file = (name: string, on: string | undefined, more: object = {}) =>
  evidence("file", {
    mdeDeviceId: on === undefined ? undefined : `id-${on}`,
    fileDetails: { fileName: name, filePath: "C:\\in", sha256: `hash-of-${name}` },
    ...more
  })
const endpoint = { serviceSource: "microsoftDefenderForEndpoint" }

describe("on which device evidence is", () => {
  it("processes, files and registry objects have name, address and MAC of the device that they name, on its side", () => {
    const [, , b, c, key] = artifactsOf([
      device("ws2", "10.0.0.2"),
      process("b.exe", "ws2"),
      file("c.dll", "ws2"),
      evidence("registryValue", { mdeDeviceId: "ID-WS2", registryHive: "HKLM", registryKey: "Run" })
    ])
    for (const artifact of [b, c, key]) {
      assert.deepInclude(artifact, { clientIP: "10.0.0.2", clientHostname: "ws2.contoso.example" })
      assert.notProperty(artifact, "fqdn")
    }
    assert.strictEqual(b!.userName, "runs-b.exe")
    assert.notProperty(c, "userName")
  })

  it("they are on the server's side where the device is", () => {
    const [, attacker, , tool] = artifactsOf([
      evidence("ip", { ipAddress: "198.51.100.20", roles: ["attacker"] }),
      device("dc1", "10.0.0.5", { roles: ["attacked"] }),
      file("tool.exe", "dc1")
    ], { title: "Brute force" })
    assert.deepInclude(attacker, { clientIP: "198.51.100.20" })
    assert.deepInclude(tool, { serverIP: "10.0.0.5", serverHostname: "dc1.contoso.example" })
    assert.notProperty(tool, "clientHostname")
  })

  it("what names none is on the only device of an endpoint alert, and says so", () => {
    const one = [device("ws1", "10.0.0.1"), file("a.exe", undefined), file("b.exe", "elsewhere")]
    const [, , a, b] = artifactsOf(one, endpoint)
    assert.strictEqual(a!.clientHostname, "ws1.contoso.example")
    assert.include(a!.tags, "host:only-device")
    assert.notProperty(b, "clientHostname")
    assert.include(b!.tags, "mdeDeviceId:id-elsewhere")
    const [, , elsewhere] = artifactsOf(one, { serviceSource: "microsoftDefenderForIdentity" })
    assert.notProperty(elsewhere, "clientHostname")
    const [, , , two] = artifactsOf([device("ws1", "10.0.0.1"), device("ws2", "10.0.0.2"), one[1]!], endpoint)
    assert.notProperty(two, "clientHostname")
  })

  it("a file nested in malware counts, a user does not", () => {
    const [, , malware, user] = artifactsOf([
      device("ws1", "10.0.0.1"),
      evidence("malware", { name: "Zbotty", files: [file("a.exe", "ws1")] }),
      evidence("user", { userAccount: { userPrincipalName: "amy@contoso.example" } })
    ], endpoint)
    assert.strictEqual(malware!.clientHostname, "ws1.contoso.example")
    assert.notProperty(user, "clientHostname")
  })
})

describe("the alert of several devices", () => {
  const [ws1, ws2] = [device("ws1", "10.0.0.1"), device("ws2", "10.0.0.2")]

  it("has host, process and file of one, and the others as tags", () => {
    const [own] = artifactsOf([ws1, ws2, process("a.exe", "ws1"), process("b.exe", "ws2"), file("c.dll", "ws2")])
    assert.deepInclude(own, {
      clientHostname: "ws1.contoso.example",
      clientIP: "10.0.0.1",
      program: "a.exe",
      filePath: "C:\\run\\a.exe",
      fileHash: "hash-of-a.exe",
      userName: "runs-a.exe"
    })
    assert.notProperty(own, "fileName")
    assert.includeMembers([...own!.tags], [
      "host:ws2.contoso.example",
      "ip:10.0.0.2",
      "process:b.exe",
      "file:c.dll",
      "hash:hash-of-c.dll",
      "user:runs-b.exe",
      "user:CONTOSO\\user-of-ws1"
    ])
  })

  it("is about the device that the highest-ranked object names", () => {
    const [own] = artifactsOf([ws1, ws2, file("bad.dll", "ws2", { roles: ["attacked"] }), file("other.dll", "ws1")])
    assert.deepInclude(own, { clientHostname: "ws2.contoso.example", fileName: "bad.dll" })
  })

  it("takes no user from another device", () => {
    const [own] = artifactsOf([ws1, ws2, process("b.exe", "ws2")])
    assert.strictEqual(own!.userName, "CONTOSO\\user-of-ws1")
  })

  it("takes what is on no device", () => {
    const [own] = artifactsOf([ws1, ws2, file("mail.docm", undefined)])
    assert.strictEqual(own!.fileName, "mail.docm")
  })

  it("has at most so many of each kind, and of bystanders that they were seen", () => {
    const many = Array.from({ length: 15 }, (_, n) => evidence("ip", { ipAddress: `203.0.113.${n}` }))
    const [own] = artifactsOf([
      ws1,
      ...many,
      evidence("ip", { ipAddress: "198.51.100.88", roles: ["scanned"] }),
      evidence("user", { userAccount: { userPrincipalName: "bob@contoso.example" }, roles: ["contextual"] })
    ])
    const { tags } = own!
    assert.strictEqual(tags.filter((tag) => tag.startsWith("ip:")).length, tagsMax.ofOthers)
    assert.includeMembers([...tags], ["seen:198.51.100.88", "seen:bob@contoso.example"])
    assert.notInclude(tags, "ip:198.51.100.88")
  })

  it("a device stands before a mail's sender", () => {
    const [own] = artifactsOf([
      evidence("analyzedMessage", { senderIp: "203.0.113.7", recipientEmailAddress: "amy@contoso.example" }),
      ws1
    ], { category: "Phishing" })
    assert.deepInclude(own, { clientIP: "10.0.0.1", emailSendingServer: "203.0.113.7" })
  })
})

const names = ["a", "b", "c"]
const Some = Schema.Array(Schema.Struct({
  on: Schema.Literals([...names, "none"]),
  kind: Schema.Literals(["device", "process", "file", "session"]),
  role: Schema.Literals(["attacked", "attacker", "contextual", ""]),
  verdict: Schema.Literals(["malicious", "noThreatsFound", "unknown"])
}))

it.effect.prop("no value of one device stands beside another's", [Some], ([some]) =>
  Effect.sync(() => {
    const elements = some.map(({ kind, on, role, verdict }) => {
      const common = { roles: role === "" ? [] : [role], verdict }
      const id = on === "none" ? undefined : on
      if (kind === "device") return device(on, `10.0.0.${names.indexOf(on) + 2}`, common)
      if (kind === "session") {
        return evidence("hostLogonSession", {
          ...common,
          account: { userAccount: { accountName: `session-on-${on}` } },
          host: { mdeDeviceId: `id-${on}`, deviceDnsName: `${on}.contoso.example` }
        })
      }
      return kind === "process" ? process(`${on}.exe`, id, common) : file(`${on}.exe`, id, common)
    })
    const present = names.filter((name) => some.some(({ kind, on }) => kind === "device" && on === name))
    for (const artifact of artifactsOf(elements, endpoint)) {
      const said = ["clientHostname", "serverHostname", "fileName", "fileHash", "filePath", "program", "userName"]
        .flatMap((name) => [artifact[name as keyof Artifact]])
        .filter((value): value is string => typeof value === "string")
      const devices = present.filter((name) =>
        said.some((value) =>
          value === `${name}.contoso.example` || value.endsWith(`${name}.exe`) || value.endsWith(`-of-${name}`)
          || value.endsWith(`-on-${name}`)
        )
      )
      assert.isAtMost(devices.length, 1, said.join(" "))
    }
  }))
