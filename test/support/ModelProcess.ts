/** One process of the model: the endpoint's run and its consumer, over a store, a sink and a Graph that can be watched. */
import {
  Clock,
  Context,
  type Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Queue,
  References,
  Scope,
  Semaphore,
  Stream,
  SubscriptionRef
} from "effect"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { clouds } from "../../src/config/Cloud.ts"
import { Credential } from "../../src/config/Credential.ts"
import type { Identity } from "../../src/config/Instance.ts"
import type { Endpoint } from "../../src/endpoints/Endpoints.ts"
import type { Graph } from "../../src/graph/GraphClient.ts"
import * as EndpointRun from "../../src/instances/EndpointRun.ts"
import { Leases } from "../../src/instances/Leases.ts"
import * as Outages from "../../src/instances/Outages.ts"
import type { PaceRef } from "../../src/polling/PaceRef.ts"
import { consume } from "../../src/publishing/Consumer.ts"
import type { Page } from "../../src/publishing/Page.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"

export const tenantId = "11111111-1111-4111-8111-111111111111"

/** Pages in memory at once. */
export const permits = 8

export type Name = "a" | "b"

/** What a process runs over; every call says which process makes it. */
export interface Surroundings {
  readonly endpoint: Endpoint
  readonly clock: Clock.Clock
  readonly pace: PaceRef
  /** The process that holds the lease. */
  readonly holder: SubscriptionRef.SubscriptionRef<Name>
  readonly isHeld: (process: Process) => boolean
  readonly graph: (process: Process) => Graph
  readonly store: (process: Process) => StateStore["Service"]
  readonly sink: (process: Process) => ArtifactSink["Service"]
}

export interface Process {
  readonly name: Name
  /** It does nothing any more, and is to be started again. */
  isDead: boolean
  /** A poll has asked for the time, and its first request comes. */
  isBeginning: boolean
  /** Another writer has the checkpoint: nothing more is saved before it is read again. */
  isLost: boolean
  /** Versions that the sink has and the ledger does not. */
  inHand: Array<number>
  clientId: string
  /** Permits that are not taken. */
  readonly free: Effect.Effect<number>
  /** Runs the endpoint again with another application or name, as other settings do. */
  readonly change: (clientId: string, displayName: string) => Effect.Effect<void>
  /** Ends the consumer, which a stop does first. */
  readonly stopConsumer: Effect.Effect<void>
  readonly stop: Effect.Effect<void>
}

const leasesOf = ({ holder, isHeld }: Surroundings, process: Process) => {
  const until = (isMine: boolean) =>
    Stream.runHead(Stream.filter(SubscriptionRef.changes(holder), (name) => (name === process.name) === isMine))
  return Leases.of({
    isHeld: () => isHeld(process),
    whileHeld: (_, work) =>
      Effect.gen(function*() {
        while (true) {
          yield* until(true)
          const ended = yield* Effect.raceFirst(
            Effect.map(work, (value) => ({ value })),
            // A process knows that its lease is over before anything interrupts it.
            Effect.andThen(until(false), Effect.as(Effect.sleep("3 seconds"), undefined))
          )
          if (ended !== undefined) return ended.value
        }
      })
  })
}

const identityOf = (endpoint: Endpoint, clientId: string, displayName: string): Identity => ({
  name: "tenant",
  displayName,
  enabled: true,
  cloud: clouds.global,
  tenantId,
  clientId,
  credential: Credential.FederatedToken({ path: "none" }),
  senderHost: "graph",
  endpoints: [endpoint.name]
})

/** Starts a process; it lives as long as the scope, or until it is stopped. */
export const start = Effect.fnUntraced(
  function*(name: Name, clientId: string, over: Surroundings, within: Scope.Scope) {
    const scope = yield* Scope.fork(within)
    const lock = Semaphore.makeUnsafe(1)
    let running: Fiber.Fiber<void> | undefined
    const process: Process = {
      name,
      isDead: false,
      isBeginning: false,
      isLost: false,
      inHand: [],
      clientId,
      free: Effect.suspend(() => Context.get(context, PagePermits).available),
      change: (clientId, displayName) =>
        Effect.suspend(() => {
          process.clientId = clientId
          running?.interruptUnsafe()
          return run(displayName)
        }),
      stopConsumer: Effect.suspend(() => Fiber.interrupt(consumer)),
      stop: Effect.suspend(() => Scope.close(scope, Exit.void))
    }
    const context: Context.Context<Checkpoints | ArtifactSink | Reporter | PagePermits | Status> = yield* Layer
      .buildWithScope(
        Layer.fresh(
          Layer.mergeAll(
            Checkpoints.layer.pipe(Layer.provide(Layer.succeed(StateStore, over.store(process)))),
            Layer.succeed(ArtifactSink, over.sink(process)),
            Reporter.layer,
            PagePermits.layer(permits),
            Status.layer("test")
          )
        ),
        scope
      )
    const leases = leasesOf(over, process)
    const queue = yield* Queue.bounded<Page>(permits)
    const forked = <A, E, R>(work: Effect.Effect<A, E, R>) =>
      work.pipe(
        Effect.provideContext(context as Context.Context<R>),
        Effect.provideService(Leases, leases),
        Effect.provideService(Clock.Clock, over.clock),
        Effect.provideService(References.MinimumLogLevel, "None"),
        Effect.forkIn(scope, { startImmediately: true })
      ) as Effect.Effect<Fiber.Fiber<A, E>>
    const outages = yield* Outages.make.pipe(
      Effect.provideContext(context as Context.Context<Reporter | Status>),
      Effect.provideService(Scope.Scope, scope)
    )
    const run = Effect.fnUntraced(function*(displayName: string) {
      running = yield* forked(leases.whileHeld(
        "tenant",
        EndpointRun.run({
          identity: identityOf(over.endpoint, process.clientId, displayName),
          endpoint: over.endpoint,
          pace: over.pace,
          graph: over.graph(process),
          once: false,
          queue,
          outages,
          lockOf: () => lock
        })
      ))
    })
    const consumer = yield* forked(consume(queue, undefined))
    yield* run("Contoso")
    return process
  }
)

/** A clock that was set back against another, whose waits go on as they were. */
export const setBackBy = (clock: Clock.Clock, millis: () => number): Clock.Clock => ({
  ...clock,
  currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() - millis(),
  currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now - millis()),
  currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() - BigInt(millis()) * 1_000_000n,
  currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now - BigInt(millis()) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
  monotonicTimeNanos: clock.monotonicTimeNanos,
  sleep: (duration: Duration.Duration) => clock.sleep(duration)
})
