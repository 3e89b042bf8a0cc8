import { assert, it } from "@effect/vitest"
import { Clock, DateTime, Effect, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Values } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import * as Json from "../support/Json.ts"
import { setBackBy } from "../support/ModelProcess.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const day = 86_400_000
const minute = 60_000

/** The saved mark, in milliseconds since 1970. */
const mark = Effect.gen(function*() {
  for (const [key, { bytes }] of yield* Ref.get(yield* Values)) {
    if (!key.endsWith(".checkpoint.json")) continue
    return Timestamp.toMillis(Json.parse<{ readonly mark: Timestamp.Timestamp }>(new TextDecoder().decode(bytes)).mark)
  }
  return 0
})

for (
  const [what, machine, graph] of [
    ["the machine's clock jumps a day ahead and back", day, 0],
    ["the machine's clock falls a day behind and comes back", -day, 0],
    ["Graph's clock jumps a day ahead and back", 0, day],
    ["Graph's clock falls a day behind and comes back", 0, -day]
  ] as const
) {
  it.effect(`skips and doubles no poll, moves no mark, and loses and repeats nothing when ${what}`, () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const clock = yield* Clock.Clock
      const now = () => clock.currentTimeMillisUnsafe()
      let [ofMachine, ofGraph] = [0, 0]
      const fake = FakeGraph.make({ rows: [{ id: "a0", lastUpdateDateTime: Timestamp.fromMillis(noon - minute) }] })
      const polls: Array<number> = []
      fake.before = () => {
        const { url } = fake.requests.at(-1)!
        // Counts and sweeps for late rows, which a clock that jumps makes due, are no polls.
        if (!url.includes("$count") && !url.includes("%20lt%20")) polls.push(Math.round((now() - noon) / minute))
      }
      const { document } = yield* Effect.provideService(running(fake), Clock.Clock, setBackBy(clock, () => -ofMachine))
      const set = (jump: readonly [number, number]) => {
        ofMachine = jump[0]
        ofGraph = jump[1]
        // Graph's time, apart from the machine's.
        fake.ahead = ofGraph - ofMachine
      }
      for (let n = 1; n <= 240; n++) {
        if (n === 61) set([machine, graph])
        if (n === 121) set([0, 0])
        if (n % 7 === 0) {
          // A record changes now, by the true time: Graph's rows do not follow its clock.
          fake.rows.push({ id: `a${n}`, lastUpdateDateTime: Timestamp.fromMillis(now()) })
        }
        yield* TestClock.adjust("1 minute")
        assert.isAtMost(yield* mark, now(), `the mark after ${n} minutes`)
      }
      const ids = yield* publishedIds
      assert.strictEqual(new Set(ids).size, ids.length, "nothing twice")
      assert.strictEqual(ids.length, fake.rows.length, "nothing lost")
      const missed = Array.from({ length: 48 }, (_, n) => n * 5).filter((due) => {
        return polls.filter((at) => Math.abs(at - due) <= 1).length !== 1
      })
      assert.deepStrictEqual(missed, [], `polls at ${polls.join(" ")}`)
      const { endpoints, state } = (yield* document).instances[0]!
      assert.strictEqual(state, "ok")
      const [last] = endpoints.flatMap(({ last_success_at }) => last_success_at ?? [])
      assert.isAbove(DateTime.toEpochMillis(DateTime.makeUnsafe(last!)), now() - 6 * minute)
    }).pipe(Effect.provide(world)))
}
