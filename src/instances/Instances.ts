/** Polls the instances of the settings and follows their changes. A change affects only the instances that it names. */
import { DateTime, Effect, FiberMap, Option, type Queue, Ref, Schedule, Semaphore } from "effect"
import type { Checkpoints } from "../checkpoints/Checkpoints.ts"
import { allFromSettings, type Identity, type Instance, sameIdentity } from "../config/Instance.ts"
import type { Settings } from "../config/Settings.ts"
import { endpoints } from "../endpoints/Endpoints.ts"
import { inCloud } from "../endpoints/NationalClouds.ts"
import { type Graph, GraphClient } from "../graph/GraphClient.ts"
import * as PaceRef from "../polling/PaceRef.ts"
import type { Page } from "../publishing/Page.ts"
import type { PagePermits } from "../publishing/PagePermits.ts"
import type { ArtifactSink } from "../sinks/ArtifactSink.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import * as Backfills from "./Backfills.ts"
import * as ClockSkew from "./ClockSkew.ts"
import { look } from "./CredentialExpiry.ts"
import * as EndpointRun from "./EndpointRun.ts"
import { type Waiting, waitingOf } from "./Holders.ts"
import { warn } from "./InstanceWarnings.ts"
import { Leases } from "./Leases.ts"
import * as Outages from "./Outages.ts"
import * as Stalls from "./Stalls.ts"
import * as Starts from "./Starts.ts"

/** Time between two looks at what the command backfill saves: a broker lists all positions for each. */
const backfillsEvery = "30 seconds"

/** The instances that run. */
export interface Running {
  /** Starts, changes and ends instances until they match the settings, whose order decides who polls a shared tenant. */
  readonly apply: (settings: Settings, order?: ReadonlyArray<string>) => Effect.Effect<void>
  /** Waits until no instance is polled any more, which happens with `once`. */
  readonly ended: Effect.Effect<void>
}

interface Known {
  readonly identity: Identity
  readonly pace: PaceRef.PaceRef
  /** The instance that polls this one's tenant; undefined when this one does. */
  readonly waitsFor: string | undefined
}

/** Makes one lock for each state, so that a restarted endpoint waits for the pages of its previous run. */
const makeLocks = () => {
  const locks = new Map<string, Semaphore.Semaphore>()
  return (key: string) => {
    const lock = locks.get(key) ?? Semaphore.makeUnsafe(1)
    locks.set(key, lock)
    return lock
  }
}

const secretExpiresAt = ({ secretExpires }: Instance): number | undefined =>
  secretExpires === undefined
    ? undefined
    : Option.getOrUndefined(Option.map(DateTime.make(secretExpires), DateTime.toEpochMillis))

/** Makes the instances, whose pages go to `queue`. Nothing is polled before the first `apply`. */
export const make = Effect.fnUntraced(function*(queue: Queue.Queue<Page>, once: boolean) {
  const graphClient = yield* GraphClient
  const status = yield* Status
  const reporter = yield* Reporter
  const leases = yield* Leases
  const services = yield* Effect.context<ArtifactSink | Checkpoints | PagePermits | Reporter | Status>()
  const fibers = yield* FiberMap.make<string, void, never>()
  const known = new Map<string, Known>()
  const lockOf = makeLocks()
  const turn = yield* Starts.make
  const outages = yield* Outages.make
  const graphs = new Map<string, Graph>()
  const forget = (name: string) => Effect.andThen(outages.forget(name), reporter.forget(name))
  const current = yield* Ref.make<ReadonlyArray<Instance> | undefined>(undefined)

  const runInstance = Effect.fnUntraced(function*({ identity, pace }: Known) {
    const graph = yield* graphClient.connect(identity)
    graphs.set(identity.name, graph)
    yield* status.tellInstance(identity.name, { _tag: "Connected", used: graph.used })
    yield* Effect.forEach(identity.endpoints, (name) =>
      EndpointRun.run({
        identity,
        pace,
        graph,
        endpoint: inCloud(endpoints[name], identity.cloud.graph),
        once,
        queue,
        lockOf,
        outages
      }), { concurrency: identity.endpoints.length, discard: true })
  })

  /** Interrupts an instance without waiting, because an unavailable sink may hold one of its pages. */
  const end = (name: string) =>
    Effect.sync(() => Option.map(FiberMap.getUnsafe(fibers, name), (fiber) => fiber.interruptUnsafe()))

  /** Begins an instance: at once or, when it is one of `amongSoMany` at the start of a process, in its turn. */
  const begin = Effect.fnUntraced(function*(instance: Instance, waiting: Waiting, amongSoMany?: number) {
    const { identity, pace } = instance
    const { name } = identity
    const waitsFor = waiting.get(name)
    yield* status.tellInstance(name, {
      _tag: "Registered",
      identity,
      pace,
      secretExpiresAt: secretExpiresAt(instance),
      group: instance.group,
      waitsFor
    })
    yield* forget(name)
    const one: Known = { identity, pace: yield* PaceRef.make(pace), waitsFor }
    known.set(name, one)
    yield* end(name)
    if (!identity.enabled || waitsFor !== undefined) return
    const wait = amongSoMany === undefined ? Effect.void : turn(instance, amongSoMany)
    const polling = Effect.andThen(wait, runInstance(one)).pipe(
      // A run that was replaced says nothing: its successor may have begun, while an attempt to publish kept this one.
      Effect.onInterrupt(() =>
        Effect.suspend(() =>
          known.get(name) === one
            ? Effect.andThen(outages.forget(name), status.tellInstance(name, { _tag: "Rested" }))
            : Effect.void
        )
      ),
      Effect.provideContext(services)
    )
    yield* FiberMap.run(fibers, name, leases.whileHeld(name, polling))
  })

  const change = Effect.fnUntraced(function*(instance: Instance, before: Known, waiting: Waiting) {
    const { identity, pace } = instance
    if (sameIdentity(before.identity, identity) && before.waitsFor === waiting.get(identity.name)) {
      yield* status.tellInstance(identity.name, {
        _tag: "Paced",
        pace,
        secretExpiresAt: secretExpiresAt(instance),
        group: instance.group
      })
      return yield* PaceRef.set(before.pace, pace)
    }
    if (before.identity.tenantId !== identity.tenantId) {
      yield* Effect.annotateLogs(
        Effect.logWarning(
          "the instance has another tenant now: polling begins there at the lookback; the former tenant's position is kept in case it returns"
        ),
        { instance: identity.name }
      )
    }
    yield* begin(instance, waiting)
  })

  const apply = Effect.fnUntraced(function*(settings: Settings, order?: ReadonlyArray<string>) {
    const wanted = allFromSettings(settings, order)
    const before = yield* Ref.getAndSet(current, wanted)
    // Starts are spread only when the process starts. Whoever changes an instance is waiting to see the effect.
    const amongSoMany = before === undefined && !once ? wanted.length : undefined
    for (const name of Array.from(known.keys())) {
      if (wanted.some(({ identity }) => identity.name === name)) continue
      yield* end(name)
      known.delete(name)
      graphs.delete(name)
      yield* forget(name)
      yield* status.tell({ _tag: "InstanceForgotten", instance: name })
    }
    const waiting = waitingOf(wanted)
    // An instance that has to wait now is interrupted before another begins to poll its tenant.
    for (const name of waiting.keys()) yield* end(name)
    for (const instance of wanted) {
      const running = known.get(instance.identity.name)
      yield* running === undefined ? begin(instance, waiting, amongSoMany) : change(instance, running, waiting)
    }
    if (wanted.length === 0 && before?.length !== 0) {
      yield* Effect.logWarning(
        "no instance is set up, so nothing is polled: add one on the page, or under instances in the settings"
      )
    }
    yield* Effect.provideContext(Effect.andThen(warn(wanted, waiting), look(wanted)), services)
  })

  const hourly = Effect.flatMap(Ref.get(current), (instances) => look(instances ?? []))
  const backfills = yield* Backfills.make
  const lookAtBackfills = Effect.flatMap(Ref.get(current), (instances) => backfills(instances ?? []))
  if (!once) yield* Effect.forkScoped(Effect.repeat(lookAtBackfills, Schedule.spaced(backfillsEvery)))
  const minutely = Effect.andThen(Stalls.look(outages), Effect.suspend(() => ClockSkew.look(graphs.values())))
  yield* Effect.forkScoped(Effect.provideContext(Effect.repeat(hourly, Schedule.spaced("1 hour")), services))
  yield* Effect.forkScoped(Effect.provideContext(Effect.repeat(minutely, Schedule.spaced("1 minute")), services))

  return { apply, ended: FiberMap.awaitEmpty(fibers) } satisfies Running
})
