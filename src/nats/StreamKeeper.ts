/**
 * Watches whether the stream still has what it acknowledged: at each reconnect, every five minutes, and when it uses a
 * sequence anew.
 */
import { Cache, Data, Effect, Option, Queue, Semaphore, Stream, SubscriptionRef } from "effect"
import { type Asked, isWhole, judge as judgeAll } from "../checkpoints/Deliveries.ts"
import { type Deliveries, idDigits, type Verdict } from "../domain/Delivery.ts"
import type { Keeper } from "../sinks/Keeper.ts"
import { Connection } from "./Connection.ts"
import * as HeldIds from "./HeldIds.ts"
import { apiCode, apiCodeOf, describe, refusedSubject } from "./NatsFailure.ts"
import { ask } from "./Request.ts"

/** Time between two looks while nothing happens, and how many of them look at the newest pages alone before one at all. */
const lookEvery = { time: "5 minutes", allAfter: 12 } as const

/**
 * A loss is believed when so many looks in a row see it, so far apart. A server of a cluster that has just become the
 * stream's leader may not have applied all that it has.
 */
const confirmations = { looks: 3, apart: "2 seconds" } as const

/** Wait before the stream is looked for again, when it could not be asked. */
const askAgain = "5 seconds"

/** Why a stream cannot be judged: `refused` by the broker's permissions, or it does not answer or is not there. */
class Undecided extends Data.TaggedError("Undecided")<{ readonly why: string; readonly isRefused: boolean }> {}

/** The looks that were asked for. */
interface Ticks {
  /** Number of the newest. */
  readonly number: number
  /** Number of the newest at which each page is looked at, and not only the last. */
  readonly thorough: number
}

/** Whether a broker keeps the time of a stream's making: nats-server 2.9 tells another one after a change and a restart. */
const keepsTimes = (version = ""): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > 2 || major === 2 && minor >= 10
}

/** The keeper, with what the publisher has to tell it and to leave out. */
export interface StreamKeeper {
  readonly keeper: Keeper
  readonly wentBack: () => void
  readonly held: ReadonlyMap<string, number>
}

/** Makes a keeper that lives as long as the scope. `subject` is the one of the artifacts; `changed` runs before each look. */
export const make = Effect.fn("StreamKeeper.make")(function*(subject: string, changed: () => void) {
  const { jsm, nc, presence } = yield* Connection
  const ticks = yield* SubscriptionRef.make<Ticks>({ number: 0, thorough: 0 })
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
  const gets = yield* Semaphore.make(HeldIds.readsMax)
  /** The beginning of the id of the message at a sequence; undefined where there is none any more. */
  const messageAt = (stream: string, sequence: number) =>
    Effect.map(
      gets.withPermit(ask(() => jsm.streams.getMessage(stream, { seq: sequence }))),
      (found) => found?.header.get("Nats-Msg-Id").slice(0, idDigits)
    )
  const { held, hold, remember } = yield* HeldIds.make({ messageAt, sayOnce })

  const idAt = (stream: string) => (sequence: number, expected: string) =>
    messageAt(stream, sequence).pipe(
      Effect.catchIf(({ cause }) =>
        refusedSubject(cause) !== undefined, ({ cause }) =>
        Effect.as(
          sayOnce(
            `${
              describe(cause)
            }: the connector notices that the stream ${stream} has gone back only while it is shorter than before; let this user publish to $JS.API.STREAM.MSG.GET.${stream}`
          ),
          expected
        )),
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
    return {
      stream: config.name,
      created,
      madeAt: keepsTimes(nc.info?.version) ? Date.parse(created) : undefined,
      first: state.first_seq,
      last: state.last_seq,
      idAt: idAt(config.name)
    }
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

  const tick = (isThorough: boolean) =>
    SubscriptionRef.update(
      ticks,
      ({ number, thorough }) => ({ number: number + 1, thorough: isThorough ? number + 1 : thorough })
    )

  const refresh = Effect.andThen(Effect.sync(changed), Effect.andThen(Cache.invalidateAll(infos), remember(true)))

  const backs = yield* Queue.sliding<void>(1)
  const followed = Stream.runForEach(
    Stream.drop(SubscriptionRef.changes(presence), 1),
    (now) => now === "here" ? Effect.andThen(refresh, tick(true)) : Effect.void
  )
  const repeated = Effect.forever(Effect.andThen(Queue.take(backs), Effect.andThen(refresh, tick(true))))
  const timed = Effect.gen(function*() {
    for (let looks = 1;; looks++) {
      yield* Effect.sleep(lookEvery.time)
      yield* remember(false)
      yield* tick(looks % lookEvery.allAfter === 0)
    }
  })
  // Of several that could not be judged, one look is enough.
  const unjudged = yield* Queue.sliding<void>(1)
  const again = Effect.forever(
    Queue.take(unjudged).pipe(Effect.andThen(Effect.sleep(askAgain)), Effect.andThen(tick(true)))
  )
  yield* Effect.forEach(
    [followed, repeated, timed, again],
    (each) => Effect.forkScoped(each, { startImmediately: true })
  )

  const judge: Keeper["judge"] = (deliveries) =>
    Effect.match(confirmed(deliveries), {
      onFailure: ({ isRefused }) => {
        if (!isRefused) Queue.offerUnsafe(unjudged, undefined)
        return undefined
      },
      onSuccess: (verdict) => verdict
    })

  const lostAfter = Effect.fnUntraced(function*(seen: number, of: () => Deliveries | undefined) {
    while (true) {
      const before = seen
      const next = yield* Stream.runHead(Stream.filter(SubscriptionRef.changes(ticks), ({ number }) => number > before))
      if (Option.isNone(next)) return yield* Effect.never
      seen = next.value.number
      while (true) {
        const deliveries = of()
        if (deliveries === undefined) break
        const found = yield* Effect.result(isLost(deliveries, next.value.thorough > before))
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
      judge,
      watch: Effect.map(SubscriptionRef.get(ticks), ({ number }) => (of) => lostAfter(number, of)),
      hold
    },
    wentBack: () => void Queue.offerUnsafe(backs, undefined),
    held
  } satisfies StreamKeeper
})
