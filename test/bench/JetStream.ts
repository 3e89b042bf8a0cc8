import { NodeServices } from "@effect/platform-node"
import { Console, Duration, Effect, Layer } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { Connection } from "../../src/nats/Connection.ts"
import * as NatsArtifactSink from "../../src/nats/NatsArtifactSink.ts"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import { artifact } from "../support/Artifacts.ts"
import { applianceId, connection, count, createStream } from "../support/NatsStream.ts"
import * as Measure from "./Measure.ts"

const rounds = 3
const pageSize = 1000
const alone = 2000

const many = (n: number, round: string): ReadonlyArray<Artifact> =>
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

/** Measures acknowledged artifacts per second into a real broker's stream, against publishing one at a time. */
export const jetStream = Effect.fnUntraced(function*(artifacts = 20_000) {
  yield* Console.log(`jetstream: ${artifacts} artifacts of 2 KB, ${rounds} rounds; the median counts`)
  const sink = yield* ArtifactSink
  const { js } = yield* Connection
  const subject = NatsArtifactSink.subjectOf(applianceId, "raw")
  const pages = Math.ceil(artifacts / pageSize)
  const [single, together]: [Array<number>, Array<number>] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const one = many(alone, `a${round}0`)
    single.push(
      alone / (yield* secondsOf(Effect.promise(async () => {
        // oxlint-disable-next-line no-await-in-loop -- one at a time is what is measured
        for (const each of one) await js.publish(subject, json(each), { msgID: each.id })
      })))
    )
    const batches = Array.from({ length: pages }, (_, page) => many(pageSize, `b${round}${page}0`))
    const publishing = Effect.forEach(batches, (batch) => publishTo(sink, { artifacts: batch, deadLetters: [] }), {
      discard: true
    })
    together.push(pages * pageSize / (yield* secondsOf(publishing)))
  }
  const kept = yield* count
  if (kept !== rounds * (alone + pages * pageSize)) {
    return yield* Effect.die(new Error(`the stream kept ${kept} artifacts`))
  }
  const [slow, fast] = [Measure.median(single), Measure.median(together)]
  yield* Measure.report("jetstream", {
    "one at a time, artifacts a second": slow,
    "sink, artifacts a second": fast,
    "sink to one at a time": fast / slow
  })
}, Effect.provide(sinkLayer))
