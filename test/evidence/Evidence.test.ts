import { assert, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import * as Drift from "../../src/evidence/Drift.ts"
import { decode, decodeNested, nested, types } from "../../src/evidence/Evidence.ts"

const namespace = "#microsoft.graph.security."

const mailbox = (value: Readonly<Record<string, unknown>>) =>
  decode({ "@odata.type": `${namespace}mailboxEvidence`, ...value })

it("knows 48 types with different names", () => {
  assert.strictEqual(types.length, 48)
  assert.strictEqual(new Set(types.map((type) => type.name.toLowerCase())).size, 48)
})

it("finds the type of evidence in any case", () => {
  for (const type of types) {
    for (const name of [type.name, type.name.toLowerCase(), type.name.toUpperCase()]) {
      const decoded = decode({ "@odata.type": `${namespace}${name}Evidence` })
      assert.deepStrictEqual([decoded.type, decoded.known, decoded.drift], [type.name, true, []])
    }
  }
})

it("hands back the parsed object itself", () => {
  const value = { "@odata.type": `${namespace}urlEvidence`, url: "https://contoso.example" }
  assert.strictEqual(decode(value).value, value)
  const strange = { "@odata.type": "#contoso.strange" }
  assert.strictEqual(decode(strange).value, strange)
})

it("reports evidence of an unknown type under its raw name", () => {
  const { drift, known, type } = decode({ "@odata.type": `${namespace}MicrosoftDefenderForAIServicesEvidence` })
  assert.strictEqual(type, `${namespace}MicrosoftDefenderForAIServicesEvidence`)
  assert.isFalse(known)
  assert.deepStrictEqual(drift, [{ kind: "evidence_type", name: type }])
})

it("reports anything but a typed object as untyped, and replaces a non-object by an empty object", () => {
  for (
    const [raw, name] of [[null, "null"], [7, "number"], ["x", "string"], [true, "boolean"], [[], "array"]] as const
  ) {
    const decoded = decode(raw)
    assert.deepStrictEqual(decoded.value, {})
    assert.strictEqual(decoded.type, "untyped")
    assert.isFalse(decoded.known)
    assert.deepStrictEqual(decoded.drift, [{ kind: "untyped_evidence", name }])
  }
  for (const raw of [{}, { "@odata.type": 7 }, { "@odata.type": "" }, { "@odata.type": null }]) {
    assert.strictEqual(decode(raw).type, "untyped")
    assert.strictEqual(decode(raw).value, raw)
    assert.deepStrictEqual(decode(raw).drift, [{ kind: "untyped_evidence", name: "object" }])
  }
})

it("reports a misfit exactly when a value does not decode", () => {
  const values = [undefined, null, true, 7, Number.NaN, "", "x", [], [null], ["x"], [7], [[]], {}, { x: 1 }, [{ x: 1 }]]
  for (const { fields, misfit, schema } of types) {
    const decode = Schema.decodeUnknownResult(schema)
    for (const [name, { part }] of fields) {
      const within = Array.from(part?.keys() ?? []).flatMap((inner) => values.map((value) => ({ [inner]: value })))
      for (const value of [...values, ...within, ...within.map((one) => [one])]) {
        const raw = { [name]: value }
        const decoded = decode(raw)
        assert.strictEqual(misfit(raw)?.message, Result.isFailure(decoded) ? decoded.failure.message : undefined)
      }
    }
  }
})

it("names the first property that does not fit the schema", () => {
  assert.strictEqual(mailbox({ upn: 7 }).partial, "upn")
  assert.deepStrictEqual(mailbox({ upn: 7 }).drift, [{ kind: "partial", name: "mailbox.upn" }])
  assert.strictEqual(mailbox({ userAccount: { userSid: [] } }).partial, "userAccount.userSid")
  assert.strictEqual(mailbox({ tags: ["a", 7] }).partial, "tags[]")
  assert.isTrue(mailbox({ upn: 7 }).known)
})

it("accepts every property as null or absent", () => {
  for (const type of types) {
    const nulls = Object.fromEntries([...type.fields.keys()].map((name) => [name, null]))
    const decoded = decode({ ...nulls, "@odata.type": `${namespace}${type.name}Evidence` })
    assert.deepStrictEqual([decoded.partial, decoded.drift], [undefined, []])
  }
})

it("passes on words that an enum does not know, and reports them", () => {
  const decoded = mailbox({ verdict: "haunted", roles: ["attacked", "cursed", "unknownFutureValue"] })
  assert.strictEqual(decoded.partial, undefined)
  assert.deepStrictEqual(decoded.drift, [{ kind: "enum_value", name: "mailbox.verdict=haunted" }, {
    kind: "enum_value",
    name: "mailbox.roles=cursed"
  }])
  assert.deepStrictEqual(mailbox({ verdict: 7 }).drift, [{ kind: "enum_value", name: "mailbox.verdict=7" }])
})

it("reports a question mark for a text in place of a type", () => {
  assert.deepStrictEqual(decode({ "@odata.type": "amy@contoso.example" }).drift, [{ kind: "evidence_type", name: "?" }])
})

it("knows a type without the # at its beginning", () => {
  const { known, type } = decode({ "@odata.type": "microsoft.graph.security.urlEvidence" })
  assert.deepStrictEqual([known, type], [true, "url"])
})

it("does not report unknownFutureValue", () => {
  assert.deepStrictEqual(mailbox({ verdict: "unknownFutureValue" }).drift, [])
})

it("reports properties that the schema does not have, in complex values too", () => {
  const decoded = mailbox({ haunted: 1, "roles@odata.type": "#Collection(String)", userAccount: { ghost: true } })
  assert.deepStrictEqual(decoded.drift, [{ kind: "property", name: "mailbox.haunted" }, {
    kind: "property",
    name: "mailbox.userAccount.ghost"
  }])
})

it("accepts 64-bit integers as numbers and as strings", () => {
  for (const size of [1024, "9007199254740993", null]) {
    const decoded = decode({ "@odata.type": `${namespace}fileEvidence`, fileDetails: { fileSize: size } })
    assert.strictEqual(decoded.partial, undefined)
  }
})

it("reports drift of nested evidence under the nested type, which may come without @odata.type", () => {
  const decoded = decode({
    "@odata.type": `${namespace}kubernetesPodEvidence`,
    labels: { anything: "goes" },
    namespace: { cluster: { platform: "mainframe", cloudResource: { "@odata.type": "#contoso.cloud" } } },
    podIp: { ipAddress: 7 },
    containers: [{ ghost: 1 }, null, "x"]
  })
  assert.deepStrictEqual(decoded.drift, [
    { kind: "enum_value", name: "kubernetesCluster.platform=mainframe" },
    { kind: "evidence_type", name: "#contoso.cloud" },
    { kind: "partial", name: "ip.ipAddress" },
    { kind: "property", name: "container.ghost" }
  ])
  assert.strictEqual(decoded.partial, undefined)
})

it("decodes nested evidence to a depth of four", () => {
  let image: Readonly<Record<string, unknown>> = { ghost: 1 }
  for (let depth = 0; depth < 4; depth++) image = { digestImage: image }
  assert.lengthOf(decodeNested(image, "containerImage", 0).drift, 1)
  assert.lengthOf(decodeNested({ digestImage: image }, "containerImage", 0).drift, 0)
  assert.strictEqual(nested(image, "containerImage", 5), undefined)
})

it("prefers the type that nested evidence names to the declared one", () => {
  const ip = { "@odata.type": `${namespace}ipEvidence` }
  assert.deepStrictEqual(nested(ip, "url", 1), { type: "ip", known: true, value: ip })
  assert.deepStrictEqual(nested({}, "url", 1), { type: "url", known: true, value: {} })
  assert.deepStrictEqual(nested({}, undefined, 1), { type: "untyped", known: false, value: {} })
})

it("cuts drift names to 96 characters", () => {
  assert.strictEqual(decode({ "@odata.type": `#${"abcdefghi.".repeat(7)}${"x".repeat(60)}` }).drift[0]?.name.length, 96)
  assert.strictEqual(Drift.make("property", "x".repeat(96)).name.length, 96)
})

it.effect.prop("decodes any JSON without throwing", [Schema.Json], ([json]) =>
  Effect.sync(() => {
    assert.isString(decode(json).type)
    for (const type of types) {
      const value = typeof json === "object" && json !== null ? json : {}
      const each = Object.fromEntries([...type.fields.keys()].map((name) => [name, json]))
      const decoded = decode({ ...value, ...each, "@odata.type": `${namespace}${type.name}Evidence` })
      assert.strictEqual(decoded.type, type.name)
      for (const { name } of decoded.drift) assert.isAtMost(name.length, 96)
    }
  }))
