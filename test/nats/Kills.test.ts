/**
 * Kills the connector before, in the middle of and after each message of a whole drain into the broker, and once more in the recovery: the
 * stream has each artifact once.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { StorageType } from "@nats-io/jetstream"
import { Effect, Layer } from "effect"
import { basename } from "node:path"
import { Connection } from "../../src/nats/Connection.ts"
import * as NatsArtifactSink from "../../src/nats/NatsArtifactSink.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { commands, lives, type Outlet, pairsOf, type Place } from "../support/Kills.ts"
import { deathsIn, type Life } from "../support/Mortal.ts"
import { start } from "../support/NatsServer.ts"

/** A connection of one life: no message leaves it after its death. */
const mortal = (url: string, life: Life) =>
  Layer.effect(
    Connection,
    Effect.map(Connection, (real) => ({
      ...real,
      nc: new Proxy(real.nc, {
        get: (nc, name) => {
          const value: unknown = Reflect.get(nc, name, nc)
          if (name === "publish") {
            return (...given: Parameters<typeof nc.publish>) =>
              // A broker drops what is cut off.
              Effect.runSync(life.step("message", Effect.sync(() => nc.publish(...given)), Effect.void))
          }
          return typeof value === "function" ? value.bind(nc) : value
        }
      })
    }))
  ).pipe(Layer.provide(Layer.fresh(Connection.layer({ servers: [url] }))))

/** Each drain has a stream of its own. */
const applianceOf = ({ directory }: Place) => basename(directory)

const jetStream = (url: string) =>
  Effect.map(Connection, ({ js, jsm }): Outlet => ({
    layer: (place, life) =>
      NatsArtifactSink.layer({ applianceId: applianceOf(place), stage: "raw", deadLetters: { to: "subject" } }).pipe(
        Layer.provide(Layer.effectDiscard(Effect.promise(() =>
          jsm.streams.add({
            name: applianceOf(place),
            subjects: [`${applianceOf(place)}.data.artifacts.>`],
            storage: StorageType.Memory
          })
        ))),
        Layer.provide(mortal(url, life))
      ),
    read: (place) =>
      Effect.promise(async () => {
        const ids: Array<string> = []
        let letters = 0
        const consumer = await js.consumers.get(applianceOf(place))
        const { num_pending: pending } = await consumer.info()
        if (pending > 0) {
          for await (const { headers, subject } of await consumer.fetch({ max_messages: pending })) {
            if (subject.endsWith(".raw")) ids.push(headers!.get("Nats-Msg-Id"))
            else letters++
            if (ids.length + letters === pending) break
          }
        }
        await jsm.streams.delete(applianceOf(place))
        return { ids, letters }
      }),
    isDeduplicating: true
  }))

const concurrency = 8

describeNats("a kill at every message", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect.each(commands)(
      "$name: loses nothing and repeats nothing, nor does a second kill",
      ({ command }) =>
        Effect.gen(function*() {
          const { url } = yield* start()
          yield* Effect.gen(function*() {
            const outlet = yield* jetStream(url)
            const deaths = deathsIn(yield* lives(command, outlet, []), "message")
            assert.isAtLeast(deaths.length, 10)
            yield* Effect.forEach(
              pairsOf(deaths),
              (pair) => Effect.andThen(lives(command, outlet, pair.slice(0, 1)), lives(command, outlet, pair)),
              { concurrency }
            )
          }).pipe(Effect.provide(Connection.layer({ servers: [url] })))
        })
    )
  })
})
