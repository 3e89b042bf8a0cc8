import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Fiber, Latch, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { clouds, custom } from "../../src/config/Cloud.ts"
import { Credential } from "../../src/config/Credential.ts"
import type { GraphError } from "../../src/graph/GraphError.ts"
import { connection, jwt, microsoft, nodeError, refusal, token } from "./FakeMicrosoft.ts"

const failure = <A>(effect: Effect.Effect<A, GraphError>) => Effect.flip(effect)

describe("Tokens", () => {
  it.effect("sends one request for fifty concurrent callers", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({})
      const graph = yield* fake.connect()
      const all = yield* Effect.all(Array.from({ length: 50 }, () => graph.token), { concurrency: 50 })
      assert.strictEqual(new Set(all.map(({ value }) => Redacted.value(value))).size, 1)
      assert.strictEqual((yield* fake.posts).length, 1)
    }))

  it.effect("asks the tenant's own endpoint for Graph's default scope, and for nothing else", () =>
    Effect.gen(function*() {
      for (const cloud of [clouds.global, clouds.usgov, clouds.usgovdod]) {
        const fake = yield* microsoft({})
        const graph = yield* fake.connect({ ...connection, cloud })
        yield* graph.token
        const [post, ...others] = yield* fake.posts
        assert.deepStrictEqual(others, [])
        assert.deepStrictEqual(yield* fake.gets, [])
        assert.strictEqual(new URL(post!.url).origin, cloud.login)
        assert.strictEqual(new URL(post!.url).pathname, `/${connection.tenantId}/oauth2/v2.0/token`)
        const form = new URLSearchParams(post!.body)
        assert.include(form.get("scope")!.split(" "), `${cloud.graph}/.default`)
        assert.strictEqual(form.get("grant_type"), "client_credentials")
        assert.strictEqual(form.get("client_secret"), "s3cr3t~Value")
      }
    }))

  it.effect("asks a custom cloud with one request, also over plain http on loopback", () =>
    Effect.gen(function*() {
      for (const login of ["http://127.0.0.1:8080", "https://login.airgap.example"]) {
        const fake = yield* microsoft({})
        const graph = yield* fake.connect({
          ...connection,
          cloud: custom(new URL(login), new URL("https://graph.airgap.example"))
        })
        yield* graph.token
        const posts = yield* fake.posts
        assert.strictEqual(posts.length, 1)
        assert.deepStrictEqual(yield* fake.gets, [])
        assert.strictEqual(posts[0]!.url.split("?")[0], `${login}/${connection.tenantId}/oauth2/v2.0/token`)
      }
    }))

  it.effect("renews five minutes before the end, to the millisecond", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ token: [() => token({}, 3600), () => token({}, "3600")] })
      const graph = yield* fake.connect()
      yield* graph.token
      yield* TestClock.adjust(Duration.millis(55 * 60_000 - 1))
      yield* graph.token
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* TestClock.adjust(Duration.millis(1))
      assert.strictEqual((yield* graph.token).expiresAt, 55 * 60_000 + 3_600_000)
      assert.strictEqual((yield* fake.posts).length, 2)
    }))

  it.effect("renews a short-lived token after half of its life", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ token: [() => token({}, 60)] })
      const graph = yield* fake.connect()
      yield* graph.token
      yield* TestClock.adjust("29999 millis")
      yield* graph.token
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* TestClock.adjust("1 millis")
      yield* graph.token
      assert.strictEqual((yield* fake.posts).length, 2)
    }))

  for (
    const [what, reply] of [["resets", () => nodeError("ECONNRESET")], ["answers with HTML and 503", () =>
      new Response("<html>", { status: 503 })], ["answers 429", () =>
      refusal(90055, 429, { "retry-after": "60" })], ["refuses the secret", () =>
      refusal(7000215)]] as const
  ) {
    it.effect(`keeps a valid token in use while a renewal ${what}`, () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ token: [() => token({}, 3600), reply] })
        const graph = yield* fake.connect()
        const { value } = yield* graph.token
        yield* TestClock.adjust("56 minutes")
        assert.strictEqual((yield* graph.token).value, value)
        assert.strictEqual((yield* graph.token).value, value)
        assert.strictEqual((yield* fake.posts).length, 2)
        yield* TestClock.adjust("4 minutes")
        assert.include(["Unavailable", "Unauthorized"], (yield* failure(graph.token)).reason._tag)
      }))
  }

  it.effect("explains a wrong secret, and shows none of the endpoint's text", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ token: [() => refusal(7000215)] })
      const graph = yield* fake.connect()
      const error = yield* failure(graph.token)
      assert.strictEqual(error.reason._tag, "Unauthorized")
      assert.deepInclude(error.reason, { by: "login", aadsts: 7000215, meaning: "The client secret is wrong" })
      assert.deepInclude(error, {
        status: 401,
        graphCode: "invalid_client",
        requestId: "aaaaaaaa-0000-4000-8000-000000000003",
        clientRequestId: "aaaaaaaa-0000-4000-8000-000000000004"
      })
      assert.notInclude(inspect(error, { depth: 9 }) + String(error.stack), "s3cr3t")
    }))

  it.effect("asks a refusing endpoint again after 30 s, then a minute, however many callers ask", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ token: [() => refusal(7000222)] })
      const graph = yield* fake.connect()
      const errors = yield* Effect.all(Array.from({ length: 20 }, () => failure(graph.token)), { concurrency: 20 })
      assert.strictEqual(new Set(errors.map(({ message }) => message)).size, 1)
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* TestClock.adjust("29999 millis")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* TestClock.adjust("1 millis")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 2)
      yield* TestClock.adjust("59999 millis")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 2)
      yield* TestClock.adjust("1 millis")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 3)
    }))

  it.effect("does not prolong the backoff when the machine's clock is set back", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("10 days")
      const fake = yield* microsoft({ token: [() => refusal(700024), () => token()] })
      const graph = yield* fake.connect()
      yield* failure(graph.token)
      yield* TestClock.setTime(0)
      yield* TestClock.adjust("30 seconds")
      yield* graph.token
      assert.strictEqual((yield* fake.posts).length, 2)
    }))

  it.effect("asks at once with new credentials: a new connection, or a rotated file", () =>
    Effect.gen(function*() {
      let secret = "old\n"
      const fake = yield* microsoft({
        token: [() => refusal(7000222), () => refusal(7000222), () => token()],
        files: { "/run/secret": () => secret }
      })
      const rotating = { ...connection, credential: Credential.SecretFromFile({ path: "/run/secret" }) }
      const graph = yield* fake.connect(rotating)
      yield* failure(graph.token)
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* failure((yield* fake.connect()).token)
      assert.strictEqual((yield* fake.posts).length, 2)
      secret = "\ufeffnew "
      yield* graph.token
      assert.deepStrictEqual((yield* fake.posts).map(({ body }) => new URLSearchParams(body).get("client_secret")), [
        "old",
        "s3cr3t~Value",
        "new"
      ])
    }))

  it.effect("repeats a transient failure for a second with the remaining wait, and ignores MSAL's throttling", () =>
    Effect.gen(function*() {
      const down = () => new Response("<html>s3cr3t~Value</html>", { status: 503 })
      const fake = yield* microsoft({ token: [down, down, () => token()] })
      const graph = yield* fake.connect()
      const first = yield* failure(graph.token)
      assert.deepInclude(first.reason, { _tag: "Unavailable", kind: "http", retryAfter: Duration.seconds(1) })
      yield* TestClock.adjust("400 millis")
      assert.deepInclude((yield* failure(graph.token)).reason, { retryAfter: Duration.millis(600) })
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* TestClock.adjust("600 millis")
      yield* failure(graph.token)
      yield* TestClock.adjust("2 seconds")
      yield* graph.token
      assert.strictEqual((yield* fake.posts).length, 3)
    }))

  it.effect("lets other callers proceed when the caller that sent the request is interrupted", () =>
    Effect.gen(function*() {
      const asked = yield* Latch.make()
      const fake = yield* microsoft({ token: [() => Effect.andThen(asked.open, Effect.never), () => token()] })
      const graph = yield* fake.connect()
      const first = yield* Effect.forkChild(graph.token)
      yield* asked.await
      const second = yield* Effect.forkChild(graph.token)
      yield* Fiber.interrupt(first)
      assert.isAbove((yield* Fiber.join(second)).expiresAt, 0)
      assert.strictEqual((yield* fake.posts).length, 2)
    }))

  it.effect("restarts the backoff of a refusal after an outage", () =>
    Effect.gen(function*() {
      const down = () => nodeError("ECONNREFUSED")
      const fake = yield* microsoft({ token: [down, down, down, () => refusal(7000222)] })
      const graph = yield* fake.connect()
      for (const seconds of [1, 2, 4]) {
        yield* failure(graph.token)
        yield* TestClock.adjust(Duration.seconds(seconds))
      }
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 4)
      yield* TestClock.adjust("29999 millis")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 4)
      yield* TestClock.adjust("1 millis")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 5)
    }))

  it.effect("waits as long as the endpoint's Retry-After says", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({
        token: [() => refusal(90055, 429, { "retry-after": "120" }), () => token()]
      })
      const graph = yield* fake.connect()
      assert.deepInclude((yield* failure(graph.token)).reason, {
        _tag: "Unavailable",
        retryAfter: Duration.seconds(120)
      })
      yield* TestClock.adjust("119 seconds")
      yield* failure(graph.token)
      assert.strictEqual((yield* fake.posts).length, 1)
      yield* TestClock.adjust("1 seconds")
      yield* graph.token
    }))

  it.effect("times out on an endpoint that does not answer within 30 s", () =>
    Effect.gen(function*() {
      const asked = yield* Latch.make()
      const fake = yield* microsoft({ token: [() => Effect.andThen(asked.open, Effect.never)] })
      const graph = yield* fake.connect()
      const fiber = yield* Effect.forkChild(failure(graph.token))
      yield* asked.await
      yield* TestClock.adjust("29999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      const { reason } = yield* Fiber.join(fiber)
      assert.deepInclude(reason, { _tag: "Unavailable", kind: "timeout" })
    }))

  for (
    const [code, kind] of [["ENOTFOUND", "dns"], ["ECONNREFUSED", "network"], [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "tls"
    ], ["UND_ERR_CONNECT_TIMEOUT", "timeout"]] as const
  ) {
    it.effect(`keeps the network's cause ${code}, which MSAL would hide`, () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ token: [() => nodeError(code)] })
        const graph = yield* fake.connect()
        const { reason } = yield* failure(graph.token)
        assert.strictEqual(reason._tag, "Unavailable")
        assert.deepInclude(reason, { kind })
        assert.include(reason.message, code)
        assert.notInclude(reason.message, "s3cr3t")
      }))
  }

  it.effect("never blames the secret for a transient refusal, whatever its status", () =>
    Effect.gen(function*() {
      const refusals = [
        () => Response.json({ error: "temporarily_unavailable", error_description: "busy" }, { status: 400 }),
        () => Response.json({ error: "server_error" }, { status: 401 }),
        ...[90006, 90012, 90024, 90033, 50033].map((code) => () => refusal(code, 400))
      ]
      for (const answer of refusals) {
        const fake = yield* microsoft({ token: [answer] })
        const { reason } = yield* failure((yield* fake.connect()).token)
        assert.strictEqual(reason._tag, "Unavailable", inspect(reason))
        assert.notInclude(reason.message, "secret")
      }
    }))

  it.effect("uses a token whose answer does not say its life until its exp, or for five minutes", () =>
    Effect.gen(function*() {
      const at = Date.parse("2026-11-20T12:00:00Z")
      yield* TestClock.setTime(at)
      const date = { date: new Date(at).toUTCString() }
      for (
        const [claims, minutes, said] of [[{ exp: at / 1000 + 1800 }, 30, {}], [{}, 5, {}], [{}, 5, {
          expires_in: null
        }], [{ exp: at / 1000 - 60 }, 0, {}]] as const
      ) {
        const fake = yield* microsoft({
          token: [() => Response.json({ token_type: "Bearer", access_token: jwt(claims), ...said }, { headers: date })]
        })
        const { expiresAt } = yield* (yield* fake.connect()).token
        assert.strictEqual((expiresAt - at) / 60_000, minutes)
      }
    }))

  it.effect("treats an answer without a token as unreadable", () =>
    Effect.gen(function*() {
      for (const body of ["{}", "<html>", "", `{"access_token":"","expires_in":10}`]) {
        const fake = yield* microsoft({ token: [() => new Response(body)] })
        const graph = yield* fake.connect()
        assert.deepInclude((yield* failure(graph.token)).reason, { _tag: "Unavailable", kind: "body" })
      }
    }))

  it.effect("takes redirects and block pages for a proxy's", () =>
    Effect.gen(function*() {
      for (const status of [302, 403, 404]) {
        const fake = yield* microsoft({ token: [() => new Response("<html>Blocked", { status })] })
        const { reason } = yield* failure((yield* fake.connect()).token)
        assert.deepInclude(reason, { _tag: "Unavailable", kind: "proxy" })
        const headers = { "x-ms-request-id": "1" }
        const own = yield* microsoft({ token: [() => new Response("", { status, headers })] })
        assert.deepInclude((yield* failure((yield* own.connect()).token)).reason, { kind: "http" })
      }
    }))

  it.effect("keeps Entra's own sentence of a number that it does not know, without ids, names and secrets", () =>
    Effect.gen(function*() {
      const error_description =
        `AADSTS987654: The grant of alice@contoso.example for \u202es3cr3t~Value is not there.\r\nTrace ID: 1\r\nCorrelation ID: 2\r\nTimestamp: 2026-11-20 12:00:00Z`
      const answer = () =>
        Response.json({ error: "invalid_grant", error_codes: [987_654], error_description }, { status: 400 })
      const fake = yield* microsoft({ token: [answer] })
      const { reason } = yield* failure((yield* fake.connect()).token)
      assert.strictEqual(
        reason.message,
        "The token endpoint refused the credentials (AADSTS987654) and says: The grant of … for … is not there"
      )
    }))

  it.effect("reads the token's roles for diagnosis, or none when they are unreadable", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({
        token: [() => token({ roles: ["SecurityAlert.Read.All", "A.Ä"] })]
      })
      assert.deepStrictEqual((yield* (yield* fake.connect()).token).roles, ["SecurityAlert.Read.All", "A.Ä"])
      for (const access_token of ["opaque", "a.b.c", jwt({}), jwt({ roles: "x" })]) {
        const other = yield* microsoft({
          token: [() => Response.json({ expires_in: 10, access_token, token_type: "Bearer" })]
        })
        assert.deepStrictEqual((yield* (yield* other.connect()).token).roles, [])
      }
    }))

  it.effect("reports what MSAL itself does not accept, without a request", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({})
      const graph = yield* fake.connect({ ...connection, tenantId: "common" })
      const { reason } = yield* failure(graph.token)
      assert.deepInclude(reason, { _tag: "Unauthorized", by: "login" })
      assert.deepStrictEqual(yield* fake.posts, [])
    }))

  it.effect("reads a secret from the environment for each token, and trims it", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({})
      const graph = yield* fake.connect({
        ...connection,
        credential: Credential.SecretFromEnvironment({ variable: "CONTOSO_CLIENT_SECRET" })
      })
      const withSecret = (secret: string) =>
        Effect.provideService(
          ConfigProvider.ConfigProvider,
          ConfigProvider.fromEnv({ env: { CONTOSO_CLIENT_SECRET: secret } })
        )
      const { reason } = yield* failure(graph.token).pipe(withSecret(" "))
      assert.include(reason.message, "CONTOSO_CLIENT_SECRET")
      yield* graph.token.pipe(withSecret(" abc\n"))
      assert.strictEqual(new URLSearchParams((yield* fake.posts)[0]!.body).get("client_secret"), "abc")
    }))

  it.effect("sends a federated token as it stands in its file", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ files: { "/var/run/token": () => "ey.J.x\n" } })
      const graph = yield* fake.connect({
        ...connection,
        credential: Credential.FederatedToken({ path: "/var/run/token" })
      })
      yield* graph.token
      const form = new URLSearchParams((yield* fake.posts)[0]!.body)
      assert.strictEqual(form.get("client_assertion"), "ey.J.x")
      assert.isNull(form.get("client_secret"))
    }))

  it.effect("reports which credential file is empty, without a request", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({})
      for (
        const credential of [
          Credential.SecretFromFile({ path: "/nowhere" }),
          Credential.FederatedToken({ path: "/nowhere" }),
          Credential.Certificate({ certificatePath: "/nowhere", privateKeyPath: "/nowhere" })
        ]
      ) {
        const graph = yield* fake.connect({ ...connection, credential })
        const { reason } = yield* failure(graph.token)
        assert.include(reason.message, "/nowhere")
      }
      assert.deepStrictEqual(yield* fake.posts, [])
    }))
})
