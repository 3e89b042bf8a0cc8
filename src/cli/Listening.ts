/** Opens the connector's HTTP server: health, status, metrics and the page. */
import { NodeHttpServer } from "@effect/platform-node"
import { Config, Context, Effect, Exit, Layer, Option, Redacted, Result, type Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { isIPv4 } from "node:net"
import { Access } from "../http/Access.ts"
import { Backend, type Services } from "../http/Backend.ts"
import { views } from "../http/PageRoutes.ts"
import * as Routes from "../http/Routes.ts"
import { Activity } from "../status/Activity.ts"
import type { Status } from "../status/Status.ts"

/** The address to listen on without `--listen`. */
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

const adminToken = Config.option(Config.Redacted("AZURE_SECURITY_ADMIN_TOKEN")).pipe(
  Effect.orElseSucceed(() => Option.none<Redacted.Redacted>()),
  Effect.map(Option.filter((token) => Redacted.value(token).trim() !== ""))
)

const isLoopback = (host: string) => host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."))

/** Shorter tokens can be guessed. */
const tokenLengthMin = 16

const serve = ({ host, port }: Address) =>
  Layer.unwrap(Effect.gen(function*() {
    const token = yield* adminToken
    const server = createServer()
    // A client that keeps an idle connection open must not delay a stop.
    const hangUp = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return Layer.merge(HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }), hangUp).pipe(
      Layer.provide([Access.layer({ loopback: isLoopback(host), token }), Activity.layer]),
      Layer.provideMerge(NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: 0 }))
    )
  }))

const announce = (origin: string, host: string) =>
  Effect.gen(function*() {
    yield* Effect.logInfo(
      `listening on ${origin} (/status, /metrics, /health/live, /health/ready); the page is ${origin}${views[0]}`
    )
    const token = yield* adminToken
    if (Option.exists(token, (value) => Redacted.value(value).trim().length < tokenLengthMin)) {
      yield* Effect.logWarning(
        `AZURE_SECURITY_ADMIN_TOKEN can be guessed: use ${tokenLengthMin} characters or more, for example from openssl rand -hex 16`
      )
    }
    if (isLoopback(host)) return
    const isOpened = Option.isSome(token)
    yield* Effect.logWarning(
      `status and metrics can be read from other machines, because --listen names ${host}; ${
        isOpened
          ? "settings and artifacts need AZURE_SECURITY_ADMIN_TOKEN, which travels unprotected unless a proxy adds TLS"
          : "the page shows nothing else there until AZURE_SECURITY_ADMIN_TOKEN is set"
      }`
    )
  })

/** Returns the server's origin, with the real port when port 0 was requested. */
const originOf = (host: string, port: number, server: Context.Context<HttpServer.HttpServer>) => {
  const { address } = Context.get(server, HttpServer.HttpServer)
  return `http://${host.includes(":") ? `[${host}]` : host}:${"port" in address ? address.port : port}`
}

export interface Listening {
  /** Faults of the address; empty when the server listens. */
  readonly faults: ReadonlyArray<string>
  /** `http://127.0.0.1:9464`; undefined when no server listens. */
  readonly origin: string | undefined
  /** Logs the address, and warns about access from other machines. */
  readonly announce: Effect.Effect<void>
}

/** Listens on an address until the scope ends. Without an address, no server is started. */
export const listen = Effect.fnUntraced(
  function*(
    text: Option.Option<string>,
    context: Context.Context<Status | Backend>,
    scope: Scope.Scope
  ): Effect.fn.Return<Listening> {
    const nowhere: Listening = { faults: [], origin: undefined, announce: Effect.void }
    if (Option.isNone(text)) return nowhere
    const address = parseAddress(text.value)
    if (Result.isFailure(address)) return { ...nowhere, faults: [address.failure] }
    const { host, port } = address.success
    const served = yield* Effect.exit(
      Layer.buildWithScope(Layer.provide(serve(address.success), Layer.succeedContext(context)), scope)
    )
    if (Exit.isFailure(served)) {
      return {
        ...nowhere,
        faults: [
          `${text.value}: the port is in use or not available; choose another with --listen HOST:PORT, or --no-listen`
        ]
      }
    }
    const origin = originOf(host, port, served.value)
    return { faults: [], origin, announce: announce(origin, host) }
  }
)

/** Gives the page's interface its services. */
export const openBackend = Effect.gen(function*() {
  const backend = yield* Backend
  yield* backend.open(yield* Effect.context<Services>())
})
