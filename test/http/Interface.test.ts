import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, Schedule, Schema, type Scope, Stream, SubscriptionRef } from "effect"
import { HttpClientRequest, type HttpClientResponse } from "effect/http"
import { createHash } from "node:crypto"
import { connect } from "node:net"
import manifest from "../../package.json" with { type: "json" }
import { Finding } from "../../src/checks/Finding.ts"
import { simulatedInstance } from "../../src/cli/SimulateCommand.ts"
import { fromSettings } from "../../src/config/Instance.ts"
import { decodeInstance } from "../../src/config/SettingsDocument.ts"
import { listenersMax, listenersOfAddressMax, listenersOfSessionMax, requestBytesMax } from "../../src/domain/Bounds.ts"
import type { LiveEvent } from "../../src/http/LiveApi.ts"
import { views } from "../../src/http/PageRoutes.ts"
import type { Link } from "../../src/http/SessionApi.ts"
import { type Interface, interfaceOf, live, page, parsed, token, written } from "../support/Interface.ts"
import * as Json from "../support/Json.ts"
import { registered } from "../support/RegisteredInstance.ts"

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

  live("compresses the status and metrics, and no answer that may have a secret", () =>
    Effect.gen(function*() {
      const { at, microsoft, status } = yield* interfaceOf()
      const { identity, pace } = fromSettings(
        "one",
        yield* decodeInstance("test", written(simulatedInstance(microsoft)))
      )
      yield* status.tellInstance("one", registered({ identity, pace }))
      const of = (path: string, accepted: string) =>
        Effect.promise(() =>
          fetch(`${at}${path}`, { headers: { "accept-encoding": accepted, authorization: `Bearer ${token}` } })
        )
      const [small, plain, metrics] = yield* Effect.all([
        of("/status", "gzip, br"),
        of("/status", "identity"),
        of("/metrics", "gzip")
      ])
      assert.strictEqual(small.headers.get("content-encoding"), "gzip")
      assert.isNull(plain.headers.get("content-encoding"))
      const read = (answer: Response) => Effect.promise(() => answer.json())
      assert.deepStrictEqual((yield* read(small)).instances, (yield* read(plain)).instances)
      // Those of one tenant are too short for it.
      assert.strictEqual(metrics.headers.get("vary"), "Accept-Encoding")
      yield* Effect.promise(() => metrics.text())
      for (const path of ["/openapi.json", "/api/instances"]) {
        const plain = yield* of(path, "gzip, br")
        assert.strictEqual(plain.status, 200)
        assert.isNull(plain.headers.get("content-encoding"), path)
        yield* Effect.promise(() => plain.text())
      }
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

  live("describes itself with the version of the program", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf()
      const { info } = Json.parse<{ readonly info: { readonly version: string } }>(
        (yield* ask("GET", "/openapi.json")).text
      )
      assert.strictEqual(info.version, manifest.version)
    }))

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

  live("without a sign-in shows the status, the page and how to sign in, and no more", () =>
    Effect.gen(function*() {
      const range = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
      for (const listenAt of ["127.0.0.1:0", "0.0.0.0:0"]) {
        const { ask, documents } = yield* interfaceOf({ listenAt })
        const before = yield* SubscriptionRef.get(documents)
        const anonymously = true
        for (
          const [method, path] of [
            ["GET", "/api/instances"],
            ["GET", `/api/search?${range}`],
            ["GET", "/api/search?"],
            ["GET", `/api/search/export?${range}&format=ndjson`],
            ["GET", "/api/search/state"],
            ["GET", "/api/search/artifacts/x"],
            ["GET", "/api/live"],
            ["GET", "/api/activity?range=hour"],
            ["GET", "/api/activity/tenants?range=hour"],
            ["GET", "/debug/requests"],
            ["PUT", "/api/instances/two"],
            ["DELETE", "/api/instances/one?revision=x"],
            ["POST", "/api/check"],
            ["POST", "/api/session/link"]
          ] as const
        ) {
          for (const headers of [{}, page]) {
            const body = method === "GET" ? {} : { body: { revision: null, document: {} } }
            const { json, status } = yield* ask(method, path, { anonymously, headers, ...body })
            assert.strictEqual(status, 401, `${method} ${path}`)
            assert.strictEqual(json.why, "sign in with the token")
          }
        }
        assert.deepStrictEqual(yield* SubscriptionRef.get(documents), before)
        for (
          const path of [
            "/status",
            "/metrics",
            "/openapi.json",
            "/api/session",
            "/health/live",
            "/health/ready",
            views[0]
          ]
        ) {
          assert.notInclude([401, 403, 421], (yield* ask("GET", path, { anonymously })).status, path)
        }
      }
    }))

  live("a session begins with the token or a link, is bound to its cookie, and ends", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf()
      const anonymously = true
      const sign = (text: string) => ask("POST", "/api/session", { anonymously, body: { token: text } })
      assert.strictEqual((yield* sign("x")).json._tag, "WrongToken")
      const link = parsed<Link>((yield* ask("POST", "/api/session/link")).text)
      const begun = yield* sign(link.token)
      assert.match(begun.headers["set-cookie"]!, /^azure_security_session=[\w-]{43}; /)
      assert.match(begun.headers["set-cookie"]!, /HttpOnly/)
      assert.match(begun.headers["set-cookie"]!, /SameSite=Strict/)
      assert.notMatch(begun.headers["set-cookie"]!, /Secure/)
      assert.deepStrictEqual([(yield* sign(link.token)).status, (yield* sign(token)).status], [401, 200])
      const cookie = begun.headers["set-cookie"]!.split(";")[0]!
      const asked = ask("GET", "/api/instances", { anonymously, headers: { cookie } })
      assert.strictEqual((yield* asked).status, 200)
      assert.strictEqual(
        (yield* ask("DELETE", "/api/session", { anonymously, headers: { ...page, cookie } })).status,
        204
      )
      assert.strictEqual((yield* asked).status, 401)
    }))

  live("sends no status to those who are not signed in, when the settings close it", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ settings: { status: "closed" } })
      assert.strictEqual((yield* ask("GET", "/status", { anonymously: true })).status, 401)
      assert.strictEqual((yield* ask("GET", "/status")).status, 200)
      for (const path of ["/metrics", "/health/live"]) {
        assert.strictEqual((yield* ask("GET", path, { anonymously: true })).status, 200, path)
      }
    }))

  live("says what to do when there is no token", () =>
    Effect.gen(function*() {
      const { ask, invite } = yield* interfaceOf({ hasToken: false })
      const { json, status } = yield* ask("GET", "/api/instances")
      assert.deepStrictEqual([status, json.why], [403, "sign in with the token"])
      const put = yield* ask("PUT", "/api/instances/x", { body: { revision: null, document: {} } })
      assert.strictEqual(put.status, 403)
      assert.isUndefined(yield* invite)
    }))

  live(
    "answers to no name but its own, whatever is asked: somebody's DNS may point here",
    () =>
      Effect.gen(function*() {
        const { at } = yield* interfaceOf()
        const asked = (host: string, path: string, more = "") =>
          raw(at, `GET ${path} HTTP/1.1`, [`Host: ${host}`, more])
        for (
          const path of ["/health/live", "/metrics", "/status", "/openapi.json", "/", views[0], "/page/x.js", "/nope"]
        ) {
          const answer = yield* asked("evil.example", path)
          assert.match(answer, /^HTTP\/1\.1 421 /, path)
          assert.include(answer, "page.public_url", path)
          assert.notMatch(answer, /azure-security-page|signal_client/, path)
          assert.notMatch(yield* asked("localhost", path), /^HTTP\/1\.1 421 /, path)
        }
        // What a page of another name may add to its requests changes nothing.
        for (const more of ["X-Forwarded-Host: 127.0.0.1", "X-Forwarded-For: 127.0.0.1", "Forwarded: host=127.0.0.1"]) {
          assert.match(yield* asked("evil.example:9464", "/status", more), /^HTTP\/1\.1 421 /, more)
        }
        assert.match(yield* raw(at, "GET /status HTTP/1.0", []), /^HTTP\/1\.1 421 /)
      })
  )

  live("behind a proxy that it trusts, counts wrong tokens by the real client", () =>
    Effect.gen(function*() {
      const settings = { public_url: "https://azure.example.com", trusted_proxies: ["127.0.0.1", "10.0.0.0/8"] }
      const guess = (ask: Interface["ask"], from: string, more: object = {}) =>
        Effect.map(
          ask("GET", "/api/instances", {
            anonymously: true,
            headers: { authorization: "Bearer wrong", "x-forwarded-for": from, ...more }
          }),
          ({ status }) => status
        )
      const { ask } = yield* interfaceOf({ settings })
      // What the client itself wrote there, before the proxy, is not believed.
      for (let n = 0; n < 10; n++) assert.strictEqual(yield* guess(ask, `1.1.1.${n}, 203.0.113.7, 10.2.3.4`), 401)
      assert.strictEqual(yield* guess(ask, "203.0.113.7"), 429)
      assert.strictEqual(yield* guess(ask, "203.0.113.8"), 401)
      const own = { ...page, host: "azure.example.com", origin: "https://azure.example.com" }
      const begun = yield* ask("POST", "/api/session", { headers: own, body: { token } })
      assert.match(
        begun.headers["set-cookie"]!,
        /^__Host-azure_security_session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/
      )

      // Its name for this connector is not believed: the client may have sent it.
      const named = { "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "evil.example" }
      const evil = { ...page, ...named, origin: "http://evil.example" }
      assert.strictEqual((yield* ask("POST", "/api/session", { headers: evil, body: { token } })).status, 403)

      const untrusting = yield* interfaceOf()
      for (let n = 0; n < 10; n++) assert.strictEqual(yield* guess(untrusting.ask, `203.0.113.${n}`), 401)
      assert.strictEqual(yield* guess(untrusting.ask, "203.0.113.99"), 429)
    }))

  live("says that it is starting until its services exist", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf({ isOpened: false })
      const { json, status } = yield* ask("GET", "/api/instances")
      assert.deepStrictEqual([status, json._tag], [503, "Starting"])
    }))

  live("sends status and index as they change", () =>
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
      yield* status.tellInstance("one", registered({ identity, pace }))
      yield* until(() => told.length === 2)
      assert.strictEqual(told[1]!.status.instances[0]!.name, "one")
    }))

  live(
    "sends events to a limited number of listeners, of a session, of an address and in all",
    () =>
      Effect.gen(function*() {
        const settings = { trusted_proxies: ["127.0.0.1"] }
        const { ask, at, plain } = yield* interfaceOf({ settings })
        const cookies = yield* Effect.forEach(
          Array.from({ length: listenersMax }),
          () => Effect.map(ask("POST", "/api/session", { body: { token } }), ({ headers }) => headers["set-cookie"]!)
        )
        const listen = (session: number, address: number) =>
          HttpClientRequest.get(`${at}/api/live`).pipe(
            HttpClientRequest.setHeaders({ cookie: cookies[session]!, "x-forwarded-for": `203.0.113.${address}` }),
            (request) => plain.execute(request),
            Effect.tap((response) => Effect.forkScoped(Stream.runDrain(response.stream))),
            Effect.map(({ status }) => status)
          )
        const statuses = (count: number, of: (n: number) => Effect.Effect<number, unknown, Scope.Scope>) =>
          Effect.map(Effect.forEach(Array.from({ length: count }, (_, n) => n), of), (all) =>
            all.filter((status) => status === 200).length)
        assert.strictEqual(
          yield* statuses(listenersOfSessionMax + 1, (n) => listen(0, n)),
          listenersOfSessionMax
        )
        assert.strictEqual(yield* statuses(listenersOfAddressMax + 1, (n) => listen(n + 1, 100)), listenersOfAddressMax)
        const rest = listenersMax - listenersOfSessionMax - listenersOfAddressMax
        assert.strictEqual(yield* statuses(rest + 3, (n) => listen(n + 1, 200)), rest)
      })
  )

  live("ends the events of a session that has ended", () =>
    Effect.gen(function*() {
      const { ask, at, plain } = yield* interfaceOf()
      const begun = yield* ask("POST", "/api/session", { body: { token } })
      const cookie = begun.headers["set-cookie"]!.split(";")[0]!
      const listening = yield* plain.execute(HttpClientRequest.get(`${at}/api/live`, { headers: { cookie } }))
      const ended = yield* Effect.forkScoped(Stream.runDrain(listening.stream))
      yield* ask("DELETE", "/api/session", { anonymously: true, headers: { ...page, cookie } })
      yield* Effect.timeout(Fiber.join(ended), "5 seconds")
    }))

  live("serves the page at every view's path, and no other file", () =>
    Effect.gen(function*() {
      const { ask } = yield* interfaceOf()
      assert.strictEqual((yield* ask("GET", "/", {})).status, 302)
      for (const path of views) {
        const { headers, status, text } = yield* ask("GET", path)
        assert.strictEqual(status, 200)
        const [, within = ""] = /<script>([^<]*)<\/script>/.exec(text) ?? []
        const hash = createHash("sha256").update(within).digest("base64")
        assert.include(
          headers["content-security-policy"],
          `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'`
        )
        assert.match(text, /<azure-security-page[ >]/)
        assert.notMatch(text.replace("<script>", ""), /<script(?![^>]* src=)|style=|onload=|https?:/)
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

/** Sends a request as it is written, and returns the answer. */
const raw = (at: string, line: string, headers: ReadonlyArray<string>) =>
  Effect.callback<string>((resume) => {
    let said = ""
    const socket = connect(Number(new URL(at).port), "127.0.0.1")
    socket.setEncoding("utf8").on("data", (text: string) => said += text)
    socket.on("close", () => resume(Effect.succeed(said)))
    const lines = [line, ...headers.filter((header) => header !== ""), "Connection: close", "", ""]
    socket.write(lines.join("\r\n"))
  })

const until = (condition: () => boolean) =>
  Effect.sync(condition).pipe(
    Effect.repeat({ until: (isSo) => isSo, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("10 seconds")
  )
