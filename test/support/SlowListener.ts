/** A server that does not accept connections at first, as at the end of a line with a long round trip. */
import { Effect, type Scope } from "effect"
import { connect } from "node:net"
import { Worker } from "node:worker_threads"

/** A blocked thread accepts nothing, so the kernel's queue of connections fills and it drops each further attempt. */
const thread = `
const { parentPort, workerData } = require("node:worker_threads")
const server = require("node:http").createServer((_, response) => response.end("{}"))
server.on("connect", (_, socket) => socket.end("HTTP/1.1 503 Slow\\r\\n\\r\\n"))
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  const lock = new Int32Array(new SharedArrayBuffer(4))
  parentPort.postMessage(server.address().port)
  Atomics.wait(lock, 0, 0, workerData)
})
`

/**
 * Starts a server on 127.0.0.1 that accepts nothing for `millis` milliseconds, and returns its port. Linux sends a dropped
 * attempt again after a second, so a connection is made in one second at the earliest.
 */
export const slowListener = (millis: number): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function*() {
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(thread, { eval: true, workerData: millis })),
      (worker) => Effect.promise(() => worker.terminate())
    )
    const port = yield* Effect.callback<number>((resume) => {
      worker.once("message", (port: number) => resume(Effect.succeed(port)))
    })
    // Two connections fill a backlog of one.
    yield* Effect.forEach([1, 2], () =>
      Effect.flatMap(
        Effect.acquireRelease(
          Effect.sync(() => connect(port, "127.0.0.1").on("error", () => undefined)),
          (socket) =>
            Effect.sync(() => socket.destroy())
        ),
        (socket) =>
          Effect.callback<void>((resume) => {
            socket.once("connect", () => resume(Effect.void))
          })
      ), { concurrency: 2 })
    return port
  })
