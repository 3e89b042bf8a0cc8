/** Decides which callers may see artifacts and change settings, and which see only the status. */
import { Clock, Context, Duration, Effect, Layer, Option, Redacted, Result } from "effect"
import { Headers, HttpServer, type HttpServerRequest } from "effect/http"
import { IpNetwork, NetAddress } from "effect/net"
import { timingSafeEqual } from "node:crypto"
import { hostname } from "node:os"
import { type Actor, Audit } from "../config/Audit.ts"
import { hostOf } from "../config/Loopback.ts"
import { networkOf, type PageSettings } from "../config/PageSettings.ts"
import { isoTime } from "../status/Report.ts"
import { NotAllowed, pageHeader, SignInNeeded, TooManyRequests } from "./Guard.ts"
import { isOwnHost } from "./HostNames.ts"
import * as RequestCounter from "./RequestCounter.ts"
import type { Link, Session } from "./SessionApi.ts"
import { digest, make as makeSessions } from "./Sessions.ts"
import * as TokenProof from "./TokenProof.ts"

/** Limit of wrong tokens per caller. */
const guesses = { limit: 10, window: Duration.minutes(1) }
/** Limit of requests per caller without a session; one person's page sends at most a few a second. */
const asked = { limit: 1200, window: Duration.minutes(1) }

type Request = HttpServerRequest.HttpServerRequest

const header = (request: Request, name: string) => Option.getOrElse(Headers.get(request.headers, name), () => "")

/** Milliseconds of a clock that nobody sets: a clock set back would prolong sessions and limits. */
const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** Tells whether another site caused the request. Browsers send `none` for a typed address or a bookmark. */
const ofOtherSite = (request: Request): boolean =>
  !["", "same-origin", "none"].includes(header(request, "sec-fetch-site"))

/** Returns the caller's address; of IPv6 only the network, since one caller has all of its addresses. */
const callerOf = (request: Request): string => {
  const text = Option.getOrElse(request.remoteAddress, () => "")
  const address = Result.map(NetAddress.ipFromString(text), (ip) => NetAddress.toCanonical(ip))
  if (Result.isFailure(address)) return text
  return NetAddress.isIpv6Address(address.success)
    ? NetAddress.ipv6ToSegments(address.success).slice(0, 4).join(":")
    : NetAddress.formatIp(address.success)
}

/** Tells whether a host and port are those that the server listens on. */
const isOfServer = (host: string, address: NetAddress.SocketAddress): boolean => {
  if (NetAddress.isUnixPathAddress(address)) return false
  const isAll = NetAddress.isUnspecified(address.address)
  return isAll ? host.endsWith(`:${address.port}`) : host === NetAddress.formatSocketAddress(address)
}

const opened = (end: string | null): Session => ({ access: "full", takes_token: true, expires_at: end })

/** Returns the time of day at a monotonic time. */
const timeAt = Effect.fnUntraced(function*(at: number) {
  return isoTime((yield* Clock.currentTimeMillis) + at - (yield* monotonicMillis))
})

/** The token and what belongs to it. */
export interface Admission {
  /** Without a token, nobody gets more than the status. */
  readonly token: Option.Option<Redacted.Redacted>
  /** What a caller without a session has to do. */
  readonly why: string
  readonly page: PageSettings
}

/** What a request may do without a session: `open` allows it, `uncounted` beyond any limit too. */
export type Openness = "open" | "uncounted" | "closed"

/** Names one listener's session and address, to count listeners. */
export interface Caller {
  readonly session: string
  readonly address: string
}

/**
 * Service that decides what a request may do.
 *
 * **Details**
 *
 * Full access needs the token: exchanged for a session cookie, or in each request as `Authorization: Bearer`. That holds
 * on this machine too: a proxy's requests come from here, and so do those of every local user. A right token and a
 * session are not counted in a limit and never wait for one.
 */
export class Access extends Context.Service<Access, {
  /** Replaces token and settings, for a process that learns them after it began to listen. */
  readonly admit: (admission: Admission) => Effect.Effect<void>
  readonly page: Effect.Effect<PageSettings>
  readonly isOwnHost: (request: Request) => boolean
  /** Whether an address is that of a proxy whose `X-Forwarded-For` is believed. */
  readonly isTrustedProxy: (address: NetAddress.IpAddress) => boolean
  readonly cookie: () => { readonly name: string; readonly secure: boolean }
  /** Returns what a request may do, and extends its session. A proof of the token is used up. */
  readonly use: (request: Request) => Effect.Effect<Session>
  /** Begins a session with the token or a link's token, and returns its cookie's value; none for a wrong one. */
  readonly begin: (
    request: Request,
    token: string
  ) => Effect.Effect<Option.Option<{ readonly cookie: string; readonly session: Session }>, TooManyRequests>
  readonly end: (request: Request) => Effect.Effect<void>
  /** Makes a link's token; none when this connector has no token. */
  readonly invite: Effect.Effect<Option.Option<Link>>
  /** Fails when the request is not allowed. */
  readonly check: (
    request: Request,
    openness: Openness
  ) => Effect.Effect<void, SignInNeeded | NotAllowed | TooManyRequests>
  readonly caller: (request: Request) => Caller
  /** Who sends the request, for the audit trail. */
  readonly actor: (request: Request) => Actor
  /** Whether the request's session goes on, or its token is still the one. The session is not extended. */
  readonly lives: (request: Request) => Effect.Effect<boolean>
}>()("azure-security/http/Access") {
  static readonly layer = (loopback: boolean, initial: Admission) =>
    Layer.effect(
      Access,
      Effect.gen(function*() {
        const audit = yield* Audit
        const [all, wrong] = [RequestCounter.make(asked), RequestCounter.make(guesses)]
        const sessions = makeSessions()
        const challenges = TokenProof.challenges()
        const { address } = yield* HttpServer.HttpServer
        const machine = hostname().toLowerCase()

        const derived = ({ page, token, why }: Admission) => ({
          page,
          why,
          token: Option.map(token, (value) => Redacted.make(Redacted.value(value).trim())),
          published: page.public_url === undefined ? undefined : new URL(page.public_url),
          proxies: page.trusted_proxies.flatMap((text) => networkOf(text) ?? [])
        })
        let now = derived(initial)

        const cookie = () =>
          now.published?.protocol === "https:"
            ? { name: "__Host-azure_security_session", secure: true }
            : { name: "azure_security_session", secure: false }
        const cookieOf = (request: Request) => request.cookies[cookie().name] ?? ""
        const bearerOf = (request: Request) =>
          /^Bearer (?<token>.+)$/i.exec(header(request, "authorization"))?.groups?.["token"]?.trim()
        const isToken = (text: string) =>
          Option.exists(now.token, (value) => timingSafeEqual(digest(Redacted.value(value)), digest(text)))

        /**
         * What a proof must be of. A proof of another address than this server's is passed on by another program. One that
         * listens on all addresses has its port to itself.
         */
        const askedOf = (request: Request): TokenProof.Asked | undefined => {
          const host = header(request, "host").toLowerCase()
          const isOwn = host === now.published?.host || isOfServer(host, address)
          return isOwn ? { method: request.method, path: request.url, host } : undefined
        }

        const isProof = (request: Request, text: string, at: number) => {
          const asked = askedOf(request)
          return asked !== undefined &&
            Option.exists(now.token, (token) => challenges.accept(text, Redacted.value(token), asked, at))
        }

        /** Tells whether the page itself sent the request, as far as the browser's headers say. */
        const ofOwnOrigin = (request: Request): boolean => {
          const site = header(request, "sec-fetch-site")
          if (site !== "" && site !== "same-origin") return false
          const origin = header(request, "origin")
          if (origin === "" || origin === now.published?.origin) return true
          return URL.canParse(origin) && new URL(origin).host === header(request, "host").toLowerCase()
        }

        const keyOf = (cookie: string) => digest(cookie).toString("hex")
        const addressOf = (request: Request) => Option.getOrElse(request.remoteAddress, () => "")
        const actor = (request: Request, cookie = cookieOf(request)): Actor => ({
          ...(bearerOf(request) !== undefined
            ? { session: "token" }
            : cookie === ""
            ? {}
            : { session: keyOf(cookie).slice(0, 8) }),
          address: addressOf(request)
        })

        const closed = (): Session => ({
          access: "status",
          takes_token: Option.isSome(now.token),
          expires_at: null,
          why: now.why
        })

        const use = Effect.fnUntraced(function*(request: Request) {
          const bearer = bearerOf(request)
          if (bearer !== undefined) {
            const isRight = isToken(bearer) || isProof(request, bearer, yield* monotonicMillis)
            return isRight ? opened(null) : closed()
          }
          const end = sessions.use(cookieOf(request), yield* monotonicMillis)
          return end === undefined || Option.isNone(now.token) ? closed() : opened(yield* timeAt(end))
        })

        /** Counts a request, and fails while its caller is over the limit. */
        const counted = Effect.fnUntraced(function*(counter: RequestCounter.RequestCounter, request: Request) {
          const at = yield* monotonicMillis
          const wait = counter.wait(callerOf(request), at)
          if (wait > 0) return yield* new TooManyRequests({ retry_after_seconds: wait })
          counter.count(callerOf(request), at)
        })

        return Access.of({
          admit: (admission) => Effect.sync(() => void (now = derived(admission))),
          page: Effect.sync(() => now.page),
          isOwnHost: (request) =>
            isOwnHost(header(request, "host"), {
              loopback,
              machine,
              published: now.published === undefined ? undefined : hostOf(now.published.host)
            }),
          isTrustedProxy: (address) => now.proxies.some((network) => IpNetwork.contains(network, address)),
          cookie,
          use,
          begin: Effect.fnUntraced(function*(request, text) {
            const at = yield* monotonicMillis
            if (!isToken(text.trim()) && !sessions.redeem(text.trim(), at)) {
              yield* audit.refused(actor(request, ""))
              yield* counted(wrong, request)
              return Option.none()
            }
            const begun = sessions.begin(at)
            yield* audit.tell({ by: "page", change: "signed_in", ...actor(request, begun.cookie) })
            return Option.some({ cookie: begun.cookie, session: opened(yield* timeAt(begun.endsAt)) })
          }),
          end: Effect.fnUntraced(function*(request) {
            if (!sessions.lives(cookieOf(request), yield* monotonicMillis)) return
            sessions.end(cookieOf(request))
            yield* audit.tell({ by: "page", change: "signed_out", ...actor(request) })
          }),
          invite: Effect.gen(function*() {
            if (Option.isNone(now.token)) return Option.none()
            const { endsAt, token } = sessions.invite(yield* monotonicMillis)
            const origin = now.published?.origin ?? null
            const signature = TokenProof.sign(Redacted.value(now.token.value), token, origin)
            return Option.some({ token, expires_at: yield* timeAt(endsAt), origin, signature })
          }),
          check: Effect.fnUntraced(function*(request, openness) {
            const isRead = request.method === "GET" || request.method === "HEAD"
            if (isRead && openness !== "uncounted" && ofOtherSite(request)) {
              return yield* new NotAllowed({
                why: "another site sent this request; only the connector's own page may read this"
              })
            }
            const notOfPage = new NotAllowed({
              why: `only the page itself may change something, with the header ${pageHeader}: 1`
            })
            if (!isRead && !ofOwnOrigin(request)) return yield* notOfPage
            // A token is looked at even where anybody may pass, so that a wrong one always counts.
            const session = yield* use(request)
            if (session.access !== "full") {
              if (bearerOf(request) !== undefined) {
                yield* audit.refused({ address: addressOf(request) })
                yield* counted(wrong, request)
              }
              if (openness !== "uncounted") yield* counted(all, request)
              if (openness === "closed") {
                const challenge = challenges.make(yield* monotonicMillis)
                return yield* session.takes_token
                  ? new SignInNeeded({ why: now.why, challenge })
                  : new NotAllowed({ why: now.why })
              }
            }
            if (!isRead && header(request, pageHeader) !== "1") return yield* notOfPage
          }),
          caller: (request) => ({
            session: bearerOf(request) === undefined ? keyOf(cookieOf(request)) : "token",
            address: callerOf(request)
          }),
          actor: (request) => actor(request),
          lives: Effect.fnUntraced(function*(request) {
            const bearer = bearerOf(request)
            return bearer === undefined ? sessions.lives(cookieOf(request), yield* monotonicMillis) : isToken(bearer)
          })
        })
      })
    )
}
