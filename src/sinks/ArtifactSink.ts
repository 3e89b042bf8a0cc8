/** The interface of a sink: the place where artifacts leave the connector. */
import { Context, Effect, Layer, Ref, Schema, type Scope } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import type { OcsfEvent } from "../artifacts/ocsf/OcsfEvent.ts"
import type { Receipt } from "../domain/Delivery.ts"
import type { Keeper } from "./Keeper.ts"

/** A record that could not be published, with the reason. */
export interface DeadLetter {
  readonly instance: string
  readonly endpoint: string
  /** Why the record could not be published, in one word: `no_id`, `no_cursor`, `not_an_object`. */
  readonly reason: string
  /** JSON path of the value at fault. */
  readonly path: string
  /** ISO 8601, UTC. */
  readonly occurred_at: string
  /** The record as Graph sent it, for `Message.stringify`. */
  readonly record: unknown
}

/** What a sink publishes: artifacts, Graph's own records, or events of OCSF. */
export type Payload = "artifact" | "graph" | "ocsf"

/** Artifacts and dead letters of a part of one page, small enough for memory. */
export interface Slice {
  readonly artifacts: ReadonlyArray<Artifact>
  /** For a sink that takes `graph`: the JSON of the record of each artifact, as Graph sent it. */
  readonly records?: ReadonlyArray<string>
  /** For a sink that takes `ocsf`: one event a record, in place of artifacts. */
  readonly events?: ReadonlyArray<OcsfEvent>
  readonly deadLetters: ReadonlyArray<DeadLetter>
}

/** Returns what a slice has for a sink that writes lines. */
export const linesOf = ({ artifacts, events }: Slice): ReadonlyArray<Artifact | OcsfEvent> => events ?? artifacts

/** Returns the id by which a line is known. */
export const idOf = (line: Artifact | OcsfEvent): string =>
  "metadata" in line ? (line as OcsfEvent).metadata.uid : (line as Artifact).id

/** The sink cannot take artifacts at the moment. Publish the same page again. */
export class SinkUnavailable extends Schema.TaggedError<SinkUnavailable>()("SinkUnavailable", {
  /** What failed, without content: `ENOSPC in writeAll`. */
  detail: Schema.String,
  /** What to do, where it is not free space, a sound directory or a broker that is missing. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return this.detail
  }
}

/** The program that read the artifacts has ended. No retry succeeds, and the process ends. */
export class ReaderGone extends Schema.TaggedError<ReaderGone>()("ReaderGone", {}) {
  override get message() {
    return "the program that reads standard output has ended (EPIPE; a shell shows 141, as for one that SIGPIPE ends). " +
      "Start both again, or let the artifacts go to files (sink.type); what it did not take is published again"
  }
}

/** Failure of a sink; a retry may succeed, unless {@link isReaderGone}. */
export class ArtifactSinkError extends Schema.TaggedError<ArtifactSinkError>()("ArtifactSinkError", {
  sink: Schema.String,
  reason: Schema.Union([SinkUnavailable, ReaderGone])
}) {
  override get message() {
    return `the ${this.sink} sink cannot write: ${this.reason.message}`
  }
}

/** Whether nobody will take artifacts any more. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof ArtifactSinkError && error.reason._tag === "ReaderGone"

/** Writes one page. A scope that closes before `commit` rolls the page back, if the sink can. */
export interface PageWriter {
  /** Takes the next slice, which need not be durable before `commit`. */
  readonly write: (slice: Slice) => Effect.Effect<void, ArtifactSinkError>
  /**
   * Succeeds when every slice is durable, with the receipt of a stream where the sink publishes to one. Called once, after the
   * last slice.
   */
  readonly commit: Effect.Effect<Receipt | void, ArtifactSinkError>
}

/** What an in-memory sink received, one slice per page, for tests to inspect. */
export class Published
  extends Context.Service<Published, Ref.Ref<ReadonlyArray<Slice>>>()("azure-security/sinks/ArtifactSink/Published")
{
  static readonly layer = Layer.effect(Published, Ref.make<ReadonlyArray<Slice>>([]))
}

/**
 * Service that publishes artifacts, one page at a time.
 *
 * **Details**
 *
 * One page is open at a time, in a scope. A page is never split over two files. After a crash it is there completely or
 * not at all, as far as the sink can control that.
 *
 * **Gotchas**
 *
 * Delivery is at least once: a page comes again after a failure, and after a crash between its commit and the checkpoint's.
 * `Artifact.id` shows duplicates. A sink that cannot roll back (a broker, a pipe) skips what it took in a failed attempt.
 */
export class ArtifactSink extends Context.Service<ArtifactSink, {
  /** `file`, `stdout`, `nats`, `screen` or `memory`. */
  readonly type: string
  readonly open: Effect.Effect<PageWriter, ArtifactSinkError, Scope.Scope>
  /** What it publishes; artifacts by default. */
  readonly payload?: Payload
  /** Tells what the sink has lost of what it took; absent where that cannot be. */
  readonly keeper?: Keeper
}>()("azure-security/sinks/ArtifactSink") {
  /** Layer of an in-memory sink over {@link Published}, which outlives it. */
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
                ...slices.some(({ events }) => events !== undefined)
                  ? { events: slices.flatMap(({ events = [] }) => events) }
                  : {},
                deadLetters: slices.flatMap(({ deadLetters }) => deadLetters)
              }])
            )
          }
        })
      })
    })
  )

  /** Layer of an in-memory sink, the reference for every sink. */
  static readonly layerMemory = ArtifactSink.layerMemoryOpen.pipe(Layer.provideMerge(Published.layer))
}

/** Publishes a page of a single slice. The page is durable when this succeeds. */
export const publishTo = (sink: ArtifactSink["Service"], slice: Slice): Effect.Effect<void, ArtifactSinkError> =>
  Effect.scoped(Effect.gen(function*() {
    const writer = yield* sink.open
    yield* writer.write(slice)
    yield* writer.commit
  }))
