/** The one way to write a KV bucket: a write names the revision that it replaces, and fails when another one stands there. */
import { headers, nuid } from "@nats-io/transport-node"
import { Duration, Effect, Option, Schema } from "effect"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf } from "./NatsFailure.ts"
import { ask, type Refused } from "./Request.ts"

/** Another write stands where the caller saw something else. Nothing was written. */
export class WrongRevision extends Schema.TaggedError<WrongRevision>()("WrongRevision", {}) {}

/** The last write of a key: a value, or the mark that it was removed or has expired. */
export interface Last {
  readonly revision: number
  readonly isValue: boolean
  readonly bytes: Uint8Array
  readonly id: string
}

const operationHeader = "KV-Operation"
/** Brokers from 2.11 leave such a marker where a key has expired, in buckets with a TTL for markers. */
const markerHeader = "Nats-Marker-Reason"
const idHeader = "Nats-Msg-Id"

/** A bucket as its writers see it. */
export interface Bucket {
  /** The stream behind the bucket. */
  readonly stream: string
  readonly subjectOf: (key: string) => string
  /** Asks the stream's leader: a replica of the stream may be behind. */
  readonly last: (key: string) => Effect.Effect<Option.Option<Last>, Refused>
  /**
   * Writes over `revision` (0 for a key that was never written) and returns the new revision. `id` is that of the write:
   * a write that is sent twice with one id happens once.
   */
  readonly write: (
    key: string,
    value: Uint8Array | string | "removed",
    revision: number,
    options?: { readonly id?: string; readonly timeout?: Duration.Duration }
  ) => Effect.Effect<number, Refused | WrongRevision>
  /**
   * Takes the mark of a removal off the bucket, where each listing would find it. `revision` is that of the mark; later
   * writes stay. A mark that cannot be taken off does no harm, so nothing fails.
   */
  readonly unmark: (key: string, revision: number) => Effect.Effect<void>
}

/** A removal, as a value to write. */
export const removed = "removed"

const isWrongRevision = (cause: unknown) => {
  const code = apiCodeOf(cause)
  return code === apiCode.wrongLastSequence || code === apiCode.wrongLastSequenceInCluster
}

/** The bucket of a name; it need not be there yet. */
export const bucketOf = Effect.fnUntraced(function*(name: string) {
  const { js, jsm } = yield* Connection
  const stream = `KV_${name}`
  const subjectOf = (key: string) => `$KV.${name}.${key}`
  return {
    stream,
    subjectOf,
    last: (key) =>
      Effect.map(
        ask(() => jsm.streams.getMessage(stream, { last_by_subj: subjectOf(key) })),
        (found) =>
          Option.map(Option.fromNullOr(found), ({ data, header, seq }): Last => ({
            revision: seq,
            isValue: header.get(operationHeader) === "" && header.get(markerHeader) === "",
            bytes: data,
            id: header.get(idHeader)
          }))
      ),
    write: (key, value, revision, { id = nuid.next(), timeout } = {}) =>
      ask(() => {
        const marks = headers()
        if (value === removed) marks.set(operationHeader, "DEL")
        return js.publish(subjectOf(key), value === removed ? undefined : value, {
          msgID: id,
          headers: marks,
          expect: { streamName: stream, lastSubjectSequence: revision },
          ...(timeout === undefined ? {} : { timeout: Duration.toMillis(timeout) })
        })
      }).pipe(
        Effect.map(({ seq }) => seq),
        Effect.mapError((refused) => isWrongRevision(refused.cause) ? new WrongRevision() : refused)
      ),
    unmark: (key, revision) =>
      Effect.ignore(ask(() => jsm.streams.purge(stream, { filter: subjectOf(key), seq: revision + 1 })))
  } satisfies Bucket
})
