import { assert, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Stream, SubscriptionRef } from "effect"
import { Connection, type ConnectionOptions, type Presence } from "../../src/nats/Connection.ts"
import { describeNats, start } from "../support/NatsServer.ts"

const connected = (options: ConnectionOptions) =>
  Effect.map(Layer.build(Connection.layer(options)), (context) => Context.get(context, Connection))

/** Waits for the connection to be as said. */
const until = (connection: Connection["Service"], presence: Presence) =>
  Stream.runHead(Stream.filter(SubscriptionRef.changes(connection.presence), (now) => now === presence))

describeNats("Connection", () => {
  it.live("waits for a broker that is not up, and finds it again after a kill", () =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* start()
      yield* server.kill
      const joining = yield* Effect.forkChild(
        Effect.scoped(Effect.gen(function*() {
          const connection = yield* connected({ servers: [server.url] })
          assert.strictEqual((yield* Effect.promise(() => connection.jsm.getAccountInfo())).streams, 0)
          yield* server.kill
          yield* until(connection, "away")
          yield* server.restart
          yield* until(connection, "here")
          assert.strictEqual((yield* Effect.promise(() => connection.jsm.getAccountInfo())).streams, 0)
        }))
      )
      yield* server.restart
      yield* Fiber.join(joining)
    })))
})
