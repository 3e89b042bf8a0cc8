import { assert, describe, it } from "@effect/vitest"
import { Clock, ConfigProvider, Duration, Effect, Exit, Layer, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import { type LookupFunction } from "node:net"
import { tmpdir } from "node:os"
import { gzipSync } from "node:zlib"
import { type HttpClientOptions, layer } from "../../src/cli/HttpClientLayer.ts"
import { gzipAtOnceBytes, inflatedBytes, largePageBytes } from "../../src/domain/Bounds.ts"
import * as Bodies from "../../src/graph/body/Bodies.ts"
import { bodyText, decompressed } from "../../src/graph/body/Body.ts"
import { exchange } from "../../src/graph/Exchange.ts"
import { onFailure } from "../../src/graph/FailureTable.ts"
import { slowListener } from "../support/SlowListener.ts"

const hasOpenssl = Exit.isSuccess(
  Effect.runSyncExit(Effect.sync(() => execFileSync("openssl", ["version"], { stdio: "ignore" })))
)
if (!hasOpenssl) process.stdout.write("TLS tests are skipped: no openssl in PATH\n")

/** A self-signed certificate of 127.0.0.1 that is its own CA. */
const certificate = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(`${tmpdir()}/http-client-`)),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
).pipe(Effect.map((directory) => {
  const name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...name, "-keyout", "key.pem", "-out", "cert.pem"]
  execFileSync("openssl", args, { cwd: directory, stdio: "ignore" })
  return {
    cert: readFileSync(`${directory}/cert.pem`, "utf8"),
    key: readFileSync(`${directory}/key.pem`, "utf8")
  }
}))

const listening = <S extends Net.Server>(server: S) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: S; readonly port: number }>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        resume(Effect.succeed({ server, port: (server.address() as Net.AddressInfo).port }))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        if ("closeAllConnections" in server && typeof server.closeAllConnections === "function") {
          server.closeAllConnections()
        }
      })
  )

const text = (_: Http.IncomingMessage, response: Http.ServerResponse) => void response.end(`{"value":[]}`)

/** A proxy that records the requests it gets. */
const makeProxy = (status = 200) =>
  Effect.gen(function*() {
    const asked: Array<string> = []
    const sockets = new Set<Net.Socket>()
    const server = Http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(status).end("through the proxy")
    })
    server.on("connect", (request, socket) => {
      asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim())
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      const [host, port] = request.url!.split(":")
      const upstream = Net.connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        upstream.pipe(socket)
        socket.pipe(upstream)
      })
      for (const each of [socket as Net.Socket, upstream]) {
        sockets.add(each)
        each.on("error", () => {})
      }
    })
    const { port } = yield* listening(server)
    yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((each) => each.destroy())))
    return { asked, port }
  })

const bounds = { timeout: Duration.seconds(5), bytesMax: 1024 * 1024, errorBytesMax: 1024 }

const ask = (
  url: string,
  options: { readonly env?: Record<string, string> } & Partial<HttpClientOptions> & Partial<typeof bounds> = {}
) =>
  HttpClient.HttpClient.pipe(
    Effect.flatMap((http) => exchange(http, HttpClientRequest.get(url), { ...bounds, ...options })),
    Effect.provide(Layer.fresh(layer({ version: "1.2.3", ...options }))),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: options.env ?? {} }))
  )

const timeouts = { connect: Duration.seconds(1), firstByte: Duration.millis(100), betweenBytes: Duration.millis(100) }

describe("HttpClientLayer", () => {
  it.live("sends its user agent, asks for gzip, and sends no trace id", () =>
    Effect.gen(function*() {
      const seen: Array<Http.IncomingHttpHeaders> = []
      const { port } = yield* listening(Http.createServer((request, response) => {
        seen.push(request.headers)
        text(request, response)
      }))
      yield* ask(`http://127.0.0.1:${port}/`).pipe(Effect.withSpan("test"))
      assert.strictEqual(seen[0]!["user-agent"], "azure-security/1.2.3")
      assert.strictEqual(seen[0]!["accept-encoding"], "gzip")
      assert.isUndefined(seen[0]!["traceparent"])
      assert.isUndefined(seen[0]!["b3"])
    }))

  it.live("reads gzip, also of error answers, and counts bytes after decompression", () =>
    Effect.gen(function*() {
      const body = "x".repeat(5000)
      const { port } = yield* listening(Http.createServer((request, response) => {
        response.writeHead(Number(request.url!.slice(1)), { "content-encoding": "gzip" }).end(gzipSync(body))
      }))
      assert.strictEqual(bodyText((yield* ask(`http://127.0.0.1:${port}/200`)).body), body)
      assert.include(bodyText((yield* ask(`http://127.0.0.1:${port}/403`)).body), "xxx")
      const error = yield* Effect.flip(ask(`http://127.0.0.1:${port}/200`, { bytesMax: 4999 }))
      assert.strictEqual(error._tag, "BodyTooLarge")
    }))

  it.live("decompresses in pieces of 256 KiB, whatever the size of a packet", () =>
    Effect.gen(function*() {
      const size = 4 * inflatedBytes + 1
      const { port } = yield* listening(Http.createServer((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(size)))
      }))
      const pieces = yield* HttpClient.get(`http://127.0.0.1:${port}/`).pipe(
        Effect.flatMap((response) => Stream.runCollect(Stream.map(decompressed(response), (piece) => piece.length))),
        Effect.provide(Layer.fresh(layer({ version: "1.2.3" })))
      )
      assert.deepStrictEqual(pieces, [...Array.from({ length: 4 }, () => inflatedBytes), 1])
    }))

  it.live("decompresses a small body at once, into no more than it needs", () =>
    Effect.gen(function*() {
      const sent = Buffer.from(Array.from({ length: gzipAtOnceBytes + 1 }, (_, at) => (at * at) % 251))
      const { port } = yield* listening(Http.createServer((request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" })
        const compressed = gzipSync(request.url === "/empty" ? "" : sent)
        // In two packets, one of a single byte.
        response.write(compressed.subarray(0, 1), () => response.end(compressed.subarray(1)))
      }))
      const piecesOf = (path: string) =>
        HttpClient.get(`http://127.0.0.1:${port}/${path}`).pipe(
          Effect.flatMap((response) => Stream.runCollect(decompressed(response))),
          Effect.provide(Layer.fresh(layer({ version: "1.2.3" })))
        )
      const [piece, ...others] = yield* piecesOf("small")
      assert.isTrue(Buffer.from(piece!).equals(sent))
      assert.deepStrictEqual(others, [])
      assert.isBelow(piece!.buffer.byteLength, inflatedBytes)
      assert.strictEqual(Buffer.concat(yield* piecesOf("empty")).length, 0)
    }))

  it.live("frees the buffers of a decompressed large body while it is received", () =>
    Effect.gen(function*() {
      const sent = Buffer.from(Array.from({ length: 2 * largePageBytes + 1 }, (_, at) => at % 251))
      const { port } = yield* listening(Http.createServer((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(sent))
      }))
      const buffers = new Set<ArrayBuffer>()
      const bodies = Bodies.make()
      const seeing: Bodies.Bodies = {
        ...bodies,
        receive: (now) => {
          const incoming = bodies.receive(now)
          return {
            ...incoming,
            append: (piece) => {
              buffers.add(piece.buffer as ArrayBuffer)
              incoming.append(piece)
            }
          }
        }
      }
      const { body } = yield* ask(`http://127.0.0.1:${port}/`, { bytesMax: sent.length }).pipe(
        Effect.provideService(Bodies.Bodies, seeing)
      )
      assert.isTrue(body.bytes.equals(sent))
      // The last piece does not fill its buffer.
      assert.deepStrictEqual(Array.from(buffers, ({ detached }) => detached), [...Array(8).fill(true), false])
    }))

  it.live("names a gzip body that is invalid or truncated", () =>
    Effect.gen(function*() {
      const whole = gzipSync("x".repeat(5000))
      const { port } = yield* listening(Http.createServer((request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" })
        response.end(request.url === "/none" ? "<html>" : whole.subarray(0, whole.length - 12))
      }))
      for (const path of ["none", "cut"]) {
        const error = yield* Effect.flip(ask(`http://127.0.0.1:${port}/${path}`))
        assert.deepInclude(error, { _tag: "Unavailable", kind: "body" })
      }
    }))

  it.live("does not follow redirects", () =>
    Effect.gen(function*() {
      let requests = 0
      const { port } = yield* listening(Http.createServer((_, response) => {
        requests++
        response.writeHead(302, { location: "/elsewhere" }).end()
      }))
      assert.strictEqual((yield* ask(`http://127.0.0.1:${port}/`)).status, 302)
      assert.strictEqual(requests, 1)
    }))

  it.live("reuses connections for later requests", () =>
    Effect.gen(function*() {
      let connections = 0
      const server = Http.createServer(text)
      server.on("connection", () => connections++)
      const { port } = yield* listening(server)
      yield* Effect.gen(function*() {
        const http = yield* HttpClient.HttpClient
        const request = HttpClientRequest.get(`http://127.0.0.1:${port}/`)
        for (let index = 0; index < 10; index++) yield* exchange(http, request, bounds)
      }).pipe(Effect.provide(layer({ version: "1" })))
      // The second request may be sent before the first one's connection is free.
      assert.isAtMost(connections, 2)
    }))

  it.live("times out on the first byte, and on the next one", () =>
    Effect.gen(function*() {
      const { port } = yield* listening(Http.createServer((request, response) => {
        if (request.url === "/half") response.write(`{"value":[`)
      }))
      const first = yield* Effect.flip(ask(`http://127.0.0.1:${port}/none`, { timeouts }))
      assert.deepInclude(first, { _tag: "Unavailable", kind: "timeout" })
      assert.include(first.message, "first byte")
      const next = yield* Effect.flip(ask(`http://127.0.0.1:${port}/half`, { timeouts }))
      assert.deepInclude(next, { _tag: "Unavailable", kind: "timeout" })
      assert.include(next.message, "standstill")
    }))

  it.live("names a reset before and within the answer, and a truncated body", () =>
    Effect.gen(function*() {
      const { port } = yield* listening(Http.createServer((request, response) => {
        if (request.url === "/reset") return void request.socket.resetAndDestroy()
        response.writeHead(200, { "content-length": "100" })
        response.write("x".repeat(50), () => request.socket.destroy())
      }))
      for (const path of ["reset", "cut"]) {
        const error = yield* Effect.flip(ask(`http://127.0.0.1:${port}/${path}`))
        assert.strictEqual(error._tag, "Unavailable")
        assert.include(["network", "body"], error._tag === "Unavailable" ? error.kind : "")
      }
    }))

  it.live("closes the connection of a body that is too large", () =>
    Effect.gen(function*() {
      let closed: () => void = () => {}
      const isClosed = Effect.callback<void>((resume) => {
        closed = () => resume(Effect.void)
      })
      const { port } = yield* listening(Http.createServer((_, response) => {
        response.on("close", () => closed())
        const more = (): void => {
          if (response.write("x".repeat(65_536))) setImmediate(more)
          else response.once("drain", more)
        }
        more()
      }))
      const [error] = yield* Effect.all([Effect.flip(ask(`http://127.0.0.1:${port}/`)), isClosed], { concurrency: 2 })
      assert.deepInclude(error, { _tag: "BodyTooLarge", bytesMax: bounds.bytesMax })
    }))

  it.live("names a refused connection and a host that does not exist", () =>
    Effect.gen(function*() {
      const port = yield* Effect.scoped(Effect.map(listening(Net.createServer()), ({ port }) => port))
      const refused = yield* Effect.flip(ask(`http://127.0.0.1:${port}/`))
      assert.deepInclude(refused, { _tag: "Unavailable", kind: "network" })
      assert.include(refused.message, "ECONNREFUSED")
      const unknown = yield* Effect.flip(ask("http://graph.contoso.invalid/"))
      assert.deepInclude(unknown, { _tag: "Unavailable", kind: "dns" })
    }))

  /** Two A and two AAAA records; nobody listens on ::1. */
  const lookup: LookupFunction = (_, options, callback) => {
    const all = [4, 6, 4, 6].map((family) => ({ address: family === 4 ? "127.0.0.1" : "::1", family }))
    return options.all === true ? callback(null, all) : callback(null, all[0]!.address, all[0]!.family)
  }

  it.live("waits for each address of a host longer than a slow line's round trip", () =>
    Effect.gen(function*() {
      const port = yield* slowListener(600)
      assert.strictEqual((yield* ask(`http://graph.contoso.invalid:${port}/`, { lookup })).status, 200)
      const proxy = yield* slowListener(600)
      const error = yield* Effect.flip(ask("https://graph.contoso.invalid/", {
        lookup,
        env: { HTTPS_PROXY: `http://proxy.contoso.invalid:${proxy}` }
      }))
      assert.include(error.message, `the proxy proxy.contoso.invalid:${proxy} answered 503`)
    }), 20_000)

  it.live("states how long it waited for a connection", () =>
    Effect.gen(function*() {
      const port = yield* slowListener(10_000)
      const limits = { ...timeouts, connect: Duration.millis(1200) }
      const from = yield* Clock.currentTimeMillis
      const error = yield* Effect.flip(ask(`http://graph.contoso.invalid:${port}/`, { lookup, timeouts: limits }))
      const took = (yield* Clock.currentTimeMillis) - from
      const said = Number(/no connection after ([\d.]+) s \(UND_ERR_CONNECT_TIMEOUT/.exec(error.message)?.[1])
      assert.isAtMost(Math.abs(said * 1000 - took), 300, `${error.message}, after ${took} ms`)
    }), 20_000)

  describe.skipIf(!hasOpenssl)("TLS", () => {
    it.live("trusts the given CA besides the default ones, and reports one that it does not trust", () =>
      Effect.gen(function*() {
        const pair = yield* certificate
        const { port } = yield* listening(Https.createServer(pair, text))
        const url = `https://127.0.0.1:${port}/`
        assert.strictEqual((yield* ask(url, { ca: [pair.cert] })).status, 200)
        const error = yield* Effect.flip(ask(url))
        assert.deepInclude(error, { _tag: "Unavailable", kind: "tls" })
        assert.include(error.message, "DEPTH_ZERO_SELF_SIGNED_CERT")
        const other = yield* Effect.flip(ask(`https://localhost:${port}/`, { ca: [pair.cert] }))
        assert.deepInclude(other, { _tag: "Unavailable", kind: "wrong_host" })
        assert.include(other.message, "for another host: 127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID, localhost:")
      }))

    it.live("verifies certificates although the environment turns that off", () =>
      Effect.gen(function*() {
        const pair = yield* certificate
        const { port } = yield* listening(Https.createServer(pair, text))
        yield* Effect.acquireRelease(Effect.sync(() => process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"), () =>
          Effect.sync(() => delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]))
        const error = yield* Effect.flip(ask(`https://127.0.0.1:${port}/`))
        assert.deepInclude(error, { _tag: "Unavailable", kind: "tls" })
      }))

    for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"]) {
      it.live(`goes through the proxy of ${name}, with its password and the given CA`, () =>
        Effect.gen(function*() {
          const pair = yield* certificate
          const { port } = yield* listening(Https.createServer(pair, text))
          const proxy = yield* makeProxy()
          const env = { [name]: `http://user:pa%20ss@127.0.0.1:${proxy.port}` }
          assert.strictEqual((yield* ask(`https://127.0.0.1:${port}/`, { env, ca: [pair.cert] })).status, 200)
          assert.deepStrictEqual(proxy.asked, [
            `CONNECT 127.0.0.1:${port} Basic ${Buffer.from("user:pa ss").toString("base64")}`
          ])
          const error = yield* Effect.flip(ask(`https://127.0.0.1:${port}/`, { env }))
          assert.deepInclude(error, { _tag: "Unavailable", kind: "tls" })
        }))
    }

    for (const name of ["NO_PROXY", "no_proxy"]) {
      it.live(`bypasses the proxy for the hosts of ${name}`, () =>
        Effect.gen(function*() {
          const pair = yield* certificate
          const { port } = yield* listening(Https.createServer(pair, text))
          const proxy = yield* makeProxy()
          const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, [name]: "example.com,127.0.0.1" }
          yield* ask(`https://127.0.0.1:${port}/`, { env, ca: [pair.cert] })
          assert.deepStrictEqual(proxy.asked, [])
        }))
    }
  })

  it.live("uses a proxy for plain http as well", () =>
    Effect.gen(function*() {
      const proxy = yield* makeProxy()
      const env = { http_proxy: `http://127.0.0.1:${proxy.port}`, HTTP_PROXY: "http://127.0.0.1:1" }
      assert.strictEqual(bodyText((yield* ask("http://graph.contoso.invalid/x", { env })).body), "through the proxy")
      assert.deepStrictEqual(proxy.asked, ["GET http://graph.contoso.invalid/x"])
    }))

  it.live("uses no proxy for plain http to this machine", () =>
    Effect.gen(function*() {
      const { port } = yield* listening(Http.createServer(text))
      const proxy = yield* makeProxy()
      const env = { http_proxy: `http://127.0.0.1:${proxy.port}`, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
      for (const host of ["127.0.0.1", "localhost"]) {
        assert.strictEqual(bodyText((yield* ask(`http://${host}:${port}/`, { env })).body), `{"value":[]}`)
      }
      assert.deepStrictEqual(proxy.asked, [])
      yield* ask("http://127.0.0.1.contoso.invalid/", { env })
      assert.strictEqual(proxy.asked.length, 1)
    }))

  for (const status of [403, 407, 502]) {
    it.live(`reports that the proxy answered ${status}`, () =>
      Effect.gen(function*() {
        const proxy = yield* makeProxy(status)
        const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
        const error = yield* Effect.flip(ask("https://graph.contoso.invalid/", { env }))
        assert.deepInclude(error, { _tag: "Unavailable", kind: "proxy" })
        assert.include(error.message, `the proxy 127.0.0.1:${proxy.port} answered ${status} (graph.contoso.invalid)`)
        if (error._tag !== "Unavailable") return assert.fail(error._tag)
        assert.strictEqual(/user and password/.test(onFailure(error).remedy), status === 407)
      }))
  }

  it.live("tells an unreachable proxy from an unreachable Graph", () =>
    Effect.gen(function*() {
      const port = yield* Effect.scoped(Effect.map(listening(Net.createServer()), ({ port }) => port))
      for (const proxy of [`127.0.0.1:${port}`, "proxy.contoso.invalid:3128", "proxy.contoso.invalid:80"]) {
        for (const protocol of ["http", "https"]) {
          const error = yield* Effect.flip(ask(`${protocol}://graph.contoso.invalid/`, {
            env: { HTTP_PROXY: `http://us3r%25:s3cr3t@${proxy}` }
          }))
          assert.deepInclude(error, { _tag: "Unavailable", kind: "proxy" })
          assert.include(error.message, `at the proxy ${proxy} (E`)
          assert.notMatch(error.message, /us3r|s3cr3t/)
        }
      }
    }))

  it.live("names the proxy that closes the connection, and the one that a lost answer came through", () =>
    Effect.gen(function*() {
      const { port } = yield* listening(Net.createServer((socket) => void socket.on("data", () => socket.destroy())))
      const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` }
      const closed = yield* Effect.flip(ask("https://graph.contoso.invalid/", { env }))
      assert.deepInclude(closed, { _tag: "Unavailable", kind: "proxy" })
      assert.include(closed.message, `connection closed, at the proxy 127.0.0.1:${port}`)
      const proxy = yield* makeProxy()
      const target = yield* listening(Net.createServer((socket) => void socket.on("data", () => socket.destroy())))
      const lost = yield* Effect.flip(ask(`https://localhost:${target.port}/`, {
        env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
      }))
      assert.deepInclude(lost, { _tag: "Unavailable", kind: "network" })
      assert.include(lost.message, `localhost:${target.port} through the proxy 127.0.0.1:${proxy.port}`)
    }))

  it.live("times out on a silent proxy", () =>
    Effect.gen(function*() {
      const { port } = yield* listening(Net.createServer((socket) => void socket.on("error", () => {}).resume()))
      const error = yield* Effect.flip(ask("https://graph.contoso.invalid/", {
        env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
        timeouts: { ...timeouts, connect: Duration.millis(100) }
      }))
      assert.deepInclude(error, { _tag: "Unavailable", kind: "proxy" })
      assert.match(error.message, new RegExp(`no first byte after [\\d.]+ s, at the proxy 127.0.0.1:${port} `))
    }))

  for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]) {
    it.live(`refuses a ${name} that is no URL, in one line without its value`, () =>
      Effect.gen(function*() {
        for (
          const value of [
            "proxy.contoso.example:3128",
            "http://",
            "user:s3cr3t@proxy",
            "ftp://proxy:21",
            "http://user:s3cr3t%@proxy:1",
            "http://%zz:s3cr3t@p"
          ]
        ) {
          const error = yield* Effect.flip(ask("http://127.0.0.1:1/", { env: { [name]: value } }))
          assert.strictEqual(error._tag, "ProxyMalformed")
          assert.include(error.message, name)
          assert.notInclude(error.message, "s3cr3t")
          assert.notInclude(error.message, "\n")
        }
      }))
  }
})
