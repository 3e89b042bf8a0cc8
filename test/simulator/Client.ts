/** An HTTP client of the simulated Microsoft over loopback, for the tests of `src/simulator`. */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse, HttpRouter } from "effect/http"
import { Simulator, type SimulatorOptions } from "../../src/simulator/Simulator.ts"
import * as Routes from "../../src/simulator/SimulatorRoutes.ts"

export const tenant = "11111111-1111-4111-8111-111111111111"

export const layer = (options?: Partial<SimulatorOptions>) =>
  HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(Simulator.layer(options)),
    Layer.provideMerge(NodeHttpServer.layerTest)
  )

export const Page = Schema.Struct({
  value: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)),
  "@odata.nextLink": Schema.optionalKey(Schema.String),
  "@odata.count": Schema.optionalKey(Schema.Finite)
})

export const GraphError = Schema.Struct({ error: Schema.Struct({ code: Schema.String, message: Schema.String }) })

export const EntraError = Schema.Struct({
  error: Schema.String,
  error_description: Schema.String,
  error_codes: Schema.Array(Schema.Int),
  trace_id: Schema.String,
  correlation_id: Schema.String,
  timestamp: Schema.String
})

const TokenBody = Schema.Struct({ access_token: Schema.String, expires_in: Schema.Int, token_type: Schema.String })

export const requestToken = (secret = "any", of = tenant) =>
  HttpClientRequest.post(`/${of}/oauth2/v2.0/token`).pipe(
    HttpClientRequest.bodyUrlParams({
      grant_type: "client_credentials",
      client_id: "33333333-3333-4333-8333-333333333333",
      client_secret: secret,
      scope: "https://graph.microsoft.com/.default"
    }),
    HttpClient.execute
  )

export const token = (secret?: string, of?: string) =>
  requestToken(secret, of).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(TokenBody)),
    Effect.map((body) => body.access_token)
  )

const pathOf = (url: string) => url.replace(/^https?:\/\/[^/]+/, "")

export const get = (url: string, bearer?: string, headers: Record<string, string> = {}) =>
  HttpClientRequest.get(pathOf(url)).pipe(
    HttpClientRequest.setHeaders({
      prefer: "include-unknown-enum-members",
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers
    }),
    HttpClient.execute
  )

export const page = Effect.fnUntraced(function*(url: string, bearer?: string) {
  const response = yield* get(url, bearer ?? (yield* token()))
  return yield* HttpClientResponse.schemaBodyJson(Page)(response)
})

export const refusal = Effect.fnUntraced(function*(url: string, bearer?: string) {
  const response = yield* get(url, bearer)
  const { error } = yield* HttpClientResponse.schemaBodyJson(GraphError)(response)
  return { status: response.status, ...error }
})

/** Fetches all pages, starting at `url`. */
export const pages = Effect.fnUntraced(function*(url: string) {
  const bearer = yield* token()
  const all: Array<typeof Page.Type> = []
  for (let next: string | undefined = url; next !== undefined;) {
    const page: typeof Page.Type = yield* Effect.flatMap(get(next, bearer), HttpClientResponse.schemaBodyJson(Page))
    all.push(page)
    next = page["@odata.nextLink"]
  }
  return all
})
