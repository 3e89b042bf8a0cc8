/** A day of the connector with random faults and kills: nothing is lost, and nothing is green while nothing flows. */
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, Random, Ref } from "effect"
import { TestClock } from "effect/testing"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Forbidden, type GraphError, Throttled, Unauthorized, Unavailable } from "../../src/graph/GraphError.ts"
import { ArtifactSink, Published } from "../../src/sinks/ArtifactSink.ts"
import { publishedIds, runningOver, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const minutesOfDay = 24 * 60
const pageSize = 20

/** What Graph answers while a fault lasts. */
const faults: ReadonlyArray<GraphError["reason"]> = [
  new Unavailable({ kind: "http", detail: "HTTP 503" }),
  new Unavailable({ kind: "http", detail: "HTTP 503", retryAfter: Duration.minutes(20) }),
  new Unavailable({ kind: "network", detail: "connection reset" }),
  new Throttled({ retryAfter: Duration.seconds(30) }),
  new Unauthorized({ by: "login", aadsts: 7_000_215, meaning: "the secret is wrong", remedy: "mend it" }),
  new Forbidden({ why: "missing_role", requiredPermissions: ["SecurityAlert.Read.All"], tokenRoles: [] })
]

/** The outlets of one process, which is killed when `isDead` is set: no write of its is done any more. */
const outlets = () => {
  const process = { isDead: false }
  const alive = <A, E, R>(write: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => process.isDead ? Effect.never : write)
  const sink = Layer.effect(
    ArtifactSink,
    Effect.map(ArtifactSink, (inner) =>
      ArtifactSink.of({
        ...inner,
        open: alive(Effect.map(inner.open, (writer) => ({ ...writer, commit: alive(writer.commit) })))
      }))
  ).pipe(Layer.provide(ArtifactSink.layerMemoryOpen))
  const store = Layer.effect(
    StateStore,
    Effect.map(StateStore, (inner) =>
      StateStore.of({
        ...inner,
        put: (key, bytes, revision) => alive(inner.put(key, bytes, revision)),
        remove: (key, revision) => alive(inner.remove(key, revision))
      }))
  ).pipe(Layer.provide(StateStore.layerMemoryOpen))
  return { process, sink, store }
}

it.effect.each(["one", "two", "three"])(
  "a day of random faults and kills loses nothing, repeats at most the page in hand, and is not green for nothing: %s",
  (seed) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: [], pageSize })
      let fault: { readonly until: number; readonly since: number; readonly reason?: GraphError["reason"] } | undefined
      fake.answer = () => fault?.reason
      const one = yield* settings()
      const begin = Effect.gen(function*() {
        const outlet = outlets()
        return { ...outlet, run: yield* runningOver(fake, one, outlet) }
      })
      let process = yield* begin
      let kills = 0
      for (let minute = 0; minute < minutesOfDay + 180; minute++) {
        const isOver = minute >= minutesOfDay
        if (fault !== undefined && (isOver || minute >= fault.until)) {
          fault = undefined
          fake.hangs = false
        }
        if (fault === undefined && !isOver && (yield* Random.nextBetween(0, 1)) < 0.01) {
          const index = yield* Random.nextIntBetween(0, faults.length + 1)
          const until = minute + (yield* Random.nextIntBetween(2, 90))
          fake.hangs = index >= faults.length
          const reason = faults[index]
          fault = { since: minute, until, ...(reason === undefined ? {} : { reason }) }
        }
        const rows = isOver ? 0 : yield* Random.nextIntBetween(0, 4)
        for (let n = 0; n < rows; n++) {
          const at = noon + minute * 60_000 + n * 1000
          fake.rows.push({ id: `r${fake.rows.length}`, lastUpdateDateTime: Timestamp.fromMillis(at) })
        }
        const isKilled = !isOver && (yield* Random.nextBetween(0, 1)) < 0.01
        const within = isKilled ? yield* Random.nextIntBetween(0, 60_000) : 60_000
        yield* TestClock.adjust(within)
        if (isKilled) {
          kills++
          process.process.isDead = true
          yield* Effect.forkChild(process.run.stop)
          process = yield* begin
          yield* TestClock.adjust(60_000 - within)
        }
        // A poll finds a fault within its interval, and a word of it comes within a minute.
        if (fault !== undefined && minute - fault.since > 6) {
          const { connection_status, state } = (yield* process.run.document).instances[0]!
          assert.notStrictEqual(state, "ok", `after ${minute} minutes`)
          assert.notStrictEqual(connection_status, "connected")
        }
      }
      const ids = yield* publishedIds
      const letters = (yield* Ref.get(yield* Published)).flatMap(({ deadLetters }) => deadLetters)
      assert.deepStrictEqual(letters, [])
      assert.strictEqual(new Set(ids).size, fake.rows.length, "nothing lost")
      assert.isAtMost(ids.length - fake.rows.length, kills * pageSize, "only the page in hand repeated")
      assert.isAbove(kills, 5)
      assert.strictEqual((yield* process.run.document).instances[0]!.state, "ok")
    }).pipe(Effect.provide(world), Random.withSeed(seed))
)
