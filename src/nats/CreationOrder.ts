/**
 * Remembers in which order the instances of a bucket were created.
 *
 * A bucket knows the revision of a key's last change only. So the order is kept beside the checkpoints, as a list of names:
 * new ones follow in the order of their revisions. All processes on the broker share the list.
 */
import { Context, Effect, Equal, Layer, Option, Schedule, Schema } from "effect"
import { StateStore } from "../checkpoints/StateStore.ts"
import { bucketOf } from "./CompareAndSet.ts"
import type { Connection } from "./Connection.ts"
import { bucket as storeBucket } from "./NatsStateStore.ts"
import type { Entry } from "./Watch.ts"

/** Key of the list in the store. */
const key = "settings.order"

const Names = Schema.fromJsonString(Schema.Array(Schema.String))

/** Returns the names in the order of creation, when `known` is the order so far. */
export const ordered = (known: ReadonlyArray<string>, entries: ReadonlyMap<string, Entry>): ReadonlyArray<string> => {
  const kept = known.filter((name) => entries.has(name))
  const fresh = Array.from(entries).filter(([name]) => !kept.includes(name))
  return [...kept, ...fresh.sort(([, one], [, other]) => one.revision - other.revision).map(([name]) => name)]
}

const decode = (bytes: Uint8Array, otherwise: ReadonlyArray<string>) =>
  Effect.orElseSucceed(Schema.decodeEffect(Names)(new TextDecoder().decode(bytes)), () => otherwise)

/** Service that orders the instances of a bucket by their creation. */
export class CreationOrder extends Context.Service<CreationOrder, {
  readonly order: (entries: ReadonlyMap<string, Entry>) => Effect.Effect<ReadonlyArray<string>>
}>()("azure-security/nats/CreationOrder") {
  /**
   * Layer that saves a changed order before it returns it, so that no process acts on an order which a restart would
   * forget. It waits while the store cannot be written.
   */
  static readonly layer: Layer.Layer<CreationOrder, never, StateStore> = Layer.effect(
    CreationOrder,
    Effect.gen(function*() {
      const store = yield* StateStore
      let known: ReadonlyArray<string> = []
      let said: string | undefined
      return CreationOrder.of({
        order: Effect.fnUntraced(
          function*(entries) {
            const found = yield* store.get(key)
            const saved = Option.isNone(found) ? known : yield* decode(found.value.bytes, known)
            known = ordered(saved, entries)
            if (Option.isSome(found) && Equal.equals(known, saved)) return known
            const bytes = new TextEncoder().encode(yield* Effect.orDie(Schema.encodeEffect(Names)(known)))
            yield* store.put(key, bytes, Option.match(found, { onNone: () => 0, onSome: ({ revision }) => revision }))
            return known
          },
          Effect.tapError((error) =>
            error.reason._tag === "Conflict" || error.message === said
              ? Effect.void
              : Effect.andThen(
                Effect.sync(() => void (said = error.message)),
                Effect.logWarning(
                  `the settings wait, because the order of the instances cannot be saved: ${error.message}`
                )
              )
          ),
          // After a conflict the order of the other process is read: it saw the same bucket.
          Effect.retry(Schedule.min([Schedule.exponential("250 millis"), Schedule.spaced("5 seconds")])),
          Effect.orDie
        )
      })
    })
  )

  /** Layer that reads the saved order, for a command that writes nothing. */
  static readonly layerReadOnly: Layer.Layer<CreationOrder, never, Connection> = Layer.effect(
    CreationOrder,
    Effect.gen(function*() {
      const { last } = yield* bucketOf(storeBucket)
      return CreationOrder.of({
        order: Effect.fnUntraced(function*(entries) {
          const found = Option.flatten(yield* Effect.option(last(key)))
          return ordered(Option.isNone(found) ? [] : yield* decode(found.value.bytes, []), entries)
        })
      })
    })
  )
}
