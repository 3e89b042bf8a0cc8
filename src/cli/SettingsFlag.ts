/**
 * Finds the settings of a command: `--config FILE`, else `./azure-security.json` if there is one, else the environment.
 */
import { Config, Effect, FileSystem, Layer, Option, type Path } from "effect"
import { Flag } from "effect/cli"
import * as FileSettingsStore from "../config/FileSettingsStore.ts"
import { fromEnvironment } from "../config/SettingsDocument.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { SettingsStore } from "../config/SettingsStore.ts"
import { Refusal } from "./StartRefusal.ts"

/** The flag `--config` of all commands that read settings. */
export const config = Flag.String("config").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    "Settings file; without it ./azure-security.json if there is one, else AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
  ),
  Flag.optional
)

const defaultFile = "azure-security.json"

const environment = Effect.gen(function*() {
  const variables = yield* Config.all({
    AZURE_TENANT_ID: Config.option(Config.String("AZURE_TENANT_ID")),
    AZURE_CLIENT_ID: Config.option(Config.String("AZURE_CLIENT_ID")),
    AZURE_CLIENT_SECRET: Config.option(Config.String("AZURE_CLIENT_SECRET"))
  }).pipe(Effect.orElseSucceed((): Record<string, Option.Option<string>> => ({})))
  const settings = yield* fromEnvironment((name) =>
    (variables as Record<string, Option.Option<string>>)[name] ?? Option.none()
  )
  return Layer.merge(
    SettingsSource.layerConstant(settings),
    SettingsStore.layerNone(
      `the settings come from the environment; write ${defaultFile}, or name a file with --config, to change them here`
    )
  )
})

const ofFile = (file: string) => Layer.merge(SettingsSource.layerFile(file), FileSettingsStore.layer(file))

/** Layer of a command's settings and of the store that changes them. */
export const layer = (
  file: Option.Option<string>
): Layer.Layer<SettingsSource | SettingsStore, Refusal, FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(Effect.gen(function*() {
    if (Option.isSome(file)) return ofFile(file.value)
    const fs = yield* FileSystem.FileSystem
    if (yield* Effect.orElseSucceed(fs.exists(defaultFile), () => false)) return ofFile(defaultFile)
    return yield* environment
  })).pipe(Layer.catch((error) => Layer.effectContext(Effect.fail(new Refusal({ faults: [error.message] })))))
