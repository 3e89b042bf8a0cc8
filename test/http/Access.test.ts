import { assert, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { sessionsMax } from "../../src/domain/Bounds.ts"
import { Access, cookieName } from "../../src/http/Access.ts"

const token = "a token of many characters"

const request = (headers: Record<string, string> = {}, method = "GET") =>
  HttpServerRequest.fromWeb(
    new Request("http://127.0.0.1:9464/api/instances", { method, headers: { host: "127.0.0.1:9464", ...headers } })
  )

const byCookie = (cookie: string) => request({ cookie: `${cookieName}=${cookie}` })

const open = Access.layer({ loopback: true, token: Option.none() })
const closed = Access.layer({ loopback: false, token: Option.none() })
const guarded = Access.layer({ loopback: false, token: Option.some(Redacted.make(token)) })

const enter = Effect.fnUntraced(function*() {
  const begun = yield* (yield* Access).begin(request(), ` ${token}\n`)
  return Option.getOrThrow(begun).cookie
})

const access = (of: HttpServerRequest.HttpServerRequest) =>
  Effect.flatMap(Access, (service) => Effect.map(service.show(of), (session) => session.access))

const refusal = (of: HttpServerRequest.HttpServerRequest, isOpen = false) =>
  Effect.flatMap(
    Access,
    (service) => Effect.match(service.check(of, isOpen), { onSuccess: () => "allowed", onFailure: ({ _tag }) => _tag })
  )

const change = (headers: Record<string, string>) => request(headers, "PUT")
const page = { "x-azure-security-page": "1" }

it.effect("without a token, a loopback page is open to names of the machine only", () =>
  Effect.gen(function*() {
    for (const host of ["127.0.0.1:9464", "localhost", "LOCALHOST:9464", "[::1]:9464", "127.8.9.1"]) {
      assert.strictEqual(yield* access(request({ host })), "full", host)
    }
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:9464", "10.0.0.5:9464", ""]) {
      assert.strictEqual(yield* access(request({ host })), "status", host)
      assert.strictEqual(yield* refusal(request({ host })), "NotAllowed", host)
    }
  }).pipe(Effect.provide(open)))

it.effect("without a token, a page that others can reach shows only the status", () =>
  Effect.gen(function*() {
    const shown = yield* (yield* Access).show(request())
    assert.deepInclude(shown, { access: "status", takes_token: false })
    assert.include(shown.why, "AZURE_SECURITY_ADMIN_TOKEN")
    assert.strictEqual(yield* refusal(request()), "NotAllowed")
    assert.strictEqual(yield* refusal(request(), true), "allowed")
    assert.strictEqual(yield* refusal(change(page)), "NotAllowed")
    assert.isTrue(Option.isNone(yield* (yield* Access).begin(request(), "")))
  }).pipe(Effect.provide(closed)))

it.effect("the token opens a session with a cookie of its own", () =>
  Effect.gen(function*() {
    const service = yield* Access
    assert.strictEqual(yield* refusal(request()), "SignInNeeded")
    assert.isTrue(Option.isNone(yield* service.begin(request(), "another")))
    const [one, other] = [yield* enter(), yield* enter()]
    assert.notStrictEqual(one, other)
    assert.isAtLeast(one.length, 43)
    assert.strictEqual(yield* access(byCookie(one)), "full")
    assert.strictEqual(yield* access(byCookie(`${one}x`)), "status")
    assert.strictEqual(yield* access(byCookie("")), "status")
    yield* service.end(byCookie(one))
    assert.strictEqual(yield* access(byCookie(one)), "status")
    assert.strictEqual(yield* access(byCookie(other)), "full")
  }).pipe(Effect.provide(guarded)))

it.effect("a program may send the token itself in each request", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* access(request({ authorization: `Bearer ${token}` })), "full")
    assert.strictEqual(yield* access(request({ authorization: "Bearer x" })), "status")
    const cookie = yield* enter()
    assert.strictEqual(
      yield* access(request({ authorization: "Bearer x", cookie: `${cookieName}=${cookie}` })),
      "status"
    )
  }).pipe(Effect.provide(guarded)))

it.effect("a session ends 30 minutes after its last use, and after 10 hours in any case", () =>
  Effect.gen(function*() {
    const idle = yield* enter()
    const used = yield* enter()
    yield* TestClock.adjust("29 minutes")
    assert.strictEqual(yield* access(byCookie(used)), "full")
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* access(byCookie(idle)), "status")
    for (let minutes = 30; minutes < 600; minutes += 15) {
      assert.strictEqual(yield* access(byCookie(used)), "full", `${minutes}`)
      yield* TestClock.adjust("15 minutes")
    }
    assert.strictEqual(yield* access(byCookie(used)), "status")
  }).pipe(Effect.provide(guarded)))

it.effect("a session over the limit ends the oldest one", () =>
  Effect.gen(function*() {
    const cookies: Array<string> = []
    for (let n = 0; n <= sessionsMax; n++) {
      cookies.push(yield* enter())
      yield* TestClock.adjust("10 seconds")
    }
    assert.strictEqual(yield* access(byCookie(cookies[0]!)), "status")
    assert.strictEqual(yield* access(byCookie(cookies[1]!)), "full")
    assert.strictEqual(yield* access(byCookie(cookies.at(-1)!)), "full")
  }).pipe(Effect.provide(guarded)))

it.effect("after ten wrong tokens a minute, in the form or a header, every token is refused", () =>
  Effect.gen(function*() {
    const service = yield* Access
    for (let n = 0; n < 5; n++) {
      assert.isTrue(Option.isNone(yield* service.begin(request(), `guess ${n}`)))
      assert.strictEqual(yield* refusal(request({ authorization: `Bearer guess ${n}` })), "SignInNeeded")
    }
    assert.strictEqual((yield* Effect.flip(service.begin(request(), token)))._tag, "TooManyRequests")
    assert.strictEqual(yield* refusal(request({ authorization: "Bearer guess" })), "TooManyRequests")
    // A right token gets the same answer as a wrong one.
    assert.strictEqual(yield* refusal(request({ authorization: `Bearer ${token}` })), "TooManyRequests")
    assert.strictEqual(yield* access(request({ authorization: `Bearer ${token}` })), "status")
    yield* TestClock.adjust("1 minute")
    yield* enter()
  }).pipe(Effect.provide(guarded)))

it.effect("wrong tokens count towards the limit on open endpoints too", () =>
  Effect.gen(function*() {
    for (let n = 0; n < 10; n++) yield* access(request({ authorization: `Bearer guess ${n}` }))
    assert.strictEqual(yield* access(request({ authorization: `Bearer ${token}` })), "status")
  }).pipe(Effect.provide(guarded)))

it.effect("blanks around the configured token are ignored", () =>
  Effect.gen(function*() {
    yield* enter()
    assert.strictEqual(yield* access(request({ authorization: `Bearer ${token}` })), "full")
  }).pipe(Effect.provide(Access.layer({ loopback: false, token: Option.some(Redacted.make(`${token}\n`)) }))))

it.effect("a request that came through a proxy does not count as local", () =>
  Effect.gen(function*() {
    for (const header of ["forwarded", "via", "x-forwarded-for", "x-real-ip"]) {
      assert.strictEqual(yield* access(request({ [header]: "10.0.0.9" })), "status", header)
    }
    for (const host of ["127.999.1.1:9464", "127.evil.example", "127.0.0.1.evil.example"]) {
      assert.strictEqual(yield* access(request({ host })), "status", host)
    }
  }).pipe(Effect.provide(open)))

it.effect("requests of another site do not use up the caller's limit", () =>
  Effect.gen(function*() {
    for (let n = 0; n < 1300; n++) yield* refusal(request({ "sec-fetch-site": "cross-site" }), true)
    assert.strictEqual(yield* refusal(request()), "allowed")
  }).pipe(Effect.provide(open)))

it.effect("a caller may send 1,200 requests a minute", () =>
  Effect.gen(function*() {
    for (let n = 0; n < 1200; n++) assert.strictEqual(yield* refusal(request(), true), "allowed")
    assert.strictEqual(yield* refusal(request(), true), "TooManyRequests")
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* refusal(request(), true), "allowed")
  }).pipe(Effect.provide(open)))

it.effect("a change is accepted only from the page itself", () =>
  Effect.gen(function*() {
    const own = { ...page, origin: "http://127.0.0.1:9464", "sec-fetch-site": "same-origin" }
    assert.strictEqual(yield* refusal(change(page)), "allowed")
    assert.strictEqual(yield* refusal(change(own)), "allowed")
    for (
      const headers of [
        {},
        { "x-azure-security-page": "0" },
        { ...own, origin: "https://evil.example" },
        { ...own, origin: "http://127.0.0.1:9465" },
        { ...own, origin: "null" },
        { ...own, "sec-fetch-site": "cross-site" },
        { ...own, "sec-fetch-site": "same-site" }
      ]
    ) {
      assert.strictEqual(yield* refusal(change(headers)), "NotAllowed", inspect(headers))
      assert.strictEqual(yield* refusal(change(headers), true), "NotAllowed", inspect(headers))
    }
  }).pipe(Effect.provide(open)))

it.effect("another site cannot make a browser read data", () =>
  Effect.gen(function*() {
    for (const site of ["same-origin", "none"]) {
      assert.strictEqual(yield* refusal(request({ "sec-fetch-site": site })), "allowed", site)
    }
    for (const site of ["cross-site", "same-site"]) {
      assert.strictEqual(yield* refusal(request({ "sec-fetch-site": site })), "NotAllowed", site)
    }
  }).pipe(Effect.provide(open)))
