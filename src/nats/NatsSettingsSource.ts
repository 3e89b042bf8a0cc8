/** Conductor's settings: a document for each instance, in a KV bucket that Conductor's pages write to. */
import { Effect, Layer, Schedule, Stream } from "effect"
import type { InstanceSettings } from "../config/InstanceSettings.ts"
import type { Settings } from "../config/Settings.ts"
import { BadSettings, decodeInstance, decodeProcess } from "../config/SettingsDocument.ts"
import { type SettingsChange, SettingsSource } from "../config/SettingsSource.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe } from "./NatsFailure.ts"
import { ask } from "./Request.ts"
import { type Entry, type Held, watch } from "./Watch.ts"

/** Conductor's bucket. The connector waits for it and never creates it. */
export const bucket = "INTEGRATIONS"

/**
 * Key of the process settings (`sink`, `limits`, `log`), which may be absent. Instances have keys below it, by name.
 */
export const key = "signal-client.azure-security"

const prefix = `${key}.`
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The last read of an instance: its last good settings, and the fault of its current document. */
interface Known {
  readonly revision: number
  readonly settings: InstanceSettings | undefined
  readonly fault: BadSettings | undefined
}

const readEntry = Effect.fnUntraced(
  function*(name: string, { bytes, revision }: Entry, before: Known | undefined): Effect.fn.Return<Known> {
    if (before?.revision === revision) return before
    const read = yield* Effect.result(decodeInstance(`${bucket} ${prefix}${name}`, text(bytes)))
    if (read._tag === "Success") return { revision, settings: read.success, fault: undefined }
    return { revision, settings: before?.settings, fault: new BadSettings({ ...read.failure, instance: name }) }
  }
)

/** Reads the settings of the process. Missing or unusable settings give the defaults. */
const ofProcess = Effect.fnUntraced(function*() {
  const { jsm } = yield* Connection
  const found = yield* ask(() => jsm.streams.getMessage(`KV_${bucket}`, { last_by_subj: `$KV.${bucket}.${key}` })).pipe(
    Effect.catchIf(({ cause }) => apiCodeOf(cause) === apiCode.streamNotFound, () => Effect.succeed(null)),
    Effect.tapError(({ cause }) => Effect.logWarning(`the settings cannot be read: ${describe(cause)}; trying again`)),
    // The schedule never ends, so no failure is left.
    Effect.retry(Schedule.spaced("1 second")),
    Effect.orDie
  )
  const defaults = yield* Effect.orDie(decodeProcess(key, "{}"))
  if (found === null || found.header.get("KV-Operation") !== "") return defaults
  return yield* Effect.catch(
    decodeProcess(`${bucket} ${key}`, text(found.data)),
    (bad) =>
      Effect.as(Effect.logError(`${bad.source} cannot be used; the defaults apply: ${bad.faults.join("; ")}`), defaults)
  )
})

/**
 * Layer of the settings in the bucket and of their changes.
 *
 * It starts without an instance, and adds each one in the bucket. An unreadable document is reported and leaves its
 * instance unchanged. A deleted document ends its instance. A deleted bucket ends no instance until the bucket exists
 * again.
 */
export const layer: Layer.Layer<SettingsSource, never, Connection> = Layer.effect(
  SettingsSource,
  Effect.gen(function*() {
    const connection = yield* Connection
    const initial: Settings = { ...(yield* ofProcess()), instances: {} }
    let known = new Map<string, Known>()

    const read = Effect.fnUntraced(function*(held: Held): Effect.fn.Return<SettingsChange> {
      const now = new Map<string, Known>()
      for (const [name, entry] of held) {
        const instance = name.slice(prefix.length)
        now.set(instance, yield* readEntry(instance, entry, known.get(instance)))
      }
      known = now
      const instances: Record<string, InstanceSettings> = {}
      const faults: Array<BadSettings> = []
      for (const [name, { fault, settings }] of now) {
        if (settings !== undefined) instances[name] = settings
        if (fault !== undefined) faults.push(fault)
      }
      const settings: Settings = { ...initial, instances }
      return { settings, faults }
    })

    return {
      initial,
      changes: watch(bucket, `${prefix}>`).pipe(Stream.mapEffect(read), Stream.provideService(Connection, connection))
    }
  })
)
