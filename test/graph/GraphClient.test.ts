import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Latch, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { pageBytesMax, smallBodyBytesMax } from "../../src/domain/Bounds.ts"
import { onFailure } from "../../src/graph/FailureTable.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { PageBytesMax, requestBudget } from "../../src/graph/Limits.ts"
import {
  alertsV2,
  connection,
  graphRefusal,
  jwt,
  legacyAlerts,
  microsoft,
  nodeError,
  page,
  token
} from "./FakeMicrosoft.ts"

const challenge = (claims: string) => ({
  "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${
    Buffer.from(claims).toString("base64")
  }", client_id="x"`
})

describe("GraphClient", () => {
  describe("fetchPage", () => {
    it.effect("sends a token, the preference for unknown enum members and an id of its own", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({})
        const graph = yield* fake.connect()
        yield* graph.fetchPage(page)
        yield* graph.fetchPage(page)
        const [first, second] = yield* fake.gets
        assert.strictEqual(first!.url, page.url)
        assert.strictEqual(first!.headers["authorization"], `Bearer ${jwt({ roles: ["SecurityAlert.Read.All"] })}`)
        assert.strictEqual(first!.headers["prefer"], "include-unknown-enum-members")
        assert.strictEqual(first!.headers["accept"], "application/json")
        assert.match(
          first!.headers["client-request-id"]!,
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
        )
        assert.notStrictEqual(first!.headers["client-request-id"], second!.headers["client-request-id"])
        assert.strictEqual((yield* fake.posts).length, 1)
      }))

    it.effect("reads records, nextLink, count and Graph's time", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({
          graph: [() =>
            new Response(
              `\ufeff{"@odata.context":"x","@odata.count":7,"value":[{"id":"1","n":1.10},null,3],"@odata.nextLink":"https://a/b"}`,
              { headers: { date: "Mon, 23 Nov 2026 08:00:00 GMT" } }
            )]
        })
        const graph = yield* fake.connect()
        const read = yield* graph.fetchPage(page)
        assert.deepStrictEqual(
          read.records.map((record) => record.content().value),
          [{ id: "1", n: 1.1 }, null, 3]
        )
        assert.deepStrictEqual(read.records.map((record) => record.content().text), [
          `{"id":"1","n":1.10}`,
          "null",
          "3"
        ])
        assert.strictEqual(read.nextLink, "https://a/b")
        assert.strictEqual(read.count, 7)
        assert.strictEqual(read.at, Date.UTC(2026, 10, 23, 8))
        yield* TestClock.adjust("90 seconds")
        assert.strictEqual(yield* graph.now, Date.UTC(2026, 10, 23, 8, 1, 30))
      }))

    it.effect("surrounds the parsing of a page, once all of it is there, and of no other answer", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({
          graph: [() => graphRefusal(403, "Forbidden"), () => Response.json({ value: [{}] })]
        })
        const graph = yield* fake.connect()
        const log: Array<unknown> = []
        const parsed = <A, E>(parsing: Effect.Effect<A, E>) =>
          Effect.tap(
            Effect.andThen(
              Effect.flatMap(fake.gets, ({ length }) => Effect.sync(() => void log.push(length))),
              parsing
            ),
            () => Effect.sync(() => void log.push("parsed"))
          )
        yield* Effect.flip(graph.fetchPage({ ...page, parsed }))
        assert.deepStrictEqual(log, [])
        yield* graph.fetchPage({ ...page, parsed })
        assert.deepStrictEqual(log, [2, "parsed"])
      }))

    it.effect("treats an empty page without nextLink, or with null, as the last", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({
          graph: [() => Response.json({ value: [] }), () =>
            Response.json({ value: [], "@odata.nextLink": null, "@odata.count": null })]
        })
        const graph = yield* fake.connect()
        for (let index = 0; index < 2; index++) {
          const { count, nextLink, providerWarnings, records } = yield* graph.fetchPage(page)
          assert.deepStrictEqual({ records, nextLink, count, providerWarnings }, {
            records: [],
            nextLink: undefined,
            count: undefined,
            providerWarnings: []
          })
        }
      }))

    for (
      const [what, body] of [
        ["value null", { value: null }],
        ["no value", { values: [] }],
        ["a value that is no list", { value: { secret: "s3cr3t" } }],
        ["a nextLink that is no string", { value: [], "@odata.nextLink": 5 }],
        ["a count that is no number", { value: [], "@odata.count": "s3cr3t" }],
        ["a list", []],
        ["null", null]
      ] as const
    ) {
      it.effect(`does not decode ${what}, and shows no value`, () =>
        Effect.gen(function*() {
          const fake = yield* microsoft({ graph: [() => Response.json(body)] })
          const graph = yield* fake.connect()
          const error = yield* Effect.flip(graph.fetchPage(page))
          assert.strictEqual(error.reason._tag, "DecodeFailed")
          assert.notInclude(error.message, "s3cr3t")
          assert.strictEqual(error.status, 200)
        }))
    }

    for (
      const [what, reply] of [["a truncated body", () => new Response(`{"value":[{"id":"1"`)], ["HTML with 200", () =>
        new Response("<html>")], ["an empty body", () =>
        new Response("")], ["no body", () =>
        new Response(null, { status: 204 })]] as const
    ) {
      it.effect(`treats ${what} as unavailable`, () =>
        Effect.gen(function*() {
          const fake = yield* microsoft({ graph: [reply] })
          const graph = yield* fake.connect()
          const { reason } = yield* Effect.flip(graph.fetchPage(page))
          assert.deepInclude(reason, { _tag: "Unavailable", kind: "body" })
        }))
    }

    it.effect("stops reading a body above the limit, and accepts one at the limit", () =>
      Effect.gen(function*() {
        let pulled = 0
        const text = `{"value":["${"a".repeat(88)}"]}`
        assert.strictEqual(text.length, 102)
        const fake = yield* microsoft({
          graph: [() => new Response(text), () => new Response(`${text} `), () =>
            new Response(
              new ReadableStream({
                pull: (controller) => {
                  pulled++
                  controller.enqueue(new Uint8Array(50))
                }
              })
            )]
        })
        const limited = Effect.provideService(PageBytesMax, 102)
        const graph = yield* fake.connect().pipe(limited)
        assert.strictEqual((yield* graph.fetchPage(page)).records.length, 1)
        for (let index = 0; index < 2; index++) {
          const { reason } = yield* Effect.flip(graph.fetchPage(page))
          assert.deepInclude(reason, { _tag: "BodyTooLarge", bytesMax: 102 })
        }
        assert.isBelow(pulled, 10)
      }))

    it.effect("has a default limit of 16 MiB for a page, and of 256 KiB for any other answer", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual([pageBytesMax, smallBodyBytesMax], [16 * 1024 * 1024, 256 * 1024])
        const empty = `{"value":[]}`
        const piece = 16 * 1024
        let pulled = 0
        const endless = new ReadableStream({
          pull: (controller) => {
            pulled += piece
            controller.enqueue(new Uint8Array(piece).fill(32))
          }
        })
        const fake = yield* microsoft({
          graph: [
            () => new Response(empty.padEnd(pageBytesMax)),
            () => new Response(empty.padEnd(pageBytesMax + 1)),
            () => new Response(endless, { status: 400 })
          ]
        })
        const graph = yield* fake.connect()
        assert.deepStrictEqual((yield* graph.fetchPage(page)).records, [])
        assert.deepInclude((yield* Effect.flip(graph.fetchPage(page))).reason, {
          _tag: "BodyTooLarge",
          bytesMax: pageBytesMax
        })
        assert.strictEqual((yield* Effect.flip(graph.fetchPage(page))).reason._tag, "Unavailable")
        assert.isAtLeast(pulled, smallBodyBytesMax)
        assert.isAtMost(pulled, smallBodyBytesMax + 4 * piece)
      }))

    it.effect("times out a request after 300 s", () =>
      Effect.gen(function*() {
        const asked = yield* Latch.make()
        const fake = yield* microsoft({ graph: [() => Effect.andThen(asked.open, Effect.never)] })
        const graph = yield* fake.connect()
        const fiber = yield* Effect.forkChild(Effect.flip(graph.fetchPage(page)))
        yield* asked.await
        yield* TestClock.adjust("299999 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        assert.deepInclude((yield* Fiber.join(fiber)).reason, { _tag: "Unavailable", kind: "timeout" })
      }))

    it.effect("delays requests that exceed the budget of the tenant, whichever connection makes them", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({})
        yield* Effect.gen(function*() {
          const client = yield* GraphClient
          const graph = yield* client.connect(connection)
          const again = yield* client.connect({ ...connection, tenantId: connection.tenantId.toUpperCase() })
          const other = yield* client.connect({ ...connection, tenantId: "contoso.example" })
          yield* Effect.forEach(
            Array.from({ length: requestBudget.limit }),
            (_, index) => (index % 2 === 0 ? graph : again).fetchPage(page),
            { discard: true }
          )
          const held = yield* Effect.forkChild(graph.fetchPage(page))
          yield* other.fetchPage(page)
          yield* TestClock.adjust("599 millis")
          assert.strictEqual((yield* fake.gets).length, requestBudget.limit + 1)
          yield* TestClock.adjust("1 millis")
          yield* Fiber.join(held)
          assert.strictEqual((yield* fake.gets).length, requestBudget.limit + 2)
        }).pipe(Effect.provide(Layer.fresh(fake.client)))
      }))
  })

  describe("401", () => {
    const expired = () => graphRefusal(401, "InvalidAuthenticationToken", "Access token has expired s3cr3t")

    it.effect("fetches a new token and tries once more", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ graph: [expired, () => Response.json({ value: [1] })] })
        const graph = yield* fake.connect()
        assert.deepStrictEqual((yield* graph.fetchPage(page)).records.map((record) => record.content().value), [1])
        assert.strictEqual((yield* fake.posts).length, 2)
      }))

    it.effect("is Unauthorized by Graph when the new token is refused as well", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ graph: [expired] })
        const graph = yield* fake.connect()
        const error = yield* Effect.flip(graph.fetchPage(page))
        assert.deepInclude(error.reason, { _tag: "Unauthorized", by: "graph" })
        assert.deepInclude(error, {
          endpoint: "alerts_v2",
          operation: "page",
          status: 401,
          graphCode: "InvalidAuthenticationToken",
          requestId: "aaaaaaaa-0000-4000-8000-000000000001",
          clientRequestId: "aaaaaaaa-0000-4000-8000-000000000002"
        })
        assert.notInclude(inspect(error, { depth: 9 }), "s3cr3t")
        assert.strictEqual((yield* fake.gets).length, 2)
      }))

    it.effect("names the clock as the cause when the token is not yet valid", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({
          graph: [
            () => graphRefusal(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
          ]
        })
        const graph = yield* fake.connect()
        const { reason } = yield* Effect.flip(graph.fetchPage(page))
        assert.include(reason._tag === "Unauthorized" ? reason.remedy : "", "clock")
      }))

    it.effect("fetches one new token for all requests that were refused with the same token", () =>
      Effect.gen(function*() {
        let refused = 0
        const fake = yield* microsoft({
          token: [() => token({ n: 1 }), () => token({ n: 2 })],
          graph: [() => refused++ < 3 ? expired() : Response.json({ value: [] })]
        })
        const graph = yield* fake.connect()
        yield* Effect.all(Array.from({ length: 3 }, () => graph.fetchPage(page)), { concurrency: 3 })
        assert.strictEqual((yield* fake.posts).length, 2)
        assert.strictEqual((yield* fake.gets).length, 6)
      }))

    it.effect("answers a claims challenge, also after an ordinary refusal", () =>
      Effect.gen(function*() {
        const claims = `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
        const fake = yield* microsoft({
          graph: [expired, () =>
            graphRefusal(401, "InvalidAuthenticationToken", "", challenge(claims)), () =>
            Response.json({ value: [] })]
        })
        const graph = yield* fake.connect()
        yield* graph.fetchPage(page)
        const posts = yield* fake.posts
        assert.strictEqual(posts.length, 3)
        assert.isNull(new URLSearchParams(posts[1]!.body).get("claims"))
        assert.include(new URLSearchParams(posts[2]!.body).get("claims"), "essential")
      }))

    it.effect("retries at most twice", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ graph: [() => graphRefusal(401, "x", "", challenge("{}"))] })
        const graph = yield* fake.connect()
        yield* Effect.flip(graph.fetchPage(page))
        assert.isAtMost((yield* fake.gets).length, 3)
      }))

    it.effect("reports the token endpoint's failure under the collection when it gives no new token", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ token: [() => token(), () => nodeError("ECONNRESET")], graph: [expired] })
        const graph = yield* fake.connect()
        const error = yield* Effect.flip(graph.fetchPage(page))
        assert.deepInclude(error, { endpoint: "alerts_v2", operation: "token" })
        assert.strictEqual(error.reason._tag, "Unavailable")
      }))
  })

  describe("refusals", () => {
    const refuse = (reply: () => Response, roles: unknown = ["SecurityAlert.Read.All"], collection = alertsV2) =>
      Effect.gen(function*() {
        const fake = yield* microsoft({ token: [() => token({ roles })], graph: [reply] })
        const graph = yield* fake.connect()
        const url = `https://graph.microsoft.com${collection.path}?$top=1`
        const error = yield* Effect.flip(graph.fetchPage({ collection, url }))
        assert.strictEqual((yield* fake.gets).length, 1)
        assert.notInclude(inspect(error, { depth: 9 }), "s3cr3t")
        return error
      })
    const missing =
      "Missing application roles. API required roles: SecurityIncident.Read.All,SecurityAlert.Read.All,SecurityAlert.ReadWrite.All, application roles: User.Read.All."

    it.effect("names the roles that Graph says are missing, the least privileged first", () =>
      Effect.gen(function*() {
        const { reason } = yield* refuse(() => graphRefusal(403, "Forbidden", missing), ["User.Read.All"])
        assert.deepInclude(reason, {
          _tag: "Forbidden",
          why: "missing_role",
          requiredPermissions: ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All", "SecurityIncident.Read.All"],
          tokenRoles: ["User.Read.All"]
        })
      }))

    for (
      const [what, why, code, message, roles, headers] of [
        ["a token without a sufficient role", "missing_role", "accessDenied", "", [], {}],
        ["a licence that is missing", "not_licensed", "Forbidden", "Tenant is not licensed s3cr3t", undefined, {}],
        ["a tenant that is not onboarded", "not_licensed", "x", "Please onboard to Defender", undefined, {}],
        ["a bare denial with a sufficient role", "not_licensed", "accessDenied", "", undefined, {}],
        ["an empty code with a sufficient role", "not_licensed", "", "", undefined, {}],
        [
          "a sufficient role of more privilege",
          "not_licensed",
          "UnknownError",
          "",
          ["SecurityAlert.ReadWrite.All"],
          {}
        ],
        ["conditional access", "conditional_access", "Forbidden", "AADSTS53003: blocked", undefined, {}],
        ["insufficient claims", "conditional_access", "Forbidden", "", undefined, challenge("{}")],
        ["a cause unheard of", "unknown", "SomethingElse", "s3cr3t", undefined, {}],
        ["a bare denial of an unreadable token", "unknown", "Forbidden", "", "unreadable", {}]
      ] as const
    ) {
      it.effect(`recognises ${what} among 403s`, () =>
        Effect.gen(function*() {
          const error = yield* refuse(() => graphRefusal(403, code, message, headers), roles)
          assert.deepInclude(error.reason, { _tag: "Forbidden", why, requiredPermissions: alertsV2.permissions })
          assert.strictEqual(error.graphCode ?? "", code)
        }))
    }

    it.effect("takes a 401 that lasts after its claims challenge was answered for a policy of place", () =>
      Effect.gen(function*() {
        const message =
          "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: LocationConditionEvaluationSatisfied"
        for (
          const answer of [
            () => graphRefusal(401, "InvalidAuthenticationToken", message, challenge(`{"access_token":{}}`)),
            () => graphRefusal(401, "ClaimsChallengeRequired"),
            () => graphRefusal(401, "InvalidAuthenticationToken", "", challenge(`{"access_token":{}}`))
          ]
        ) {
          const fake = yield* microsoft({ graph: [answer] })
          const error = yield* Effect.flip((yield* fake.connect()).fetchPage(page))
          assert.deepInclude(error.reason, { _tag: "Forbidden", why: "conditional_access" })
          assert.isAtMost((yield* fake.gets).length, 3)
          assert.strictEqual(error.status, 401)
        }
      }))

    it.effect("reads Retry-After in seconds and as a date by Graph's clock, up to a day", () =>
      Effect.gen(function*() {
        const date = "Mon, 23 Nov 2026 08:00:00 GMT"
        for (
          const [header, seconds] of [
            ["30", 30],
            ["Mon, 23 Nov 2026 08:00:45 GMT", 45],
            ["Sun, 22 Nov 2026 08:00:00 GMT", 0],
            ["Tue, 23 Nov 2027 08:00:00 GMT", 86_400],
            ["99999999999", 86_400]
          ] as const
        ) {
          for (const status of [429, 509]) {
            const error = yield* refuse(() => graphRefusal(status, "x", "", { "retry-after": header, date }))
            assert.deepInclude(error.reason, { _tag: "Throttled", retryAfter: Duration.seconds(seconds) })
            assert.strictEqual(error.status, status)
          }
        }
      }))

    it.effect("treats as throttled an answer without Retry-After, with an unreadable one, or with a code on other statuses", () =>
      Effect.gen(function*() {
        for (
          const reply of [() => new Response("", { status: 429 }), () =>
            graphRefusal(429, "TooManyRequests", "", { "retry-after": "soon" }), () =>
            graphRefusal(403, "TooManyRequests"), () =>
            graphRefusal(503, "activityLimitReached")]
        ) {
          const { reason } = yield* refuse(reply)
          assert.strictEqual(reason._tag, "Throttled")
          assert.notProperty(reason, "retryAfter")
        }
      }))

    it.effect("treats 5xx and 408 as unavailable, with Retry-After, whatever the body", () =>
      Effect.gen(function*() {
        for (const status of [408, 500, 502, 503, 504]) {
          const error = yield* refuse(() => new Response("<html>s3cr3t", { status, headers: { "retry-after": "5" } }))
          assert.deepInclude(error.reason, {
            _tag: "Unavailable",
            kind: "http",
            detail: `HTTP ${status}`,
            retryAfter: Duration.seconds(5)
          })
        }
        const other = yield* refuse(() => graphRefusal(500, "UnknownError"))
        assert.deepInclude(other, { graphCode: "UnknownError", requestId: "aaaaaaaa-0000-4000-8000-000000000001" })
      }))

    it.effect("treats legacy alerts as retired on 404, 410 and 400 for the segment, and no other collection", () =>
      Effect.gen(function*() {
        const segment = "Resource not found for the segment 'alerts'."
        const gone = [
          () => graphRefusal(404, "ResourceNotFound"),
          () => graphRefusal(410, "Gone"),
          () => graphRefusal(400, "BadRequest", segment)
        ]
        for (const reply of gone) {
          assert.strictEqual((yield* refuse(reply, ["SecurityEvents.Read.All"], legacyAlerts)).reason._tag, "Retired")
          assert.strictEqual((yield* refuse(reply)).reason._tag, "Rejected")
        }
        const bad = yield* refuse(() => graphRefusal(400, ""), ["SecurityEvents.Read.All"], legacyAlerts)
        assert.deepInclude(bad.reason, { _tag: "Rejected", request: "/v1.0/security/alerts?$top=1" })
        assert.isUndefined(bad.graphCode)
      }))

    it.effect("takes redirects and block pages for a proxy's, and follows no redirect", () =>
      Effect.gen(function*() {
        const html = { "content-type": "text/html" }
        for (
          const reply of [
            ...[301, 302, 307, 308].map((status) => () =>
              new Response(null, { status, headers: { location: "https://evil.example/" } })
            ),
            ...[400, 401, 403, 404, 410].map((status) => () =>
              new Response("<html>Blocked by s3cr3t", { status, headers: html })
            ),
            () => new Response("", { status: 401, headers: { "www-authenticate": "Basic realm=\"proxy\"" } })
          ]
        ) {
          for (const collection of [alertsV2, legacyAlerts]) {
            const error = yield* refuse(reply, ["SecurityAlert.Read.All"], collection)
            assert.deepInclude(error.reason, { _tag: "Unavailable", kind: "proxy" })
            assert.match(
              error.message,
              /HTTP 3\d\d, a redirect, which Microsoft never sends: a captive portal|HTTP 4\d\d that is not Microsoft's/
            )
            assert.strictEqual(/portal/.test(onFailure(error.reason).remedy), /redirect/.test(error.message))
          }
        }
        // Graph's own gateway may leave out the body, and tells the request.
        const own = yield* refuse(() => new Response("", { status: 403, headers: { "request-id": "1" } }))
        assert.strictEqual(own.reason._tag, "Forbidden")
        const challenge = { "www-authenticate": "Bearer realm=\"\"" }
        const fake = yield* microsoft({ graph: [() => new Response("", { status: 401, headers: challenge })] })
        const bearer = yield* Effect.flip((yield* fake.connect()).fetchPage(page))
        assert.strictEqual(bearer.reason._tag, "Unauthorized")
        assert.strictEqual((yield* fake.gets).length, 2, "once more with a new token")
      }))

    it.effect("accepts as an error code only a single word", () =>
      Effect.gen(function*() {
        for (
          const code of [`<b>${"x".repeat(10)} \n`, "x".repeat(65), "e30.eyJyb2xlcyI6W10.sig", "alice@contoso.example"]
        ) {
          assert.isUndefined((yield* refuse(() => graphRefusal(400, code))).graphCode)
        }
      }))
  })

  it.effect("reads the providers that did not answer from a 206", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({
        graph: [() =>
          Response.json({ value: [1] }, {
            status: 206,
            headers: [["warning", `199 - "{Microsoft}/{MCAS}/504/10000", 199 - "Palo Alto/NGFW/403/12"`], [
              "warning",
              `199 - "Microsoft/IPC/429/10"`
            ]]
          })]
      })
      const graph = yield* fake.connect()
      const { providerWarnings, records } = yield* graph.fetchPage(page)
      assert.deepStrictEqual(records.map((record) => record.content().value), [1])
      assert.deepStrictEqual(providerWarnings, [{ provider: "Microsoft/MCAS", status: 504 }, {
        provider: "Palo Alto/NGFW",
        status: 403
      }, { provider: "Microsoft/IPC", status: 429 }])
    }))

  describe("now", () => {
    it.effect("is learnt from the token endpoint before Graph has answered", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({
          token: [() => {
            const response = token()
            response.headers.set("date", "Mon, 23 Nov 2026 08:00:00 GMT")
            return response
          }]
        })
        const graph = yield* fake.connect()
        assert.strictEqual(yield* graph.now, Date.UTC(2026, 10, 23, 8))
        assert.strictEqual((yield* fake.posts).length, 1)
        assert.deepStrictEqual(yield* fake.gets, [])
      }))

    it.effect("is the machine's clock when no host sends a date", () =>
      Effect.gen(function*() {
        const fake = yield* microsoft({})
        const graph = yield* fake.connect()
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* graph.now, 5000)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* graph.now, 10_000)
      }))
  })

  it.effect("fetches a new token after the held one was outdated", () =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ token: [() => token({ roles: [] }), () => token()] })
      const graph = yield* fake.connect()
      assert.deepStrictEqual((yield* graph.token).roles, [])
      yield* graph.outdateToken
      assert.deepStrictEqual((yield* graph.token).roles, ["SecurityAlert.Read.All"])
    }))

  it.effect("shows neither secret nor token in any failure", () =>
    Effect.gen(function*() {
      const replies = [
        ...[401, 403, 429, 500].map((status) => () => graphRefusal(status, "s p a", "s3cr3t")),
        ...[400, 404].map((status) => () =>
          graphRefusal(status, "s p a", `no s3cr3t~Value and ${jwt({ roles: ["SecurityAlert.Read.All"] })}`)
        ),
        () => new Response("s3cr3t"),
        () => Response.json({ value: "s3cr3t" })
      ]
      for (const reply of replies) {
        const fake = yield* microsoft({ graph: [reply] })
        const graph = yield* fake.connect()
        const failed = yield* Effect.result(graph.fetchPage(page))
        assert.isTrue(Result.isFailure(failed))
        const shown = inspect(failed, { depth: 9 })
        assert.notInclude(shown, "s3cr3t")
        assert.notInclude(shown, jwt({ roles: ["SecurityAlert.Read.All"] }))
      }
    }))
})
