import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { types } from "../../src/evidence/Evidence.ts"
import { samples } from "./EvidenceSamples.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { leavesOf } from "./Leaves.ts"
import { alert, context, evidence } from "./Records.ts"

const names = types.map(({ name }) => name).sort()
const byName = new Map(types.map((type) => [type.name, type]))
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

/** Why a value is in the message alone. */
const reasons: ReadonlyArray<readonly [RegExp, string]> = [
  [/\.cloudProvider$/, "the resource's id says it"],
  [/\.locationType$/, "the location says it"],
  [/\.dnsDomain$/, "the DNS name says it"],
  [/\.endUtcDateTime$/, "an end before its start is the start"],
  [/\.algorithm$/, "the hash has a name of its own"],
  [/^teamsMessage\.(isOwned|sourceId)$/, "of Teams' own bookkeeping"],
  [/^(file|process|teamsMessage)\.(detectionStatus|deliveryAction)$/, "it is the action, when it is a known word"],
  [/\.(files|processes)\.detectionStatus$/, "of a nested object: what was done is told by its parent"],
  [/\.parentProcessImageFile\.\w+$/, "of the parent, name, path, signer and strongest hash are told"],
  [/^malware\.processes\.(imageFile\.filePath|processCreationDateTime)$/, "path and time are those of the file"],
  [/\.countryLetterCode$/, "the country is that of the other end"],
  [/^mailbox\.userAccount\.userPrincipalName$/, "the mailbox's own principal name counts"],
  [/\.digestImage\.registry\.registry$/, "an image in an image gives its own names"]
]

it("shows every value of each type in fields or tags, or says why only in the message", () => {
  const lines: Array<string> = []
  let all = 0
  let hidden = 0
  const unexplained: Array<string> = []
  for (const { fields, name } of types) {
    const { element, leaves } = leavesOf(name, fields)
    const { message: _, ...shown } = evidenceArtifact(element)
    const text = JSON.stringify(shown).toLowerCase()
    all += leaves.length
    for (const { path, value } of leaves) {
      if (text.includes(JSON.stringify(value).slice(1, -1))) continue
      hidden++
      const reason = reasons.find(([form]) => form.test(path))?.[1]
      lines.push(`${path}: ${reason ?? "?"}`)
      if (reason === undefined) unexplained.push(`${path} = ${value}`)
    }
  }
  process.stdout.write(
    `${hidden} of ${all} values of ${types.length} types are only in the message\n${lines.join("\n")}\n`
  )
  assert.strictEqual(types.length, 48)
  assert.deepStrictEqual(unexplained, [])
  assert.isAtMost(hidden, 60)
  assert.isAtLeast(all, 724)
})

interface Csdl {
  readonly types: Readonly<
    Record<string, {
      readonly base: string | null
      readonly properties: Readonly<Record<string, { readonly type: string }>>
    }>
  >
}
const parsed = (text: string) => JSON.parse(text) as Csdl
const namespace = "microsoft.graph.security."

it.layer(NodeServices.layer)("coverage", (it) => {
  it.effect("has every property of Graph's published schema", (test) =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = "../shared/reference/graph-security-schema.json"
      if (!(yield* fs.exists(file))) return test.skip(`no published schema in ${file}`)
      const csdl = parsed(yield* fs.readFileString(file))
      const found = Object.keys(csdl.types).filter((name) =>
        name.endsWith("Evidence") && name !== `${namespace}alertEvidence`
      )
      assert.deepStrictEqual(found.map((name) => name.slice(namespace.length, -"Evidence".length)).sort(), names)
      for (const name of found) {
        const { fields } = byName.get(name.slice(namespace.length, -"Evidence".length))!
        const missing = Object.keys(csdl.types[name]!.properties).filter((property) => !fields.has(property))
        assert.deepStrictEqual(missing, [], name)
      }
    }))
})
