/** Tests a process that dies at any of its writes, before or after the write succeeded, and is started again. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Ref, Schema } from "effect"
import { TestClock } from "effect/testing"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Rejected, Throttled } from "../../src/graph/GraphError.ts"
import { ArtifactSink, Published } from "../../src/sinks/ArtifactSink.ts"
import { connector, publishedIds, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const rowsAt = (seconds: ReadonlyArray<number>) =>
  seconds.map((second, n) => ({
    id: `da${n}`,
    lastUpdateDateTime: Timestamp.fromMillis(noon - 60_000 + second * 1000)
  }))

interface Death {
  /** Number of writes that succeed before the death. */
  readonly after: number
  /** Whether the fatal write succeeds, and only its answer is lost. */
  readonly done: boolean
  /** Whether only writes of the sink count and fail. */
  readonly ofSink?: true
}

/** Layer of a connector that dies at one of its writes, and writes nothing afterwards. */
const mortal = (fake: FakeGraph.FakeGraph, death: Death) =>
  Effect.map(settings(), (initial) => {
    let left = death.after
    let isDead = false
    const fatal = <A, E, R>(write: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.suspend(() => {
        if (isDead) return Effect.die("dead")
        if (left-- > 0) return write
        isDead = true
        return Effect.andThen(death.done ? Effect.asVoid(write) : Effect.void, Effect.die("dead"))
      })
    const inStore = death.ofSink ? <A>(write: A) => write : fatal
    const store = Layer.effect(
      StateStore,
      Effect.map(StateStore, (store) => ({
        ...store,
        put: (key: string, bytes: Uint8Array, revision: number) => inStore(store.put(key, bytes, revision)),
        remove: (key: string, revision: number) => inStore(store.remove(key, revision))
      }))
    ).pipe(Layer.provide(Layer.fresh(StateStore.layerMemoryOpen)))
    const sink = Layer.effect(
      ArtifactSink,
      Effect.map(ArtifactSink, (sink) => ({
        ...sink,
        open: Effect.map(sink.open, (writer) => ({ ...writer, commit: fatal(writer.commit) }))
      }))
    ).pipe(Layer.provide(Layer.fresh(ArtifactSink.layerMemoryOpen)))
    return connector(fake, initial, undefined, { store, sink })
  })

/** Runs the connector until it ends or dies. */
const live = (fake: FakeGraph.FakeGraph, death: Death) =>
  Effect.flatMap(mortal(fake, death), (layer) => Effect.exit(Effect.provide(run(true), Layer.fresh(layer))))

const immortal: Death = { after: Infinity, done: false }

const Deaths = Schema.Array(Schema.Struct({
  after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 14 })),
  done: Schema.Boolean
})).check(Schema.isMaxLength(4))

/** Rows that were dead-lettered, because two deaths came while their page was in hand. */
const condemned = Effect.gen(function*() {
  const batches = yield* Ref.get(yield* Published)
  const letters = batches.flatMap(({ deadLetters }) => deadLetters)
  for (const { reason } of letters) assert.strictEqual(reason, "ended_the_process")
  return new Set(letters.map(({ record }) => (record as FakeGraph.Row).id)).size
})

const Gaps = Schema.fromJsonString(Schema.Struct({
  gaps: Schema.Array(Schema.Struct({ from: Schema.String, to: Schema.String, code: Schema.String }))
}))

/** Rows that were left out as a gap, because three deaths came while their page was read. */
const leftOut = Effect.fnUntraced(function*(fake: FakeGraph.FakeGraph) {
  const values = yield* Ref.get(yield* Values)
  let count = 0
  for (const [key, { bytes }] of values) {
    if (!key.endsWith(".checkpoint.json")) continue
    for (
      const { code, from, to } of (yield* Effect.orDie(Schema.decodeEffect(Gaps)(new TextDecoder().decode(bytes)))).gaps
    ) {
      assert.strictEqual(code, "ended_the_process")
      count += fake.rows.filter(({ lastUpdateDateTime: at }) => {
        const cursor = Timestamp.normalize(String(at))!
        return from <= cursor && cursor < to
      }).length
    }
  }
  return count
})

/** Checks that every row is published, and that each death repeats at most the current page. */
const assertComplete = Effect.fnUntraced(function*(fake: FakeGraph.FakeGraph, deaths: number, pageSize: number) {
  const ids = yield* publishedIds
  const gaps = yield* leftOut(fake)
  assert.isAtLeast(new Set(ids).size + (yield* condemned) + gaps, fake.rows.length, "none lost")
  if (deaths < 3) assert.strictEqual(gaps, 0, "two deaths leave no row out")
  if (deaths < 2) assert.strictEqual(new Set(ids).size, fake.rows.length, "one death condemns no row")
  assert.isAtMost(ids.length - fake.rows.length, deaths * pageSize, "at most the page in hand repeated")
  if (deaths === 0) assert.strictEqual(ids.length, fake.rows.length)
})

describe("a crash", () => {
  it.effect.prop("at any write loses nothing and repeats at most the current page, for any ties, order and page size", [
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 }))).check(Schema.isMaxLength(30)),
    Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 9 })),
    Schema.Literals(["asc", "desc"]),
    Schema.Literals(["skip", "skiptoken"]),
    Deaths
  ], ([seconds, pageSize, order, paging, deaths]) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsAt(seconds), pageSize, order, paging })
      for (const death of deaths) yield* live(fake, death)
      assert.deepStrictEqual(yield* live(fake, immortal), Exit.succeed(true))
      yield* live(fake, immortal)
      yield* assertComplete(fake, deaths.length, pageSize)
    }).pipe(Effect.provide(Layer.fresh(world))), { arbitrary: { runs: 150 } })

  it.effect("a row that cannot be read is left out with all that may lie behind it, while no order is proven", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows: rowsAt([0, 0, 1]), pageSize: 2, order: "desc", paging: "skiptoken" })
      yield* live(fake, { after: 2, done: false })
      yield* live(fake, { after: 1, done: false })
      // Of three rows in falling order, read one by one, the first is published, and the second ends the process.
      yield* live(fake, { after: 7, done: true })
      yield* live(fake, immortal)
      yield* assertComplete(fake, 3, 2)
    }).pipe(Effect.provide(Layer.fresh(world))))

  const rows = rowsAt(Array.from({ length: 40 }, (_, n) => n))
  const drained = (death: Death) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows, pageSize: 10 })
      assert.notDeepEqual(yield* live(fake, death), Exit.succeed(true), "the death came")
      assert.deepStrictEqual(yield* live(fake, immortal), Exit.succeed(true))
      return fake
    })

  it.effect("crash_before_publish: the page is read again and published once", () =>
    Effect.gen(function*() {
      // The first writes are the first checkpoint and what is in hand. Each page then publishes, and writes ledger and
      // checkpoint.
      yield* assertComplete(yield* drained({ after: 5, done: false }), 0, 10)
    }).pipe(Effect.provide(Layer.fresh(world))))

  it.effect("crash_between_publish_and_checkpoint: only the current page is repeated, with the same ids", () =>
    Effect.gen(function*() {
      yield* drained({ after: 5, done: true })
      const ids = yield* publishedIds
      // The second page begins with the last row of the first page, which the ledger knows.
      assert.strictEqual(ids.length, 40 + 9)
      assert.deepStrictEqual(ids.slice(10, 19), ids.slice(19, 28))
    }).pipe(Effect.provide(Layer.fresh(world))))

  it.effect("crash_before_checkpoint: what the ledger knows is not repeated", () =>
    Effect.gen(function*() {
      yield* assertComplete(yield* drained({ after: 7, done: false }), 0, 10)
    }).pipe(Effect.provide(Layer.fresh(world))))

  it.effect("a cooldown that begins while a page is given up saves no position after that page", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows, pageSize: 10 })
      fake.answer = ({ count }) => count === 2 ? new Throttled({}) : undefined
      // The first page cannot be published, and meanwhile the second is throttled.
      yield* live(fake, { after: 0, done: false, ofSink: true })
      assert.deepStrictEqual(yield* publishedIds, [])
      yield* TestClock.adjust("11 minutes")
      fake.answer = () => undefined
      yield* live(fake, immortal)
      yield* assertComplete(fake, 0, 10)
    }).pipe(Effect.provide(Layer.fresh(world))))

  it.effect("a refused request before a crash is refused again after it, and nothing is lost", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = FakeGraph.make({ rows, pageSize: 10 })
      fake.answer = ({ count }) => count === 3 ? new Rejected({ request: "no" }) : undefined
      yield* live(fake, { after: 5, done: true })
      yield* live(fake, immortal)
      yield* live(fake, immortal)
      assert.strictEqual(new Set(yield* publishedIds).size, rows.length)
      assert.isAtLeast((yield* Ref.get(yield* Published)).length, 4)
    }).pipe(Effect.provide(Layer.fresh(world))))
})
