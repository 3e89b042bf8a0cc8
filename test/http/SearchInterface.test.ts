import { assert, describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  BadQuery,
  type IndexState,
  type Row,
  Search,
  type SearchRequest,
  type ThingsRequest
} from "../../src/search/Search.ts"
import { interfaceOf, live, parsed } from "../support/Interface.ts"

const index: IndexState = {
  state: "following",
  rows: 5,
  rows_max: 10,
  days_max: 30,
  bytes_behind: 0,
  newest: "2026-11-20T12:00:00Z"
}

const row = (key: number): Row => ({
  key,
  id: `id${key}`,
  time: "2026-11-20T12:00:00Z",
  stream: "azure_security_alert",
  severity: "high",
  message_type: "phishing_email",
  title: key % 2 === 0 ? "=HYPERLINK(\"https://evil.example\")" : "Phish, \"click\"",
  action: "new"
})

const searchOf = (rows: number) => {
  const asked: Array<SearchRequest> = []
  const thingsAsked: Array<ThingsRequest> = []
  const layer = Layer.succeed(Search, {
    find: (request) => {
      asked.push(request)
      if (request.query === "bad:") return Effect.fail(new BadQuery({ fault: "bad: is no field" }))
      const from = Math.min(rows, (request.before ?? rows + 1) - 1)
      const found = Array.from({ length: Math.min(request.limit, from) }, (_, n) => row(from - n))
      const last = found.at(-1)?.key ?? 1
      return Effect.succeed({ rows: found, next: last > 1 ? last : null, total: rows, index })
    },
    detail: (id) =>
      Effect.succeed(id === "id1" ? { row: row(1), artifact: "{}", alert: [], incident: [], members: [] } : undefined),
    lines: (keys) => Effect.succeed(keys.map((key) => key === 2 ? null : `{"id":"id${key}"}`)),
    things: (request) => {
      thingsAsked.push(request)
      return Effect.succeed({
        things: [],
        next: null,
        total_things: 0,
        total: 0,
        is_partial: false,
        histogram: { from: 0, step: 1000, counts: [] },
        facets: [],
        index
      })
    },
    suggest: ({ beginning, field }) =>
      Effect.succeed({ names: field === undefined ? [`${beginning}…`] : [], values: [] }),
    kept: Effect.succeed({ recent: [], saved: [] }),
    keep: (change) => Effect.succeed({ recent: [JSON.stringify(change)], saved: [] }),
    state: Effect.succeed(index)
  })
  return { asked, layer, thingsAsked }
}

const range = "from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00%2B01:00"

describe("the search's interface", () => {
  live("passes on the range, the query and the page, and bounds the page's size", () =>
    Effect.gen(function*() {
      const { asked, layer } = searchOf(5)
      const { ask } = yield* interfaceOf({ search: layer })
      const { json } = yield* ask("GET", `/api/search?${range}&query=user%3Aamy%20x&before=4&limit=2`)
      assert.deepStrictEqual(json.rows.map(({ key }: Row) => key), [3, 2])
      assert.strictEqual(json.next, 2)
      assert.deepStrictEqual(asked, [{
        query: "user:amy x",
        from: Date.UTC(2026, 10, 20),
        to: Date.UTC(2026, 10, 20, 23),
        before: 4,
        limit: 2
      }])
      yield* ask("GET", `/api/search?${range}&limit=100000`)
      yield* ask("GET", `/api/search?${range}&limit=-3`)
      yield* ask("GET", `/api/search?${range}`)
      assert.deepStrictEqual(asked.slice(1).map(({ limit }) => limit), [1000, 1, 100])
    }))

  live("finds alerts and incidents in an order, in groups and in pages", () =>
    Effect.gen(function*() {
      const { layer, thingsAsked } = searchOf(5)
      const { ask } = yield* interfaceOf({ search: layer })
      assert.strictEqual((yield* ask("GET", `/api/search/alerts?${range}`)).status, 200)
      yield* ask("GET", `/api/search/alerts?${range}&query=x&sort=severity&group=tenant&offset=100&limit=50`)
      assert.deepStrictEqual(
        thingsAsked.map(({ group, limit, offset, query, sort }) => ({ query, sort, group, offset, limit })),
        [{ query: "", sort: "time", group: "none", offset: 0, limit: 100 }, {
          query: "x",
          sort: "severity",
          group: "tenant",
          offset: 100,
          limit: 50
        }]
      )
      for (const wrong of ["sort=name", "group=file", "offset=x"]) {
        assert.strictEqual((yield* ask("GET", `/api/search/alerts?${range}&${wrong}`)).status, 400, wrong)
      }
    }))

  live("suggests what may be typed, and keeps searches", () =>
    Effect.gen(function*() {
      const { ask, status } = yield* interfaceOf({ search: searchOf(1).layer })
      assert.include((yield* ask("GET", "/api/search/suggest?beginning=us")).text, "us…")
      assert.include((yield* ask("GET", "/api/search/suggest?field=user&beginning=us")).text, "\"names\":[]")
      assert.strictEqual((yield* ask("GET", "/api/search/kept")).status, 200)
      assert.strictEqual((yield* ask("GET", "/api/search/kept", { anonymously: true })).status, 401)
      const kept = yield* ask("POST", "/api/search/kept", { body: { name: "a", query: "b" } })
      assert.include(kept.text, "\\\"name\\\":\\\"a\\\"")
      for (const body of [{ name: "", query: "b" }, { searched: "x".repeat(2000) }, {}]) {
        assert.strictEqual((yield* ask("POST", "/api/search/kept", { body })).status, 400)
      }
      assert.deepStrictEqual((yield* status.document).instances, [])
    }))

  live("says what is wrong with a query or a time", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ search: searchOf(5).layer })
      const bad = yield* ask("GET", `/api/search?${range}&query=bad:`)
      assert.deepStrictEqual([bad.status, bad.json.fault], [400, "bad: is no field"])
      const time = yield* ask("GET", "/api/search?from=yesterday&to=2026-11-20T00:00:00Z")
      assert.strictEqual(time.status, 400)
      assert.include(time.json.fault, "from")
      assert.strictEqual((yield* ask("GET", `/api/search/export?${range}&query=bad:&format=csv`)).status, 400)
      const limit = yield* ask("GET", `/api/search?${range}&limit=x`)
      assert.strictEqual(limit.status, 400)
      assert.deepStrictEqual(limit.json.errors, [{ path: ["query", "limit"], message: "Expected a finite number" }])
    }))

  live("shows one artifact, and answers 404 for an unknown one", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ search: searchOf(5).layer })
      assert.strictEqual((yield* ask("GET", "/api/search/artifacts/id1")).json.artifact, "{}")
      assert.strictEqual((yield* ask("GET", "/api/search/artifacts/other")).status, 404)
      assert.deepStrictEqual(parsed<IndexState>((yield* ask("GET", "/api/search/state")).text), index)
    }))

  live("exports all matches as NDJSON, without those whose file is gone, and as CSV", () =>
    Effect.gen(function*() {
      const { ask, at, http } = yield* interfaceOf({ search: searchOf(2500).layer })
      const lines = yield* ask("GET", `/api/search/export?${range}&format=ndjson`)
      assert.include(lines.headers["content-disposition"], "attachment; filename=\"artifacts.ndjson\"")
      assert.strictEqual(lines.headers["x-content-type-options"], "nosniff")
      const ids = lines.text.trim().split("\n")
      assert.strictEqual(ids.length, 2499)
      assert.strictEqual(ids[0], `{"id":"id2500"}`)
      const table = yield* ask("GET", `/api/search/export?${range}&format=csv`)
      assert.strictEqual(table.text.trim().split("\r\n").length, 2501)
      assert.notMatch(table.text, /(?:^|,|")=HYPERLINK/m)
      const first = Effect.fnUntraced(function*(form: string) {
        const answer = yield* http.get(`${at}/api/search/export?${range}&${form}`)
        return Array.from(new Uint8Array(yield* answer.arrayBuffer).subarray(0, 4))
      })
      assert.deepStrictEqual(yield* first("format=csv&bom=1"), [0xef, 0xbb, 0xbf, 0x6b])
      assert.deepStrictEqual(yield* first("format=csv"), Array.from(new TextEncoder().encode("key,")))
      assert.strictEqual((yield* ask("GET", `/api/search/export?${range}&format=csv&bom=x`)).status, 400)
      assert.strictEqual((yield* ask("GET", `/api/search/export?${range}&format=ndjson&bom=1`)).text, lines.text)
    }))

  live("exports without a limit, and says how many there are", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ search: searchOf(105_000).layer })
      const { headers, text } = yield* ask("GET", `/api/search/export?${range}&format=ndjson`)
      assert.strictEqual(text.trim().split("\n").length, 105_000 - 1)
      assert.strictEqual(headers["x-artifacts-total"], "105000")
    }))
})
