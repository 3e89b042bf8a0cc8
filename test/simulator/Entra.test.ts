import { ConfidentialClientApplication, ServerError } from "@azure/msal-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { HttpClientResponse, HttpServer } from "effect/http"
import * as Client from "./Client.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))
const scopes = ["https://graph.microsoft.com/.default"]

/** Metadata for MSAL: without it, MSAL refuses a token endpoint on plain http. */
const msal = Effect.fnUntraced(function*(clientSecret: string) {
  const origin = yield* HttpServer.addressFormattedWith(Effect.succeed)
  const authority = `https://simulator.invalid/${Client.tenant}`
  const metadata = toJson({
    token_endpoint: `${origin}/${Client.tenant}/oauth2/v2.0/token`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    issuer: `${authority}/v2.0`,
    jwks_uri: `${authority}/discovery/v2.0/keys`
  })
  return new ConfidentialClientApplication({
    auth: {
      clientId: "33333333-3333-4333-8333-333333333333",
      clientSecret,
      authority,
      knownAuthorities: ["simulator.invalid"],
      authorityMetadata: metadata
    }
  })
})

describe("Entra", () => {
  it.effect("gives MSAL a token that Graph accepts", () =>
    Effect.gen(function*() {
      const application = yield* msal("any")
      const result = yield* Effect.promise(() => application.acquireTokenByClientCredential({ scopes }))
      const page = yield* Client.page("/v1.0/security/incidents", result!.accessToken)
      assert.isAtLeast(page.value.length, 20)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("refuses MSAL with the number of the AADSTS error", () =>
    Effect.gen(function*() {
      const application = yield* msal("wrong-secret")
      const error = yield* Effect.promise(() =>
        application.acquireTokenByClientCredential({ scopes }).then(() => undefined, (error: unknown) => error)
      )
      assert.instanceOf(error, ServerError)
      assert.deepStrictEqual([error.errorCode, Number(error.errorNo), error.status], ["invalid_client", 7000215, 401])
    }).pipe(Effect.provide(Client.layer())))

  it.effect("returns its OpenID configuration", () =>
    Effect.gen(function*() {
      const response = yield* Client.get(`/${Client.tenant}/v2.0/.well-known/openid-configuration`)
      const { token_endpoint } = yield* HttpClientResponse.schemaBodyJson(
        Schema.Struct({ token_endpoint: Schema.String })
      )(response)
      assert.match(token_endpoint, new RegExp(`^http://[^/]+:\\d+/${Client.tenant}/oauth2/v2\\.0/token$`))
    }).pipe(Effect.provide(Client.layer())))
})
