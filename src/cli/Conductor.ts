/** Runs the connector inside Conductor: settings, positions and artifacts go over Conductor's broker. */
import { Effect, FileSystem, Layer, Option, Path, Scope, Stream, SubscriptionRef } from "effect"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import * as DataDirectory from "../config/DataDirectory.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { Backend } from "../http/Backend.ts"
import { Node } from "../instances/Node.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import { Connection } from "../nats/Connection.ts"
import { CreationOrder } from "../nats/CreationOrder.ts"
import * as NatsLeases from "../nats/NatsLeases.ts"
import * as NatsSettingsSource from "../nats/NatsSettingsSource.ts"
import * as NatsSettingsStore from "../nats/NatsSettingsStore.ts"
import * as NatsStateStore from "../nats/NatsStateStore.ts"
import * as StatusPublisher from "../nats/StatusPublisher.ts"
import { Status } from "../status/Status.ts"
import { version } from "../status/Version.ts"
import * as Assembly from "./Assembly.ts"
import { hold } from "./DirectoryLock.ts"
import { listen } from "./Listening.ts"
import * as Logging from "./Logging.ts"
import * as SearchLayer from "./SearchLayer.ts"
import { Refusal } from "./StartRefusal.ts"
import * as Telemetry from "./Telemetry.ts"
import * as TlsVerification from "./TlsVerification.ts"

const replicasMax = 9

/** Takes the first directory for dead letters that no other process holds. */
const ownDirectory = Effect.fnUntraced(function*({ sink }: Settings) {
  if (sink.type !== "nats" || sink.dead_letters !== "file") return sink
  const path = yield* Path.Path
  const directories = [
    sink.directory,
    ...Array.from({ length: replicasMax - 1 }, (_, n) => path.join(sink.directory, `replica-${n + 2}`))
  ]
  // Where others may write to the directory, they may also replace one in it.
  const directory = yield* DataDirectory.inspect(sink.directory).pipe(
    Effect.andThen(Effect.firstSuccessOf(directories.map((each) => Effect.as(hold(each), each)))),
    Effect.catch(({ message }) =>
      Effect.as(
        Effect.logWarning(`dead letters are not kept, because no directory for them is available: ${message}`),
        undefined
      )
    )
  )
  return directory === undefined ? { ...sink, dead_letters: "off" as const } : { ...sink, directory }
})

/** Shows the sink as unavailable while the broker is away, so that the process is not ready. */
const followBroker = Effect.gen(function*() {
  const { presence } = yield* Connection
  const status = yield* Status
  yield* Stream.runForEach(
    SubscriptionRef.changes(presence),
    (now) => status.tell({ _tag: now === "here" ? "OutletRecovered" : "OutletFailed", outlet: "broker" })
  )
})

const trusted = Effect.fnUntraced(function*(file: string | undefined) {
  if (file === undefined) return []
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.matchEffect(fs.readFileString(file), {
    onSuccess: (pem) => Effect.succeed([pem]),
    onFailure: () =>
      Effect.as(Effect.logWarning(`${file} cannot be read, so its certificates are not trusted; correct the path`), [])
  })
})

/** Runs on the broker that the environment names, and waits while the broker is away. */
export const start = Effect.fn("Conductor.start")(function*(options: {
  readonly once: boolean
  readonly listen: Option.Option<string>
  readonly logFormat: Option.Option<"text" | "json">
}) {
  const scope = yield* Scope.Scope
  const bootstrap = yield* Effect.mapError(Bootstrap.read(), ({ faults }) => new Refusal({ faults }))
  const context = yield* Layer.buildWithScope(Layer.merge(Status.layer(version), Backend.layer), scope)
  const { announce, faults: unheard } = yield* listen(options.listen, context, scope)
  const faults = [...(yield* TlsVerification.faults), ...unheard]
  if (faults.length > 0) return yield* new Refusal({ faults })

  const logging = (log: Settings["log"]) =>
    Logging.layer({ level: log.level, format: Option.getOrElse(options.logFormat, () => log.format), toStderr: false })

  return yield* Effect.gen(function*() {
    yield* announce
    const status = yield* Status
    yield* status.tell({ _tag: "SinkNamed", type: "nats" })
    yield* status.tell({ _tag: "OutletFailed", outlet: "broker" })
    const ca = yield* trusted(bootstrap.caFile)
    const broker = yield* Layer.buildWithScope(
      Layer.merge(NatsSettingsSource.layer, NatsSettingsStore.layer).pipe(
        Layer.provide(CreationOrder.layer),
        Layer.provideMerge(NatsStateStore.layer),
        Layer.provideMerge(Connection.layer(bootstrap.connection))
      ),
      scope
    )
    return yield* Effect.gen(function*() {
      const source = yield* SettingsSource
      yield* Effect.forEach(
        source.faults ?? [],
        ({ faults, source: from }) =>
          Effect.logError(`${from} cannot be used, and the defaults apply: ${faults.join("; ")}`)
      )
      const settings = { ...source.initial, sink: yield* ownDirectory(source.initial) }
      const states = Layer.merge(Checkpoints.layer, NatsLeases.layer())
      const beside = Effect.andThen(
        Effect.forkScoped(followBroker),
        Effect.forkScoped(StatusPublisher.run(bootstrap.applianceId))
      )
      return yield* Assembly.poll({
        settings,
        ca,
        stores: Layer.mergeAll(
          SearchLayer.over(Assembly.layerSink(settings, bootstrap.applianceId), settings, true),
          states,
          Layer.succeed(Node, {
            applianceId: bootstrap.applianceId,
            ...(bootstrap.orgId === undefined ? {} : { orgId: bootstrap.orgId })
          })
        )
      }, { once: options.once, beside }).pipe(
        Effect.provide(Layer.provideMerge(Telemetry.layer, logging(settings.log)))
      )
    }).pipe(Effect.provideContext(broker))
  }).pipe(
    Effect.provideContext(context),
    Effect.provide(logging({ level: "Info", format: "text" })),
    Effect.catchTag(
      ["ProxyMalformed", "ArtifactSinkError"],
      (error) => Effect.fail(new Refusal({ faults: [error.message] }))
    )
  )
}, Effect.scoped)
