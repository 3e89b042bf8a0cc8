import { assert, it } from "@effect/vitest"
import { headers } from "@nats-io/transport-node"
import { Context, Duration, Effect, Exit, Fiber, Layer, Logger, Queue, Schedule, Scope } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import { bucket, open } from "../../src/nats/Membership.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"
import { failureOf, writesBy } from "../support/NatsWrites.ts"

/** Long enough that the broker's own clock plays no part; a renewal is due each quarter of a second. */
const ttl = Duration.seconds(1)
const trustedFor = 800

type Fault = "none" | "before the broker" | "behind the broker"

/** A member on a broker, with a monotonic clock and faults that the test sets. */
const member = Effect.fnUntraced(function*(url: string) {
  const set = { now: 0, fault: "none" as Fault, writes: 0, during: () => {} }
  const connection = Layer.fresh(Connection.layer({ servers: [url] }))
  const writes = writesBy(async (write) => {
    const { fault } = set
    set.writes++
    if (fault === "before the broker") throw failureOf("TimeoutError")
    const answer = await write()
    set.during()
    if (fault === "behind the broker") throw failureOf("TimeoutError")
    return answer
  })
  const context = yield* Layer.build(Layer.provide(writes, connection))
  const changes = yield* Queue.unbounded<void>()
  const members = yield* Effect.provide(
    open({ ttl, monotonic: () => set.now, changed: Effect.asVoid(Queue.offer(changes, undefined)) }),
    context
  )
  const until = (holds: () => boolean) =>
    Effect.sync(holds).pipe(
      Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("5 millis") }),
      Effect.timeout("10 seconds"),
      Effect.orDie
    )
  yield* until(() => members.current() !== undefined)
  /** Waits until so many more writes have begun; all but the last have ended. */
  const renewals = (count: number) => {
    const enough = set.writes + count
    return until(() => set.writes >= enough)
  }
  return { ...Context.get(context, Connection), changes, members, renewals, set, until }
})

const idsOf = (ids: ReadonlySet<string>) => Array.from(ids).sort()

describeNats("Membership", () => {
  it.live("is trusted for 0.8 of the TTL after a renewal was sent, and never again afterwards", () =>
    Effect.gen(function*() {
      const { members, set, until } = yield* member((yield* start()).url)
      const first = members.current()!
      set.now = trustedFor - 1
      assert.isTrue(members.isTrusted(first))
      set.now = trustedFor
      assert.isFalse(members.isTrusted(first))
      assert.isUndefined(members.current())
      yield* until(() => members.current() !== undefined)
      assert.notStrictEqual(members.current()!.id, first.id)
      set.now = 0
      assert.isFalse(members.isTrusted(first))
    }))

  it.live("a renewal counts from before it was sent, and one that comes too late revives nothing", () =>
    Effect.gen(function*() {
      const { members, renewals, set, until } = yield* member((yield* start()).url)
      const first = members.current()!
      set.now = 500
      set.during = () => {
        set.now = 700
      }
      yield* renewals(1)
      yield* until(() => set.now === 700)
      set.during = () => {}
      yield* renewals(2)
      set.now = 700 + trustedFor - 1
      assert.isTrue(members.isTrusted(first), "the renewal at 700 ms")
      set.during = () => {
        set.now += 1
      }
      yield* until(() => members.current()?.id !== first.id)
      assert.isFalse(members.isTrusted(first))
    }))

  it.live("survives a renewal whose answer is lost, and one that never arrived", () =>
    Effect.gen(function*() {
      const { members, renewals, set } = yield* member((yield* start()).url)
      const first = members.current()!
      for (const fault of ["before the broker", "behind the broker"] as const) {
        set.fault = fault
        yield* renewals(1)
        set.fault = "none"
        set.now += 500
        yield* renewals(3)
        assert.isTrue(members.isTrusted(first), fault)
      }
    }))

  it.live("is lost where its key was taken away, and the process begins another", () =>
    Effect.gen(function*() {
      const { changes, kvm, members, until } = yield* member((yield* start()).url)
      // Its own beginning, and then the broker's word for it.
      yield* Queue.takeN(changes, 2)
      const first = members.current()!
      yield* Effect.promise(async () => (await kvm.open(bucket)).delete(`member.${first.id}`))
      yield* until(() => members.current() !== undefined && members.current()!.id !== first.id)
      assert.isFalse(members.isTrusted(first))
      assert.isTrue(yield* members.isGone(first.id))
      assert.deepStrictEqual(idsOf(yield* members.alive), [members.current()!.id])
    }))

  it.live("is removed for all processes at once where its process ends, and the others are told", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const begun = yield* Effect.scoped(Effect.map(member(url), ({ members }) => members.current()!.id))
      const one = yield* member(url)
      assert.isTrue(yield* one.members.isGone(begun))
      assert.deepStrictEqual(idsOf(yield* one.members.alive), [one.members.current()!.id], "one that ended just before")
      // Its own beginning, and then the broker's word for it.
      yield* Queue.takeN(one.changes, 2)
      const scope = yield* Scope.make()
      const two = yield* Scope.provide(member(url), scope)
      yield* Queue.take(one.changes)
      const [first, second] = [one.members.current()!.id, two.members.current()!.id]
      assert.deepStrictEqual(idsOf(yield* one.members.alive), [first, second].sort())
      assert.isFalse(yield* one.members.isGone(second))
      assert.isTrue(yield* one.members.isGone("nobody"))
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(yield* one.members.isGone(second))
      yield* Queue.take(one.changes)
      assert.deepStrictEqual(idsOf(yield* one.members.alive), [first])
    }))

  it.live("has ended where the broker left the mark of its expiry", () =>
    Effect.gen(function*() {
      const { js, members } = yield* member((yield* start()).url)
      const marks = headers()
      marks.set("Nats-Marker-Reason", "MaxAge")
      // As a broker from 2.11 writes it. No process saw this one alive.
      yield* Effect.promise(() => js.publish(`$KV.${bucket}.member.expired`, "", { headers: marks }))
      assert.isTrue(yield* members.isGone("expired"))
      assert.deepStrictEqual(idsOf(yield* members.alive), [members.current()!.id])
    }))

  it.live("keeps the TTL of a bucket that is there", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const { jsm, kvm } = yield* Effect.provide(Connection, yield* Layer.build(Connection.layer({ servers: [url] })))
      yield* Effect.promise(() => kvm.create(bucket, { history: 1, allow_direct: false, ttl: 2000 }))
      const { members, set } = yield* member(url)
      const { config } = yield* Effect.promise(() => jsm.streams.info(`KV_${bucket}`))
      assert.strictEqual(config.max_age, 2000 * 1_000_000)
      set.now = 2 * trustedFor - 1
      assert.isDefined(members.current())
    }))

  it.live("renews by the TTL of a bucket that is there, and takes none that would keep dead processes", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const { url } = yield* start()
      const { jsm, kvm } = yield* Effect.provide(Connection, yield* Layer.build(Connection.layer({ servers: [url] })))
      yield* Effect.promise(() => kvm.create(bucket, { history: 1, allow_direct: false }))
      yield* Effect.gen(function*() {
        const beginning = yield* Effect.forkChild(member(url))
        yield* Effect.sync(() => said.length).pipe(
          Effect.repeat({ until: (lines) => lines > 0 }),
          Effect.timeout("5 seconds")
        )
        assert.match(said[0]!, /AZURE_SECURITY_LEASES: it has no TTL, so that a dead process would keep its instances/)
        yield* Effect.promise(() => jsm.streams.delete(`KV_${bucket}`))
        yield* Effect.promise(() => kvm.create(bucket, { history: 1, allow_direct: false, ttl: 400 }))
        const { renewals } = yield* Fiber.join(beginning)
        const [took] = yield* Effect.timed(renewals(3))
        assert.isBelow(Duration.toMillis(took), 700)
      }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])))
    }))

  it.live("says once why it cannot be begun again", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      yield* Effect.gen(function*() {
        const { renewals, set } = yield* member((yield* start()).url)
        set.fault = "before the broker"
        yield* renewals(1)
        assert.deepStrictEqual(said, [], "while it is trusted")
        set.now = trustedFor
        yield* renewals(3)
      }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])))
      assert.deepStrictEqual(said, [
        `this process cannot renew its key in the bucket ${bucket}: no answer in time; trying again`
      ])
    }))
})
