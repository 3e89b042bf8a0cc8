/**
 * Bounds the connections of the HTTP server, so that no number of clients takes the file descriptors that the sink needs,
 * or keeps a health check waiting. `node:http` alone would refuse the newest connection, which may be the health check.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { connectionsMax } from "../domain/Bounds.ts"

/** The last request of a connection. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Whether the client has sent its request, and now waits for an answer of the connector. */
const isServed = (exchange: Exchange | undefined): boolean =>
  exchange !== undefined && exchange.request.complete && !exchange.response.writableEnded

/**
 * Makes a server that holds at most {@link connectionsMax} connections. A further one closes the one that has waited for
 * its client longest: for a request, for the rest of one, or for the client to take its answer. When there is none, the
 * new connection is closed. A client has 10 s to send the headers of a request, and 30 s for the whole.
 */
export const boundedServer = (): Server => {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5000 })
  /** Connections with their last request, longest without a new one first. */
  const held = new Map<Socket, Exchange | undefined>()
  const use = (socket: Socket, exchange: Exchange | undefined) => {
    held.delete(socket)
    held.set(socket, exchange)
  }
  server.on("connection", (socket) => {
    socket.once("close", () => held.delete(socket))
    if (held.size >= connectionsMax) {
      const oldest = Array.from(held).find(([, exchange]) => !isServed(exchange))
      if (oldest === undefined) {
        socket.destroy()
        return
      }
      held.delete(oldest[0])
      oldest[0].destroy()
    }
    use(socket, undefined)
  })
  server.on("request", (request, response) => use(request.socket, { request, response }))
  // The last word, should connections close more slowly than new ones come.
  server.maxConnections = connectionsMax + 1
  return server
}
