/**
 * Leases of instances among the processes on one broker, by membership.
 *
 * Each process renews one key, its membership, in a bucket that forgets. A lease is a key of its own in a bucket that
 * does not forget, and names a membership: a thousand instances cost no more writes than one.
 *
 * **Why no two processes hold an instance at one time**
 *
 * - A lease is taken by compare-and-set on the revision that was judged, and only when it is free, or when the membership
 *   that it names is gone: asked of the stream's leader after the lease was seen, and a membership is there before any
 *   lease that names it.
 * - A membership has an id that never comes again. It is renewed by compare-and-set on its revision, so that one that
 *   was forgotten is not brought back: its process begins another, with no lease.
 * - A process trusts its membership for 0.8 of the time after which the broker forgets it, counted from before the
 *   renewal was sent, by a clock that nobody sets and that goes on while the process is stopped. What was not renewed by
 *   then is lost for good, even if the broker would still take a renewal.
 *
 * What is left is a process that was stopped between asking whether it holds an instance and what it then does. It
 * cannot overwrite its successor's checkpoints, whose revisions are others by then, and the stream takes an artifact
 * once.
 */
import { Clock, Deferred, Duration, Effect, Layer, Option, Queue, Schedule, Stream } from "effect"
import { StateStore } from "../checkpoints/StateStore.ts"
import { Leases } from "../instances/Leases.ts"
import type { Connection } from "./Connection.ts"
import { type Membership, open as openMembership } from "./Membership.ts"
import { bucket as storeBucket } from "./NatsStateStore.ts"
import { watch } from "./Watch.ts"

/** First token of the keys of leases, beside the checkpoints. */
const prefix = "lease."
const keyOf = (instance: string) => `${prefix}${instance}`

/** Leases that are asked for at once. */
const takenAtOnce = 16

/** A lease is given back before its process ends, if the broker answers; if not, the end of the membership frees it. */
const giveBackMax = Duration.seconds(1)

/** A lease as the broker has it: by the id of the membership that has it, empty for a free one. */
interface Lease {
  readonly member: string
  readonly revision: number
}

/** Nobody ever had it. */
const none: Lease = { member: "", revision: 0 }

/** Somebody in this process who wants to poll an instance. */
interface Want {
  readonly instance: string
  granted: Deferred.Deferred<Hold>
}

interface Hold {
  readonly want: Want
  readonly membership: Membership
  /** Of the lease as it was written: what stands there later is another's. */
  readonly revision: number
  readonly ended: Deferred.Deferred<void>
  isEnded: boolean
}

const utf8 = new TextEncoder()

/** A number that spreads names over processes, so that not all of them ask for the same lease first. */
const spread = (text: string): number => {
  let hash = 7
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) % 2_147_483_647
  return hash
}

/** What leases are made with. */
export interface NatsLeasesOptions {
  /** After this time without a renewal the broker forgets a process; only for a bucket that is not there yet. */
  readonly ttl?: Duration.Duration
}

/**
 * Layer of {@link Leases} over the broker. A process takes its even share of the instances that are wanted, and gives
 * up what is more as others join.
 */
export const layer = (options: NatsLeasesOptions = {}): Layer.Layer<never, never, Connection | StateStore> =>
  Layer.effect(
    Leases,
    Effect.gen(function*() {
      const store = yield* StateStore
      const clock = yield* Clock.Clock
      const monotonic = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
      const wake = yield* Queue.sliding<void>(1)
      const members = yield* openMembership({
        ttl: options.ttl ?? Duration.seconds(10),
        monotonic,
        changed: Effect.asVoid(Queue.offer(wake, undefined))
      })

      const wants = new Set<Want>()
      const holds = new Map<string, Hold>()
      let leases = new Map<string, Lease>()
      let seen: object | undefined

      const isTrusted = ({ membership, ...hold }: Hold) => !hold.isEnded && members.isTrusted(membership)

      const end = (hold: Hold) => {
        hold.isEnded = true
        Deferred.doneUnsafe(hold.ended, Effect.void)
      }

      /**
       * Writes a lease as ours or as free over the one at `revision`, which is the one that was judged: while a question
       * was asked about it, another may have come. Fails when another was faster or the broker does not answer.
       */
      const write = Effect.fnUntraced(function*(instance: string, member: string, revision: number) {
        const written = yield* store.put(keyOf(instance), utf8.encode(member), revision)
        if (written > (leases.get(instance)?.revision ?? 0)) leases.set(instance, { member, revision: written })
        return written
      }, Effect.option)

      const isFree = Effect.fnUntraced(function*({ member }: Lease, own: string, alive: ReadonlySet<string>) {
        if (member === "" || member === own) return true
        return !alive.has(member) && (yield* members.isGone(member))
      })

      const take = Effect.fnUntraced(function*(want: Want, membership: Membership, over: Lease) {
        const written = yield* write(want.instance, membership.id, over.revision)
        // The answer may have taken an outage.
        if (Option.isNone(written) || !members.isTrusted(membership)) return
        if (!wants.has(want) || holds.has(want.instance)) return
        const ended = yield* Deferred.make<void>()
        const hold: Hold = { want, membership, revision: written.value, ended, isEnded: false }
        holds.set(want.instance, hold)
        yield* Deferred.succeed(want.granted, hold)
      })

      /** Needs no answer, and so waits for none. */
      const endLost = Effect.sync(() => {
        for (const hold of holds.values()) {
          if (!hold.isEnded && !isTrusted(hold)) end(hold)
        }
      })

      /** Looks once at who is there and who has what, and brings it nearer to an even share. */
      const arrange = Effect.gen(function*() {
        const membership = members.current()
        if (membership === undefined || seen === undefined) return
        const alive = yield* members.alive
        const wanted = Array.from(new Set(Array.from(wants, ({ instance }) => instance)))
        const share = Math.ceil(wanted.length / Math.max(1, alive.size))
        const held = Array.from(holds.values())
        for (const hold of held.filter(({ isEnded }) => !isEnded).slice(share)) end(hold)

        const own = spread(membership.id)
        const open = Array.from(wants)
          .filter(({ instance }) => !holds.has(instance))
          .sort((one, other) => (spread(one.instance) ^ own) - (spread(other.instance) ^ own))
        let room = share - holds.size
        yield* Effect.forEach(open, (want) =>
          Effect.gen(function*() {
            const lease = leases.get(want.instance) ?? none
            if (room <= 0 || !(yield* isFree(lease, membership.id, alive))) return
            if (room-- > 0) yield* take(want, membership, lease)
            if (!holds.has(want.instance)) room++
          }), { concurrency: takenAtOnce, discard: true })

        // What was not given back when it should have been, because the broker did not answer then.
        const stale = Array.from(leases).filter(([instance, { member }]) =>
          member === membership.id && !holds.has(instance)
        )
        yield* Effect.forEach(stale, ([instance, { revision }]) => write(instance, "", revision), { discard: true })
      })

      const watching = watch(storeBucket, `${prefix}>`).pipe(Stream.runForEach((held) =>
        Effect.suspend(() => {
          if (held !== seen) leases = new Map()
          seen = held
          let isChanged = false
          for (const [key, { bytes, revision }] of held) {
            const instance = key.slice(prefix.length)
            if (revision <= (leases.get(instance)?.revision ?? 0)) continue
            const member = new TextDecoder().decode(bytes)
            leases.set(instance, { member, revision })
            if (member === "") isChanged = true
          }
          return isChanged ? Queue.offer(wake, undefined) : Effect.void
        })
      ))

      const giveBack = Effect.fnUntraced(function*(hold: Hold) {
        end(hold)
        if (members.isTrusted(hold.membership)) {
          yield* Effect.timeoutOption(write(hold.want.instance, "", hold.revision), giveBackMax)
        }
        if (holds.get(hold.want.instance) === hold) holds.delete(hold.want.instance)
        yield* Queue.offer(wake, undefined)
      })

      /** Once granted, until it is over one way or the other. */
      const once = Effect.fnUntraced(function*<A, E, R>(want: Want, work: Effect.Effect<A, E, R>) {
        const hold = yield* Deferred.await(want.granted)
        // Before the instance is free to be granted again.
        want.granted = yield* Deferred.make<Hold>()
        const ended = yield* Effect.raceFirst(
          Effect.map(work, (value) => ({ value })),
          Effect.as(Deferred.await(hold.ended), undefined)
        )
        yield* giveBack(hold)
        return ended
      })

      /** Makes the bucket, which a watch waits for. */
      const ready = Effect.retry(store.keys(prefix), Schedule.spaced("1 second"))
      yield* Effect.forkScoped(Effect.repeat(endLost, Schedule.spaced(Duration.divideUnsafe(members.renewEvery, 4))))
      yield* Effect.forkScoped(Effect.andThen(ready, watching))
      yield* Effect.forkScoped(
        Effect.forever(
          Effect.andThen(
            Effect.timeoutOption(Queue.take(wake), members.renewEvery),
            Effect.catchCause(arrange, (cause) => Effect.logDebug("leases are arranged again later", cause))
          )
        )
      )

      return {
        isHeld: (instance) => {
          const hold = holds.get(instance)
          return hold !== undefined && isTrusted(hold)
        },
        whileHeld: (instance, work) =>
          Effect.acquireUseRelease(
            Effect.gen(function*() {
              const want: Want = { instance, granted: yield* Deferred.make<Hold>() }
              wants.add(want)
              yield* Queue.offer(wake, undefined)
              return want
            }),
            Effect.fnUntraced(function*(want) {
              while (true) {
                const ended = yield* once(want, work)
                if (ended !== undefined) return ended.value
              }
            }),
            (want) =>
              Effect.suspend(() => {
                wants.delete(want)
                const hold = holds.get(want.instance)
                return hold?.want === want ? giveBack(hold) : Effect.void
              })
          )
      }
    })
  )
