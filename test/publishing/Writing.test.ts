import { assert, describe, it } from "@effect/vitest"
import { Context, type Duration, Effect, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Conflict, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import { fromSettings } from "../../src/config/Instance.ts"
import { oncePatience, persist, recovered, writeFailed, written } from "../../src/publishing/Writing.ts"
import { ArtifactSinkError, SinkUnavailable } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { endpointOf } from "../../src/status/Snapshot.ts"
import { Status } from "../../src/status/Status.ts"
import { settings } from "../support/Connector.ts"
import { registered } from "../support/RegisteredInstance.ts"

const whose = { instance: "one", endpoint: "incidents" } as const
const full = new StateStoreError({
  key: "k",
  operation: "put",
  reason: new StoreUnavailable({ detail: "ENOSPC in write" })
})
const conflict = new StateStoreError({ key: "k", operation: "put", reason: new Conflict() })
const sinkFull = new ArtifactSinkError({ sink: "file", reason: new SinkUnavailable({ detail: "ENOSPC in write" }) })

const world = Effect.gen(function*() {
  const lines: Array<string> = []
  const capture = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
  const context = yield* Layer.build(
    Layer.fresh(Layer.mergeAll(Reporter.layer, Status.layer("test"), Logger.layer([capture])))
  )
  const status = Context.get(context, Status)
  const { identity, pace } = fromSettings("one", (yield* settings()).instances["tenant"]!)
  yield* status.tellInstance("one", registered({ identity, pace }))
  return {
    lines,
    inside: Effect.provideContext(context),
    sink: Effect.map(status.snapshot, ({ sink }) => Array.from(sink.failing.keys()).join()),
    endpoint: Effect.map(status.snapshot, (snapshot) => endpointOf(snapshot, "one", "incidents"))
  }
})

describe("a write that fails", () => {
  it.effect("is shown at its endpoint and at the sink, and said once an hour", () =>
    Effect.gen(function*() {
      const { endpoint, inside, lines, sink } = yield* world
      const failed = inside(writeFailed(whose, sinkFull))
      yield* failed
      assert.strictEqual(yield* sink, "sink")
      const { unwritten } = (yield* endpoint)!
      assert.deepInclude(unwritten, { code: "sink_unavailable", ...whose })
      assert.strictEqual(unwritten?.message, "the file sink cannot write: ENOSPC in write")
      assert.match(lines[0]!, /^Error the file sink cannot write: ENOSPC in write; free space/)
      yield* TestClock.adjust("59 minutes")
      yield* failed
      assert.strictEqual(lines.length, 1)
      yield* TestClock.adjust("1 minute")
      yield* failed
      assert.strictEqual(lines.length, 2)
    }))

  it.effect("of a checkpoint says so", () =>
    Effect.gen(function*() {
      const { endpoint, inside, lines, sink } = yield* world
      yield* inside(writeFailed(whose, full))
      assert.strictEqual(yield* sink, "store")
      assert.strictEqual((yield* endpoint)?.unwritten?.message, "the checkpoint cannot be written: k: ENOSPC in write")
      yield* inside(recovered("sink"))
      assert.strictEqual(yield* sink, "store", "an artifact says nothing about the checkpoints")
      yield* inside(recovered("store"))
      assert.strictEqual(lines.at(-1), "Info the checkpoints can be written again; nothing was lost")
      assert.isDefined((yield* endpoint)?.unwritten, "not yet what this endpoint could not write")
      yield* inside(written(whose))
      assert.isUndefined((yield* endpoint)?.unwritten)
    }))

  it.effect("is over once the sink can be written, which is said once; the next failure is said again", () =>
    Effect.gen(function*() {
      const { inside, lines, sink } = yield* world
      yield* inside(recovered("sink"))
      assert.deepStrictEqual(lines, [], "nothing was wrong")
      yield* inside(writeFailed(whose, sinkFull))
      yield* inside(recovered("store"))
      assert.strictEqual(yield* sink, "sink", "a checkpoint says nothing about the sink")
      yield* inside(recovered("sink"))
      yield* inside(recovered("sink"))
      assert.strictEqual(yield* sink, "")
      assert.deepStrictEqual(lines.slice(1), ["Info the file sink can be written again; nothing was lost"])
      yield* inside(writeFailed(whose, sinkFull))
      assert.strictEqual(lines.length, 3)
    }))
})

describe("what is persisted", () => {
  /** Persists a write that fails so many times. */
  const persisting = Effect.fnUntraced(
    function*(error: StateStoreError, times: number, patience: Duration.Duration | undefined) {
      const { inside, lines } = yield* world
      let tried = 0
      const write = Effect.suspend(() => tried++ < times ? Effect.fail(error) : Effect.void)
      const fiber = yield* Effect.forkChild(inside(persist(whose, patience, write)), { startImmediately: true })
      return { fiber, lines, tried: () => tried }
    }
  )
  const wait = Effect.repeat(TestClock.adjust("1 second"), { times: 300 })

  it.effect("is tried for ever, and says when it can be written", () =>
    Effect.gen(function*() {
      const { fiber, lines } = yield* persisting(full, 9, undefined)
      assert.isUndefined(fiber.pollUnsafe())
      yield* wait
      assert.strictEqual(yield* Fiber.join(fiber), "committed")
      assert.deepStrictEqual(lines.map((line) => line.split(" ")[0]), ["Error", "Info"])
    }))

  it.effect("is given up after a minute by a poll that is made once", () =>
    Effect.gen(function*() {
      const { fiber } = yield* persisting(full, Infinity, oncePatience)
      yield* TestClock.adjust("50 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* wait
      assert.strictEqual(yield* Fiber.join(fiber), "dropped")
    }))

  it.effect("is lost at once where another process wrote, and nothing is wrong", () =>
    Effect.gen(function*() {
      const { fiber, lines, tried } = yield* persisting(conflict, Infinity, undefined)
      assert.strictEqual(yield* Fiber.join(fiber), "lost")
      assert.deepStrictEqual([tried(), lines], [1, []])
    }))
})
