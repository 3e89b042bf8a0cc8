/** Answers of a running connector over HTTP. */
import { ByteSize, Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { requestBytesMax } from "../domain/Bounds.ts"
import { Recorder } from "../graph/Recorder.ts"
import { exposition } from "../status/Gauges.ts"
import { Status } from "../status/Status.ts"
import { isWritable } from "../status/StatusSelector.ts"
import { Api, NotReady } from "./Api.ts"
import * as EveryRequest from "./EveryRequest.ts"
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
        Effect.flatMap(status.snapshot, ({ sink }) =>
          isWritable(sink)
            ? Effect.succeed({ status: "ok" as const })
            : Effect.fail(new NotReady({ why: `the ${sink.type} sink or the checkpoints cannot be written` })))
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

const metricsLayer = Layer.effectDiscard(Effect.gen(function*() {
  const router = yield* HttpRouter.HttpRouter
  const status = yield* Status
  yield* router.add(
    "GET",
    "/metrics",
    Effect.gen(function*() {
      return HttpServerResponse.text(yield* exposition(yield* status.snapshot), {
        contentType: "text/plain; version=0.0.4; charset=utf-8"
      })
    })
  )
}))

/** Layer of all routes. */
export const layer = Layer.mergeAll(
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide([
      healthLayer,
      statusLayer,
      debugLayer,
      SessionRoutes.layer,
      SessionRoutes.layerLink,
      IntegrationsRoutes.layer,
      SearchRoutes.layer,
      LiveRoutes.layer
    ]),
    Layer.provide(SessionRoutes.layerGuard),
    Layer.provide(HttpApiMiddleware.layerProblemDetails({ includeDetails: true }))
  ),
  metricsLayer,
  PageRoutes.layer,
  EveryRequest.layer
).pipe(Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(requestBytesMax))))
