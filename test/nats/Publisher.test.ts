import { assert, it } from "@effect/vitest"
import type { headers, Msg, Status } from "@nats-io/transport-node"
import { Duration, Effect, Exit, Fiber, Queue, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { Connection } from "../../src/nats/Connection.ts"
import {
  type Outgoing,
  type PublisherLimits,
  publisherLimits,
  type Taken,
  unwatched,
  type Watched
} from "../../src/nats/Outgoing.ts"
import { make } from "../../src/nats/Publisher.ts"

interface Sent {
  readonly id: string
  readonly stream: string
  readonly reply: string
}

const acknowledgedAt = (sequence: number, more = "") => `{"stream":"S", "seq":${sequence}${more}}`
const refusedFor = (code: number) => `{"error":{"err_code":${code},"description":"no room"}}`

/** Lets every fiber go on as far as it can at this time. */
const calm = Effect.repeat(TestClock.adjust(0), { times: 10 })

/** A publisher over a connection whose broker is the test. */
const world = Effect.fnUntraced(
  function*(limits: Partial<PublisherLimits> = {}, presence: "here" | "away" = "here", watched: Watched = unwatched) {
    const sent: Array<Sent> = []
    const statuses = yield* Queue.unbounded<Status>()
    const iterable = yield* Stream.toAsyncIterableEffect(Stream.fromQueue(statuses))
    const broker: { answer: (error: Error | null, message: Msg) => void; isClosed: boolean } = {
      answer: () => assert.fail("nobody listens"),
      isClosed: false
    }
    const nc = {
      publish: (
        _: string,
        __: Uint8Array,
        options: { readonly headers: ReturnType<typeof headers>; readonly reply: string }
      ) => {
        if (broker.isClosed) throw new Error("the connection is closed")
        const id = options.headers.get("Nats-Msg-Id")
        sent.push({ id, stream: options.headers.get("Nats-Expected-Stream"), reply: options.reply })
      },
      subscribe: (_: string, options: { readonly callback: typeof broker.answer }) => {
        broker.answer = options.callback
        return { unsubscribe: () => undefined }
      },
      status: () => iterable
    }
    const connection = { nc, presence: yield* SubscriptionRef.make(presence) } as unknown as Connection["Service"]
    const publisher = yield* Effect.provideService(
      make({ ...publisherLimits, ...limits }, watched),
      Connection,
      connection
    )
    let sequence = 0
    const hear = (one: Sent, text = acknowledgedAt(++sequence)) =>
      Effect.andThen(
        Effect.sync(() => broker.answer(null, { subject: one.reply, string: () => text } as unknown as Msg)),
        calm
      )
    return {
      broker,
      publisher,
      sent,
      hear,
      ids: () => sent.map(({ id }) => id),
      last: (id: string) => sent.findLast((one) => one.id === id)!,
      tell: (status: Status) => Effect.andThen(Queue.offer(statuses, status), calm)
    }
  }
)

const messages = (ids: string, bytes = 1, stream = "S"): ReadonlyArray<Outgoing> =>
  Array.from(ids, (id) => ({ id, subject: "a.raw", stream, payload: () => new Uint8Array(bytes) }))

const isDone = (fiber: Fiber.Fiber<unknown, unknown>) => fiber.pollUnsafe() !== undefined

const succeeded = (fiber: Fiber.Fiber<unknown, unknown>) => {
  const exit = fiber.pollUnsafe()
  return exit !== undefined && Exit.isSuccess(exit)
}

const fork = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.tap(Effect.forkChild(effect, { startImmediately: true }), calm)

const words = (fiber: Fiber.Fiber<unknown, { readonly detail: string }>) =>
  Effect.map(Effect.flip(Fiber.join(fiber)), ({ detail }) => detail)

it.effect("keeps at most so many messages in flight, and sends on with each acknowledgement", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world({ messages: 2 })
    const sending = yield* fork(publisher.send(messages("abcd")))
    assert.deepStrictEqual(ids(), ["a", "b"])
    yield* hear(last("b"))
    assert.deepStrictEqual(ids(), ["a", "b", "c"])
    assert.isFalse(isDone(sending))
    yield* hear(last("a"))
    assert.deepStrictEqual(ids(), ["a", "b", "c", "d"])
    assert.isTrue(isDone(sending))
  }))

it.effect("keeps at most so many bytes in flight, and one message more where it began under the bound", () =>
  Effect.gen(function*() {
    for (const bytes of [10, 12]) {
      const { hear, ids, last, publisher } = yield* world({ bytes })
      yield* fork(publisher.send(messages("abcd", 6)))
      assert.deepStrictEqual(ids(), ["a", "b"])
      yield* hear(last("a"))
      assert.deepStrictEqual(ids(), ["a", "b", "c"])
      yield* hear(last("c"))
      assert.deepStrictEqual(ids(), ["a", "b", "c", "d"])
    }
  }))

it.effect("flushes once everything is acknowledged, in whatever order, and names the expected stream", () =>
  Effect.gen(function*() {
    const { hear, last, publisher, sent } = yield* world()
    yield* publisher.send(messages("ab"))
    assert.deepStrictEqual(sent.map(({ stream }) => stream), ["S", "S"])
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("b"))
    assert.isFalse(isDone(flushing))
    yield* hear(last("a"), "{\"stream\":\"S\",\"seq\":7,\"duplicate\":true}")
    assert.isTrue(succeeded(flushing))
  }))

it.effect("sends a message again that is not acknowledged in time, with the same id, and stops once it is", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world({ silence: Duration.minutes(1) })
    yield* publisher.send(messages("ab"))
    yield* fork(publisher.flush)
    yield* hear(last("a"))
    yield* TestClock.adjust(1999)
    assert.deepStrictEqual(ids(), ["a", "b"])
    yield* TestClock.adjust(1)
    assert.deepStrictEqual(ids(), ["a", "b", "b"])
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(ids(), ["a", "b", "b", "b"])
    yield* hear(last("b"))
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(ids().length, 4)
  }))

it.effect("sends again sooner what the broker refused for the time being, and fails with its words", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world()
    yield* publisher.send(messages("a"))
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("a"), refusedFor(10077))
    yield* TestClock.adjust(499)
    assert.strictEqual(ids().length, 1)
    yield* TestClock.adjust(1)
    assert.strictEqual(ids().length, 2)
    yield* TestClock.adjust(4500)
    assert.match(yield* words(flushing), /the stream is full \(no room\)/)
  }))

it.effect("wakes for the earliest of what is due", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world()
    yield* publisher.send(messages("ab"))
    yield* fork(publisher.flush)
    yield* TestClock.adjust(400)
    yield* hear(last("a"), refusedFor(10077))
    yield* TestClock.adjust(499)
    assert.deepStrictEqual(ids(), ["a", "b"])
    yield* TestClock.adjust(1)
    assert.deepStrictEqual(ids(), ["a", "b", "a"])
  }))

it.effect("fails after so long without an acknowledgement; each one begins the time anew", () =>
  Effect.gen(function*() {
    const { hear, last, publisher } = yield* world()
    yield* publisher.send(messages("abc"))
    const flushing = yield* fork(publisher.flush)
    yield* TestClock.adjust(4999)
    yield* hear(last("a"))
    yield* TestClock.adjust(4999)
    assert.isFalse(isDone(flushing))
    yield* TestClock.adjust(1)
    assert.strictEqual(yield* words(flushing), "the broker acknowledges nothing")
  }))

it.effect("fails at once for what no second try can mend", () =>
  Effect.gen(function*() {
    for (
      const [code, why] of [[10060, /another stream captures a\.raw/], [
        10054,
        /over the stream's max_msg_size/
      ]] as const
    ) {
      const { hear, last, publisher } = yield* world()
      yield* publisher.send(messages("a"))
      const flushing = yield* fork(publisher.flush)
      yield* hear(last("a"), refusedFor(code))
      assert.match(yield* words(flushing), why)
    }
  }))

it.effect("after a failure sends only what was not acknowledged, answers that came late included", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world()
    yield* publisher.send(messages("abc"))
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("a"))
    yield* TestClock.adjust("5 seconds")
    assert.isTrue(isDone(flushing))
    const before = ids().length
    yield* hear(last("b"))
    yield* publisher.send(messages("abc", 1, "T"))
    assert.deepStrictEqual(ids().slice(before), ["c"])
    assert.strictEqual(last("c").stream, "T", "as it is given now")
    const again = yield* fork(publisher.flush)
    yield* hear(last("c"))
    assert.isTrue(succeeded(again))
  }))

it.effect("a refusal of a failed attempt says nothing about the next one", () =>
  Effect.gen(function*() {
    const { hear, last, publisher } = yield* world()
    yield* publisher.send(messages("ab"))
    const flushing = yield* fork(publisher.flush)
    const [a, b] = [last("a"), last("b")]
    yield* hear(a, refusedFor(10060))
    yield* Effect.exit(Fiber.join(flushing))
    yield* hear(b, refusedFor(10060))
    yield* publisher.send(messages("ab"))
    yield* hear(b, refusedFor(10060))
    const again = yield* fork(publisher.flush)
    yield* hear(last("a"))
    yield* hear(last("b"))
    assert.isTrue(succeeded(again))
  }))

it.effect("a page that was flushed is over: its ids are sent anew on the next page", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world()
    for (let page = 1; page <= 2; page++) {
      yield* publisher.send(messages("a"))
      assert.strictEqual(ids().length, page)
      const flushing = yield* fork(publisher.flush)
      yield* hear(last("a"))
      assert.isTrue(isDone(flushing))
    }
  }))

it.effect("sends nothing while the broker is away, and everything in flight once it is back", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher, tell } = yield* world({ messages: 2 })
    const sending = yield* fork(publisher.send(messages("abc")))
    yield* tell({ type: "disconnect", server: "s" })
    yield* TestClock.adjust("3 seconds")
    assert.deepStrictEqual(ids(), ["a", "b"])
    yield* tell({ type: "reconnect", server: "s" })
    assert.deepStrictEqual(ids(), ["a", "b", "a", "b"])
    yield* hear(last("a"))
    assert.deepStrictEqual(ids(), ["a", "b", "a", "b", "c"])
    assert.isTrue(isDone(sending))
  }))

it.effect("begins with a page that was given while the broker was away", () =>
  Effect.gen(function*() {
    const { ids, publisher, tell } = yield* world({}, "away")
    const sending = yield* fork(publisher.send(messages("ab")))
    yield* tell({ type: "reconnect", server: "s" })
    assert.deepStrictEqual(ids(), ["a", "b"])
    assert.isTrue(isDone(sending))
  }))

it.effect("says that the broker is away when it stays away", () =>
  Effect.gen(function*() {
    const { ids, publisher } = yield* world({}, "away")
    const sending = yield* fork(publisher.send(messages("a")))
    assert.deepStrictEqual(ids(), [])
    yield* TestClock.adjust("5 seconds")
    assert.match(yield* words(sending), /the broker is away/)
  }))

it.effect("fails when the broker's permissions refuse its subject, and not for another's", () =>
  Effect.gen(function*() {
    const { publisher, tell } = yield* world()
    yield* publisher.send(messages("a"))
    const flushing = yield* fork(publisher.flush)
    const refusal = (subject: string) =>
      ({
        type: "error",
        error: Object.assign(new Error("no"), { name: "PermissionViolationError", subject })
      }) as unknown as Status
    yield* tell(refusal("b.raw"))
    assert.isFalse(isDone(flushing))
    yield* tell(refusal("a.raw"))
    assert.match(yield* words(flushing), /permissions refuse this user a\.raw/)
  }))

it.effect("fails when its subscription for acknowledgements ends, and goes on when nothing waited for one", () =>
  Effect.gen(function*() {
    const { broker, last, publisher } = yield* world()
    const end = Effect.andThen(
      Effect.sync(() => broker.answer(new Error("the subscription ended"), undefined as unknown as Msg)),
      calm
    )
    yield* end
    yield* publisher.send(messages("a"))
    const flushing = yield* fork(publisher.flush)
    assert.strictEqual(last("a").id, "a")
    yield* end
    assert.strictEqual(yield* words(flushing), "the subscription ended")
  }))

it.effect("passes over an answer to a message that it does not know", () =>
  Effect.gen(function*() {
    const { hear, last, publisher } = yield* world()
    yield* publisher.send(messages("a"))
    const flushing = yield* fork(publisher.flush)
    yield* hear({ ...last("a"), reply: `${last("a").reply}zz` })
    assert.isFalse(isDone(flushing))
    yield* hear(last("a"))
    assert.isTrue(isDone(flushing))
  }))

it.effect("fails when the client throws, and sends again when it works", () =>
  Effect.gen(function*() {
    const { broker, hear, ids, last, publisher } = yield* world()
    broker.isClosed = true
    assert.strictEqual((yield* Effect.flip(publisher.send(messages("a")))).detail, "the connection is closed")
    broker.isClosed = false
    yield* publisher.send(messages("a"))
    assert.deepStrictEqual(ids(), ["a"])
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("a"))
    assert.isTrue(isDone(flushing))
  }))

it.effect("an interruption empties the window, and what was in flight is sent with its page again", () =>
  Effect.gen(function*() {
    const { ids, publisher } = yield* world({ messages: 1 })
    const sending = yield* fork(publisher.send(messages("ab")))
    yield* Fiber.interrupt(sending)
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(ids(), ["a"])
    yield* fork(publisher.send(messages("ab")))
    assert.deepStrictEqual(ids(), ["a", "a"])
  }))

const joined = (fiber: Fiber.Fiber<ReadonlyMap<string, Taken>, unknown>) => Effect.orDie(Fiber.join(fiber))

it.effect("returns where each stream has the page, duplicates where they were, and nothing of a page that was given up", () =>
  Effect.gen(function*() {
    const { hear, last, publisher } = yield* world()
    yield* publisher.begin
    yield* publisher.send(messages("xy"))
    yield* hear(last("x"), acknowledgedAt(3))
    yield* publisher.begin
    yield* publisher.send(messages("abc"))
    yield* publisher.send(messages("d", 1, "T"))
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("y"), acknowledgedAt(4))
    yield* hear(last("a"), acknowledgedAt(7))
    yield* hear(last("c"), acknowledgedAt(9))
    yield* hear(last("b"), acknowledgedAt(2, `,"duplicate":true`))
    yield* hear(last("d"), acknowledgedAt(900))
    assert.deepStrictEqual(Array.from(yield* joined(flushing)), [["S", { first: 2, last: 9, id: "c", count: 3 }], [
      "T",
      { first: 900, last: 900, id: "d", count: 1 }
    ]])
    const empty = yield* fork(publisher.flush)
    assert.strictEqual((yield* joined(empty)).size, 0)
  }))

it.effect("sends again what a stream has lost within a page, and tells that it went back", () =>
  Effect.gen(function*() {
    let backs = 0
    const { hear, ids, last, publisher } = yield* world({ messages: 4 }, "here", {
      held: new Map(),
      wentBack: () => backs++
    })
    yield* publisher.send(messages("abc"))
    yield* hear(last("a"), acknowledgedAt(7))
    yield* hear(last("b"), acknowledgedAt(8))
    yield* hear(last("c"), acknowledgedAt(9))
    yield* publisher.send(messages("d"))
    assert.strictEqual(backs, 0)
    yield* hear(last("d"), acknowledgedAt(8))
    assert.strictEqual(backs, 1)
    assert.sameMembers(ids().slice(4), ["b", "c"])
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("b"), acknowledgedAt(9))
    assert.isFalse(isDone(flushing))
    yield* hear(last("c"), acknowledgedAt(10))
    assert.deepStrictEqual((yield* joined(flushing)).get("S"), { first: 7, last: 10, id: "c", count: 4 })
    assert.strictEqual(backs, 1)
  }))

it.effect("does not send what the stream is known to have", () =>
  Effect.gen(function*() {
    const { hear, ids, last, publisher } = yield* world({}, "here", { held: new Map([["b", 5]]), wentBack: () => {} })
    yield* publisher.send(messages("abc"))
    assert.deepStrictEqual(ids(), ["a", "c"])
    const flushing = yield* fork(publisher.flush)
    yield* hear(last("a"), acknowledgedAt(20))
    yield* hear(last("c"), acknowledgedAt(21))
    assert.deepStrictEqual((yield* joined(flushing)).get("S"), { first: 5, last: 21, id: "c", count: 3 })
  }))
