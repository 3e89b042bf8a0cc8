import { assert, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { absorb, Observation } from "../../src/artifacts/Entities.ts"
import * as WitFoo from "../../src/artifacts/WitFoo.ts"
import { observe } from "../../src/artifacts/Witness.ts"
import { decode, types } from "../../src/evidence/Evidence.ts"
import { samples } from "./EvidenceSamples.ts"
import { evidence } from "./Records.ts"

type Json = Readonly<Record<string, unknown>>

const view: WitFoo.View = { tenantId: "t-1", messageType: "threat_event", isSender: false, senders: new Set() }
const seen = (type: string, value: Json): Observation => observe(decode(evidence(type, value)))
const fields = (type: string, value: Json, more: Partial<WitFoo.View> = {}) =>
  WitFoo.fieldsOf(seen(type, value), { ...view, ...more })
const detailsOf = (type: string, value: Json) => {
  const { details, lists } = seen(type, value)
  return [...details, ...lists].map(([name, told]) => `${name}:${String(told)}`)
}

it("reads the entities of one object of each type", async () => {
  assert.deepStrictEqual(Object.keys(samples).sort(), types.map(({ name }) => name).sort())
  const read = Object.fromEntries(
    Object.entries(samples).map(([type, sample]) => {
      const decoded = decode(evidence(type, sample))
      assert.deepStrictEqual(decoded.drift, [])
      const told = Object.entries(observe(decoded)).filter(([, value]) =>
        value !== undefined && (!Array.isArray(value) || value.length > 0)
      )
      return [type, Object.fromEntries(told)]
    })
  )
  await expect(`${JSON.stringify(read, null, 1)}\n`).toMatchFileSnapshot("../fixtures/entities.json")
})

it("reads what the property names of an unknown type say", () => {
  const unknown = (value: Json) => observe(decode({ "@odata.type": "#microsoft.graph.security.newEvidence", ...value }))
  assert.strictEqual(unknown({ url: "https://a.example/x" }).links[0]?.fqdn, "a.example")
  assert.strictEqual(unknown({ ipAddress: "203.0.113.9" }).hosts[0]?.ip, "203.0.113.9")
  assert.deepInclude(unknown({ fileName: "a.exe", filePath: "C:\\x", sha1: "AB" }).files[0], {
    name: "a.exe",
    path: "C:\\x\\a.exe",
    sha1: "ab"
  })
  assert.strictEqual(unknown({ userPrincipalName: "Amy@b.example" }).users[0]?.name, "amy@b.example")
  assert.strictEqual(unknown({ userAccount: { accountName: "amy" } }).users[0]?.name, "amy")
  assert.deepInclude(unknown({ deviceDnsName: "WS1.b.example", ipAddress: "10.0.0.1" }).hosts[0], {
    name: "ws1.b.example",
    ip: "10.0.0.1"
  })
  // The short name of a known type is no name of it.
  assert.strictEqual(observe(decode({ "@odata.type": "mailbox", upn: "a@b.example" })).mailbox, undefined)
  assert.deepStrictEqual(observe(decode(null)), new Observation())
})

it("reads names of properties in any case, and prefers the exact one", () => {
  const session = { SessionId: "s-1", Account: { UserAccount: { UserPrincipalName: "Amy@b.example" } } }
  assert.include(detailsOf("hostLogonSession", session), "sessionId:s-1")
  assert.strictEqual(fields("hostLogonSession", session).userName, "amy@b.example")
  assert.deepStrictEqual(decode(evidence("hostLogonSession", session)).drift, [])
  assert.deepStrictEqual(detailsOf("hostLogonSession", { SESSIONID: "s-2", sessionId: "s-3" }), ["sessionId:s-3"])
  const unknown = observe(
    decode({ "@odata.type": "#x.newEvidence", IpAddress: "203.0.113.9", Url: "https://a.example/" })
  )
  assert.strictEqual(unknown.hosts[0]?.ip, "203.0.113.9")
})

it("keeps the properties that fit when evidence does not fit its schema", () => {
  const mailbox = { upn: "adele@contoso.example", primaryAddress: { a: 1 }, userAccount: 7 }
  assert.deepStrictEqual(fields("mailbox", mailbox), { userName: "adele@contoso.example" })
  assert.deepStrictEqual(detailsOf("mailbox", mailbox), [])
})

it("keeps a path that ends in the file's name, and appends the name to one that does not", () => {
  const path = (filePath: string, fileName: string) => fields("file", { fileDetails: { fileName, filePath } }).filePath
  assert.strictEqual(path("C:\\Temp\\A.EXE", "a.exe"), "C:\\Temp\\A.EXE")
  assert.strictEqual(path("C:\\Temp\\", "a.exe"), "C:\\Temp\\a.exe")
  assert.strictEqual(path("/tmp", "a.sh"), "/tmp/a.sh")
  assert.strictEqual(fields("file", { fileDetails: { filePath: "/tmp/a.sh" } }).fileName, "a.sh")
  assert.deepInclude(fields("file", { fileName: "a.sh", filePath: "/tmp", sha1: "AB" }), {
    fileName: "a.sh",
    filePath: "/tmp/a.sh",
    fileHash: "ab"
  })
})

it("never uses an Authenticode hash as the hash of a file", () => {
  assert.deepStrictEqual(fields("fileHash", { algorithm: "sha256ac", value: "AB" }), {})
  assert.deepStrictEqual(fields("file", { fileDetails: { sha256Ac: "AB" } }), {})
  assert.strictEqual(fields("fileHash", { algorithm: "md5", value: "AB" }).fileHash, "ab")
  assert.strictEqual(fields("fileHash", { algorithm: "newer", value: "AB" }).fileHash, "ab")
})

it("never joins the name of one file with the hash of another", () => {
  const files = [{ fileDetails: { fileName: "a.exe" } }]
  assert.deepStrictEqual(
    fields("malware", { files, processes: [{ imageFile: { fileName: "b.exe", sha256: "AB" } }] }),
    { program: "b.exe", fileName: "a.exe" }
  )
})

it("names a device by its DNS name, else by host and domain, else by host", () => {
  const host = (value: Json) => seen("device", value).hosts[0]?.name
  assert.strictEqual(host({ deviceDnsName: "PC.contoso.example", hostName: "x" }), "pc.contoso.example")
  assert.strictEqual(host({ hostName: "PC", dnsDomain: "contoso.example" }), "pc.contoso.example")
  assert.strictEqual(host({ hostName: "PC.a.example", dnsDomain: "contoso.example" }), "pc.a.example")
  assert.strictEqual(host({ hostName: "PC" }), "pc")
  assert.strictEqual(fields("device", { hostName: "PC" }).fqdn, undefined)
})

it("names a user by principal name, domain and account, account, SID, object id", () => {
  const name = (userAccount: Json) => fields("user", { userAccount }).userName
  const ids = { userSid: "S-1", azureAdUserId: "id-1" }
  assert.strictEqual(name({ userPrincipalName: "A@B.example", accountName: "a", ...ids }), "a@b.example")
  assert.strictEqual(name({ accountName: "Adele", domainName: "CONTOSO", ...ids }), "CONTOSO\\Adele")
  assert.strictEqual(name({ accountName: "Adele", ...ids }), "Adele")
  assert.strictEqual(name(ids), "S-1")
  assert.strictEqual(name({ azureAdUserId: "id-1" }), "id-1")
})

it("names virtual machines as hosts, and no other resource", () => {
  const host = (type: string, value: Json) => seen(type, value).hosts[0]?.name
  const azure = (path: string) =>
    host("azureResource", { resourceId: `/subscriptions/s/resourceGroups/g/providers/${path}` })
  assert.strictEqual(azure("Microsoft.Compute/virtualMachines/VM-web-01"), "vm-web-01")
  assert.strictEqual(azure("Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/3"), "3")
  assert.strictEqual(azure("Microsoft.HybridCompute/machines/Arc1"), "arc1")
  assert.strictEqual(azure("Microsoft.Compute/virtualMachines/vm/extensions/x"), undefined)
  assert.strictEqual(azure("Microsoft.Storage/storageAccounts/s"), undefined)
  assert.strictEqual(host("amazonResource", { amazonResourceId: "arn:aws:ec2:eu:1:instance/i-0a1" }), "i-0a1")
  assert.strictEqual(host("amazonResource", { amazonResourceId: "arn:aws:s3:::b", resourceName: "b" }), undefined)
  const google = "//compute.googleapis.com/projects/p/zones/z/instances/Inst-1"
  assert.strictEqual(host("googleCloudResource", { fullResourceName: google }), "inst-1")
})

it("places the address in a URL on the hostile side", () => {
  const { links, target } = seen("url", { url: "http://203.0.113.4:81/" })
  assert.deepStrictEqual(target, { ip: "203.0.113.4", port: "81" })
  assert.strictEqual(links[0]?.fqdn, undefined)
})

it("reads several criteria of a mail cluster only when there are as many names as values", () => {
  const cluster = (clusterBy: string, clusterByValue: string) => fields("mailCluster", { clusterBy, clusterByValue })
  assert.strictEqual(cluster("P2Sender", "Eve@evil.example").emailFrom, "eve@evil.example")
  assert.strictEqual(cluster("P2Sender", "Eve").emailFrom, undefined)
  assert.strictEqual(cluster("Subject", "a;b").emailSubject, "a;b")
  assert.strictEqual(cluster("Subject;Url", "a;b;c").emailSubject, undefined)
  assert.strictEqual(cluster("SenderIp", "203.0.113.9").emailSendingServer, "203.0.113.9")
  assert.strictEqual(cluster("UrlDomain", "Evil.example").fqdn, "evil.example")
})

it("the user of a message is its recipient, and its sender when it goes out", () => {
  const message = { p2Sender: { emailAddress: "insider@b.example" }, recipientEmailAddress: "victim@out.example" }
  const user = (direction: string, more: Partial<WitFoo.View> = {}) =>
    fields("analyzedMessage", { ...message, antiSpamDirection: direction }, more).userName
  assert.strictEqual(user("Inbound"), "victim@out.example")
  assert.strictEqual(user("outbound"), "insider@b.example")
  assert.strictEqual(user("IntraOrg"), "victim@out.example")
  assert.strictEqual(user("intraorg", { messageType: "malicious_session" }), "insider@b.example")
  const teams = {
    senderFromAddress: "insider@b.example",
    recipients: ["victim@out.example"],
    messageDirection: "outbound"
  }
  assert.strictEqual(fields("teamsMessage", teams).userName, "insider@b.example")
})

it("a mailbox is the recipient of what it received and the sender of what it sent", () => {
  const mailbox = (more: Partial<WitFoo.View>) => {
    const { emailFrom, emailTo } = fields("mailbox", { primaryAddress: "Amy@b.example" }, more)
    return [emailFrom, emailTo]
  }
  const amy = "amy@b.example"
  assert.deepStrictEqual(mailbox({ messageType: "phishing_email" }), [undefined, amy])
  assert.deepStrictEqual(mailbox({ messageType: "policy_violation" }), [undefined, undefined])
  assert.deepStrictEqual(mailbox({ messageType: "malicious_session", isSender: true }), [amy, undefined])
  assert.deepStrictEqual(mailbox({ messageType: "phishing_email", senders: new Set([amy]) }), [amy, undefined])
})

it("reads nested evidence to a depth of four and no deeper", () => {
  let resource: Json = { "@odata.type": "#microsoft.graph.security.kubernetesClusterEvidence", name: "deep.b.example" }
  for (let depth = 0; depth < 4; depth++) {
    const type = ["kubernetesNamespace", "kubernetesPod", "container", "blob"][depth]!
    const key = ["cluster", "namespace", "pod", "blobContainer"][depth]!
    resource = { "@odata.type": `#microsoft.graph.security.${type}Evidence`, [key]: resource }
  }
  assert.strictEqual(observe(decode(resource)).detail("cluster"), "deep.b.example")
  const deeper = { "@odata.type": "#microsoft.graph.security.blobEvidence", blobContainer: resource }
  assert.notInclude(JSON.stringify(observe(decode(deeper))), "deep.b.example")
})

it("an object inside its own kind gives details of its own, and nothing that it holds", () => {
  const mentioned = (type: string, value: Json) => seen(type, value).mentions.flatMap(({ details }) => details).flat()
  const image = {
    imageId: "app:1",
    digestImage: { imageId: "app@sha256:x", registry: { registry: "hidden.b.example" } }
  }
  assert.deepStrictEqual(mentioned("containerImage", image), ["image", "app@sha256:x"])
  const pod = { name: "pay-0", containers: [{ name: "pay", pod: { name: "inner", namespace: { name: "hidden" } } }] }
  assert.deepStrictEqual(mentioned("kubernetesPod", pod), ["pod", "inner"])
})

it("a nested object fills only what its parent left empty", () => {
  const [parent, nested] = [new Observation(), new Observation()]
  parent.files.push({ name: "a.exe" })
  nested.files.push({ name: "b.exe", sha1: "ab" })
  parent.links.push({ uri: "https://a.example/" })
  Object.assign(nested, { domain: "b.example", path: "/b", application: "B" })
  absorb(parent, nested)
  assert.deepStrictEqual(WitFoo.fieldsOf(parent, view), {
    application: "B",
    fileName: "a.exe",
    uri: "https://a.example/"
  })
})

it.effect.prop("reads any JSON without throwing", [Schema.Json], ([json]) =>
  Effect.sync(() => {
    assert.isObject(observe(decode(json)))
    // A known type name sends the same JSON through each reading.
    for (const type of types) {
      const value = typeof json === "object" && json !== null ? json : { value: json }
      assert.isObject(seen(type.name, { ...value, [[...type.fields.keys()].at(-1)!]: json }))
    }
  }))

for (const type of types) {
  it.effect.prop(`reads any value of ${type.name}`, [type.schema], ([value]) =>
    Effect.sync(() => {
      const decoded = decode({ ...(value as object), "@odata.type": `#microsoft.graph.security.${type.name}Evidence` })
      assert.strictEqual(decoded.partial, undefined)
      for (const text of Object.values(WitFoo.fieldsOf(observe(decoded), view))) {
        assert.isTrue(typeof text === "string" && text !== "")
      }
    }))
}
