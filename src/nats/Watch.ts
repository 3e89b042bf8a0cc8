/** Follows the content of a KV bucket, over outages, restarts and a bucket that is deleted and created again. */
import type { KV, KvWatchEntry } from "@nats-io/kv"
import { Effect, Fiber, Queue, Stream } from "effect"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf } from "./NatsFailure.ts"
import { ask, Refused } from "./Request.ts"

/** A value of a bucket, with its revision. */
export interface Entry {
  readonly bytes: Uint8Array
  readonly revision: number
}

/**
 * The content of a bucket, by key. Changes update the same object; a new object means that the bucket was created
 * again.
 */
export type Held = ReadonlyMap<string, Entry>

/** Interval of the check that the bucket is still the same one: the client's watch hangs silently when it is not. */
const lookEvery = "2 seconds"

/** Wait before the next attempt to find a missing bucket or to follow a new one. */
const beginAgain = "500 millis"

/**
 * Begins to watch keys, until the scope closes. An interruption does not wait for the broker; a watch that begins after it
 * is stopped, since its scope is closed, or its timer would run for good. It is stopped by hand: the end of a loop over it
 * would wait for the next message.
 */
const watching = (kv: KV, key: string) =>
  Effect.acquireRelease(ask(() => kv.watch({ key })), (entries) => Effect.sync(() => entries.stop())).pipe(
    Effect.forkDetach({ startImmediately: true }),
    Effect.flatMap(Fiber.join)
  )

/**
 * Streams the content of a bucket's keys that match `filter`: once at the start, then after each change. It waits for a
 * missing bucket, is silent while a deleted bucket is gone, and never ends.
 */
export const watch = (bucket: string, filter: string): Stream.Stream<Held, never, Connection> =>
  Stream.callback<Held, never, Connection>(
    Effect.fnUntraced(function*(queue) {
      const { jsm, kvm } = yield* Connection
      const stream = `KV_${bucket}`
      const subjects = `$KV.${bucket}.`
      const info = ask(() => jsm.streams.info(stream, { subjects_filter: `${subjects}${filter}` }))

      /** Follows the current bucket until it is replaced or the watch fails. */
      const round = Effect.gen(function*() {
        const { created, state } = yield* info
        const kv = yield* ask(() => kvm.open(bucket))
        const held = new Map<string, Entry>()
        /** Keys that existed at the start and have not arrived yet: brokers of 2.9 miscount them. */
        const missing = new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.slice(subjects.length)))
        const take = (entry: KvWatchEntry) => {
          if (entry.operation === "PUT") held.set(entry.key, { bytes: entry.value, revision: entry.revision })
          else held.delete(entry.key)
          missing.delete(entry.key)
          if (entry.delta === 0) missing.clear()
          tell()
        }
        const tell = () => {
          if (missing.size === 0) Queue.offerUnsafe(queue, held)
        }
        const follow = Effect.scoped(Effect.gen(function*() {
          const entries = yield* watching(kv, filter)
          tell()
          yield* Effect.callback<void, Refused>((resume) => {
            const taken = async () => {
              for await (const entry of entries) take(entry)
            }
            taken().then(() => resume(Effect.void), (cause: unknown) => resume(Effect.fail(new Refused({ cause }))))
          })
        }))
        const gone = info.pipe(
          Effect.map((now) => now.created !== created),
          // An outage does not end the watch: the client resumes where it was.
          Effect.catch(({ cause }) => Effect.succeed(apiCodeOf(cause) === apiCode.streamNotFound)),
          Effect.tap(() =>
            Effect.sync(() => {
              // Keys that have not arrived by now have expired meanwhile.
              if (missing.size === 0) return
              missing.clear()
              tell()
            })
          ),
          Effect.delay(lookEvery),
          Effect.repeat({ until: (isGone) => isGone })
        )
        yield* Effect.raceFirst(follow, gone)
      })
      return yield* Effect.forever(Effect.andThen(Effect.ignore(round), Effect.sleep(beginAgain)))
    }),
    { bufferSize: 1, strategy: "sliding" }
  )
