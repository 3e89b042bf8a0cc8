/** Keeps the connector's {@link Snapshot}. Every change is an event; every output is selected from the snapshot. */
import { Clock, Context, Effect, Layer, Ref } from "effect"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { reduce } from "./Reducer.ts"
import * as Snapshot from "./Snapshot.ts"
import type { StatusDocument } from "./StatusDocument.ts"
import type { EndpointEvent, InstanceEvent, StatusEvent } from "./StatusEvent.ts"
import { documentOf } from "./StatusSelector.ts"

/** Service that keeps the connector's status. */
export class Status extends Context.Service<Status, {
  readonly tell: (event: StatusEvent) => Effect.Effect<void>
  readonly tellInstance: (instance: string, event: InstanceEvent) => Effect.Effect<void>
  readonly tellEndpoint: (instance: string, endpoint: EndpointName, event: EndpointEvent) => Effect.Effect<void>
  readonly snapshot: Effect.Effect<Snapshot.Snapshot>
  readonly document: Effect.Effect<StatusDocument>
}>()("azure-security/status/Status") {
  static readonly layer = (version: string) =>
    Layer.effect(
      Status,
      Effect.gen(function*() {
        const held = yield* Ref.make(Snapshot.initial(yield* Clock.currentTimeMillis))
        const tell = (event: StatusEvent) => Ref.update(held, (snapshot) => reduce(snapshot, event))
        return Status.of({
          tell,
          tellInstance: (instance, event) => tell({ _tag: "Instance", instance, event }),
          tellEndpoint: (instance, endpoint, event) => tell({ _tag: "Endpoint", instance, endpoint, event }),
          snapshot: Ref.get(held),
          document: Effect.gen(function*() {
            return yield* documentOf(yield* Ref.get(held), version, yield* Clock.currentTimeMillis)
          })
        })
      })
    )
}
