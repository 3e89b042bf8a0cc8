/**
 * Takes the leases of instances for a command, when nobody has them: beside a running connector, which keeps its share of all
 * others meanwhile.
 */
import { Duration, Effect, Option, Schedule, Schema, type Scope } from "effect"
import { StateStore, StateStoreError, StoreUnavailable } from "../checkpoints/StateStore.ts"
import type { Connection } from "./Connection.ts"
import { open as openMembership } from "./Membership.ts"
import { keyOf } from "./NatsLeases.ts"

/** No instance has a name with this character. */
const backfillPrefix = "backfill="

/** What a backfill of an instance takes the lease of, in the place of an instance that is polled. */
export const ofBackfill = (instance: string): string => backfillPrefix + instance

/** Another process has the lease. */
export class HeldElsewhere extends Schema.TaggedError<HeldElsewhere>()("HeldElsewhere", {
  instance: Schema.String,
  /** Who has it, as far as its membership says. */
  holder: Schema.String
}) {
  override get message() {
    return this.instance.startsWith(backfillPrefix)
      ? `another backfill of ${
        this.instance.slice(backfillPrefix.length)
      } runs, in the hands of ${this.holder}: wait until it ends, or stop it, and repeat this`
      : `${this.instance} is in the hands of ${this.holder}: disable the instance on the Integrations page, or stop the connector, and repeat this`
  }
}

/** The broker did not take the command as a member in time. */
export class NoMembership extends Schema.TaggedError<NoMembership>()("NoMembership", {}) {
  override get message() {
    return "the broker gives this command no lease: look at its bucket AZURE_SECURITY_LEASES"
  }
}

/** The store, into which is written only while the leases are held: afterwards a connector may poll again. */
export const guarded = ({ isHeld }: Held, store: typeof StateStore.Service): typeof StateStore.Service => {
  const whileHeld = <A>(key: string, operation: "put" | "remove", write: Effect.Effect<A, StateStoreError>) =>
    Effect.suspend(() => {
      const reason = new StoreUnavailable({ detail: "the lease ended, and a connector may poll again: repeat this" })
      return isHeld() ? write : Effect.fail(new StateStoreError({ key, operation, reason }))
    })
  return {
    ...store,
    put: (key, bytes, revision) => whileHeld(key, "put", store.put(key, bytes, revision)),
    remove: (key, revision) => whileHeld(key, "remove", store.remove(key, revision))
  }
}

const utf8 = new TextEncoder()

/** Wait for the membership; a broker answers within milliseconds. */
const patience = { every: "50 millis", times: 100 } as const

/** Leases that a command holds. */
export interface Held {
  /** Whether it still has them: without the broker they lapse, and a connector goes on. */
  readonly isHeld: () => boolean
}

/** Holds the leases of instances until the scope ends; fails when another process has one, and takes it from nobody. */
export const hold = Effect.fn("ExclusiveLease.hold")(
  function*(
    instances: ReadonlyArray<string>
  ): Effect.fn.Return<Held, HeldElsewhere | NoMembership | StateStoreError, Connection | Scope.Scope | StateStore> {
    const store = yield* StateStore
    const members = yield* openMembership({
      ttl: Duration.seconds(10),
      isCommand: true,
      monotonic: () => performance.now(),
      changed: Effect.void
    })
    const own = yield* Effect.suspend(() => Effect.fromNullishOr(members.current())).pipe(
      Effect.retry({ times: patience.times, schedule: Schedule.spaced(patience.every) }),
      Effect.mapError(() => new NoMembership())
    )
    const take = Effect.fnUntraced(function*(instance: string) {
      const key = keyOf(instance)
      const found = yield* store.get(key)
      const holder = Option.match(found, { onNone: () => "", onSome: ({ bytes }) => new TextDecoder().decode(bytes) })
      if (holder !== "" && !(yield* Effect.orElseSucceed(members.isGone(holder), () => false))) {
        return yield* new HeldElsewhere({ instance, holder: yield* members.nameOf(holder) })
      }
      const written = yield* store.put(key, utf8.encode(own.id), Option.isNone(found) ? 0 : found.value.revision).pipe(
        Effect.catchReason("StateStoreError", "Conflict", () =>
          Effect.fail(new HeldElsewhere({ instance, holder: "another process, which was faster" })))
      )
      yield* Effect.addFinalizer(() => Effect.ignore(store.put(key, utf8.encode(""), written)))
    })
    yield* Effect.forEach(instances, take, { discard: true })
    return { isHeld: () => members.current()?.id === own.id }
  }
)
