import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import type { Fault } from "../../src/simulator/Fault.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import * as Client from "./Client.ts"

const incidents = "/v1.0/security/incidents"
const alerts = "/v1.0/security/alerts_v2"
const byCursor = "$orderby=lastUpdateDateTime asc"

const withFault = Effect.fnUntraced(function*(fault: Fault) {
  const simulator = yield* Simulator
  yield* simulator.addFault(fault)
})

const row = (id: string, second: number) => ({
  id,
  createdDateTime: `2026-11-23T12:00:0${9 - second}Z`,
  lastUpdateDateTime: `2026-11-23T12:00:0${second}Z`
})

/** Four alerts whose order of creation is the reverse of their order of change. */
const fourAlerts = Effect.gen(function*() {
  const simulator = yield* Simulator
  yield* simulator.setRows(Client.tenant, "alerts_v2", [row("a", 1), row("b", 2), row("c", 3), row("d", 4)])
})

const ids = (page: typeof Client.Page.Type) => page.value.map(({ id }) => id).join("")

describe("Faults", () => {
  for (
    const [fault, status, code, says] of [
      [{ kind: "status", status: 503, message: "busy" }, 503, "UnknownError", "busy"],
      [{ kind: "throttled" }, 429, "TooManyRequests", "Too many requests."],
      [
        { kind: "missing_role" },
        403,
        "Forbidden",
        "Missing application roles. API required roles: SecurityIncident.Read.All,SecurityIncident.ReadWrite.All"
      ],
      [{ kind: "not_licensed" }, 403, "Forbidden", "not licensed"],
      [{ kind: "conditional_access" }, 403, "accessDenied", "conditional access"],
      [{ kind: "unauthorized" }, 401, "InvalidAuthenticationToken", "validation failure"],
      [{ kind: "token_expired" }, 401, "InvalidAuthenticationToken", "the token is expired"],
      [{ kind: "retired" }, 404, "ResourceNotFound", "retired"],
      [{ kind: "retired", as: "410" }, 410, "Gone", "retired"],
      [{ kind: "retired", as: "400-segment" }, 400, "BadRequest", "Resource not found for the segment 'incidents'."]
    ] as const satisfies ReadonlyArray<readonly [Fault, number, string, string]>
  ) {
    const { kind, ...details } = fault
    it.effect(`${kind} ${Object.values(details).join(" ")} answers ${status} ${code}`, () =>
      Effect.gen(function*() {
        const token = yield* Client.token()
        yield* withFault(fault)
        const refusal = yield* Client.refusal(incidents, token)
        assert.deepStrictEqual([refusal.status, refusal.code], [status, code])
        assert.include(refusal.message, says)
      }).pipe(Effect.provide(Client.layer())))
  }

  it.effect("strike `times` times after `skip` requests, at one endpoint of one tenant", () =>
    Effect.gen(function*() {
      const [token, other] = [yield* Client.token(), yield* Client.token("any", "fabrikam.example")]
      yield* withFault({
        kind: "throttled",
        endpoint: "incidents",
        tenant: Client.tenant,
        skip: 1,
        times: 2,
        retry_after: 30
      })
      const status = (url: string, bearer: string) => Effect.map(Client.get(url, bearer), (response) => response.status)
      assert.strictEqual(yield* status(incidents, token), 200)
      assert.strictEqual(yield* status(alerts, token), 200)
      assert.strictEqual(yield* status(incidents, other), 200)
      const throttled = yield* Client.get(incidents, token)
      assert.deepStrictEqual([throttled.status, throttled.headers["retry-after"]], [429, "30"])
      assert.strictEqual(yield* status(incidents, token), 429)
      assert.strictEqual(yield* status(incidents, token), 200)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("token_expired refuses tokens issued before the fault and accepts those issued after it", () =>
    Effect.gen(function*() {
      const token = yield* Client.token()
      yield* withFault({ kind: "token_expired" })
      assert.strictEqual((yield* Client.get(incidents, token)).status, 401)
      assert.strictEqual((yield* Client.get(incidents, yield* Client.token())).status, 200)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("aadsts refuses the correct secret", () =>
    Effect.gen(function*() {
      yield* withFault({ kind: "aadsts", code: 7000222, times: 1 })
      const response = yield* Client.requestToken()
      const body = yield* HttpClientResponse.schemaBodyJson(Client.EntraError)(response)
      assert.deepStrictEqual([response.status, body.error_codes], [401, [7000222]])
      assert.strictEqual((yield* Client.requestToken()).status, 200)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("html, not_json and value_null give malformed answers", () =>
    Effect.gen(function*() {
      const token = yield* Client.token()
      yield* withFault({ kind: "html", times: 1 })
      const html = yield* Client.get(incidents, token)
      assert.deepStrictEqual([html.status, html.headers["content-type"]], [503, "text/html; charset=utf-8"])
      yield* withFault({ kind: "not_json", times: 1 })
      const broken = yield* Client.get(incidents, token)
      assert.deepStrictEqual([broken.status, broken.headers["content-type"]], [200, "application/json"])
      assert.strictEqual((yield* Effect.flip(broken.json)).reason._tag, "DecodeError")
      yield* withFault({ kind: "value_null", times: 1 })
      const { value } = (yield* (yield* Client.get(incidents, token)).json) as { readonly value: unknown }
      assert.isNull(value)
    }).pipe(Effect.provide(Client.layer())))

  for (const kind of ["truncated", "reset"] as const) {
    for (const endpoint of ["incidents", "token"] as const) {
      it.effect(`${kind} breaks the connection to ${endpoint}`, () =>
        Effect.gen(function*() {
          const token = yield* Client.token()
          yield* withFault({ kind, endpoint })
          const broken = endpoint === "token"
            ? Effect.flatMap(Client.requestToken(), ({ text }) => text)
            : Effect.flatMap(Client.get(incidents, token), ({ text }) => text)
          const error = yield* Effect.flip(broken)
          assert.strictEqual(error.reason._tag, kind === "reset" ? "TransportError" : "DecodeError")
        }).pipe(Effect.provide(Client.layer())))
    }
  }

  it.effect("hang never answers, and slow answers after its delay", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator
      const token = yield* Client.token()
      yield* withFault({ kind: "hang", endpoint: "incidents" })
      yield* withFault({ kind: "slow", ms: 5000, endpoint: "alerts_v2" })
      const hanging = yield* Effect.forkChild(Client.get(incidents, token))
      const slow = yield* Effect.forkChild(Client.get(alerts, token))
      // Both requests have reached the server once they are in its log.
      yield* Effect.repeat(Effect.andThen(Effect.yieldNow, simulator.requests), { until: ({ length }) => length === 3 })
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(slow.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(slow)).status, 200)
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(hanging.pollUnsafe())
      yield* Fiber.interrupt(hanging)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("nextLinks fail, repeat, lead to another host, or follow an empty page", () =>
    Effect.gen(function*() {
      yield* fourAlerts
      const token = yield* Client.token()
      const first = `${alerts}?${byCursor}&$top=2`
      const { "@odata.nextLink": next } = yield* Client.page(first, token)

      yield* withFault({ kind: "dead_next_link", status: 410, times: 1 })
      assert.strictEqual((yield* Client.get(first, token)).status, 200)
      assert.strictEqual((yield* Client.get(next!, token)).status, 410)

      yield* withFault({ kind: "repeating_next_link", times: 1 })
      assert.strictEqual((yield* Client.page(next!, token))["@odata.nextLink"], next)

      yield* withFault({ kind: "hostile_next_link", url: "https://evil.example/", times: 1 })
      assert.strictEqual((yield* Client.page(first, token))["@odata.nextLink"], "https://evil.example/")

      yield* withFault({ kind: "empty_page_with_next_link", times: 1 })
      const empty = yield* Client.page(next!, token)
      assert.strictEqual(ids(empty), "")
      assert.strictEqual(ids(yield* Client.page(empty["@odata.nextLink"]!, token)), "cd")
    }).pipe(Effect.provide(Client.layer())))

  it.effect("change the content of a page: order, filter, size, providers, depth and bytes", () =>
    Effect.gen(function*() {
      yield* fourAlerts
      const token = yield* Client.token()
      const url = `${alerts}?$filter=lastUpdateDateTime ge 2026-11-23T12:00:02Z&${byCursor}`
      assert.strictEqual(ids(yield* Client.page(url, token)), "bcd")
      yield* withFault({ kind: "ignore_orderby", times: 1 })
      yield* withFault({ kind: "ignore_filter", times: 1 })
      assert.strictEqual(ids(yield* Client.page(url, token)), "abcd")
      yield* withFault({ kind: "clamp", size: 2, times: 1 })
      assert.strictEqual(ids(yield* Client.page(url, token)), "bc")
      yield* withFault({ kind: "partial", times: 1, warnings: ["Microsoft/MCAS/504/10000", "Microsoft/ASC/403/20"] })
      const partial = yield* Client.get(url, token)
      assert.deepStrictEqual([partial.status, partial.headers["warning"]], [
        206,
        "199 - \"Microsoft/MCAS/504/10000\", 199 - \"Microsoft/ASC/403/20\""
      ])
      yield* withFault({ kind: "skip_limit", max: 2 })
      assert.strictEqual((yield* Client.get(`${url}&$skip=2`, token)).status, 200)
      assert.strictEqual((yield* Client.get(`${url}&$skip=3`, token)).status, 400)
      yield* withFault({ kind: "big_body", bytes: 2_000_000, times: 1 })
      assert.isAtLeast((yield* (yield* Client.get(url, token)).text).length, 2_000_000)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("late_row and future_row add rows behind and ahead of the clock", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2026, 10, 23, 12))
      const simulator = yield* Simulator
      yield* simulator.setRows(Client.tenant, "alerts_v2", [])
      yield* withFault({ kind: "late_row", minutes: 5, times: 2 })
      yield* withFault({ kind: "future_row", minutes: 60 })
      const rows = yield* simulator.rows(Client.tenant, "alerts_v2")
      assert.deepStrictEqual(rows.map((row) => String(row["lastUpdateDateTime"]).slice(0, 16)), [
        "2026-11-23T11:54",
        "2026-11-23T11:54",
        "2026-11-23T12:59"
      ])
      assert.strictEqual(new Set(rows.map(({ id }) => id)).size, 3)

      for (
        const [endpoint, cursor] of [["alerts", "lastModifiedDateTime"], ["incidents", "lastUpdateDateTime"]] as const
      ) {
        yield* withFault({ kind: "future_row", endpoint })
        const cursors = (yield* simulator.rows(Client.tenant, endpoint)).map((row) => String(row[cursor]))
        assert.strictEqual(cursors.filter((at) => at > "2026-11-23T12:30").length, 1, endpoint)
      }
    }).pipe(Effect.provide(Client.layer())))

  const control = (method: "POST" | "PUT" | "DELETE", path: string, body?: Schema.Json) =>
    HttpClientRequest.make(method)(path).pipe(
      body === undefined ? (request) => request : HttpClientRequest.bodyJsonUnsafe(body),
      HttpClient.execute,
      Effect.map(({ status }) => status)
    )

  it.effect("are added over HTTP, as kinds or presets, and removed", () =>
    Effect.gen(function*() {
      const token = yield* Client.token()
      assert.strictEqual(yield* control("POST", "/simulator/faults", { preset: "wrong secret" }), 204)
      assert.strictEqual((yield* Client.get(incidents, token)).status, 401)
      assert.strictEqual((yield* Client.requestToken()).status, 401)
      assert.strictEqual(yield* control("DELETE", "/simulator/faults"), 204)
      assert.strictEqual((yield* Client.get(incidents, token)).status, 200)

      assert.strictEqual(yield* control("POST", "/simulator/faults", [{ kind: "throttled" }, { kind: "hang" }]), 204)
      assert.strictEqual((yield* Client.get(incidents, token)).status, 429)
      assert.strictEqual(yield* control("POST", "/simulator/faults", { kind: "throttled", endpont: "alerts" }), 400)
      assert.strictEqual(yield* control("POST", "/simulator/faults", { kind: "no such fault" }), 400)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("and requests are listed at /simulator, without secrets or tokens", () =>
    Effect.gen(function*() {
      const token = yield* Client.token("hush-hush")
      yield* control("PUT", `/simulator/tenants/${Client.tenant}/roles`, ["SecurityAlert.Read.All"])
      yield* withFault({ kind: "reset", endpoint: "alerts_v2" })
      yield* Client.get(`${incidents}?$top=1&access_token=hush-hush`, token)
      yield* Effect.exit(Client.get(alerts, token))
      const shown = yield* (yield* Client.get("/simulator")).text
      assert.notInclude(shown, "hush-hush")
      assert.notInclude(shown, token)
      const simulator = yield* Simulator
      const { faults, requests, tenants, tokens_issued } = yield* simulator.state
      assert.deepStrictEqual(requests.map(({ faults, path, status }) => [path, status, faults.join()]), [
        [`/${Client.tenant}/oauth2/v2.0/token`, 200, ""],
        [`${incidents}?$top=1&access_token=…`, 200, ""],
        [alerts, 0, "reset"]
      ])
      assert.deepStrictEqual([faults.length, tokens_issued, tenants[0]?.roles], [1, 1, ["SecurityAlert.Read.All"]])
    }).pipe(Effect.provide(Client.layer())))
})
