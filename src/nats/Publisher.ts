/**
 * Publishes to JetStream with a bounded window of messages in flight.
 *
 * The client's own publish waits for each timeout after an outage, and was measured at twice the time. This publisher sends
 * everything that is not acknowledged once more with the same `Nats-Msg-Id` when the broker is back; the stream takes a
 * message id once.
 */
import { createInbox, headers, type Msg, type Status } from "@nats-io/transport-node"
import { Clock, Deferred, Duration, Effect, Latch, Stream, SubscriptionRef } from "effect"
import { windowBytes, windowMessages } from "../domain/Bounds.ts"
import { SinkUnavailable } from "../sinks/ArtifactSink.ts"
import { replyOf } from "./Acknowledgement.ts"
import { Connection } from "./Connection.ts"
import { describe, refusedSubject } from "./NatsFailure.ts"

/** Bounds of the window, and deadlines. */
export interface PublisherLimits {
  readonly messages: number
  readonly bytes: number
  /** Publishing fails after this time without an acknowledgement. A stop waits for it, and has ten seconds. */
  readonly silence: Duration.Duration
  /** A message without an acknowledgement is sent again after this: the broker answers within milliseconds or has lost it. */
  readonly answer: Duration.Duration
  /** A message that the broker refused for the time being is sent again after this. */
  readonly refused: Duration.Duration
}

/** The limits unless a test says otherwise. */
export const publisherLimits: PublisherLimits = {
  messages: windowMessages,
  bytes: windowBytes,
  silence: Duration.seconds(5),
  answer: Duration.seconds(2),
  refused: Duration.millis(500)
}

/** One message to publish. `payload` is made when the message is sent, so that only a window is in memory. */
export interface Outgoing {
  readonly id: string
  readonly subject: string
  /** The stream that captures the subject; the broker refuses another. */
  readonly stream: string
  readonly payload: () => Uint8Array
}

/**
 * Headers count towards the broker's limit of a message. Two lines and an id of 64 hex digits take fewer bytes than this.
 */
export const headerBytesMax = 512

/** A message of the present page. */
interface Entry {
  readonly message: Outgoing
  readonly token: string
  readonly state:
    | { readonly _tag: "Waiting" }
    | { readonly _tag: "InFlight"; readonly payload: Uint8Array; readonly againAt: number }
    | { readonly _tag: "Acknowledged" }
}

/** Publishes one page at a time. */
export interface Publisher {
  /** Sends messages as the window has room for them. What was acknowledged since the last `flush` is not sent again. */
  readonly send: (messages: Iterable<Outgoing>) => Effect.Effect<void, SinkUnavailable>
  /** Succeeds when everything sent is acknowledged, duplicates included, and ends the page. */
  readonly flush: Effect.Effect<void, SinkUnavailable>
}

/** Makes a publisher that lives as long as the scope. */
export const make = Effect.fn("Publisher.make")(function*(limits: PublisherLimits = publisherLimits) {
  const { nc, presence } = yield* Connection
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const inbox = createInbox()
  /** One for all messages: the client writes headers out before its publish returns. */
  const marks = headers()
  /** Open while a message is in flight. */
  const working = yield* Latch.make(false)

  /**
   * Messages of the page by id, and their ids by the tokens to which the broker answers. Each attempt has tokens of its own;
   * both are kept until the page ends.
   */
  const entries = new Map<string, Entry>()
  const byToken = new Map<string, string>()
  const inFlight = new Set<string>()
  let tokens = 0
  let bytesInFlight = 0
  let isAway = SubscriptionRef.getUnsafe(presence) === "away"
  /** Why sending cannot go on. */
  let failure: string | undefined
  /** What the broker last refused, in words. */
  let trouble: string | undefined
  /** Done at the next acknowledgement, failure or reconnection. */
  let changed = Deferred.makeUnsafe<void>()

  const pulse = () => {
    Deferred.doneUnsafe(changed, Effect.void)
    changed = Deferred.makeUnsafe<void>()
  }
  const fail = (detail: string) => {
    failure ??= detail
    pulse()
  }
  const leaveWindow = (id: string, { message, state, token }: Entry, next: Entry["state"]) => {
    if (state._tag === "InFlight") bytesInFlight -= state.payload.length
    entries.set(id, { message, token, state: next })
    inFlight.delete(id)
    if (inFlight.size === 0) working.closeUnsafe()
  }

  const transmit = (id: string, entry: Entry) => {
    const { message, state, token } = entry
    const payload = state._tag === "InFlight" ? state.payload : message.payload()
    if (state._tag !== "InFlight") bytesInFlight += payload.length
    entries.set(id, {
      message,
      token,
      state: { _tag: "InFlight", payload, againAt: now() + Duration.toMillis(limits.answer) }
    })
    inFlight.add(id)
    working.openUnsafe()
    marks.set("Nats-Msg-Id", id)
    marks.set("Nats-Expected-Stream", message.stream)
    try {
      nc.publish(message.subject, payload, { headers: marks, reply: `${inbox}.${token}` })
    } catch (error) {
      fail(describe(error))
    }
  }

  const transmitAgain = (passes: (againAt: number) => boolean) => {
    if (isAway) return
    for (const id of Array.from(inFlight)) {
      const entry = entries.get(id)!
      if (entry.state._tag === "InFlight" && passes(entry.state.againAt)) transmit(id, entry)
    }
  }

  const hear = (message: Msg) => {
    const token = message.subject.slice(inbox.length + 1)
    const id = byToken.get(token)
    const entry = id === undefined ? undefined : entries.get(id)
    if (id === undefined || entry === undefined) return
    const reply = replyOf(message, entry.message.subject)
    if (reply._tag === "Acknowledged") {
      leaveWindow(id, entry, { _tag: "Acknowledged" })
      trouble = undefined
      return pulse()
    }
    // A refusal of a failed attempt says nothing about this one; an acknowledgement of it holds.
    if (token !== entry.token || entry.state._tag !== "InFlight") return
    if (reply.forGood) return fail(reply.why)
    trouble = reply.why
    entries.set(id, { ...entry, state: { ...entry.state, againAt: now() + Duration.toMillis(limits.refused) } })
  }

  /** The broker tells the connection of a refusal by its permissions, and not the reply subject. */
  const heed = (status: Status) => {
    if (status.type === "disconnect") isAway = true
    if (status.type === "reconnect") {
      isAway = false
      transmitAgain(() => true)
      pulse()
    }
    const subject = status.type === "error" ? refusedSubject(status.error) : undefined
    if (subject === undefined) return
    const isOurs = subject.startsWith(inbox) ||
      Array.from(inFlight).some((id) => entries.get(id)?.message.subject === subject)
    if (isOurs) fail(`the broker's permissions refuse this user ${subject}`)
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
  yield* Effect.forkScoped(
    Effect.ignore(
      Stream.runForEach(
        Stream.fromAsyncIterable(nc.status(), (cause) => new SinkUnavailable({ detail: describe(cause) })),
        (status) => Effect.sync(() => heed(status))
      )
    )
  )

  /** Sends what is overdue again. It sleeps to the next deadline, and wakes at least as often as a refusal asks for. */
  const deadlines = Effect.gen(function*() {
    yield* working.await
    const next = Math.min(
      ...Array.from(inFlight, (id) => {
        const { state } = entries.get(id)!
        return state._tag === "InFlight" ? state.againAt : Infinity
      })
    )
    const wait = Math.max(1, Math.min(next - now(), Duration.toMillis(limits.refused)))
    yield* Effect.sleep(wait)
    transmitAgain((againAt) => againAt <= now())
  })
  yield* Effect.forkScoped(Effect.forever(deadlines))

  /** Takes everything out of the window: it is sent again when its page is given again. */
  const giveUp = (detail: string) =>
    Effect.suspend(() => {
      failure = undefined
      for (const id of Array.from(inFlight)) leaveWindow(id, entries.get(id)!, { _tag: "Waiting" })
      return Effect.fail(new SinkUnavailable({ detail }))
    })

  const silent = Effect.suspend(() =>
    giveUp(
      trouble ?? (isAway ? "the broker is away; what is not acknowledged is kept" : "the broker acknowledges nothing")
    )
  )

  const isFailed = () => failure !== undefined

  /** Waits until a condition of the window holds; fails when nothing is acknowledged for too long. */
  const until = Effect.fnUntraced(function*(holds: () => boolean) {
    while (!isFailed() && !holds()) {
      yield* Effect.timeoutOrElse(Deferred.await(changed), { duration: limits.silence, orElse: () => silent })
    }
    if (failure !== undefined) return yield* giveUp(failure)
  })

  const hasRoom = () => !isAway && inFlight.size < limits.messages && bytesInFlight < limits.bytes

  return {
    send: Effect.fnUntraced(function*(messages) {
      for (const message of messages) {
        const { id } = message
        const before = entries.get(id)
        if (before !== undefined && before.state._tag !== "Waiting") continue
        // The message is the new one: its stream and the broker's limits may be others by now.
        const entry: Entry = { message, token: (tokens++).toString(36), state: { _tag: "Waiting" } }
        entries.set(id, entry)
        byToken.set(entry.token, id)
        if (failure !== undefined || !hasRoom()) yield* until(hasRoom)
        // An acknowledgement of a failed attempt may have come while this one waited.
        if (entries.get(id)?.state._tag === "Waiting") transmit(id, entry)
      }
    }, Effect.onInterrupt(() => Effect.ignore(giveUp("interrupted")))),
    flush: Effect.andThen(
      until(() => inFlight.size === 0),
      Effect.sync(() => {
        entries.clear()
        byToken.clear()
      })
    ).pipe(Effect.onInterrupt(() => Effect.ignore(giveUp("interrupted"))))
  } satisfies Publisher
})
