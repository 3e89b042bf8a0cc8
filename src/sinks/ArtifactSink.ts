/** Where artifacts leave the connector. */
import { Context, Effect, Layer, Ref, Schema } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"

/** A record set aside with its reason. */
export interface DeadLetter {
  readonly instance: string
  readonly endpoint: string
  /** Why the record could not be published, in one word: `no_id`, `no_cursor`, `not_an_object`. */
  readonly reason: string
  /** JSON path of the value at fault. */
  readonly path: string
  /** ISO 8601, UTC. */
  readonly occurred_at: string
  /** What Graph sent; for `JSON.stringify`. */
  readonly record: unknown
}

/**
 * What one page gives. Both are made anew each time somebody goes through them, and are the same each time, so that the
 * artifacts of a page need never be in memory together.
 */
export interface Batch {
  readonly artifacts: Iterable<Artifact>
  readonly deadLetters: Iterable<DeadLetter>
}

/** A batch with everything in memory. */
export interface WholeBatch extends Batch {
  readonly artifacts: ReadonlyArray<Artifact>
  readonly deadLetters: ReadonlyArray<DeadLetter>
}

/** The sink cannot take artifacts at the moment. The same batch is to be given again. */
export class SinkUnavailable extends Schema.TaggedError<SinkUnavailable>()("SinkUnavailable", {
  /** What failed, without content: `ENOSPC in writeAll`. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Failure of a sink. */
export class ArtifactSinkError extends Schema.TaggedError<ArtifactSinkError>()("ArtifactSinkError", {
  sink: Schema.String,
  reason: Schema.Union([SinkUnavailable])
}) {
  override get message() {
    return `the ${this.sink} sink cannot write: ${this.reason.message}`
  }
}

/** What a sink in memory was given, for tests to look at. */
export class Published extends Context.Service<Published, Ref.Ref<ReadonlyArray<WholeBatch>>>()(
  "azure-security/sinks/ArtifactSink/Published"
) {
  static readonly layer = Layer.effect(Published, Ref.make<ReadonlyArray<WholeBatch>>([]))
}

/**
 * Service that publishes artifacts.
 *
 * **Details**
 *
 * Succeeds only when every artifact and dead letter of the batch is durable. A batch is a page and is never split:
 * after a crash it is there whole or not at all, as far as the sink can tell them apart. One call is made at a time.
 *
 * **Gotchas**
 *
 * Delivery is at least once: a batch is given again after a failure, and after a crash between publishing and saving
 * the checkpoint. Consumers that must not see it twice go by `Artifact.id`.
 */
export class ArtifactSink extends Context.Service<ArtifactSink, {
  /** `file`, `stdout`, `nats` or `memory`. */
  readonly type: string
  readonly publish: (batch: Batch) => Effect.Effect<void, ArtifactSinkError>
}>()("azure-security/sinks/ArtifactSink") {
  /** In memory, over {@link Published} that outlives it. */
  static readonly layerMemoryOpen = Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const published = yield* Published
      return ArtifactSink.of({
        type: "memory",
        publish: ({ artifacts, deadLetters }) =>
          Ref.update(
            published,
            (all) => [...all, { artifacts: Array.from(artifacts), deadLetters: Array.from(deadLetters) }]
          )
      })
    })
  )

  /** In memory: the reference of what every sink does. */
  static readonly layerMemory = ArtifactSink.layerMemoryOpen.pipe(Layer.provideMerge(Published.layer))
}
