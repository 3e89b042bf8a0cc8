/**
 * A Graph that costs next to nothing, and answers for any tenant.
 *
 * Arguments: alerts, alerts a page, and `built` or `endless`. `built` makes and compresses all pages before the first
 * request. `endless` makes each page from a thousand alerts with other ids, for more alerts than fit into memory. `GET
 * /bench` returns the requests since its last call.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { graphTime } from "../../src/simulator/Row.ts"
import { again, alerts, page } from "./Corpus.ts"

const [total = "1000", size = "1000", mode = "built"] = process.argv.slice(2)
const count = Number(total)
const pageSize = Number(size)
const pages = Math.max(1, Math.ceil(count / pageSize))

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
    const text = page(rows.slice(index * pageSize, (index + 1) * pageSize), linkTo(index + 1))
    bytes += Buffer.byteLength(text)
    return gzipSync(text, { level: 1 })
  })
  return (index) => built[index]!
}

const makeEndless = (): (index: number) => Buffer => {
  const made = alerts(1000, now()).map(again)
  const begin = now() - 20 * 3_600_000
  return (index) => {
    const rows = Array.from({ length: Math.min(pageSize, count - index * pageSize) }, (_, row) => {
      const number = index * pageSize + row
      return made[number % made.length]!(`da${number}`, graphTime(begin + number * 50))
    })
    const text = page(rows, linkTo(index + 1))
    bytes += Buffer.byteLength(text)
    return gzipSync(text, { level: 1 })
  }
}

let send: (index: number) => Buffer = () => Buffer.alloc(0)
const empty = gzipSync(page([], undefined))

const server = createServer((request, response) => {
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
  response.setHeader("content-encoding", "gzip")
  response.end(last !== "alerts_v2" || count === 0 ? empty : send(Number(index ?? "0")))
})

server.listen(0, "127.0.0.1", () => {
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  if (count > 0) send = mode === "endless" ? makeEndless() : makeBuilt()
  process.stdout.write(`${origin}\n`)
})
