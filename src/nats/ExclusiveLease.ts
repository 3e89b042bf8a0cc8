/**
 * Takes the lease of one instance for a command, when nobody has it: beside a running connector, which keeps its share of all
 * others meanwhile.
 */
import { Duration, Effect, Option, Schedule, Schema, type Scope } from "effect"
import { StateStore, type StateStoreError } from "../checkpoints/StateStore.ts"
import type { Connection } from "./Connection.ts"
import { open as openMembership } from "./Membership.ts"
import { keyOf } from "./NatsLeases.ts"

/** Another process has the lease. */
export class HeldElsewhere extends Schema.TaggedError<HeldElsewhere>()("HeldElsewhere", {
  instance: Schema.String,
  /** Who has it, as far as its membership says. */
  holder: Schema.String
}) {
  override get message() {
    return `${this.instance} is in the hands of ${this.holder}: disable the instance on the Integrations page, or stop the connector, and repeat this`
  }
}

/** The broker did not take the command as a member in time. */
export class NoMembership extends Schema.TaggedError<NoMembership>()("NoMembership", {}) {
  override get message() {
    return "the broker gives this command no lease: look at its bucket AZURE_SECURITY_LEASES"
  }
}

const utf8 = new TextEncoder()

/** Wait for the membership; a broker answers within milliseconds. */
const patience = { every: "50 millis", times: 100 } as const

/** Holds the lease of an instance until the scope ends; fails when another process has it, and takes it from nobody. */
export const hold = Effect.fn("ExclusiveLease.hold")(
  function*(
    instance: string
  ): Effect.fn.Return<void, HeldElsewhere | NoMembership | StateStoreError, Connection | Scope.Scope | StateStore> {
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
  }
)
