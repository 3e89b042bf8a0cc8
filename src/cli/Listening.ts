/** Opens the connector's HTTP server: health, status, metrics and the page. */
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Exit, Layer, Option, Result, type Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import type { Audit } from "../config/Audit.ts"
import { isLoopback } from "../config/Loopback.ts"
import { Access, type Admission } from "../http/Access.ts"
import { Backend, type Services } from "../http/Backend.ts"
import { views } from "../http/PageRoutes.ts"
import * as Routes from "../http/Routes.ts"
import type { Link } from "../http/SessionApi.ts"
import { linkLife } from "../http/Sessions.ts"
import { Activity } from "../status/Activity.ts"
import type { Status } from "../status/Status.ts"
import { boundedServer } from "./Connections.ts"

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

/** Connections that wait to be accepted. Node's 511 are full for seconds after a burst; Linux allows 4,096. */
const backlogMax = 4096

const serve = ({ host, port }: Address, admission: Admission) =>
  Layer.unwrap(Effect.sync(() => {
    const server = boundedServer()
    // A client that keeps an idle connection open must not delay a stop.
    const hangUp = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return Layer.merge(HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }), hangUp).pipe(
      Layer.provide(Activity.layer),
      Layer.provideMerge(Access.layer(isLoopback(host), admission)),
      Layer.provideMerge(
        NodeHttpServer.layer(() => server, { host, port, backlog: backlogMax, gracefulShutdownTimeout: 0 })
      )
    )
  }))

const announce = (origin: string, host: string) =>
  Effect.gen(function*() {
    yield* Effect.logInfo(
      `listening on ${origin} (/status, /metrics, /health/live, /health/ready); the page is ${origin}${views[0]}`
    )
    if (isLoopback(host)) return
    yield* Effect.logWarning(
      `status and metrics can be read from other machines, because --listen names ${host}; settings and artifacts need a sign-in, whose token travels unprotected unless a proxy adds TLS`
    )
  })

/** An address that a browser on this machine can open. */
const reachable = (origin: string) => origin.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")

/** Returns a link that signs in, for the address of the page. */
export const linkOf = ({ origin, token }: Pick<Link, "origin" | "token">, listens: string): string =>
  `${origin ?? reachable(listens)}/#token=${token}`

/** Says how long a link is good. */
export const linkTerms = `This link signs in once, within ${Duration.toMinutes(linkLife)} minutes`

/** Returns the server's origin, with the real port when port 0 was requested. */
const originOf = (host: string, port: number, server: Context.Context<HttpServer.HttpServer>) => {
  const { address } = Context.get(server, HttpServer.HttpServer)
  return `http://${host.includes(":") ? `[${host}]` : host}:${"port" in address ? address.port : port}`
}

const inUse = (address: string): string =>
  `${address}: the port is in use or not available; choose another with --listen HOST:PORT, or --no-listen`

export interface Listening {
  /** Faults of the address; empty when the server listens. */
  readonly faults: ReadonlyArray<string>
  /** `http://127.0.0.1:9464`; undefined when no server listens. */
  readonly origin: string | undefined
  /** Logs the address, and warns about access from other machines. */
  readonly announce: Effect.Effect<void>
  /** Makes a link that signs in once; undefined when no server listens, or without a token. */
  readonly invite: Effect.Effect<string | undefined>
  /** Replaces the token and the page's settings. */
  readonly admit: (admission: Admission) => Effect.Effect<void>
}

/** Listens on an address until the scope ends. Without an address, no server is started. */
export const listen = Effect.fnUntraced(
  function*(
    text: Option.Option<string>,
    admission: Admission,
    context: Context.Context<Audit | Backend | Status>,
    scope: Scope.Scope
  ): Effect.fn.Return<Listening> {
    const nowhere: Listening = {
      faults: [],
      origin: undefined,
      announce: Effect.void,
      invite: Effect.undefined,
      admit: () => Effect.void
    }
    if (Option.isNone(text)) return nowhere
    const address = parseAddress(text.value)
    if (Result.isFailure(address)) return { ...nowhere, faults: [address.failure] }
    const { host, port } = address.success
    const served = yield* Effect.exit(
      Layer.buildWithScope(Layer.provide(serve(address.success, admission), Layer.succeedContext(context)), scope)
    )
    if (Exit.isFailure(served)) {
      return {
        ...nowhere,
        faults: [inUse(text.value)]
      }
    }
    const origin = originOf(host, port, served.value)
    const { admit, invite } = Context.get(served.value, Access)
    return {
      faults: [],
      origin,
      announce: announce(origin, host),
      invite: Effect.map(invite, (link) => Option.isNone(link) ? undefined : linkOf(link.value, origin)),
      admit
    }
  }
)

/** Returns the fault of an address that cannot be listened on, without answering there. */
export const addressFaults = Effect.fnUntraced(
  function*(text: Option.Option<string>): Effect.fn.Return<ReadonlyArray<string>> {
    if (Option.isNone(text)) return []
    const address = parseAddress(text.value)
    if (Result.isFailure(address)) return [address.failure]
    const tried = yield* Effect.exit(
      Effect.scoped(Layer.build(NodeHttpServer.layer(createServer, { ...address.success, gracefulShutdownTimeout: 0 })))
    )
    return Exit.isFailure(tried) ? [inUse(text.value)] : []
  }
)

/** Gives the page's interface its services. */
export const openBackend = Effect.gen(function*() {
  const backend = yield* Backend
  yield* backend.open(yield* Effect.context<Services>())
})
