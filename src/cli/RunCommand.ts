/**
 * `run`: polls until stopped, or once.
 *
 * @since 0.1.0
 */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Exit, FileSystem, Layer, Option, Path, Result, Scope } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpRouter } from "effect/http"
import { createServer } from "node:http"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource, warnOfUnknown } from "../config/SettingsSource.ts"
import * as Routes from "../http/Routes.ts"
import { Status } from "../status/Status.ts"
import { version } from "../status/Version.ts"
import * as Connector from "./Connector.ts"
import { hold } from "./DirectoryLock.ts"
import { ExitCode } from "./ExitCode.ts"
import * as HttpClientLayer from "./HttpClientLayer.ts"
import * as Logging from "./Logging.ts"
import { Refusal } from "./Refusal.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

/**
 * Where the connector answers over HTTP unless told otherwise.
 *
 * @category models
 * @since 0.1.0
 */
export const listenDefault = "127.0.0.1:9464"

interface Address {
  readonly host: string
  readonly port: number
}

const parseAddress = (text: string): Result.Result<Address, string> => {
  const parts = /^(\[[0-9a-f:.]+\]|[^:\s]+):(\d{1,5})$/i.exec(text.trim())
  const port = Number(parts?.[2])
  return parts === null || port > 65_535
    ? Result.fail(`--listen ${text}: Expected HOST:PORT, such as ${listenDefault}`)
    : Result.succeed({ host: parts[1]!.replace(/^\[|\]$/g, ""), port })
}

const loopback = /^(127\.|localhost$|::1$)/

/** Serves health, status and metrics. */
const serve = ({ host, port }: Address) =>
  Layer.unwrap(Effect.sync(() => {
    const server = createServer()
    // A client that keeps a connection open and asks nothing must not hold up a stop.
    const hangUp = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return Layer.merge(HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }), hangUp).pipe(
      Layer.provide(NodeHttpServer.layer(() => server, { host, port }))
    )
  }))

/** What a start has to have before anything is polled; every fault of it in one message. */
const takeDirectories = Effect.fnUntraced(function*(settings: Settings) {
  const directories = settings.sink.type === "file"
    ? [settings.sink.directory, settings.checkpoint.directory]
    : [settings.checkpoint.directory]
  const path = yield* Path.Path
  const distinct = Array.from(new Set(directories.map((directory) => path.resolve(directory))))
  const held = yield* Effect.forEach(distinct, (directory) => Effect.result(hold(directory)))
  return held.flatMap((result) => Result.isFailure(result) ? [result.failure.message] : [])
})

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

/** Settings readable by others give the secret away. */
const warnOfMode = Effect.fnUntraced(function*(file: Option.Option<string>) {
  if (Option.isNone(file)) return
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(file.value))
  if (Option.isSome(info) && (info.value.mode & 0o077) !== 0) {
    yield* Effect.logWarning(`${file.value} can be read by other users: chmod 600 it, for it may hold a client secret`)
  }
})

/**
 * Runs the connector over settings and everything that needs them.
 *
 * @category running
 * @since 0.1.0
 */
export const start = Effect.fn("RunCommand.start")(function*(options: {
  readonly once: boolean
  readonly listen: Option.Option<string>
  readonly logFormat: Option.Option<"text" | "json">
  readonly file: Option.Option<string>
}) {
  const { initial, unknown = [] } = yield* SettingsSource
  const scope = yield* Scope.Scope
  const address = Option.map(options.listen, parseAddress)
  const faults = Option.isSome(address) && Result.isFailure(address.value) ? [address.value.failure] : []
  faults.push(...(yield* takeDirectories(initial)))
  const status = yield* Layer.buildWithScope(Status.layer(version), scope)
  if (Option.isSome(address) && Result.isSuccess(address.value)) {
    const served = yield* Effect.exit(
      Layer.buildWithScope(Layer.provide(serve(address.value.success), Layer.succeedContext(status)), scope)
    )
    if (Exit.isFailure(served)) {
      faults.push(
        `${
          Option.getOrElse(options.listen, () => "")
        }: the port is in use or cannot be had; choose another with --listen HOST:PORT, or --no-listen`
      )
    }
  }
  if (faults.length > 0) return yield* new Refusal({ faults })

  const logging = Logging.layer({
    format: Option.getOrElse(options.logFormat, () => initial.log.format),
    level: initial.log.level,
    toStderr: initial.sink.type === "stdout"
  })
  return yield* Effect.gen(function*() {
    yield* warnOfMode(options.file)
    yield* Effect.forEach(unknown, warnOfUnknown)
    if (Option.isSome(address) && Result.isSuccess(address.value)) {
      const { host, port } = address.value.success
      yield* Effect.logInfo(`listening on http://${host}:${port} (/status, /metrics, /health/live, /health/ready)`)
      if (!loopback.test(host)) {
        yield* Effect.logWarning(`status and metrics can be read from other machines, because --listen names ${host}`)
      }
    }
    const well = yield* Connector.run(options.once)
    return well ? ExitCode.well : ExitCode.failed
  }).pipe(
    Effect.provide(Layer.provideMerge(Connector.layer(initial), HttpClientLayer.layer({ version })), { local: true }),
    Effect.provideContext(status),
    Effect.provide(logging),
    Effect.catchTag(
      ["ProxyMalformed", "ArtifactSinkError", "StateStoreError"],
      (error) => Effect.fail(new Refusal({ faults: [error.message] }))
    )
  )
}, Effect.scoped)

/**
 * The command `run`.
 *
 * @category commands
 * @since 0.1.0
 */
export const command = Command.make("run", flags, ({ config, listen, logFormat, noListen, once }) =>
  Effect.flatMap(
    start({
      once,
      logFormat,
      file: config,
      listen: noListen ? Option.none() : Option.orElseSome(listen, () => listenDefault)
    }).pipe(Effect.provide(SettingsFlag.layer(config))),
    ExitCode.set
  )).pipe(Command.withDescription("Poll until stopped; with --once poll each endpoint once and exit"))
