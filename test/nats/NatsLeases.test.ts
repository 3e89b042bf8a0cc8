import { assert, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Layer, Logger, Schedule, Scope } from "effect"
import { Leases } from "../../src/instances/Leases.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { bucket as memberships } from "../../src/nats/Membership.ts"
import * as NatsLeases from "../../src/nats/NatsLeases.ts"
import * as NatsStateStore from "../../src/nats/NatsStateStore.ts"
import { suite } from "../instances/LeasesSuite.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"

const ttl = Duration.seconds(2)
const names = (count: number) => Array.from({ length: count }, (_, n) => `instance-${n}`)

/**
 * Records which process works on which instance, and collects clashes: two processes that both believe they hold an
 * instance. A process that lost its lease may take a moment to be interrupted; that is no clash.
 */
const makeBook = () => {
  const holders = new Map<string, string>()
  const clashes: Array<string> = []
  const members = new Map<string, typeof Leases.Service>()
  return {
    holders,
    clashes,
    members,
    of: (member: string) => Array.from(holders).flatMap(([instance, holder]) => holder === member ? [instance] : []),
    note: (member: string, instance: string) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const other = holders.get(instance)
          if (other !== undefined && members.get(other)?.isHeld(instance) === true) {
            clashes.push(`${instance}: ${other} and ${member}`)
          }
          holders.set(instance, member)
        }),
        () => Effect.sync(() => holders.get(instance) === member && holders.delete(instance))
      ).pipe(Effect.andThen(Effect.never), Effect.scoped)
  }
}
type Book = ReturnType<typeof makeBook>

/** Starts a process on the broker that wants to poll the instances; the scope ends it. */
const join = Effect.fnUntraced(function*(url: string, member: string, instances: ReadonlyArray<string>, book: Book) {
  const scope = yield* Scope.fork(yield* Scope.Scope)
  const context = yield* Layer.buildWithScope(
    Layer.fresh(NatsLeases.layer({ ttl })).pipe(
      Layer.provideMerge(Layer.fresh(NatsStateStore.layer)),
      Layer.provideMerge(Layer.fresh(Connection.layer({ servers: [url] })))
    ),
    scope
  )
  const leases = Context.get(context, Leases)
  book.members.set(member, leases)
  const working = yield* Scope.fork(scope)
  for (const instance of instances) {
    yield* Effect.forkIn(leases.whileHeld(instance, book.note(member, instance)), working)
  }
  return {
    leases,
    connection: Context.get(context, Connection),
    stop: Effect.andThen(Scope.close(working, Exit.void), Scope.close(scope, Exit.void))
  }
})

const until = (condition: () => boolean, within: Duration.Input = "10 seconds") =>
  Effect.sync(condition).pipe(
    Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("5 millis") }),
    Effect.timeout(within),
    Effect.orDie
  )
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toMillis(duration))

const quietly = Effect.provide(Logger.layer([]))

const onBroker = Layer.unwrap(
  Effect.map(start(), ({ url }) =>
    NatsLeases.layer({ ttl }).pipe(
      Layer.provide(NatsStateStore.layer),
      Layer.provide(Connection.layer({ servers: [url] }))
    ))
)

describeNats("NatsLeases", () => {
  suite("NATS", onBroker)

  it.live("one process at a time holds an instance, and the other takes it within a second of a stop", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const book = makeBook()
      const one = yield* join(url, "one", names(1), book)
      yield* until(() => book.holders.size === 1)
      yield* join(url, "two", names(1), book)
      yield* Effect.sleep("600 millis")
      assert.deepStrictEqual(book.of("one"), names(1))
      const took = yield* timed(Effect.andThen(one.stop, until(() => book.of("two").length === 1)))
      assert.isBelow(took, 1000)
      assert.deepStrictEqual(book.clashes, [])
    }).pipe(Effect.scoped, quietly))

  it.live("three processes share thirty instances evenly, and the others take over those of one that ends", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const book = makeBook()
      const shares = () => ["one", "two", "three"].map((member) => book.of(member).length).sort()
      const even = () => book.holders.size === 30 && shares().every((share) => Math.abs(share - 10) <= 2)
      yield* join(url, "one", names(30), book)
      yield* until(() => book.of("one").length === 30)
      const two = yield* join(url, "two", names(30), book)
      yield* join(url, "three", names(30), book)
      yield* until(even)
      yield* two.stop
      yield* until(() => book.of("one").length === 15 && book.of("three").length === 15)
      assert.deepStrictEqual(book.clashes, [])
    }).pipe(Effect.scoped, quietly))

  it.live("the instances of a dead process are each taken by only one of two that ask at the same time", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const book = makeBook()
      const dead = yield* join(url, "dead", names(200), book)
      yield* until(() => book.of("dead").length === 200)
      // Both start while the broker still lists the dead process, and look for its instances at the same time.
      yield* Effect.promise(() => dead.connection.nc.close())
      yield* Effect.all([join(url, "one", names(200), book), join(url, "two", names(200), book)], { concurrency: 2 })
      yield* until(() => book.of("one").length === 100 && book.of("two").length === 100)
      assert.deepStrictEqual(book.clashes, [])
    }).pipe(Effect.scoped, quietly))

  it.live("the instances of a dead process are taken as soon where the broker keeps marks of keys that expired", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const book = makeBook()
      const { kvm } = yield* Effect.provide(Connection, yield* Layer.build(Connection.layer({ servers: [url] })))
      // A broker before 2.11 keeps none.
      const millis = Duration.toMillis(ttl)
      yield* Effect.promise(() =>
        kvm.create(memberships, { history: 1, allow_direct: false, ttl: millis, markerTTL: 60_000 })
      )
      const dead = yield* join(url, "dead", names(20), book)
      yield* until(() => book.of("dead").length === 20)
      yield* join(url, "one", names(20), book)
      yield* until(() => book.of("one").length === 10)
      const took = yield* timed(
        Effect.andThen(Effect.promise(() => dead.connection.nc.close()), until(() => book.of("one").length === 20))
      )
      assert.isBelow(took, 1.5 * millis + 1000)
      // Whoever joins later never saw that one alive, and takes its half all the same.
      yield* join(url, "two", names(20), book)
      yield* until(() => book.of("one").length === 10 && book.of("two").length === 10, "4 seconds")
      assert.deepStrictEqual(book.clashes, [])
    }).pipe(Effect.scoped, quietly))

  it.live("an instance that is not wanted any more becomes free, and one that is wanted later is taken at once", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const book = makeBook()
      const { leases } = yield* join(url, "one", [], book)
      const work = yield* Effect.forkChild(leases.whileHeld("late", book.note("one", "late")))
      yield* until(() => leases.isHeld("late"))
      work.interruptUnsafe()
      yield* until(() => !leases.isHeld("late") && book.holders.size === 0)
      assert.isBelow(yield* timed(leases.whileHeld("late", Effect.void)), 1000)
    }).pipe(Effect.scoped, quietly))

  it.live("a lease that cannot be renewed is released before another process takes it, and taken again when the broker is back", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const book = makeBook()
      const { leases } = yield* join(server.url, "one", names(3), book)
      yield* join(server.url, "two", names(3), book)
      yield* until(() => book.holders.size === 3)
      yield* until(() => names(3).filter(leases.isHeld).length <= 2)
      yield* server.kill
      const lost = yield* timed(until(() => book.holders.size === 0))
      assert.isBelow(lost, 3000)
      assert.isFalse(names(3).some(leases.isHeld))
      yield* server.restart
      yield* until(() => book.holders.size === 3)
      assert.deepStrictEqual(book.clashes, [])
    }).pipe(Effect.scoped, quietly))

  it.live("an outage shorter than the trusted part of the TTL interrupts nothing", () =>
    Effect.gen(function*() {
      const server = yield* start()
      const book = makeBook()
      const { leases } = yield* join(server.url, "one", names(2), book)
      yield* until(() => book.holders.size === 2)
      let ended = 0
      yield* Effect.forkChild(leases.whileHeld("watched", Effect.ensuring(Effect.never, Effect.sync(() => ended++))))
      yield* until(() => leases.isHeld("watched"))
      yield* server.kill
      yield* server.restart
      yield* Effect.sleep(ttl)
      assert.isTrue(leases.isHeld("watched"))
      assert.strictEqual(ended, 0)
    }).pipe(Effect.scoped, quietly))
})
