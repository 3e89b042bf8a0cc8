/** Reports when the sink or the checkpoint store cannot be written, and when it can be written again. */
import { Clock, Duration, Effect, Schedule } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { sinkRetry } from "../graph/Retries.ts"
import type { ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { endpointOf } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"

/** How long `run --once` retries a sink or a store that cannot be written. */
export const oncePatience = Duration.seconds(60)

/** The endpoint whose page or checkpoint is written. */
export interface Whose {
  readonly instance: string
  readonly endpoint: EndpointName
}

const reportOf = (error: ArtifactSinkError | StateStoreError, now: number): Report => ({
  code: "sink_unavailable",
  message: error._tag === "StateStoreError" ? `the checkpoint cannot be written: ${error.message}` : error.message,
  remedy: error._tag === "ArtifactSinkError" && error.reason._tag === "SinkUnavailable" && error.reason.remedy ||
    "free space, or repair the directory or the broker; nothing is lost: the page is kept, and polling resumes once it is written",
  occurred_at: isoTime(now)
})

/** Logs and shows in the status that the sink or the store cannot be written. */
export const writeFailed = Effect.fnUntraced(
  function*({ endpoint, instance }: Whose, error: ArtifactSinkError | StateStoreError) {
    const status = yield* Status
    const report = reportOf(error, yield* Clock.currentTimeMillis)
    yield* status.tell({ _tag: "OutletFailed", outlet: error._tag === "StateStoreError" ? "store" : "sink" })
    yield* status.tellEndpoint(instance, endpoint, { _tag: "WriteFailed", report: { ...report, instance, endpoint } })
    // Log one line for the whole process, because a full disk is full for every endpoint.
    yield* (yield* Reporter).say(report, { level: "Error", remind: true })
  }
)

/** Shows in the status that a page or a checkpoint of the endpoint was written, where one could not be. */
export const written = Effect.fnUntraced(function*({ endpoint, instance }: Whose) {
  const status = yield* Status
  if (endpointOf(yield* status.snapshot, instance, endpoint).unwritten === undefined) return
  yield* status.tellEndpoint(instance, endpoint, { _tag: "Written" })
})

/** Logs and shows in the status that the sink or the store can be written again, where it could not. */
export const recovered = Effect.fnUntraced(function*(outlet: "sink" | "store") {
  const status = yield* Status
  const { sink } = yield* status.snapshot
  if (!sink.failing.has(outlet)) return
  yield* status.tell({ _tag: "OutletRecovered", outlet })
  yield* (yield* Reporter).overAll("sink_unavailable")
  const what = outlet === "sink" ? `the ${sink.type} sink` : "the checkpoints"
  yield* Effect.logInfo(`${what} can be written again; nothing was lost`)
})

/**
 * Retries a write to the store until it succeeds. Returns `lost` when another process changed the value, `dropped` when
 * `patience` has passed.
 */
export const persist = (
  whose: Whose,
  patience: Duration.Duration | undefined,
  write: Effect.Effect<void, StateStoreError>
): Effect.Effect<"committed" | "dropped" | "lost", never, Reporter | Status> =>
  write.pipe(
    Effect.tapError((error) => error.reason._tag === "Conflict" ? Effect.void : writeFailed(whose, error)),
    Effect.retry({
      schedule: patience === undefined ? sinkRetry : Schedule.upTo(sinkRetry, { duration: patience }),
      while: ({ reason }) => reason._tag === "StoreUnavailable"
    }),
    Effect.tap(() => Effect.andThen(recovered("store"), written(whose))),
    Effect.as("committed" as const),
    Effect.catch(({ reason }) => Effect.succeed(reason._tag === "Conflict" ? "lost" as const : "dropped" as const))
  )
