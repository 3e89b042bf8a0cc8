import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { decodeProcess, decodeSettings } from "../../src/config/SettingsDocument.ts"
import { pageBytesMax, pagePermits, searchDaysMax, searchRowsMax } from "../../src/domain/Bounds.ts"

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

it.effect("search settings out of their bounds are refused", () =>
  Effect.gen(function*() {
    const { faults } = yield* Effect.flip(
      decodeSettings("test", `{"instances":{},"search":{"days":0,"rows":10,"enabled":"yes"}}`)
    )
    assert.deepStrictEqual(faults.map((fault) => fault.split(":")[0]), ["search.enabled", "search.days", "search.rows"])
  }))
