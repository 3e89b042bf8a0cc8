/** Tests that one instance polls a tenant which several name, and that the others are shown as waiting. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { allFromSettings } from "../../src/config/Instance.ts"
import type { Settings } from "../../src/config/Settings.ts"
import { decodeSettings, instanceOrder } from "../../src/config/SettingsDocument.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { waitingOf } from "../../src/instances/Holders.ts"
import { publishedIds, runningOver, tenant, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const rowsOf = (count: number) =>
  Array.from(
    { length: count },
    (_, n) => ({ id: `a${n}`, lastUpdateDateTime: Timestamp.fromMillis(noon - n * 60_000) })
  )

const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) yield* TestClock.adjust("1 minute")
})

/** Settings of instances of one tenant, in this order. The client id tells their requests apart. */
const settings = (instances: Record<string, object>): Effect.Effect<Settings> =>
  Effect.orDie(decodeSettings(
    "test",
    JSON.stringify({
      instances: Object.fromEntries(
        Object.entries(instances).map(([name, more]) => [name, {
          credentials: { tenant_id: tenant, client_id: "22222222-2222-4222-8222-222222222222", client_secret: name },
          endpoints: { alerts: { enabled: false }, incidents: { enabled: false } },
          late_row_hours: 0,
          ...more
        }])
      )
    })
  ))

const run = Effect.fnUntraced(function*(instances: Record<string, object>) {
  yield* TestClock.setTime(noon)
  const fake = FakeGraph.make({ rows: rowsOf(3) })
  const { change, document, lines } = yield* runningOver(fake, yield* settings(instances))
  return {
    fake,
    lines,
    change: (other: Record<string, object>) => Effect.flatMap(settings(other), change),
    /** What the page's tiles show. */
    tiles: Effect.map(
      document,
      (all) =>
        all.instances.map(({ connection_status, name, state, waits_for, warnings }) =>
          `${name}: ${state} ${connection_status}${waits_for === undefined ? "" : ` for ${waits_for}`}${
            warnings.map(({ code }) => ` ${code}`).join("")
          }`
        )
    )
  }
})

const waits = "second: starting waiting for first duplicate_tenant"

describe("two instances of one tenant", () => {
  it.effect("the first of the settings polls, whatever changes in it, and the second is shown as waiting", () =>
    Effect.gen(function*() {
      const { change, fake, lines, tiles } = yield* run({ first: {}, second: {} })
      assert.deepStrictEqual(yield* tiles, ["first: ok connected", waits])
      for (const more of [{ display_name: "Acme" }, { sender_host: "graph" }, { poll_interval_minutes: 7 }]) {
        const before = fake.requests.length
        yield* change({ first: more, second: {} })
        yield* minutes(8)
        assert.deepStrictEqual(yield* tiles, ["first: ok connected", waits])
        assert.isAbove(fake.requests.length, before)
        yield* change({ first: more, second: { display_name: "Other" } })
        yield* minutes(8)
        assert.deepStrictEqual(yield* tiles, ["first: ok connected", waits])
      }
      assert.include(
        lines.join("\n"),
        "WARN] azure-security: second waits, because first stands before it in the settings"
      )
      assert.strictEqual((yield* publishedIds).length, 3)
    }).pipe(Effect.provide(world)))

  it.effect("the second takes over when the first is disabled or removed, and gives the tenant back", () =>
    Effect.gen(function*() {
      const { change, fake, tiles } = yield* run({ first: {}, second: {} })
      yield* change({ first: { enabled: false }, second: {} })
      yield* minutes(6)
      assert.deepStrictEqual(yield* tiles, ["first: disabled disabled", "second: ok connected"])
      yield* change({ first: {}, second: {} })
      yield* minutes(6)
      assert.deepStrictEqual(yield* tiles, ["first: ok connected", waits])
      yield* change({ second: {} })
      yield* minutes(6)
      assert.deepStrictEqual(yield* tiles, ["second: ok connected"])
      assert.strictEqual((yield* publishedIds).length, 3, "nothing twice")
      const before = fake.requests.length
      yield* change({ zero: {}, second: {} })
      yield* minutes(6)
      assert.isAbove(fake.requests.length, before)
      assert.deepStrictEqual((yield* tiles).toSorted(), [
        "second: starting waiting for zero duplicate_tenant",
        "zero: ok connected"
      ])
    }).pipe(Effect.provide(world)))

  it.effect("a final dot, a port that is the scheme's, or capitals make no other cloud", () =>
    Effect.gen(function*() {
      const cloud = { login: "https://LOGIN.microsoftonline.com:443/", graph: "https://Graph.microsoft.com.:443/" }
      const all = allFromSettings(yield* settings({ first: {}, second: { cloud } }))
      assert.deepStrictEqual(Array.from(waitingOf(all)), [["second", "first"]])
    }))

  it("the order is that of the text, also for names of digits, which JavaScript would put first", () => {
    const text = `{ "instances": { "contoso": {}, "0": {}, "10": {}, "2": {} }, "sink": {} }`
    assert.deepStrictEqual(instanceOrder(text), ["contoso", "0", "10", "2"])
    assert.deepStrictEqual(instanceOrder(`{"sink":{}}`), [])
    assert.deepStrictEqual(instanceOrder("{"), [])
    const document = { credentials: { tenant_id: tenant, client_id: tenant, client_secret: "x" } }
    const all = Effect.runSync(
      decodeSettings("test", `{"instances":{"contoso":${JSON.stringify(document)},"0":${JSON.stringify(document)}}}`)
    )
    const names = (order?: ReadonlyArray<string>) => allFromSettings(all, order).map(({ identity }) => identity.name)
    assert.deepStrictEqual(names(["contoso", "0", "gone"]), ["contoso", "0"])
    assert.deepStrictEqual(names(["contoso"]), ["contoso", "0"])
    assert.deepStrictEqual(Array.from(waitingOf(allFromSettings(all, ["contoso", "0"]))), [["0", "contoso"]])
  })

  it.effect("a tenant is the same by a cloud's name and by its URLs, and another in another cloud", () =>
    Effect.gen(function*() {
      const urls = { login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" }
      const { tiles } = yield* run({ first: {}, second: { cloud: urls }, third: { cloud: "usgov" } })
      assert.deepStrictEqual(yield* tiles, ["first: ok connected", waits, "third: ok connected"])
    }).pipe(Effect.provide(world)))
})
