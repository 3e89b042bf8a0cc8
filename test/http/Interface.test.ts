import { assert, describe } from "@effect/vitest"
import { Effect, Schedule, Schema, Stream, SubscriptionRef } from "effect"
import type { HttpClientResponse } from "effect/http"
import { Finding } from "../../src/checks/Finding.ts"
import { simulatedInstance } from "../../src/cli/SimulateCommand.ts"
import { fromSettings } from "../../src/config/Instance.ts"
import { decodeInstance } from "../../src/config/SettingsDocument.ts"
import { listenersMax, requestBytesMax } from "../../src/domain/Bounds.ts"
import type { LiveEvent } from "../../src/http/LiveApi.ts"
import { views } from "../../src/http/PageRoutes.ts"
import { interfaceOf, live, page, parsed, written } from "../support/Interface.ts"

describe("the page's interface", () => {
  live("shows instances without their secrets", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf()
      const { headers, json, text } = yield* ask("GET", "/api/instances")
      assert.strictEqual(headers["cache-control"], "no-store")
      assert.strictEqual(json.where, "the memory of this process")
      assert.deepInclude(json.instances[0], { name: "one", has_secret: true })
      assert.notProperty(json.instances[0]!.document, "note")
      assert.notInclude(text, "client_secret\"")
      assert.notInclude(text, "simulated\"")
    }))

  live("adds, changes and removes an instance, and refuses an old revision", () =>
    Effect.gen(function*() {
      const { ask, documents } = yield* interfaceOf()
      const document = {
        poll_interval_minutes: 5,
        credentials: {
          tenant_id: "33333333-3333-4333-8333-333333333333",
          client_id: "22222222-2222-4222-8222-222222222222",
          client_secret: " s3cr3t~Value "
        }
      }
      const added = yield* ask("PUT", "/api/instances/two", { body: { revision: null, document } })
      assert.strictEqual(added.status, 200, added.text)
      assert.notInclude(added.text, "s3cr3t~Value")
      const stored = (yield* SubscriptionRef.get(documents))["two"] as {
        integration_type: string
        credentials: { client_secret: string }
      }
      assert.strictEqual(stored.credentials.client_secret, "s3cr3t~Value")
      assert.strictEqual(stored.integration_type, "microsoft_graph")

      const changed = yield* ask("PUT", "/api/instances/two", {
        body: { revision: added.json.revision, document: { enabled: false, credentials: { client_secret: "" } } }
      })
      assert.deepInclude(changed.json.document, { enabled: false, poll_interval_minutes: 5 })
      assert.isTrue(changed.json.has_secret)

      const late = yield* ask("PUT", "/api/instances/two", {
        body: { revision: added.json.revision, document: { enabled: true } }
      })
      assert.strictEqual(late.status, 409)
      assert.strictEqual(late.json.current.revision, changed.json.revision)
      assert.strictEqual((yield* ask("DELETE", `/api/instances/two?revision=${added.json.revision}`)).status, 409)
      assert.strictEqual((yield* ask("DELETE", `/api/instances/two?revision=${changed.json.revision}`)).status, 204)
      assert.deepStrictEqual(Object.keys(yield* SubscriptionRef.get(documents)), ["one"])
    }))

  live("keeps unknown settings, and shows no secret that is in the wrong place", () =>
    Effect.gen(function*() {
      const { ask, documents } = yield* interfaceOf()
      yield* SubscriptionRef.update(documents, ({ one }) => ({
        one: { ...one, client_secret: "LEAK1", credential: { client_secret: "LEAK2" } }
      }))
      const { json, text } = yield* ask("GET", "/api/instances")
      assert.notInclude(text, "LEAK")
      const { revision } = json.instances[0]!
      const saved = yield* ask("PUT", "/api/instances/one", { body: { revision, document: { display_name: "One" } } })
      assert.strictEqual(saved.status, 200, saved.text)
      assert.notInclude(saved.text, "LEAK")
      assert.deepInclude((yield* SubscriptionRef.get(documents))["one"], { note: "kept", client_secret: "LEAK1" })
    }))

  live("refuses a form that is too deep, or that has an empty unknown setting", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf()
      const { revision } = (yield* ask("GET", "/api/instances")).json.instances[0]!
      for (
        const text of [
          `${"{\"a\":".repeat(5000)}1${"}".repeat(5000)}`,
          `{"foo":{}}`,
          `{"endpoints":{"alerts":{"x":{}}}}`
        ]
      ) {
        const body = `{"revision":"${revision}","document":${text}}`
        assert.strictEqual((yield* ask("PUT", "/api/instances/one", { body })).status, 422, text.slice(0, 40))
      }
    }))

  live("reports every fault of a form with its field, and saves nothing", () =>
    Effect.gen(function*() {
      const { ask, documents } = yield* interfaceOf()
      const { json, status } = yield* ask("PUT", `/api/instances/${encodeURIComponent("one/../two")}`, {
        body: { revision: null, document: { poll_interval_minutes: 0, credentials: { tenant_id: "common" } } }
      })
      assert.strictEqual(status, 422)
      assert.strictEqual(json._tag, "InvalidSettings")
      assert.deepStrictEqual(json.faults.map(({ path }: { path: string }) => path).sort(), [
        "credentials.client_id",
        "credentials.tenant_id",
        "name",
        "poll_interval_minutes"
      ])
      assert.deepStrictEqual(Object.keys(yield* SubscriptionRef.get(documents)), ["one"])
    }))

  live("checks unsaved settings, and streams the findings", () =>
    Effect.gen(function*() {
      const { ask, microsoft } = yield* interfaceOf()
      const check = Effect.fnUntraced(function*(document: object, revision: string | null = null) {
        const { text } = yield* ask("POST", "/api/check", { body: { name: "new", revision, document } })
        return yield* Effect.forEach(text.trim().split("\n"), (line) =>
          Schema.decodeEffect(Schema.fromJsonString(Finding))(line))
      })
      const findings = yield* check(simulatedInstance(microsoft))
      assert.deepStrictEqual(
        findings.map(({ check, outcome }) => `${check} ${outcome}`),
        [
          "sign-in host passed",
          "Graph passed",
          "clock passed",
          "token passed",
          "alerts passed",
          "alerts_v2 passed",
          "incidents passed"
        ]
      )
      const wrong = (yield* check({
        ...simulatedInstance(microsoft),
        credentials: { ...simulatedInstance(microsoft).credentials, client_secret: "wrong-secret" }
      })).find(({ check }) => check === "token")
      assert.strictEqual(wrong!.outcome, "failed")
      assert.include(wrong!.remedy, "Value")
    }))

  live(
    "sends a stored secret to no other host than it was stored for, in a check either",
    () =>
      Effect.gen(function*() {
        const { ask } = yield* interfaceOf()
        const one = (yield* ask("GET", "/api/instances")).json.instances[0]!
        const document = { cloud: { login: "http://127.0.0.1:9", graph: "http://127.0.0.1:9" } }
        for (const [method, path] of [["PUT", "/api/instances/one"], ["POST", "/api/check"]] as const) {
          const { json, status } = yield* ask(method, path, { body: { name: "one", revision: one.revision, document } })
          assert.strictEqual(status, 422, path)
          assert.strictEqual(json.faults[0]!.path, "credentials.client_secret")
        }
      })
  )

  live(
    "refuses a change from elsewhere than the page, and a body that is too large or invalid",
    () =>
      Effect.gen(function*() {
        const { ask, documents } = yield* interfaceOf()
        const body = { revision: null, document: {} }
        assert.strictEqual((yield* ask("PUT", "/api/instances/two", { body, headers: {} })).status, 403)
        const foreign = { ...page, origin: "https://evil.example" }
        assert.strictEqual((yield* ask("PUT", "/api/instances/two", { body, headers: foreign })).status, 403)
        assert.strictEqual((yield* ask("POST", "/api/check", { body, headers: {} })).status, 403)
        assert.strictEqual((yield* ask("DELETE", "/api/instances/one?revision=x", { headers: {} })).status, 403)
        const large = { revision: null, document: { display_name: "x".repeat(requestBytesMax) } }
        for (const wrong of ["{", "[]", "null", large, { revision: 5, document: {} }]) {
          const { status } = yield* ask("PUT", "/api/instances/two", { body: wrong })
          assert.isTrue(status >= 400 && status < 500, `${status}`)
        }
        const secret = yield* ask("PUT", "/api/instances/two", { body: { revision: null, document: "a secret" } })
        assert.deepStrictEqual(secret.json.errors, [{ path: ["payload", "document"], message: "Expected object" }])
        assert.notInclude(secret.text, "a secret")
        assert.deepStrictEqual(Object.keys(yield* SubscriptionRef.get(documents)), ["one"])
      })
  )

  live("refers an unknown path to /openapi.json, and answers HEAD like GET", () =>
    Effect.gen(function*() {
      const { ask, at, http } = yield* interfaceOf()
      for (const [method, path] of [["GET", "/nope"], ["POST", "/status"], ["PUT", "/api/nope?x"]] as const) {
        const { headers, status, text } = yield* ask(method, path)
        assert.strictEqual(status, 404, path)
        assert.include(text, "/openapi.json", path)
        assert.strictEqual(headers["x-content-type-options"], "nosniff", path)
      }
      assert.strictEqual((yield* http.head(`${at}/status`)).status, 200)
      const { headers, status } = yield* http.head(`${at}/nope`)
      assert.deepStrictEqual([status, headers["x-content-type-options"]], [404, "nosniff"])
    }))

  live("on a public address, shows only the status until the token is given", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ admin: "the-token", listenAt: "0.0.0.0:0" })
      for (
        const path of [
          "/api/instances",
          "/api/search?from=2026-01-01&to=2026-01-02",
          "/api/search?",
          "/api/search/state"
        ]
      ) {
        assert.strictEqual((yield* ask("GET", path)).status, 401, path)
      }
      for (const path of ["/status", "/api/activity?range=hour", "/api/session", "/health/live"]) {
        assert.strictEqual((yield* ask("GET", path)).status, 200, path)
      }
      assert.strictEqual((yield* ask("POST", "/api/session", { body: { token: "x" } })).json._tag, "WrongToken")
      const begun = yield* ask("POST", "/api/session", { body: { token: "the-token" } })
      const [cookie] = begun.headers["set-cookie"]!.split(";")
      assert.match(begun.headers["set-cookie"]!, /HttpOnly/)
      assert.match(begun.headers["set-cookie"]!, /SameSite=Strict/)
      assert.strictEqual((yield* ask("GET", "/api/instances", { headers: { cookie } })).status, 200)
      assert.strictEqual((yield* ask("DELETE", "/api/session", { headers: { ...page, cookie } })).status, 204)
      assert.strictEqual((yield* ask("GET", "/api/instances", { headers: { cookie } })).status, 401)
    }))

  live("on a public address without a token, says what to do", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ listenAt: "0.0.0.0:0" })
      const { json, status } = yield* ask("GET", "/api/instances")
      assert.strictEqual(status, 403)
      assert.include(json.why, "AZURE_SECURITY_ADMIN_TOKEN")
      assert.strictEqual(
        (yield* ask("PUT", "/api/instances/x", { body: { revision: null, document: {} } })).status,
        403
      )
    }))

  live("says that it is starting until its services exist", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ isOpened: false })
      const { json, status } = yield* ask("GET", "/api/instances")
      assert.deepStrictEqual([status, json._tag], [503, "Starting"])
    }))

  live("sends status and index as they change, to a limited number of listeners", () =>
    Effect.gen(function*() {
      const { at, http, microsoft, status } = yield* interfaceOf()
      const settings = yield* decodeInstance("test", written(simulatedInstance(microsoft)))
      const told: Array<LiveEvent> = []
      const listening = yield* http.get(`${at}/api/live`)
      assert.include(listening.headers["content-type"], "text/event-stream")
      yield* Effect.forkScoped(collect(listening, told))
      yield* until(() => told.length === 1)
      assert.deepStrictEqual(told[0]!.status.instances, [])
      assert.strictEqual(told[0]!.index.state, "off")
      const { identity, pace } = fromSettings("one", settings)
      yield* status.tellInstance("one", {
        _tag: "Registered",
        identity,
        pace,
        secretExpiresAt: undefined,
        waitsFor: undefined
      })
      yield* until(() => told.length === 2)
      assert.strictEqual(told[1]!.status.instances[0]!.name, "one")

      for (let n = 1; n < listenersMax; n++) assert.strictEqual((yield* http.get(`${at}/api/live`)).status, 200)
      assert.strictEqual((yield* http.get(`${at}/api/live`)).status, 429)
    }))

  live("serves the page at every view's path, and no other file", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf()
      assert.strictEqual((yield* ask("GET", "/", {})).status, 302)
      for (const path of views) {
        const { headers, status, text } = yield* ask("GET", path)
        assert.strictEqual(status, 200)
        assert.include(headers["content-security-policy"], "default-src 'none'; script-src 'self'; style-src 'self'")
        assert.match(text, /<azure-security-page[ >]/)
        assert.notMatch(text, /<script(?![^>]* src=)|style=|onload=|https?:/)
        for (const [, asset] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
          assert.strictEqual((yield* ask("GET", asset!)).status, 200, asset)
        }
      }
      for (
        const path of ["/page/", "/page/none.js", "/page/../status", "/page/%2e%2e/package.json", "/page/__proto__"]
      ) {
        assert.notInclude((yield* ask("GET", path)).text, "azure-security-page", path)
      }
    }))
})

const collect = (response: HttpClientResponse.HttpClientResponse, told: Array<LiveEvent>) =>
  response.stream.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.filter((line) => line.startsWith("data:")),
    Stream.runForEach((line) => Effect.sync(() => told.push(parsed<LiveEvent>(line.slice("data:".length)))))
  )

const until = (condition: () => boolean) =>
  Effect.sync(condition).pipe(
    Effect.repeat({ until: (isSo) => isSo, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("10 seconds")
  )
