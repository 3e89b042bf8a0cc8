/**
 * Requests one token from a token endpoint, through MSAL and the application's own HTTP client.
 *
 * MSAL builds the request (authorities, signed assertions). Each request gets a MSAL client of its own, so MSAL's
 * cache, retries and throttling state are never used. The result is read from the HTTP answer, because MSAL's errors
 * omit the network's reason. `Tokens` holds the token and waits.
 */
import type * as Msal from "@azure/msal-node"
import { Clock, Data, Duration, Effect, Option, Redacted, Schema } from "effect"
import { Headers, HttpClient, HttpClientRequest } from "effect/http"
import { clouds } from "../config/Cloud.ts"
import { smallBodyBytesMax } from "../domain/Bounds.ts"
import * as Aadsts from "./Aadsts.ts"
import { bodyText } from "./body/Body.ts"
import { type Answer, exchange } from "./Exchange.ts"
import type { GraphConnection } from "./GraphConnection.ts"
import { GraphError, Unauthorized, Unavailable } from "./GraphError.ts"
import { timeouts } from "./Limits.ts"
import type { MicrosoftClock } from "./MicrosoftClock.ts"
import { failureCode, requestGuid } from "./Names.ts"
import type { Proof } from "./Proof.ts"
import { foreign, saying } from "./Refusal.ts"
import { retryAfter } from "./RetryAfter.ts"
import { atProxy } from "./Transport.ts"

/** A token and its roles, where readable. Times are milliseconds since 1970. */
export interface Token {
  readonly value: Redacted.Redacted
  readonly obtainedAt: number
  readonly expiresAt: number
  readonly roles: ReadonlyArray<string> | undefined
}

const Success = Schema.Struct({
  access_token: Schema.NonEmptyString,
  expires_in: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Finite, Schema.FiniteFromString])))
})

const Failure = Schema.Struct({
  error: Schema.String,
  error_codes: Schema.optionalKey(Schema.Array(Schema.Int)),
  error_description: Schema.optionalKey(Schema.String),
  trace_id: Schema.optionalKey(Schema.String),
  correlation_id: Schema.optionalKey(Schema.String)
})

const AnyJson = Schema.fromJsonString(Schema.Unknown)
const encodeJson = Schema.encodeSync(AnyJson)
const decodeSuccess = Schema.decodeUnknownOption(Schema.fromJsonString(Success))
const decodeFailure = Schema.decodeUnknownOption(Schema.fromJsonString(Failure))
const decodeBody = Schema.decodeUnknownEffect(AnyJson)

const Claims = Schema.StringFromBase64Url.pipe(Schema.decodeTo(Schema.fromJsonString(Schema.Struct({
  roles: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Seconds since 1970. */
  exp: Schema.optionalKey(Schema.Finite)
}))))
const decodeClaims = Schema.decodeUnknownOption(Claims)

/** For diagnosis only: Microsoft does not allow applications to rely on the content of a Graph token. */
const claimsOf = (token: string) => Option.getOrUndefined(decodeClaims(token.split(".")[1]))

/** How long a token is used whose answer does not say how long it lives. */
const lifeUnsaid = Duration.minutes(5)

/** Milliseconds that a token lives. `at` is Microsoft's time of the answer. */
const lifeOf = ({ access_token, expires_in }: typeof Success.Type, at: number): number => {
  if (expires_in !== undefined && expires_in !== null) return expires_in * 1000
  const exp = claimsOf(access_token)?.exp
  return exp === undefined ? Duration.toMillis(lifeUnsaid) : Math.max(0, exp * 1000 - at)
}

const known: ReadonlySet<string> = new Set(Object.values(clouds).map(({ login }) => login))

// Builds MSAL's authority. MSAL knows Microsoft's own hosts. For any other host, all metadata is passed along, so that
// MSAL makes one request and none to Microsoft's public cloud, which an isolated site cannot reach.
const authority = ({ cloud, tenantId }: GraphConnection) => {
  const tenant = encodeURIComponent(tenantId)
  if (known.has(cloud.login)) return { authority: `${cloud.login}/${tenant}` }
  const { host } = new URL(cloud.login)
  const base = `${cloud.login}/${tenant}`
  return {
    // MSAL refuses an authority that is not https; the request goes to the endpoint of the metadata.
    authority: `https://${host}/${tenant}`,
    knownAuthorities: [host],
    authorityMetadata: encodeJson({
      token_endpoint: `${base}/oauth2/v2.0/token`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      issuer: `${base}/v2.0`,
      jwks_uri: `${base}/discovery/v2.0/keys`
    })
  }
}

const credentials = (proof: Proof): Partial<Msal.Configuration["auth"]> => {
  switch (proof._tag) {
    case "Secret":
      return { clientSecret: Redacted.value(proof.secret) }
    case "Assertion":
      return { clientAssertion: Redacted.value(proof.assertion) }
    case "Certificate":
      return {
        clientCertificate: {
          thumbprintSha256: proof.thumbprint,
          privateKey: Redacted.value(proof.privateKey),
          x5c: proof.chain
        }
      }
  }
}

/** What of a proof must not be in a report. */
const secretsOf = (proof: Proof): ReadonlyArray<string> =>
  proof._tag === "Secret"
    ? [Redacted.value(proof.secret)]
    : proof._tag === "Assertion"
    ? [Redacted.value(proof.assertion)]
    : []

/** The answer, or why there is none. */
type Seen = { answer?: Answer & { readonly at: number }; fault?: Unavailable }

const failed = (reason: GraphError["reason"], answer?: Answer) => {
  const body = answer === undefined ? undefined : Option.getOrUndefined(decodeFailure(bodyText(answer.body)))
  const graphCode = failureCode(body?.error)
  const requestId = requestGuid(
    body?.trace_id ?? (answer && Option.getOrUndefined(Headers.get(answer.headers, "x-ms-request-id")))
  )
  const clientRequestId = requestGuid(body?.correlation_id)
  return new GraphError({
    endpoint: "token",
    operation: "token",
    reason,
    ...(answer === undefined ? {} : { status: answer.status }),
    ...(graphCode === undefined ? {} : { graphCode }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(clientRequestId === undefined ? {} : { clientRequestId })
  })
}

const isTransient = (status: number) => status === 408 || status === 429 || status === 509 || status >= 500

/** Returns what Entra says of a refusal, without its number, the ids and times behind it, and what no report may hold. */
const sentenceOf = (description: string | undefined, secrets: ReadonlyArray<string>): string =>
  saying(
    (description ?? "").replace(/^\s*AADSTS\d+:\s*/, "").replace(
      /[\s.]*\b(?:Trace ID|Correlation ID|Timestamp):[^]*$/,
      ""
    ),
    secrets
  ).replace(/[\s.]+$/, "")

/** Returns why an answer contains no token. */
const refused = (answer: Answer & { readonly at: number }, secrets: ReadonlyArray<string>): GraphError["reason"] => {
  const { status } = answer
  const body = Option.getOrUndefined(decodeFailure(bodyText(answer.body)))
  const aadsts = body?.error_codes?.[0] ??
    Number(/AADSTS(\d{4,9})/.exec(body?.error_description ?? "")?.[1] ?? Number.NaN)
  const wait = retryAfter(answer.headers, answer.at)
  const gone = (kind: Unavailable["kind"], detail: string) =>
    new Unavailable({ kind, detail, ...(wait === undefined ? {} : { retryAfter: wait }) })
  if (isTransient(status) || Aadsts.isTransient(body?.error, aadsts)) {
    return gone(
      "http",
      `HTTP ${status} from the token endpoint${
        Number.isNaN(aadsts) ? "" : ` (AADSTS${aadsts}, which passes by itself)`
      }`
    )
  }
  if (status === 407) return new Unavailable({ kind: "proxy", detail: "the proxy answered 407", ...atProxy(status) })
  if (body === undefined) {
    return status < 300
      ? gone("body", "the token endpoint's answer holds no token")
      : Option.isNone(Headers.get(answer.headers, "x-ms-request-id"))
      ? foreign(status)
      : gone("http", `HTTP ${status} from the token endpoint, without its error`)
  }
  return Number.isNaN(aadsts)
    ? new Unauthorized({ by: "login", ...Aadsts.explain(undefined) })
    : new Unauthorized({ by: "login", aadsts, ...Aadsts.explain(aadsts, sentenceOf(body.error_description, secrets)) })
}

class MsalFailed extends Data.TaggedError("MsalFailed") {}

const loadMsal = Effect.promise(() => import("@azure/msal-node"))

/** Requests one token with one HTTP request. `claims` answers a claims challenge of Graph's. */
export const request = Effect.fn("TokenEndpoint.request")(
  function*(
    connection: GraphConnection,
    proof: Proof,
    clock: MicrosoftClock,
    claims?: string
  ): Effect.fn.Return<Token, GraphError, HttpClient.HttpClient> {
    const http = yield* HttpClient.HttpClient
    const context = yield* Effect.context()
    const msal = yield* loadMsal
    const seen: Seen = {}

    const send = Effect.fnUntraced(function*(outgoing: HttpClientRequest.HttpClientRequest) {
      const answer = yield* exchange(http, outgoing, {
        timeout: timeouts.token,
        endpoint: "token",
        bytesMax: smallBodyBytesMax,
        errorBytesMax: smallBodyBytesMax
      }).pipe(
        Effect.catchTag(
          "BodyTooLarge",
          () => Effect.fail(new Unavailable({ kind: "body", detail: "the token endpoint's answer is too large" }))
        ),
        Effect.tapError((reason) => Effect.sync(() => void (seen.fault = reason)))
      )
      seen.answer = { ...answer, at: yield* clock.hear(answer.headers) }
      const body = yield* decodeBody(bodyText(answer.body))
      return { status: answer.status, headers: { ...answer.headers }, body }
    })

    yield* Effect.tryPromise({
      try: (signal) => {
        const run = <A>(outgoing: HttpClientRequest.HttpClientRequest) =>
          Effect.runPromiseWith(context)(send(outgoing), { signal }) as Promise<Msal.NetworkResponse<A>>
        const application = new msal.ConfidentialClientApplication({
          auth: { clientId: connection.clientId, ...authority(connection), ...credentials(proof) },
          system: {
            loggerOptions: { loggerCallback: () => {}, piiLoggingEnabled: false },
            networkClient: {
              sendGetRequestAsync: (url, options) =>
                run(HttpClientRequest.get(url, options?.headers === undefined ? {} : { headers: options.headers })),
              sendPostRequestAsync: (url, options) =>
                run(
                  HttpClientRequest.post(url, options?.headers === undefined ? {} : { headers: options.headers }).pipe(
                    HttpClientRequest.bodyText(options?.body ?? "", "application/x-www-form-urlencoded")
                  )
                )
            }
          }
        })
        return application.acquireTokenByClientCredential({
          scopes: [`${connection.cloud.graph}/.default`],
          skipCache: true,
          ...(claims === undefined ? {} : { claims })
        })
      },
      // The failure is in `seen`; MSAL's own error would add a message that may repeat what was sent.
      catch: () => new MsalFailed()
    }).pipe(Effect.ignore)

    const { answer, fault } = seen
    if (answer === undefined) {
      return yield* fault !== undefined
        ? failed(fault)
        // MSAL refused to send the request: the settings are wrong, whatever the endpoint would answer.
        : failed(
          new Unauthorized({
            by: "login",
            meaning: "No token can be asked for with this tenant ID, client ID and credential",
            remedy: "Paste Directory (tenant) ID and Application (client) ID from the app registration's overview"
          })
        )
    }
    const success = answer.status < 300 ? Option.getOrUndefined(decodeSuccess(bodyText(answer.body))) : undefined
    // MSAL's own opinion of the answer does not count: it wants properties that a proxy for sign-in may leave out.
    if (success === undefined) return yield* failed(refused(answer, secretsOf(proof)), answer)

    const obtainedAt = yield* Clock.currentTimeMillis
    const readable = claimsOf(success.access_token)
    return {
      value: Redacted.make(success.access_token),
      obtainedAt,
      expiresAt: obtainedAt + lifeOf(success, answer.at),
      roles: readable === undefined ? undefined : readable.roles ?? []
    }
  }
)
