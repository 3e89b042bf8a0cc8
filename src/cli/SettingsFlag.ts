/**
 * Finds the settings of a command: `--config FILE`, else `./azure-security.json` if there is one, else the environment.
 */
import { Config, Effect, FileSystem, Layer, Option, type Path } from "effect"
import { Flag } from "effect/cli"
import * as FileSettingsStore from "../config/FileSettingsStore.ts"
import { isWindows } from "../config/OwnFiles.ts"
import type { Settings } from "../config/Settings.ts"
import { fromEnvironment, salvaged } from "../config/SettingsDocument.ts"
import * as SettingsPaths from "../config/SettingsPaths.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { SettingsStore } from "../config/SettingsStore.ts"
import { textOf } from "../config/TextFile.ts"
import { Refusal } from "./StartRefusal.ts"

/** The flag `--config` of all commands that read settings. */
export const config = Flag.String("config").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    "Settings file; without it ./azure-security.json if there is one, else AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
  ),
  Flag.optional
)

/** The settings file that is looked for without `--config`. */
export const defaultFile = "azure-security.json"

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

/** The settings file of a command; none when the settings come from the environment. */
export const fileOf = Effect.fnUntraced(function*(given: Option.Option<string>) {
  if (Option.isSome(given)) return given
  const fs = yield* FileSystem.FileSystem
  return (yield* Effect.orElseSucceed(fs.exists(defaultFile), () => false)) ? Option.some(defaultFile) : Option.none()
})

/** Says that other users may read the settings file, and what to do; undefined when they may not. */
export const openToOthers = Effect.fnUntraced(function*(given: Option.Option<string>) {
  const file = yield* fileOf(given)
  const fs = yield* FileSystem.FileSystem
  const info = Option.isNone(file) ? Option.none() : yield* Effect.option(fs.stat(file.value))
  return !isWindows && Option.isSome(file) && Option.isSome(info) && (info.value.mode & 0o077) !== 0
    ? {
      message: `${file.value} can be read by other users and may hold a client secret`,
      remedy: `chmod 600 ${file.value}`
    }
    : undefined
})

/** Returns what settings that cannot be used say of the process all the same; undefined when they cannot be read at all. */
export const salvage = Effect.fnUntraced(
  function*(
    given: Option.Option<string>
  ): Effect.fn.Return<Settings | undefined, never, FileSystem.FileSystem | Path.Path> {
    const file = yield* fileOf(given)
    if (Option.isNone(file)) return salvaged("{}")
    const fs = yield* FileSystem.FileSystem
    const bytes = yield* Effect.option(fs.readFile(file.value))
    const settings = salvaged(Option.match(bytes, { onNone: () => "", onSome: (read) => textOf(read) ?? "" }))
    return settings === undefined ? undefined : (yield* SettingsPaths.resolve(file.value, settings)).settings
  }
)

const ofFile = (file: string) => Layer.merge(SettingsSource.layerFile(file), FileSettingsStore.layer(file))

/** Layer of a command's settings and of the store that changes them. */
export const layer = (
  file: Option.Option<string>
): Layer.Layer<SettingsSource | SettingsStore, Refusal, FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(Effect.gen(function*() {
    const found = yield* fileOf(file)
    return Option.isSome(found) ? ofFile(found.value) : yield* environment
  })).pipe(Layer.catch((error) => Layer.effectContext(Effect.fail(new Refusal({ faults: [error.message] })))))
