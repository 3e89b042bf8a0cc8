/** Tests which endpoints are on by what an instance is to collect. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { presets } from "../../src/config/Collect.ts"
import { decodeInstance, decodeSettings } from "../../src/config/SettingsDocument.ts"
import { withoutSecret } from "../../src/config/SettingsForm.ts"
import { endpoints, names } from "../../src/endpoints/Endpoints.ts"
import * as Json from "../support/Json.ts"

const id = "33333333-3333-4333-8333-333333333333"
const credentials = { tenant_id: id, client_id: id, client_secret: "x" }

/** Names of the endpoints that are on, in a settings file and in a document of its own. */
const on = Effect.fnUntraced(function*(more: object) {
  const file = yield* decodeSettings("test", Json.text({ instances: { one: { credentials, ...more } } }))
  const document = yield* decodeInstance("test", Json.text({ ...credentials, ...more }))
  const [inFile, inDocument] = [file.instances["one"]!, document].map(({ endpoints }) =>
    names.filter((name) => endpoints[name].enabled)
  )
  assert.deepStrictEqual(inFile, inDocument)
  return inFile!
})

it.effect("without a word of it, the guide's three are on, and nothing changes by an upgrade", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* on({}), ["alerts", "alerts_v2", "incidents"])
    assert.deepStrictEqual(yield* on({ collect: "security" }), ["alerts", "alerts_v2", "incidents"])
    assert.deepStrictEqual(yield* on({ endpoints: { signIns: { enabled: true } } }), [
      "alerts",
      "alerts_v2",
      "incidents",
      "signIns"
    ])
  }))

it.effect("a word or a list turns endpoints on, and what is said of one counts more", () =>
  Effect.gen(function*() {
    const identity = yield* on({ collect: "identity" })
    assert.sameMembers(identity, [...presets.identity])
    assert.includeMembers(identity, ["signIns", "directoryAudits", "riskDetections", "riskyUsers"])
    assert.notInclude(identity, "devices")
    assert.deepStrictEqual(yield* on({ collect: "everything" }), [...names])
    assert.deepStrictEqual(yield* on({ collect: ["incidents", "users"] }), ["incidents", "users"])
    const some = yield* on({
      collect: "everything",
      endpoints: { alerts: { enabled: false }, users: { poll_interval_minutes: 90 } }
    })
    assert.deepStrictEqual(some, names.filter((name) => name !== "alerts"))
    assert.deepStrictEqual(presets.security, names.filter((name) => endpoints[name].isOn))
  }))

it.effect("another word, or an endpoint that there is not, is refused with those that there are", () =>
  Effect.gen(function*() {
    for (const collect of ["all", ["alerts", "sign-ins"], 7]) {
      const { faults } = yield* Effect.flip(
        decodeSettings("test", Json.text({ instances: { one: { credentials, collect } } }))
      )
      assert.match(faults.join(), /^instances\.one\.collect\S*: Expected .*"(?:security|alerts)"/, Json.text(collect))
    }
  }))

it("the page is told of each endpoint whether it is on", () => {
  const { endpoints: shown } = withoutSecret({ credentials, collect: ["incidents"] }) as unknown as {
    readonly endpoints: Readonly<Record<string, { readonly enabled: boolean }>>
  }
  assert.deepStrictEqual([shown["incidents"]?.enabled, shown["alerts"]?.enabled], [true, false])
})
