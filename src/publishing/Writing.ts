/** Reports when the sink or the checkpoint store cannot be written, and when it can be written again. */
import { Clock, Duration, Effect, Fiber, Schedule } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { waitShownAfter } from "../graph/Limits.ts"
import { sinkRetry } from "../graph/Retries.ts"
import type { ArtifactSinkError } from "../sinks/ArtifactSink.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { endpointOf } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"
import type { Page } from "./Page.ts"

/** How long `run --once` retries a sink or a store that cannot be written. */
export const oncePatience = Duration.seconds(60)

/** The endpoint whose page or checkpoint is written. */
export interface Whose {
  readonly instance: string
  readonly endpoint: EndpointName
}

const kept = "nothing is lost: the page is kept, and polling resumes once it is written"

const reportOf = (error: ArtifactSinkError | StateStoreError, now: number): Report => ({
  code: "sink_unavailable",
  message: error._tag === "StateStoreError" ? `the checkpoint cannot be written: ${error.message}` : error.message,
  remedy: error._tag === "ArtifactSinkError" && error.reason._tag === "SinkUnavailable" && error.reason.remedy ||
    `free space, or repair the directory or the broker; ${kept}`,
  occurred_at: isoTime(now)
})

/** Logs and shows in the status that the sink or the store cannot be written. */
const tell = Effect.fnUntraced(function*({ endpoint, instance }: Whose, outlet: "sink" | "store", report: Report) {
  const status = yield* Status
  yield* status.tell({ _tag: "OutletFailed", outlet, report })
  yield* status.tellEndpoint(instance, endpoint, { _tag: "WriteFailed", report: { ...report, instance, endpoint } })
  // Log one line for the whole process, because a full disk is full for every endpoint.
  yield* (yield* Reporter).say(report, { level: "Error", remind: true })
})

/** Logs and shows in the status why the sink or the store cannot be written. */
export const writeFailed = Effect.fnUntraced(function*(whose: Whose, error: ArtifactSinkError | StateStoreError) {
  const report = reportOf(error, yield* Clock.currentTimeMillis)
  yield* tell(whose, error._tag === "StateStoreError" ? "store" : "sink", report)
})

const silent = (what: string, since: number, now: number): Report => ({
  code: "sink_unavailable",
  message: `${what} since ${isoTime(since)}`,
  remedy: `check the disk, the network share or the broker, which does not answer; ${kept}`,
  occurred_at: isoTime(now)
})

const spaced = Schedule.spaced(waitShownAfter)

/** Tells after a minute, and each minute from then on. Nearly always it is over before. */
const minutely = <A, E, R>(telling: Effect.Effect<A, E, R>) =>
  Effect.andThen(Effect.sleep(waitShownAfter), () => Effect.repeat(telling, spaced))

/**
 * Makes an attempt to write or read, and tells when neither success nor failure comes of it for a minute, as of a network
 * share whose server is gone. `outlet` says at any time what it waits for.
 */
export const watched = Effect.fnUntraced(
  function*<A, E, R>(
    whose: Whose,
    outlet: () => "sink" | "store",
    attempt: Effect.Effect<A, E, R>
  ): Effect.fn.Return<A, E, R | Reporter | Status> {
    const { sink } = yield* (yield* Status).snapshot
    const since = yield* Clock.currentTimeMillis
    const telling = yield* Effect.forkChild(minutely(Effect.gen(function*() {
      const what = outlet() === "sink"
        ? `the ${sink.type} sink has not taken a page`
        : "the checkpoints have not answered"
      yield* tell(whose, outlet(), silent(what, since, yield* Clock.currentTimeMillis))
    })))
    return yield* Effect.ensuring(attempt, Fiber.interrupt(telling))
  }
)

/** Shows of a page that waits for more than a minute for its turn, as all do behind one that cannot be written, for what. */
export const queued = Effect.fnUntraced(function*({ endpoint, instance, scope }: Page) {
  const status = yield* Status
  const since = yield* Clock.currentTimeMillis
  const telling = minutely(Effect.gen(function*() {
    const { sink: { failing, type } } = yield* status.snapshot
    const report = failing.get("sink") ?? failing.get("store") ??
      silent(`a page waits for the ${type} sink`, since, yield* Clock.currentTimeMillis)
    yield* status.tellEndpoint(instance, endpoint, { _tag: "WriteFailed", report: { ...report, instance, endpoint } })
  }))
  yield* Effect.forkIn(telling, scope)
})

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
  watched(whose, () => "store", write).pipe(
    Effect.tapError((error) => error.reason._tag === "Conflict" ? Effect.void : writeFailed(whose, error)),
    Effect.retry({
      schedule: patience === undefined ? sinkRetry : Schedule.upTo(sinkRetry, { duration: patience }),
      while: ({ reason }) => reason._tag === "StoreUnavailable"
    }),
    Effect.tap(() => Effect.andThen(recovered("store"), written(whose))),
    Effect.as("committed" as const),
    Effect.catch(({ reason }) => Effect.succeed(reason._tag === "Conflict" ? "lost" as const : "dropped" as const))
  )
