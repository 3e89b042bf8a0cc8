/** The command `run`: polls until stopped, or once. */
import { Config, Effect, FileSystem, Layer, MutableRef, Option, Path, Result, Scope } from "effect"
import { Command, Flag } from "effect/cli"
import { Audit } from "../config/Audit.ts"
import { filesOf } from "../config/Credential.ts"
import * as DataDirectory from "../config/DataDirectory.ts"
import { hold } from "../config/DirectoryLock.ts"
import { allFromSettings } from "../config/Instance.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource, warnOfRemark } from "../config/SettingsSource.ts"
import * as Surroundings from "../config/Surroundings.ts"
import { Backend } from "../http/Backend.ts"
import { isInConductor } from "../nats/Bootstrap.ts"
import * as Retention from "../publishing/Retention.ts"
import { Status } from "../status/Status.ts"
import { version } from "../status/Version.ts"
import * as Assembly from "./Assembly.ts"
import * as Conductor from "./Conductor.ts"
import { ExitCode } from "./ExitCode.ts"
import { linkTerms, listen, listenDefault } from "./Listening.ts"
import * as Logging from "./Logging.ts"
import * as PageToken from "./PageToken.ts"
import * as SearchLayer from "./SearchLayer.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import * as StartFaults from "./StartFaults.ts"
import { Refusal, refuse } from "./StartRefusal.ts"
import * as Stop from "./Stop.ts"
import * as Telemetry from "./Telemetry.ts"
import * as TlsVerification from "./TlsVerification.ts"

/** Returns the directories of artifacts and positions. */
const directoriesOf = Effect.fnUntraced(function*({ checkpoint, sink }: Settings) {
  const written = sink.type === "file" || (sink.type === "nats" && sink.dead_letters === "file")
  const directories = written ? [sink.directory, checkpoint.directory] : [checkpoint.directory]
  const path = yield* Path.Path
  return Array.from(new Set(directories.map((directory) => path.resolve(directory))))
})

/** Makes and locks the directories that a run writes to. Returns all faults, for one message. */
const takeDirectories = Effect.fnUntraced(function*(settings: Settings) {
  const distinct = yield* directoriesOf(settings)
  const held = yield* Effect.forEach(distinct, (directory) => Effect.result(hold(directory)))
  return [
    ...held.flatMap((result) => Result.isFailure(result) ? [result.failure.message] : []),
    // The first search makes its directory.
    ...(yield* DataDirectory.faults(yield* SearchLayer.directories(settings)))
  ]
})

/** Warns of what others could replace: the settings file, the credentials' files, and the directories that a run writes to. */
const warnOfReplaceable = Effect.fnUntraced(function*(settings: Settings, file: Option.Option<string>) {
  const credentials = allFromSettings(settings).flatMap(({ identity }) => filesOf(identity.credential))
  yield* Surroundings.warn({
    directories: [...(yield* directoriesOf(settings)), ...(yield* SearchLayer.directories(settings))],
    files: [...Option.toArray(yield* SettingsFlag.fileOf(file)), ...credentials]
  })
})

/** Returns the faults of the directories that are there. None is made or kept. */
const heldDirectories = Effect.fnUntraced(function*(settings: Settings) {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.forEach(
    yield* directoriesOf(settings),
    (directory) =>
      Effect.orElseSucceed(fs.exists(directory), () => false).pipe(
        Effect.flatMap((isThere) => isThere ? Effect.scoped(hold(directory)) : Effect.void),
        Effect.match({ onFailure: ({ message }) => [message], onSuccess: () => [] })
      )
  )
  return found.flat()
})

/** Adds to the faults of settings that cannot be used whatever else keeps the program from starting. */
const refuseWithAll = Effect.fnUntraced(
  function*({ faults }: Refusal, listen: Option.Option<string>, file: Option.Option<string>) {
    const settings = yield* SettingsFlag.salvage(file)
    return yield* new Refusal({
      faults: [
        ...faults,
        ...(yield* StartFaults.besides(listen)),
        ...settings === undefined ?
          [] :
          [
            ...(yield* heldDirectories(settings)),
            ...(yield* DataDirectory.faults(yield* SearchLayer.directories(settings)))
          ]
      ]
    })
  }
)

const flags = {
  config: SettingsFlag.config,
  once: Flag.Boolean("once").pipe(Flag.withDefault(false), Flag.withDescription("Poll each endpoint once, then exit")),
  listen: Flag.String("listen").pipe(
    Flag.withMetavar("HOST:PORT"),
    Flag.withDescription(`Address of health, status and metrics; ${listenDefault} by default`),
    Flag.optional
  ),
  noListen: Flag.Boolean("no-listen").pipe(Flag.withDefault(false), Flag.withDescription("Answer nothing over HTTP")),
  logFormat: Flag.Literals("log-format", ["text", "json"]).pipe(
    Flag.withDescription("Form of the log; the settings' otherwise"),
    Flag.optional
  )
}

const logLink = (link: string | undefined) => link === undefined ? Effect.void : Effect.logInfo(`${linkTerms}: ${link}`)

/** Runs the connector. All faults of the start are in one {@link Refusal}. */
export const start = Effect.fnUntraced(function*(options: {
  readonly once: boolean
  readonly listen: Option.Option<string>
  readonly logFormat: Option.Option<"text" | "json">
  readonly file: Option.Option<string>
}) {
  const { initial, remarks = [] } = yield* SettingsSource
  const scope = yield* Scope.Scope
  const unheld = yield* takeDirectories(initial)
  const given: Logging.Given = { format: options.logFormat, level: yield* Logging.levelGiven }
  const shown = MutableRef.make(Logging.shownOf(initial.log, given))
  const logging = Logging.layerFollowing(shown, initial.sink.type === "stdout")
  const context = yield* Effect.provide(
    Layer.buildWithScope(Layer.mergeAll(Status.layer(version), Backend.layer, Audit.layer), scope),
    logging
  )
  const takesSignIn = unheld.length === 0 && Option.isSome(options.listen) && !options.once
  const admitted = yield* PageToken.fromEnvironment(
    initial.page,
    takesSignIn
      ? PageToken.fromFile(initial, false)
      : Effect.succeed(PageToken.nobody("this connector polls once, and takes no sign-in", initial.page))
  )
  const listening = yield* listen(options.listen, admitted.admission, context, scope)
  const faults = [...(yield* TlsVerification.faults), ...unheld, ...admitted.faults, ...listening.faults]
  if (faults.length > 0) return yield* new Refusal({ faults })

  return yield* Effect.gen(function*() {
    const open = yield* SettingsFlag.openToOthers(options.file)
    if (open !== undefined) yield* Effect.logWarning(`${open.message}: ${open.remedy}`)
    yield* Effect.forEach(remarks, warnOfRemark)
    yield* warnOfReplaceable(initial, options.file)
    yield* Effect.forEach(admitted.warnings, (warning) => Effect.logWarning(warning))
    yield* listening.announce
    const { checkpoint, sink } = initial
    yield* Effect.logInfo(
      `${sink.type === "file" ? `artifacts go to ${sink.directory}, ` : ""}positions are in ${checkpoint.directory}`
    )
    // Only the log of this machine has the link, and not the collector that telemetry goes to.
    if (!options.once) yield* Effect.provide(Effect.flatMap(listening.invite, logLink), logging)
    return yield* Assembly.poll({
      settings: initial,
      audit: initial.checkpoint.directory,
      stores: Layer.merge(
        SearchLayer.over(Assembly.layerSinkAlone(initial), initial, false),
        Assembly.layerFileStates(initial.checkpoint.directory)
      )
    }, {
      once: options.once,
      changed: ({ log }) => Effect.sync(() => void MutableRef.set(shown, Logging.shownOf(log, given))),
      beside: sink.type === "file" && !options.once ? Effect.forkScoped(Retention.run(sink)) : Effect.void
    })
  }).pipe(
    Effect.provideContext(context),
    Effect.provide(Layer.provideMerge(Logging.layerGated(shown), Layer.provideMerge(Telemetry.layer, logging))),
    Effect.catchTag(["ProxyMalformed", "ArtifactSinkError", "StateStoreError", "BadBootstrap"], refuse)
  )
}, Effect.scoped)

export const command = Command.make(
  "run",
  flags,
  Effect.fnUntraced(function*({ config, listen: given, logFormat, noListen, once }) {
    yield* Stop.unattended
    const named = yield* Effect.orElseSucceed(
      Config.option(Config.NonEmptyString("AZURE_SECURITY_LISTEN")),
      () => Option.none()
    )
    const listen = noListen ? Option.none() : Option.orElseSome(Option.orElse(given, () => named), () => listenDefault)
    yield* ExitCode.set(
      Option.isNone(config) && (yield* isInConductor)
        ? yield* Conductor.start({ once, listen, logFormat })
        : yield* Layer.build(SettingsFlag.layer(config)).pipe(
          Effect.catchTag("Refusal", (refusal) => refuseWithAll(refusal, listen, config)),
          Effect.flatMap((settings) =>
            Effect.provideContext(start({ once, listen, logFormat, file: config }), settings)
          )
        )
    )
  }, Effect.scoped)
).pipe(Command.withDescription("Poll until stopped; with --once poll each endpoint once and exit"))
