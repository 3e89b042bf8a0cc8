import { NodeHttpServer } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpRouter } from "effect/http"
import { Audit } from "../../src/config/Audit.ts"
import { PageSettings } from "../../src/config/PageSettings.ts"
import { listenersOfSessionMax } from "../../src/domain/Bounds.ts"
import { Access } from "../../src/http/Access.ts"
import { Backend } from "../../src/http/Backend.ts"
import * as Routes from "../../src/http/Routes.ts"
import { Activity } from "../../src/status/Activity.ts"
import { Status } from "../../src/status/Status.ts"
import * as Listening from "../support/Listening.ts"

const token = "a token of many characters"

const routes = Routes.layer.pipe(
  Layer.provide(Activity.layer),
  Layer.provide(
    Access.layer(true, { token: Option.some(Redacted.make(token)), why: "", page: Schema.decodeSync(PageSettings)({}) })
  ),
  Layer.provide([Listening.layer, Audit.layer, Backend.layer, Status.layer("test"), NodeHttpServer.layerHttpServices])
)

it.live("counts listeners from their request on, and not only once their events are sent", () =>
  Effect.gen(function*() {
    const { handler } = yield* Effect.acquireRelease(
      Effect.sync(() => HttpRouter.toWebHandler(routes, { disableLogger: true })),
      ({ dispose }) => Effect.promise(dispose)
    )
    const headers = { host: "127.0.0.1", authorization: `Bearer ${token}` }
    const ask = () => handler(new Request("http://127.0.0.1/api/live", { headers }))
    const answers = yield* Effect.promise(() => Promise.all(Array.from({ length: listenersOfSessionMax * 2 }, ask)))
    const listening = answers.filter(({ status }) => status === 200)
    assert.strictEqual(listening.length, listenersOfSessionMax)
    yield* Effect.promise(() => Promise.all(listening.map(({ body }) => body!.cancel())))
    const again = yield* Effect.promise(ask)
    assert.strictEqual(again.status, 200)
    yield* Effect.promise(() => again.body!.cancel())
  }).pipe(Effect.scoped))
