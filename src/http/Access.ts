/** Decides which callers may see artifacts and change settings, and which see only the status. */
import { Clock, Context, Duration, Effect, Layer, Option, Redacted } from "effect"
import { Headers, type HttpServerRequest } from "effect/http"
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import { isIPv4 } from "node:net"
import { sessionsMax } from "../domain/Bounds.ts"
import { isoTime } from "../status/Report.ts"
import { NotAllowed, pageHeader, SignInNeeded, TooManyRequests } from "./Guard.ts"
import type { Session } from "./SessionApi.ts"

export const cookieName = "azure_security_session"

/** A session ends after 30 minutes without use, and after 10 hours, a working day, in any case. */
const idleMax = Duration.minutes(30)
const sessionMax = Duration.hours(10)

/** Limit of wrong tokens per caller: a thousand million guesses take two hundred years. */
const guesses = { limit: 10, window: Duration.minutes(1) }
/** Limit of all requests per caller; one person's page sends at most a few a second. */
const asked = { limit: 1200, window: Duration.minutes(1) }
/** Number of request counters. A hash of the caller's address selects one, so addresses may share it. */
const countersMax = 256

/** Tells whether a `Host` header names this machine. */
const isOfThisMachine = (host: string): boolean => {
  const name = host.toLowerCase().replace(/:\d+$/, "")
  return name === "localhost" || name === "[::1]" || (isIPv4(name) && name.startsWith("127."))
}

/** Headers that proxies add: the request may come from another machine, even over loopback. */
const leftByProxies = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"]

const digest = (text: string) => createHash("sha256").update(text).digest()

interface Held {
  readonly endsAt: number
  usedAt: number
}

type Request = HttpServerRequest.HttpServerRequest

const header = (request: Request, name: string) => Option.getOrElse(Headers.get(request.headers, name), () => "")

/** Tells whether the page itself sent the request, as far as the browser's headers say. */
const ownOrigin = (request: Request): boolean => {
  const site = header(request, "sec-fetch-site")
  if (site !== "" && site !== "same-origin") return false
  const origin = header(request, "origin")
  return origin === "" || (URL.canParse(origin) && new URL(origin).host === header(request, "host").toLowerCase())
}

/** Tells whether another site caused the request. Browsers send `none` for a typed address or a bookmark. */
const ofOtherSite = (request: Request): boolean =>
  !["", "same-origin", "none"].includes(header(request, "sec-fetch-site"))

const opened = (end: number): Session => ({ access: "full", takes_token: true, expires_at: isoTime(end) })

export interface AccessOptions {
  /** Whether only this machine can reach the connector. */
  readonly loopback: boolean
  readonly token: Option.Option<Redacted.Redacted>
}

// Counts requests in fixed windows, for a bounded number of callers. Effect's limiter cannot be checked without
// counting, and a right token must not count.
const makeCounter = ({ limit, window }: typeof guesses) => {
  const counts = new Map<number, { count: number; endsAt: number }>()
  const at = (request: Request, now: number) => {
    const address = Option.getOrElse(request.remoteAddress, () => "")
    const key = digest(address).readUInt16LE() % countersMax
    const known = counts.get(key)
    if (known !== undefined && now < known.endsAt) return known
    const fresh = { count: 0, endsAt: now + Duration.toMillis(window) }
    counts.set(key, fresh)
    return fresh
  }
  return {
    count: (request: Request, now: number) => void at(request, now).count++,
    /** Seconds that the caller must wait; 0 for none. */
    wait: (request: Request, now: number): number => {
      const { count, endsAt } = at(request, now)
      return count < limit ? 0 : Math.ceil((endsAt - now) / 1000)
    }
  }
}

const tokenMissing =
  "set AZURE_SECURITY_ADMIN_TOKEN and start again, or open the page on the machine itself: here it shows the status only"
const signIn = "sign in with the token of AZURE_SECURITY_ADMIN_TOKEN"
const otherHost = "open the page by the address of this machine: http://127.0.0.1 and its port"

/**
 * Service that decides what a request may do.
 *
 * **Details**
 *
 * Without a token, a connector that only its own machine can reach is open to requests for a name of that machine.
 * Other host names are refused: somebody else's DNS may point one here. A connector that others can reach shows only
 * its status. With a token, full access needs that token: as a session cookie or as `Authorization: Bearer`.
 */
export class Access extends Context.Service<Access, {
  readonly show: (request: Request) => Effect.Effect<Session>
  /** Begins a session and returns its cookie's value; none for a wrong token. */
  readonly begin: (
    request: Request,
    token: string
  ) => Effect.Effect<Option.Option<{ readonly cookie: string; readonly session: Session }>, TooManyRequests>
  readonly end: (request: Request) => Effect.Effect<void>
  /** Fails when the request is not allowed. `isOpen` marks endpoints that reveal no more than `/status`. */
  readonly check: (
    request: Request,
    isOpen: boolean
  ) => Effect.Effect<void, SignInNeeded | NotAllowed | TooManyRequests>
}>()("azure-security/http/Access") {
  static readonly layer = ({ loopback: isLoopback, token }: AccessOptions) =>
    Layer.effect(
      Access,
      Effect.gen(function*() {
        const [all, wrong] = [makeCounter(asked), makeCounter(guesses)]
        const expected = Option.map(token, (value) => digest(Redacted.value(value).trim()))
        /** Sessions by the digest of their cookie, oldest first. */
        const sessions = new Map<string, Held>()

        const isToken = (text: string) =>
          Option.exists(expected, (value) => text !== "" && timingSafeEqual(value, digest(text)))
        const keyOf = (request: Request) => digest(request.cookies[cookieName] ?? "").toString("hex")

        /** Fails while the caller is over the counter's limit. */
        const within = Effect.fnUntraced(function*(counter: ReturnType<typeof makeCounter>, request: Request) {
          const wait = counter.wait(request, yield* Clock.currentTimeMillis)
          if (wait > 0) return yield* new TooManyRequests({ retry_after_seconds: wait })
        })
        const counted = (counter: ReturnType<typeof makeCounter>, request: Request) =>
          Effect.map(Clock.currentTimeMillis, (now) => counter.count(request, now))

        /** Extends the request's session, and returns its end; undefined without a session. */
        const sessionOf = Effect.fnUntraced(function*(request: Request) {
          const now = yield* Clock.currentTimeMillis
          const key = keyOf(request)
          const session = sessions.get(key)
          if (session === undefined) return undefined
          const end = Math.min(session.endsAt, session.usedAt + Duration.toMillis(idleMax))
          if (now >= end) {
            sessions.delete(key)
            return undefined
          }
          session.usedAt = now
          return Math.min(session.endsAt, now + Duration.toMillis(idleMax))
        })

        const show = Effect.fnUntraced(function*(request: Request): Effect.fn.Return<Session> {
          const closed = (why: string, takes_token: boolean): Session => ({
            access: "status",
            takes_token,
            expires_at: null,
            why
          })
          if (Option.isNone(expected)) {
            if (!isLoopback || leftByProxies.some((name) => header(request, name) !== "")) {
              return closed(tokenMissing, false)
            }
            return isOfThisMachine(header(request, "host"))
              ? { access: "full", takes_token: false, expires_at: null }
              : closed(otherHost, false)
          }
          const bearer = /^Bearer (?<token>.+)$/i.exec(header(request, "authorization"))?.groups?.["token"]
          if (bearer !== undefined) {
            // After too many guesses even the right token is refused, so that guessing on reveals nothing.
            if (wrong.wait(request, yield* Clock.currentTimeMillis) > 0) return closed(signIn, true)
            if (isToken(bearer)) return { access: "full", takes_token: true, expires_at: null }
            yield* counted(wrong, request)
            return closed(signIn, true)
          }
          const end = yield* sessionOf(request)
          return end === undefined ? closed(signIn, true) : opened(end)
        })

        return Access.of({
          show,
          begin: Effect.fnUntraced(function*(request, text) {
            yield* within(wrong, request)
            if (!isToken(text.trim())) {
              yield* counted(wrong, request)
              return Option.none()
            }
            const now = yield* Clock.currentTimeMillis
            const cookie = randomBytes(32).toString("base64url")
            for (const key of Array.from(sessions.keys()).slice(0, Math.max(0, sessions.size - sessionsMax + 1))) {
              sessions.delete(key)
            }
            sessions.set(digest(cookie).toString("hex"), {
              endsAt: now + Duration.toMillis(sessionMax),
              usedAt: now
            })
            return Option.some({ cookie, session: opened(now + Duration.toMillis(idleMax)) })
          }),
          end: (request) => Effect.sync(() => void sessions.delete(keyOf(request))),
          check: Effect.fnUntraced(function*(request, isOpen) {
            const isRead = request.method === "GET" || request.method === "HEAD"
            if (isRead ? ofOtherSite(request) : header(request, pageHeader) !== "1" || !ownOrigin(request)) {
              return yield* new NotAllowed({
                why: isRead
                  ? "another site sent this request; only the connector's own page may read this"
                  : `only the page itself may change something, with the header ${pageHeader}: 1`
              })
            }
            yield* within(all, request)
            yield* counted(all, request)
            if (isOpen) return
            if (header(request, "authorization") !== "") yield* within(wrong, request)
            const session = yield* show(request)
            if (session.access === "full") return
            if (session.takes_token) return yield* new SignInNeeded({ why: session.why ?? signIn })
            return yield* new NotAllowed({ why: session.why ?? tokenMissing })
          })
        })
      })
    )
}
