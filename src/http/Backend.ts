/**
 * Holds the services behind the page's interface. The HTTP server answers before they exist: in Conductor the process
 * waits for its broker, live but not ready.
 */
import { Context, Effect, type FileSystem, Layer, type Path, Schema } from "effect"
import type { HttpClient } from "effect/http"
import type { SettingsStore } from "../config/SettingsStore.ts"
import type { GraphClient } from "../graph/GraphClient.ts"
import type { Search } from "../search/Search.ts"

/** Services that the page's interface needs. */
export type Services =
  | FileSystem.FileSystem
  | GraphClient
  | HttpClient.HttpClient
  | Path.Path
  | Search
  | SettingsStore

/** The services of the page's interface do not exist yet. */
export class Starting extends Schema.TaggedError<Starting>()("Starting", {
  /** What the caller has to do. */
  why: Schema.String
}, { httpApiStatus: 503 }) {}

/** Service that holds the {@link Services} once the connector has started. */
export class Backend extends Context.Service<Backend, {
  readonly open: (services: Context.Context<Services>) => Effect.Effect<void>
  /** Runs an effect with the services; fails until `open` was called. */
  readonly use: <A, E>(effect: Effect.Effect<A, E, Services>) => Effect.Effect<A, E | Starting>
}>()("azure-security/http/Backend") {
  static readonly layer = Layer.sync(Backend, () => {
    let held: Context.Context<Services> | undefined
    return Backend.of({
      open: (services) => Effect.sync(() => void (held = services)),
      use: <A, E>(effect: Effect.Effect<A, E, Services>) =>
        Effect.suspend((): Effect.Effect<A, E | Starting> =>
          held === undefined
            ? Effect.fail(new Starting({ why: "the connector is starting; its log says what it waits for" }))
            : Effect.provideContext(effect, held)
        )
    })
  })
}
