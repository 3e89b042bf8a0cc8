import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Latch, Layer } from "effect"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { layer } from "../../src/cli/HttpClientLayer.ts"
import { custom } from "../../src/config/Cloud.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { alertsV2, connection } from "../graph/FakeMicrosoft.ts"

const token = `{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c"}`

/** A fake Microsoft on loopback, reached through MSAL, undici and sockets as in production. */
const microsoft = Effect.fnUntraced(function*(graph: Http.RequestListener) {
  const posts: Array<string> = []
  const server = Http.createServer((request, response) => {
    if (request.method !== "POST") return graph(request, response)
    posts.push(request.url!)
    response.writeHead(200, { "content-type": "application/json" }).end(token)
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const origin = new URL(`http://127.0.0.1:${port}`)
  const services = yield* Layer.build(
    GraphClient.layer.pipe(Layer.provide([layer({ version: "0" }), NodeServices.layer]))
  )
  const client = Context.get(services, GraphClient)
  return { posts, origin, graph: yield* client.connect({ ...connection, cloud: custom(origin, origin) }) }
})

describe("Graph over HTTP", () => {
  it.live("fetches a token and a page from a cloud on loopback", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const { graph, origin, posts } = yield* microsoft((request, response) => {
        asked.push(`${request.url} ${request.headers.authorization}`)
        response.end(`{"value":[{"id":"1"}]}`)
      })
      const url = `${origin.origin}${alertsV2.path}?$top=1`
      const { records } = yield* graph.fetchPage({ collection: alertsV2, url })
      assert.deepStrictEqual(records.map((record) => record.content().value), [{ id: "1" }])
      assert.deepStrictEqual(asked, [`${alertsV2.path}?$top=1 Bearer a.b.c`])
      assert.strictEqual(posts.length, 1)
      assert.include(posts[0], "/oauth2/v2.0/token")
      assert.isAbove(yield* graph.now, 0)
    }))

  for (const half of [false, true]) {
    it.live(`leaves no socket open when it is interrupted ${half ? "within" : "before"} the body`, () =>
      Effect.gen(function*() {
        const asked = yield* Latch.make()
        const closed = yield* Latch.make()
        const { graph, origin } = yield* microsoft((request, response) => {
          request.socket.on("close", () => closed.openUnsafe())
          if (half) response.write(`{"value":[`)
          asked.openUnsafe()
        })
        const url = `${origin.origin}${alertsV2.path}`
        const fiber = yield* Effect.forkChild(graph.fetchPage({ collection: alertsV2, url }))
        yield* asked.await
        yield* Fiber.interrupt(fiber)
        yield* closed.await
      }))
  }

  it.live("keeps the status of a refusal whose body breaks off", () =>
    Effect.gen(function*() {
      const { graph, origin } = yield* microsoft((request, response) => {
        response.writeHead(429, { "content-length": "100", "retry-after": "30" })
        response.write("{", () => request.socket.destroy())
      })
      const url = `${origin.origin}${alertsV2.path}`
      const { reason } = yield* Effect.flip(graph.fetchPage({ collection: alertsV2, url }))
      assert.strictEqual(reason._tag, "Throttled")
    }))
})
