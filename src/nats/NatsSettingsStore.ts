/** Changes instances in Conductor's bucket, by compare-and-set like Conductor's own pages. */
import { Effect, Layer, Option, Predicate, Schema, Stream } from "effect"
import { flattenedLike, nested } from "../config/FlatKeys.ts"
import { slug } from "../config/Settings.ts"
import {
  changed,
  failed,
  SettingsStore,
  type SettingsStoreError,
  type StoredDocument
} from "../config/SettingsStore.ts"
import { bucketOf, removed, WrongRevision } from "./CompareAndSet.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe } from "./NatsFailure.ts"
import { bucket, foreignType, settingsKey } from "./NatsSettingsSource.ts"
import { ask, Refused } from "./Request.ts"

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))

const failing = Effect.mapError((error: Refused | WrongRevision): SettingsStoreError => {
  if (error._tag === "WrongRevision") return changed
  const { cause } = error
  if (apiCodeOf(cause) === apiCode.streamNotFound) return failed(`there is no bucket ${bucket} yet; Conductor makes it`)
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
    const prefix = `${yield* settingsKey}.`
    const { last, write } = yield* bucketOf(bucket)
    const open = failing(ask(() => kvm.open(bucket)))

    const stored = Effect.fnUntraced(function*(name: string, bytes: Uint8Array, revision: number) {
      // A document that is not valid JSON has no content to keep.
      const document = yield* Effect.orElseSucceed(
        Schema.decodeEffect(Json)(new TextDecoder().decode(bytes)),
        () => ({})
      )
      return { name, document: nested(document), revision: String(revision) } satisfies StoredDocument
    })

    /** The revision that a new instance is written over: none, or the mark of one that was removed. */
    const free = (name: string) =>
      failing(Effect.flatMap(last(name), (found) =>
        Option.isSome(found) && found.value.isValue
          ? Effect.fail(new WrongRevision())
          : Effect.succeed(Option.isSome(found) ? found.value.revision : 0)))

    return SettingsStore.of({
      where: `the bucket ${bucket}`,
      files: "names",
      all: Effect.gen(function*() {
        const kv = yield* open
        const keys = yield* failing(ask(() => kv.keys(`${prefix}>`)))
        const names = yield* failing(
          Stream.runCollect(Stream.fromAsyncIterable(keys, (cause) => new Refused({ cause })))
        )
        const found = yield* Effect.forEach(Array.from(names).sort(), (name) =>
          Effect.flatMap(failing(ask(() => kv.get(name))), (entry) =>
            entry === null || entry.operation !== "PUT"
              ? Effect.succeed([])
              : Effect.flatMap(foreignType(new TextDecoder().decode(entry.value)), (foreign) =>
                foreign === undefined
                  ? Effect.map(stored(name.slice(prefix.length), entry.value, entry.revision), (one) => [one])
                  : Effect.succeed([]))), {
          concurrency: 16
        })
        return found.flat()
      }),
      put: Effect.fnUntraced(function*(name, document, revision) {
        yield* open
        const under = slug(name)
        const whole = under === name || Predicate.isString(document["display_name"])
          ? document
          : { ...document, display_name: name }
        const before = yield* Effect.map(failing(last(prefix + under)), Option.filter(({ isValue }) => isValue))
        const stored = Option.isNone(before)
          ? Option.none()
          : yield* Effect.option(Schema.decodeEffect(Json)(new TextDecoder().decode(before.value.bytes)))
        const kept = flattenedLike(whole, Option.getOrUndefined(stored))
        const bytes = new TextEncoder().encode(yield* Effect.orDie(Schema.encodeEffect(Json)(kept)))
        const over = revision === null ? yield* free(prefix + under) : Number(revision)
        const at = yield* failing(write(prefix + under, bytes, over))
        return { name: under, document: whole, revision: String(at) }
      }, Effect.uninterruptible),
      remove: Effect.fnUntraced(function*(name, revision) {
        yield* open
        yield* failing(write(prefix + name, removed, Number(revision)))
      }, Effect.uninterruptible)
    })
  })
)
