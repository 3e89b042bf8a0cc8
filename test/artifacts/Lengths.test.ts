import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { cut } from "../../src/artifacts/Bytes.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import { Tags } from "../../src/artifacts/Tags.ts"
import {
  customMax,
  keywordBytesMax,
  longFieldBytes,
  senderIdBytes,
  tagBytes,
  tagsMax
} from "../../src/domain/Bounds.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { alert, context, evidence, recordOf } from "./Records.ts"

const artifactsOf = (properties: object): ReadonlyArray<Artifact> => {
  const { artifacts } = Alerts.map(context, alert(properties))
  for (const artifact of artifacts) assertFitsTemplate(artifact)
  return artifacts
}
const bytesOf = (text: string | undefined) => Buffer.byteLength(text ?? "")
const named = (artifact: Artifact | undefined, name: string) =>
  artifact!.tags.filter((tag) => tag.startsWith(`${name}:`)).map((tag) => tag.slice(name.length + 1))

describe("lengths", () => {
  it.effect.prop(
    "are cut at a character, and nothing shorter is changed",
    [Schema.String, Schema.Int],
    ([text, n]) =>
      Effect.sync(() => {
        const long = text.repeat(3)
        const max = Math.abs(n) % (bytesOf(long) + 2)
        const kept = cut(long, max)
        assert.isAtMost(bytesOf(kept), max)
        if (bytesOf(long) <= max) assert.strictEqual(kept, long)
        else assert.isAbove(bytesOf(kept) + 4, max)
        if (long.isWellFormed()) assert.isTrue(long.startsWith(kept) && kept.isWellFormed())
      })
  )

  it("a URL of 40 KB is cut to what the index takes, and the message has all of it", () => {
    const url = `https://a.example/${"\u20ac".repeat(13_000)}`
    const [own, link] = artifactsOf({ evidence: [evidence("url", { url })] })
    for (const artifact of [own, link]) {
      assert.isAtMost(bytesOf(artifact!.uri), longFieldBytes["uri"]!)
      assert.isAbove(bytesOf(artifact!.uri), longFieldBytes["uri"]! - 4)
      assert.include(artifact!.tags, "cut:uri")
    }
    assert.include(link!.message, url)
    assert.strictEqual(link!.fqdn, "a.example")
  })

  it("half an identity is none", () => {
    const long = "x".repeat(keywordBytesMax)
    const [, user, device, hash] = artifactsOf({
      title: "T".repeat(9000),
      category: long,
      evidence: [
        evidence("user", { userAccount: { userPrincipalName: `${long}@b.example` } }),
        evidence("device", { deviceDnsName: `${long}.b.example` }),
        evidence("fileHash", { algorithm: "sha256", value: `${long}a` })
      ]
    })
    assert.notProperty(user, "userName")
    assert.includeMembers([...user!.tags], ["cut:userName", "cut:ruleName"])
    assert.strictEqual(bytesOf(user!.ruleName), longFieldBytes["ruleName"])
    assert.notProperty(device, "clientHostname")
    assert.notProperty(device, "fqdn")
    assert.notProperty(hash, "fileHash")
  })

  it("an id that is too long for a sender stands as its beginning and a digest", () => {
    const id = "\u20ac".repeat(300)
    const [own, other] = [id, `${id}x`].map((one) => artifactsOf({ id: one })[0]!)
    assert.isAtMost(bytesOf(own!.senderHost), context.tenantId.length + 1 + senderIdBytes.kept + senderIdBytes.digits)
    assert.notStrictEqual(own!.senderHost, other!.senderHost)
    assert.strictEqual(artifactsOf({ id: "a".repeat(senderIdBytes.max) })[0]!.senderHost.length, 37 + 256)
  })
})

describe("tags", () => {
  it("have at most so many bytes by their name, and say what was cut", () => {
    const text = "\u00e4".repeat(9000)
    const [own, process, token] = artifactsOf({
      description: text,
      actorDisplayName: text,
      evidence: [evidence("process", { processCommandLine: text }), evidence("mailCluster", { query: text })]
    })
    assert.isAbove(bytesOf(named(own, "description")[0]), tagBytes.of.get("description")! - 20)
    assert.isAbove(bytesOf(named(process, "command")[0]), tagBytes.of.get("command")! - 20)
    assert.isAbove(bytesOf(named(token, "query")[0]), tagBytes.of.get("query")! - 20)
    assert.isAtMost(bytesOf(named(process, "actor")[0]), tagBytes.others)
    assert.sameMembers(named(own, "cut"), ["actor", "description"])
    assert.sameMembers(named(process, "cut"), ["actor", "command"])
  })

  it("a command line of 1,800 characters is whole", () => {
    const command = `powershell -enc ${"QUJD".repeat(450)}`
    const [, process] = artifactsOf({ evidence: [evidence("process", { processCommandLine: command })] })
    assert.deepStrictEqual(named(process, "command"), [command])
  })

  it("of one name, and in all, are no more than the bounds, and the last says how many are missing", () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => `v${n}`)
    const tags = new Tags().addEach("label", values(40)).addEach("url", values(40)).toArray()
    assert.strictEqual(tags.filter((tag) => tag.startsWith("label:")).length, tagsMax.ofName)
    assert.strictEqual(tags.filter((tag) => tag.startsWith("url:")).length, tagsMax.ofListed)
    assert.strictEqual(tags.at(-1), `tagsCut:${80 - tagsMax.ofName - tagsMax.ofListed}`)

    const many = new Tags()
    for (const value of values(300)) many.add(value, "x")
    many.mark("service_denial")
    assert.strictEqual(many.toArray().length, tagsMax.all)
    assert.strictEqual(many.toArray()[0], "service_denial")
    assert.strictEqual(many.toArray().at(-1), `tagsCut:${301 - tagsMax.all + 1}`)

    const heavy = new Tags()
    for (const value of values(100)) heavy.add(value, "\u20ac".repeat(2000))
    const bytes = heavy.toArray().reduce((sum, tag) => sum + bytesOf(tag), 0)
    assert.isAtMost(bytes, tagsMax.bytes)
    assert.isAbove(bytes, tagsMax.bytes - tagBytes.others - tagBytes.count)
    assert.strictEqual(
      new Tags().addEach("a", values(2 * tagsMax.list)).toArray().at(-1),
      `tagsCut:${tagsMax.list - 16}`
    )
  })

  it("stand in the order of their use: rules, object, record, lists, free text", () => {
    const { artifacts } = Alerts.map(
      context,
      alert({
        serviceSource: "dataLossPrevention",
        systemTags: ["listed"],
        description: "text",
        classification: "falsePositive",
        evidence: [evidence("user", { userAccount: { accountName: "amy" }, tags: ["vip"] })]
      })
    )
    const order = (artifact: Artifact | undefined, wanted: ReadonlyArray<string>) =>
      artifact!.tags.filter((tag) => wanted.includes(tag))
    const own = ["lowered:classification", "alertId:da1", "systemTag:listed", "description:text"]
    assert.deepStrictEqual(order(artifacts[0], own), own)
    const of = ["lowered:classification", "account:amy", "alertId:da1", "evidenceTag:vip", "systemTag:listed"]
    assert.deepStrictEqual(order(artifacts[1], of), of)
    assert.deepStrictEqual(named(artifacts[1], "description"), [])
  })

  it("no value looks like a tag that lead rules read", () => {
    const words = "service_denial Policy_Violation HTTP_RESPONSE_CODE:500 Blacklist process found"
    const artifacts = artifactsOf({
      customDetails: { [words]: words, "HTTP_RESPONSE_CODE": "500" },
      assignedTo: words,
      evidence: [evidence("file", { fileDetails: { fileName: words, signer: words } })]
    })
    assert.deepStrictEqual(named(artifacts[1], "signer"), [
      "service-denial Policy-Violation HTTP-RESPONSE-CODE-500 Blacklist-process-found"
    ])
    assert.strictEqual(artifacts[1]!.fileName, words)
  })
})

describe("details that a customer named", () => {
  const tagsOf = (customDetails: unknown, additionalData: unknown = undefined) =>
    artifactsOf({ customDetails, additionalData })[0]!.tags.filter((tag) => /^(custom|data|tagsCut)/.test(tag))

  it("become tags and fill no field", () => {
    const [own] = artifactsOf({ customDetails: { SourceIP: "[\"198.51.100.200\"]", User: "amy@b.example" } })
    assert.deepStrictEqual(named(own, "custom.SourceIP"), ["198.51.100.200"])
    assert.notProperty(own, "clientIP")
    assert.notProperty(own, "userName")
  })

  it("are scalars, lists of scalars, and texts that are such a list", () => {
    assert.deepStrictEqual(
      tagsOf({
        "a b\u00e9:c": 1,
        flag: true,
        list: ["x", null, { y: 1 }, 2],
        json: " [1, \"b\"]",
        object: { z: 1 },
        text: "{\"z\":1}",
        odd: "[not json",
        "x@odata.type": "String"
      }, { Rule: "R-1", Deep: { a: 1 } }),
      [
        "custom.a_b__c:1",
        "custom.flag:true",
        "custom.list:x",
        "custom.list:2",
        "custom.json:1",
        "custom.json:b",
        "custom.odd:[not json",
        "data.Rule:R-1"
      ]
    )
    for (const nothing of [null, 5, "text", ["a"]]) assert.deepStrictEqual(tagsOf(nothing), [])
  })

  it("are no more keys and values than the bounds", () => {
    const keys = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`k${n}`, Array.from({ length: 20 }, (_, m) => m)])
    )
    const tags = artifactsOf({ customDetails: { one: keys["k1"] } })[0]!
    assert.strictEqual(named(tags, "custom.one").length, customMax.values)
    const many = Object.fromEntries(Object.keys(keys).map((key) => [key, 1]))
    assert.strictEqual(tagsOf(many).length, customMax.keys)
    assert.strictEqual(tagsOf({ ["k".repeat(100)]: 1 })[0]!.length, "custom.:1".length + customMax.keyChars)
  })
})

describe("what people wrote", () => {
  const comments = [1, 2, 3, 4].map((n) => ({
    comment: `note ${n}`,
    createdByDisplayName: "Amy",
    createdDateTime: `2026-11-2${n}T10:00:00Z`
  }))

  it("is on the record's own artifact, with the newest three comments", () => {
    const [own] = artifactsOf({ description: "What", recommendedActions: "Do", comments: comments.toReversed() })
    assert.deepStrictEqual(named(own, "comment"), [4, 3, 2].map((n) => `Amy, 2026-11-2${n}T10:00:00Z: note ${n}`))
    assert.deepStrictEqual([named(own, "description"), named(own, "recommendedActions")], [["What"], ["Do"]])
    const incident = { id: "7", displayName: "I", summary: "S", resolvingComment: "closed as test", comments }
    const tags = Incidents.map(context, recordOf(incident)).artifacts[0]!.tags
    assert.includeMembers([...tags], ["summary:S", "resolvingComment:closed as test"])
    const legacy = { id: "l1", comments: ["one", "two"], recommendedActions: ["a", "b"], sourceMaterials: ["m"] }
    assert.includeMembers([...LegacyAlerts.map(context, recordOf(legacy)).artifacts[0]!.tags], [
      "comment:two",
      "comment:one",
      "recommendedActions:a",
      "recommendedActions:b",
      "sourceMaterial:m"
    ])
  })
})

describe("times", () => {
  const times = {
    firstActivityDateTime: "2026-10-26T07:45:00Z",
    lastActivityDateTime: "2026-10-26T08:00:00Z",
    createdDateTime: "2026-11-20T11:00:00Z",
    lastUpdateDateTime: "2026-11-20T12:00:00Z",
    resolvedDateTime: "2026-11-20T11:59:00Z"
  }
  const of = (properties: object, index = 0) => {
    const { endTimeUTC, startTimeUTC } = artifactsOf({ ...times, ...properties })[index]!
    return [startTimeUTC, endTimeUTC]
  }
  const [created, updated] = [times.createdDateTime, times.lastUpdateDateTime]

  it("an open alert is dated by its last change, a closed one by when it was raised", () => {
    assert.deepStrictEqual(of({ status: "new" }), [updated, updated])
    assert.deepStrictEqual(of({ status: "new", lastUpdateDateTime: null }), [created, created])
    assert.deepStrictEqual(of({ status: "resolved" }), [created, updated])
    assert.deepStrictEqual(of({ status: "resolved", createdDateTime: "soon" }), [updated, updated])
    assert.deepStrictEqual(of({ status: "resolved", lastUpdateDateTime: "2026-11-20T10:00:00Z" }), [created, created])
    assert.deepStrictEqual(of({ createdDateTime: null, lastUpdateDateTime: null }), [undefined, undefined])
    const [own] = artifactsOf(times)
    assert.includeMembers([...own!.tags], [
      `created:${created}`,
      `updated:${updated}`,
      `resolved:${times.resolvedDateTime}`,
      `firstActivity:${times.firstActivityDateTime}`,
      `lastActivity:${times.lastActivityDateTime}`
    ])
  })

  it("so are incidents and legacy alerts", () => {
    const incident = (properties: object) => {
      const { endTimeUTC, startTimeUTC } = Incidents.map(context, recordOf({ id: "7", ...times, ...properties }))
        .artifacts[0]!
      return [startTimeUTC, endTimeUTC]
    }
    assert.deepStrictEqual(incident({ status: "active" }), [updated, updated])
    assert.deepStrictEqual(incident({ status: "resolved" }), [created, updated])
    assert.deepStrictEqual(incident({ redirectIncidentId: "9" }), [created, updated])
    const legacy = (properties: object) => {
      const record = { id: "l1", eventDateTime: "2026-11-20T09:00:00Z", lastModifiedDateTime: updated, ...properties }
      const { endTimeUTC, startTimeUTC } = LegacyAlerts.map(context, recordOf(record)).artifacts[0]!
      return [startTimeUTC, endTimeUTC]
    }
    assert.deepStrictEqual(legacy({ status: "newAlert" }), [updated, updated])
    assert.deepStrictEqual(legacy({ status: "dismissed" }), ["2026-11-20T09:00:00Z", updated])
    assert.deepStrictEqual(legacy({ status: "resolved", createdDateTime: created }), [created, updated])
  })

  it("evidence has its own time, and ends when Microsoft saw it", () => {
    const seen = "2026-11-20T11:58:00Z"
    const own = "2026-11-20T08:00:00+01:00"
    const at = (type: string, properties: object) => of({ evidence: [evidence(type, properties)] }, 1)
    assert.deepStrictEqual(at("process", { processCreationDateTime: own }), [own, seen])
    assert.deepStrictEqual(at("analyzedMessage", { receivedDateTime: own }), [own, seen])
    assert.deepStrictEqual(at("teamsMessage", { receivedDateTime: own }), [own, seen])
    assert.deepStrictEqual(at("submissionMail", { submissionDateTime: own }), [own, seen])
    assert.deepStrictEqual(at("cloudLogonSession", { startUtcDateTime: own }), [own, seen])
    assert.deepStrictEqual(at("hostLogonSession", { startUtcDateTime: own }), [own, seen])
    const ended = "2026-11-20T09:00:00Z"
    assert.deepStrictEqual(at("hostLogonSession", { startUtcDateTime: own, endUtcDateTime: ended }), [own, ended])
    assert.deepStrictEqual(at("hostLogonSession", { startUtcDateTime: seen, endUtcDateTime: own }), [seen, seen])
    assert.deepStrictEqual(at("process", { processCreationDateTime: "2026-11-20T11:59:00Z" }), [
      "2026-11-20T11:59:00Z",
      "2026-11-20T11:59:00Z"
    ])
    assert.deepStrictEqual(at("device", { firstSeenDateTime: own }), [seen, seen])
    assert.deepStrictEqual(at("device", { createdDateTime: null }), [created, created])
    assert.deepStrictEqual(at("process", { processCreationDateTime: "long ago" }), [seen, seen])
  })
})
