/**
 * A Graph that costs next to nothing, and answers for any tenant.
 *
 * Arguments: alerts, alerts a page, `built` or `endless`, `alerts` or `kinds`, and `gzip`, `tls` or `plain`. `built` makes all
 * pages before the first request. `endless` makes each page from a thousand alerts with other ids, for more alerts than fit
 * into memory. `tls` is TLS with gzip, as Microsoft serves it, and `plain` neither. Prints where `GET /bench` returns the
 * requests since its last call, where Graph is, and the certificate to trust.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { createServer, type RequestListener, type Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { graphTime } from "../../src/simulator/Row.ts"
import * as Corpus from "./Corpus.ts"

const [total = "1000", size = "1000", mode = "built", corpus = "alerts", transport = "gzip"] = process.argv.slice(2)
const alerts = corpus === "kinds" ? Corpus.kinds : Corpus.alerts
const count = Number(total)
const pageSize = Number(size)
const pages = Math.max(1, Math.ceil(count / pageSize))

const encoded = (text: string) => transport === "plain" ? Buffer.from(text) : gzipSync(text, { level: 1 })

/** Milliseconds since 1970. */
const now = () => performance.timeOrigin + performance.now()

let origin = ""
let bytes = 0
let first = 0
let requests = 0
/** Times of the requests for first pages, by tenant and endpoint. */
let polls = new Map<string, Array<number>>()

const linkTo = (index: number) => index >= pages ? undefined : `${origin}/v1.0/security/alerts_v2?$skiptoken=${index}`

const makeBuilt = (): (index: number) => Buffer => {
  const rows = alerts(count, now() - 60_000).map((row) => JSON.stringify(row))
  const built = Array.from({ length: pages }, (_, index) => {
    const text = Corpus.page(rows.slice(index * pageSize, (index + 1) * pageSize), linkTo(index + 1))
    bytes += Buffer.byteLength(text)
    return encoded(text)
  })
  return (index) => built[index]!
}

const makeEndless = (): (index: number) => Buffer => {
  const made = alerts(1000, now()).map(Corpus.again)
  const begin = now() - 20 * 3_600_000
  return (index) => {
    const rows = Array.from({ length: Math.min(pageSize, count - index * pageSize) }, (_, row) => {
      const number = index * pageSize + row
      return made[number % made.length]!(`da${number}`, graphTime(begin + number * 50))
    })
    const text = Corpus.page(rows, linkTo(index + 1))
    bytes += Buffer.byteLength(text)
    return encoded(text)
  }
}

let send: (index: number) => Buffer = () => Buffer.alloc(0)
const empty = encoded(Corpus.page([], undefined))

const answer: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", origin)
  request.resume()
  response.setHeader("content-type", "application/json")
  if (pathname === "/bench") {
    response.end(JSON.stringify({ first, requests, bytes, polls: Object.fromEntries(polls) }))
    first = 0
    requests = 0
    polls = new Map()
    return
  }
  const [tenant, last] = [pathname.split("/")[1], pathname.split("/").at(-1)]
  if (last === "token") {
    // The token is the tenant, so that a request with it shows its tenant.
    response.end(JSON.stringify({ token_type: "Bearer", expires_in: 3600, access_token: tenant }))
    return
  }
  if (first === 0) first = now()
  requests++
  const index = searchParams.get("$skiptoken")
  if (index === null && searchParams.get("$count") === null) {
    const key = `${request.headers.authorization} ${last}`
    polls.set(key, [...polls.get(key) ?? [], now()])
  }
  if (transport !== "plain") response.setHeader("content-encoding", "gzip")
  response.end(last !== "alerts_v2" || count === 0 ? empty : send(Number(index ?? "0")))
}

/** Milliseconds that an idle connection stays open: minutes, as at Microsoft, and not the five seconds of Node's server. */
const idleConnection = 120_000

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.keepAliveTimeout = idleConnection
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
  })

/** Makes a certificate of 127.0.0.1 that is its own authority, and starts a server with it. */
const secure = async () => {
  const cwd = fileURLToPath(new URL("../../dist/bench/tls", import.meta.url))
  mkdirSync(cwd, { recursive: true })
  const name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...name, "-keyout", "key.pem", "-out", "cert.pem"]
  execFileSync("openssl", args, { cwd, stdio: "ignore" })
  const [key, cert] = [readFileSync(`${cwd}/key.pem`), readFileSync(`${cwd}/cert.pem`)]
  const port = await listening(createSecureServer({ key, cert }, answer))
  return { origin: `https://127.0.0.1:${port}`, certificate: `${cwd}/cert.pem` }
}

const control = `http://127.0.0.1:${await listening(createServer(answer))}`
const { certificate, ...served } = transport === "tls" ? await secure() : { origin: control, certificate: "" }
origin = served.origin
if (count > 0) send = mode === "endless" ? makeEndless() : makeBuilt()
process.stdout.write(`${JSON.stringify({ control, origin, certificate })}\n`)
