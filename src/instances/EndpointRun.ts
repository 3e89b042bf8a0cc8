/** Polls one endpoint of one instance: opens its state, fetches its pages, and hands them to the consumer. */
import { Clock, Duration, Effect, Exit, Option, Queue, Schedule, type Semaphore, Stream } from "effect"
import type { MappingContext } from "../artifacts/Mapped.ts"
import { type CheckpointKey, storeKey } from "../checkpoints/Checkpoint.ts"
import { Checkpoints, type NewerCheckpoint } from "../checkpoints/Checkpoints.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { contextOf, type Identity } from "../config/Instance.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { Graph } from "../graph/GraphClient.ts"
import { legacySilence } from "../graph/Limits.ts"
import { sinkRetry } from "../graph/Retries.ts"
import type { PaceRef } from "../polling/PaceRef.ts"
import { pages } from "../polling/Pages.ts"
import type { PollerOptions } from "../polling/PollerOptions.ts"
import { end, type Page } from "../publishing/Page.ts"
import { oncePatience, persist, queued, recovered, watched, type Whose, written } from "../publishing/Writing.ts"
import { ArtifactSink } from "../sinks/ArtifactSink.ts"
import { isoTime, type Report } from "../status/Report.ts"
import type { Reporter } from "../status/Reporter.ts"
import { endpointOf } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"
import * as InternalFault from "./InternalFault.ts"
import { Leases } from "./Leases.ts"
import { Node } from "./Node.ts"
import * as Observer from "./Observer.ts"
import type { Outages } from "./Outages.ts"
import { recover } from "./Recovery.ts"

/** Wait before a state is opened again that another process changed or a newer version wrote. */
const openAgain = "10 seconds"

/** What {@link run} needs to poll an endpoint. */
export interface EndpointRun {
  readonly identity: Identity
  readonly endpoint: Endpoint
  readonly pace: PaceRef
  readonly graph: Graph
  /** Whether the endpoint is polled only once; see `Connector.run`. */
  readonly once: boolean
  readonly queue: Queue.Queue<Page>
  readonly outages: Outages
  /** Returns the lock of a state, so that a new run waits for the pages of the previous run. */
  readonly lockOf: (key: string) => Semaphore.Semaphore
}

const openFailed = (error: StateStoreError | NewerCheckpoint): Omit<Report, "occurred_at"> =>
  error._tag === "NewerCheckpoint"
    ? {
      code: "checkpoint_newer",
      message: error.message,
      remedy:
        "run the newer version again, or set the checkpoint file aside and lose its position; nothing was overwritten"
    }
    : {
      code: "sink_unavailable",
      message: `the checkpoint cannot be read: ${error.message}`,
      remedy: "repair the directory or the broker; polling begins when the checkpoint can be read"
    }

const setAside = (name: string): Omit<Report, "occurred_at"> => ({
  code: "checkpoint_corrupt",
  ...(name.includes(".ledger-")
    ? {
      message: `a part of the ledger could not be read, or is another endpoint's, and was set aside as ${name}`,
      remedy: "check the disk; nothing is lost, and what only this part knew of may be published once more"
    }
    : {
      message: `a stored position could not be read, or is another endpoint's, and was set aside as ${name}`,
      remedy:
        "check the disk; polling goes on from what the ledger remembers, so that nothing is lost and what it knows is not repeated"
    })
})

/** An endpoint that is polled. */
interface Running extends Omit<EndpointRun, "lockOf" | "outages"> {
  readonly whose: Whose
  readonly observer: Observer.Observer
  readonly checkpoints: Checkpoints["Service"]
  readonly status: Status["Service"]
  readonly leases: Leases
  readonly context: MappingContext
  readonly persisted: PollerOptions["persist"]
}

const reportOf = (self: Running, what: Omit<Report, "occurred_at">): Effect.Effect<Report> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({ ...what, ...self.whose, occurred_at: isoTime(now) }))

const keyOf = ({ endpoint, identity }: Pick<EndpointRun, "endpoint" | "identity">): CheckpointKey => ({
  cloud: identity.cloud.name,
  tenant: identity.tenantId,
  endpoint: endpoint.name
})

/** Opens the state, with retries while the store cannot be read; none when a newer version wrote it. */
const open = Effect.fnUntraced(function*(self: Running) {
  const { checkpoints, endpoint, observer, once, status, whose } = self
  const isDoubted = Effect.map(status.snapshot, ({ sink }) => sink.failing.has("store"))
  const hasObjects = endpoint.list !== undefined || endpoint.interest !== undefined
  const opened = yield* watched(whose, () => "store", checkpoints.open(keyOf(self), { hasObjects, isDoubted })).pipe(
    Effect.tap(() => Effect.andThen(recovered("store"), written(whose))),
    Effect.tapError((error) =>
      Effect.flatMap(
        reportOf(self, openFailed(error)),
        (report) => Observer.failed(observer, report, error._tag === "NewerCheckpoint" ? "error" : "unavailable")
      )
    ),
    Effect.retry({
      schedule: once ? Schedule.upTo(sinkRetry, { times: 3 }) : sinkRetry,
      while: (error) => error._tag === "StateStoreError"
    }),
    Effect.option
  )
  const names = Option.match(opened, { onNone: () => [], onSome: (state) => state.setAside })
  for (const name of names) yield* Observer.say(observer, yield* reportOf(self, setAside(name)))
  return opened
})

const siblingBrings = Effect.fnUntraced(function*({ identity, status }: Running) {
  const { rhythm } = endpointOf(yield* status.snapshot, identity.name, "alerts_v2")
  const now = yield* Clock.currentTimeMillis
  return rhythm !== undefined && rhythm.brought > 0 && now - rhythm.quietSince < Duration.toMillis(legacySilence)
})

/** Hands a page to the consumer. A page is given up when the queue is shut down. */
const handOver = ({ queue }: Running, page: Page) =>
  queued(page).pipe(
    Effect.andThen(Queue.offer(queue, page)),
    Effect.flatMap((taken) => taken ? Effect.void : end(page, Exit.interrupt()))
  )

/** Polls until the run ends, or something was lost: true then. */
const round = Effect.fnUntraced(function*(self: Running) {
  const { context, endpoint, graph, identity, leases, observer, once, pace, persisted, whose } = self
  const { keeper } = yield* ArtifactSink
  const opened = yield* open(self)
  if (Option.isNone(opened)) return false
  const state = opened.value
  const watch = keeper === undefined ? undefined : yield* keeper.watch
  if (keeper !== undefined) yield* recover(whose, state, keeper, persisted)
  const polling = Stream.runForEach(
    pages({
      config: { endpoint, identity, mode: once ? { _tag: "once" } : { _tag: "forever" } },
      pace,
      graph,
      state,
      isHeld: () => leases.isHeld(identity.name),
      context,
      siblingBrings: siblingBrings(self),
      persist: persisted,
      note: (note) => Observer.note(observer, note),
      committed: (brought, at) => Observer.committed(observer, brought, at)
    }),
    (page) => handOver(self, page)
  ).pipe(Effect.ensuring(state.stopped))
  // The next round takes what was lost out of the ledger, once no page of this one is published any more.
  const untilLost = watch === undefined
    ? Effect.as(polling, false)
    : Effect.raceFirst(
      Effect.as(polling, false),
      Effect.as(watch(() => Option.getOrUndefined(state.current())?.delivered), true)
    )
  return yield* untilLost
})

const rounds = Effect.fnUntraced(function*(self: Running) {
  const reported = InternalFault.report(self.observer)(round(self))
  while (true) {
    // What was lost is read again at once.
    while ((yield* reported) === true) continue
    if (self.once) return
    yield* Effect.sleep(openAgain)
  }
})

/** Polls for ever or once. Starts again after a defect, or when another process changed the position. */
export const run = Effect.fnUntraced(function*({ lockOf, outages, ...options }: EndpointRun) {
  const { endpoint, identity, once } = options
  const services = yield* Effect.context<Reporter | Status>()
  const whose = { instance: identity.name, endpoint: endpoint.name }
  const self: Running = {
    ...options,
    whose,
    observer: yield* Observer.make(identity.name, endpoint.name, outages),
    checkpoints: yield* Checkpoints,
    status: yield* Status,
    leases: yield* Leases,
    context: { ...yield* Node, ...contextOf(identity) },
    persisted: (write) => Effect.provideContext(persist(whose, once ? oncePatience : undefined, write), services)
  }
  yield* lockOf(storeKey(keyOf(options))).withPermit(rounds(self))
})
