/**
 * Publishes to JetStream with a bounded window of unacknowledged messages, until each message is acknowledged.
 *
 * The library's own publish waits for each timeout after an outage and costs twice the time. Here, every unacknowledged
 * message is sent again with the same `Nats-Msg-Id` once the broker is back; the stream drops duplicates by that id.
 */
import { createInbox, headers, type Msg, type Status } from "@nats-io/transport-node"
import { Duration, Effect, Latch, Stream, SubscriptionRef } from "effect"
import { windowBytes, windowMessages } from "../domain/Bounds.ts"
import { SinkUnavailable } from "../sinks/ArtifactSink.ts"
import { replyOf } from "./Acknowledgement.ts"
import { Connection } from "./Connection.ts"
import { describe, refusedSubject } from "./NatsFailure.ts"

/** The window and the timeouts. */
export const publisherLimits = {
  messages: windowMessages,
  bytes: windowBytes,
  /**
   * A batch fails after this time without an acknowledgement; a stop waits for the batch and must end within ten
   * seconds.
   */
  silence: Duration.seconds(5),
  /** An unacknowledged message is sent again then: the broker answers within milliseconds or has lost it. */
  answer: Duration.seconds(2),
  /** A message that the broker refused temporarily is sent again after this time. */
  refused: Duration.millis(500)
} as const

const tick = Duration.millis(100)

/**
 * One message to publish. `payload` is called when the message is sent, so that memory holds a window and not a batch.
 */
export interface Outgoing {
  readonly id: string
  readonly subject: string
  /** Name of the stream that captures the subject; the broker refuses a message for another stream. */
  readonly stream: string
  readonly payload: () => Uint8Array
}

/** Reserved for headers, which count towards the broker's limit: two lines and 64 hex digits take fewer. */
export const headerBytesMax = 512

interface Entry {
  readonly message: Outgoing
  readonly token: string
  payload: Uint8Array | undefined
  isAcknowledged: boolean
  /** In ticks; undefined while the message is not in flight. */
  sentAt: number | undefined
  /** Tick at which an unacknowledged message is sent again. */
  againAt: number
}

interface Batch {
  readonly entries: ReadonlyArray<Entry>
  readonly settle: (outcome: Effect.Effect<void, SinkUnavailable>) => void
  next: number
  left: number
  messagesInFlight: number
  bytesInFlight: number
  /** Tick of the last acknowledgement, or of the start. */
  heardAt: number
  /** The last refusal of the broker, in words. */
  trouble: string | undefined
}

/**
 * Creates a publisher that lives as long as the scope. One batch is published at a time.
 *
 * `publish` succeeds when all messages are acknowledged, in any order, duplicates included. After a failure, a call
 * with the same messages sends only those that are still unacknowledged.
 */
export const make = Effect.fn("Publisher.make")(function*(
  limits: Omit<typeof publisherLimits, "silence"> & { readonly silence: Duration.Duration } = publisherLimits
) {
  const { nc, presence } = yield* Connection
  const working = yield* Latch.make(false)
  const ticksOf = (duration: Duration.Duration) => Math.ceil(Duration.toMillis(duration) / Duration.toMillis(tick))
  const silenceTicks = ticksOf(limits.silence)
  const answerTicks = ticksOf(limits.answer)
  const refusedTicks = ticksOf(limits.refused)
  const inbox = createInbox()
  /** One headers object for all messages: the library serializes it before its publish returns. */
  const marks = headers()

  let now = 0
  let isAway = SubscriptionRef.getUnsafe(presence) === "away"
  let tokens = 0
  let batch: Batch | undefined
  /** Messages of the current or the last failed batch by id; acknowledged ones are not sent again after a failure. */
  let held = new Map<string, Entry>()
  const byToken = new Map<string, Entry>()

  const settle = (outcome: Effect.Effect<void, SinkUnavailable>) => {
    const { settle } = batch!
    batch = undefined
    working.closeUnsafe()
    settle(outcome)
  }
  const fail = (detail: string) => settle(Effect.fail(new SinkUnavailable({ detail })))

  const send = (entry: Entry) => {
    const { id, payload, stream, subject } = entry.message
    const bytes = entry.payload ??= payload()
    marks.set("Nats-Msg-Id", id)
    marks.set("Nats-Expected-Stream", stream)
    entry.sentAt = now
    entry.againAt = now + answerTicks
    nc.publish(subject, bytes, { headers: marks, reply: `${inbox}.${entry.token}` })
    return bytes.length
  }

  const pump = () => {
    if (batch === undefined || isAway) return
    const { entries } = batch
    try {
      while (
        batch.next < entries.length && batch.messagesInFlight < limits.messages && batch.bytesInFlight < limits.bytes
      ) {
        const entry = entries[batch.next++]!
        if (entry.isAcknowledged) continue
        batch.bytesInFlight += send(entry)
        batch.messagesInFlight++
      }
    } catch (error) {
      fail(describe(error))
    }
  }

  const inFlight = ({ entries, next }: Batch) =>
    entries.slice(0, next).filter(({ isAcknowledged, sentAt }) => !isAcknowledged && sentAt !== undefined)

  const sendAgain = (passes: (entry: Entry) => boolean) => {
    if (batch === undefined || isAway) return
    try {
      for (const entry of inFlight(batch)) if (passes(entry)) send(entry)
    } catch (error) {
      fail(describe(error))
    }
  }

  const acknowledge = (entry: Entry) => {
    const bytes = entry.payload?.length ?? 0
    const wasInFlight = entry.sentAt !== undefined
    entry.isAcknowledged = true
    entry.payload = undefined
    entry.sentAt = undefined
    byToken.delete(entry.token)
    if (batch === undefined) return
    batch.heardAt = now
    batch.trouble = undefined
    batch.left--
    if (wasInFlight) {
      batch.messagesInFlight--
      batch.bytesInFlight -= bytes
    }
    if (batch.left > 0) return pump()
    held = new Map()
    byToken.clear()
    settle(Effect.void)
  }

  const hear = (message: Msg) => {
    const entry = byToken.get(message.subject.slice(inbox.length + 1))
    if (entry === undefined) return
    const reply = replyOf(message, entry.message.subject)
    if (reply._tag === "Acknowledged") return acknowledge(entry)
    if (batch === undefined) return
    if (reply.forGood) return fail(reply.why)
    batch.trouble = reply.why
    entry.againAt = now + refusedTicks
  }

  /** Handles connection events. A permission refusal arrives here and not as a reply. */
  const heed = (status: Status) => {
    if (status.type === "disconnect") isAway = true
    if (status.type === "reconnect") {
      isAway = false
      sendAgain(() => true)
      pump()
    }
    if (batch === undefined) return
    const subject = status.type === "error" ? refusedSubject(status.error) : undefined
    if (subject === undefined) return
    const isOurs = subject.startsWith(inbox) || batch.entries.some(({ message }) => message.subject === subject)
    if (isOurs) fail(`the broker's permissions refuse this user ${subject}`)
  }

  const watch = Effect.sync(() => {
    now++
    if (batch === undefined) return
    if (now - batch.heardAt >= silenceTicks) {
      return fail(
        batch.trouble
          ?? (isAway
            ? "the broker is away; unacknowledged artifacts are kept and sent again"
            : "the broker acknowledges nothing")
      )
    }
    sendAgain(({ againAt }) => againAt <= now)
    pump()
  })

  yield* Effect.acquireRelease(
    Effect.sync(() =>
      nc.subscribe(`${inbox}.*`, {
        callback: (error, message) => {
          if (error === null) hear(message)
          else if (batch !== undefined) fail(describe(error))
        }
      })
    ),
    (subscription) => Effect.sync(() => subscription.unsubscribe())
  )
  yield* Effect.forkScoped(
    Effect.forever(working.await.pipe(Effect.andThen(Effect.sleep(tick)), Effect.andThen(watch)))
  )
  yield* Effect.forkScoped(
    Effect.ignore(
      Stream.runForEach(
        Stream.fromAsyncIterable(nc.status(), (cause) => new SinkUnavailable({ detail: describe(cause) })),
        (status) => Effect.sync(() => heed(status))
      )
    )
  )

  const begin = (messages: ReadonlyArray<Outgoing>, settle: Batch["settle"]) => {
    const entries = new Map<string, Entry>()
    for (const message of messages) {
      const before = held.get(message.id)
      const token = before?.token ?? (tokens++).toString(36)
      const entry: Entry = {
        message,
        token,
        payload: undefined,
        isAcknowledged: before?.isAcknowledged ?? false,
        sentAt: undefined,
        againAt: 0
      }
      entries.set(message.id, entry)
    }
    byToken.clear()
    held = entries
    const all = Array.from(entries.values())
    const left = all.filter(({ isAcknowledged }) => !isAcknowledged)
    for (const entry of left) byToken.set(entry.token, entry)
    if (left.length === 0) return settle(Effect.void)
    batch = {
      entries: all,
      settle,
      next: 0,
      left: left.length,
      messagesInFlight: 0,
      bytesInFlight: 0,
      heardAt: now,
      trouble: undefined
    }
    working.openUnsafe()
    pump()
  }

  return {
    publish: (messages: ReadonlyArray<Outgoing>): Effect.Effect<void, SinkUnavailable> =>
      Effect.callback((resume) => {
        begin(messages, resume)
        return Effect.sync(() => {
          batch = undefined
          working.closeUnsafe()
        })
      })
  }
})
