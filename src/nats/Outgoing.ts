/** What the publisher to JetStream is given, and what it answers. */
import { Duration, type Effect } from "effect"
import { windowBytes, windowMessages } from "../domain/Bounds.ts"
import type { Receipt } from "../domain/Delivery.ts"
import type { SinkUnavailable } from "../sinks/ArtifactSink.ts"

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

/** What the publisher shares with those who watch the stream. */
export interface Watched {
  /** Called when the stream acknowledges a message with a sequence that it had before: it has gone back. */
  readonly wentBack: () => void
  /** Sequences of messages that the stream is known to have, by the beginning of their ids. They are not sent. */
  readonly held: ReadonlyMap<string, number>
}

/** What a publisher shares where nobody watches. */
export const unwatched: Watched = { wentBack: () => {}, held: new Map() }

/** Publishes one page at a time. */
export interface Publisher {
  /** Begins an attempt to publish a page. */
  readonly begin: Effect.Effect<void>
  /** Sends messages as the window has room for them. What was acknowledged since the last `flush` is not sent again. */
  readonly send: (messages: Iterable<Outgoing>) => Effect.Effect<void, SinkUnavailable>
  /**
   * Succeeds when everything sent is acknowledged, duplicates included, and ends the page. Returns where each stream has the
   * messages of this attempt.
   */
  readonly flush: Effect.Effect<ReadonlyMap<string, Taken>, SinkUnavailable>
}

/** Where a stream has the messages of a page. */
export type Taken = Pick<Receipt, "first" | "last" | "id" | "count">
