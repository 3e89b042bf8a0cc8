/** Tests that a request which waits says so, and that a pause which Microsoft asks for is shown, saved and sat out. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Unavailable } from "../../src/graph/GraphError.ts"
import * as Limits from "../../src/graph/Limits.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const rows = [{ id: "a", lastUpdateDateTime: Timestamp.fromMillis(noon - 60_000) }]

const minutes = Effect.fnUntraced(function*(count: number) {
  for (let n = 0; n < count; n++) yield* TestClock.adjust("1 minute")
})

const started = Effect.fnUntraced(function*(fake: FakeGraph.FakeGraph) {
  const { document, lines, stop } = yield* running(fake, { late_row_hours: 0 })
  return {
    lines: (word: string) => lines.filter((line) => line.includes(word)).length,
    stop,
    endpoint: Effect.map(
      document,
      ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
    ),
    tile: Effect.map(document, ({ instances }) => instances[0]!.connection_status)
  }
})

describe("a request that is not answered", () => {
  it.effect("is shown as waiting after a minute, with since when, and no longer once it is answered", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows })
      const { endpoint, lines, tile } = yield* started(fake)
      assert.strictEqual((yield* endpoint).state, "ok")
      fake.hangs = true
      yield* minutes(5)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* endpoint).state, "ok")
      yield* TestClock.adjust("2 seconds")
      const waiting = yield* endpoint
      assert.strictEqual(waiting.state, "unavailable")
      assert.strictEqual(waiting.error?.code, "waiting")
      assert.match(waiting.error!.message, /^graph\.microsoft\.com does not answer since 2026-11-20T12:05:00/)
      assert.strictEqual(yield* tile, "failed")
      yield* minutes(50)
      assert.strictEqual(lines("does not answer since"), 1, "one line an hour")
      yield* minutes(20)
      assert.strictEqual(lines("does not answer since"), 2, "and a reminder")
      fake.hangs = false
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* endpoint, { state: "ok", error: null })
      assert.strictEqual(yield* tile, "connected")
      // Once over, the same wait is said again.
      fake.hangs = true
      yield* minutes(8)
      assert.strictEqual(lines("does not answer since"), 3)
    }).pipe(Effect.provide(world)))

  it.effect("is shown as waiting while its tries fail, with the last failure", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows })
      const { endpoint, lines } = yield* started(fake)
      fake.answer = () => new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter: Duration.seconds(50) })
      yield* minutes(5)
      yield* TestClock.adjust("1 second")
      // A long pause is shown when it begins: with Graph's own words, not with a firewall's.
      const { error, state } = yield* endpoint
      assert.strictEqual(state, "unavailable")
      assert.match(
        error!.message,
        /HTTP 503; no answer since 2026-11-20T12:05:00\.000Z, try 1 of 4 failed, the next is at 2026-11-20T12:05:50\.000Z$/
      )
      assert.match(error!.remedy, /^Wait: Microsoft answers with errors/)
      assert.strictEqual(error!.retry_after_seconds, 50)
      yield* minutes(1)
      assert.match((yield* endpoint).error!.message, /try 2 of 4 failed, the next is at 2026-11-20T12:06:40\.000Z$/)
      assert.strictEqual(lines("HTTP 503"), 1, "one line for all tries")
    }).pipe(Effect.provide(world)))
})

describe("a short pause between two tries", () => {
  it.effect("is not shown before a minute is over", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows })
      const { endpoint, lines } = yield* started(fake)
      const retryAfter = Duration.subtract(Limits.pauseShownFrom, Duration.seconds(1))
      fake.answer = ({ count }) =>
        count % 2 === 0 ? new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter }) : undefined
      yield* minutes(5)
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* endpoint, { state: "ok", error: null })
      yield* minutes(5)
      assert.strictEqual(lines("HTTP 503"), 0)
    }).pipe(Effect.provide(world)))
})

describe("a 503 with a long Retry-After", () => {
  it.effect("is shown at once, saved, sat out over a restart, an hour at most, and asks for the same rows after it", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows })
      const before = yield* started(fake)
      yield* TestClock.adjust("1 second")
      fake.rows.push({ id: "b", lastUpdateDateTime: Timestamp.fromMillis(noon + 60_000) })
      fake.answer = () => new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter: Duration.hours(20) })
      yield* minutes(5)
      const resting = yield* before.endpoint
      assert.strictEqual(resting.state, "unavailable")
      assert.strictEqual(resting.error?.code, "service_paused")
      assert.strictEqual(resting.next_poll_at, "2026-11-20T13:05:00.000Z")
      assert.strictEqual(yield* before.tile, "failed")
      const asked = fake.requests.length
      yield* minutes(20)
      yield* before.stop

      const after = yield* started(fake)
      const again = yield* after.endpoint
      assert.deepInclude(again, { state: "unavailable", next_poll_at: "2026-11-20T13:05:00.000Z" })
      assert.strictEqual(again.error?.code, "service_paused")
      yield* minutes(38)
      assert.strictEqual(fake.requests.length, asked, "nothing is asked meanwhile")
      fake.answer = () => undefined
      yield* minutes(3)
      assert.strictEqual((yield* after.endpoint).state, "ok")
      assert.strictEqual((yield* publishedIds).length, 2)
      assert.strictEqual(after.lines("the pause of alerts_v2 is over"), 1)
    }).pipe(Effect.provide(world)))

  it.effect("of up to a minute is waited for within the poll", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows })
      const { endpoint } = yield* started(fake)
      let failures = 0
      fake.answer = () =>
        failures++ === 0
          ? new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter: Duration.seconds(40) })
          : undefined
      yield* minutes(6)
      assert.strictEqual(failures, 2)
      assert.strictEqual((yield* endpoint).state, "ok")
    }).pipe(Effect.provide(world)))
})
