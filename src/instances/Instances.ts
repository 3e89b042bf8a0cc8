/**
 * Polls the instances that the settings name, and follows the settings: a change acts at once on the instances that it
 * touches, and on no other.
 */
import {
  Clock,
  Context,
  Duration,
  Effect,
  FiberMap,
  Option,
  Queue,
  Schedule,
  Semaphore,
  Stream,
  SubscriptionRef
} from "effect"
import type { DriftLedger } from "../artifacts/DriftLedger.ts"
import { type CheckpointKey, storeKey } from "../checkpoints/Checkpoint.ts"
import { Checkpoints, type EndpointState, type NewerCheckpoint } from "../checkpoints/Checkpoints.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { fromSettings, type Identity, type Instance, type Pace, sameIdentity } from "../config/Instance.ts"
import type { Settings } from "../config/Settings.ts"
import { type Endpoint, type EndpointName, endpoints } from "../endpoints/Endpoints.ts"
import { type Graph, GraphClient } from "../graph/GraphClient.ts"
import { sinkRetry } from "../graph/GraphPolicy.ts"
import { pages } from "../polling/Poller.ts"
import * as Stalls from "../polling/Stalls.ts"
import type { Page } from "../publishing/Page.ts"
import type { PagePermits } from "../publishing/PagePermits.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { look } from "./CredentialExpiry.ts"
import { warn } from "./InstanceWarnings.ts"
import { told } from "./InternalFault.ts"
import { Leases } from "./Leases.ts"
import * as Starts from "./Starts.ts"

/** The appliance that this process runs on, where it runs on one. */
export const Node = Context.Reference<{ readonly orgId?: string; readonly applianceId?: string }>(
  "azure-security/instances/Instances/Node",
  { defaultValue: () => ({}) }
)

/** After this a state is opened again that another process changed, or that a newer version of this program owned. */
const openAgain = "10 seconds"

/** One lock for each state, so that an endpoint that starts anew waits for the pages of its former run. */
const makeLocks = () => {
  const locks = new Map<string, Semaphore.Semaphore>()
  return (key: string) => {
    const lock = locks.get(key) ?? Semaphore.makeUnsafe(1)
    locks.set(key, lock)
    return lock
  }
}

const newerReport = (instance: string, endpoint: string, error: NewerCheckpoint, now: number): Report => ({
  code: "checkpoint_newer",
  instance,
  endpoint,
  message: error.message,
  remedy:
    "run the newer version again, or set the checkpoint file aside and lose its position; nothing was overwritten",
  occurred_at: isoTime(now)
})

const setAsideReport = (instance: string, endpoint: string, name: string, now: number): Report => ({
  code: "checkpoint_corrupt",
  instance,
  endpoint,
  message: `a stored position could not be read and was set aside as ${name}`,
  remedy:
    "check the disk; polling goes on from what the ledger remembers, so that nothing is lost and what it knows is not repeated",
  occurred_at: isoTime(now)
})

/** What is running. */
export interface Running {
  /** Makes the instances those of the settings. */
  readonly apply: (settings: Settings) => Effect.Effect<void>
  /** Waits until no instance is polled any more, as it comes about with `once`. */
  readonly ended: Effect.Effect<void>
}

/** Begins to poll into a queue; nothing is polled before the first `apply`. */
export const make = Effect.fn("Instances.make")(function*(queue: Queue.Queue<Page>, once: boolean) {
  const graphClient = yield* GraphClient
  const checkpoints = yield* Checkpoints
  const reporter = yield* Reporter
  const status = yield* Status
  const node = yield* Node
  const leases = yield* Leases
  const services = yield* Effect.context<DriftLedger | PagePermits | Reporter | Status>()
  const fibers = yield* FiberMap.make<string, void, never>()
  const known = new Map<string, { identity: Identity; readonly pace: SubscriptionRef.SubscriptionRef<Pace> }>()
  const lockOf = makeLocks()
  const turn = yield* Starts.make(status)
  let isFirst = true
  let instances: ReadonlyMap<string, Instance> = new Map()

  const say = (report: Report) => reporter.say(report, { level: "Error", remind: true })

  /** Opens an endpoint's state, however long the store cannot be read; none where a newer version owns it. */
  const openState = Effect.fnUntraced(function*(identity: Identity, endpoint: Endpoint, key: CheckpointKey) {
    const troubled = (error: StateStoreError | NewerCheckpoint) =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const here = status.endpoint(identity.name, endpoint.name)
        here.state = error._tag === "NewerCheckpoint" ? "error" : "unavailable"
        here.lastPollWell = false
        here.error = error._tag === "NewerCheckpoint"
          ? newerReport(identity.name, endpoint.name, error, now)
          : {
            code: "sink_unavailable",
            instance: identity.name,
            endpoint: endpoint.name,
            message: `the checkpoint cannot be read: ${error.message}`,
            remedy: "mend the directory; polling begins when it can be read",
            occurred_at: isoTime(now)
          }
        yield* say(here.error)
      })
    const opened = yield* checkpoints.open(key).pipe(
      Effect.tapError(troubled),
      Effect.retry({
        schedule: once ? Schedule.upTo(sinkRetry, { times: 3 }) : sinkRetry,
        while: (error) => error._tag === "StateStoreError"
      }),
      Effect.option
    )
    if (Option.isNone(opened)) return opened
    for (const name of opened.value.setAside) {
      yield* say(setAsideReport(identity.name, endpoint.name, name, yield* Clock.currentTimeMillis))
    }
    return opened
  })

  const handOver = (page: Page) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        Effect.onInterrupt(restore(Queue.offer(queue, page)), () => page.settle("dropped")),
        (taken) => taken ? Effect.sync(page.handedOver) : page.settle("dropped")
      )
    )

  const poll = (
    identity: Identity,
    pace: SubscriptionRef.SubscriptionRef<Pace>,
    graph: Graph,
    endpoint: Endpoint,
    state: EndpointState
  ) =>
    Stream.runForEach(
      pages({
        identity,
        pace,
        graph,
        endpoint,
        state,
        isHeld: () => leases.isHeld(identity.name),
        once,
        context: {
          tenantId: identity.tenantId,
          displayName: identity.displayName,
          senderHost: identity.senderHost,
          graphHost: new URL(identity.cloud.graph).host,
          ...node
        }
      }),
      handOver
    ).pipe(Effect.provideContext(services))

  const runEndpoint = Effect.fnUntraced(function*(
    identity: Identity,
    pace: SubscriptionRef.SubscriptionRef<Pace>,
    graph: Graph,
    endpoint: Endpoint
  ) {
    const key = { cloud: identity.cloud.name, tenant: identity.tenantId, endpoint: endpoint.name }
    const round = Effect.gen(function*() {
      const state = yield* openState(identity, endpoint, key)
      if (Option.isSome(state)) yield* poll(identity, pace, graph, endpoint, state.value)
    }).pipe(told(identity.name, endpoint.name), Effect.provideContext(services))
    yield* lockOf(storeKey(key)).withPermit(once ? round : Effect.repeat(round, Schedule.spaced(openAgain)))
  })

  const runInstance = Effect.fnUntraced(function*(
    identity: Identity,
    pace: SubscriptionRef.SubscriptionRef<Pace>
  ) {
    const graph = yield* graphClient.connect(identity)
    status.budget(identity.name, graph.used)
    yield* Effect.forEach(
      identity.endpoints,
      (name) => runEndpoint(identity, pace, graph, endpoints[name]),
      { concurrency: identity.endpoints.length, discard: true }
    )
  })

  /** Nobody waits for it: the pages it handed over may be held by a sink that cannot be written. */
  const end = (name: string) => Option.map(FiberMap.getUnsafe(fibers, name), (fiber) => fiber.interruptUnsafe())

  /** With a place in the queue of a start among so many, or at once. */
  const begin = Effect.fnUntraced(function*(instance: Instance, amongSoMany?: number) {
    const { identity, pace } = instance
    status.register(identity)
    const ref = yield* SubscriptionRef.make(pace)
    known.set(identity.name, { identity, pace: ref })
    end(identity.name)
    if (!identity.enabled) return
    const { name } = identity
    const wait = amongSoMany === undefined ? Effect.void : turn(instance, amongSoMany)
    const polling = Effect.andThen(wait, runInstance(identity, ref)).pipe(
      Effect.onInterrupt(() => Effect.sync(() => status.rest(name)))
    )
    yield* FiberMap.run(fibers, name, leases.whileHeld(name, polling))
  })

  const apply = Effect.fn("Instances.apply")(function*(settings: Settings) {
    const wanted = Object.entries(settings.instances).map(([name, document]) => fromSettings(name, document))
    // Who saves settings waits to see what they do; who starts a process does not look at each of a thousand tenants.
    const amongSoMany = isFirst && !once ? wanted.length : undefined
    isFirst = false
    for (const name of Array.from(known.keys())) {
      if (wanted.some(({ identity }) => identity.name === name)) continue
      end(name)
      known.delete(name)
      status.forget(name)
    }
    for (const instance of wanted) {
      const before = known.get(instance.identity.name)
      if (before === undefined || !sameIdentity(before.identity, instance.identity)) {
        if (before !== undefined && before.identity.tenantId !== instance.identity.tenantId) {
          yield* Effect.annotateLogs(
            Effect.logWarning(
              "the instance was pointed at another tenant: it begins there at its lookback, and keeps the former tenant's position for its return"
            ),
            { instance: instance.identity.name }
          )
        }
        yield* begin(instance, amongSoMany)
      } else yield* SubscriptionRef.set(before.pace, instance.pace)
      for (const [endpoint, every] of Object.entries(instance.pace.intervals)) {
        status.endpoint(instance.identity.name, endpoint as EndpointName).intervalMinutes = Duration.toMinutes(every)
      }
    }
    if (wanted.length === 0) {
      yield* Effect.logWarning("no instance is set up, so nothing is polled")
    }
    instances = new Map(wanted.map((instance) => [instance.identity.name, instance]))
    yield* Effect.provideContext(Effect.andThen(warn(wanted), look(wanted)), services)
  })

  yield* Effect.forkScoped(
    Effect.provideContext(
      Effect.repeat(Effect.suspend(() => look(instances.values())), Schedule.spaced("1 hour")),
      services
    )
  )

  yield* Effect.forkScoped(
    Effect.provideContext(Effect.repeat(Stalls.look, Schedule.spaced("1 minute")), services)
  )

  return { apply, ended: FiberMap.awaitEmpty(fibers) } satisfies Running
})
