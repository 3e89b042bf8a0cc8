/** Changes instances in Conductor's bucket, by compare-and-set like Conductor's own pages. */
import { Effect, Layer, Predicate, Schema, Stream } from "effect"
import { slug } from "../config/Settings.ts"
import {
  changed,
  failed,
  SettingsStore,
  type SettingsStoreError,
  type StoredDocument
} from "../config/SettingsStore.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe } from "./NatsFailure.ts"
import { bucket, key } from "./NatsSettingsSource.ts"
import { ask, Refused } from "./Request.ts"

const prefix = `${key}.`

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

const failing = Effect.mapError(({ cause }: Refused): SettingsStoreError => {
  const code = apiCodeOf(cause)
  if (code === apiCode.wrongLastSequence || code === apiCode.wrongLastSequenceInCluster) return changed
  if (code === apiCode.streamNotFound) return failed(`there is no bucket ${bucket} yet; Conductor makes it`)
  return failed(`${bucket} cannot be used: ${describe(cause)}; look at the broker`)
})

/**
 * Layer of the {@link SettingsStore} in the bucket. An instance's key is the slug of its name; a name that differs from
 * its slug is kept as `display_name`.
 */
export const layer: Layer.Layer<SettingsStore, never, Connection> = Layer.effect(
  SettingsStore,
  Effect.gen(function*() {
    const { kvm } = yield* Connection
    const open = failing(ask(() => kvm.open(bucket)))

    const stored = Effect.fnUntraced(function*(name: string, bytes: Uint8Array, revision: number) {
      // A document that is not valid JSON has no content to keep.
      const document = yield* Effect.orElseSucceed(
        Schema.decodeEffect(Json)(new TextDecoder().decode(bytes)),
        () => ({})
      )
      return { name, document, revision: String(revision) } satisfies StoredDocument
    })

    return SettingsStore.of({
      where: `the bucket ${bucket}`,
      all: Effect.gen(function*() {
        const kv = yield* open
        const keys = yield* failing(ask(() => kv.keys(`${prefix}>`)))
        const names = yield* failing(
          Stream.runCollect(Stream.fromAsyncIterable(keys, (cause) => new Refused({ cause })))
        )
        const found = yield* Effect.forEach(
          Array.from(names).sort(),
          (name) =>
            Effect.flatMap(failing(ask(() => kv.get(name))), (entry) =>
              entry === null || entry.operation !== "PUT"
                ? Effect.succeed([])
                : Effect.map(stored(name.slice(prefix.length), entry.value, entry.revision), (one) => [one])),
          { concurrency: 16 }
        )
        return found.flat()
      }),
      put: Effect.fnUntraced(function*(name, document, revision) {
        const kv = yield* open
        const under = slug(name)
        const whole = under === name || Predicate.isString(document["display_name"])
          ? document
          : { ...document, display_name: name }
        const bytes = new TextEncoder().encode(yield* Effect.orDie(Schema.encodeEffect(Json)(whole)))
        const at = revision === null
          ? yield* failing(ask(() => kv.create(prefix + under, bytes)))
          : yield* failing(ask(() => kv.update(prefix + under, bytes, Number(revision))))
        return { name: under, document: whole, revision: String(at) }
      }, Effect.uninterruptible),
      remove: Effect.fnUntraced(function*(name, revision) {
        const kv = yield* open
        yield* failing(ask(() => kv.delete(prefix + name, { previousSeq: Number(revision) })))
      }, Effect.uninterruptible)
    })
  })
)
