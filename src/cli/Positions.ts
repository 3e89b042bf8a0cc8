/**
 * Where a command finds settings and positions: in files, or in Conductor's environment on its broker. A change is made only
 * while nobody polls the instance: the directory is locked, or its lease is taken.
 */
import { Context, Effect, FileSystem, Layer, Option, Path, Schema, Scope, type Stdio, Stream } from "effect"
import { Checkpoint, type CheckpointKey, storeKey } from "../checkpoints/Checkpoint.ts"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import * as FileStateStore from "../checkpoints/FileStateStore.ts"
import { peek, Unreadable } from "../checkpoints/Peek.ts"
import * as SavedBackfills from "../checkpoints/SavedBackfills.ts"
import { StateStore, type StateStoreError } from "../checkpoints/StateStore.ts"
import type { AuditEntry } from "../config/AuditEntry.ts"
import * as AuditFile from "../config/AuditFile.ts"
import { hold } from "../config/DirectoryLock.ts"
import { allFromSettings, type Identity } from "../config/Instance.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import type { Node } from "../instances/Node.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import * as BrokerCheck from "../nats/BrokerCheck.ts"
import * as Changes from "../nats/Changes.ts"
import { bucketOf } from "../nats/CompareAndSet.ts"
import { Connection } from "../nats/Connection.ts"
import * as ExclusiveLease from "../nats/ExclusiveLease.ts"
import { apiCode, apiCodeOf, describe } from "../nats/NatsFailure.ts"
import * as NatsStateStore from "../nats/NatsStateStore.ts"
import type { ArtifactSink, ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import { backfillNames } from "../sinks/FileSink.ts"
import * as Assembly from "./Assembly.ts"
import * as OwnDirectory from "./OwnDirectory.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import { Refusal } from "./StartRefusal.ts"

const refusal = ({ message }: { readonly message: string }) => new Refusal({ faults: [message] })

type Files = FileSystem.FileSystem | Path.Path | Stdio.Stdio

/** Names of the instances of a tenant, which share its positions. */
export const sharing = (
  all: ReadonlyArray<Identity>,
  { cloud, tenantId }: Pick<Identity, "cloud" | "tenantId">
): ReadonlyArray<string> =>
  all.filter((one) => one.cloud.name === cloud.name && one.tenantId === tenantId).map(({ name }) => name)

/** What `backfill` works with. */
export interface ForBackfill {
  /** Where its positions are, the sink that it publishes to, and the appliance that it runs on. */
  readonly stores: Layer.Layer<
    ArtifactSink | Checkpoints | StateStore,
    ArtifactSinkError | Bootstrap.BadBootstrap | StateStoreError,
    Files
  >
  readonly node: typeof Node.Service
  /** Files that artifacts were written to since a time in milliseconds since 1970; none where they go elsewhere. */
  readonly writtenSince: (time: number) => Effect.Effect<ReadonlyArray<string>>
  /** Adds an entry to the audit trail, where that is not the file of the connector which polls meanwhile. */
  readonly noted: (entry: AuditEntry) => Effect.Effect<void, Refusal>
}

/** Service of positions for commands. */
export class Positions extends Context.Service<Positions, {
  /** What the positions are in, for messages. */
  readonly where: string
  /** Reads a checkpoint, and changes nothing. */
  readonly peek: (key: CheckpointKey) => Effect.Effect<Option.Option<Checkpoint>, Unreadable>
  /**
   * Layer for a change of positions that these instances share: nobody else polls them meanwhile. Refused while somebody
   * does, and from the moment on in which somebody else may.
   */
  readonly changing: (instances: ReadonlyArray<string>) => Layer.Layer<Checkpoints | StateStore, Refusal>
  /** Adds an entry to the audit trail. */
  readonly noted: (entry: AuditEntry) => Effect.Effect<void, Refusal>
  /** Directories of `backfill` that must be this user's own. */
  readonly directories: ReadonlyArray<string>
  /** Prepares a backfill of an instance; refused while another one of its tenant runs. */
  readonly backfill: (instance: string) => Effect.Effect<ForBackfill, Refusal, Scope.Scope>
}>()("azure-security/cli/Positions") {}

/** Files of `backfill` in a directory that changed since a time. */
const backfilled = Effect.fnUntraced(function*(directory: string, time: number) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = (yield* fs.readDirectory(directory)).filter((name) => name.startsWith(`${backfillNames.artifacts}-`))
  const changed = yield* Effect.filter(
    names,
    (name) =>
      Effect.map(fs.stat(path.join(directory, name)), ({ mtime }) => Option.exists(mtime, (at) => at.getTime() >= time))
  )
  return changed.toSorted().map((name) => path.join(directory, name))
}, Effect.orElseSucceed((): ReadonlyArray<string> => []))

const inFiles = Layer.effect(
  Positions,
  Effect.gen(function*() {
    const { initial } = yield* SettingsSource
    const files = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
    const path = yield* Path.Path
    const { directory } = initial.checkpoint
    const failing = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.mapError(effect, (error) => new Refusal({ faults: [`${directory}: ${error.message}`] }))
    return Positions.of({
      where: directory,
      directories: [directory, ...(initial.sink.type === "file" ? [initial.sink.directory] : [])],
      peek: (key) => Effect.provideContext(peek(directory, key), files),
      changing: () =>
        Layer.unwrap(
          Effect.as(
            Effect.mapError(hold(directory), refusal),
            Layer.provideMerge(Checkpoints.layer, FileStateStore.layer(directory))
          )
        ).pipe(
          Layer.catch((error) =>
            Layer.effectContext(Schema.is(Refusal)(error) ? Effect.fail(error) : failing(Effect.fail(error)))
          ),
          Layer.provide(Layer.succeedContext(files))
        ),
      noted: (entry) =>
        failing(Effect.provideContext(AuditFile.append(directory, AuditFile.changesFile, entry), files)),
      backfill: Effect.fnUntraced(function*() {
        const own = path.join(directory, SavedBackfills.directoryName)
        yield* Effect.provideContext(Effect.mapError(hold(own), refusal), files)
        return {
          stores: Layer.merge(
            Layer.provideMerge(Checkpoints.layer, FileStateStore.layer(own)),
            Assembly.layerBackfillSink(initial)
          ),
          node: {},
          writtenSince: (time) =>
            initial.sink.type === "file"
              ? Effect.provideContext(backfilled(initial.sink.directory, time), files)
              : Effect.succeed([]),
          noted: () => Effect.void
        }
      })
    })
  })
)

/** Without the bucket nothing is known of instances; an empty one has none. */
const noBucket =
  "the broker has no bucket INTEGRATIONS, which Conductor makes: look whether NATS_URL is Conductor's broker, and save an instance on its Integrations page"

const decode = Schema.decodeOption(Schema.fromJsonString(Checkpoint))

/** Reads settings and positions from the broker that the environment names, and changes them there. */
const onBroker = Effect.gen(function*() {
  const scope = yield* Scope.Scope
  const files = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const bootstrap = yield* Effect.mapError(Bootstrap.read(), ({ faults }) => new Refusal({ faults }))
  const { applianceId, connection, orgId } = bootstrap
  const broker = yield* BrokerCheck.within(
    bootstrap,
    Layer.buildWithScope(Layer.provideMerge(NatsStateStore.layer, Connection.layer(connection)), scope)
  ).pipe(Effect.mapError(refusal))
  const { faults, hasBucket, order = [], settings } = yield* BrokerCheck.within(bootstrap, BrokerCheck.settingsNow)
    .pipe(Effect.provideContext(broker), Effect.mapError(refusal))
  if (!hasBucket) return yield* new Refusal({ faults: [noBucket] })
  for (const { message } of faults) yield* Effect.logWarning(message.replaceAll(/\s+/g, " "))
  const stores = Layer.succeedContext(broker)
  const states = Layer.provideMerge(Checkpoints.layer, stores)
  // A connector polls these with their last good settings, which may be of any tenant.
  const unread = faults.flatMap(({ instance }) => instance === undefined ? [] : [instance])
  const held = (leases: ReadonlyArray<string>) =>
    ExclusiveLease.hold(leases).pipe(
      Effect.provideContext(broker),
      Effect.mapError((error) =>
        error._tag === "HeldElsewhere" && unread.includes(error.instance)
          ? new Refusal({
            faults: [
              `${error.instance} is polled by ${error.holder} with its last good settings, perhaps of the same tenant, and its present ones cannot be read: correct them, and repeat this`
            ]
          })
          : refusal(error)
      )
    )
  const noted = (entry: AuditEntry) => Changes.note(entry).pipe(Effect.provideContext(broker), Effect.mapError(refusal))

  const positions = Positions.of({
    where: `the bucket ${NatsStateStore.bucket}`,
    directories: [],
    peek: Effect.fnUntraced(function*(key) {
      const name = `${storeKey(key)}.checkpoint.json`
      const { last } = yield* Effect.provideContext(bucketOf(NatsStateStore.bucket), broker)
      const found = yield* last(name).pipe(
        Effect.map(Option.filter(({ isValue }) => isValue)),
        Effect.catchIf(({ cause }) => apiCodeOf(cause) === apiCode.streamNotFound, () => Effect.succeedNone),
        Effect.mapError(({ cause }) =>
          new Unreadable({ file: `${NatsStateStore.bucket} ${name}`, why: describe(cause) })
        )
      )
      if (Option.isNone(found)) return Option.none()
      const checkpoint = decode(new TextDecoder().decode(found.value.bytes))
      return Option.isSome(checkpoint)
        ? checkpoint
        : yield* new Unreadable({ file: `${NatsStateStore.bucket} ${name}` })
    }),
    changing: (instances) =>
      Layer.unwrap(
        Effect.map(held(Array.from(new Set([...instances, ...unread]))), (leases) =>
          Layer.provideMerge(
            Checkpoints.layer,
            Layer.succeed(StateStore, ExclusiveLease.guarded(leases, Context.get(broker, StateStore)))
          ))
      ),
    noted,
    backfill: Effect.fnUntraced(function*(instance) {
      const all = allFromSettings(settings, order).map(({ identity }) => identity)
      const theirs = all.filter(({ name }) => name === instance).flatMap((identity) => sharing(all, identity))
      yield* held(theirs.map(ExclusiveLease.ofBackfill))
      const directory = yield* Effect.provideContext(OwnDirectory.take(settings), files)
      const own: Settings = { ...settings, sink: OwnDirectory.sinkIn(settings.sink, directory) }
      return {
        stores: Layer.merge(Layer.provide(Assembly.layerSink(own, applianceId), stores), states),
        writtenSince: () => Effect.succeed([]),
        node: { applianceId, ...(orgId === undefined ? {} : { orgId }) },
        noted
      }
    })
  })
  return Context.make(Positions, positions).pipe(
    Context.add(SettingsSource, SettingsSource.of({ initial: settings, order, changes: Stream.never }))
  )
})

/** Layer of a command's settings and positions: in Conductor's environment those of the broker, unless a file is named. */
export const layer = (
  config: Option.Option<string>
): Layer.Layer<Positions | SettingsSource, Refusal, FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(
    Effect.map(Bootstrap.isInConductor, (isInConductor) =>
      isInConductor && Option.isNone(config)
        ? Layer.effectContext(onBroker)
        : Layer.provideMerge(inFiles, SettingsFlag.layer(config)))
  )
