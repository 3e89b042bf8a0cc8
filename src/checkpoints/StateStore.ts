/**
 * Keeps the connector's state as named values of bytes. A value is replaced completely or not at all.
 *
 * Checkpoints and ledgers use only these operations, so that files, memory and buckets of the broker behave the same.
 */
import { Context, Effect, Layer, Option, Ref, Result, Schema } from "effect"

/** The store cannot be read or written at the moment. Callers retry. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  /** What failed, without content: `ENOSPC writing global.1111.alerts.checkpoint.json`. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Another writer replaced the value since it was read. Callers must not retry. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", {}) {
  override get message() {
    return "another process changed it in the meantime"
  }
}

/** Failure of a state store; `reason` says whether to retry. */
export class StateStoreError extends Schema.TaggedError<StateStoreError>()("StateStoreError", {
  key: Schema.String,
  operation: Schema.Literals(["get", "put", "remove", "keys", "setAside"]),
  reason: Schema.Union([StoreUnavailable, Conflict])
}) {
  override get message() {
    return `${this.key}: ${this.reason.message}`
  }
}

/** Removes every value whose key begins with `prefix`. */
export const removeAll = Effect.fn("StateStore.removeAll")(
  function*(prefix: string): Effect.fn.Return<void, StateStoreError, StateStore> {
    const store = yield* StateStore
    for (const key of yield* store.keys(prefix)) {
      const value = yield* store.get(key)
      if (Option.isSome(value)) yield* store.remove(key, value.value.revision)
    }
  }
)

/** A value and the revision at which it was read. */
export interface Versioned {
  readonly bytes: Uint8Array
  readonly revision: number
}

/** The contents of an in-memory store, which tests inspect and keep over a restart. */
export class Values
  extends Context.Service<Values, Ref.Ref<ReadonlyMap<string, Versioned>>>()(
    "azure-security/checkpoints/StateStore/Values"
  )
{
  static readonly layer = Layer.effect(Values, Ref.make<ReadonlyMap<string, Versioned>>(new Map()))
}

/**
 * Service that keeps named values.
 *
 * **Details**
 *
 * Keys consist of `[A-Za-z0-9._-]`. A successful `put` survives a crash of the process and of the machine. A crash during
 * a `put` leaves the old value or the new one. Values stay under 512 KiB, so that every store can hold them.
 *
 * **Gotchas**
 *
 * `put` and `remove` compare revisions; revision 0 means that there is no value. A writer that gets `Conflict` must not
 * read the new revision and try again, or it overwrites the other writer's progress.
 */
export class StateStore extends Context.Service<StateStore, {
  readonly get: (key: string) => Effect.Effect<Option.Option<Versioned>, StateStoreError>
  /** Replaces the value at `revision` and returns the new revision. */
  readonly put: (key: string, bytes: Uint8Array, revision: number) => Effect.Effect<number, StateStoreError>
  readonly remove: (key: string, revision: number) => Effect.Effect<void, StateStoreError>
  /** Lists the keys that begin with `prefix`, sorted. */
  readonly keys: (prefix: string) => Effect.Effect<ReadonlyArray<string>, StateStoreError>
  /** Renames an unreadable value, so that nothing reads it, and returns the new name. */
  readonly setAside: (key: string) => Effect.Effect<string, StateStoreError>
}>()("azure-security/checkpoints/StateStore") {
  /** Layer of an in-memory store over {@link Values}, which outlive it. */
  static readonly layerMemoryOpen = Layer.effect(
    StateStore,
    Effect.gen(function*() {
      const values = yield* Values
      /** Edits the values if `key` is at `revision`. `edit` gets the revision for a new value. */
      const change = (
        key: string,
        operation: "put" | "remove",
        revision: number,
        edit: (left: Map<string, Versioned>, next: number) => void
      ) =>
        Effect.flatMap(
          Ref.modify(values, (all): [Result.Result<number, StateStoreError>, ReadonlyMap<string, Versioned>] => {
            if ((all.get(key)?.revision ?? 0) !== revision) {
              return [Result.fail(new StateStoreError({ key, operation, reason: new Conflict() })), all]
            }
            const next = 1 + Math.max(0, ...Array.from(all.values(), (value) => value.revision))
            const left = new Map(all)
            edit(left, next)
            return [Result.succeed(next), left]
          }),
          Effect.fromResult
        )
      return StateStore.of({
        get: (key) => Effect.map(Ref.get(values), (all) => Option.fromUndefinedOr(all.get(key))),
        put: (key, bytes, revision) =>
          change(key, "put", revision, (left, next) => left.set(key, { bytes, revision: next })),
        remove: (key, revision) => change(key, "remove", revision, (left) => left.delete(key)),
        keys: (prefix) =>
          Effect.map(Ref.get(values), (all) => Array.from(all.keys()).filter((key) => key.startsWith(prefix)).sort()),
        setAside: (key) =>
          Ref.modify(values, (all) => {
            const name = `${key}.corrupt`
            const left = new Map(all)
            const value = left.get(key)
            if (value !== undefined) left.set(name, value)
            left.delete(key)
            return [name, left]
          })
      })
    })
  )

  /** Layer of an in-memory store, the reference for every store. */
  static readonly layerMemory = StateStore.layerMemoryOpen.pipe(Layer.provideMerge(Values.layer))
}
