import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Simulator } from "../../src/simulator/Simulator.ts"
import * as Client from "./Client.ts"

const incidents = "/v1.0/security/incidents"

describe("Tokens", () => {
  for (
    const [secret, tenant, status, error, code] of [
      ["wrong-secret", Client.tenant, 401, "invalid_client", 7000215],
      ["expired-secret", Client.tenant, 401, "invalid_client", 7000222],
      ["unknown-app", Client.tenant, 400, "unauthorized_client", 700016],
      ["aadsts-53003", Client.tenant, 400, "access_denied", 53003],
      ["", Client.tenant, 401, "invalid_request", 7000216],
      ["any", "00000000-0000-0000-0000-000000000000", 400, "invalid_request", 90002],
      ["any", "contoso", 400, "invalid_request", 900023]
    ] as const
  ) {
    it.effect(`refuses with AADSTS${code} in Entra's form`, () =>
      Effect.gen(function*() {
        const response = yield* Client.requestToken(secret, tenant)
        const body = yield* HttpClientResponse.schemaBodyJson(Client.EntraError)(response)
        assert.deepStrictEqual([response.status, body.error, body.error_codes], [status, error, [code]])
        assert.match(
          body.error_description,
          new RegExp(`^AADSTS${code}: .* Trace ID: ${body.trace_id} Correlation ID: ${body.correlation_id} Timestamp: `)
        )
      }).pipe(Effect.provide(Client.layer())))
  }

  it.effect("are required by Graph, and valid for an hour", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Client.refusal(incidents), {
        status: 401,
        code: "InvalidAuthenticationToken",
        message: "Access token is empty."
      })
      assert.strictEqual((yield* Client.refusal(incidents, "a.b.c")).status, 401)
      const token = yield* Client.token()
      assert.strictEqual((yield* Client.get(incidents, token)).status, 200)
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual((yield* Client.get(incidents, token)).status, 200)
      yield* TestClock.adjust("1 minute")
      assert.include((yield* Client.refusal(incidents, token)).message, "expired")
    }).pipe(Effect.provide(Client.layer())))

  it.effect("keep the roles of their issue: a permission granted later needs a new token", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator
      yield* simulator.setRoles(Client.tenant, ["SecurityAlert.Read.All"])
      const old = yield* Client.token()
      assert.deepStrictEqual(yield* Client.refusal(incidents, old), {
        status: 403,
        code: "Forbidden",
        message:
          "Missing application roles. API required roles: SecurityIncident.Read.All,SecurityIncident.ReadWrite.All, application roles: SecurityAlert.Read.All."
      })
      yield* simulator.setRoles(Client.tenant, ["SecurityAlert.Read.All", "SecurityIncident.ReadWrite.All"])
      assert.strictEqual((yield* Client.get(incidents, old)).status, 403)
      assert.strictEqual((yield* Client.get(incidents, yield* Client.token())).status, 200)
    }).pipe(Effect.provide(Client.layer())))
})
