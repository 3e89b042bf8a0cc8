/**
 * Remembers which messages a stream still has after a loss, so that what is published again leaves them out: the stream itself
 * knows duplicates only within its window.
 */
import { Clock, Duration, Effect, Option, Schedule, Semaphore } from "effect"
import { heldIdsMax } from "../domain/Bounds.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe, refusedSubject, remedyOf } from "./NatsFailure.ts"
import { ask, type Refused } from "./Request.ts"

/** Requests for messages at once. */
export const readsMax = 32

/** How long what the stream still had after a loss is remembered over a loss of the connection. */
const heldFor = Duration.hours(1)

/** A broker that does not answer is asked so often, in all a minute, before what it has may be published twice. */
const patience = { every: "5 seconds", times: 12 } as const

/** What a stream had, and when it was looked through. */
interface Range {
  readonly first: number
  readonly until: number
  readonly created: string
  readonly at: number
  readonly ids: ReadonlyMap<string, number>
}

/** Several endpoints that publish again at once look a stream through once. */
const lookSharedFor = Duration.seconds(10)

/** How messages are read, and what is wrong is told. */
export interface Reading {
  /** The beginning of the id of the message at a sequence; undefined where there is none any more. */
  readonly messageAt: (stream: string, sequence: number) => Effect.Effect<string | undefined, Refused>
  /** Logs a warning, once. */
  readonly sayOnce: (text: string) => Effect.Effect<void>
}

const isGone = (cause: unknown) => apiCodeOf(cause) === apiCode.streamNotFound

/** Whether asking again may help: a broker that has just come back, or elects a leader, does not answer for a while. */
const isPassing = ({ cause }: Refused) => !isGone(cause) && refusedSubject(cause) === undefined

const unread = (stream: string, cause: unknown): string => {
  const remedy = remedyOf(cause)
  return `what the stream ${stream} still has after its loss cannot be read, and may come twice, with the same Nats-Msg-Id: ${
    describe(cause)
  }${remedy === undefined ? "" : `; ${remedy}`}`
}

/** Makes a memory of what streams still have. */
export const make = Effect.fn("HeldIds.make")(function*({ messageAt, sayOnce }: Reading) {
  const { jsm } = yield* Connection
  const held = new Map<string, number>()
  /** What streams had when they were looked through, from a sequence on; it counts until a time in milliseconds. */
  const ranges = new Map<string, Range>()
  /** Streams are looked through one after the other: whoever publishes again waits until it is known what is there. */
  const one = yield* Semaphore.make(1)

  /** Reads which messages a stream has from a sequence on. */
  const read = Effect.fnUntraced(function*(stream: string, first: number) {
    const { created, state } = yield* ask(() => jsm.streams.info(stream))
    const from = Math.max(first, state.first_seq)
    const others = held.size - (ranges.get(stream)?.ids.size ?? 0)
    const room = Math.max(0, heldIdsMax - others)
    if (state.last_seq - from + 1 > room) {
      yield* sayOnce(
        `more than ${heldIdsMax} messages of the stream ${stream} would have to be compared with what is published again: some may come twice, with the same Nats-Msg-Id`
      )
    }
    const count = Math.max(0, Math.min(room, state.last_seq - from + 1))
    const ids = new Map<string, number>()
    yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => from + index),
      (sequence) =>
        Effect.map(messageAt(stream, sequence), (id) => {
          if (id !== undefined && id !== "") ids.set(id, sequence)
        }),
      { concurrency: readsMax, discard: true }
    )
    return { created, ids }
  })

  const drop = (stream: string) => {
    for (const id of ranges.get(stream)?.ids.keys() ?? []) held.delete(id)
    ranges.delete(stream)
  }

  /** Looks a stream through anew, and forgets at once what it had before: it may have lost that too. */
  const look = Effect.fnUntraced(function*(stream: string, first: number, until: number) {
    const found = yield* read(stream, first).pipe(
      // What it had before may be lost as well, and is not waited with.
      Effect.tapError(() => Effect.sync(() => drop(stream))),
      Effect.retry({ schedule: Schedule.spaced(patience.every), times: patience.times, while: isPassing }),
      Effect.catch(({ cause }) => Effect.as(isGone(cause) ? Effect.void : sayOnce(unread(stream, cause)), undefined))
    )
    const at = yield* Clock.currentTimeMillis
    drop(stream)
    // What could not be read is asked for at the next reconnect.
    const { created, ids } = found ?? { created: "", ids: new Map<string, number>() }
    ranges.set(stream, { first, until, at, created, ids })
    for (const [id, sequence] of ids) held.set(id, sequence)
  })

  const hold = Effect.fnUntraced(function*(stream: string, first: number) {
    const now = yield* Clock.currentTimeMillis
    const until = now + Duration.toMillis(heldFor)
    const before = ranges.get(stream)
    if (before !== undefined && before.first <= first && now - before.at < Duration.toMillis(lookSharedFor)) {
      const info = yield* Effect.option(ask(() => jsm.streams.info(stream)))
      if (Option.isSome(info) && info.value.created === before.created) {
        ranges.set(stream, { ...before, until })
        return
      }
    }
    yield* look(stream, before === undefined || before.until < now ? first : Math.min(first, before.first), until)
  }, one.withPermit)

  /** What is remembered of streams counts for an hour; with `all`, the rest is asked anew. */
  const remember = (all: boolean) =>
    one.withPermit(Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      // A copy: what is looked through is put in anew.
      for (const [stream, { first, until }] of Array.from(ranges)) {
        if (until < now) drop(stream)
        else if (all) yield* look(stream, first, until)
      }
    }))

  return { held, hold, remember }
})
