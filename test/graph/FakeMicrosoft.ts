import { type Context, Effect, FileSystem, Layer, Redacted, Ref, Stream } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { clouds } from "../../src/config/Cloud.ts"
import { Credential } from "../../src/config/Credential.ts"
import type { Collection } from "../../src/endpoints/EndpointDefinition.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import type { GraphConnection } from "../../src/graph/GraphConnection.ts"

/** The identity and secret of these tests; the secret must never appear in an error. */
export const connection: GraphConnection = {
  cloud: clouds.global,
  tenantId: "6f1f5c2e-1111-4222-8333-0123456789ab",
  clientId: "0f0e0d0c-1111-4222-8333-0123456789ab",
  credential: Credential.Secret({ secret: Redacted.make("s3cr3t~Value") })
}

export const alertsV2: Collection = {
  name: "alerts_v2",
  path: "/v1.0/security/alerts_v2",
  permissions: ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"],
  service: "security",
  licence: "Onboard the tenant to Microsoft Defender XDR, or turn this endpoint off",
  retires: false
}

export const legacyAlerts: Collection = {
  name: "alerts",
  path: "/v1.0/security/alerts",
  permissions: ["SecurityEvents.Read.All"],
  service: "security",
  licence: "Onboard the tenant to Microsoft Defender XDR, or turn this endpoint off",
  retires: true
}

export const page = { collection: alertsV2, url: `https://graph.microsoft.com${alertsV2.path}?$top=1000` }

/** An unsigned token with these roles, in the form of Graph's tokens. */
export const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`

export const token = (claims: object = { roles: ["SecurityAlert.Read.All"] }, expiresIn: number | string = 3599) =>
  Response.json({ token_type: "Bearer", expires_in: expiresIn, access_token: jwt(claims) })

export const refusal = (aadsts: number, status = 401, headers: HeadersInit = {}) =>
  Response.json({
    error: "invalid_client",
    error_description: `AADSTS${aadsts}: Something with s3cr3t~Value in it. Trace ID: abc`,
    error_codes: [aadsts],
    trace_id: "aaaaaaaa-0000-4000-8000-000000000003",
    correlation_id: "aaaaaaaa-0000-4000-8000-000000000004"
  }, { status, headers })

export const graphRefusal = (status: number, code: string, message = "", headers: HeadersInit = {}) =>
  Response.json({
    error: {
      code,
      message,
      innerError: {
        "request-id": "aaaaaaaa-0000-4000-8000-000000000001",
        "client-request-id": "aaaaaaaa-0000-4000-8000-000000000002"
      }
    }
  }, { status, headers })

/** A recorded request. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Reply = Response | NodeJS.ErrnoException | Effect.Effect<Response>

const asked = (request: HttpClientRequest.HttpClientRequest): Asked => ({
  method: request.method,
  url: request.url,
  headers: { ...request.headers },
  body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
})

/**
 * A fake Microsoft that answers each POST and each GET with the next of its replies, repeats the last one, and records
 * the requests.
 */
export const microsoft = Effect.fnUntraced(function*(replies: {
  readonly token?: ReadonlyArray<() => Reply>
  readonly graph?: ReadonlyArray<() => Reply>
  readonly files?: Readonly<Record<string, () => string>>
  readonly references?: Context.Context<never>
}) {
  const posts = yield* Ref.make<ReadonlyArray<Asked>>([])
  const gets = yield* Ref.make<ReadonlyArray<Asked>>([])
  const http = HttpClient.make((request) =>
    Effect.gen(function*() {
      const isPost = request.method === "POST"
      const before = yield* Ref.getAndUpdate(isPost ? posts : gets, (all) => [...all, asked(request)])
      const list = (isPost ? replies.token : replies.graph) ??
        [isPost ? () => token() : () => Response.json({ value: [] })]
      const reply = (list[before.length] ?? list.at(-1)!)()
      if (reply instanceof Response) return HttpClientResponse.fromWeb(request, reply)
      if (Effect.isEffect(reply)) return HttpClientResponse.fromWeb(request, yield* reply)
      const reason = new HttpClientError.TransportError({ request, cause: reply })
      return yield* new HttpClientError.HttpClientError({ reason })
    })
  )
  const files = FileSystem.layerNoop({
    stat: () => Effect.succeed({ type: "File" } as FileSystem.File.Info),
    stream: (path) => Stream.suspend(() => Stream.succeed(new TextEncoder().encode(replies.files?.[path]?.() ?? "")))
  })
  const connect = (to: GraphConnection = connection) =>
    GraphClient.pipe(Effect.flatMap((client) => client.connect(to)), Effect.provide(client))
  const client = GraphClient.layer.pipe(Layer.provide([Layer.succeed(HttpClient.HttpClient, http), files]))
  return { posts: Ref.get(posts), gets: Ref.get(gets), connect, client, http }
})

/** An error as Node sets it on a failed connection. */
export const nodeError = (code: string, more: object = {}): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code} with s3cr3t~Value`), { code }, more)
