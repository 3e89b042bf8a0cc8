/**
 * Keeps state in a KV bucket of the broker, one value per key, for any number of replicas.
 *
 * Every write names the revision that it replaces, and carries an id. When the answer to a write is lost, the store
 * reads the broker to learn whether the write happened, and never guesses.
 */
import { nuid } from "@nats-io/transport-node"
import { Effect, Layer, Option, Result, Semaphore } from "effect"
import { Conflict, StateStore, StateStoreError, StoreUnavailable } from "../checkpoints/StateStore.ts"
import { bucketOf, removed } from "./CompareAndSet.ts"
import { Connection } from "./Connection.ts"
import { describe, isAmbiguous } from "./NatsFailure.ts"
import { wanted } from "./Replicas.ts"
import { ask, Refused } from "./Request.ts"

/** Name of the bucket with checkpoints and leases. */
export const bucket = "AZURE_SECURITY_CHECKPOINTS"

/** A write whose answer is lost is retried at once; its id keeps it from being applied twice. */
const attemptsMax = 2
/** Reserved for headers, which count towards the broker's limit; these take about 120. */
const headerBytesMax = 512
/** Concurrent reads of a listing, which sort out removal markers; sixteen answers fill a round trip. */
const readsMax = 16

type Operation = StateStoreError["operation"]

/** Layer of a {@link StateStore} in the bucket, which is created at the first use. */
export const layer: Layer.Layer<StateStore, never, Connection> = Layer.effect(
  StateStore,
  Effect.gen(function*() {
    const connection = yield* Connection
    const { jsm, kvm, nc } = connection
    const { last, stream, subjectOf, unmark, write: writeAt } = yield* bucketOf(bucket)
    const opening = yield* Semaphore.make(1)
    let isOpen = false
    /** Ids of writes with a lost answer, by key: they may or may not have been applied. */
    const unsure = new Map<string, Set<string>>()

    /** Creates the bucket without direct reads, so that the stream's leader answers: a replica may be behind. */
    const open = opening.withPermit(Effect.gen(function*() {
      if (isOpen) return
      const replicas = yield* Effect.provideService(wanted, Connection, connection)
      yield* ask(() => kvm.create(bucket, { history: 1, allow_direct: false, replicas }))
      const { config } = yield* ask(() => jsm.streams.info(stream))
      if (config.max_age > 0 || config.storage === "memory") {
        yield* Effect.logWarning(
          `the bucket ${bucket} has a TTL or is in memory, and loses checkpoints: create it again without a TTL and on disk`
        )
      }
      isOpen = true
    }))

    /** Returns the revision that a write by a caller who read `revision` may replace, if any. */
    const takes = Effect.fnUntraced(function*(key: string, revision: number) {
      const found = yield* last(key)
      if (Option.isNone(found)) return revision === 0 ? Option.some(0) : Option.none()
      const isOurs = unsure.get(key)?.has(found.value.id) === true
      const isFree = found.value.isValue ? found.value.revision === revision : revision === 0
      return isFree || isOurs ? Option.some(found.value.revision) : Option.none()
    })

    const write = Effect.fnUntraced(function*(key: string, revision: number, value: Uint8Array | typeof removed) {
      const id = nuid.next()
      let at = revision
      let moved = false
      for (let attempt = 1;; attempt++) {
        const written = yield* Effect.result(writeAt(key, value, at, { id }))
        if (Result.isSuccess(written)) {
          unsure.delete(key)
          return written.success
        }
        const { failure } = written
        if (failure._tag === "Refused") {
          if (!isAmbiguous(failure.cause)) return yield* failure
          const ids = unsure.get(key) ?? new Set<string>()
          unsure.set(key, ids.add(id))
          if (attempt >= attemptsMax) return yield* failure
          continue
        }
        if (moved) return yield* new Conflict()
        // The caller's revision may have given way to a removal marker, or to an own write whose answer was lost.
        const takenAt = yield* takes(key, revision)
        if (Option.isNone(takenAt)) return yield* new Conflict()
        at = takenAt.value
        moved = true
      }
    })

    const failing = (key: string, operation: Operation) =>
      Effect.mapError((error: Refused | Conflict) => {
        if (error._tag === "Conflict") return new StateStoreError({ key, operation, reason: error })
        isOpen = false
        return new StateStoreError({
          key,
          operation,
          reason: new StoreUnavailable({ detail: `${describe(error.cause)} in ${operation}` })
        })
      })

    const get = (key: string) => Effect.andThen(open, Effect.map(last(key), Option.filter(({ isValue }) => isValue)))

    const put = Effect.fnUntraced(function*(key: string, bytes: Uint8Array, revision: number) {
      yield* open
      const room = (nc.info?.max_payload ?? Infinity) - headerBytesMax
      if (bytes.length > room) {
        return yield* new Refused({ cause: new Error(`a value of ${bytes.length} bytes, over the broker's ${room}`) })
      }
      return yield* write(key, revision, bytes)
    })

    const remove = Effect.fnUntraced(function*(key: string, revision: number) {
      yield* open
      if (revision === 0 && Option.isNone(yield* get(key))) return
      yield* unmark(key, yield* write(key, revision, removed))
    })

    const keys = Effect.fnUntraced(function*(prefix: string) {
      yield* open
      const tokens = prefix.slice(0, prefix.lastIndexOf(".") + 1)
      const { state } = yield* ask(() => jsm.streams.info(stream, { subjects_filter: `${subjectOf(tokens)}>` }))
      const names = Object.keys(state.subjects ?? {})
        .map((subject) => subject.slice(subjectOf("").length))
        .filter((name) => name.startsWith(prefix))
        .sort()
      const found = yield* Effect.forEach(names, get, { concurrency: readsMax })
      return names.filter((_, index) => Option.isSome(found[index]!))
    })

    return StateStore.of({
      get: (key) =>
        get(key).pipe(Effect.map(Option.map(({ bytes, revision }) => ({ bytes, revision }))), failing(key, "get")),
      put: (key, bytes, revision) => put(key, bytes, revision).pipe(failing(key, "put"), Effect.uninterruptible),
      remove: (key, revision) => remove(key, revision).pipe(failing(key, "remove"), Effect.uninterruptible),
      keys: (prefix) => keys(prefix).pipe(failing(prefix, "keys")),
      setAside: (key) =>
        Effect.gen(function*() {
          const found = yield* get(key)
          if (Option.isNone(found)) return `${key}.corrupt`
          const { bytes, revision } = found.value
          const name = `${key}.corrupt-${revision}`
          if (Option.isNone(yield* get(name))) yield* put(name, bytes, 0)
          yield* remove(key, revision)
          return name
        }).pipe(failing(key, "setAside"), Effect.uninterruptible)
    })
  })
)
