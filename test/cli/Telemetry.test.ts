import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import * as Telemetry from "../../src/cli/Telemetry.ts"
import { recordedRequestsMax } from "../../src/domain/Bounds.ts"
import * as Recorder from "../../src/graph/Recorder.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

/** An OpenTelemetry collector that keeps the bodies it receives, by path. */
const collector = Effect.gen(function*() {
  const bodies = new Map<string, string>()
  const server = yield* Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer((request, response) => {
        request.setEncoding("utf8").on("data", (text: string) => {
          const path = request.url ?? ""
          bodies.set(path, (bodies.get(path) ?? "") + text)
        }).on("end", () => response.setHeader("content-type", "application/json").end("{}"))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("telemetry", (it) => {
  it.effect("sends traces, metrics and the log, without secrets, to the collector that the environment names", () =>
    Effect.gen(function*() {
      const { bodies, url } = yield* collector
      const { env } = yield* standIn({ alerts: 5, incidents: 1, legacyAlerts: 1 })
      const { file } = yield* settingsFile()
      const run = yield* Process.start(["run", "--once", "--no-listen", "--config", file], {
        ...env,
        NO_PROXY: "127.0.0.1",
        OTEL_EXPORTER_OTLP_ENDPOINT: url
      })
      assert.strictEqual(yield* run.exit, 0, run.stdout() + run.stderr())
      assert.match(run.stdout(), /fetched 5 events/, "the log is still on standard output")
      assert.deepStrictEqual(Array.from(bodies.keys()).sort(), ["/v1/logs", "/v1/metrics", "/v1/traces"])
      assert.include(bodies.get("/v1/logs")!, "fetched 5 events")
      assert.include(bodies.get("/v1/metrics")!, "signal_client_records_fetched_total")
      assert.include(bodies.get("/v1/traces")!, "GraphClient.fetchPage")
      assert.notInclude(Array.from(bodies.values()).join(), "never-to-be-seen")
    }))

  it.effect("makes no spans where nobody asked for them", () =>
    Effect.gen(function*() {
      const made = (env: Record<string, string>) =>
        Effect.useSpan("a request", ({ spanId }) => Effect.succeed(spanId !== "noop")).pipe(
          Effect.provide(Layer.provide(Telemetry.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))
        )
      assert.isFalse(yield* made({}))
      assert.isTrue(yield* made({ OTEL_EXPORTER_OTLP_ENDPOINT: (yield* collector).url }))
    }))

  it.effect("says once that what the environment asks for cannot be sent, and polls all the same", () =>
    Effect.gen(function*() {
      const { env } = yield* standIn({ alerts: 1, incidents: 0, legacyAlerts: 0 })
      const { file } = yield* settingsFile()
      const nobody = yield* Process.freePort
      const said = Effect.fnUntraced(function*(variables: Record<string, string>) {
        const run = yield* Process.start(["run", "--once", "--no-listen", "--config", file], {
          ...env,
          NO_PROXY: "127.0.0.1",
          ...variables
        })
        assert.strictEqual(yield* run.exit, 0, run.stdout() + run.stderr())
        return run.stdout().split("\n").filter((line) => /telemetry/.test(line))
      })
      const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${nobody}` }
      for (
        const [variables, pattern] of [
          [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /^\[WARN\] .*no telemetry is sent: .*ENDPOINT is no URL/],
          [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /no telemetry is sent: .*PROTOCOL is not http\/json/],
          [{ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: "token" }, /no telemetry is sent: .*HEADERS is no list/]
        ] as const
      ) {
        const lines = yield* said(variables)
        assert.strictEqual(lines.length, 1, lines.join("\n"))
        assert.match(lines[0]!, pattern)
      }
      assert.deepStrictEqual(yield* said({ ...endpoint, OTEL_SDK_DISABLED: "true" }), [])
    }))

  it.effect("says once that the collector is away", () =>
    Effect.gen(function*() {
      const { env } = yield* standIn({ alerts: 1, incidents: 0, legacyAlerts: 0 })
      const { file } = yield* settingsFile()
      const port = yield* Process.freePort
      const run = yield* Process.start(["run", "--no-listen", "--config", file], {
        ...env,
        NO_PROXY: "127.0.0.1",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`
      })
      const away = `telemetry cannot be delivered to 127.0.0.1:${port}: no answer; check OTEL_EXPORTER_OTLP_ENDPOINT`
      yield* run.says(new RegExp(away))
      run.child.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 0)
      assert.strictEqual(run.stdout().split(away).length, 2)
    }))

  it.effect("sends a collector neither the link that signs in to the page nor what signs in a caller", () =>
    Effect.gen(function*() {
      const { bodies, url } = yield* collector
      const { env } = yield* standIn({ alerts: 5, incidents: 1, legacyAlerts: 1 })
      const { file } = yield* settingsFile()
      const own = { NO_PROXY: "127.0.0.1", AZURE_SECURITY_ADMIN_TOKEN: "a token of many characters" }
      const run = yield* Process.start(["run", "--listen", "127.0.0.1:0", "--config", file], {
        ...env,
        ...own,
        OTEL_EXPORTER_OTLP_ENDPOINT: url
      })
      const origin = (yield* run.says(/the page is (http:\/\/127\.0\.0\.1:\d+)/)).replace("the page is ", "")
      const link = (yield* run.says(/#token=[\w-]{43}/)).replace("#token=", "")
      yield* Effect.promise(() =>
        fetch(`${origin}/api/instances`, {
          headers: {
            authorization: `Bearer ${own.AZURE_SECURITY_ADMIN_TOKEN}`,
            cookie: "azure_security_session=SESSION"
          }
        }).then((answer) => answer.text())
      )
      yield* run.says(/fetched 5 events/)
      run.child.kill("SIGTERM")
      yield* run.exit
      assert.include(bodies.get("/v1/logs")!, "the page is")
      for (const secret of [link, own.AZURE_SECURITY_ADMIN_TOKEN, "SESSION"]) {
        assert.notInclude(Array.from(bodies.values()).join(), secret)
      }
    }))

  it.effect("remembers the last requests, and prints them for a support case", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn({ alerts: 5, incidents: 1, legacyAlerts: 1 })
      yield* simulator.addFault({ kind: "throttled", endpoint: "incidents", retry_after: 30 })
      const { file } = yield* settingsFile()
      const port = yield* Process.freePort
      const run = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`, "--config", file], env)
      yield* run.says(/fetched 5 events/)
      yield* run.says(/HTTP 429/)
      const status = yield* Process.start([
        "status",
        "--requests",
        "--config",
        file,
        "--url",
        `http://127.0.0.1:${port}/`
      ])
      assert.strictEqual(yield* status.exit, 0, status.stderr())
      const lines = status.stdout().trim().split("\n")
      assert.match(
        lines[0]!,
        /^20\S+Z {2}POST {2}login\.microsoftonline\.com\/\S+\/oauth2\/v2\.0\/token\S* {2}200 {2}\d+ B {2}\d+ ms/
      )
      assert.match(
        status.stdout(),
        /GET {2}graph\.microsoft\.com\/v1\.0\/security\/incidents\?\S+ {2}429 .*request-id=[0-9a-f-]{36}.*retry-after=30/
      )
      const document = yield* Process.start(["status", "--url", `http://127.0.0.1:${port}`])
      yield* document.exit
      assert.match(
        document.stdout(),
        /azure-production-tenant: ok, connected; \d+ of 100 requests in the last minute\n.*endpoint/
      )
      assert.match(document.stdout(), /! HTTP 429 on incidents: Graph throttled the request; wait/)
      assert.notInclude(status.stdout() + document.stdout(), "never-to-be-seen")
    }))

  it.effect("forgets the oldest request over the limit, and Graph's own positions", () =>
    Effect.sync(() => {
      const recorder = Recorder.make()
      for (let n = 0; n < recordedRequestsMax + 5; n++) {
        recorder.add({ at: "", method: "GET", host: "h", path: `/${n}`, status: 200, bytes: 0, milliseconds: 0 })
      }
      assert.strictEqual(recorder.all().length, recordedRequestsMax)
      assert.strictEqual(recorder.all()[0]!.path, "/5")
      assert.strictEqual(
        Recorder.shownPath(new URL("https://h/v1.0/x?$top=5&$skiptoken=secret&%24skiptoken=other")),
        "/v1.0/x?$top=5&$skiptoken=…&%24skiptoken=…"
      )
    }))
})
