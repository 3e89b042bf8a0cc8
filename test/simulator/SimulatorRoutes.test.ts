import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Simulator } from "../../src/simulator/Simulator.ts"
import * as Client from "./Client.ts"

const noon = Date.UTC(2026, 10, 23, 12)
const byCursor = "$orderby=lastUpdateDateTime asc"
const bulk = { alerts: 2100, incidents: 130, legacyAlerts: 300, live: false }

describe("Routes", () => {
  it.effect("describes itself at its root, for GET and for HEAD", () =>
    Effect.gen(function*() {
      const response = yield* Client.get("/")
      assert.match(yield* response.text, /simulated Microsoft/)
      assert.strictEqual((yield* HttpClient.head("/")).status, 200)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("refuses a segment that Graph does not know", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Client.refusal("/v1.0/security/alertz", yield* Client.token()), {
        status: 400,
        code: "BadRequest",
        message: "Resource not found for the segment 'alertz'."
      })
    }).pipe(Effect.provide(Client.layer())))

  it.effect("shows a day of alerts in the requested order", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const { value } = yield* Client.page(`/v1.0/security/alerts_v2?${byCursor}&$top=1000`)
      const cursors = value.map((row) => String(row["lastUpdateDateTime"]))
      assert.isAtLeast(cursors.length, 24)
      assert.isTrue(cursors.every((cursor) => cursor > "2026-11-22T12" && cursor <= "2026-11-23T12:00:00Z"))
      assert.deepStrictEqual(
        cursors.map((cursor) => cursor.slice(0, 19)).toSorted(),
        cursors.map((cursor) => cursor.slice(0, 19))
      )
    }).pipe(Effect.provide(Client.layer())))

  it.effect("gives the same content to the same seed, and other content to another tenant", () =>
    Effect.gen(function*() {
      const first = Effect.gen(function*() {
        const simulator = yield* Simulator
        return [
          yield* simulator.rows(Client.tenant, "alerts_v2"),
          yield* simulator.rows("contoso.example", "alerts_v2")
        ]
      })
      const [one, other] = [
        yield* Effect.provide(first, Simulator.layer()),
        yield* Effect.provide(first, Simulator.layer())
      ]
      assert.deepStrictEqual(one, other)
      assert.notDeepEqual(one[0], one[1])
    }))

  for (const [name, top, count] of [["alerts", 100, 300], ["alerts_v2", 1000, 2100], ["incidents", 50, 130]] as const) {
    for (const paging of ["skip", "skiptoken"] as const) {
      it.effect(`pages through ${name} with ${paging}, each record once`, () =>
        Effect.gen(function*() {
          const pages = yield* Client.pages(`/v1.0/security/${name}?$top=${top}&$count=true`)
          assert.deepStrictEqual(pages.map(({ value }) => value.length).slice(0, -1), Array(pages.length - 1).fill(top))
          assert.strictEqual(new Set(pages.flatMap(({ value }) => value.map(({ id }) => id))).size, count)
          assert.strictEqual(pages[0]?.["@odata.count"], count)
        }).pipe(Effect.provide(Client.layer({ ...bulk, paging }))))
    }
  }

  it.effect("keeps a client's query in the nextLink and changes only its position", () =>
    Effect.gen(function*() {
      const page = yield* Client.page(
        "/v1.0/security/alerts_v2?$filter=lastUpdateDateTime%20ge%201900-01-01T00:00:00Z&$top=2"
      )
      assert.match(
        page["@odata.nextLink"]!,
        /^http:\/\/[\d.:]+\/v1\.0\/security\/alerts_v2\?\$filter=lastUpdateDateTime%20ge%201900-01-01T00:00:00Z&\$top=2&\$skip=2$/
      )
    }).pipe(Effect.provide(Client.layer())))

  it.effect("skips no row that changes between two pages when it pages by skiptoken", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator
      const row = (id: string, second: number) => ({ id, lastUpdateDateTime: `2026-11-23T12:00:0${second}Z` })
      yield* simulator.setRows(Client.tenant, "alerts_v2", [row("a", 1), row("b", 2), row("c", 3), row("d", 4)])
      const first = yield* Client.page(`/v1.0/security/alerts_v2?${byCursor}&$top=2`)
      yield* simulator.setRows(Client.tenant, "alerts_v2", [row("a", 9), row("b", 2), row("c", 3), row("d", 4)])
      const second = yield* Client.page(first["@odata.nextLink"]!)
      assert.deepStrictEqual(second.value.map(({ id }) => id), ["c", "d"])
    }).pipe(Effect.provide(Client.layer({ paging: "skiptoken" }))))

  it.effect("refuses more than 50 incidents in a page, with an empty code, and limits alerts to 1,000", () =>
    Effect.gen(function*() {
      const { code, message, status } = yield* Client.refusal("/v1.0/security/incidents?$top=51", yield* Client.token())
      assert.deepStrictEqual([status, code], [400, ""])
      assert.include(
        message,
        "The limit of '50' for Top query has been exceeded. The value from the incoming request is '51'"
      )
      const { value } = yield* Client.page("/v1.0/security/alerts_v2?$top=2000")
      assert.strictEqual(value.length, 1000)
    }).pipe(Effect.provide(Client.layer(bulk))))

  it.effect("includes the alerts of incidents when they are expanded", () =>
    Effect.gen(function*() {
      const { value } = yield* Client.page("/v1.0/security/incidents?$expand=alerts&$select=id")
      for (const { alerts, id } of value) {
        const own = alerts as ReadonlyArray<Record<string, unknown>>
        assert.isTrue(own.length > 0 && own.every(({ incidentId }) => incidentId === id))
      }
      const { status } = yield* Client.refusal("/v1.0/security/alerts_v2?$expand=alerts", yield* Client.token())
      assert.strictEqual(status, 400)
    }).pipe(Effect.provide(Client.layer())))

  it.effect("filters on instants of any number of digits", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulator
      const sent = ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.5Z", "2026-11-23T12:00:00.5000001Z"]
      yield* simulator.setRows(Client.tenant, "alerts_v2", sent.map((lastUpdateDateTime) => ({ lastUpdateDateTime })))
      const ids = (filter: string) =>
        Effect.map(Client.page(`/v1.0/security/alerts_v2?$filter=${filter}&${byCursor}`), ({ value }) =>
          value.map((row) => sent.indexOf(String(row["lastUpdateDateTime"]))))
      assert.deepStrictEqual(yield* ids("lastUpdateDateTime ge 2026-11-23T12:00:00.5000000Z"), [1, 2])
      assert.deepStrictEqual(yield* ids("lastUpdateDateTime gt 2026-11-23T12:00:00.50Z"), [2])
      assert.deepStrictEqual(
        yield* ids(
          "lastUpdateDateTime ge 2026-11-23T12:00:00.0Z and lastUpdateDateTime lt 2026-11-23T12:00:00.5000001Z"
        ),
        [0, 1]
      )
      const { message, status } = yield* Client.refusal(
        "/v1.0/security/alerts_v2?$filter=investigationState eq 'queued'",
        yield* Client.token()
      )
      assert.strictEqual(status, 400)
      assert.include(message, "Could not find a property named 'investigationState'")
    }).pipe(Effect.provide(Client.layer())))

  it.effect("hides late enum members from a client that did not ask for them", () =>
    Effect.gen(function*() {
      const bearer = yield* Client.token()
      const services = (prefer: string) =>
        Client.get("/v1.0/security/alerts_v2?$top=1000", bearer, { prefer }).pipe(
          Effect.flatMap(HttpClientResponse.schemaBodyJson(Client.Page)),
          Effect.map(({ value }) => new Set(value.map((row) => row["serviceSource"])))
        )
      assert.isTrue((yield* services("include-unknown-enum-members")).has("microsoftSentinel"))
      const hidden = yield* services("nothing")
      assert.isTrue(!hidden.has("microsoftSentinel") && hidden.has("unknownFutureValue"))
    }).pipe(Effect.provide(Client.layer())))

  it.effect("sends Graph's ids and the simulated time in its headers, and compresses when the client accepts it", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const response = yield* Client.get("/v1.0/security/alerts_v2", yield* Client.token(), {
        "client-request-id": "mine",
        "accept-encoding": "gzip"
      })
      assert.strictEqual(response.headers["date"], "Mon, 23 Nov 2026 12:00:00 GMT")
      assert.strictEqual(response.headers["client-request-id"], "mine")
      assert.strictEqual(response.headers["content-encoding"], "gzip")
      assert.match(response.headers["request-id"]!, /^[0-9a-f-]{36}$/)
    }).pipe(Effect.provide(Client.layer())))
})
