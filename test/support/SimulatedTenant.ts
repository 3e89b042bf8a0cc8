/** A connector that polls one tenant of the simulated Microsoft in this process. */
import { Effect, FileSystem, Layer, Scope } from "effect"
import { HttpClient } from "effect/http"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { all, type EndpointName } from "../../src/endpoints/Endpoints.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import * as Json from "./Json.ts"
import * as SimulatedClient from "./SimulatedClient.ts"

export const tenant = "11111111-1111-4111-8111-111111111111"

const settings = (names: ReadonlyArray<EndpointName>, more: Readonly<Record<string, object>>) =>
  Effect.orDie(decodeSettings(
    "test",
    Json.text({
      instances: {
        c0ntoso: {
          lookback_hours: 3,
          credentials: { tenant_id: tenant, client_id: "22222222-2222-4222-8222-222222222222", client_secret: "x" },
          endpoints: Object.fromEntries(all.map(({ name }) => [name, { enabled: names.includes(name), ...more[name] }]))
        }
      }
    })
  ))

/** Polls these endpoints until the scope ends. `more` has further settings of them. */
export const polling = Effect.fnUntraced(
  function*(names: ReadonlyArray<EndpointName>, more: Readonly<Record<string, object>> = {}) {
    const http = Layer.effect(HttpClient.HttpClient, SimulatedClient.make)
    const graph = GraphClient.layer.pipe(Layer.provide([http, FileSystem.layerNoop({})]))
    const status = yield* Layer.build(Status.layer("test"))
    yield* run(false).pipe(
      Effect.provide(
        Layer.mergeAll(
          graph,
          Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemoryOpen)),
          ArtifactSink.layerMemoryOpen,
          Reporter.layer,
          PagePermits.layer(8),
          SettingsSource.layerConstant(yield* settings(names, more))
        )
      ),
      Effect.provideContext(status),
      Effect.forkIn(yield* Scope.Scope)
    )
    return { document: Effect.flatMap(Status, (status) => status.document).pipe(Effect.provideContext(status)) }
  }
)
