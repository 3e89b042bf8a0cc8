/**
 * The application's HTTP client: undici with proxy, certificates, compression and timeouts.
 *
 * All requests to Microsoft pass through it, including MSAL's. `graph/` builds the requests and interprets the answers.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Agent, type Dispatcher, Pool, ProxyAgent } from "@effect/platform-node/Undici"
import { Duration, Effect, Layer } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { type LookupFunction } from "node:net"
import * as Tls from "node:tls"
import { timeouts as graphTimeouts } from "../graph/Limits.ts"
import * as Proxies from "./Proxies.ts"

export interface HttpClientOptions {
  /** Version in the user agent. */
  readonly version: string
  /** PEM certificates that are trusted besides those of Node, `NODE_EXTRA_CA_CERTS` and the system. */
  readonly ca?: ReadonlyArray<string>
  readonly timeouts?: Pick<typeof graphTimeouts, "connect" | "firstByte" | "betweenBytes">
  /** Finds the addresses of hosts; by default as the system does. */
  readonly lookup?: LookupFunction
}

const keepAlive = Duration.seconds(30)

/** The connections to a proxy: whatever fails while a tunnel is asked for is the proxy's fault. */
class ToProxy extends Pool {
  override readonly connect = (options: Dispatcher.ConnectOptions) =>
    super.connect(options).catch((cause: object) => {
      throw Object.assign(cause, { isAtProxy: true })
    })
}

/** Names the proxy in the error of a request. */
const through = (proxy: URL, error: HttpClientError.HttpClientError) => {
  const { reason } = error
  if (reason._tag !== "TransportError") return error
  const cause = Object.assign(new Error("through a proxy", { cause: reason.cause }), { proxy: Proxies.nameOf(proxy) })
  return new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request: reason.request, cause })
  })
}

const makeDispatcher = Effect.fnUntraced(
  function*(
    { ca, lookup, timeouts = graphTimeouts }: HttpClientOptions,
    proxies: Effect.Success<typeof Proxies.fromEnvironment>
  ) {
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
    const opened = <A extends Agent | ProxyAgent>(open: () => A) =>
      Effect.acquireRelease(Effect.sync(open), (dispatcher) => Effect.promise(() => dispatcher.destroy()))
    const agents = new Map<URL, ProxyAgent>()
    for (const proxy of proxies.all) {
      const agent = yield* opened(() =>
        new ProxyAgent({
          ...direct,
          uri: proxy.href,
          // Tunnels through the proxy, and TLS to the proxy itself, have their own settings.
          requestTls: tls,
          proxyTls: tls,
          // A proxy that accepts a connection and then sends nothing counts as unreachable.
          clientFactory: (origin, options) => new ToProxy(origin, { ...options, headersTimeout: connectTimeout })
        })
      )
      agents.set(proxy, agent)
    }
    const own = yield* opened(() => new Agent(direct))
    // The platform's client sets an hour and no limit for each request; these values override them.
    const limited = {
      headersTimeout: Duration.toMillis(timeouts.firstByte),
      bodyTimeout: Duration.toMillis(timeouts.betweenBytes)
    }
    return own.compose((dispatch) => (options, handler) => {
      const proxy = proxies.of(new URL(options.origin ?? ""))
      const agent = proxy && agents.get(proxy)
      const limitedOptions = { ...options, ...limited }
      return agent === undefined ? dispatch(limitedOptions, handler) : agent.dispatch(limitedOptions, handler)
    })
  }
)

/**
 * Layer of the client, with proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in upper or lower case. Redirects
 * are not followed and nothing is retried. Certificates are always verified. Errors of requests that went through a proxy
 * have a cause that names it in `proxy`.
 */
export const layer = (options: HttpClientOptions): Layer.Layer<HttpClient.HttpClient, Proxies.ProxyMalformed> =>
  Layer.unwrap(Effect.map(Proxies.fromEnvironment, (proxies) =>
    Layer.effect(
      HttpClient.HttpClient,
      // Not the platform's own layer, which copies all services of the program for each request.
      Effect.map(NodeHttpClient.makeUndici, (client) =>
        client.pipe(
          HttpClient.transform((effect, { url }) => {
            const proxy = URL.canParse(url) ? proxies.of(new URL(url)) : undefined
            return proxy === undefined ? effect : Effect.mapError(effect, (error) => through(proxy, error))
          }),
          HttpClient.mapRequest(HttpClientRequest.setHeader("user-agent", `azure-security/${options.version}`)),
          // Microsoft has no use for the connector's trace ids.
          HttpClient.transformResponse(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
        ))
    ).pipe(Layer.provide(Layer.effect(NodeHttpClient.Dispatcher, makeDispatcher(options, proxies))))))
