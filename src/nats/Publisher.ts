/**
 * Publishes to JetStream with a bounded window of messages in flight.
 *
 * The client's own publish waits for each timeout after an outage, and was measured at twice the time. This publisher sends
 * everything that is not acknowledged once more with the same `Nats-Msg-Id` when the broker is back; the stream takes a
 * message id once.
 */
import { createInbox, headers, type Msg, type Status } from "@nats-io/transport-node"
import { Clock, Deferred, Duration, Effect, Latch, Stream, SubscriptionRef } from "effect"
import { idDigits } from "../domain/Delivery.ts"
import { SinkUnavailable } from "../sinks/ArtifactSink.ts"
import { isDuplicate, replyOf } from "./Acknowledgement.ts"
import { Connection } from "./Connection.ts"
import { describe, refusedSubject } from "./NatsFailure.ts"
import {
  type Outgoing,
  type Publisher,
  type PublisherLimits,
  publisherLimits,
  type Taken,
  unwatched,
  type Watched
} from "./Outgoing.ts"

/** A message of the present page. Only this module has entries, and changes them: a page has thousands. */
interface Entry {
  message: Outgoing
  /** To which the broker answers; one an attempt. */
  token: string
  state: "waiting" | "in flight" | "acknowledged"
  /** At which the stream has it, once it is acknowledged. */
  sequence: number
  /** Of the attempt that gave it last. */
  attempt: number
  /** While it is in flight. */
  payload: Uint8Array | undefined
  /** When it is sent again unless it is acknowledged, in monotonic milliseconds. */
  againAt: number
}

/** Makes a publisher that lives as long as the scope. */
export const make = Effect.fn("Publisher.make")(
  function*(limits: PublisherLimits = publisherLimits, { held, wentBack }: Watched = unwatched) {
    const { nc, presence } = yield* Connection
    const clock = yield* Clock.Clock
    /** Monotonic milliseconds: a clock that is set must not keep a page waiting. */
    const now = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
    const inbox = createInbox()
    /** One for all messages: the client writes headers out before its publish returns. */
    const marks = headers()
    /** Open while a message is in flight. */
    const working = yield* Latch.make(false)

    // Messages of the page, by id and by the tokens to which the broker answers. Each attempt has tokens of its own; both are
    // kept until the page ends.
    const entries = new Map<string, Entry>()
    const byToken = new Map<string, Entry>()
    const inFlight = new Set<Entry>()
    /** What is being sent, and the index of the first message that was not sent. */
    let given: ReadonlyArray<Outgoing> = []
    let next = 0
    /** Messages that were acknowledged and must be sent once more, since the stream has gone back. */
    let again: Array<Entry> = []
    let attempt = 0
    /** Greatest sequence that each stream acknowledged. */
    const reached = new Map<string, number>()
    let tokens = 0
    let bytesInFlight = 0
    let isAway = SubscriptionRef.getUnsafe(presence) === "away"
    /** Why sending cannot go on. */
    let failure: Pick<SinkUnavailable, "detail" | "remedy"> | undefined
    /** What the broker last refused, in words. */
    let trouble: string | undefined
    /** When the broker last acknowledged a message, in monotonic milliseconds. */
    let heardAt = now()
    /** Who waits for the window. One page is published at a time, so there is one at the most. */
    let waiter: { readonly holds: () => boolean; readonly done: Deferred.Deferred<void> } | undefined

    /** Wakes the waiter when there is something for it: a fiber that woke for each acknowledgement took half of the time. */
    const pulse = () => {
      if (waiter === undefined || (failure === undefined && !waiter.holds())) return
      const { done } = waiter
      // The waiter may go on at once, and wait again.
      waiter = undefined
      Deferred.doneUnsafe(done, Effect.void)
    }
    const fail = (detail: string, remedy?: string) => {
      failure ??= { detail, ...(remedy === undefined ? {} : { remedy }) }
      pulse()
    }
    const leaveWindow = (entry: Entry, state: Entry["state"]) => {
      bytesInFlight -= entry.payload?.length ?? 0
      entry.payload = undefined
      entry.state = state
      inFlight.delete(entry)
      if (inFlight.size === 0) working.closeUnsafe()
    }

    const transmit = (entry: Entry) => {
      const { message: { id, payload, stream, subject }, token } = entry
      if (entry.payload === undefined) {
        entry.payload = payload()
        bytesInFlight += entry.payload.length
      }
      entry.state = "in flight"
      entry.againAt = now() + Duration.toMillis(limits.answer)
      inFlight.add(entry)
      working.openUnsafe()
      marks.set("Nats-Msg-Id", id)
      marks.set("Nats-Expected-Stream", stream)
      try {
        nc.publish(subject, entry.payload, { headers: marks, reply: `${inbox}.${token}` })
      } catch (error) {
        fail(describe(error))
      }
    }

    const transmitAgain = (passes: (entry: Entry) => boolean) => {
      if (!isAway) { for (const entry of inFlight) if (passes(entry)) transmit(entry) }
    }

    const hasRoom = () =>
      failure === undefined && !isAway && inFlight.size < limits.messages && bytesInFlight < limits.bytes

    /** Sends of the messages given as many as the window takes. Called where the window gets room, without a turn of a fiber. */
    const pump = () => {
      while ((next < given.length || again.length > 0) && hasRoom()) {
        const message = again.pop()?.message ?? given[next++]!
        const before = entries.get(message.id)
        if (before !== undefined) before.attempt = attempt
        if (before !== undefined && before.state !== "waiting") continue
        const entry = before ??
          { message, token: "", state: "waiting", payload: undefined, againAt: 0, sequence: 0, attempt }
        // The message is the new one: its stream and the broker's limits may be others by now.
        entry.message = message
        entries.set(message.id, entry)
        const sequence = held.size === 0 ? undefined : held.get(message.id.slice(0, idDigits))
        if (sequence !== undefined) {
          entry.state = "acknowledged"
          entry.sequence = sequence
          continue
        }
        entry.token = (tokens++).toString(36)
        byToken.set(entry.token, entry)
        transmit(entry)
      }
    }

    /** Sends again what this page had acknowledged at or behind a sequence that the stream now uses anew. */
    const repeat = (anew: Entry) => {
      reached.set(anew.message.stream, anew.sequence)
      for (const entry of entries.values()) {
        if (entry === anew || entry.state !== "acknowledged" || entry.message.stream !== anew.message.stream) continue
        if (entry.sequence < anew.sequence) continue
        entry.state = "waiting"
        again.push(entry)
      }
      wentBack()
    }

    const hear = (message: Msg) => {
      const token = message.subject.slice(inbox.length + 1)
      const entry = byToken.get(token)
      if (entry === undefined) return
      const reply = replyOf(message, entry.message.subject)
      if (reply._tag === "Acknowledged") {
        const { sequence } = reply
        entry.sequence = sequence
        leaveWindow(entry, "acknowledged")
        if (sequence > (reached.get(entry.message.stream) ?? 0)) reached.set(entry.message.stream, sequence)
        else if (!isDuplicate(reply.json)) repeat(entry)
        trouble = undefined
        heardAt = now()
        pump()
        return pulse()
      }
      // A refusal of a failed attempt says nothing about this one; an acknowledgement of it holds.
      if (token !== entry.token || entry.state !== "in flight") return
      if (reply.forGood) return fail(reply.why)
      trouble = reply.why
      entry.againAt = now() + Duration.toMillis(limits.refused)
    }

    /** The broker tells the connection of a refusal by its permissions, and not the reply subject. */
    const heed = (status: Status) => {
      if (status.type === "disconnect") isAway = true
      if (status.type === "reconnect") {
        isAway = false
        transmitAgain(() => true)
        pump()
        pulse()
      }
      const subject = status.type === "error" ? refusedSubject(status.error) : undefined
      if (subject === undefined) return
      const isInbox = subject.startsWith(inbox)
      if (!isInbox && !Array.from(inFlight).some(({ message }) => message.subject === subject)) return
      const right = isInbox ? `subscribe to ${subject.split(".")[0]}.>` : `publish to ${subject}`
      fail(`the broker's permissions refuse this user ${subject}`, `let this user of the broker ${right}`)
    }

    yield* Effect.acquireRelease(
      Effect.sync(() =>
        nc.subscribe(`${inbox}.*`, {
          callback: (error, message) => {
            if (error === null) hear(message)
            else if (inFlight.size > 0) fail(describe(error))
          }
        })
      ),
      (subscription) => Effect.sync(() => subscription.unsubscribe())
    )
    yield* Effect.forkScoped(Effect.ignore(Stream.runForEach(
      Stream.fromAsyncIterable(nc.status(), (cause) => new SinkUnavailable({ detail: describe(cause) })),
      (status) =>
        Effect.sync(() => heed(status))
    )))

    /** Sends what is overdue again. It sleeps to the next deadline, and wakes at least as often as a refusal asks for. */
    const deadlines = Effect.gen(function*() {
      yield* working.await
      const first = Math.min(...Array.from(inFlight, ({ againAt }) =>
        againAt))
      const wait = Math.max(1, Math.min(first - now(), Duration.toMillis(limits.refused)))
      yield* Effect.sleep(wait)
      transmitAgain(({ againAt }) =>
        againAt <= now()
      )
    })
    yield* Effect.forkScoped(Effect.forever(deadlines))

    /** Takes everything out of the window: it is sent again when its page is given again. */
    const giveUp = (why: Exclude<typeof failure, undefined>) =>
      Effect.suspend(() => {
        failure = undefined
        given = []
        next = 0
        again = []
        for (const entry of inFlight) leaveWindow(entry, "waiting")
        return Effect.fail(new SinkUnavailable(why))
      })

    const silence = () =>
      isAway ? "the broker is away; what is not acknowledged is kept" : "the broker acknowledges nothing"
    const silent = Effect.suspend(() => giveUp({ detail: trouble ?? silence() }))

    const isFailed = () => failure !== undefined

    /** Waits until a condition of the window holds; fails when nothing is acknowledged for too long. */
    const until = Effect.fnUntraced(function*(holds: () => boolean) {
      const since = now()
      while (!isFailed() && !holds()) {
        const left = Math.max(since, heardAt) + Duration.toMillis(limits.silence) - now()
        if (left <= 0) return yield* silent
        // Without a turn of the fiber since `holds`, in which an acknowledgement would wake nobody.
        const done = Deferred.makeUnsafe<void>()
        waiter = { holds, done }
        yield* Effect.timeoutOption(Deferred.await(done), left)
      }
      if (failure !== undefined) return yield* giveUp(failure)
    })

    /** Where the streams have what this attempt gave. An answer without a sequence was of no kind that is known. */
    const takenNow = (): ReadonlyMap<string, Taken> => {
      const streams = new Map<string, { -readonly [K in keyof Taken]: Taken[K] }>()
      for (const { attempt: of, message: { id, stream }, sequence } of entries.values()) {
        if (of !== attempt || sequence === 0) continue
        const taken = streams.get(stream) ?? { first: sequence, last: 0, id, count: 0 }
        if (taken.count++ === 0) streams.set(stream, taken)
        if (sequence < taken.first) taken.first = sequence
        if (sequence > taken.last) Object.assign(taken, { last: sequence, id: id.slice(0, idDigits) })
      }
      return streams
    }

    const givenUp = Effect.onInterrupt(() => Effect.ignore(giveUp({ detail: "interrupted" })))

    return {
      begin: Effect.sync(() => void attempt++),
      send: (messages) =>
        Effect.suspend(() => {
          given = Array.from(messages)
          next = 0
          pump()
          return next === given.length && failure === undefined ? Effect.void : until(() => next === given.length)
        }).pipe(givenUp),
      flush: Effect.andThen(
        until(() => inFlight.size === 0 && again.length === 0),
        Effect.sync(() => {
          const taken = takenNow()
          entries.clear()
          byToken.clear()
          return taken
        })
      ).pipe(givenUp)
    } satisfies Publisher
  }
)
