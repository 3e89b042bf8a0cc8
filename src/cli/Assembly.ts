/**
 * Puts the parts together for `run`, `demo`, Conductor and `backfill`, which differ only in the settings, the sink and the
 * store of positions.
 */
import { Effect, type FileSystem, Layer, type Path, type Scope, type Stdio } from "effect"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import * as FileStateStore from "../checkpoints/FileStateStore.ts"
import * as SavedBackfills from "../checkpoints/SavedBackfills.ts"
import { Audit } from "../config/Audit.ts"
import type { Settings } from "../config/Settings.ts"
import { GraphClient } from "../graph/GraphClient.ts"
import { KeepsBytes, PageBytesMax } from "../graph/Limits.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import { Connection } from "../nats/Connection.ts"
import * as NatsArtifactSink from "../nats/NatsArtifactSink.ts"
import { PagePermits } from "../publishing/PagePermits.ts"
import type { ArtifactSink, ArtifactSinkError, Payload } from "../sinks/ArtifactSink.ts"
import * as FileSink from "../sinks/FileSink.ts"
import * as StdoutSink from "../sinks/StdoutSink.ts"
import { Reporter } from "../status/Reporter.ts"
import { version } from "../status/Version.ts"
import * as Connector from "./Connector.ts"
import { ExitCode } from "./ExitCode.ts"
import * as HttpClientLayer from "./HttpClientLayer.ts"
import { openBackend } from "./Listening.ts"

type SinkOf<Type extends Settings["sink"]["type"]> = Extract<Settings["sink"], { readonly type: Type }>

const layerFile = ({ directory, format }: SinkOf<"file">, names: FileSink.SeriesNames) =>
  FileSink.layer(directory, FileSink.fileBytesMax, names, payloadOf(format))

const payloadOf = (format: SinkOf<"file">["format"]): Payload => format === "ocsf" ? "ocsf" : "artifact"

const layerLocal = (sink: SinkOf<"file" | "stdout">) =>
  sink.type === "stdout" ? StdoutSink.layerOf(payloadOf(sink.format)) : layerFile(sink, FileSink.liveNames)

const layerNats = ({ dead_letters: to, directory, payload, stage }: SinkOf<"nats">, applianceId: string) =>
  NatsArtifactSink.layer({ applianceId, stage, payload, deadLetters: to === "file" ? { to, directory } : { to } })

/** Layer of the sink that the settings name, for a process that is connected to the broker. */
export const layerSink = (
  { sink }: Settings,
  applianceId: string
): Layer.Layer<ArtifactSink, ArtifactSinkError, Connection | FileSystem.FileSystem | Path.Path | Stdio.Stdio> =>
  sink.type === "nats" ? layerNats(sink, applianceId) : layerLocal(sink)

/** Layer of the sink that the settings name. A `nats` sink opens its own connection to the broker. */
export const layerSinkAlone = (
  { sink }: Settings
): Layer.Layer<
  ArtifactSink,
  ArtifactSinkError | Bootstrap.BadBootstrap,
  FileSystem.FileSystem | Path.Path | Stdio.Stdio
> =>
  sink.type !== "nats" ?
    layerLocal(sink) :
    Layer.unwrap(Effect.map(Bootstrap.read(), ({ applianceId, connection }) =>
      Layer.provide(layerNats(sink, applianceId), Connection.layer(connection))))

/** Layer of the sink for `backfill`: as the settings name it, but a file sink has its own file names. */
export const layerBackfillSink = (settings: Settings) =>
  settings.sink.type === "file" ? layerFile(settings.sink, FileSink.backfillNames) : layerSinkAlone(settings)

/** Layer that stores positions and ledgers in the files of a directory, where `backfill` has a directory of its own. */
export const layerFileStates = (directory: string) =>
  Layer.effect(
    Checkpoints,
    Effect.gen(function*() {
      const files = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      return Checkpoints.of({
        ...(yield* Checkpoints),
        backfills: Effect.provideContext(SavedBackfills.inDirectory(directory), files)
      })
    })
  ).pipe(Layer.provide(Checkpoints.layer), Layer.provide(FileStateStore.layer(directory)))

/** The parts in which the commands differ. */
export interface Parts<Out, E, R> {
  readonly settings: Settings
  /** The sink with its search, the positions and, in Conductor, the leases. */
  readonly stores: Layer.Layer<Out, E, R>
  /** Directory of the audit trail, which stays in memory without one. */
  readonly audit?: string
  /** PEM certificates that are trusted in addition to the system's. */
  readonly ca?: ReadonlyArray<string>
}

/** Layer of everything that polling needs except settings, status and the HTTP client. */
export const layerNoDeps = <Out, E, R>({ settings, stores }: Pick<Parts<Out, E, R>, "settings" | "stores">) =>
  Layer.mergeAll(
    GraphClient.layer,
    Layer.succeed(PageBytesMax, settings.limits.page_bytes_max),
    Layer.succeed(KeepsBytes, settings.sink.type === "nats" && settings.sink.payload === "graph"),
    Reporter.layer,
    PagePermits.layer(settings.limits.page_permits),
    stores
  )

/** The layer of {@link layerNoDeps} with the HTTP client of the process. */
export const layer = <Out, E, R>({ ca, ...parts }: Parts<Out, E, R>) =>
  Layer.provideMerge(layerNoDeps(parts), HttpClientLayer.layer({ version, ...(ca === undefined ? {} : { ca }) }))

/**
 * Polls until interrupted or, with `once`, each endpoint once, and serves the web page meanwhile. Returns the exit code.
 * Fibers that `beside` forks run as long.
 */
export const poll = <Out, E, R, R2 = never>(parts: Parts<Out, E, R>, { beside = Effect.void, changed, once }: {
  readonly once: boolean
  /** What is done with the settings after each change of theirs. */
  readonly changed?: (settings: Settings) => Effect.Effect<void>
  readonly beside?: Effect.Effect<void, never, R2 | Scope.Scope>
}) =>
  Effect.gen(function*() {
    const audit = yield* Audit
    yield* audit.open(parts.audit)
    yield* openBackend
    yield* beside
    return (yield* Connector.run(once, audit.followed, changed)) ? ExitCode.well : ExitCode.failed
  }).pipe(Effect.scoped, Effect.provide(layer(parts), { local: true }))
