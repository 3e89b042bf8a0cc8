/** Opens the state of an endpoint (its checkpoint and ledger) and saves changes one at a time. */
import { Clock, Context, Effect, Layer, Option, Predicate, Schema, Semaphore, Struct } from "effect"
import * as Timestamp from "../domain/Timestamp.ts"
import {
  Checkpoint,
  type CheckpointKey,
  checkpointVersion,
  delivered,
  initial,
  rewindAll,
  storeKey
} from "./Checkpoint.ts"
import { type InHand, open as openInHand } from "./InHand.ts"
import { type Inventory, none, open as openInventory } from "./Inventory.ts"
import { type Ledger, open as openLedger } from "./Ledger.ts"
import * as SavedBackfills from "./SavedBackfills.ts"
import * as Sealed from "./Sealed.ts"
import { removeAll, StateStore, type StateStoreError } from "./StateStore.ts"

/** A newer version of this program wrote the checkpoint. Only that version may resume from it. */
export class NewerCheckpoint extends Schema.TaggedError<NewerCheckpoint>()("NewerCheckpoint", {
  key: Schema.String,
  version: Schema.Finite
}) {
  override get message() {
    return `the checkpoint ${this.key} was written by a newer version of this program (form ${this.version})`
  }
}

/** The open state of one endpoint of one tenant. Only one run may hold it at a time. */
export interface EndpointState {
  readonly ledger: Ledger
  /** What is known of the objects of a list; nothing where it was not asked for. */
  readonly inventory: Inventory
  /** The checkpoint, with what {@link EndpointState.update} has not saved yet; none until {@link EndpointState.begin}. */
  readonly current: () => Option.Option<Checkpoint>
  /** Saves the first checkpoint, with reading from `mark` on. Does nothing when a checkpoint exists. `at` is now. */
  readonly begin: (mark: Timestamp.Timestamp, at: number) => Effect.Effect<void, StateStoreError>
  /**
   * Changes the checkpoint and saves it, in the order of the calls. One whose only news is the time of the last success is
   * saved every four minutes at the most: of a list that is polled each minute and has nothing new, that is all there is.
   *
   * Lease and lock keep other processes from the position. Should both fail, that another one changed it is found with the
   * next news, or after those minutes.
   */
  readonly update: (change: (checkpoint: Checkpoint) => Checkpoint) => Effect.Effect<void, StateStoreError>
  /** What the processes before had in hand when they ended. */
  readonly inHand: InHand
  /** To be run at an orderly end of the run: saves what {@link EndpointState.update} has not, and that nothing is in hand. */
  readonly stopped: Effect.Effect<void>
  /** Names of values that could not be read and were set aside when the state was opened. */
  readonly setAside: ReadonlyArray<string>
}

/** An upgrade publishes no known version a second time: rows that it knows are dated before this, unless by a wrong clock. */
const upgradeMillis = 86_400_000

/** What an earlier version saved says of no content; the ledger has keys of it for what changes from tomorrow on. */
const upgraded = (now: number): Pick<Checkpoint, "contents"> => ({
  contents: Timestamp.fromMillis(now + upgradeMillis)
})

const nameOf = (prefix: string) => `${prefix}.checkpoint.json`

const Json = Schema.fromJsonString(Schema.Unknown)
const CheckpointJson = Schema.fromJsonString(Checkpoint)

/** Milliseconds for which a saved time of the last success is recent enough: with the default interval each is saved. */
const successSavedEvery = 240_000

/**
 * Whether a checkpoint says no more than the one that was saved, but that the endpoint works still. `found` is the success
 * that the state was opened with. The first one behind it is saved in any case: a page that was read before it counts as in
 * hand until then, see `InHand`.
 */
const isSavedAsGood = (found: number | null, saved: Checkpoint, next: Checkpoint): boolean =>
  saved.lastSuccessAt !== null && saved.lastSuccessAt !== found && next.lastSuccessAt !== null &&
  Math.abs(next.lastSuccessAt - saved.lastSuccessAt) < successSavedEvery &&
  Struct.keys({ ...saved, ...next }).every((key) => key === "lastSuccessAt" || saved[key] === next[key])

/** Service that opens the states of endpoints. */
export class Checkpoints extends Context.Service<Checkpoints, {
  /**
   * Opens the state of an endpoint. An unreadable checkpoint is set aside. Reading then begins at the floor of the
   * ledger, so that nothing is lost and nothing that the ledger knows is repeated. With `hasObjects: false` there is no
   * inventory, for an endpoint that remembers no objects. While `isDoubted` tells that the store does not take what others
   * write, each change is saved, so that nobody takes the store to be well.
   */
  readonly open: (
    key: CheckpointKey,
    options?: { readonly hasObjects?: boolean; readonly isDoubted?: Effect.Effect<boolean> }
  ) => Effect.Effect<EndpointState, StateStoreError | NewerCheckpoint>
  /** The ranges that `backfill` collects or has collected, of all tenants, as another process may save them meanwhile. */
  readonly backfills: Effect.Effect<ReadonlyArray<SavedBackfills.SavedBackfill>, StateStoreError>
}>()("azure-security/checkpoints/Checkpoints") {
  /** Layer that keeps states in the {@link StateStore}. */
  static readonly layer = Layer.effect(
    Checkpoints,
    Effect.gen(function*() {
      const store = yield* StateStore

      const read = Effect.fnUntraced(function*(prefix: string) {
        const name = nameOf(prefix)
        const stored = yield* store.get(name)
        if (Option.isNone(stored)) return { revision: 0, checkpoint: Option.none<Checkpoint>(), setAside: [] }
        const text = new TextDecoder().decode(stored.value.bytes)
        const json = yield* Effect.option(Schema.decodeEffect(Json)(text))
        const version = Option.isSome(json) && Predicate.isObject(json.value) ? json.value["version"] : undefined
        if (Predicate.isNumber(version) && version > checkpointVersion) {
          return yield* new NewerCheckpoint({ key: name, version })
        }
        const checkpoint = yield* Effect.option(Schema.decodeEffect(CheckpointJson)(text))
        // One of another tenant would lose what lies between the two marks.
        if (Option.isSome(checkpoint) && Sealed.isIntact(text) && storeKey(checkpoint.value) === prefix) {
          const now = yield* Clock.currentTimeMillis
          const { revision } = stored.value
          return { revision, checkpoint: Option.some({ ...upgraded(now), ...checkpoint.value }), setAside: [] }
        }
        return { revision: 0, checkpoint: Option.none<Checkpoint>(), setAside: [yield* store.setAside(name)] }
      })

      const open = Effect.fn("Checkpoints.open")(
        function*(key: CheckpointKey, { hasObjects = true, isDoubted = Effect.succeed(false) }: {
          readonly hasObjects?: boolean
          readonly isDoubted?: Effect.Effect<boolean>
        } = {}) {
          const prefix = storeKey(key)
          const name = nameOf(prefix)
          const found = yield* read(prefix)
          const ledger = yield* Effect.provideService(openLedger(prefix), StateStore, store)
          const inventory = hasObjects ? yield* Effect.provideService(openInventory(prefix), StateStore, store) : none
          const one = yield* Semaphore.make(1)
          let { checkpoint, revision } = found
          /** What the store has. */
          let saved = checkpoint
          const foundSuccess = Option.match(saved, { onNone: () => null, onSome: ({ lastSuccessAt }) => lastSuccessAt })
          // The process may have ended after it wrote the ledger, and before the checkpoint.
          const appended = ledger.delivered()
          if (appended !== undefined) checkpoint = Option.map(checkpoint, (one) => delivered(one, appended))
          const inHand = yield* Effect.provideService(openInHand(prefix, () => saved), StateStore, store)

          const first = (mark: Timestamp.Timestamp, at: number): Checkpoint => {
            const begun = initial(key, found.setAside.length > 0 ? ledger.floor() ?? mark : mark, at)
            // The ledger may be that of an earlier version.
            return ledger.size() === 0 ? begun : { ...begun, ...upgraded(at) }
          }

          const save = (next: Checkpoint) =>
            Effect.gen(function*() {
              const text = yield* Effect.orDie(Schema.encodeEffect(CheckpointJson)(next))
              revision = yield* store.put(name, new TextEncoder().encode(Sealed.seal(text)), revision)
              checkpoint = Option.some(next)
              saved = checkpoint
            }).pipe(Effect.uninterruptible)

          const unsaved = Effect.gen(function*() {
            const isSaved = Option.getOrUndefined(checkpoint) === Option.getOrUndefined(saved)
            if (Option.isNone(checkpoint) || isSaved || (yield* isDoubted)) return
            yield* Effect.ignore(save(checkpoint.value))
          })

          return {
            ledger,
            inventory,
            inHand,
            current: () => checkpoint,
            begin: (mark: Timestamp.Timestamp, at: number) =>
              one.withPermit(Effect.suspend(() => Option.isSome(checkpoint) ? Effect.void : save(first(mark, at)))),
            update: (change: (checkpoint: Checkpoint) => Checkpoint) =>
              one.withPermit(Effect.suspend(() => {
                if (Option.isNone(checkpoint)) return Effect.void
                const next = change(checkpoint.value)
                if (next === checkpoint.value) return Effect.void
                if (Option.isNone(saved) || !isSavedAsGood(foundSuccess, saved.value, next)) return save(next)
                return Effect.flatMap(isDoubted, (isDoubted) => {
                  if (isDoubted) return save(next)
                  checkpoint = Option.some(next)
                  return Effect.void
                })
              })),
            stopped: Effect.andThen(one.withPermit(unsaved), inHand.stopped),
            setAside: [...found.setAside, ...ledger.setAside, ...inventory.setAside]
          }
        }
      )

      const backfills = SavedBackfills.of(
        store.keys(""),
        (name) => Effect.map(store.get(name), Option.map(({ bytes }) => bytes))
      )

      return Checkpoints.of({ open, backfills })
    })
  )
}

/**
 * Moves the mark back by hand, and forgets what was published since. The mark first: where the second step fails, as when a
 * lease ends in between, rows before an unmoved mark would be unknown, and those that are read over again would come twice.
 * Which objects a list has stays known, so that one that was deleted at Microsoft meanwhile is told as removed.
 */
export const republish = Effect.fn("Checkpoints.republish")(
  function*(
    key: CheckpointKey,
    { inventory, update }: Pick<EndpointState, "inventory" | "update">,
    to: Timestamp.Timestamp,
    at: number
  ): Effect.fn.Return<void, StateStoreError, StateStore> {
    yield* update((checkpoint) => rewindAll(checkpoint, to, at))
    yield* removeAll(`${storeKey(key)}.ledger-`)
    yield* inventory.forget
  }
)
