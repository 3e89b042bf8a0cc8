/** Polls one endpoint of one instance: opens its state, fetches its pages, and hands them to the consumer. */
import {
  Clock,
  Duration,
  Effect,
  Exit,
  Option,
  Queue,
  Schedule,
  type Semaphore,
  Stream,
  type SubscriptionRef
} from "effect"
import { type CheckpointKey, storeKey } from "../checkpoints/Checkpoint.ts"
import { Checkpoints, type NewerCheckpoint } from "../checkpoints/Checkpoints.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { contextOf, type Identity, type Pace } from "../config/Instance.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { Graph } from "../graph/GraphClient.ts"
import { legacySilence } from "../graph/Limits.ts"
import { sinkRetry } from "../graph/Retries.ts"
import { pages } from "../polling/Pages.ts"
import { end, type Page } from "../publishing/Page.ts"
import { oncePatience, persist, queued, recovered, watched, written } from "../publishing/Writing.ts"
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
  readonly pace: SubscriptionRef.SubscriptionRef<Pace>
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

/** Polls for ever or once. Starts again after a defect, or when another process changed the position. */
export const run = Effect.fnUntraced(function*(options: EndpointRun) {
  const { endpoint, graph, identity, lockOf, once, outages, pace, queue } = options
  const checkpoints = yield* Checkpoints
  const status = yield* Status
  const leases = yield* Leases
  const node = yield* Node
  const observer = yield* Observer.make(identity.name, endpoint.name, outages)
  const services = yield* Effect.context<Reporter | Status>()
  const whose = { instance: identity.name, endpoint: endpoint.name }
  const { keeper } = yield* ArtifactSink
  const persisted = (write: Effect.Effect<void, StateStoreError>) =>
    Effect.provideContext(persist(whose, once ? oncePatience : undefined, write), services)
  const key: CheckpointKey = { cloud: identity.cloud.name, tenant: identity.tenantId, endpoint: endpoint.name }

  const hasObjects = endpoint.list !== undefined || endpoint.interest !== undefined

  const reported = Effect.fnUntraced(function*(what: Omit<Report, "occurred_at">): Effect.fn.Return<Report> {
    return { ...what, ...whose, occurred_at: isoTime(yield* Clock.currentTimeMillis) }
  })

  /** Opens the state, with retries while the store cannot be read; none when a newer version wrote it. */
  const open = Effect.gen(function*() {
    const opened = yield* watched(whose, () => "store", checkpoints.open(key, { hasObjects })).pipe(
      Effect.tap(() => Effect.andThen(recovered("store"), written(whose))),
      Effect.tapError((error) =>
        Effect.flatMap(
          reported(openFailed(error)),
          (report) => observer.failed(report, error._tag === "NewerCheckpoint" ? "error" : "unavailable")
        )
      ),
      Effect.retry({
        schedule: once ? Schedule.upTo(sinkRetry, { times: 3 }) : sinkRetry,
        while: (error) => error._tag === "StateStoreError"
      }),
      Effect.option
    )
    const names = Option.match(opened, { onNone: () => [], onSome: (state) => state.setAside })
    yield* Effect.forEach(names, (name) => Effect.flatMap(reported(setAside(name)), observer.say), { discard: true })
    return opened
  })

  const siblingBrings = Effect.gen(function*() {
    const { rhythm } = endpointOf(yield* status.snapshot, identity.name, "alerts_v2")
    const now = yield* Clock.currentTimeMillis
    return rhythm !== undefined && rhythm.brought > 0 && now - rhythm.quietSince < Duration.toMillis(legacySilence)
  })

  /** Hands a page to the consumer. A page is given up when the queue is shut down. */
  const handOver = (page: Page) =>
    queued(page).pipe(
      Effect.andThen(Queue.offer(queue, page)),
      Effect.flatMap((taken) => taken ? Effect.void : end(page, Exit.interrupt()))
    )

  const round = Effect.gen(function*() {
    const state = yield* open
    if (Option.isNone(state)) return false
    const watch = keeper === undefined ? undefined : yield* keeper.watch
    if (keeper !== undefined) yield* recover(whose, state.value, keeper, persisted)
    const polling = Stream.runForEach(
      pages({
        config: { endpoint, identity, mode: once ? { _tag: "once" } : { _tag: "forever" } },
        pace,
        graph,
        state: state.value,
        isHeld: () => leases.isHeld(identity.name),
        context: { ...node, ...contextOf(identity) },
        siblingBrings,
        persist: persisted,
        note: observer.note,
        committed: observer.committed
      }),
      handOver
    ).pipe(Effect.ensuring(state.value.inHand.stopped))
    // The next round takes what was lost out of the ledger, once no page of this one is published any more.
    const lost = watch?.(() => Option.getOrUndefined(state.value.current())?.delivered) ?? Effect.never
    return yield* Effect.raceFirst(Effect.as(polling, false), Effect.as(lost, true))
  }).pipe(InternalFault.report(identity.name, endpoint.name, observer))

  const rounds = Effect.asVoid(Effect.repeat(round, { while: (isLost) => isLost === true }))
  yield* lockOf(storeKey(key)).withPermit(
    once ? rounds : Effect.asVoid(Effect.repeat(rounds, Schedule.spaced(openAgain)))
  )
})
