/**
 * Stands in for login.microsoftonline.com and graph.microsoft.com: the simulator behind TLS, with a certificate for
 * both names, reached through a proxy that tunnels every CONNECT to it. The program's settings stay unmodified.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer as createProxy, type IncomingMessage } from "node:http"
import { createServer } from "node:https"
import { type AddressInfo, connect } from "node:net"
import { tmpdir } from "node:os"
import { Simulator, type SimulatorOptions } from "../../src/simulator/Simulator.ts"
import * as Routes from "../../src/simulator/SimulatorRoutes.ts"

const names = ["login.microsoftonline.com", "graph.microsoft.com"]

const certificate = Effect.acquireRelease(
  Effect.sync(() => {
    const directory = mkdtempSync(`${tmpdir()}/microsoft-`)
    const subject = ["-subj", "/CN=Stand-in", "-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`]
    execFileSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      ...subject,
      "-keyout",
      "key.pem",
      "-out",
      "cert.pem"
    ], { cwd: directory, stdio: "ignore" })
    return {
      directory,
      path: `${directory}/cert.pem`,
      cert: readFileSync(`${directory}/cert.pem`, "utf8"),
      key: readFileSync(`${directory}/key.pem`, "utf8")
    }
  }),
  ({ directory }) => Effect.sync(() => rmSync(directory, { recursive: true }))
)

/** A proxy that tunnels Microsoft's two host names to a port of this machine, and refuses all others. */
const proxyTo = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createProxy>>((resume) => {
      const proxy = createProxy()
      proxy.on("connect", (request, socket, head) => {
        if (!names.some((name) => request.url === `${name}:443`)) {
          socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
          return
        }
        const upstream = connect(port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
          upstream.write(head)
          upstream.pipe(socket)
          socket.pipe(upstream)
        })
        for (const end of [socket, upstream]) end.on("error", () => (socket.destroy(), upstream.destroy()))
      })
      proxy.listen(0, "127.0.0.1", () => resume(Effect.succeed(proxy)))
    }),
    (proxy) =>
      Effect.sync(() => {
        proxy.closeAllConnections()
        proxy.close()
      })
  )

/** The simulator builds its links with the scheme of this header, as behind a proxy. */
const secure = (cert: string, key: string, seen: (request: IncomingMessage) => void) =>
  createServer({ cert, key }).on("request", (request) => {
    request.headers["x-forwarded-proto"] = "https"
    seen(request)
  })

/** Starts the stand-in; `env` is the environment that makes the program use it. `seen` gets each request. */
export const standIn = Effect.fnUntraced(
  function*(options: Partial<SimulatorOptions>, seen: (request: IncomingMessage) => void = () => undefined) {
    const { cert, key, path } = yield* certificate
    const context = yield* Layer.buildWithScope(
      HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }).pipe(
        Layer.provideMerge(Simulator.layer({ live: false, ...options })),
        Layer.provideMerge(NodeHttpServer.layer(() => secure(cert, key, seen), {
          host: "127.0.0.1",
          port: 0,
          gracefulShutdownTimeout: 0
        }))
      ),
      yield* Scope.Scope
    )
    const { address } = yield* Effect.provideContext(HttpServer.HttpServer, context)
    const port = "port" in address ? address.port : 0
    const proxy = yield* proxyTo(port)
    const simulator = yield* Effect.provideContext(Simulator, context)
    return {
      simulator,
      env: {
        HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        NODE_EXTRA_CA_CERTS: path
      }
    }
  }
)
