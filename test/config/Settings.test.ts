import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { decodeProcess, decodeSettings } from "../../src/config/SettingsDocument.ts"
import { pageBytesMax, pagePermits, searchDaysMax, searchRowsMax } from "../../src/domain/Bounds.ts"
import * as Json from "../support/Json.ts"

it.effect("empty settings have the program's default bounds", () =>
  Effect.gen(function*() {
    const settings = yield* decodeSettings("test", `{"instances":{}}`)
    const process = yield* decodeProcess("test", "{}")
    for (const { limits, search } of [settings, process]) {
      assert.deepStrictEqual(limits, { page_permits: pagePermits, page_bytes_max: pageBytesMax })
      assert.deepStrictEqual(search, { days: searchDaysMax, rows: searchRowsMax })
    }
    assert.strictEqual(settings.sink.type, "file")
    assert.strictEqual(process.sink.type, "nats")
  }))

it.effect("the format is WitFoo's unless it is set, and another one for the broker is refused with what to do", () =>
  Effect.gen(function*() {
    const sinkOf = (sink: object) =>
      Effect.map(decodeSettings("test", Json.text({ instances: {}, sink })), ({ sink }) => sink)
    for (const type of ["file", "stdout"]) {
      assert.strictEqual((yield* sinkOf({ type })).format, "witfoo")
      assert.strictEqual((yield* sinkOf({ type, format: "ocsf" })).format, "ocsf")
    }
    assert.isUndefined((yield* sinkOf({ type: "nats" })).format)
    assert.strictEqual((yield* sinkOf({ type: "nats", format: "witfoo" })).type, "nats")
    const { faults } = yield* Effect.flip(sinkOf({ type: "nats", format: "ocsf" }))
    assert.match(faults.join(), /^sink\.format: Expected "witfoo".*set sink\.type to "file" or "stdout"$/)
  }))

it.effect("an endpoint whose records are no events is refused beside the format ocsf", () =>
  Effect.gen(function*() {
    const id = "33333333-3333-4333-8333-333333333333"
    const one = {
      credentials: { tenant_id: id, client_id: id, client_secret: "x" },
      endpoints: { devices: { enabled: true }, signIns: { enabled: true } }
    }
    const text = (format: string) => Json.text({ instances: { one }, sink: { type: "file", format } })
    const { faults } = yield* Effect.flip(decodeSettings("test", text("ocsf")))
    assert.deepStrictEqual(faults, [
      "instances.one.endpoints.devices.enabled: Expected false, because sink.format is ocsf, which has no event for devices"
    ])
    yield* decodeSettings("test", text("witfoo"))
  }))

it.effect("search settings out of their bounds are refused", () =>
  Effect.gen(function*() {
    const { faults } = yield* Effect.flip(
      decodeSettings("test", `{"instances":{},"search":{"days":0,"rows":10,"enabled":"yes"}}`)
    )
    assert.deepStrictEqual(faults.map((fault) => fault.split(":")[0]), ["search.enabled", "search.days", "search.rows"])
  }))

it.effect("a pasted secret with an invisible character or quotes is refused with the place, and never shown", () =>
  Effect.gen(function*() {
    for (
      const [client_secret, place] of [["s3cr3t\u200B~", "Character 7 of 8 is invisible (U+200B)"], [
        "\"s3cr3t\"",
        "Characters 1 and 8 of 8 are quotes"
      ], ["s3cr3t\0x", "Character 7 of 8 is invisible (U+0000)"]] as const
    ) {
      const credentials = {
        tenant_id: "contoso.example",
        client_id: "22222222-2222-4222-8222-222222222222",
        client_secret
      }
      const { message } = yield* Effect.flip(decodeSettings("test", Json.text({ instances: { one: { credentials } } })))
      assert.include(message, `instances.one.credentials.client_secret: ${place}`)
      assert.notInclude(message, "s3cr3t")
    }
  }))

it.effect("of names with one slug the first of the text is good, and the fault is at the later ones", () =>
  Effect.gen(function*() {
    const one = {
      credentials: {
        tenant_id: "contoso.example",
        client_id: "22222222-2222-4222-8222-222222222222",
        client_secret: "x"
      }
    }
    const instances = { "prod tenant": one, "Prod_Tenant": one, other: one, "prod.tenant": one }
    const { faults } = yield* Effect.flip(decodeSettings("test", Json.text({ instances })))
    const differs =
      `Expected a name that differs from "prod tenant" in more than case and punctuation: both become prod-tenant`
    assert.deepStrictEqual(faults, [`instances.Prod_Tenant: ${differs}`, `instances.prod.tenant: ${differs}`])
  }))
