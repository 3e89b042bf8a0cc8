/** Tests what is off in Microsoft's national clouds, and what is not asked for there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fromSettings } from "../../src/config/Instance.ts"
import { decodeInstance } from "../../src/config/SettingsDocument.ts"
import { endpoints, names } from "../../src/endpoints/Endpoints.ts"
import { absence, inCloud } from "../../src/endpoints/NationalClouds.ts"
import { reduce } from "../../src/status/Reducer.ts"
import { initial } from "../../src/status/Snapshot.ts"
import { documentOf } from "../../src/status/StatusSelector.ts"
import * as Json from "../support/Json.ts"

const id = "33333333-3333-4333-8333-333333333333"
const guided = ["alerts", "alerts_v2", "incidents"]
const risks = ["riskDetections", "riskyUsers"]
const intune = ["managedDevices", "detectedApps"]
const logs = ["signIns", "directoryAudits"] as const
const china = "https://microsoftgraph.chinacloudapi.cn"

const settingsOf = (graph: string, more: object = {}) =>
  decodeInstance(
    "test",
    Json.text({
      credentials: { tenant_id: id, client_id: id, client_secret: "x" },
      cloud: { login: "https://login.example", graph },
      ...more
    })
  )

describe("a national cloud", () => {
  for (
    const [graph, absent] of [
      ["https://graph.microsoft.com", []],
      ["https://graph.microsoft.us", []],
      ["https://dod-graph.microsoft.us", []],
      ["http://127.0.0.1:9465", []],
      [china, [...guided, ...risks, "secureScores"]],
      ["https://graph.svc.sovcloud.fr", [...guided, "secureScores"]],
      ["https://graph.svc.sovcloud.de", [...guided, "secureScores"]],
      ["https://graph.svc.sovcloud.sg", [...guided, ...logs, ...risks, "secureScores", ...intune]],
      ["https://graph.eaglex.ic.gov", intune],
      ["https://graph.microsoft.scloud", intune]
    ] as const
  ) {
    it(`of ${graph} lacks ${absent.length} endpoints`, () => {
      assert.sameMembers(names.filter((name) => absence(endpoints[name], graph) !== undefined).map(String), [...absent])
    })
  }

  it("is not asked for columns that it lacks", () => {
    const asked = (name: "devices" | "users", graph: string) => inCloud(endpoints[name], graph).list!
    const most = asked("users", "https://graph.microsoft.com")
    assert.deepStrictEqual(asked("users", china), most)
    const nat = asked("users", "https://graph.eaglex.ic.gov")
    assert.deepStrictEqual(most.select!.filter((name) => !nat.select!.includes(name)).toSorted(), [
      "createdDateTime",
      "employeeType"
    ])
    assert.isDefined(nat.daily)
    const singapore = asked("users", "https://graph.svc.sovcloud.sg")
    assert.isUndefined(singapore.daily, "no pass of its own for what is not there")
    assert.deepStrictEqual(singapore.select, most.select)
    assert.notInclude(asked("devices", "https://graph.microsoft.scloud").select!, "isRooted")
  })

  it.effect("has off what it does not offer, and says so in plain words", () =>
    Effect.gen(function*() {
      const { identity, pace } = fromSettings("one", yield* settingsOf(china, { collect: "identity" }))
      assert.deepStrictEqual(identity.endpoints, [...logs])
      const snapshot = reduce(initial(0), {
        _tag: "Instance",
        instance: "one",
        event: { _tag: "Registered", identity, pace, secretExpiresAt: undefined, waitsFor: undefined }
      })
      const { instances } = yield* documentOf(snapshot, "test", 0)
      const of = (name: string) => instances[0]!.endpoints.find((endpoint) => endpoint.name === name)
      assert.deepInclude(of("alerts_v2"), {
        state: "disabled",
        off_because: "Microsoft does not offer it in its cloud of China (21Vianet)",
        error: null
      })
      assert.deepInclude(of("signIns"), { state: "starting" })
      assert.notProperty(of("signIns"), "off_because")
      assert.notProperty(of("secureScores"), "off_because", "the settings have it off")
    }))
})
