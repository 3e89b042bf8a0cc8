import { assert, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { get, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { boundedServer } from "../../src/cli/Connections.ts"
import { connectionsMax } from "../../src/domain/Bounds.ts"

const often = Schedule.spaced("10 millis")

const serverOf = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const server = boundedServer()
        server.on("request", answer)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    ),
    (server) => ({
      port: (server.address() as AddressInfo).port,
      count: Effect.callback<number>((told) => {
        server.getConnections((_, count) => told(Effect.succeed(count)))
      })
    })
  )

interface Client {
  readonly socket: Socket
  readonly said: () => string
  readonly isClosed: () => boolean
}

/** Opens a connection, sends the text, and keeps the connection. */
const open = (port: number, text = "") =>
  Effect.acquireRelease(
    Effect.callback<Client>((resume) => {
      let said = ""
      let isClosed = false
      const socket = connect(port, "127.0.0.1", () => {
        if (text !== "") socket.write(text)
        resume(Effect.succeed({ socket, said: () => said, isClosed: () => isClosed }))
      })
      socket.setEncoding("utf8").on("data", (more: string) => said += more)
      socket.on("error", () => undefined).on("close", () => (isClosed = true))
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

const ask = (port: number) =>
  Effect.callback<number>((resume) => {
    get({ port, host: "127.0.0.1", path: "/health", agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    }).on("error", () => resume(Effect.succeed(0)))
  })

const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"

it.live("of 1,100 connections the newest are held, and a new request is answered", () =>
  Effect.gen(function*() {
    const { count, port } = yield* serverOf((_, response) => response.end("well"))
    // Idle, within the headers of a request, and within its body.
    const texts = ["", "GET / HTTP/1.1\r\nHost", post]
    const clients = yield* Effect.forEach(Array.from({ length: 1100 }), (_, n) => open(port, texts[n % 3]))
    assert.strictEqual(yield* ask(port), 200)
    assert.isAtMost(yield* count, connectionsMax)
    assert.isTrue(clients[0]!.isClosed())
    assert.isFalse(clients.at(-1)!.isClosed())
  }).pipe(Effect.scoped))

it.live("a connection that waits for the connector is not closed for another", () =>
  Effect.gen(function*() {
    const waiting: Array<ServerResponse> = []
    const { port } = yield* serverOf((_, response) => void waiting.push(response))
    const first = yield* open(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    for (let n = 0; n < connectionsMax + 10; n++) yield* open(port)
    waiting[0]!.end("well")
    yield* Effect.repeat(Effect.sync(first.said), { until: (said) => said.includes("well"), schedule: often })
  }).pipe(Effect.scoped, Effect.timeout("10 seconds")))

it.live("a client that takes no answer is closed for another", () =>
  Effect.gen(function*() {
    const { port } = yield* serverOf(({ url }, response) => response.end(Buffer.alloc(url === "/" ? 20_000_000 : 1)))
    const first = yield* open(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    first.socket.pause()
    for (let n = 0; n < connectionsMax; n++) yield* open(port)
    // This is answered once the server knows of all connections before.
    assert.strictEqual(yield* ask(port), 200)
    first.socket.resume()
    yield* Effect.repeat(Effect.sync(first.isClosed), { until: (isClosed) => isClosed, schedule: often })
    assert.isBelow(first.said().length, 20_000_000)
  }).pipe(Effect.scoped, Effect.timeout("10 seconds")))
