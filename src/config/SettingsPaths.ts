/**
 * Resolves the relative paths of a settings file against its own directory. Earlier versions resolved them against the one
 * that the program was started in: what is there, and nowhere else, is used on.
 */
import { Effect, FileSystem, Path, Record } from "effect"
import type { InstanceSettings } from "./InstanceSettings.ts"
import type { Settings } from "./Settings.ts"
import type { Remark } from "./SettingsDocument.ts"

/** Settings with absolute paths, and remarks on those that stay where an earlier version had them. */
export interface Resolved {
  readonly settings: Settings
  readonly remarks: ReadonlyArray<Remark>
}

const fileKeys = [
  "client_secret_file",
  "client_certificate_path",
  "client_private_key_path",
  "federated_token_file"
] as const

/** Directory of the search where the sink has none. */
const searchBeside = "data/search"

/** Resolves the paths of settings that were read from `file`. */
export const resolve = Effect.fn("SettingsPaths.resolve")(
  function*(file: string, settings: Settings): Effect.fn.Return<Resolved, never, FileSystem.FileSystem | Path.Path> {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const exists = (one: string) => Effect.orElseSucceed(fs.exists(one), () => false)
    const remarks: Array<Remark> = []

    const place = Effect.fnUntraced(function*(what: string, given: string, remedy: (now: string) => string) {
      const [now, before] = [path.resolve(path.dirname(file), given), path.resolve(given)]
      if (now === before || (yield* exists(now)) || !(yield* exists(before))) return now
      remarks.push({
        message: `${what} ${given} is ${before}, as in earlier versions, because nothing is at ${now} yet`,
        remedy: remedy(now)
      })
      return before
    })
    const directory = (what: string, given: string) =>
      place(what, given, (now) => `stop the connector and move the directory to ${now}, or write its whole path`)

    const credentialsOf = Effect.fnUntraced(function*(name: string, { credentials }: InstanceSettings) {
      const found = yield* Effect.forEach(fileKeys, (key) => {
        const given = credentials[key]
        const whole = "write the file's whole path, or one from the directory of the settings file"
        return given === undefined
          ? Effect.succeed([])
          : Effect.map(place(`instances.${name}.credentials.${key}`, given, () => whole), (at) => [[key, at] as const])
      })
      return { ...credentials, ...Record.fromEntries(found.flat()) }
    })

    const { checkpoint, search, sink } = settings
    const searchAt = search.directory ?? (search.enabled === true && sink.type === "stdout" ? searchBeside : undefined)
    const instances: Record.ReadonlyRecord<string, InstanceSettings> = yield* Effect.map(
      Effect.forEach(Object.entries(settings.instances), ([name, one]) =>
        Effect.map(credentialsOf(name, one), (credentials) =>
          [name, { ...one, credentials }] as const)),
      Record.fromEntries
    )
    return {
      settings: {
        ...settings,
        instances,
        checkpoint: { ...checkpoint, directory: yield* directory("checkpoint.directory", checkpoint.directory) },
        sink: "directory" in sink ? { ...sink, directory: yield* directory("sink.directory", sink.directory) } : sink,
        search: searchAt === undefined
          ? search
          : { ...search, directory: yield* directory("search.directory", searchAt) }
      },
      remarks
    }
  }
)
