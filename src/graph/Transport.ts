/**
 * Explains why no answer came, from the error codes that Node, its TLS and the HTTP client set.
 *
 * Only codes, the request's host name, a certificate's host names and the connector's own numbers get into a detail. An
 * error's message never does, because it may repeat what was sent.
 */
import { Duration, Predicate } from "effect"
import { type HttpClientError } from "effect/http"
import { Unavailable } from "./GraphError.ts"

/** Formats a duration in seconds, with a tenth where it is short. */
const seconds = (duration: Duration.Duration) => {
  const count = Duration.toSeconds(duration)
  return `${count < 10 ? Math.round(count * 10) / 10 : Math.round(count)} s`
}

/** What a code of an error means; a timeout's detail is followed by the time that passed. */
const details: Readonly<Record<string, readonly [kind: Unavailable["kind"], detail: string]>> = {
  ENOTFOUND: ["dns", "host name not found"],
  EAI_AGAIN: ["dns", "the name server does not answer"],
  EAI_FAIL: ["dns", "the name server failed"],
  ECONNREFUSED: ["network", "connection refused"],
  ECONNRESET: ["network", "connection reset"],
  EPIPE: ["network", "connection reset"],
  UND_ERR_SOCKET: ["network", "connection closed"],
  UND_ERR_DESTROYED: ["network", "connection closed"],
  UND_ERR_CLOSED: ["network", "connection closed"],
  EHOSTUNREACH: ["network", "no route to the host"],
  ENETUNREACH: ["network", "no network"],
  ENETDOWN: ["network", "no network"],
  EADDRNOTAVAIL: ["network", "no local port left"],
  EMFILE: ["network", "too many open files"],
  ETIMEDOUT: ["timeout", "no connection"],
  UND_ERR_CONNECT_TIMEOUT: ["timeout", "no connection"],
  UND_ERR_HEADERS_TIMEOUT: ["timeout", "no first byte"],
  UND_ERR_BODY_TIMEOUT: ["timeout", "the answer came to a standstill"],
  UND_ERR_PRX_TLS: ["proxy", "the certificate is for another host"],
  UND_ERR_PRX_CONN: ["proxy", "connection closed"],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["body", "the body was cut short"],
  UND_ERR_HEADERS_OVERFLOW: ["body", "the headers are too large"],
  Z_DATA_ERROR: ["body", "the body is not valid gzip"],
  Z_BUF_ERROR: ["body", "the body was cut short"],
  CERT_HAS_EXPIRED: ["tls", "the certificate has expired"],
  CERT_NOT_YET_VALID: ["tls", "the certificate is not yet valid"],
  ERR_TLS_CERT_ALTNAME_INVALID: ["wrong_host", "the certificate is for another host"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["tls", "the certificate is self-signed"],
  SELF_SIGNED_CERT_IN_CHAIN: ["tls", "the certificate's CA is not trusted"],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["tls", "the certificate's CA is not trusted"],
  UNABLE_TO_GET_ISSUER_CERT: ["tls", "the certificate's CA is not trusted"],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["tls", "the certificate's CA is not trusted"],
  EPROTO: ["tls", "no common TLS"]
}

/** All errors of the chain of causes, outermost first. */
const chain = (error: unknown, depth = 0): ReadonlyArray<object> => {
  if (!Predicate.isObjectOrArray(error) || depth > 8) return []
  const inner = [
    ...(Predicate.hasProperty(error, "errors") && Array.isArray(error.errors) ? error.errors : []),
    ...(Predicate.hasProperty(error, "cause") ? [error.cause] : [])
  ]
  return [error, ...inner.flatMap((cause) => chain(cause, depth + 1))]
}

const textOf = (error: object, key: string) =>
  Predicate.hasProperty(error, key) && Predicate.isString(error[key]) ? error[key] : undefined

const codePattern = /^[A-Z][A-Z0-9_]{2,63}$/

/** Names of a certificate that are shown. */
const namesMax = 3

/** Describes for which hosts a certificate is; nothing but characters of host names gets through. */
const certificateNames = (error: object): string => {
  const certificate = Predicate.hasProperty(error, "cert") && Predicate.isObject(error.cert) ? error.cert : {}
  const names = Array.from(
    (textOf(certificate, "subjectaltname") ?? "").matchAll(/(?:^|, )(?:DNS|IP Address):([\w.*:-]{1,253})(?=,|$)/g),
    ([, name]) => name!
  )
  if (names.length === 0) return "the certificate is for another host"
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : ""
  return `the certificate is for another host: ${names.slice(0, namesMax).join(", ")}${more}`
}

/** Whether the error belongs to the connection to a proxy: the client says so, or it names another host than the request. */
const isElsewhere = (error: object, url: URL) => {
  if (Predicate.hasProperty(error, "isAtProxy")) return true
  const hostname = textOf(error, "hostname") ??
    (Predicate.hasProperty(error, "cert") ? textOf(error, "host") : undefined)
  if (hostname !== undefined && hostname !== url.hostname) return true
  const port = Predicate.hasProperty(error, "port") && Predicate.isNumber(error.port) ? error.port : undefined
  return port !== undefined && port !== Number(url.port || (url.protocol === "https:" ? 443 : 80))
}

/** What to do about a status of a proxy, where the status says it. */
export const atProxy = (status: number): { readonly remedy?: string } =>
  status === 407
    ? {
      remedy:
        "Write the proxy's user and password into HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT with special characters as %XX; those that are there are refused"
    }
    : {}

/** Returns why a request got no answer, or why its answer broke off, `after` the request's start. */
export const unavailable = (
  error: HttpClientError.HttpClientError,
  url: URL,
  after: Duration.Duration
): Unavailable => {
  const errors = chain(error)
  const name = errors.map((each) => textOf(each, "proxy")).find((each) => each !== undefined)
  const proxy = name === undefined ? "the proxy" : `the proxy ${name}`
  const host = name === undefined ? url.host : `${url.host} through ${proxy}`
  for (const each of errors) {
    // undici says it only in words: `Proxy response (407) !== 200 when HTTP Tunneling`.
    const status = /^Proxy (?:response \((\d{3})\)|Authentication Required \((407)\))/.exec(
      textOf(each, "message") ?? ""
    )
    if (status !== null) {
      const code = Number(status[1] ?? status[2])
      return new Unavailable({ kind: "proxy", detail: `${proxy} answered ${code} (${url.host})`, ...atProxy(code) })
    }
  }
  for (const each of errors) {
    const code = textOf(each, "code")
    if (code === undefined || !codePattern.test(code)) continue
    const known = details[code] ??
      (/^(?:ERR_(?:TLS|SSL)|CERT|CRL|UNABLE_TO)_/.test(code)
        ? ["tls", "the TLS connection failed"] as const
        : undefined)
    if (known === undefined) continue
    const [kind, usual] = known
    const detail = kind === "wrong_host"
      ? certificateNames(each)
      : kind === "timeout"
      ? `${usual} after ${seconds(after)}`
      : usual
    return kind === "proxy" || isElsewhere(each, url)
      ? new Unavailable({ kind: "proxy", detail: `${detail}, at ${proxy} (${code})` })
      : new Unavailable({ kind, detail: `${detail} (${code}, ${host})` })
  }
  return error.reason._tag === "DecodeError"
    ? new Unavailable({ kind: "network", detail: `the connection ended while the body was read (${host})` })
    : new Unavailable({ kind: "network", detail: `the request failed (${host})` })
}

/** Returns the error for an answer that held room in memory, and of which next to nothing came. */
export const dripped = (url: URL): Unavailable =>
  new Unavailable({ kind: "timeout", detail: `the answer came to a standstill (${url.host})` })

/** Returns the error for an answer that was not complete in time. */
export const timedOut = (after: Duration.Duration, url: URL): Unavailable =>
  new Unavailable({ kind: "timeout", detail: `no whole answer within ${seconds(after)} (${url.host})` })
