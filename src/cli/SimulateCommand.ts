/** `simulate`: runs only the simulated Microsoft, for trying any client. */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Scope } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { exampleIds } from "../config/ExampleIds.ts"
import { Simulator } from "../simulator/Simulator.ts"
import * as Routes from "../simulator/SimulatorRoutes.ts"
import * as Printed from "./Printed.ts"
import { Refusal } from "./StartRefusal.ts"

/**
 * Serves a simulated Microsoft on loopback until the scope closes, and returns its origin. Port 0 takes any free one.
 */
export const serve = Effect.fn("SimulateCommand.serve")(function*(port: number) {
  const server = HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(Simulator.layer()),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port }))
  )
  const context = yield* Layer.buildWithScope(server, yield* Scope.Scope).pipe(
    Effect.catchCause(() =>
      Effect.fail(new Refusal({ faults: [`127.0.0.1:${port}: the port is in use; choose another with --port N`] }))
    )
  )
  const address = yield* Effect.provideContext(HttpServer.HttpServer, context)
  return "port" in address.address ? `http://127.0.0.1:${address.address.port}` : ""
})

/** The port after the connector's own, 9464. */
const portDefault = 9465

/** Settings of one instance that polls a simulated tenant at `origin`. */
export const simulatedInstance = (origin: string) => ({
  credentials: {
    ...exampleIds,
    client_secret: "simulated"
  },
  cloud: { login: origin, graph: origin }
})

const explain = (origin: string) =>
  `A simulated Microsoft listens on ${origin}, with a tenant that is being phished.

Settings of an instance that polls it:

  "credentials": {
    "tenant_id": "${exampleIds.tenant_id}",
    "client_id": "${exampleIds.client_id}",
    "client_secret": "simulated"
  },
  "cloud": { "login": "${origin}", "graph": "${origin}" }

A fault:     curl -d '{"kind":"throttled","endpoint":"alerts_v2","times":1}' -H content-type:application/json ${origin}/simulator/faults
No faults:   curl -X DELETE ${origin}/simulator/faults
Requests:    curl ${origin}/simulator

Ctrl-C stops the simulator.`

export const command = Command.make(
  "simulate",
  {
    port: Flag.Int("port").pipe(
      Flag.withDefault(portDefault),
      Flag.withDescription(`Port on 127.0.0.1; ${portDefault} by default, 0 for any free one`)
    )
  },
  Effect.fn(function*({ port }) {
    const origin = yield* serve(port)
    yield* Printed.text(explain(origin))
    return yield* Effect.never
  }, Effect.scoped)
).pipe(
  Command.withDescription("Run only the simulated Microsoft: token endpoint, Graph's collections, faults on request")
)
