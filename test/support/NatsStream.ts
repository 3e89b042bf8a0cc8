/** Creates and reads the stream that an appliance's broker would have. */
import { type StreamConfig } from "@nats-io/jetstream"
import { Effect, Layer, Schedule } from "effect"
import { Connection, type ConnectionOptions } from "../../src/nats/Connection.ts"
import { start } from "./NatsServer.ts"

export const applianceId = "b0f7a7c2-6a0f-4a44-9a57-2f3f4f1d9b11"
export const stream = "DATA_b0f7"

/** Creates the stream that captures the appliance's artifacts. */
export const createStream = (config: Partial<StreamConfig> = {}) =>
  Effect.flatMap(
    Connection,
    ({ jsm }) =>
      Effect.promise(() => jsm.streams.add({ name: stream, subjects: [`${applianceId}.data.artifacts.>`], ...config }))
  )

/** Number of messages in the stream. */
export const count = Effect.flatMap(Connection, ({ jsm }) =>
  // A request during a loss of the broker gets no answer, and is sent again.
  Effect.retry(Effect.tryPromise(async () => (await jsm.streams.info(stream)).state.messages), { times: 20 }).pipe(
    Effect.orDie
  ))

export interface Stored {
  readonly id: string
  readonly subject: string
  readonly text: string
}

/** All messages in the stream, in order. */
export const stored: Effect.Effect<ReadonlyArray<Stored>, never, Connection> = Effect.flatMap(
  Connection,
  ({ js, jsm }) =>
    Effect.tryPromise(async () => {
      const { state } = await jsm.streams.info(stream)
      const all: Array<Stored> = []
      if (state.messages === 0) return all
      const consumer = await js.consumers.get(stream)
      for await (const message of await consumer.fetch({ max_messages: state.messages })) {
        all.push({ id: message.headers!.get("Nats-Msg-Id"), subject: message.subject, text: message.string() })
        if (all.length === state.messages) break
      }
      return all
    }).pipe(
      // A cluster refuses requests at once while it chooses a leader.
      Effect.retry({ times: 40, schedule: Schedule.spaced("250 millis") }),
      Effect.orDie
    )
)

/** A connection to a broker of its own. */
export const connection = (config = "", options: Partial<ConnectionOptions> = {}) =>
  Layer.unwrap(Effect.map(start(config), ({ url }) => Connection.layer({ servers: [url], ...options })))
