/** Tests that a gap for which Graph does not answer keeps no poll waiting for longer than its one request. */
import { assert, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Unavailable } from "../../src/graph/GraphError.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const hangs = 120_000

it.effect(
  "a gap whose reading hangs is given up until its next hour, rather than tried while polls are due",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const rows = Array.from({ length: 60 }, (_, n) => ({
        id: `a${n}`,
        lastUpdateDateTime: Timestamp.fromMillis(noon - 3_600_000 + n * 60_000)
      }))
      const fake = FakeGraph.make({ rows, poison: ({ id }) => id === "a10" })
      const { document } = yield* running(fake, { late_row_hours: 0 })
      yield* Effect.repeat(TestClock.adjust("1 second"), { times: 3600 })
      const endpoint = Effect.map(
        document,
        ({ instances }) => instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
      )
      assert.strictEqual((yield* endpoint).gaps.length, 1)
      assert.strictEqual((yield* endpoint).state, "ok")

      // From now on Graph accepts what asks for the gap, and fails after two minutes without an answer.
      let hungAt: number | undefined
      let count = 0
      const endsBefore = (url: string) => / lt /.test(new URL(url).searchParams.get("$filter") ?? "")
      const isOfGap = () => endsBefore(fake.requests.at(-1)!.url)
      fake.before = () => {
        if (!isOfGap()) return
        count++
        fake.hangs = true
        hungAt = fake.requests.at(-1)!.at
      }
      fake.answer = () => isOfGap() ? new Unavailable({ kind: "timeout", detail: "no first byte" }) : undefined
      const from = yield* Clock.currentTimeMillis
      for (let second = 0; second < 2 * 3600; second++) {
        yield* TestClock.adjust("1 second")
        if (hungAt !== undefined && (yield* Clock.currentTimeMillis) >= hungAt + hangs) {
          fake.hangs = false
          hungAt = undefined
        }
      }
      assert.isAtLeast(count, 2, "it was tried each hour")
      const polls = fake.requests.filter(({ at, url }) => at >= from && !endsBefore(url))
      let last = from
      for (const { at } of polls) {
        assert.isAtMost(at - last, 300_000 + hangs + 5000, "a poll is at most one request late")
        last = at
      }
      assert.isAtMost(count, 6)
      assert.strictEqual((yield* publishedIds).length, 59)
    }).pipe(Effect.provide(world)),
  60_000
)
