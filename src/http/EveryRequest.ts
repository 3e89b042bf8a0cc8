/** What holds for every request, whatever its route: the name that it uses, its real caller, and the answer's headers. */
import { Effect, Option } from "effect"
import {
  Headers,
  HttpMiddleware,
  HttpPlatform,
  HttpRouter,
  HttpServerError,
  HttpServerRequest,
  HttpServerResponse
} from "effect/http"
import { Access } from "./Access.ts"

/**
 * The policy forbids foreign sources, inline code and frames. Only Lit templates create markup: Lit's policy is the only
 * one that may make HTML of a text. `script` is the hash of the one script that the page has within.
 */
export const policyOf = (script?: string): string =>
  [
    "default-src 'none'",
    `script-src 'self'${script === undefined ? "" : ` '${script}'`}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html"
  ].join("; ")

const ofAll = {
  "content-security-policy": policyOf(),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin"
}

const elsewhere = HttpServerResponse.text(
  "Not found. The page is at /, and /openapi.json lists the other addresses.\n",
  { status: 404 }
)

const misdirected = HttpServerResponse.text(
  "This connector does not have the name by which it was asked. Use the address of its machine, such as http://127.0.0.1 with its port, or set page.public_url to the name.\n",
  { status: 421 }
)

/**
 * Compresses the two answers that grow with the number of tenants: `/status` of a thousand with twelve endpoints has 4 MB,
 * and 76 KB in gzip. Neither has a secret. An answer with one stays as it is, or its length could betray it (BREACH).
 */
const compressed = HttpMiddleware.compression({ algorithms: ["gzip"], levels: { gzip: 1 } })
const growing = /^\/(?:status|metrics)(?:\?|$)/

const isRouteNotFound = (error: unknown) =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

/** The policy that an answer has already. */
const policyIn = ({ headers }: HttpServerResponse.HttpServerResponse) => {
  const own = headers["content-security-policy"]
  return own === undefined ? {} : { "content-security-policy": own }
}

const complete = (response: HttpServerResponse.HttpServerResponse) => {
  const all = HttpServerResponse.setHeaders(response, { ...ofAll, ...policyIn(response) })
  // Everything but the page's own files changes at any time, so it is not cached.
  return Option.isSome(Headers.get(all.headers, "cache-control"))
    ? all
    : HttpServerResponse.setHeader(all, "cache-control", "no-store")
}

/** Layer of the middleware of all routes. */
export const layer = HttpRouter.middleware(
  Effect.gen(function*() {
    const access = yield* Access
    const platform = yield* HttpPlatform.HttpPlatform
    const asTheirs = HttpMiddleware.xForwardedHeaders({ trustedProxies: access.isTrustedProxy })
    return (answer) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        if (!access.isOwnHost(request)) return complete(misdirected)
        const told = growing.test(request.url)
          ? Effect.provideService(compressed(answer), HttpPlatform.HttpPlatform, platform)
          : answer
        return complete(yield* Effect.catchIf(asTheirs(told), isRouteNotFound, () => Effect.succeed(elsewhere)))
      }).pipe(
        // Of a proxy only the client's address is believed: a page of another name could send this header itself.
        Effect.updateService(
          HttpServerRequest.HttpServerRequest,
          (request) => request.modify({ headers: Headers.remove(request.headers, "x-forwarded-host") })
        )
      )
  }),
  { global: true }
)
