/** Runs the connector inside Conductor: settings, positions and artifacts go over Conductor's broker. */
import {
  Clock,
  Effect,
  FileSystem,
  Layer,
  MutableRef,
  Option,
  Schedule,
  Schema,
  Scope,
  Stream,
  SubscriptionRef
} from "effect"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import { Audit } from "../config/Audit.ts"
import * as Grant from "../config/Grant.ts"
import { PageSettings } from "../config/PageSettings.ts"
import type { Settings } from "../config/Settings.ts"
import type { BadSettings } from "../config/SettingsDocument.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import * as Surroundings from "../config/Surroundings.ts"
import { Backend } from "../http/Backend.ts"
import { Node } from "../instances/Node.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import * as Changes from "../nats/Changes.ts"
import { Connection } from "../nats/Connection.ts"
import { CreationOrder } from "../nats/CreationOrder.ts"
import * as Membership from "../nats/Membership.ts"
import * as NatsArtifactSink from "../nats/NatsArtifactSink.ts"
import * as NatsLeases from "../nats/NatsLeases.ts"
import * as NatsSettingsSource from "../nats/NatsSettingsSource.ts"
import * as NatsSettingsStore from "../nats/NatsSettingsStore.ts"
import * as NatsStateStore from "../nats/NatsStateStore.ts"
import * as Replicas from "../nats/Replicas.ts"
import * as Rights from "../nats/Rights.ts"
import * as StatusPublisher from "../nats/StatusPublisher.ts"
import { isoTime, line, type Report } from "../status/Report.ts"
import { Status } from "../status/Status.ts"
import { settingsInvalid } from "../status/StatusSelector.ts"
import { version } from "../status/Version.ts"
import * as Assembly from "./Assembly.ts"
import { listen } from "./Listening.ts"
import * as Logging from "./Logging.ts"
import * as OwnDirectory from "./OwnDirectory.ts"
import * as PageToken from "./PageToken.ts"
import * as SearchLayer from "./SearchLayer.ts"
import * as StartFaults from "./StartFaults.ts"
import { Refusal, refuse } from "./StartRefusal.ts"
import * as StreamWatch from "./StreamWatch.ts"
import * as Telemetry from "./Telemetry.ts"
import * as TlsVerification from "./TlsVerification.ts"

/** Waits until the broker's permissions let this user use the buckets; logs once what each lacks. */
const untilAllowed = Effect.suspend(() => {
  const said = new Set<string>()
  return Effect.gen(function*() {
    const lacks = yield* Rights.lacks
    for (const { message, remedy } of lacks) {
      if (!said.has(message)) yield* Effect.logError(`${message}; nothing is polled until then: ${remedy}`)
      said.add(message)
    }
    return lacks.length === 0
  }).pipe(Effect.repeat({ until: (isAllowed) => isAllowed, schedule: Schedule.spaced("2 seconds") }))
})

/**
 * Shows the sink as unavailable while the broker is away, or its permissions keep this process from its buckets, so that
 * the process is not ready.
 */
const followBroker = Effect.gen(function*() {
  const { presence } = yield* Connection
  const status = yield* Status
  yield* Stream.runForEach(
    SubscriptionRef.changes(presence),
    (now) =>
      now === "here"
        ? Effect.andThen(untilAllowed, status.tell({ _tag: "OutletRecovered", outlet: "broker" }))
        : status.tell({ _tag: "OutletFailed", outlet: "broker" })
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

/** Logs and shows faults of the process's own settings, which are read at the start only. */
const tellFaults = Effect.fnUntraced(function*(faults: ReadonlyArray<BadSettings>) {
  if (faults.length === 0) return
  const report: Report = {
    code: settingsInvalid,
    message: faults.map(({ faults, source }) =>
      `${source} cannot be used, and the defaults apply: ${faults.join("; ")}`
    ).join("; "),
    remedy: "Correct them, and start the connector again: they are read at the start only",
    occurred_at: isoTime(yield* Clock.currentTimeMillis)
  }
  yield* (yield* Status).tell({ _tag: "ProcessWarned", key: report.code, report })
  yield* Effect.annotateLogs(Effect.logError(line(report)), { code: report.code })
})

const pageDefaults = Schema.decodeSync(PageSettings)({})

/** Returns whom the page lets in. The log goes to Conductor, so it has no link: the command `page` prints one. */
const admitted = Effect.fnUntraced(function*(settings: Settings, once: boolean) {
  const { admission, faults, warnings } = yield* PageToken.fromEnvironment(
    settings.page,
    once
      ? Effect.succeed(PageToken.nobody("this connector polls once, and takes no sign-in", settings.page))
      : PageToken.fromFile(settings, true)
  )
  yield* Effect.forEach([...faults, ...warnings], (text) => Effect.logWarning(text))
  if (Option.isSome(admission.token)) {
    yield* Effect.logInfo("the command `azure-security page` in this container prints a link that signs in to the page")
  }
  return admission
})

/** Runs on the broker that the environment names, and waits while the broker is away. */
export const start = Effect.fnUntraced(function*(options: {
  readonly once: boolean
  readonly listen: Option.Option<string>
  readonly logFormat: Option.Option<"text" | "json">
}) {
  const scope = yield* Scope.Scope
  const bootstrap = yield* Effect.catchTag(
    Bootstrap.read(),
    "BadBootstrap",
    ({ faults }) =>
      Effect.flatMap(
        StartFaults.besides(options.listen),
        (others) => Effect.fail(new Refusal({ faults: [...faults, ...others] }))
      )
  )
  const given: Logging.Given = { format: options.logFormat, level: yield* Logging.levelGiven }
  const shown = MutableRef.make(Logging.shownOf({ level: "Info", format: "text" }, given))
  const show = ({ log }: Settings) => Effect.sync(() => void MutableRef.set(shown, Logging.shownOf(log, given)))
  const logging = Logging.layerFollowing(shown, false)
  const context = yield* Effect.provide(
    Layer.buildWithScope(Layer.mergeAll(Status.layer(version), Backend.layer, Audit.layer), scope),
    logging
  )
  // The settings, and with them the place of the token, are known once the broker answers.
  const early = yield* PageToken.fromEnvironment(
    pageDefaults,
    Effect.succeed(PageToken.nobody("the connector waits for its broker; sign in once it is there", pageDefaults))
  )
  const { admit, announce, faults: unheard } = yield* listen(options.listen, early.admission, context, scope)
  const faults = [...(yield* TlsVerification.faults), ...early.faults, ...unheard]
  if (faults.length > 0) return yield* new Refusal({ faults })

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
      yield* show(source.initial)
      yield* tellFaults(source.faults ?? [])
      const directory = yield* OwnDirectory.take(source.initial)
      const settings = { ...source.initial, sink: OwnDirectory.sinkIn(source.initial.sink, directory) }
      const { secrets } = yield* Grant.fromEnvironment
      yield* Surroundings.warn({
        directories: [PageToken.directoryOf(source.initial, true)],
        files: secrets === undefined ? [] : [secrets]
      })
      if (Option.isSome(options.listen)) yield* Effect.flatMap(admitted(source.initial, options.once), admit)
      const states = Layer.merge(Checkpoints.layer, NatsLeases.layer())
      const { sink } = settings
      const beside = Effect.all([
        Effect.forkScoped(followBroker),
        Effect.forkScoped(Effect.flatMap(Audit, ({ heard }) => Changes.follow(heard))),
        Effect.forkScoped(Replicas.follow([NatsStateStore.bucket, Membership.bucket])),
        Effect.forkScoped(StatusPublisher.run(bootstrap.applianceId)),
        sink.type === "nats"
          ? Effect.forkScoped(StreamWatch.run(NatsArtifactSink.subjectOf(bootstrap.applianceId, sink.stage)))
          : Effect.void
      ], { discard: true })
      return yield* Assembly.poll({
        settings,
        ...(directory === undefined ? {} : { audit: directory }),
        ca,
        stores: Layer.mergeAll(
          SearchLayer.over(Assembly.layerSink(settings, bootstrap.applianceId), settings, true),
          states,
          Layer.succeed(Node, {
            applianceId: bootstrap.applianceId,
            ...(bootstrap.orgId === undefined ? {} : { orgId: bootstrap.orgId })
          })
        )
      }, { once: options.once, beside, changed: show }).pipe(
        Effect.provide(Layer.provideMerge(Logging.layerGated(shown), Layer.provideMerge(Telemetry.layer, logging)))
      )
    }).pipe(Effect.provideContext(broker))
  }).pipe(
    Effect.provideContext(context),
    Effect.provide(logging),
    Effect.catchTag(["ProxyMalformed", "ArtifactSinkError"], refuse)
  )
}, Effect.scoped)
