/**
 * `demo`: the connector's main job against a simulated tenant in the same process.
 *
 * @since 0.1.0
 */
import { Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import { StateStore } from "../checkpoints/StateStore.ts"
import { decodeSettings } from "../config/SettingsDocument.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { Status } from "../status/Status.ts"
import { version } from "../status/Version.ts"
import * as Connector from "./Connector.ts"
import { ExitCode } from "./ExitCode.ts"
import * as HttpClientLayer from "./HttpClientLayer.ts"
import * as Logging from "./Logging.ts"
import * as Screen from "./Screen.ts"
import { serve, simulatedInstance } from "./SimulateCommand.ts"

const settingsFor = (origin: string) =>
  Effect.orDie(decodeSettings(
    "The demo",
    `{"instances":{"contoso-demo":${
      // The demo's own settings, of strings that need no care.
      JSON.stringify({
        ...simulatedInstance(origin),
        display_name: "Contoso (demo)",
        poll_interval_minutes: 1,
        endpoints: { incidents: { poll_interval_minutes: 1 } }
      })}}}`
  ))

const beginning =
  `Contoso is a simulated tenant: a phishing campaign, its click, and what came of it. No Azure, no account.
Polled every minute: alerts (legacy), alerts_v2 and incidents. Each line is an artifact, evidence (└) under its alert.
`

const end = (once: boolean, published: number) =>
  `\n${published} artifacts went to this screen${
    once ? "" : " until you stopped it"
  }. With settings of your own they go to files: see "A real tenant" in the README.`

/**
 * The command `demo`.
 *
 * @category commands
 * @since 0.1.0
 */
export const command = Command.make(
  "demo",
  {
    once: Flag.Boolean("once").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Poll each endpoint once, then exit")
    )
  },
  Effect.fn(function*({ once }) {
    const origin = yield* serve(0)
    const settings = yield* settingsFor(origin)
    yield* Console.log(beginning)
    const layer = Layer.mergeAll(
      Connector.layerPolling(settings),
      Screen.layer,
      Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemory))
    ).pipe(Layer.provideMerge(HttpClientLayer.layer({ version })))
    yield* Effect.gen(function*() {
      const status = yield* Status
      yield* Effect.gen(function*() {
        const well = yield* Connector.run(once)
        yield* ExitCode.set(well ? ExitCode.well : ExitCode.failed)
      }).pipe(Effect.ensuring(Effect.suspend(() => Console.log(end(once, status.sink.published)))))
    }).pipe(
      Effect.provide(layer, { local: true }),
      Effect.provide([
        Status.layer(version),
        SettingsSource.layerConstant(settings),
        Logging.layer({ format: "text", level: "Info", toStderr: false })
      ])
    )
  }, Effect.scoped)
).pipe(Command.withDescription("Show the main job on a simulated tenant: artifacts on the screen within seconds"))
