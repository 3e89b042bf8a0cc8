/** Three real brokers that form a cluster, each of which can be killed, stopped and started again. */
import { Effect, Schedule, type Scope } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import { type NatsServer, start } from "./NatsServer.ts"
import { freePort } from "./Process.ts"

const size = 3

export interface NatsCluster {
  readonly nodes: ReadonlyArray<NatsServer>
  /** Addresses of all nodes, as in `NATS_URL`. */
  readonly url: string
}

/** Starts a cluster whose nodes know each other; it is ready once JetStream has a leader. */
export const cluster: Effect.Effect<NatsCluster, never, Scope.Scope> = Effect.gen(function*() {
  const ports = yield* Effect.forEach(Array.from({ length: size }), () => freePort)
  const routes = ports.map((port) => `"nats-route://127.0.0.1:${port}"`).join(", ")
  const nodes = yield* Effect.forEach(
    ports,
    (port) => start(`cluster { name: "appliance", listen: "127.0.0.1:${port}", routes: [${routes}] }`),
    { concurrency: size }
  )
  const servers = nodes.map(({ url }) => url)
  yield* Effect.gen(function*() {
    const { jsm } = yield* Connection
    yield* Effect.retry(
      Effect.tryPromise(async () => {
        await jsm.streams.add({ name: "READY", subjects: ["ready"], num_replicas: size })
        await jsm.streams.delete("READY")
      }),
      Schedule.spaced("200 millis")
    )
  }).pipe(Effect.provide(Connection.layer({ servers })), Effect.orDie)
  return { nodes, url: servers.join(",") }
})
