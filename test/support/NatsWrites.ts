import { Effect, Layer } from "effect"
import { Connection } from "../../src/nats/Connection.ts"

/** A connection whose JetStream writes are those of `publish`, which may call the broker or not. */
export const writesBy = (publish: (write: () => Promise<unknown>) => Promise<unknown>) =>
  Layer.effect(
    Connection,
    Effect.map(Connection, (real) => ({
      ...real,
      js: new Proxy(real.js, {
        get: (js, name) =>
          name === "publish"
            ? (...given: Parameters<typeof js.publish>) => publish(() => js.publish(...given))
            : Reflect.get(js, name)
      })
    }))
  )

/** An error as the client throws it; `name` tells its kind. */
export const failureOf = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more })
