/**
 * Keeps the connector's state: named values of bytes that are replaced whole or not at all.
 *
 * Checkpoints and ledgers are written in terms of these few operations, so that files, memory and a broker's buckets
 * differ in nothing else. What the bytes mean is not its concern.
 */
import { Context, Effect, Layer, Option, Ref, Result, Schema } from "effect"

/** The store cannot be read or written at the moment. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  /** What failed, without a value: `ENOSPC writing global.1111.alerts.checkpoint.json`. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Another writer replaced the value since it was read. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", {}) {
  override get message() {
    return "another process wrote it meanwhile"
  }
}

/** Failure of a state store. */
export class StateStoreError extends Schema.TaggedError<StateStoreError>()("StateStoreError", {
  key: Schema.String,
  operation: Schema.Literals(["get", "put", "remove", "keys", "setAside"]),
  reason: Schema.Union([StoreUnavailable, Conflict])
}) {
  override get message() {
    return `${this.key}: ${this.reason.message}`
  }
}

/** A value and the revision at which it was read. */
export interface Versioned {
  readonly bytes: Uint8Array
  readonly revision: number
}

/** What a store in memory holds, for tests to look at and to keep over a restart. */
export class Values extends Context.Service<Values, Ref.Ref<ReadonlyMap<string, Versioned>>>()(
  "azure-security/checkpoints/StateStore/Values"
) {
  static readonly layer = Layer.effect(Values, Ref.make<ReadonlyMap<string, Versioned>>(new Map()))
}

/**
 * Service that keeps named values.
 *
 * **Details**
 *
 * Keys are of `[A-Za-z0-9._-]`. A `put` that succeeded survives a crash of the process and of the machine, and a crash
 * during one leaves the old value or the new one. A value stays under 512 KiB, so that every store can hold it.
 *
 * **Gotchas**
 *
 * `put` and `remove` compare revisions: 0 stands for "there is none". A writer that lost its place gets `Conflict` and
 * must not try again with a revision it reads afterwards.
 */
export class StateStore extends Context.Service<StateStore, {
  readonly get: (key: string) => Effect.Effect<Option.Option<Versioned>, StateStoreError>
  /** Replaces the value at `revision` and returns its new revision. */
  readonly put: (key: string, bytes: Uint8Array, revision: number) => Effect.Effect<number, StateStoreError>
  readonly remove: (key: string, revision: number) => Effect.Effect<void, StateStoreError>
  /** Keys that begin with `prefix`, in order. */
  readonly keys: (prefix: string) => Effect.Effect<ReadonlyArray<string>, StateStoreError>
  /** Keeps an unreadable value under another name, where nothing reads it, and returns that name. */
  readonly setAside: (key: string) => Effect.Effect<string, StateStoreError>
}>()("azure-security/checkpoints/StateStore") {
  /** In memory, over {@link Values} that outlive it. */
  static readonly layerMemoryOpen = Layer.effect(
    StateStore,
    Effect.gen(function*() {
      const values = yield* Values
      /** Replaces what `key` holds at `revision`; the change gets the revision that the new value would have. */
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

  /** In memory: the reference of what every store does. */
  static readonly layerMemory = StateStore.layerMemoryOpen.pipe(Layer.provideMerge(Values.layer))
}
