/** Where settings come from, and how their changes reach the program. */
import {
  Clock,
  Context,
  Effect,
  FileSystem,
  Layer,
  Option,
  type Path,
  type PlatformError,
  Ref,
  Schedule,
  Stream,
  SubscriptionRef
} from "effect"
import type { Settings } from "./Settings.ts"
import { BadSettings, decodeSettings, instanceOrder, type Remark, remarksOn } from "./SettingsDocument.ts"
import * as SettingsPaths from "./SettingsPaths.ts"
import type { Documents } from "./SettingsStore.ts"
import { textOf, unmarked } from "./TextFile.ts"

/** Time between two looks at the file: a person expects an effect within seconds, and a small file costs nothing. */
const watchEvery = "2 seconds"

export interface SettingsChange {
  /** The last good settings; where each instance has its own document, the last good ones of each. */
  readonly settings: Settings
  /** Names of the instances in the order of the settings, where the order of `settings.instances` may be another. */
  readonly order?: ReadonlyArray<string>
  /** Why the current settings cannot be used; empty when they can. */
  readonly faults: ReadonlyArray<BadSettings>
  /** Revisions of the broker's documents, and of their removals, by instance; undefined where the settings are elsewhere. */
  readonly revisions?: Readonly<Record<string, number>>
  /** Monotonic time in nanoseconds at which the reading of a file began. */
  readonly readAt?: bigint
  /** The instance whose removal let another have their slug, by that other instance. */
  readonly causes?: Readonly<Record<string, string>>
}

/** Logs a remark on the settings. */
export const warnOfRemark = ({ message, remedy }: Remark): Effect.Effect<void> =>
  Effect.logWarning(`${message}; ${remedy}`)

/**
 * Service that gives the settings and their changes. Settings that cannot be used change nothing: the last good ones
 * stay in effect.
 */
export class SettingsSource extends Context.Service<SettingsSource, {
  readonly initial: Settings
  /** Whether the instances come with the first change, and `initial` has none. */
  readonly hasInstancesLater?: boolean
  /** Names of the initial instances in the order of the settings; see {@link SettingsChange}. */
  readonly order?: ReadonlyArray<string>
  /** Remarks on the initial settings. */
  readonly remarks?: ReadonlyArray<Remark>
  /** Faults of the process's own settings, where their defaults apply instead. */
  readonly faults?: ReadonlyArray<BadSettings>
  /** The settings after each change, or why they cannot be used. */
  readonly changes: Stream.Stream<SettingsChange>
}>()("azure-security/config/SettingsSource") {
  /** Layer of settings that never change. */
  static readonly layerConstant = (initial: Settings) =>
    Layer.succeed(SettingsSource, { initial, changes: Stream.never })

  /** Layer of settings in memory, which follows the documents of the instances. */
  static readonly layerMemory = (documents: SubscriptionRef.SubscriptionRef<Documents>) => {
    const decode = (instances: Documents) => decodeSettings("The memory", JSON.stringify({ instances }))
    return Layer.effect(
      SettingsSource,
      Effect.gen(function*() {
        const initial = yield* decode(yield* SubscriptionRef.get(documents))
        let good = initial
        return {
          initial,
          changes: SubscriptionRef.changes(documents).pipe(
            Stream.drop(1),
            Stream.mapEffect((held) =>
              Effect.match(decode(held), {
                onFailure: (fault): SettingsChange => ({ settings: good, faults: [fault] }),
                onSuccess: (settings): SettingsChange => ({ settings: good = settings, faults: [] })
              })
            )
          )
        }
      })
    )
  }

  /** Layer of settings in a file, re-read every two seconds. Fails when the file cannot be used at the start. */
  static readonly layerFile = (
    path: string
  ): Layer.Layer<SettingsSource, BadSettings, FileSystem.FileSystem | Path.Path> =>
    Layer.effect(
      SettingsSource,
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const unreadable = (error: PlatformError.PlatformError) =>
          new BadSettings({
            source: path,
            faults: [error.reason._tag === "NotFound"
              ? "There is no such file; see config/azure-security.example.json"
              : `The file cannot be read (${error.reason._tag}); check its owner and mode`]
          })
        const read = Effect.flatMap(Effect.mapError(fs.readFile(path), unreadable), (bytes) => {
          const text = textOf(bytes)
          return text === undefined
            ? Effect.fail(new BadSettings({ source: path, faults: [`The file cannot be read: ${unmarked}`] }))
            : Effect.succeed(text)
        })
        const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
        const resolved = (settings: Settings) => Effect.provideContext(SettingsPaths.resolve(path, settings), services)
        const text = yield* read
        const { remarks, settings: initial } = yield* Effect.flatMap(decodeSettings(path, text), resolved)
        const seen = yield* Ref.make(text)
        const good = yield* Ref.make({ settings: initial, order: instanceOrder(text) })
        const look = Effect.gen(function*() {
          const readAt = yield* Clock.monotonicTimeNanos
          const now = yield* Effect.result(read)
          const sign = now._tag === "Success" ? now.success : now.failure.message
          if ((yield* Ref.getAndSet(seen, sign)) === sign) return Option.none()
          if (now._tag === "Failure") return Option.some({ ...(yield* Ref.get(good)), faults: [now.failure], readAt })
          const decoded = yield* Effect.result(Effect.flatMap(decodeSettings(path, now.success), resolved))
          if (decoded._tag === "Failure") {
            return Option.some({ ...(yield* Ref.get(good)), faults: [decoded.failure], readAt })
          }
          yield* Effect.forEach(remarksOn(now.success), warnOfRemark)
          const change = { settings: decoded.success.settings, order: instanceOrder(now.success) }
          yield* Ref.set(good, change)
          return Option.some({ ...change, faults: [], readAt })
        })
        return {
          initial,
          order: instanceOrder(text),
          remarks: [...remarksOn(text), ...remarks],
          changes: Stream.fromEffectSchedule(look, Schedule.spaced(watchEvery)).pipe(
            Stream.filter(Option.isSome),
            Stream.map(({ value }) => value)
          )
        }
      })
    )
}
