/**
 * The application's HTTP client: undici with proxy, certificates, compression and timeouts.
 *
 * All requests to Microsoft pass through it, including MSAL's. `graph/` builds the requests and interprets the answers.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Agent, EnvHttpProxyAgent, Pool } from "@effect/platform-node/Undici"
import { Config, Duration, Effect, Layer, Option, Schema } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { type LookupFunction } from "node:net"
import * as Tls from "node:tls"
import { isLoopback } from "../config/Loopback.ts"
import { inflating } from "../graph/body/Body.ts"
import { timeouts as graphTimeouts } from "../graph/Limits.ts"

/** A proxy variable is not a URL. The error does not show its value, which may contain a password. */
export class ProxyMalformed extends Schema.TaggedError<ProxyMalformed>()("ProxyMalformed", {
  variable: Schema.String
}) {
  override get message() {
    return `${this.variable} is not the URL of a proxy: write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT`
  }
}

export interface HttpClientOptions {
  /** Version in the user agent. */
  readonly version: string
  /** PEM certificates that are trusted besides those of Node, `NODE_EXTRA_CA_CERTS` and the system. */
  readonly ca?: ReadonlyArray<string>
  readonly timeouts?: Pick<typeof graphTimeouts, "connect" | "firstByte" | "betweenBytes">
  /** Finds the addresses of hosts; by default as the system does. */
  readonly lookup?: LookupFunction
}

/** Returns the first of the variables that is set and not empty; the lower-case name goes first, as in curl. */
const variable = Effect.fnUntraced(function*(name: string) {
  for (const each of [name.toLowerCase(), name]) {
    const value = yield* Effect.option(Config.String(each))
    if (Option.isSome(value) && value.value.trim() !== "") return { name: each, value: value.value.trim() }
  }
  // An empty string keeps undici from reading the environment itself.
  return { name, value: "" }
})

const proxy = Effect.fnUntraced(function*(of: string) {
  const { name, value } = yield* variable(of)
  if (value === "") return value
  const isProxy = URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol)
  return isProxy ? value : yield* new ProxyMalformed({ variable: name })
})

const keepAlive = Duration.seconds(30)

const makeDispatcher = Effect.fnUntraced(function*({ ca, lookup, timeouts = graphTimeouts }: HttpClientOptions) {
  const connectTimeout = Duration.toMillis(timeouts.connect)
  const tls = {
    timeout: connectTimeout,
    autoSelectFamilyAttemptTimeout: Duration.toMillis(graphTimeouts.address),
    ...(lookup === undefined ? {} : { lookup }),
    // Not left to NODE_TLS_REJECT_UNAUTHORIZED.
    rejectUnauthorized: true,
    ...(ca === undefined || ca.length === 0 ? {} : { ca: [...Tls.getCACertificates("default"), ...ca] })
  }
  const direct = {
    keepAliveTimeout: Duration.toMillis(keepAlive),
    allowH2: false,
    connectTimeout,
    connect: tls
  }
  const settings = {
    ...direct,
    httpProxy: yield* proxy("HTTP_PROXY"),
    httpsProxy: yield* proxy("HTTPS_PROXY"),
    noProxy: (yield* variable("NO_PROXY")).value,
    // Direct connections, tunnels through a proxy, and TLS to the proxy itself each have their own setting.
    requestTls: tls,
    proxyTls: tls,
    // A proxy that accepts a connection and then sends nothing counts as unreachable.
    clientFactory: (origin: URL, options: object) => new Pool(origin, { ...options, headersTimeout: connectTimeout })
  }
  const opened = <A extends EnvHttpProxyAgent | Agent>(open: () => A) =>
    Effect.acquireRelease(Effect.sync(open), (dispatcher) => Effect.promise(() => dispatcher.destroy()))
  const agent = yield* opened(() => new EnvHttpProxyAgent(settings))
  const own = yield* opened(() => new Agent(direct))
  // The platform's client sets an hour and no limit for each request; these values override them.
  const limited = {
    headersTimeout: Duration.toMillis(timeouts.firstByte),
    bodyTimeout: Duration.toMillis(timeouts.betweenBytes)
  }
  return agent.compose((dispatch) => (options, handler) => {
    const { hostname, protocol } = new URL(options.origin ?? "")
    // A proxy would read what plain http keeps on this machine, and has another machine's 127.0.0.1.
    const isOwn = protocol === "http:" && isLoopback(hostname)
    const limitedOptions = { ...options, ...limited }
    return isOwn ? own.dispatch(limitedOptions, handler) : dispatch(limitedOptions, handler)
  })
})

/**
 * Layer of the client, with proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in upper or lower case. Redirects
 * are not followed and nothing is retried. When only `HTTP_PROXY` is set, it serves https as well. Plain http to this
 * machine goes through no proxy. Certificates are always verified.
 */
export const layer = (options: HttpClientOptions): Layer.Layer<HttpClient.HttpClient, ProxyMalformed> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      inflating(client).pipe(
        HttpClient.mapRequest(HttpClientRequest.setHeader("user-agent", `azure-security/${options.version}`))
      ))
  ).pipe(
    Layer.provide(NodeHttpClient.layerUndiciNoDispatcher),
    Layer.provide([
      Layer.effect(NodeHttpClient.Dispatcher, makeDispatcher(options)),
      // Microsoft has no use for the connector's trace ids.
      Layer.succeed(HttpClient.TracerPropagationEnabled, false)
    ])
  )
