/** Implements all routes of a running connector. */
import { ByteSize, Clock, DateTime, Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { PrometheusMetrics } from "effect/observability"
import { requestBytesMax } from "../domain/Bounds.ts"
import { Recorder } from "../graph/Recorder.ts"
import * as Metrics from "../status/Metrics.ts"
import { Status } from "../status/Status.ts"
import { Api, NotReady } from "./Api.ts"
import * as IntegrationsRoutes from "./IntegrationsRoutes.ts"
import * as LiveRoutes from "./LiveRoutes.ts"
import * as PageRoutes from "./PageRoutes.ts"
import * as SearchRoutes from "./SearchRoutes.ts"
import * as SessionRoutes from "./SessionRoutes.ts"

const healthLayer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fn(function*(handlers) {
    const status = yield* Status
    return handlers.handleAll({
      live: () => Effect.succeed({ status: "ok" as const }),
      ready: () =>
        Effect.suspend(() =>
          status.sink.state === "ok"
            ? Effect.succeed({ status: "ok" as const })
            : Effect.fail(new NotReady({ why: `the ${status.sink.type} sink or the checkpoints cannot be written` }))
        )
    })
  })
)

const statusLayer = HttpApiBuilder.group(
  Api,
  "status",
  Effect.fn(function*(handlers) {
    const status = yield* Status
    return handlers.handleAll({ document: () => status.document })
  })
)

const debugLayer = HttpApiBuilder.group(
  Api,
  "debug",
  Effect.fn(function*(handlers) {
    const recorder = yield* Recorder
    return handlers.handleAll({ requests: () => Effect.sync(() => recorder.all()) })
  })
)

/** Seconds from a time of the status document until now; negative for a future time. */
const secondsSince = (at: string, now: number): number => (now - DateTime.toEpochMillis(DateTime.makeUnsafe(at))) / 1000

/** Sets the gauges at each scrape, because their values change with time alone. */
const gauges = Effect.fnUntraced(function*() {
  const status = yield* Status
  const now = yield* Clock.currentTimeMillis
  const quiet: Array<readonly [seconds: number, labels: Readonly<Record<string, string>>]> = []
  status.each((instance, endpoint, { rhythm }) => {
    if (rhythm !== undefined) quiet.push([(now - rhythm.quietSince) / 1000, { instance, endpoint }])
  })
  for (const [seconds, labels] of quiet) yield* Metrics.update(Metrics.quiet, seconds, labels)
  const { instances, started_at } = yield* status.document
  for (const instance of instances) {
    for (const endpoint of instance.endpoints) {
      if (endpoint.state === "disabled") continue
      const labels = { instance: instance.name, endpoint: endpoint.name }
      yield* Metrics.update(Metrics.checkpointLag, secondsSince(endpoint.last_success_at ?? started_at, now), labels)
      const left = endpoint.cooldown_until === null ? 0 : -secondsSince(endpoint.cooldown_until, now)
      yield* Metrics.update(Metrics.cooldown, Math.max(0, left), labels)
      yield* Metrics.update(Metrics.gaps, endpoint.gaps.length, labels)
    }
  }
})

const metricsLayer = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const status = yield* Status
  yield* router.add(
    "GET",
    "/metrics",
    Effect.gen(function*() {
      yield* Effect.provideService(gauges(), Status, status)
      return HttpServerResponse.text(yield* PrometheusMetrics.format(), {
        contentType: "text/plain; version=0.0.4; charset=utf-8"
      })
    })
  )
}))

/** Layer of all routes; bodies over `requestBytesMax` bytes are refused. */
export const layer = Layer.mergeAll(
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide([
      healthLayer,
      statusLayer,
      debugLayer,
      SessionRoutes.layer,
      IntegrationsRoutes.layer,
      SearchRoutes.layer,
      LiveRoutes.layer
    ]),
    Layer.provide(SessionRoutes.layerGuard),
    Layer.provide(HttpApiMiddleware.layerProblemDetails({ includeDetails: true }))
  ),
  metricsLayer,
  PageRoutes.layer
).pipe(Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(requestBytesMax))))
