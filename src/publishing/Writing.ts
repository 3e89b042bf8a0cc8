/** What is said and shown while the sink or the store of checkpoints cannot be written, and once it can be again. */
import { Clock, Duration, Effect, Schedule } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { sinkRetry } from "../graph/Retries.ts"
import type { ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** How long a poll that is made once waits for a sink or a store that cannot be written. */
export const oncePatience = Duration.seconds(60)

/** Whose writing it is. */
export interface Whose {
  readonly instance: string
  readonly endpoint: EndpointName
}

const reportOf = (error: ArtifactSinkError | StateStoreError, now: number): Report => ({
  code: "sink_unavailable",
  message: error._tag === "StateStoreError" ? `the checkpoint cannot be written: ${error.message}` : error.message,
  remedy:
    "free space or mend the directory or broker; nothing is lost: the page is held and polling goes on once it can be written",
  occurred_at: isoTime(now)
})

/** Says and shows that something cannot be written. */
export const writeFailed = Effect.fnUntraced(function*(
  { endpoint, instance }: Whose,
  error: ArtifactSinkError | StateStoreError
) {
  const status = yield* Status
  const report = reportOf(error, yield* Clock.currentTimeMillis)
  yield* status.tell({ _tag: "SinkChanged", state: "unavailable" })
  yield* status.tellEndpoint(instance, endpoint, { _tag: "WriteFailed", report: { ...report, instance, endpoint } })
  // One line for the whole process: a full disk is full for every endpoint.
  yield* (yield* Reporter).say(report, { level: "Error", remind: true })
})

/** Says and shows that everything can be written again. */
export const recovered = Effect.gen(function*() {
  const status = yield* Status
  const { sink } = yield* status.snapshot
  if (sink.state === "ok") return
  yield* status.tell({ _tag: "SinkChanged", state: "ok" })
  yield* (yield* Reporter).overAll("sink_unavailable")
  yield* Effect.logInfo(`the ${sink.type} sink can be written again; nothing was lost`)
})

/**
 * Writes to the store until it takes what is written: for ever, or with `patience` for so long. Returns `lost` when
 * another process wrote there, `dropped` when patience ended.
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
    Effect.tap(recovered),
    Effect.as("committed" as const),
    Effect.catch(({ reason }) => Effect.succeed(reason._tag === "Conflict" ? "lost" as const : "dropped" as const))
  )
