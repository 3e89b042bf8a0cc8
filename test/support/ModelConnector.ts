/**
 * Runs a story against the connector: the pages of the poller through the consumer into the sink, over checkpoints in a
 * store. Two processes run over the same store and sink, and one of them has the lease.
 */
import { Clock, Duration, Effect, Layer, Random, Ref, Schema, type Scope, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { Checkpoint } from "../../src/checkpoints/Checkpoint.ts"
import {
  Conflict,
  StateStore,
  StateStoreError,
  StoreUnavailable,
  Values,
  type Versioned
} from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import type { Endpoint } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import type { Graph, PageRequest } from "../../src/graph/GraphClient.ts"
import { GraphError } from "../../src/graph/GraphError.ts"
import * as Limits from "../../src/graph/Limits.ts"
import { ArtifactSink, ArtifactSinkError, Published, SinkUnavailable } from "../../src/sinks/ArtifactSink.ts"
import { lent } from "./FakeGraph.ts"
import type { Command, Story } from "./ModelCommands.ts"
import * as ModelGraph from "./ModelGraph.ts"
import * as ModelProcess from "./ModelProcess.ts"
import * as ModelPromise from "./ModelPromise.ts"
import { answerMillis, endpointOf, noon, paceOf } from "./ModelPure.ts"

type Process = ModelProcess.Process

const decodeCheckpoint = Schema.decodeSync(Schema.fromJsonString(Checkpoint))
const isCheckpoint = (key: string) => key.endsWith(".checkpoint.json")
const unavailable = (key: string) =>
  new StateStoreError({ key, operation: "put", reason: new StoreUnavailable({ detail: "full" }) })

/** Something that happens at a later write, before or after it is done. */
interface Trap {
  left: number
  readonly isAfter: boolean
  readonly spring: (process: Process) => Effect.Effect<void>
}

/** The ids of a ledger's keys in one of its pieces. */
const keysOf = (bytes: Uint8Array): ReadonlyArray<string> => {
  const hex = Buffer.from(bytes.subarray(bytes.indexOf(10) + 1)).toString("hex")
  return hex.match(/.{16}/g) ?? []
}

const make = Effect.fnUntraced(function*({ world }: Story, scope: Scope.Scope) {
  let defect: { readonly id: string | undefined; left: number } | undefined
  const plain = endpointOf(world)
  const endpoint: Endpoint = {
    ...plain,
    map: (context, record) => {
      if (record.id === defect?.id && defect.left-- > 0) throw new TypeError("a fault of the program's own")
      return plain.map(context, record)
    }
  }
  const clock = yield* Clock.Clock
  const graph = ModelGraph.make(world, `https://graph.microsoft.com${endpoint.path}`)
  const promise = ModelPromise.make(world)
  const values = yield* Ref.make<ReadonlyMap<string, Versioned>>(new Map())
  const store = yield* Effect.provide(
    StateStore,
    Layer.fresh(StateStore.layerMemoryOpen).pipe(Layer.provide(Layer.succeed(Values, values)))
  )
  const published = yield* Published.pipe(Effect.provide(Layer.fresh(Published.layer)))
  const sink = yield* Effect.provide(
    ArtifactSink,
    Layer.fresh(ArtifactSink.layerMemoryOpen).pipe(Layer.provide(Layer.succeed(Published, published)))
  )
  const pace = yield* SubscriptionRef.make(paceOf(world))
  const holder = yield* SubscriptionRef.make<ModelProcess.Name>("a")
  const buffers = { held: 0 }
  /** Versions by the artifact ids that they are published as, and by the ledger's keys. */
  const seqs = new Map<string, number>()
  let held: ModelProcess.Name = "a"
  let back = 0
  let sinkFails = 0
  let storeFails = 0
  let trap: Trap | undefined
  let saved: Checkpoint | undefined
  let cooling: { readonly until: number; readonly clientId: string } | undefined

  const graphNow = () => clock.currentTimeMillisUnsafe()
  const isHeld = (process: Process) => held === process.name && !process.isDead
  const checked = (process: Process, what: string) => {
    if (!process.isDead && held !== process.name) promise.broken.push(`${what} without the lease`)
  }

  /** What was refused is forgotten by who has not saved it. */
  const forget = (process: Process) => {
    promise.mayRepeat(process.inHand)
    process.inHand = []
    if ((saved?.cooldown ?? null) === null) cooling = undefined
  }

  const moveLease = (process: Process) =>
    Effect.suspend(() => {
      if (held !== process.name) return Effect.void
      forget(process)
      held = held === "a" ? "b" : "a"
      return SubscriptionRef.set(holder, held)
    })

  const die = (process: Process) =>
    Effect.sync(() => {
      forget(process)
      process.isDead = true
    })

  /** Carries out a write, unless the process died, and springs the trap that waits for it. */
  const writing = <A, E>(process: Process, write: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const found = trap
      if (process.isDead) return Effect.die("dead")
      if (found === undefined || found.left-- > 0) return write
      trap = undefined
      const alive = Effect.suspend(() => process.isDead ? Effect.die("dead") : Effect.void)
      return found.isAfter
        ? Effect.tap(write, () => Effect.andThen(found.spring(process), alive))
        : Effect.andThen(Effect.andThen(found.spring(process), alive), write)
    })

  const put = (process: Process, key: string, bytes: Uint8Array, revision: number) =>
    Effect.suspend(() => {
      if (storeFails > 0) {
        storeFails--
        return Effect.fail(unavailable(key))
      }
      // What is no commit of a page is saved without asking: a successor's revision is another one.
      if (!isCheckpoint(key)) checked(process, "a commit")
      return Effect.tap(store.put(key, bytes, revision), () =>
        Effect.sync(() => {
          if (!isCheckpoint(key)) {
            process.inHand = []
            for (const id of keysOf(bytes)) {
              if (!promise.isPublished(seqs.get(id) ?? -1)) promise.broken.push("a ledger knows what was not published")
            }
            return
          }
          if (held !== process.name) promise.overtaken()
          saved = decodeCheckpoint(new TextDecoder().decode(bytes))
          promise.saves(saved)
        }))
    })

  const storeOf = (process: Process) =>
    StateStore.of({
      ...store,
      put: (key, bytes, revision) =>
        Effect.tapError(writing(process, put(process, key, bytes, revision)), ({ reason }) =>
          Effect.sync(() => {
            if (!(reason instanceof Conflict)) return
            process.isLost = true
            forget(process)
          }))
    })

  const sinkOf = (process: Process) =>
    ArtifactSink.of({
      type: "memory",
      open: Effect.suspend(() => {
        checked(process, "a page was published")
        const given: Array<number> = []
        return Effect.map(sink.open, (writer) => ({
          write: (slice) => {
            for (const { id } of slice.artifacts) given.push(seqs.get(id) ?? -1)
            return writer.write(slice)
          },
          commit: Effect.suspend(() => {
            if (process.isDead) return Effect.die("dead")
            if (sinkFails > 0) {
              sinkFails--
              return Effect.fail(
                new ArtifactSinkError({ sink: "memory", reason: new SinkUnavailable({ detail: "full" }) })
              )
            }
            return writing(
              process,
              Effect.tap(writer.commit, () =>
                Effect.sync(() => {
                  for (const seq of given) promise.published(seq)
                  process.inHand.push(...given)
                }))
            )
          })
        }))
      })
    })

  const fetchPage = Effect.fnUntraced(function*(process: Process, { aside = false, url }: PageRequest) {
    if (process.isDead) return yield* Effect.never
    checked(process, "a request")
    if (cooling !== undefined && cooling.clientId === process.clientId && graphNow() < cooling.until) {
      promise.broken.push(`a request ${(cooling.until - graphNow()) / 1000} s before the end of a cooldown`)
    }
    if (process.isBeginning && !aside) {
      process.isBeginning = false
      if (saved?.position === null) {
        promise.begins(Duration.toMillis((yield* SubscriptionRef.get(pace)).overlap), undefined)
      }
    }
    yield* Effect.sleep(answerMillis)
    if (process.isDead) return yield* Effect.never
    const asked = ModelGraph.parse(url, /skip/.test(url))
    const answer = ModelGraph.answer(graph, asked)
    if ("_tag" in answer) {
      if (answer._tag === "Throttled" && isHeld(process) && !process.isLost) {
        const length = answer.retryAfter === undefined ? 600_000 : Duration.toMillis(answer.retryAfter)
        cooling = { until: graphNow() + Math.max(600_000, length), clientId: process.clientId }
      }
      return yield* new GraphError({ endpoint: endpoint.name, operation: "page", reason: answer })
    }
    const at = graphNow()
    const horizon = Timestamp.fromMillis(at + Duration.toMillis(Limits.futureMax))
    promise.shows(asked, answer, Timestamp.fromMillis(at), horizon)
    const records = answer.rows.map(({ cursor, id }) =>
      ofValue({ id, lastUpdateDateTime: cursor, lastModifiedDateTime: cursor })
    )
    return { ...lent(buffers, records), ...answer, at }
  })

  const graphOf = (process: Process): Graph => ({
    outdateToken: Effect.void,
    used: Effect.succeed(0),
    token: Effect.never,
    now: Effect.sync(() => {
      process.isBeginning = true
      process.isLost = false
      return graphNow()
    }),
    fetchPage: (request) => fetchPage(process, request)
  })

  const over: ModelProcess.Surroundings = {
    endpoint,
    clock: ModelProcess.setBackBy(clock, () => back),
    pace,
    holder,
    isHeld,
    graph: graphOf,
    store: storeOf,
    sink: sinkOf
  }
  const processes = {
    a: yield* ModelProcess.start("a", "one", over, scope),
    b: yield* ModelProcess.start("b", "one", over, scope)
  }

  const appears = (row: ModelGraph.Row, replaced?: ModelGraph.Row) => {
    const id = ArtifactId.ofRecord(ModelProcess.tenantId, endpoint.name, { ...row, sent: ofValue({}) })
    seqs.set(id, row.seq)
    seqs.set(id.slice(0, 16), row.seq)
    promise.appears(row, replaced)
  }
  const add = (minutes: number, seconds = 0) =>
    appears(ModelGraph.add(graph, Timestamp.fromMillis(graphNow() + minutes * 60_000 + seconds * 1000)))
  const setTrap = (left: number, isAfter: boolean, spring: Trap["spring"]) => {
    trap = { left, isAfter, spring }
  }

  const restartDead = Effect.gen(function*() {
    for (const process of Object.values(processes)) {
      if (!process.isDead) continue
      yield* process.stop
      processes[process.name] = yield* ModelProcess.start(process.name, process.clientId, over, scope)
    }
  })

  const perform = Effect.fnUntraced(function*(command: Command) {
    switch (command._tag) {
      case "Rows":
        for (let n = 0; n < command.count; n++) add(-command.behind, -n * command.apart)
        return
      case "Future":
        return world.order === "none" ? undefined : add(command.minutes)
      case "Update":
        return appears(...ModelGraph.update(graph, command.of, Timestamp.fromMillis(graphNow())))
      case "Fault":
        return ModelGraph.spoil(graph, command.fault, command.after, command.times)
      case "Defect":
        defect = { id: graph.rows[command.of % Math.max(1, graph.rows.length)]?.id, left: command.times }
        return
      case "Stop": {
        const process = processes[held]
        yield* process.stopConsumer
        yield* TestClock.adjust("2 seconds")
        return yield* die(process)
      }
      case "Poison":
        return void graph.poison.add(graph.rows[command.of % Math.max(1, graph.rows.length)]?.id ?? "")
      case "Mended":
        graph.faults = []
        return graph.poison.clear()
      case "Provider":
        graph.isMissing = !graph.isMissing
        return
      case "SinkFails":
        sinkFails = command.times
        return
      case "StoreFails":
        storeFails = command.times
        return
      case "Conflict":
        return yield* Ref.update(
          values,
          (all) =>
            new Map(
              Array.from(
                all,
                ([key, value]) => [key, isCheckpoint(key) ? { ...value, revision: value.revision + 1000 } : value]
              )
            )
        )
      case "Crash":
        return setTrap(command.after, command.done, die)
      case "Lease":
        return command.after === 0 ? yield* moveLease(processes[held]) : setTrap(command.after - 1, true, moveLease)
      case "Advance":
        return yield* TestClock.adjust(Duration.seconds(command.seconds))
      case "SetBack":
        back += command.minutes * 60_000
        return
      case "Pace":
        yield* SubscriptionRef.set(pace, paceOf({ ...world, ...command }))
        return promise.paced()
      case "Identity": {
        const name = `${graphNow()}`
        for (const process of Object.values(processes)) {
          forget(process)
          yield* process.change(command.client ? name : process.clientId, name)
        }
      }
    }
  })

  const mend = Effect.suspend(() => {
    graph.faults = []
    graph.poison.clear()
    graph.isMissing = false
    sinkFails = storeFails = 0
    defect = undefined
    trap = undefined
    return held === "a" ? Effect.void : moveLease(processes.b)
  })

  return {
    promise,
    add,
    mend,
    perform: (command: Command) => Effect.andThen(perform(command), restartDead),
    saved: () => saved,
    /** Whether nothing is read, published or held. */
    isIdle: Effect.gen(function*() {
      const free = yield* Effect.forEach(Object.values(processes), ({ free }) => free)
      return buffers.held === 0 && free.every((count) => count === ModelProcess.permits)
    })
  }
})

/** Lets every fiber run as far as it can at the current time. */
const calm = Effect.repeat(TestClock.adjust(0), { times: 3 })

/** Runs a story, and returns the promises that were broken. */
export const run = (story: Story): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const model = yield* make(story, yield* Effect.scope)
    const { promise } = model
    for (const behind of story.world.rows) model.add(-behind)
    for (const command of story.commands) {
      yield* model.perform(command)
      yield* calm
      if (promise.broken.length > 0) return promise.broken
    }
    yield* model.mend
    const success = () => model.saved()?.lastSuccessAt
    let passes = 0
    for (let steps = 0, last = success(); steps < 80 && promise.broken.length === 0; steps++) {
      yield* TestClock.adjust("1230 seconds")
      if (success() !== last) passes++
      last = success()
      const { cooldown = undefined, gaps = [], position = undefined } = model.saved() ?? {}
      if (passes >= 2 && position === null && cooldown === null && gaps.length === 0) break
      if (steps === 79) promise.broken.push("does not come to rest")
    }
    promise.ends()
    for (let tries = 0; tries < 10 && !(yield* model.isIdle); tries++) yield* TestClock.adjust("10 seconds")
    if (!(yield* model.isIdle)) promise.broken.push("a page's permit or buffer is kept")
    return promise.broken
  }).pipe(Effect.scoped, Random.withSeed("model"))
