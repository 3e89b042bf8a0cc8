/** Where artifacts leave the connector. */
import { Context, Effect, Layer, Ref, Schema, type Scope } from "effect"
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

/** A part of what one page gives, small enough to be in memory. */
export interface Slice {
  readonly artifacts: ReadonlyArray<Artifact>
  readonly deadLetters: ReadonlyArray<DeadLetter>
}

/** The sink cannot take artifacts at the moment. The same page is to be given again. */
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

/** Writes one page. What was written and not committed when its scope closes is rolled back where the sink can. */
export interface PageWriter {
  /** Takes the next slice of the page. It need not be durable yet. */
  readonly write: (slice: Slice) => Effect.Effect<void, ArtifactSinkError>
  /** Succeeds when every slice is durable. To be called once, after the last slice. */
  readonly commit: Effect.Effect<void, ArtifactSinkError>
}

/** What a sink in memory was given, a slice a page, for tests to look at. */
export class Published extends Context.Service<Published, Ref.Ref<ReadonlyArray<Slice>>>()(
  "azure-security/sinks/ArtifactSink/Published"
) {
  static readonly layer = Layer.effect(Published, Ref.make<ReadonlyArray<Slice>>([]))
}

/**
 * Service that publishes artifacts, a page at a time.
 *
 * **Details**
 *
 * One page is open at a time, in a scope. A page is never split over two files. After a crash it is there whole or not at
 * all, as far as the sink can tell.
 *
 * **Gotchas**
 *
 * Delivery is at least once: a page is given again after a failure, and after a crash between its commit and the saving of
 * the checkpoint. Consumers that must not see an artifact twice go by `Artifact.id`. A sink that cannot roll back (a broker,
 * a pipe) skips what it took of the page in a failed attempt.
 */
export class ArtifactSink extends Context.Service<ArtifactSink, {
  /** `file`, `stdout`, `nats`, `screen` or `memory`. */
  readonly type: string
  /** Opens the next page. */
  readonly open: Effect.Effect<PageWriter, ArtifactSinkError, Scope.Scope>
}>()("azure-security/sinks/ArtifactSink") {
  /** In memory, over {@link Published} that outlives it. */
  static readonly layerMemoryOpen = Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const published = yield* Published
      return ArtifactSink.of({
        type: "memory",
        open: Effect.sync(() => {
          const slices: Array<Slice> = []
          return {
            write: (slice) => Effect.sync(() => void slices.push(slice)),
            commit: Effect.suspend(() =>
              Ref.update(published, (all) => [...all, {
                artifacts: slices.flatMap(({ artifacts }) => artifacts),
                deadLetters: slices.flatMap(({ deadLetters }) => deadLetters)
              }])
            )
          }
        })
      })
    })
  )

  /** In memory: the reference of what every sink does. */
  static readonly layerMemory = ArtifactSink.layerMemoryOpen.pipe(Layer.provideMerge(Published.layer))
}

/** Publishes a page that is one slice. It is durable when this succeeds. */
export const publishTo = (sink: ArtifactSink["Service"], slice: Slice): Effect.Effect<void, ArtifactSinkError> =>
  Effect.scoped(Effect.gen(function*() {
    const writer = yield* sink.open
    yield* writer.write(slice)
    yield* writer.commit
  }))
