import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Forbidden, Unauthorized } from "../../src/graph/GraphError.ts"
import { publishedIds, runningOver, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const at = (minutes: number) => Timestamp.fromMillis(noon + minutes * 60_000)
const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`
const [sick, rich, forbidden, resting] = [0, 1, 2, 3] as const

/** Disables most tenants for the three days in which one is disabled; otherwise the test makes a hundred thousand polls. */
const settings = (isResting: boolean, isQuiet = false) =>
  Effect.orDie(decodeSettings(
    "test",
    JSON.stringify({
      instances: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`tenant-${n}`, {
        enabled: n === resting ? !isResting : !isQuiet || n > 38,
        credentials: { tenant_id: tenantOf(n), client_id: tenantOf(n), client_secret: "x" },
        late_row_hours: 0,
        endpoints: { alerts: { enabled: false } }
      }]))
    })
  ))

const rowsOf = (tenant: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `t${tenant}-${n}`, lastUpdateDateTime: at(-600 + n / 100) }))

it.effect("9. Forty tenants, one sick: each of the others is polled as if it were alone", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const fakes = Array.from({ length: 40 }, (_, n) =>
      FakeGraph.make({ rows: rowsOf(n, n === rich ? 2000 : 20), pageSize: 100 }))
    fakes[sick]!.answer = () =>
      new Unauthorized({ by: "login", aadsts: 7000215, meaning: "the secret is wrong", remedy: "mend it" })
    fakes[forbidden]!.answer = () =>
      new Forbidden({ why: "missing_role", requiredPermissions: ["SecurityAlert.Read.All"], tokenRoles: [] })
    const graphs = new Map(fakes.map((fake, n) => [tenantOf(n), fake]))
    const { change, document, lines } = yield* runningOver(graphs, yield* settings(true))
    yield* Effect.repeat(TestClock.adjust(0), { times: 500 })
    const intervals = Effect.fnUntraced(function*(count: number) {
      for (let n = 0; n < count; n++) {
        yield* TestClock.adjust("5 minutes")
        // A hundred fibers share eight permits and must finish before the clock moves.
        yield* Effect.repeat(TestClock.adjust(0), { times: 50 })
      }
    })
    yield* intervals(12)

    const well = fakes.filter((_, n) =>
      n > resting
    )
    assert.strictEqual(well.length, 36)
    for (const fake of well) {
      const polls = FakeGraph.polls(fake).map(({ at }) => at - noon)
      for (const due of [0, 5, 30, 55]) {
        assert.isTrue(polls.some((at) => at >= due * 60_000 && at <= due * 60_000 + 10_000), `a poll at ${due} minutes`)
      }
    }
    assert.isAtMost(lines.filter((line) => line.includes("instance=tenant-0 ")).length, 2)
    assert.strictEqual(lines.filter((line) => /WARN.*instance=tenant-2 /.test(line)).length, 2, "one for each endpoint")
    assert.deepStrictEqual(fakes[resting]!.requests, [])
    const states = (yield* document).instances.map(({ state }) => state)
    assert.deepStrictEqual(states.slice(0, 5), ["attention", "ok", "attention", "disabled", "ok"])

    // The tenant is disabled for three days: enabled for an hour, disabled, and enabled again.
    yield* change(yield* settings(false))
    yield* intervals(2)
    yield* change(yield* settings(true, true))
    const before = new Set(yield* publishedIds)
    for (let n = 0; n < 72; n++) {
      fakes[resting]!.rows.push({ id: `rest-${n}`, lastUpdateDateTime: at(70 + n * 60) })
      yield* TestClock.adjust("1 hour")
    }
    assert.strictEqual(fakes[resting]!.requests.filter((request) => request.at > noon + 71 * 60_000).length, 0)
    yield* change(yield* settings(false, true))
    yield* intervals(2)
    const ids = yield* publishedIds
    assert.strictEqual(new Set(ids).size, ids.length, "none twice")
    const expected = 72 * 2
    assert.strictEqual(ids.filter((id) => !before.has(id)).length, expected, "three days of each endpoint")
  }).pipe(Effect.provide(world)), 60_000)
