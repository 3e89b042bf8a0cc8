import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { heldIdsMax } from "../../src/domain/Bounds.ts"
import type { Deliveries } from "../../src/domain/Delivery.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Connection, type Presence } from "../../src/nats/Connection.ts"
import { make } from "../../src/nats/StreamKeeper.ts"

const subject = "a.data.artifacts.raw"

/** Errors as the client makes them. */
const refusal = (name: string, more: object) => Object.assign(new Error("refused"), { name, ...more })
const notFound = () => refusal("JetStreamApiError", { code: 10_059 })

const deliveries: Deliveries = {
  stream: "S",
  created: "made",
  largest: 1,
  entries: [10, 20, 30].map((last) => ({
    first: last - 9,
    last,
    id: `id${last}`,
    count: 10,
    from: Timestamp.fromMillis(last),
    since: 0,
    at: 0,
    place: [1, last]
  }))
}

/** A keeper over a broker that is the test. */
const world = Effect.gen(function*() {
  const broker = {
    created: "made",
    first: 1,
    last: 30,
    ours: 1000,
    /** Sequences at which it has messages of others now. */
    lost: Array<number>(),
    isGone: false,
    isSilent: false,
    refuses: false,
    infos: 0,
    gets: 0
  }
  const info = async () => {
    broker.infos++
    if (broker.isSilent) throw new Error("no answer")
    if (broker.isGone) throw notFound()
    return { config: { name: "S" }, created: broker.created, state: { first_seq: broker.first, last_seq: broker.last } }
  }
  const presence = yield* SubscriptionRef.make<Presence>("here")
  const jsm = {
    streams: {
      info,
      find: async () => {
        throw notFound()
      },
      getMessage: async (_: string, { seq }: { readonly seq: number }) => {
        broker.gets++
        if (broker.refuses) throw refusal("PermissionViolationError", { subject: "$JS.API.STREAM.MSG.GET.S" })
        return seq > broker.last || seq < broker.first
          ? null
          : { header: { get: () => seq > broker.ours || broker.lost.includes(seq) ? `other${seq}` : `id${seq}` } }
      }
    }
  }
  let changes = 0
  const lines: Array<string> = []
  const capture = Logger.make(({ message }) => void lines.push(String(message)))
  const one = yield* make(subject, () => changes++).pipe(
    Effect.provideService(
      Connection,
      { jsm, nc: { info: { version: "2.12.0" } }, presence } as unknown as Connection["Service"]
    ),
    Effect.provide(Logger.layer([capture]))
  )
  const { keeper } = one
  const logged = Effect.provide(Logger.layer([capture]))
  const lost = yield* Effect.forkChild(logged(Effect.flatMap(keeper.watch, (watch) => watch(() => deliveries))), {
    startImmediately: true
  })
  const calm = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve))).pipe(
    Effect.andThen(TestClock.adjust(0)),
    Effect.repeat({ times: 10 })
  )
  return {
    ...one,
    broker,
    lines,
    logged,
    presence,
    changes: () => changes,
    isLost: () => lost.pollUnsafe() !== undefined,
    pass: (seconds: number) =>
      Effect.repeat(Effect.andThen(TestClock.adjust("1 second"), calm), { times: seconds - 1 }),
    judged: Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(logged(keeper.judge(deliveries)), { startImmediately: true })
      for (let n = 0; n < 8 && fiber.pollUnsafe() === undefined; n++) {
        yield* calm
        yield* TestClock.adjust("1 second")
      }
      return yield* Fiber.join(fiber)
    })
  }
})

const back = (presence: SubscriptionRef.SubscriptionRef<Presence>) =>
  Effect.andThen(SubscriptionRef.set(presence, "away"), SubscriptionRef.set(presence, "here"))

describe("the keeper of a stream", () => {
  it.effect("looks every five minutes, and at a reconnect", () =>
    Effect.gen(function*() {
      const { broker, changes, isLost, pass, presence } = yield* world
      yield* pass(299)
      assert.strictEqual(broker.infos, 0)
      yield* pass(2)
      assert.strictEqual(broker.infos, 1)
      assert.strictEqual(broker.gets, 1, "the newest page alone")
      yield* back(presence)
      yield* pass(1)
      assert.strictEqual(broker.infos, 2)
      assert.strictEqual(broker.gets, 1 + 3, "each page")
      assert.strictEqual(changes(), 1)
      assert.isFalse(isLost())
    }))

  it.effect("finds a loss that newer pages hide at a reconnect, within an hour, and when looks come close together", () =>
    Effect.gen(function*() {
      const hide = (broker: Effect.Success<typeof world>["broker"]) => Object.assign(broker, { lost: [10, 20] })
      const first = yield* world
      hide(first.broker)
      yield* first.pass(11 * 300 + 10)
      assert.isFalse(first.isLost(), "not by the newest page")
      yield* first.pass(310)
      assert.isTrue(first.isLost())

      const second = yield* world
      hide(second.broker)
      second.wentBack()
      yield* back(second.presence)
      yield* second.pass(8)
      assert.isTrue(second.isLost())
    }))

  it.effect("looks again soon after it could not judge at the start, without any tick", () =>
    Effect.gen(function*() {
      const { broker, isLost, judged, pass } = yield* world
      Object.assign(broker, { isSilent: true, lost: [10] })
      assert.isUndefined(yield* judged)
      broker.isSilent = false
      yield* pass(15)
      assert.isTrue(isLost())
    }))

  it.effect("believes a loss only when several looks see it: a new leader may be behind", () =>
    Effect.gen(function*() {
      const { broker, isLost, judged, pass, presence } = yield* world
      broker.last = 25
      yield* back(presence)
      yield* pass(3)
      broker.last = 30
      yield* pass(20)
      assert.isFalse(isLost())
      broker.last = 25
      yield* back(presence)
      yield* pass(8)
      assert.isTrue(isLost())
      assert.deepStrictEqual(yield* judged, { lost: [2], stream: "S", created: "made", last: 25 })
    }))

  it.effect("looks at each page when the stream used a sequence again", () =>
    Effect.gen(function*() {
      const { broker, isLost, pass, wentBack } = yield* world
      broker.ours = 15
      broker.last = 40
      wentBack()
      yield* pass(8)
      assert.isTrue(isLost())
    }))

  it.effect("decides nothing while the stream is missing or the broker silent, and looks again", () =>
    Effect.gen(function*() {
      const { broker, isLost, judged, pass, presence } = yield* world
      for (const trouble of ["isGone", "isSilent"] as const) {
        broker[trouble] = true
        assert.isUndefined(yield* judged)
        yield* back(presence)
        yield* pass(20)
        assert.isFalse(isLost(), trouble)
        broker[trouble] = false
        yield* pass(10)
        assert.isFalse(isLost(), trouble)
      }
      broker.isGone = true
      yield* back(presence)
      yield* pass(10)
      broker.isGone = false
      broker.created = "again"
      broker.last = 0
      yield* pass(15)
      assert.isTrue(isLost())
    }))

  it.effect("without the right to read a message goes by the length of the stream alone, and says so once", () =>
    Effect.gen(function*() {
      const { broker, isLost, lines, pass, presence } = yield* world
      broker.refuses = true
      broker.ours = 5
      for (let n = 0; n < 2; n++) {
        yield* back(presence)
        yield* pass(3)
      }
      assert.isFalse(isLost())
      assert.strictEqual(lines.filter((line) => line.includes("publish to $JS.API.STREAM.MSG.GET.S")).length, 1)
      broker.last = 20
      yield* back(presence)
      yield* pass(8)
      assert.isTrue(isLost())
    }))

  it.effect("lets out what the stream still has after a loss, up to a bound, and asks anew after a reconnect", () =>
    Effect.gen(function*() {
      const { broker, held, keeper, lines, logged, pass, presence } = yield* world
      broker.last = heldIdsMax + 10
      broker.ours = 100
      yield* logged(keeper.hold("S", 6))
      assert.strictEqual(held.size, heldIdsMax)
      assert.isTrue(lines.some((line) => line.includes(`more than ${heldIdsMax} messages`)))
      assert.deepStrictEqual([held.get("id5"), held.get("id6"), held.get("other101")], [undefined, 6, 101])
      broker.last = 50
      yield* back(presence)
      yield* pass(2)
      yield* pass(20)
      assert.deepStrictEqual([held.size, held.get("id50"), held.get("other101")], [45, 50, undefined])
      yield* TestClock.adjust("61 minutes")
      yield* back(presence)
      yield* pass(2)
      assert.strictEqual(held.size, 0)
    }))

  it.effect("waits for a broker that does not answer before anything is published again, for a minute", () =>
    Effect.gen(function*() {
      const { broker, held, keeper, lines, logged, pass, presence } = yield* world
      broker.isSilent = true
      const holding = yield* Effect.forkChild(logged(keeper.hold("S", 6)), { startImmediately: true })
      yield* pass(40)
      assert.isUndefined(holding.pollUnsafe(), "it may come twice")
      broker.isSilent = false
      yield* pass(6)
      assert.isDefined(holding.pollUnsafe())
      assert.deepStrictEqual([held.size, held.get("id6")], [25, 6])

      broker.isSilent = true
      const late = yield* Effect.forkChild(logged(keeper.hold("S", 1)), { startImmediately: true })
      yield* pass(55)
      assert.isUndefined(late.pollUnsafe())
      yield* pass(6)
      assert.isDefined(late.pollUnsafe())
      assert.strictEqual(held.size, 0, "what it had before may be lost as well")
      assert.isTrue(lines.some((line) => /still has .* may come twice.*: no answer/.test(line)))
      broker.isSilent = false
      yield* back(presence)
      yield* pass(3)
      assert.strictEqual(held.size, 30)
    }))

  it.effect("asks for one message only where none may be read, and names the right", () =>
    Effect.gen(function*() {
      const { broker, held, keeper, lines, logged } = yield* world
      Object.assign(broker, { refuses: true, last: 10_000 })
      yield* logged(keeper.hold("S", 1))
      assert.strictEqual(held.size, 0)
      assert.isBelow(broker.gets, 100)
      assert.isTrue(lines.some((line) =>
        /may come twice.*; let this user of the broker publish to \$JS\.API\.STREAM\.MSG\.GET\.S$/.test(line)
      ))
    }))

  it.effect("looks a stream that was made again through anew, and once for all that publish again together", () =>
    Effect.gen(function*() {
      const { broker, held, keeper, logged } = yield* world
      yield* logged(keeper.hold("S", 6))
      assert.strictEqual(held.get("id6"), 6)
      Object.assign(broker, { created: "again", last: 20, ours: 0, gets: 0 })
      // Each returns once it is known what the stream has.
      const found = yield* Effect.forEach(
        [6, 10, 6],
        (first) => Effect.map(logged(keeper.hold("S", first)), () => held.size),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(found, [15, 15, 15])
      assert.deepStrictEqual([held.get("id6"), held.get("other6")], [undefined, 6])
      assert.strictEqual(broker.gets, 15)
    }))
})
