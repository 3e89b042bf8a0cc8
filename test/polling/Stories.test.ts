import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Forbidden, Throttled, Unauthorized } from "../../src/graph/GraphError.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `da${n}`,
    lastUpdateDateTime: Timestamp.fromMillis(noon - 3_600_000 + n * 100)
  }))
const minutes = Effect.fnUntraced(function*(count: number) {
  for (let minute = 0; minute < count; minute++) yield* TestClock.adjust("1 minute")
})
const everything = { endpoints: { alerts: { enabled: false } } }

describe("stories", () => {
  it.effect("1. By the book: the guide's two permissions are enough to turn green", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      let granted = false
      fake.answer = ({ endpoint }) =>
        endpoint === "incidents" && !granted
          ? new Forbidden({
            why: "missing_role",
            requiredPermissions: ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"],
            tokenRoles: ["SecurityAlert.Read.All"]
          })
          : undefined
      const { document, lines } = yield* running(fake, everything)
      assert.match(
        lines.join("\n"),
        /^\[INFO\] azure-security: fetched 3 events {2}instance=tenant endpoint=alerts_v2 /m
      )
      yield* minutes(24 * 60)
      const warnings = lines.filter((line) => line.startsWith("[WARN]"))
      assert.strictEqual(warnings.length, 1)
      assert.match(warnings[0]!, /azure-security: .*403.*incidents.*grant SecurityIncident\.Read\.All/)
      const [instance] = (yield* document).instances
      assert.strictEqual(instance!.state, "ok")
      assert.strictEqual(instance!.connection_status, "connected")
      assert.deepStrictEqual(instance!.warnings[0]!.required_permissions, ["SecurityIncident.Read.All"])
      granted = true
      yield* minutes(61)
      const [after] = (yield* document).instances
      assert.deepStrictEqual(after!.warnings, [])
      assert.match(lines.join("\n"), /fetched 3 events {2}instance=tenant endpoint=incidents/)
    }).pipe(Effect.provide(world)))

  it.effect("7. Throttled, and the operator does as told", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
      let throttled = 0
      fake.answer = ({ endpoint }) =>
        endpoint === "alerts_v2" && ++throttled === 2 ? new Throttled({ retryAfter: Duration.seconds(30) }) : undefined
      const { change, document, lines } = yield* running(fake, everything)
      const asked = (endpoint: string) => fake.requests.filter((request) => request.endpoint === endpoint)
      assert.strictEqual(asked("alerts_v2").length, 2)
      yield* minutes(4)
      yield* change({ ...everything, poll_interval_minutes: 10 })
      const alerts = Effect.map(document, ({ instances }) =>
        instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!)
      const during = yield* alerts
      assert.strictEqual(during.poll_interval_minutes, 10)
      assert.strictEqual(during.state, "cooldown")
      assert.match(during.cooldown_until!, /^2026-11-20T12:10:00/)
      yield* TestClock.setTime(noon + 600_000 - 1)
      assert.strictEqual(asked("alerts_v2").length, 2)
      yield* TestClock.setTime(noon + 600_000)
      assert.strictEqual(
        asked("alerts_v2")[2]!.url,
        asked("alerts_v2")[1]!.url,
        "the rows that were refused, none before"
      )
      assert.strictEqual(
        lines.filter((line) => /429|cooldown of alerts_v2/.test(line)).length,
        2,
        "one line at each end"
      )
      yield* minutes(6)
      const visits = new Set(asked("incidents").map(({ at }) => Math.round((at - noon) / 60_000)))
      assert.deepStrictEqual(Array.from(visits), [0, 15], "incidents are polled as planned")
      assert.strictEqual(new Set(yield* publishedIds).size, (yield* publishedIds).length)
    }).pipe(Effect.provide(world)))

  it.effect("8. Thirty days before a secret expires it is reported, once for each threshold", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(1) })
      const { document, lines } = yield* running(fake, { client_secret_expires: "2026-12-21" })
      const said = () => lines.filter((line) => line.includes("client secret expires on 2026-12-21"))
      assert.strictEqual(said().length, 0)
      yield* TestClock.adjust("23 hours")
      yield* minutes(120)
      assert.strictEqual(said().length, 1)
      assert.deepStrictEqual((yield* document).instances[0]!.warnings.map(({ code }) => code), ["credential_expiring"])
      yield* TestClock.adjust("16 days")
      yield* minutes(60)
      assert.strictEqual(said().length, 2)
    }).pipe(Effect.provide(world)))

  it.effect("8. Rotation: one line for the instance, an hourly reminder, and new credentials act at once", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      let expired = true
      fake.answer = () =>
        expired
          ? new Unauthorized({
            by: "login",
            aadsts: 7_000_222,
            meaning: "The client secret has expired",
            remedy: "Create a new client secret under Certificates & secrets and paste its Value, not its Secret ID"
          })
          : undefined
      const { change, document, lines } = yield* running(fake)
      yield* minutes(59)
      assert.strictEqual(lines.filter((line) => line.includes("AADSTS7000222")).length, 1)
      assert.strictEqual((yield* document).instances[0]!.connection_status, "failed")
      yield* minutes(301)
      assert.isAtMost(lines.filter((line) => line.includes("AADSTS7000222")).length, 7)
      expired = false
      yield* change({
        credentials: {
          tenant_id: "11111111-1111-4111-8111-111111111111",
          client_id: "22222222-2222-4222-8222-222222222222",
          client_secret: "another"
        }
      })
      assert.strictEqual((yield* document).instances[0]!.connection_status, "connected")
      assert.strictEqual((yield* publishedIds).length, 3)
    }).pipe(Effect.provide(world)))
})

describe("settings_changed_mid_poll", () => {
  it.effect("settings_changed_mid_poll: a new interval takes effect at once and interrupts no page; disabling stops; enabling resumes from the mark", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { change } = yield* running(fake)
      yield* minutes(2)
      yield* change({ poll_interval_minutes: 3 })
      yield* minutes(2)
      assert.strictEqual(fake.requests.length, 2)
      yield* change({ enabled: false })
      yield* minutes(60)
      assert.strictEqual(fake.requests.length, 2)
      fake.rows.push({ id: "meanwhile", lastUpdateDateTime: Timestamp.fromMillis(noon + 600_000) })
      yield* change({ enabled: true })
      assert.strictEqual(FakeGraph.polls(fake).length, 3)
      assert.strictEqual((yield* publishedIds).length, 4)
    }).pipe(Effect.provide(world)))

  it.effect("an instance with another tenant begins there, without the former tenant's position", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { change, lines } = yield* running(fake)
      yield* change({
        credentials: {
          tenant_id: "33333333-1111-4111-8111-111111111111",
          client_id: "22222222-2222-4222-8222-222222222222",
          client_secret: "secret"
        }
      })
      assert.strictEqual((yield* publishedIds).length, 6, "the same rows are another tenant's")
      assert.match(decodeURIComponent(fake.requests.at(-1)!.url), /ge 2026-11-19T12:00:00/)
      assert.strictEqual(lines.filter((line) => line.includes("another tenant")).length, 1)
    }).pipe(Effect.provide(world)))
})
