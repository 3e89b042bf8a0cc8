import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import * as NatsArtifactSink from "../../src/nats/NatsArtifactSink.ts"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import { artifact } from "../support/Artifacts.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { applianceId, connection, count, createStream } from "../support/NatsStream.ts"

/** Lowest accepted ratio. Measured on two idle cores: 8.5 over a run; beside other tests it is lower. */
const wanted = 3
const rounds = 3
const pageSize = 1000
const pages = 5
const alone = 500

const many = (n: number, round: string) =>
  Array.from({ length: n }, (_, index) => ({
    ...artifact(`${round}${index.toString(16)}`.padStart(32, "0")),
    message: `{"a":"${"x".repeat(2000)}"}`
  }))
const json = (value: object) => JSON.stringify(value)

const secondsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toSeconds(duration))

const sinkLayer = NatsArtifactSink.layer({ applianceId, stage: "raw", deadLetters: { to: "off" } }).pipe(
  Layer.provideMerge(Layer.effectDiscard(createStream())),
  Layer.provideMerge(connection()),
  Layer.provide(NodeServices.layer)
)

describeNats("throughput into the stream", () => {
  it.live("is many times that of publishing one at a time, over the same run", () =>
    Effect.gen(function*() {
      const sink = yield* ArtifactSink
      const { js } = yield* Connection
      const subject = NatsArtifactSink.subjectOf(applianceId, "raw")
      let best = 0
      for (let round = 0; round < rounds; round++) {
        const single = many(alone, `a${round}0`)
        const given = Array.from({ length: pages }, (_, page) => many(pageSize, `b${round}${page}0`))
        const apart = yield* secondsOf(Effect.promise(async () => {
          // oxlint-disable-next-line no-await-in-loop -- one at a time is what is measured
          for (const one of single) await js.publish(subject, json(one), { msgID: one.id })
        }))
        const together = yield* secondsOf(
          Effect.forEach(given, (artifacts) => publishTo(sink, { artifacts, deadLetters: [] }), { discard: true })
        )
        // The best round counts: other processes can only make one slower.
        best = Math.max(best, (pages * pageSize / together) / (alone / apart))
      }
      assert.strictEqual(yield* count, rounds * (alone + pages * pageSize))
      assert.isAtLeast(best, wanted)
    }).pipe(Effect.provide(sinkLayer)), 20_000)
})
