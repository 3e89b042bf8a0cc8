import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import { artifact } from "../support/Artifacts.ts"

/** Tests that every {@link ArtifactSink} must pass. `published` reads the ids that the sink holds. */
export const suite = <R>(
  name: string,
  layer: Layer.Layer<ArtifactSink | R, unknown>,
  published: Effect.Effect<ReadonlyArray<string>, unknown, R>
) =>
  it.layer(layer)(`ArtifactSink (${name})`, (it) => {
    it.effect("publishes every artifact of every batch, in order", () =>
      Effect.gen(function*() {
        const sink = yield* ArtifactSink
        yield* publishTo(sink, { artifacts: [artifact("1"), artifact("2"), artifact("3")], deadLetters: [] })
        yield* Effect.scoped(Effect.gen(function*() {
          const writer = yield* sink.open
          yield* writer.write({ artifacts: [artifact("4")], deadLetters: [] })
          yield* writer.write({ artifacts: [artifact("5")], deadLetters: [] })
          yield* writer.commit
        }))
        assert.deepStrictEqual(yield* published, ["1", "2", "3", "4", "5"])
      }))

    it.effect("takes a batch of dead letters only", () =>
      Effect.gen(function*() {
        const sink = yield* ArtifactSink
        yield* publishTo(sink, {
          artifacts: [],
          deadLetters: [{
            instance: "i",
            endpoint: "e",
            reason: "no_id",
            path: "$.value[0].id",
            occurred_at: "",
            record: 1
          }]
        })
        assert.deepStrictEqual(yield* published, ["1", "2", "3", "4", "5"])
      }))
  })
