/**
 * Leases of instances among the processes on one broker, by membership.
 *
 * Each process renews one key, its membership, in a bucket with a TTL. A lease is a key of its own in a bucket without
 * a TTL, and names a membership: a thousand instances cost no more writes than one.
 *
 * **Why no two processes hold an instance at one time**
 *
 * - A lease is taken by compare-and-set on the revision that was judged, and only when it is free or its membership is
 *   gone. The stream's leader is asked about the membership after the lease was read, and a membership exists before
 *   any lease that names it.
 * - A membership id is never used twice. A membership is renewed by compare-and-set on its revision, so an expired one
 *   is not revived: its process starts another, without leases.
 * - A process trusts its membership for 0.8 of the TTL, counted from before the renewal was sent, on the monotonic
 *   clock, which nobody sets and which runs while the process is stopped. A membership not renewed by then is lost for
 *   good, even if the broker would still accept a renewal.
 *
 * One case is left: a process that is stopped between checking its lease and acting on it. It cannot overwrite its
 * successor's checkpoints, whose revisions have changed, and the stream stores an artifact once.
 */
import { Clock, Deferred, Duration, Effect, Layer, Option, Queue, Schedule, Stream } from "effect"
import { StateStore } from "../checkpoints/StateStore.ts"
import { Leases } from "../instances/Leases.ts"
import type { Connection } from "./Connection.ts"
import { type Membership, open as openMembership, takesShare } from "./Membership.ts"
import { bucket as storeBucket } from "./NatsStateStore.ts"
import { watch } from "./Watch.ts"

/** First token of the keys of leases, in the bucket of the checkpoints. */
const prefix = "lease."

/** The key of an instance's lease. */
export const keyOf = (instance: string): string => `${prefix}${instance}`

/** Leases requested at once. */
const takenAtOnce = 16

/** Time limit for releasing a lease; when the broker does not answer, the end of the membership frees it. */
const giveBackMax = Duration.seconds(1)

/** A lease on the broker; `member` is the id of its holder's membership, empty for a free lease. */
interface Lease {
  readonly member: string
  readonly revision: number
}

/** A lease that nobody has ever held. */
const none: Lease = { member: "", revision: 0 }

/** A fiber of this process that wants to poll an instance. */
interface Want {
  readonly instance: string
  granted: Deferred.Deferred<Hold>
}

interface Hold {
  readonly want: Want
  readonly membership: Membership
  /** Revision of the lease as this process wrote it; another revision means another holder. */
  readonly revision: number
  readonly ended: Deferred.Deferred<void>
  isEnded: boolean
}

const utf8 = new TextEncoder()

/** Hashes a name, so that not all processes ask for the same lease first. */
const spread = (text: string): number => {
  let hash = 7
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) % 2_147_483_647
  return hash
}

export interface NatsLeasesOptions {
  /** TTL of the memberships' bucket, 10 seconds by default; an existing bucket keeps its own. */
  readonly ttl?: Duration.Duration
}

/**
 * Layer of {@link Leases} over the broker. A process takes its even share of the instances that are wanted, and
 * releases leases above its share as others join.
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

      // Writes a lease as ours or as free over `revision`, the one that was judged: another process may have taken the
      // lease meanwhile. Returns none when another process was faster or the broker does not answer.
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
        // The answer may have taken as long as an outage.
        if (Option.isNone(written) || !members.isTrusted(membership)) return
        if (!wants.has(want) || holds.has(want.instance)) return
        const ended = yield* Deferred.make<void>()
        const hold: Hold = { want, membership, revision: written.value, ended, isEnded: false }
        holds.set(want.instance, hold)
        yield* Deferred.succeed(want.granted, hold)
      })

      /** Ends the holds whose membership is no longer trusted, without asking the broker. */
      const endLost = Effect.sync(() => {
        for (const hold of holds.values()) {
          if (!hold.isEnded && !isTrusted(hold)) end(hold)
        }
      })

      /** Compares members and leases once, and takes or releases leases towards an even share. */
      const arrange = Effect.gen(function*() {
        const membership = members.current()
        if (membership === undefined || seen === undefined) return
        const alive = yield* members.alive
        const wanted = Array.from(new Set(Array.from(wants, ({ instance }) => instance)))
        const share = Math.ceil(wanted.length / Math.max(1, Array.from(alive).filter(takesShare).length))
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

        // Release leases whose earlier release failed because the broker did not answer.
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

      /** Waits for a lease and runs the work until it ends or the lease is lost. */
      const once = Effect.fnUntraced(function*<A, E, R>(want: Want, work: Effect.Effect<A, E, R>) {
        const hold = yield* Deferred.await(want.granted)
        // Must come before the instance is free to be granted again.
        want.granted = yield* Deferred.make<Hold>()
        const ended = yield* Effect.raceFirst(
          Effect.map(work, (value) => ({ value })),
          Effect.as(Deferred.await(hold.ended), undefined)
        )
        yield* giveBack(hold)
        return ended
      })

      /** Creates the bucket that the watch waits for. */
      const ready = Effect.retry(store.keys(prefix), Schedule.spaced("1 second"))
      yield* Effect.forkScoped(Effect.repeat(endLost, Schedule.spaced(Duration.divideUnsafe(members.lookEvery, 4))))
      yield* Effect.forkScoped(Effect.andThen(ready, watching))
      yield* Effect.forkScoped(
        Effect.forever(
          Effect.andThen(
            Effect.timeoutOption(Queue.take(wake), members.lookEvery),
            Effect.catchCause(arrange, (cause) => Effect.logDebug("leases could not be arranged; trying again", cause))
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
