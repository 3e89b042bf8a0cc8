import { assert, it } from "@effect/vitest"
import { Cause, Duration, Effect, Layer, Queue, Ref } from "effect"
import { TestClock } from "effect/testing"
import { StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import { incidents } from "../../src/endpoints/Incidents.ts"
import { consume } from "../../src/publishing/Consumer.ts"
import type { Outcome, Page } from "../../src/publishing/Page.ts"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable, type WholeBatch } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import { artifact } from "../support/Artifacts.ts"

/** A sink and a commit that fail as often as they are told, and what came of it in order. */
const world = Effect.gen(function*() {
  const log: Array<string> = []
  const failures = { sink: 0, commit: 0 }
  const queue = yield* Queue.unbounded<Page>()
  const page = (id: string): Page & { readonly batch: WholeBatch } => ({
    instance: "i",
    endpoint: incidents,
    batch: { artifacts: [artifact(id)], deadLetters: [] },
    artifacts: () => 1,
    handedOver: () => undefined,
    isWanted: () => !log.includes(`taken over before ${id}`),
    commit: Effect.suspend(() =>
      failures.commit-- > 0
        ? Effect.fail(
          new StateStoreError({ key: "k", operation: "put", reason: new StoreUnavailable({ detail: "ENOSPC in put" }) })
        )
        : Effect.sync(() => void log.push(`commit ${id}`))
    ),
    settle: (outcome: Outcome) => Effect.sync(() => void log.push(`${outcome} ${id}`)),
    fault: (cause) => Effect.sync(() => void log.push(`fault ${id}: ${String(Cause.squash(cause))}`))
  })
  const sink = Layer.succeed(ArtifactSink, {
    type: "test",
    publish: ({ artifacts }) =>
      Effect.suspend(() =>
        failures.sink-- > 0
          ? Effect.fail(
            new ArtifactSinkError({ sink: "test", reason: new SinkUnavailable({ detail: "ENOSPC in write" }) })
          )
          : Effect.sync(() => Array.from(artifacts, ({ id }) => log.push(`publish ${id}`)))
      )
  })
  return { log, failures, queue, page, layer: Layer.mergeAll(sink, Reporter.layer, Status.layer("test")) }
})

it.effect("disk_full: holds the page while the sink cannot write, and repeats nothing when it can", () =>
  Effect.gen(function*() {
    const { failures, layer, log, page, queue } = yield* world
    failures.sink = 3
    yield* Queue.offerAll(queue, [page("1"), page("2")])
    yield* Effect.forkChild(Effect.provide(consume(queue), layer), { startImmediately: true })
    yield* TestClock.adjust("6 seconds")
    assert.deepStrictEqual(log, [])
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(log, ["publish 1", "commit 1", "committed 1", "publish 2", "commit 2", "committed 2"])
  }))

it.effect("a checkpoint that cannot be written is tried again, and its page is not published again", () =>
  Effect.gen(function*() {
    const { failures, layer, log, page, queue } = yield* world
    failures.commit = 2
    yield* Queue.offer(queue, page("1"))
    yield* Effect.forkChild(Effect.provide(consume(queue), layer), { startImmediately: true })
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(log, ["publish 1", "commit 1", "committed 1"])
  }))

it.effect("a stop in the wait for a sink is immediate, and gives up the pages that are left", () =>
  Effect.gen(function*() {
    const { failures, layer, log, page, queue } = yield* world
    failures.sink = 1000
    yield* Queue.offerAll(queue, [page("1"), page("2")])
    const fiber = yield* Effect.forkChild(Effect.provide(consume(queue), layer), { startImmediately: true })
    yield* TestClock.adjust("1 minute")
    yield* Effect.sync(() => fiber.interruptUnsafe())
    yield* TestClock.adjust(0)
    assert.deepStrictEqual(log, ["dropped 1", "dropped 2"])
    assert.isFalse(yield* Queue.offer(queue, page("3")))
  }))

it.effect("with patience it fails when the sink could not be written for so long", () =>
  Effect.gen(function*() {
    const { failures, layer, page, queue } = yield* world
    failures.sink = 1000
    yield* Queue.offer(queue, page("1"))
    const ended = yield* Ref.make("")
    yield* Effect.forkChild(
      Effect.catch(Effect.provide(consume(queue, Duration.minutes(1)), layer), (error) => Ref.set(ended, error._tag)),
      { startImmediately: true }
    )
    for (let second = 0; second < 95; second++) yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* Ref.get(ended), "ArtifactSinkError")
  }))

it.effect("a fault in mapping a page ends that page's endpoint, and no other's", () =>
  Effect.gen(function*() {
    const { layer, log, page, queue } = yield* world
    const broken = {
      ...page("1"),
      batch: {
        artifacts: {
          *[Symbol.iterator]() {
            yield artifact("1")
            throw new TypeError("a case nobody thought of")
          }
        },
        deadLetters: []
      }
    }
    yield* Queue.offerAll(queue, [broken, page("2")])
    yield* Effect.forkChild(Effect.provide(consume(queue), layer), { startImmediately: true })
    yield* TestClock.adjust(0)
    assert.deepStrictEqual(log, [
      "publish 1",
      "fault 1: TypeError: a case nobody thought of",
      "publish 2",
      "commit 2",
      "committed 2"
    ])
  }))
