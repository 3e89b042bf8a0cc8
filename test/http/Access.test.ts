import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { Headers, HttpServerRequest } from "effect/http"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { Audit } from "../../src/config/Audit.ts"
import { PageSettings } from "../../src/config/PageSettings.ts"
import { callersMax, linksMax, sessionsMax } from "../../src/domain/Bounds.ts"
import { Access, type Openness } from "../../src/http/Access.ts"
import { linkLife } from "../../src/http/Sessions.ts"
import { type Asked, challenges, prove } from "../../src/http/TokenProof.ts"
import * as Json from "../support/Json.ts"
import * as Listening from "../support/Listening.ts"

const token = "a token of many characters"

const request = (headers: Record<string, string> = {}, method = "GET", from = "10.0.0.1") =>
  HttpServerRequest.fromWeb(
    new Request("http://127.0.0.1:9464/status", { method, headers: { host: "127.0.0.1:9464", ...headers } })
  ).modify({ remoteAddress: Option.some(from) })

const byCookie = (cookie: string, from?: string) => request({ cookie: `azure_security_session=${cookie}` }, "GET", from)
const byToken = (text: string, from?: string) => request({ authorization: `Bearer ${text}` }, "GET", from)

const layerOf = ({ loopback = true, settings = {}, text = token }: {
  readonly loopback?: boolean
  readonly settings?: typeof PageSettings.Encoded
  readonly text?: string
} = {}) =>
  Access.layer(loopback, {
    token: text === "" ? Option.none() : Option.some(Redacted.make(text)),
    why: "sign in so and so",
    page: Schema.decodeSync(PageSettings)(settings)
  }).pipe(Layer.provide([Audit.layer, Listening.layer]))

const guarded = layerOf()

const enter = Effect.fnUntraced(function*(text = ` ${token}\n`) {
  const begun = yield* (yield* Access).begin(request(), text)
  return Option.getOrThrow(begun).cookie
})

const access = (of: HttpServerRequest.HttpServerRequest) =>
  Effect.flatMap(Access, (service) => Effect.map(service.use(of), (session) => session.access))

const refusal = (of: HttpServerRequest.HttpServerRequest, openness: Openness = "closed") =>
  Effect.flatMap(
    Access,
    (service) =>
      Effect.match(service.check(of, openness), { onSuccess: () => "allowed", onFailure: ({ _tag }) => _tag })
  )

const change = (headers: Record<string, string>) => request(headers, "PUT")
const page = { "x-azure-security-page": "1" }
const bearer = { authorization: `Bearer ${token}` }

it.effect("a caller without a session gets nothing but what is open, on the machine itself too", () =>
  Effect.gen(function*() {
    for (const host of ["127.0.0.1:9464", "localhost", "[::1]:9464"]) {
      const shown = yield* (yield* Access).use(request({ host }, "GET", "127.0.0.1"))
      assert.deepInclude(shown, { access: "status", takes_token: true, why: "sign in so and so" })
      assert.strictEqual(yield* refusal(request({ host }, "GET", "127.0.0.1")), "SignInNeeded")
      assert.strictEqual(yield* refusal(request({ host }, "GET", "127.0.0.1"), "open"), "allowed")
      assert.strictEqual(yield* refusal(change(page)), "SignInNeeded")
    }
  }).pipe(Effect.provide(guarded)))

it.effect("without a token, nobody gets more than what is open", () =>
  Effect.gen(function*() {
    assert.deepInclude(yield* (yield* Access).use(request()), { access: "status", takes_token: false })
    assert.strictEqual(yield* refusal(request()), "NotAllowed")
    assert.strictEqual(yield* refusal(request(), "open"), "allowed")
    assert.strictEqual(yield* refusal(change(page)), "NotAllowed")
    for (const text of ["", " ", token]) {
      assert.isTrue(Option.isNone(yield* (yield* Access).begin(request(), text)))
      assert.strictEqual(yield* access(byToken(text)), "status")
    }
    assert.isTrue(Option.isNone(yield* (yield* Access).invite))
  }).pipe(Effect.provide(layerOf({ text: "" }))))

it.effect("a token that is known later lets in from then on, and an end of it ends the sessions", () =>
  Effect.gen(function*() {
    const service = yield* Access
    const settings = yield* Effect.orDie(Schema.decodeEffect(PageSettings)({ status: "closed" }))
    yield* service.admit({ token: Option.some(Redacted.make(token)), why: "now", page: settings })
    const cookie = yield* enter()
    assert.strictEqual(yield* access(byCookie(cookie)), "full")
    assert.strictEqual((yield* service.page).status, "closed")
    yield* service.admit({ token: Option.none(), why: "no more", page: settings })
    assert.strictEqual(yield* access(byCookie(cookie)), "status")
  }).pipe(Effect.provide(layerOf({ text: "" }))))

it.effect("the token opens a session with a cookie of its own", () =>
  Effect.gen(function*() {
    const service = yield* Access
    assert.isTrue(Option.isNone(yield* service.begin(request(), "another")))
    const [one, other] = [yield* enter(), yield* enter()]
    assert.notStrictEqual(one, other)
    assert.isAtLeast(one.length, 43)
    assert.strictEqual(yield* access(byCookie(one)), "full")
    assert.strictEqual(yield* access(byCookie(`${one}x`)), "status")
    assert.strictEqual(yield* access(byCookie("")), "status")
    yield* service.end(byCookie(one))
    assert.strictEqual(yield* access(byCookie(one)), "status")
    assert.isFalse(yield* service.lives(byCookie(one)))
    assert.strictEqual(yield* access(byCookie(other)), "full")
    assert.isTrue(yield* service.lives(byCookie(other)))
  }).pipe(Effect.provide(guarded)))

it.effect("a program may send the token itself in each request, or a proof of it for one request", () =>
  Effect.gen(function*() {
    const now = 1_000_000
    yield* TestClock.setTime(now)
    assert.strictEqual(yield* access(byToken(token)), "full")
    assert.strictEqual(yield* access(byToken("x")), "status")
    /** Answers a new challenge for a request, and sends the answer with another. */
    const answered = Effect.fnUntraced(function*({ as = token, asked = {}, at = now, sent = request() }: {
      readonly as?: string
      readonly asked?: Partial<Asked>
      readonly at?: number
      readonly sent?: HttpServerRequest.HttpServerRequest
    } = {}) {
      yield* TestClock.setTime(now)
      const needed = yield* Effect.flip((yield* Access).check(request(), "closed"))
      assert.strictEqual(needed._tag, "SignInNeeded")
      const challenge = needed._tag === "SignInNeeded" ? needed.challenge! : ""
      const given = prove(as, challenge, { method: "GET", path: "/status", host: "127.0.0.1:9464", ...asked })
      yield* TestClock.setTime(at)
      return sent.modify({ headers: Headers.set(sent.headers, "authorization", `Bearer ${given}`) })
    })
    const right = yield* answered()
    assert.strictEqual(yield* access(right), "full")
    assert.strictEqual(yield* access(right), "status", "once")
    assert.strictEqual(yield* access(yield* answered({ at: now + 60_000 })), "full")
    // Who gets a proof for itself can pass it on to nobody: the connector is asked at its own port.
    const passedOn = { asked: { host: "127.0.0.1:9465" } }
    for (
      const wrong of [
        { at: now + 60_001 },
        { as: "another token of many" },
        { asked: { method: "POST" } },
        { asked: { path: "/api/session/link" } },
        passedOn,
        { ...passedOn, sent: request({ host: "127.0.0.1:9465" }) }
      ]
    ) {
      assert.strictEqual(yield* access(yield* answered(wrong)), "status", Json.text(wrong.asked))
    }
    for (const path of ["/api/instances", "/api/live", "/api/session"]) {
      const other = yield* answered({ asked: { path }, sent: request().modify({ url: path }) })
      assert.strictEqual(yield* access(other), "status", path)
      assert.isFalse(yield* (yield* Access).lives(other))
    }
    const foreign = challenges().make(now)
    const ofForeign = prove(token, foreign, { method: "GET", path: "/status", host: "127.0.0.1:9464" })
    for (const text of [ofForeign, "proof.1.", `proof.${now}.x`]) {
      assert.strictEqual(yield* access(byToken(text)), "status", text)
    }
    const cookie = yield* enter()
    assert.strictEqual(
      yield* access(request({ authorization: "Bearer x", cookie: `azure_security_session=${cookie}` })),
      "status"
    )
    // The sign-in of a proxy is none of the connector's.
    assert.strictEqual(
      yield* access(request({ authorization: "Basic x", cookie: `azure_security_session=${cookie}` })),
      "full"
    )
  }).pipe(Effect.provide(guarded)))

it.effect("sessions and limits go by a clock that is not set", () =>
  Effect.gen(function*() {
    const day = 86_400_000
    yield* TestClock.setTime(2 * day)
    const service = yield* Access
    const begun = Option.getOrThrow(yield* service.begin(request(), token))
    assert.strictEqual(begun.session.expires_at, "1970-01-03T00:30:00.000Z")
    for (let n = 0; n < 10; n++) yield* refusal(byToken("guess"))
    assert.strictEqual(yield* refusal(byToken("guess")), "TooManyRequests")
    yield* TestClock.setTime(day)
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* refusal(byToken("guess")), "SignInNeeded")
    assert.strictEqual((yield* service.use(byCookie(begun.cookie))).expires_at, "1970-01-02T00:31:00.000Z")
    yield* TestClock.adjust("30 minutes")
    assert.strictEqual(yield* access(byCookie(begun.cookie)), "status")
  }).pipe(Effect.provide(guarded)))

it.effect("a link signs in once, within 15 minutes", () =>
  Effect.gen(function*() {
    const invite = Effect.map((yield* Access).invite, (link) => Option.getOrThrow(link).token)
    const [one, late] = [yield* invite, yield* invite]
    assert.notInclude([token, late], one)
    assert.isAtLeast(one.length, 43)
    assert.strictEqual(yield* access(byToken(one)), "status")
    assert.strictEqual(yield* access(byCookie(yield* enter(one))), "full")
    assert.isTrue(Option.isNone(yield* (yield* Access).begin(request(), one)))
    yield* TestClock.adjust(linkLife)
    assert.strictEqual(Duration.toMinutes(linkLife), 15)
    assert.isTrue(Option.isNone(yield* (yield* Access).begin(request(), late)))
    const many: Array<string> = []
    for (let n = 0; n <= linksMax; n++) many.push(yield* invite)
    assert.isTrue(Option.isNone(yield* (yield* Access).begin(request(), many[0]!)))
    yield* enter(many[1])
    yield* enter(many.at(-1))
  }).pipe(Effect.provide(guarded)))

it.effect("a session ends 30 minutes after its last use, and after 10 hours in any case", () =>
  Effect.gen(function*() {
    const idle = yield* enter()
    const used = yield* enter()
    yield* TestClock.adjust("29 minutes")
    assert.strictEqual(yield* access(byCookie(used)), "full")
    // Looking whether a session goes on does not extend it.
    assert.isTrue(yield* (yield* Access).lives(byCookie(idle)))
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

it.effect("a session that is used makes no room while there are some that have ended", () =>
  Effect.gen(function*() {
    const used = yield* enter()
    for (let n = 1; n < sessionsMax; n++) yield* enter()
    yield* TestClock.adjust("20 minutes")
    assert.strictEqual(yield* access(byCookie(used)), "full")
    yield* TestClock.adjust("15 minutes")
    yield* enter()
    assert.strictEqual(yield* access(byCookie(used)), "full")
  }).pipe(Effect.provide(guarded)))

it.effect("ten wrong tokens a minute, in the form or a header, stop the guesses of that address and nobody else", () =>
  Effect.gen(function*() {
    const service = yield* Access
    const cookie = yield* enter()
    for (let n = 0; n < 5; n++) {
      assert.isTrue(Option.isNone(yield* service.begin(request(), `guess ${n}`)))
      assert.strictEqual(yield* refusal(byToken(`guess ${n}`)), "SignInNeeded")
    }
    assert.strictEqual((yield* Effect.flip(service.begin(request(), "guess")))._tag, "TooManyRequests")
    assert.strictEqual(yield* refusal(byToken("guess")), "TooManyRequests")
    assert.strictEqual(yield* refusal(byToken("guess"), "open"), "TooManyRequests")
    assert.strictEqual(yield* refusal(byToken("guess", "10.0.0.2")), "SignInNeeded")
    // A right token, a link and a session wait for nothing.
    assert.strictEqual(yield* refusal(byToken(token)), "allowed")
    assert.strictEqual(yield* refusal(byCookie(cookie)), "allowed")
    yield* enter()
    yield* enter(Option.getOrThrow(yield* service.invite).token)
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* refusal(byToken("guess")), "SignInNeeded")
  }).pipe(Effect.provide(guarded)))

it.effect("an address of IPv6 counts as its network, which has one caller", () =>
  Effect.gen(function*() {
    for (let n = 0; n < 10; n++) yield* refusal(byToken("guess", `2001:db8:1:2::${n}`))
    assert.strictEqual(yield* refusal(byToken("guess", "2001:db8:1:2:ffff::1")), "TooManyRequests")
    assert.strictEqual(yield* refusal(byToken("guess", "2001:db8:1:3::1")), "SignInNeeded")
    for (let n = 0; n < 10; n++) yield* refusal(byToken("guess", "::ffff:10.0.0.9"))
    assert.strictEqual(yield* refusal(byToken("guess", "10.0.0.9")), "TooManyRequests")
  }).pipe(Effect.provide(guarded)))

it.effect("blanks around the configured token are ignored", () =>
  Effect.gen(function*() {
    yield* enter()
    assert.strictEqual(yield* access(byToken(token)), "full")
  }).pipe(Effect.provide(layerOf({ text: `${token}\n` }))))

it.effect("requests of another site do not use up the caller's limit", () =>
  Effect.gen(function*() {
    for (let n = 0; n < 1300; n++) yield* refusal(request({ "sec-fetch-site": "cross-site" }), "open")
    assert.strictEqual(yield* refusal(request(), "open"), "allowed")
  }).pipe(Effect.provide(guarded)))

it.effect("a caller without a session may send 1,200 requests a minute, a session any number", () =>
  Effect.gen(function*() {
    const cookie = yield* enter()
    for (let n = 0; n < 1300; n++) yield* refusal(byCookie(cookie))
    for (let n = 0; n < 1200; n++) assert.strictEqual(yield* refusal(request(), "open"), "allowed")
    assert.strictEqual(yield* refusal(request(), "open"), "TooManyRequests")
    assert.strictEqual(yield* refusal(request(), "uncounted"), "allowed")
    assert.strictEqual(yield* refusal(byCookie(cookie)), "allowed")
    assert.strictEqual(yield* refusal(byToken(token)), "allowed")
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* refusal(request(), "open"), "allowed")
  }).pipe(Effect.provide(guarded)))

it.effect("the callers that are counted are bounded, and the one counted longest is forgotten", () =>
  Effect.gen(function*() {
    const of = (n: number) => byToken("guess", `10.1.${n >> 8}.${n & 255}`)
    for (let n = 0; n < 10; n++) yield* refusal(of(0))
    assert.strictEqual(yield* refusal(of(0)), "TooManyRequests")
    for (let n = 1; n < callersMax; n++) yield* refusal(of(n))
    assert.strictEqual(yield* refusal(of(0)), "TooManyRequests")
    yield* refusal(of(callersMax))
    assert.strictEqual(yield* refusal(of(0)), "SignInNeeded")
  }).pipe(Effect.provide(guarded)))

it.effect("a change is accepted only from the page itself", () =>
  Effect.gen(function*() {
    const own = { ...bearer, ...page, origin: "http://127.0.0.1:9464", "sec-fetch-site": "same-origin" }
    assert.strictEqual(yield* refusal(change({ ...bearer, ...page })), "allowed")
    assert.strictEqual(yield* refusal(change(own)), "allowed")
    for (
      const headers of [
        bearer,
        { ...bearer, "x-azure-security-page": "0" },
        { ...own, origin: "https://evil.example" },
        { ...own, origin: "https://azure.example.com" },
        { ...own, origin: "http://127.0.0.1:9465" },
        { ...own, origin: "null" },
        { ...own, "sec-fetch-site": "cross-site" },
        { ...own, "sec-fetch-site": "same-site" }
      ]
    ) {
      for (const openness of ["closed", "open", "uncounted"] as const) {
        assert.strictEqual(yield* refusal(change(headers), openness), "NotAllowed", inspect(headers))
      }
    }
  }).pipe(Effect.provide(guarded)))

it.effect("another site cannot make a browser read data", () =>
  Effect.gen(function*() {
    for (const site of ["same-origin", "none"]) {
      assert.strictEqual(yield* refusal(request({ ...bearer, "sec-fetch-site": site })), "allowed", site)
    }
    for (const site of ["cross-site", "same-site"]) {
      assert.strictEqual(yield* refusal(request({ ...bearer, "sec-fetch-site": site })), "NotAllowed", site)
    }
  }).pipe(Effect.provide(guarded)))

it.effect("the published address is an origin of the page, and with https its cookie is bound to it and to TLS", () =>
  Effect.gen(function*() {
    const service = yield* Access
    const own = { ...bearer, ...page, "sec-fetch-site": "same-origin" }
    assert.strictEqual(yield* refusal(change({ ...own, origin: "https://azure.example.com" })), "allowed")
    for (const origin of ["http://azure.example.com", "https://azure.example.com:8443", "https://evil.example"]) {
      assert.strictEqual(yield* refusal(change({ ...own, origin })), "NotAllowed", origin)
    }
    assert.deepStrictEqual(service.cookie(), { name: "__Host-azure_security_session", secure: true })
    const cookie = yield* enter()
    assert.strictEqual(yield* access(byCookie(cookie)), "status")
    assert.strictEqual(yield* access(request({ cookie: `__Host-azure_security_session=${cookie}` })), "full")
    assert.strictEqual(Option.getOrThrow(yield* service.invite).origin, "https://azure.example.com")
    assert.isTrue(service.isOwnHost(request({ host: "azure.example.com" })))
  }).pipe(Effect.provide(layerOf({ settings: { public_url: "https://azure.example.com" } }))))
