/** Conductor's settings: a document for each instance, in a KV bucket that Conductor's pages write to. */
import { Effect, Equal, Layer, Option, Schedule, Schema, Stream } from "effect"
import { variable } from "../config/EnvironmentVariable.ts"
import * as Grant from "../config/Grant.ts"
import type { InstanceSettings } from "../config/InstanceSettings.ts"
import { nameFaults, type ProcessSettings, type Settings } from "../config/Settings.ts"
import { BadSettings, decodeGranted, decodeInstance, decodeProcess } from "../config/SettingsDocument.ts"
import { type SettingsChange, SettingsSource } from "../config/SettingsSource.ts"
import { bucketOf } from "./CompareAndSet.ts"
import { Connection } from "./Connection.ts"
import { CreationOrder } from "./CreationOrder.ts"
import { apiCode, apiCodeOf, describe } from "./NatsFailure.ts"
import { type Entry, type Held, watch } from "./Watch.ts"

/** Conductor's bucket. The connector waits for it and never creates it. */
export const bucket = "INTEGRATIONS"

/** The key without a name in the environment. */
export const keyDefault = "signal-client.azure-security"

/** Whether a bucket can have a key of this name. */
export const isKey = (text: string): boolean => /^[\w=/-]+(?:\.[\w=/-]+)*$/.test(text)

/**
 * Key of the process settings (`sink`, `page`, `limits`, `log`), which may be absent. Instances have keys below it, by name.
 * `AZURE_SECURITY_SETTINGS_KEY` names another, where Conductor keeps them elsewhere.
 */
export const settingsKey: Effect.Effect<string> = Effect.map(
  variable("AZURE_SECURITY_SETTINGS_KEY"),
  Option.getOrElse(() => keyDefault)
)

/** The connector's `integration_type`. Documents of another one that it cannot read belong to others. */
const ownType = "microsoft_graph"

const Typed = Schema.fromJsonString(Schema.Struct({ integration_type: Schema.String }))
const decodeTyped = Schema.decodeOption(Typed)

/** Returns the type of another connector's document that this one cannot read; undefined for its own, good or bad. */
export const foreignType = (document: string): Effect.Effect<string | undefined> => {
  const type = Option.getOrUndefined(Option.map(decodeTyped(document), ({ integration_type }) => integration_type))
  return type === undefined || type === ownType
    ? Effect.undefined
    : Effect.match(decodeInstance("", document), { onFailure: () => type, onSuccess: () => undefined })
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The last read of an instance: its last good settings, and the fault of its current document. */
interface Known {
  readonly revision: number
  readonly settings: InstanceSettings | undefined
  readonly fault: BadSettings | undefined
  /** The other connector's type, where it is no document of this one. */
  readonly foreign?: string | undefined
}

const readEntry = Effect.fnUntraced(
  function*(
    grant: Grant.Grant,
    prefix: string,
    name: string,
    { bytes, revision }: Entry,
    before: Known | undefined
  ): Effect.fn.Return<Known> {
    if (before?.revision === revision) return before
    const read = yield* Effect.result(decodeGranted(grant, `${bucket} ${prefix}${name}`, text(bytes)))
    if (read._tag === "Success") return { revision, settings: read.success, fault: undefined }
    const foreign = before?.settings === undefined ? yield* foreignType(text(bytes)) : undefined
    if (foreign !== undefined) return { revision, settings: undefined, fault: undefined, foreign }
    return { revision, settings: before?.settings, fault: new BadSettings({ ...read.failure, instance: name }) }
  }
)

const refusedWords = ({ data }: Grant.Grant, path: string): string =>
  path === "page.public_url"
    ? "Expected none here; set AZURE_SECURITY_PUBLIC_URL in the connector's environment"
    : path === "page.trusted_proxies"
    ? "Expected none here; set AZURE_SECURITY_TRUSTED_PROXIES in the connector's environment"
    : `Expected a directory in ${data}; set AZURE_SECURITY_DATA_DIR to allow another`

const texts = (all: ReadonlyArray<BadSettings>) => all.flatMap((one) => one.faults)

/** Decodes the settings of the process; undefined is the document that is not there. */
const decodedProcess = Effect.fnUntraced(function*(grant: Grant.Grant, key: string, bytes: Uint8Array | undefined) {
  const source = `${bucket} ${key}`
  const read = yield* decodeProcess(source, bytes === undefined ? "{}" : text(bytes))
  const { refused, settings } = Grant.withinGrant(grant, read)
  const faults = refused.map((path) => `${path}: ${refusedWords(grant, path)}`)
  return { settings, faults: faults.length === 0 ? [] : [new BadSettings({ source, faults })] }
})

/** Reads the settings of the process. Where they are missing or unusable, the defaults apply. */
const ofProcess = Effect.fnUntraced(function*(grant: Grant.Grant, key: string) {
  const { last } = yield* bucketOf(bucket)
  const found = yield* last(key).pipe(
    Effect.catchIf(({ cause }) => apiCodeOf(cause) === apiCode.streamNotFound, () => Effect.succeedNone),
    Effect.tapError(({ cause }) => Effect.logWarning(`the settings cannot be read: ${describe(cause)}; trying again`)),
    // The schedule never ends, so no failure is left.
    Effect.retry(Schedule.spaced("1 second")),
    Effect.orDie
  )
  const ofEnvironment = grant.faults.length === 0
    ? []
    : [new BadSettings({ source: "The environment", faults: grant.faults })]
  const bytes = Option.isSome(found) && found.value.isValue ? found.value.bytes : undefined
  const read = yield* Effect.result(decodedProcess(grant, key, bytes))
  if (read._tag === "Success") {
    return { settings: read.success.settings, faults: [...ofEnvironment, ...read.success.faults] }
  }
  // What cannot be read may have closed the status.
  const defaults = (yield* Effect.orDie(decodedProcess(grant, key, undefined))).settings
  const settings: ProcessSettings = { ...defaults, page: { ...defaults.page, status: "closed" } }
  return { settings, faults: [...ofEnvironment, read.failure] }
})

/**
 * Layer of the settings in the bucket and of their changes.
 *
 * It starts without an instance, and adds each one in the bucket, in the order in which they were created. An unreadable
 * document is reported and leaves its instance unchanged. A key that is no name of an instance is refused. Of two keys with
 * one slug, the one that was created first is used, and the other is refused until the first is deleted. A deleted document
 * ends its instance. A deleted bucket ends no instance until the bucket exists again.
 *
 * A change of the process's settings is a change, too, with the instances as they are. One that cannot be used is reported,
 * and changes nothing.
 */
export const layer: Layer.Layer<SettingsSource, never, Connection | CreationOrder> = Layer.effect(
  SettingsSource,
  Effect.gen(function*() {
    const connection = yield* Connection
    const grant = yield* Grant.fromEnvironment
    const { order } = yield* CreationOrder
    const { last: lastOf } = yield* bucketOf(bucket)
    const key = yield* settingsKey
    const prefix = `${key}.`
    const process = yield* ofProcess(grant, key)
    /** Keys of other connectors that were told of. */
    const others = new Set<string>()
    const initial: Settings = { ...process.settings, instances: {} }
    let known = new Map<string, Known>()
    /** The holder of its slug, by each instance that was refused for it. */
    let shared = new Map<string, string>()
    let own = process.settings
    /** Why the process's settings cannot be used since a change of them. What was wrong at the start lasts until the next. */
    let ownFaults: ReadonlyArray<BadSettings> = []
    /** The instances as of their last change; none before they are known. */
    let last: SettingsChange | undefined

    /** Adds the process's settings to those of the instances. */
    const withOwn = (change: SettingsChange): SettingsChange => ({
      ...change,
      settings: { ...own, instances: change.settings.instances },
      faults: [...change.faults, ...ownFaults]
    })

    const changed = Effect.fnUntraced(function*(held: Held): Effect.fn.Return<SettingsChange> {
      const now = new Map<string, Known>()
      const instances: Record<string, InstanceSettings> = {}
      const revisions: Record<string, number> = {}
      const faults: Array<BadSettings> = []
      const entries = new Map<string, Entry>()
      const read = new Map<string, Known>()
      for (const [at, entry] of held) {
        const name = at.slice(prefix.length)
        const one = yield* readEntry(grant, prefix, name, entry, known.get(name))
        if (one.foreign !== undefined) {
          if (!others.has(at)) {
            yield* Effect.logInfo(`${bucket} ${at} is a document of ${one.foreign}, and is left alone`)
          }
          others.add(at)
          continue
        }
        entries.set(name, entry)
        read.set(name, one)
      }
      const names = yield* order(entries)
      const misnamed = nameFaults(names)
      for (const instance of names) {
        revisions[instance] = entries.get(instance)!.revision
        const fault = misnamed.get(instance)
        if (fault !== undefined) {
          const { holder, message } = fault
          faults.push(
            new BadSettings({
              source: `${bucket} ${prefix}${instance}`,
              instance,
              ...(holder === undefined ? {} : { holder }),
              faults: [message]
            })
          )
          continue
        }
        const one = read.get(instance)!
        now.set(instance, one)
        if (one.settings !== undefined) instances[instance] = one.settings
        if (one.fault !== undefined) faults.push(one.fault)
      }
      for (const instance of known.keys()) {
        if (entries.has(instance)) continue
        const mark = Option.flatten(yield* Effect.option(lastOf(prefix + instance)))
        if (Option.isSome(mark) && !mark.value.isValue) revisions[instance] = mark.value.revision
      }
      const freed = Array.from(shared).filter(([instance, holder]) => now.has(instance) && !entries.has(holder))
      shared = new Map(faults.flatMap(({ holder, instance }) =>
        holder === undefined || instance === undefined ? [] : [[instance, holder]]
      ))
      known = now
      const settings: Settings = { ...own, instances }
      last = { settings, order: names, faults, revisions, causes: {} }
      return withOwn({ ...last, causes: Object.fromEntries(freed) })
    })

    /** Returns undefined when nothing changed. */
    const processChanged = Effect.fnUntraced(function*(held: Held): Effect.fn.Return<SettingsChange | undefined> {
      const read = yield* Effect.result(decodedProcess(grant, key, held.get(key)?.bytes))
      const [settings, found] = read._tag === "Success"
        ? [read.success.settings, read.success.faults]
        : [own, [read.failure]]
      const faults = process.faults.length > 0 ? [] : found
      // A report of the start stays until the next one, so that others are only logged.
      for (const { faults: news, source } of found) {
        if (
          faults.length > 0 || news.every((one) => texts(process.faults).includes(one))
        ) continue
        yield* Effect.logWarning(`${source} cannot be used, and the last good settings stay: ${news.join("; ")}`)
      }
      if (Equal.equals(settings, own) && Equal.equals(texts(faults), texts(ownFaults))) return undefined
      own = settings
      ownFaults = faults
      return last === undefined ? undefined : withOwn(last)
    })

    return {
      initial,
      hasInstancesLater: true,
      faults: process.faults,
      // One after the other, so that none overtakes a later one.
      changes: Stream.merge(
        Stream.map(watch(bucket, `${prefix}>`), (held) => changed(held)),
        Stream.map(watch(bucket, key), (held) => processChanged(held))
      ).pipe(
        Stream.mapEffect((change): Effect.Effect<SettingsChange | undefined> => change),
        Stream.filter((change) => change !== undefined),
        Stream.provideService(Connection, connection)
      )
    }
  })
)
