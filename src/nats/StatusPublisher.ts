/** Publishes each instance's part of `/status` for Conductor. */
import { Clock, Effect, Schema } from "effect"
import { slug } from "../config/Settings.ts"
import { Leases } from "../instances/Leases.ts"
import { Status } from "../status/Status.ts"
import { InstanceDocument } from "../status/StatusDocument.ts"
import { Connection } from "./Connection.ts"

/** A change is published within this time. */
const lookEvery = "2 seconds"
/** An unchanged status is repeated for late subscribers. */
const repeatMillis = 60_000

const encode = Schema.encodeEffect(Schema.fromJsonString(InstanceDocument))

/** Returns the subject of an instance's status. */
export const subjectOf = (applianceId: string, instance: string): string =>
  `${applianceId}.statuses.signal-client.azure-security.${slug(instance)}`

/**
 * Publishes the status of the instances that this process polls, on each change and each minute, until interrupted. A
 * failed publish is retried after 2 seconds.
 */
export const run = Effect.fn("StatusPublisher.run")(
  function*(applianceId: string): Effect.fn.Return<never, never, Connection | Status> {
    const { nc } = yield* Connection
    const status = yield* Status
    const leases = yield* Leases
    const told = new Map<string, { readonly text: string; readonly at: number }>()

    const look = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const { instances } = yield* status.document
      const holders = instances.filter(({ warnings }) => warnings.some(({ code }) => code === "duplicate_name"))
      for (const instance of instances) {
        // A name that is refused because another has its slug would speak on that one's subject.
        if (holders.some(({ name }) => name !== instance.name && slug(name) === slug(instance.name))) continue
        // Of an instance that some process polls, the holder of the lease publishes the status; of others, each process.
        const isPolled = instance.waits_for === undefined &&
          instance.endpoints.some(({ state }) => state !== "disabled")
        if (instance.enabled && isPolled && !leases.isHeld(instance.name)) continue
        const text = yield* encode(instance)
        const before = told.get(instance.name)
        if (before?.text === text && now - before.at < repeatMillis) continue
        yield* Effect.try(() => nc.publish(subjectOf(applianceId, instance.name), text))
        told.set(instance.name, { text, at: now })
      }
    })
    return yield* Effect.forever(Effect.andThen(Effect.ignore(look), Effect.sleep(lookEvery)))
  }
)
