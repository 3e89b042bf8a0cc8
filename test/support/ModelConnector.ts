/**
 * Runs a story against the connector: the pages of the poller through the consumer into the sink, over checkpoints in a
 * store. Two processes run over the same store and sink, and one of them has the lease.
 */
import { Duration, Effect, Random, Ref, type Scope } from "effect"
import { TestClock } from "effect/testing"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import * as PaceRef from "../../src/polling/PaceRef.ts"
import type { Command, Story } from "./ModelCommands.ts"
import * as ModelGraph from "./ModelGraph.ts"
import * as ModelProcess from "./ModelProcess.ts"
import * as ModelWatch from "./ModelWatch.ts"
import { minutesFrom, noon, paceOf, performOnGraph } from "./ModelWorld.ts"

const make = Effect.fnUntraced(function*({ world }: Story, scope: Scope.Scope) {
  const watched = yield* ModelWatch.make(world)
  const { buffers, die, forget, graph, graphNow, held, ill, moveLease, over, pace, promise, saved, seqs, values } =
    watched
  const processes = {
    a: yield* ModelProcess.start("a", "one", over, scope),
    b: yield* ModelProcess.start("b", "one", over, scope)
  }

  const appears = (row: ModelGraph.Row, replaced?: ModelGraph.Row) => {
    const sent = ModelWatch.sentOf(row)
    const id = ArtifactId.ofRecord(ModelProcess.tenantId, over.endpoint.name, { ...row, sent })
    const content = sent.content()
    const hashing = ArtifactId.contentHash(content, Array.from(content.evidence, ArtifactId.sha256))
    let hashed = hashing.next()
    while (hashed.done !== true) hashed = hashing.next()
    for (const known of [id, ArtifactId.ofContent(id, hashed.value)]) {
      seqs.set(known, row.seq)
      seqs.set(known.slice(0, 16), row.seq)
    }
    promise.appears(row, replaced)
  }
  const add = (minutes: number) => appears(ModelGraph.add(graph, minutesFrom(graphNow(), minutes)))
  const setTrap = (left: number, isAfter: boolean, spring: ModelWatch.Trap["spring"]) => {
    ill.trap = { left, isAfter, spring }
  }

  const restartDead = Effect.gen(function*() {
    for (const process of Object.values(processes)) {
      if (!process.isDead) continue
      yield* process.stop
      processes[process.name] = yield* ModelProcess.start(process.name, process.clientId, over, scope)
    }
  })

  const perform = Effect.fnUntraced(function*(command: Command) {
    performOnGraph(graph, command, graphNow(), appears)
    switch (command._tag) {
      case "Defect":
        ill.defect = { id: ModelGraph.idOf(graph, command.of), left: command.times }
        return
      case "Stop": {
        const process = processes[held()]
        yield* process.stopConsumer
        yield* TestClock.adjust("2 seconds")
        return yield* die(process)
      }
      case "SinkFails":
        ill.sinkFails = command.times
        return
      case "StoreFails":
        ill.storeFails = command.times
        return
      case "Conflict":
        return yield* Ref.update(
          values,
          (all) =>
            new Map(
              Array.from(
                all,
                (
                  [key, value]
                ) => [key, key.endsWith(".checkpoint.json") ? { ...value, revision: value.revision + 1000 } : value]
              )
            )
        )
      case "Crash":
        return setTrap(command.after, command.done, die)
      case "Lease":
        return command.after === 0 ? yield* moveLease(processes[held()]) : setTrap(command.after - 1, true, moveLease)
      case "Advance":
        return yield* TestClock.adjust(Duration.seconds(command.seconds))
      case "SetBack":
        ill.back += command.minutes * 60_000
        return
      case "Pace":
        yield* PaceRef.set(pace, paceOf({ ...world, ...command }))
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
    ModelGraph.mend(graph)
    graph.isMissing = false
    ill.sinkFails = ill.storeFails = 0
    ill.defect = undefined
    ill.trap = undefined
    return held() === "a" ? Effect.void : moveLease(processes.b)
  })

  return {
    promise,
    add,
    mend,
    perform: (command: Command) => Effect.andThen(perform(command), restartDead),
    saved,
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
