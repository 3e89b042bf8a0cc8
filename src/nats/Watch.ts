/** Follows what a KV bucket holds, over outages, restarts and a bucket that is deleted and made again. */
import type { KvWatchEntry } from "@nats-io/kv"
import { Effect, Queue, Stream } from "effect"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf } from "./NatsFailure.ts"
import { ask, Refused } from "./Request.ts"

/** A value of a bucket. */
export interface Entry {
  readonly bytes: Uint8Array
  readonly revision: number
}

/**
 * What a bucket holds, by key. The same object is changed as the bucket changes; another one stands for a bucket that
 * was made anew.
 */
export type Held = ReadonlyMap<string, Entry>

/** How often is looked whether the bucket is the one that is followed: the client's watch hangs without a word on it. */
const lookEvery = "2 seconds"

/** Wait before a bucket is looked for that is not there, or looked for anew. */
const beginAgain = "500 millis"

/**
 * Stream of what the keys of a bucket that match `filter` hold: once as it is found, then after each change. It waits
 * for a bucket that is not there; while one that was there is gone it says nothing. It never ends.
 */
export const watch = (bucket: string, filter: string): Stream.Stream<Held, never, Connection> =>
  Stream.callback<Held, never, Connection>(
    Effect.fnUntraced(function*(queue) {
      const { jsm, kvm } = yield* Connection
      const stream = `KV_${bucket}`
      const subjects = `$KV.${bucket}.`
      const info = ask(() => jsm.streams.info(stream, { subjects_filter: `${subjects}${filter}` }))

      /** Follows the bucket that is there, until it is another, or the watch fails. */
      const round = Effect.gen(function*() {
        const { created, state } = yield* info
        const kv = yield* ask(() => kvm.open(bucket))
        const held = new Map<string, Entry>()
        /** Keys that were there, and were not told of yet. How many are pending is miscounted by brokers of 2.9. */
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
        const follow = Effect.gen(function*() {
          const entries = yield* ask(() => kv.watch({ key: filter }))
          tell()
          // Stopped by hand: the end of an iteration waits for what it asked for last.
          yield* Effect.callback<void, Refused>((resume) => {
            const taken = async () => {
              for await (const entry of entries) take(entry)
            }
            taken().then(
              () => resume(Effect.void),
              (cause: unknown) => resume(Effect.fail(new Refused({ cause })))
            )
            return Effect.sync(() => entries.stop())
          })
        })
        const gone = info.pipe(
          Effect.map((now) => now.created !== created),
          // An outage is no end: the client goes on where it was.
          Effect.catch(({ cause }) => Effect.succeed(apiCodeOf(cause) === apiCode.streamNotFound)),
          Effect.tap(() =>
            Effect.sync(() => {
              // What was not told of by now expired meanwhile.
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
