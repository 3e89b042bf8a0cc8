import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { artifact } from "../support/Artifacts.ts"

/** What every {@link ArtifactSink} does; `published` reads back the ids that it holds. */
export const suite = <R>(
  name: string,
  layer: Layer.Layer<ArtifactSink | R, unknown>,
  published: Effect.Effect<ReadonlyArray<string>, unknown, R>
) =>
  it.layer(layer)(`ArtifactSink (${name})`, (it) => {
    it.effect("publishes every artifact of every batch, in order, from whatever makes them", () =>
      Effect.gen(function*() {
        const sink = yield* ArtifactSink
        yield* sink.publish({ artifacts: [artifact("1"), artifact("2"), artifact("3")], deadLetters: [] })
        const made = {
          *[Symbol.iterator]() {
            yield artifact("4")
          }
        }
        yield* sink.publish({ artifacts: made, deadLetters: [] })
        assert.deepStrictEqual(yield* published, ["1", "2", "3", "4"])
      }))

    it.effect("takes a batch of dead letters alone", () =>
      Effect.gen(function*() {
        const sink = yield* ArtifactSink
        yield* sink.publish({
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
        assert.deepStrictEqual(yield* published, ["1", "2", "3", "4"])
      }))
  })
