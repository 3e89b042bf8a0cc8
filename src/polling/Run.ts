/** What the parts of one endpoint's poller share: whose it is, where it stands, and the few things all of them do. */
import { type Cause, Deferred, Duration, Effect, Option, type Semaphore, SubscriptionRef } from "effect"
import type { DriftLedger } from "../artifacts/DriftLedger.ts"
import type { MappingContext } from "../artifacts/Mapped.ts"
import type { Checkpoint, Position } from "../checkpoints/Checkpoint.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { Identity, Pace } from "../config/Instance.ts"
import type { Timestamp } from "../domain/Timestamp.ts"
import type { Endpoint, EndpointName } from "../endpoints/Endpoints.ts"
import type { Graph } from "../graph/GraphClient.ts"
import type { Outcome } from "../publishing/Page.ts"
import * as Metrics from "../status/Metrics.ts"
import type { Report } from "../status/Report.ts"
import type { Reporter } from "../status/Reporter.ts"
import type { EndpointStatus } from "../status/Status.ts"
import type { Aside, Poll } from "./Poll.ts"
import type { Recent } from "./Recent.ts"

/** One endpoint of one instance, while it is polled. */
export interface Run {
  readonly identity: Identity
  readonly endpoint: Endpoint
  readonly pace: SubscriptionRef.SubscriptionRef<Pace>
  readonly graph: Graph
  readonly state: EndpointState
  readonly context: MappingContext
  /** Whether this process is the one that polls the instance, at this moment. */
  readonly isHeld: () => boolean
  /** Poll once, sit out no cooldown, and end. */
  readonly once: boolean
  readonly reporter: Reporter["Service"]
  readonly drift: DriftLedger["Service"]
  readonly permits: Semaphore.Semaphore
  /** One page being published, one being fetched. */
  readonly ahead: Semaphore.Semaphore
  readonly here: EndpointStatus
  /** What is known of another endpoint of the same instance. */
  readonly sibling: (name: EndpointName) => EndpointStatus
  /** Shows a report beside the endpoint's state, and takes it away again. */
  readonly warn: (report: Report) => void
  readonly unwarn: (code: string) => void
  /** Writes to the store, however long it cannot be written, and says so; false when it was given up. */
  readonly persist: (write: Effect.Effect<void, StateStoreError>) => Effect.Effect<Outcome>
  /** Gives back what a page holds that was fetched and is not handed over yet; for a run that ends in between. */
  held: Effect.Effect<void> | undefined
  /** The end of the page handed over last. */
  last: Deferred.Deferred<Outcome> | undefined
  /** Why nothing more is read: a page was given up, or another process has the position. */
  stopped: Exclude<Outcome, "committed"> | undefined
  /** A defect that a page was given up for: the run ends with it. */
  fault: Cause.Cause<never> | undefined
  /** Rows a page is asked for; halved where Graph cannot answer for as many. */
  pageSize: number
  /** Pages read since the page size was last changed. */
  pagesAtSize: number
  /** Milliseconds of the window that Graph could answer for, where it cannot for all that is left. */
  span: number | undefined
  /** The records of the last hours. */
  readonly recent: Recent
  /** An aside that gave way to a poll. */
  paused: { readonly poll: Poll; readonly position: Position; readonly task: Aside } | undefined
  /** The mark when the poll began. */
  markBefore: Timestamp | undefined
  /** Polls in a row that a legacy provider missed. */
  incomplete: number
  /** Polls in a row that brought new rows and left the mark where it was. */
  unmoved: number
  /** Polls that Graph denied in a row. */
  denials: number
  /** When the last cooldown ended, in milliseconds since 1970; 0 for never. */
  cooledAt: number
}

/** The checkpoint as it is saved; undefined before the first poll. */
export const saved = (run: Run): Checkpoint | undefined => Option.getOrUndefined(run.state.current())

/** Milliseconds between the starts of two polls, as the settings have it at the moment. */
export const interval = (run: Run): Effect.Effect<number> =>
  Effect.map(SubscriptionRef.get(run.pace), ({ intervals }) => Duration.toMillis(intervals[run.endpoint.name]))

/** Brings what `/status` says of the checkpoint up to date. */
export const show = (run: Run): Effect.Effect<void> =>
  Effect.sync(() => {
    const checkpoint = saved(run)
    run.here.highWaterMark = checkpoint?.mark
    run.here.gaps = (checkpoint?.gaps ?? []).map(({ code, from, to }) => ({ code, from, to }))
    run.here.rhythm = checkpoint?.rhythm
  })

/** Waits until every page handed over is committed or given up. */
export const settled = (run: Run): Effect.Effect<void> =>
  run.last === undefined ? Effect.void : Effect.asVoid(Deferred.await(run.last))

/**
 * Changes the checkpoint once all pages handed over are settled, however long the store cannot write.
 *
 * **Details**
 *
 * A position lies behind the pages before it. When one of them was given up no position is saved any more, and a place
 * lost to another process is that one's to keep.
 */
export const save = Effect.fnUntraced(function*(run: Run, change: (checkpoint: Checkpoint) => Checkpoint) {
  yield* settled(run)
  if (run.stopped === "lost") return
  const isWhole = run.stopped === undefined
  const outcome = yield* run.persist(run.state.update((checkpoint) => {
    const changed = change(checkpoint)
    // A cooldown is no position: a restart must wait out the rest of it.
    return isWhole ? changed : { ...checkpoint, cooldown: changed.cooldown, throttles: changed.throttles }
  }))
  if (outcome !== "committed") run.stopped = outcome
})

/** A line of this endpoint's in the log. */
export const log = (
  run: Run,
  level: "Info" | "Warn",
  message: string,
  fields: Record<string, unknown> = {}
): Effect.Effect<void> =>
  Effect.annotateLogs(level === "Info" ? Effect.logInfo(message) : Effect.logWarning(message), {
    instance: run.identity.name,
    endpoint: run.endpoint.name,
    ...fields
  })

/** The line of a poll, or of as much of it as was committed. */
export const logPoll = (run: Run, poll: Poll): Effect.Effect<void> =>
  log(run, "Info", `fetched ${poll.records} events`, {
    repeated: poll.repeated,
    artifacts: poll.artifacts,
    ...(poll.deadLetters === 0 ? {} : { dead_letters: poll.deadLetters }),
    ...(poll.future === 0 ? {} : { dated_ahead: poll.future })
  })

/** Counts a poll by the state it left its endpoint in. */
export const polled = (run: Run): Effect.Effect<void> =>
  Metrics.update(Metrics.polls, 1, {
    instance: run.identity.name,
    endpoint: run.endpoint.name,
    outcome: run.here.state
  })

/** Shows and says what is wrong. */
export const troubled = Effect.fnUntraced(function*(
  run: Run,
  report: Report,
  state: Run["here"]["state"]
) {
  run.here.state = state
  run.here.error = report
  run.here.lastPollWell = false
  yield* run.reporter.say(report, {
    level: state === "unauthorized" || state === "error" ? "Error" : "Warn",
    // What only Microsoft or an administrator can change is said once; it stands in /status all the while.
    remind: state !== "forbidden" && state !== "retired"
  })
})

/** Shows and says that all is well. */
export const well = Effect.fnUntraced(function*(run: Run) {
  const { here } = run
  if (here.error !== undefined) yield* log(run, "Info", `${run.endpoint.name} works again`)
  yield* run.reporter.over(run.identity.name, run.endpoint.name)
  here.state = "ok"
  here.error = undefined
  here.lastPollWell = true
  run.denials = 0
})
