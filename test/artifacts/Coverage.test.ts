import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { factsOf } from "../../src/artifacts/EvidenceFacts.ts"
import { types } from "../../src/evidence/Evidence.ts"
import type { base, Fields } from "../../src/evidence/EvidenceFields.ts"
import { samples } from "./EvidenceSamples.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { alert, context, evidence } from "./Records.ts"

const names = types.map(({ name }) => name).sort()
const evidenceArtifact = (element: object): Artifact => {
  const { artifacts } = Alerts.map(context, alert({ evidence: [element] }))
  assert.strictEqual(artifacts.length, 2)
  for (const artifact of artifacts) assertFitsTemplate(artifact)
  return artifacts[1]!
}

/** Fields that change with any change of the content, whatever is read from it. */
const always = new Set(["id", "hash", "message", "senderHost"])
const differing = (one: Artifact, other: Artifact): ReadonlyArray<string> => {
  const [ones, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  return [...new Set([...ones.keys(), ...others.keys()])].filter((field) =>
    !always.has(field) && JSON.stringify(ones.get(field)) !== JSON.stringify(others.get(field))
  )
}

describe("one alert of each evidence type", () => {
  it("sets fields besides tags and message, except for cloudLogonRequest and securityGroup", () => {
    assert.deepStrictEqual(Object.keys(samples).sort(), names)
    const mute = names.filter((name) => {
      const fields = differing(evidenceArtifact(evidence(name, samples[name]!)), evidenceArtifact(evidence(name)))
      return fields.every((field) => field === "tags")
    })
    assert.deepStrictEqual(mute, ["cloudLogonRequest", "securityGroup"])
  })
})

/** Properties by name. A leaf is an empty tree; nested evidence is a leaf, because its type has a row of its own. */
interface Tree extends ReadonlyMap<string, Tree> {}

const treeOfFields = (fields: Fields): Tree =>
  new Map([...fields].map(([name, { part }]) => [name, part === undefined ? new Map() : treeOfFields(part)]))
const ours: ReadonlyMap<string, Tree> = new Map(types.map(({ fields, name }) => [name, treeOfFields(fields)]))

interface Csdl {
  readonly types: Readonly<
    Record<string, {
      readonly base: string | null
      readonly openType: boolean
      readonly properties: Readonly<Record<string, { readonly type: string }>>
    }>
  >
}
const namespace = "microsoft.graph.security."
const treesOf = (text: string): ReadonlyMap<string, Tree> => {
  const csdl = JSON.parse(text) as Csdl
  const treeOf = (name: string, depth: number): Tree => {
    const type = csdl.types[name]
    if (type === undefined || type.openType || depth > 3) return new Map()
    return new Map([
      ...type.base === null ? [] : treeOf(type.base, depth),
      ...Object.entries(type.properties).map(([property, { type }]) =>
        [property, type.endsWith("Evidence") ? new Map() : treeOf(type, depth + 1)] as const
      )
    ])
  }
  const found = Object.keys(csdl.types).filter((name) =>
    name.endsWith("Evidence") && name !== `${namespace}alertEvidence`
  )
  return new Map(found.map((name) => [name.slice(namespace.length, -"Evidence".length), treeOf(name, 0)]))
}

const pathsOf = (tree: Tree, prefix = ""): ReadonlyArray<string> =>
  [...tree].flatMap(([name, inner]) => [`${prefix}${name}`, ...pathsOf(inner, `${prefix}${name}.`)])

/** Returns an object in which every property of a tree is set, to one value or to a list of one. */
const filled = (tree: Tree, isList: boolean): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...tree].map(([name, inner]) => {
    const value = inner.size === 0 ? "10.0.0.1" : filled(inner, isList)
    return [name, isList ? [value] : value]
  }))

/** Returns the value in a proxy that records the path of every property read; list positions are left out of paths. */
const watched = (value: unknown, path: string, reads: Set<string>): unknown =>
  typeof value !== "object" || value === null ? value : new Proxy(value, {
    get: (target, key) => {
      const inner: unknown = Reflect.get(target, key)
      if (typeof key === "symbol" || (Array.isArray(target) && !/^\d+$/.test(key))) return inner
      const below = Array.isArray(target) ? path : path === "" ? key : `${path}.${key}`
      if (!Array.isArray(target)) reads.add(below)
      return watched(inner, below, reads)
    }
  })

/** Returns the common properties that change the artifact; for a type's own properties, its reads count instead. */
const commonRead = (): ReadonlyArray<string> => {
  const bare = evidence("user", samples["user"])
  const changes: Readonly<Record<keyof typeof base, unknown>> = {
    createdDateTime: "2026-11-01T00:00:00Z",
    detailedRoles: ["PrimaryUser"],
    remediationStatus: "blocked",
    remediationStatusDetails: "by hand",
    roles: ["contextual"],
    tags: ["vip"],
    verdict: "noThreatsFound"
  }
  return Object.entries(changes)
    .filter(([name, value]) =>
      differing(evidenceArtifact(bare), evidenceArtifact({ ...bare, [name]: value })).length > 0
    )
    .map(([name]) => name)
}

const readOf = (type: string, tree: Tree): ReadonlySet<string> => {
  const reads = new Set(commonRead())
  const read = (value: Readonly<Record<string, unknown>>) => {
    const own = new Set<string>()
    factsOf({
      type,
      known: true,
      partial: undefined,
      value: watched(value, "", own) as Readonly<Record<string, unknown>>,
      drift: []
    })
    for (const path of own) reads.add(path)
  }
  for (const value of [samples[type] ?? {}, filled(tree, false), filled(tree, true)]) {
    read(value)
    // A property that others take precedence over is read when it is alone, or when another is left out.
    for (const [name, inner] of Object.entries(value)) {
      read({ [name]: inner })
      if (typeof inner !== "object" || inner === null || Array.isArray(inner)) continue
      for (const left of Object.keys(inner)) read({ [name]: { ...inner, [left]: null } })
    }
  }
  return reads
}

/** Properties that no field or tag shows, only `message`. `*` is every type. */
const keptInMessage: Readonly<Record<string, ReadonlyArray<string>>> = {
  "*": ["remediationStatusDetails"],
  aiAgent: ["instructions"],
  analyzedMessage: ["p1Sender.displayName", "p2Sender.displayName", "receivedDateTime", "urn"],
  device: [
    "firstSeenDateTime",
    "ntDomain",
    "osBuild",
    "rbacGroupId",
    "resourceAccessEvents",
    "version",
    "vmMetadata.cloudProvider",
    "vmMetadata.subscriptionId"
  ],
  googleCloudResource: ["locationType"],
  ioTDevice: ["devicePageLink", "deviceSubType", "ioTSecurityAgentId", "isProgramming", "source", "sourceRef"],
  ip: ["location.city", "location.latitude", "location.longitude", "location.state"],
  kubernetesService: [
    "selector",
    "servicePorts.appProtocol",
    "servicePorts.name",
    "servicePorts.nodePort",
    "servicePorts.targetPort"
  ],
  mailCluster: ["urn"],
  mailbox: [
    "displayName",
    "userAccount.activeDirectoryObjectGuid",
    "userAccount.resourceAccessEvents",
    "userAccount.tenantId"
  ],
  mailboxConfiguration: ["externalDirectoryObjectId"],
  process: [
    "imageFile.filePublisher",
    "imageFile.fileSize",
    "imageFile.issuer",
    "parentProcessCreationDateTime",
    "parentProcessImageFile.filePublisher",
    "parentProcessImageFile.fileSize",
    "parentProcessImageFile.issuer",
    "parentProcessImageFile.md5",
    "parentProcessImageFile.sha1",
    "parentProcessImageFile.sha256",
    "parentProcessImageFile.sha256Ac",
    "parentProcessImageFile.signer",
    "processCreationDateTime",
    "userAccount.activeDirectoryObjectGuid",
    "userAccount.resourceAccessEvents",
    "userAccount.tenantId"
  ],
  sasToken: ["allowedResourceTypes", "signedWith", "startDateTime"],
  securityGroup: ["activeDirectoryObjectGuid"],
  servicePrincipal: ["tenantId"],
  submissionMail: ["submissionDateTime"],
  teamsMessage: [
    "campaignId",
    "isOwned",
    "lastModifiedDateTime",
    "owningTenantId",
    "parentMessageId",
    "receivedDateTime",
    "sourceId",
    "threadType"
  ],
  user: ["userAccount.activeDirectoryObjectGuid", "userAccount.resourceAccessEvents", "userAccount.tenantId"]
}
const keptOf = (type: string): ReadonlyArray<string> => [...keptInMessage["*"] ?? [], ...keptInMessage[type] ?? []]

it.layer(NodeServices.layer)("coverage", (it) => {
  it.effect("maps every property of Graph's schema, or lists it as shown in the message only", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = "../shared/reference/graph-security-schema.json"
      const trees = (yield* fs.exists(file)) ? treesOf(yield* fs.readFileString(file)) : ours
      assert.deepStrictEqual([...trees.keys()].sort(), names)
      const lines = ["type | properties | mapped | in message only"]
      const neither: Record<string, string> = {}
      const both: Array<string> = []
      for (const type of names) {
        const tree = trees.get(type)!
        const [read, kept] = [readOf(type, tree), new Set(keptOf(type))]
        const paths = pathsOf(tree)
        // Properties inside a kept property are kept with it.
        const isKept = (path: string): boolean =>
          kept.has(path) || (path.includes(".") && isKept(path.slice(0, path.lastIndexOf("."))))
        const lost = paths.filter((path) => !read.has(path) && !isKept(path))
        if (lost.length > 0) neither[type] = lost.join(" ")
        both.push(
          ...[...kept].filter((path) => read.has(path) || !paths.includes(path)).map((path) => `${type}.${path}`)
        )
        const mapped = paths.filter((path) => read.has(path))
        lines.push(`${type} | ${paths.length} | ${mapped.length}: ${mapped.join(" ")} | ${[...kept].join(" ")}`)
      }
      lines.push(`${names.length} of ${types.length} types`)
      process.stdout.write(`${lines.join("\n")}\n`)
      assert.strictEqual(names.length, 48)
      assert.deepStrictEqual(neither, {})
      assert.deepStrictEqual(both, [])
    }))
})
