/**
 * Tells running connectors of what commands changed on the broker, for the log and the history: a command is a process of its
 * own, whose files are none of theirs.
 */
import { Effect, Option, Schema, Stream } from "effect"
import { StateStore, type StateStoreError } from "../checkpoints/StateStore.ts"
import { AuditEntry } from "../config/AuditEntry.ts"
import type { Connection } from "./Connection.ts"
import { bucket } from "./NatsStateStore.ts"
import { watch } from "./Watch.ts"

/** First token of the keys: the last change of each endpoint of each instance, by each command. */
const prefix = "changes."

/** Characters of an entry; what is longer was written by somebody else. */
const entryMax = 1000

const Json = Schema.fromJsonString(AuditEntry)
const decode = Schema.decodeOption(Json)

/** Notes a change that a command made. */
export const note = Effect.fn("Changes.note")(
  function*(entry: AuditEntry): Effect.fn.Return<void, StateStoreError, StateStore> {
    const store = yield* StateStore
    const key = `${prefix}${entry.instance}.${entry.endpoint}.${entry.command}`
    const text = yield* Effect.orDie(Schema.encodeEffect(Json)(entry))
    const found = yield* store.get(key)
    const revision = Option.match(found, { onNone: () => 0, onSome: ({ revision }) => revision })
    yield* store.put(key, new TextEncoder().encode(text), revision)
  }
)

/** Gives each change of a command to `heard`, those before the start as well. Entries of other kinds are left alone. */
export const follow = Effect.fn("Changes.follow")(
  function*(heard: (entry: AuditEntry) => Effect.Effect<void>): Effect.fn.Return<void, never, Connection> {
    const seen = new Map<string, number>()
    yield* Stream.runForEach(watch(bucket, `${prefix}>`), (held) =>
      Effect.forEach(Array.from(held), ([key, { bytes, revision }]) => {
        if (seen.get(key) === revision) {
          return Effect.void
        }
        seen.set(key, revision)
        const entry = bytes.length > entryMax ? Option.none() : decode(new TextDecoder().decode(bytes))
        return Option.isSome(entry) && entry.value.command !== undefined && entry.value.instance !== undefined
          ? heard(entry.value)
          : Effect.void
      }, { discard: true }))
  }
)
