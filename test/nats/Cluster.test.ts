/** The real program on a cluster of three brokers. The long form of the second test is `node test/bench/Cluster.ts`. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer, Schedule } from "effect"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { bucket as members, open } from "../../src/nats/Membership.ts"
import * as NatsStateStore from "../../src/nats/NatsStateStore.ts"
import * as Replicas from "../../src/nats/Replicas.ts"
import { findings } from "../../src/nats/StreamJudgement.ts"
import { until } from "../support/Appliance.ts"
import * as Chaos from "../support/Chaos.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { cluster } from "../support/NatsCluster.ts"

describeNats("on a cluster", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("own buckets have the replicas of the settings' bucket, and get more when that does", () =>
      Effect.gen(function*() {
        const { url } = yield* cluster
        const connection = Connection.layer({ servers: url.split(",") })
        yield* Effect.gen(function*() {
          const { jsm, kvm } = yield* Connection
          const ask = <A>(request: () => Promise<A>) => Effect.promise(request)
          yield* ask(() => kvm.create("INTEGRATIONS", { replicas: 1 }))
          const store = yield* StateStore
          yield* Effect.retry(store.put("a", new Uint8Array(1), 0), Schedule.spaced("200 millis"))
          yield* open({ ttl: Duration.seconds(10), monotonic: () => performance.now(), changed: Effect.void })
          // A server that was just told of a stream may not know it yet.
          const replicas = Effect.forEach(
            [NatsStateStore.bucket, members],
            (name) =>
              Effect.map(Effect.tryPromise(() => jsm.streams.info(`KV_${name}`)), ({ config }) => config.num_replicas)
          ).pipe(Effect.retry({ times: 50, schedule: Schedule.spaced("100 millis") }), Effect.orDie)
          assert.deepStrictEqual(yield* replicas, [1, 1])
          yield* ask(() => jsm.streams.update("KV_INTEGRATIONS", { num_replicas: 3 }))
          yield* Effect.forkScoped(Replicas.follow([NatsStateStore.bucket, members, "MISSING"]))
          yield* until(Effect.map(replicas, (all) => all.join() === "3,3"), "15 seconds")
          assert.strictEqual((yield* Effect.retry(store.get("a"), Schedule.spaced("200 millis")))._tag, "Some")

          yield* ask(() => jsm.streams.add({ name: "ONE", subjects: ["one"], duplicate_window: 3_600_000_000_000 }))
          yield* ask(() => jsm.consumers.add("ONE", { durable_name: "c" }))
          assert.deepStrictEqual((yield* findings("one"))?.map(({ code }) => code), ["stream_replicas"])
        }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(NatsStateStore.layer, connection)))
      }))

    it.effect(
      "nothing is lost or repeated, and nobody polls beside another, while nodes and replicas fail",
      () =>
        Effect.gen(function*() {
          const result = yield* Chaos.run({
            lasts: Duration.seconds(9),
            faultEvery: Duration.seconds(2),
            instances: 4,
            replicas: 2,
            alerts: 120,
            pages: { size: 20, millis: 400 },
            waveEvery: Duration.seconds(30),
            say: (text) => void process.stderr.write(`${text}\n`)
          })
          const { alarms, bucketReplicas, distinct, expected, lost, messages, overlaps } = result
          assert.deepStrictEqual({ lost, overlaps, alarms, bucketReplicas }, {
            lost: 0,
            overlaps: 0,
            alarms: [],
            bucketReplicas: [3, 3]
          })
          assert.deepStrictEqual([messages, distinct], [expected, expected])
        }),
      120_000
    )
  })
})
