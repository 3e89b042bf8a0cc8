/**
 * What the processes of the model run over: a store, a sink and a Graph in memory, which fail on demand, end a process
 * at a write, and tell the reference model of every call.
 */
import { Clock, Duration, Effect, Layer, Ref, Schema, SubscriptionRef } from "effect"
import { Checkpoint } from "../../src/checkpoints/Checkpoint.ts"
import {
  Conflict,
  StateStore,
  StateStoreError,
  StoreUnavailable,
  Values,
  type Versioned
} from "../../src/checkpoints/StateStore.ts"
import type { Sent } from "../../src/domain/GraphRecord.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import type { Endpoint } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import type { Graph, PageRequest } from "../../src/graph/GraphClient.ts"
import { GraphError } from "../../src/graph/GraphError.ts"
import * as Limits from "../../src/graph/Limits.ts"
import * as PaceRef from "../../src/polling/PaceRef.ts"
import { ArtifactSink, ArtifactSinkError, Published, SinkUnavailable } from "../../src/sinks/ArtifactSink.ts"
import { lent } from "./FakeGraph.ts"
import type { World } from "./ModelCommands.ts"
import * as ModelGraph from "./ModelGraph.ts"
import * as ModelProcess from "./ModelProcess.ts"
import * as ModelPromise from "./ModelPromise.ts"
import { answerMillis, endpointOf, paceOf } from "./ModelWorld.ts"

type Process = ModelProcess.Process

const decodeCheckpoint = Schema.decodeSync(Schema.fromJsonString(Checkpoint))
const isInHand = (key: string) => key.endsWith(".in-hand.json")
const isLedger = (key: string) => key.includes(".ledger-")
const unavailable = (key: string) =>
  new StateStoreError({ key, operation: "put", reason: new StoreUnavailable({ detail: "full" }) })

/** Something that happens at a later write, before or after it is done. */
export interface Trap {
  left: number
  readonly isAfter: boolean
  readonly spring: (process: Process) => Effect.Effect<void>
}

/** The ids of a ledger's keys in one of its pieces. */
const keysOf = (bytes: Uint8Array): ReadonlyArray<string> => {
  const hex = Buffer.from(bytes.subarray(bytes.indexOf(10) + 1)).toString("hex")
  return hex.match(/.{16}/g) ?? []
}

/** A row as Graph sends it. */
export const sentOf = ({ cursor, id }: ModelGraph.Row): Sent =>
  ofValue({ id, lastUpdateDateTime: cursor, lastModifiedDateTime: cursor })

/** What goes wrong at the moment; the driver changes it. */
export interface Ill {
  /** Milliseconds by which the machine's clock was set back. */
  back: number
  /** Writes that are to fail. */
  sinkFails: number
  storeFails: number
  trap: Trap | undefined
  /** Mappings of this row that are to throw. */
  defect: { readonly id: string | undefined; left: number } | undefined
}

/** Makes the surroundings of a world's processes, and tells the reference model what is seen there. */
export const make = Effect.fnUntraced(function*(world: World) {
  const ill: Ill = { back: 0, sinkFails: 0, storeFails: 0, trap: undefined, defect: undefined }
  const plain = endpointOf(world)
  const endpoint: Endpoint = {
    ...plain,
    map: (context, record) => {
      if (record.id === ill.defect?.id && ill.defect.left-- > 0) throw new TypeError("a fault of the program's own")
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
  const pace = yield* PaceRef.make(paceOf(world))
  const holder = yield* SubscriptionRef.make<ModelProcess.Name>("a")
  const buffers = { held: 0 }
  /** Versions by the artifact ids that they are published as, and by the ledger's keys. */
  const seqs = new Map<string, number>()
  let held: ModelProcess.Name = "a"
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
    if ((saved?.cooldown?.until ?? 0) + ill.back < (cooling?.until ?? 0)) cooling = undefined
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

  /** Carries out a write, unless the process died, and springs the ill.trap that waits for it. */
  const writing = <A, E>(process: Process, write: Effect.Effect<A, E>, key?: string): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const found = ill.trap
      if (process.isDead) return Effect.die("dead")
      // What is in hand is written while a run ends, too, and a process that dies there would wait for its own end.
      if (key !== undefined && isInHand(key)) return write
      if (found === undefined || found.left-- > 0) return write
      ill.trap = undefined
      const alive = Effect.suspend(() => process.isDead ? Effect.die("dead") : Effect.void)
      return found.isAfter
        ? Effect.tap(write, () => Effect.andThen(found.spring(process), alive))
        : Effect.andThen(Effect.andThen(found.spring(process), alive), write)
    })

  const put = (process: Process, key: string, bytes: Uint8Array, revision: number) =>
    Effect.suspend(() => {
      if (ill.storeFails > 0) {
        ill.storeFails--
        return Effect.fail(unavailable(key))
      }
      // What is no commit of a page is saved without asking: a successor's revision is another one.
      if (isLedger(key)) checked(process, "a commit")
      if (isInHand(key)) return store.put(key, bytes, revision)
      return Effect.tap(store.put(key, bytes, revision), () =>
        Effect.sync(() => {
          if (isLedger(key)) {
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
        Effect.tapError(writing(process, put(process, key, bytes, revision), key), ({ reason }) =>
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
            if (ill.sinkFails > 0) {
              ill.sinkFails--
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

  const fetchPage = Effect.fnUntraced(function*(process: Process, { aside = false, url, ...how }: PageRequest) {
    if (process.isDead) return yield* Effect.never
    checked(process, "a request")
    if (cooling !== undefined && cooling.clientId === process.clientId && graphNow() < cooling.until) {
      promise.broken.push(`a request ${(cooling.until - graphNow()) / 1000} s before the end of a cooldown`)
    }
    if (process.isBeginning && !aside) {
      process.isBeginning = false
      if (saved?.position === null) {
        promise.begins(Duration.toMillis((yield* PaceRef.get(pace)).overlap), undefined)
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
    const records = answer.rows.map(sentOf)
    const page = Effect.sync(() => ({ ...lent(buffers, records), ...answer, at }))
    return yield* how.parsed === undefined ? page : how.parsed(page)
  })

  const graphOf = (process: Process): Graph => ({
    outdateToken: Effect.void,
    used: Effect.succeed(0),
    ahead: Effect.succeedNone,
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
    clock: ModelProcess.setBackBy(clock, () => ill.back),
    pace,
    holder,
    isHeld,
    graph: graphOf,
    store: storeOf,
    sink: sinkOf
  }

  return {
    over,
    ill,
    graph,
    promise,
    seqs,
    pace,
    values,
    buffers,
    graphNow,
    forget,
    moveLease,
    die,
    held: () => held,
    saved: () => saved
  }
})
