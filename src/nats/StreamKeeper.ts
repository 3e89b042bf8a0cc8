/**
 * Watches whether the stream still has what it acknowledged: at each reconnect, every five minutes, and when it uses a
 * sequence anew.
 */
import { Cache, Clock, Data, Duration, Effect, Option, Queue, Semaphore, Stream, SubscriptionRef } from "effect"
import { type Asked, isWhole, judge as judgeAll } from "../checkpoints/Deliveries.ts"
import { heldIdsMax } from "../domain/Bounds.ts"
import { type Deliveries, idDigits, type Verdict } from "../domain/Delivery.ts"
import type { Keeper } from "../sinks/Keeper.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe, refusedSubject } from "./NatsFailure.ts"
import { ask } from "./Request.ts"

/** Time between two looks while nothing happens. */
const lookEvery = "5 minutes"

/**
 * A loss is believed when so many looks in a row see it, so far apart. A server of a cluster that has just become the
 * stream's leader may not have applied all that it has.
 */
const confirmations = { looks: 3, apart: "2 seconds" } as const

/** Wait before the stream is looked for again, when it could not be asked. */
const askAgain = "5 seconds"

/** Requests for messages at once. */
const readsMax = 32

/** How long what the stream still had after a loss is remembered over a loss of the connection. */
const heldFor = Duration.hours(1)

/** Why a stream cannot be judged: `refused` by the broker's permissions, or it does not answer or is not there. */
class Undecided extends Data.TaggedError("Undecided")<{ readonly why: string; readonly isRefused: boolean }> {}

/** What is looked for, and how closely. */
interface Tick {
  readonly number: number
  /** Whether each page is looked at, and not only the newest. */
  readonly isThorough: boolean
}

/** The keeper, with what the publisher has to tell it and to leave out. */
export interface StreamKeeper {
  readonly keeper: Keeper
  readonly wentBack: () => void
  readonly held: ReadonlyMap<string, number>
}

/** Makes a keeper that lives as long as the scope. `subject` is the one of the artifacts; `changed` runs before each look. */
export const make = Effect.fn("StreamKeeper.make")(function*(subject: string, changed: () => void) {
  const { jsm, presence } = yield* Connection
  const ticks = yield* SubscriptionRef.make<Tick>({ number: 0, isThorough: false })
  const held = new Map<string, number>()
  /** Sequences from which streams were looked through, and until when they are looked through again, in milliseconds. */
  const ranges = new Map<string, { readonly first: number; readonly until: number }>()
  const said = new Set<string>()

  const undecided = ({ cause }: { readonly cause: unknown }) =>
    new Undecided({ why: describe(cause), isRefused: refusedSubject(cause) !== undefined })

  const sayOnce = (text: string) =>
    Effect.suspend(() => {
      if (said.has(text)) return Effect.void
      said.add(text)
      return Effect.logWarning(text)
    })

  /** A second's looks of all endpoints ask the broker once. */
  const infos = yield* Cache.make({
    capacity: 16,
    timeToLive: "1 second",
    lookup: (stream: string) => ask(() => jsm.streams.info(stream))
  })
  const gets = yield* Semaphore.make(readsMax)

  const idAt = (stream: string) => (sequence: number, expected: string) =>
    gets.withPermit(ask(() => jsm.streams.getMessage(stream, { seq: sequence }))).pipe(
      Effect.map((found) => found?.header.get("Nats-Msg-Id").slice(0, idDigits)),
      Effect.catchIf(
        ({ cause }) => refusedSubject(cause) !== undefined,
        ({ cause }) =>
          Effect.as(
            sayOnce(
              `${
                describe(cause)
              }: the connector notices that the stream ${stream} has gone back only while it is shorter than before; let this user publish to $JS.API.STREAM.MSG.GET.${stream}`
            ),
            expected
          )
      ),
      Effect.mapError(undecided)
    )

  /** Finds a stream by its name or, where it is gone, the one that captures the subject now. */
  const asked = Effect.fnUntraced(function*(name: string): Effect.fn.Return<Asked<Undecided>, Undecided> {
    const found = yield* Cache.get(infos, name).pipe(
      Effect.catchIf(({ cause }) =>
        apiCodeOf(cause) === apiCode.streamNotFound, () =>
        Effect.flatMap(ask(() => jsm.streams.find(subject)), (other) => Cache.get(infos, other))),
      Effect.mapError(undecided)
    )
    const { config, created, state } = found
    return { stream: config.name, created, first: state.first_seq, last: state.last_seq, idAt: idAt(config.name) }
  })

  const once = (deliveries: Deliveries) => Effect.flatMap(asked(deliveries.stream), (one) => judgeAll(deliveries, one))

  /** The pages that each of several looks finds lost. */
  const confirmed = Effect.fnUntraced(function*(deliveries: Deliveries): Effect.fn.Return<Verdict, Undecided> {
    let verdict = yield* once(deliveries)
    for (let looks = 1; looks < confirmations.looks && verdict.lost.length > 0; looks++) {
      yield* Effect.sleep(confirmations.apart)
      const next = yield* once(deliveries)
      verdict = {
        ...next,
        lost: verdict.lost.filter((index) => next.lost.includes(index)),
        last: Math.min(verdict.last, next.last)
      }
    }
    return verdict
  })

  const isLost = Effect.fnUntraced(function*(deliveries: Deliveries, isThorough: boolean) {
    if (!isThorough && (yield* Effect.flatMap(asked(deliveries.stream), (one) => isWhole(deliveries, one)))) {
      return false
    }
    const { lost } = yield* confirmed(deliveries)
    return lost.length > 0
  })

  const fill = (stream: string, first: number) => Effect.ignore(read(stream, first))
  const read = Effect.fnUntraced(function*(stream: string, first: number) {
    const { state } = yield* ask(() => jsm.streams.info(stream))
    const from = Math.max(first, state.first_seq)
    const room = Math.max(0, heldIdsMax - held.size)
    if (state.last_seq - from + 1 > room) {
      yield* sayOnce(
        `more than ${heldIdsMax} messages of the stream ${stream} would have to be compared with what is published again: some may come twice, with the same Nats-Msg-Id`
      )
    }
    const count = Math.max(0, Math.min(room, state.last_seq - from + 1))
    yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => from + index),
      (sequence) =>
        Effect.map(idAt(stream)(sequence, ""), (id) => {
          if (id !== undefined && id !== "") held.set(id, sequence)
        }),
      { concurrency: readsMax, discard: true }
    )
  })

  const hold = Effect.fnUntraced(function*(stream: string, first: number) {
    const now = yield* Clock.currentTimeMillis
    const before = ranges.get(stream)
    ranges.set(stream, {
      first: Math.min(first, before?.first ?? first),
      until: now + Duration.toMillis(heldFor)
    })
    if (before === undefined || first < before.first) yield* fill(stream, first)
  })

  const tick = (isThorough: boolean) =>
    SubscriptionRef.update(ticks, ({ number }) => ({ number: number + 1, isThorough }))

  /** What the stream had is asked anew: it may have lost that too. */
  const refresh = Effect.gen(function*() {
    changed()
    held.clear()
    const now = yield* Clock.currentTimeMillis
    for (const [stream, { first, until }] of ranges) {
      if (until < now) ranges.delete(stream)
      else yield* fill(stream, first)
    }
  })

  const backs = yield* Queue.sliding<void>(1)
  const followed = Stream.runForEach(
    Stream.drop(SubscriptionRef.changes(presence), 1),
    (now) => now === "here" ? Effect.andThen(refresh, tick(false)) : Effect.void
  )
  const repeated = Effect.forever(Effect.andThen(Queue.take(backs), Effect.andThen(refresh, tick(true))))
  const timed = Effect.forever(Effect.andThen(Effect.sleep(lookEvery), tick(false)))
  yield* Effect.forEach([followed, repeated, timed], (each) => Effect.forkScoped(each, { startImmediately: true }))

  const lost: Keeper["lost"] = Effect.fnUntraced(function*(of) {
    let { number } = yield* SubscriptionRef.get(ticks)
    while (true) {
      const next = yield* Stream.runHead(
        Stream.filter(SubscriptionRef.changes(ticks), (tick) => tick.number !== number)
      )
      if (Option.isNone(next)) return yield* Effect.never
      number = next.value.number
      while (true) {
        const deliveries = of()
        if (deliveries === undefined) break
        const found = yield* Effect.result(isLost(deliveries, next.value.isThorough))
        if (found._tag === "Success") {
          if (found.success) return
          break
        }
        if (found.failure.isRefused) {
          yield* sayOnce(
            `whether the stream ${deliveries.stream} still has what it took cannot be seen: ${found.failure.why}`
          )
          break
        }
        yield* Effect.sleep(askAgain)
      }
    }
  })

  return {
    keeper: {
      judge: (deliveries) => Effect.option(confirmed(deliveries)).pipe(Effect.map(Option.getOrUndefined)),
      lost,
      hold
    },
    wentBack: () => void Queue.offerUnsafe(backs, undefined),
    held
  } satisfies StreamKeeper
})
