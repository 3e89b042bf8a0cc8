import { assert, it } from "@effect/vitest"
import { Cause, Clock, Context, Duration, Effect, Exit, Fiber, Layer, Queue, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Conflict, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import { consume } from "../../src/publishing/Consumer.ts"
import type { Mapping } from "../../src/publishing/Mapping.ts"
import { awaitAttempt, end, makeScope, type Page, PageLost } from "../../src/publishing/Page.ts"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable, type Slice } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import { artifact } from "../support/Artifacts.ts"
import { keysOf } from "../support/Keys.ts"

const storeError = (reason: StateStoreError["reason"]) => new StateStoreError({ key: "k", operation: "put", reason })

const endedAs = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "committed"
  const error = Cause.squash(exit.cause)
  if (error instanceof PageLost) return "lost"
  return Cause.hasDies(exit.cause) ? `fault: ${String(error)}` : "dropped"
}

/** A sink and commits that fail a given number of times, with a log of what happened in order. */
const world = Effect.gen(function*() {
  const log: Array<string> = []
  /** Numbers of failures to come; `slow` is how many milliseconds the next slice takes. */
  const failures = { sink: 0, commit: 0, conflicts: 0, slow: 0 }
  const lost = new Set<string>()
  const queue = yield* Queue.unbounded<Page>()
  const run = yield* Effect.scope

  const mapping = (ids: ReadonlyArray<string>): Mapping => ({
    slices: ids.map((id) => ({ artifacts: [artifact(id)], deadLetters: [] })),
    brought: () => ({
      keys: keysOf([]),
      artifacts: ids.length,
      deadLetters: [],
      fresh: ids.length,
      repeated: 0,
      heldBack: 0,
      drift: [],
      updatedAt: [],
      late: []
    })
  })
  const page = Effect.fnUntraced(function*(id: string, map: () => Mapping = () => mapping([id])) {
    const scoped = yield* makeScope(run)
    yield* Scope.addFinalizerExit(scoped.scope, (exit) => Effect.sync(() => log.push(`${endedAs(exit)} ${id}`)))
    yield* awaitAttempt(scoped)
    return {
      instance: "i",
      endpoint: "incidents",
      map,
      wanted: Effect.suspend(() => lost.has(id) ? Effect.fail(new PageLost()) : Effect.void),
      commit: () =>
        Effect.suspend(() => {
          if (failures.commit-- > 0) return Effect.fail(storeError(new StoreUnavailable({ detail: "ENOSPC in put" })))
          if (failures.conflicts-- > 0) return Effect.fail(storeError(new Conflict()))
          return Effect.sync(() => void log.push(`commit ${id}`))
        }),
      ...scoped
    } satisfies Page
  })
  const sink = Layer.succeed(ArtifactSink, {
    type: "test",
    open: Effect.gen(function*() {
      let isCommitted = false
      const ids: Array<string> = []
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          if (!isCommitted && ids.length > 0) log.push(`roll back ${ids.join(" ")}`)
        })
      )
      return {
        write: ({ artifacts }: Slice) =>
          Effect.suspend(() => {
            ids.push(...artifacts.map(({ id }) => id))
            const millis = failures.slow
            failures.slow = 0
            return millis === 0 ? Effect.void : Effect.sleep(millis)
          }),
        commit: Effect.suspend(() => {
          if (failures.sink-- > 0) {
            const reason = new SinkUnavailable({ detail: "ENOSPC in write" })
            return Effect.fail(new ArtifactSinkError({ sink: "test", reason }))
          }
          isCommitted = true
          return Effect.sync(() => void log.push(`publish ${ids.join(" ")}`))
        })
      }
    })
  })
  const context = yield* Layer.build(Layer.fresh(Layer.mergeAll(sink, Reporter.layer, Status.layer("test"))))
  const consuming = (patience?: Duration.Duration) =>
    Effect.forkChild(Effect.provideContext(consume(queue, patience), context), { startImmediately: true })
  return {
    shown: Effect.map(Context.get(context, Status).snapshot, ({ sink: { failing, published, type } }) => ({
      type,
      failing: Array.from(failing.keys()),
      published
    })),
    consuming,
    failures,
    log,
    lost,
    mapping,
    page,
    queue,
    run
  }
})

/** Lets every fiber run until it waits for the clock. */
const calm = Effect.repeat(TestClock.adjust(0), { times: 20 })

const whole = (id: string) => [`publish ${id}`, `commit ${id}`, `committed ${id}`]

it.effect("disk_full: keeps the page while the sink cannot write, and repeats nothing afterwards", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue } = yield* world
    failures.sink = 3
    yield* Queue.offerAll(queue, [yield* page("1"), yield* page("2")])
    yield* consuming()
    yield* TestClock.adjust("6 seconds")
    assert.deepStrictEqual(log, ["roll back 1", "roll back 1", "roll back 1"])
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(log.slice(3), [...whole("1"), ...whole("2")])
  }))

it.effect("writes every slice of a page before it commits the page", () =>
  Effect.gen(function*() {
    const { consuming, log, mapping, page, queue } = yield* world
    yield* Queue.offer(queue, yield* page("1", () => mapping(["1a", "1b", "1c"])))
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["publish 1a 1b 1c", "commit 1", "committed 1"])
  }))

it.effect("asks nothing of the sink for a page without anything new, unless the sink failed before", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, mapping, page, queue, shown } = yield* world
    const nothing = (): Mapping => ({
      ...mapping([]),
      slices: [{ artifacts: [], deadLetters: [], records: [], events: [] }]
    })
    yield* Queue.offerAll(queue, [yield* page("1", nothing), yield* page("2", () => mapping([]))])
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["commit 1", "committed 1", "commit 2", "committed 2"])
    // A page that cannot be written is given up, so that only pages without anything new follow.
    failures.sink = 1
    const given = yield* page("3")
    yield* Queue.offer(queue, given)
    yield* calm
    yield* end(given, Exit.interrupt())
    assert.deepStrictEqual((yield* shown).failing, ["sink"])
    log.length = 0
    yield* Queue.offer(queue, yield* page("4", nothing))
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(log, whole("4").map((line) => line === "publish 4" ? "publish " : line))
    assert.deepStrictEqual((yield* shown).failing, [])
  }))

it.effect("a page with care says which record is mapped, and that none is while the page waits", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, mapping, page, queue } = yield* world
    const part = (before: string) => ({ artifacts: [], deadLetters: [], before })
    const [slices] = [[part("1a"), ...mapping(["1a"]).slices, part("1b"), ...mapping(["1b"]).slices]]
    failures.sink = 1
    yield* Queue.offer(queue, {
      ...yield* page("1", () => ({ ...mapping(["1a", "1b"]), slices })),
      careful: {
        mapping: (record) => Effect.sync(() => void log.push(`maps ${record}`)),
        left: Effect.sync(() => void log.push("left")),
        alone: (write) => Effect.andThen(Effect.sync(() => log.push("alone")), write)
      }
    })
    yield* consuming()
    yield* calm
    const attempt = ["alone", "maps 1a", "maps 1b", "maps null"]
    assert.deepStrictEqual(log, [...attempt, "roll back 1a 1b", "left"])
    yield* TestClock.adjust("10 seconds")
    assert.deepStrictEqual(log.slice(6), [...attempt, "publish 1a 1b", "commit 1", "committed 1"])
  }))

it.effect("a page with care is given up when another process has what is in hand", () =>
  Effect.gen(function*() {
    const { consuming, log, mapping, page, queue } = yield* world
    const slices = [{ artifacts: [], deadLetters: [], before: "1a" }]
    yield* Queue.offer(queue, {
      ...yield* page("1", () => ({ ...mapping(["1a"]), slices })),
      careful: { mapping: () => Effect.fail(new PageLost()), left: Effect.void, alone: (write) => write }
    })
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["lost 1"])
  }))

it.effect("shows the sink, what was published, and whether it can be written", () =>
  Effect.gen(function*() {
    const { consuming, failures, page, queue, shown } = yield* world
    failures.sink = 1
    yield* Queue.offerAll(queue, [yield* page("1"), yield* page("2")])
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(yield* shown, { type: "test", failing: ["sink"], published: 0 })
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(yield* shown, { type: "test", failing: [], published: 2 })
  }))

it.effect("a page that was lost is no failure of the sink", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue, shown } = yield* world
    failures.conflicts = 1
    yield* Queue.offer(queue, yield* page("1"))
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["publish 1", "lost 1"])
    assert.isEmpty((yield* shown).failing)
  }))

it.effect("a page that nobody wants any more does not say that the sink works again", () =>
  Effect.gen(function*() {
    const { consuming, failures, page, queue, shown } = yield* world
    failures.sink = Infinity
    let isWanted = true
    const wanted = Effect.suspend(() => isWanted ? Effect.void : Effect.fail(new PageLost()))
    yield* Queue.offer(queue, { ...yield* page("1"), wanted })
    yield* consuming()
    yield* calm
    isWanted = false
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(yield* shown, { type: "test", failing: ["sink"], published: 0 })
  }))

it.effect("tries a checkpoint that cannot be written again, and does not publish its page again", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue } = yield* world
    failures.commit = 2
    yield* Queue.offer(queue, yield* page("1"))
    yield* consuming()
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(log, whole("1"))
  }))

it.effect("gives a page up when another process wrote its checkpoint, and continues with the next page", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue } = yield* world
    failures.conflicts = 1
    yield* Queue.offerAll(queue, [yield* page("1"), yield* page("2")])
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["publish 1", "lost 1", ...whole("2")])
  }))

it.effect("publishes no page that is not wanted", () =>
  Effect.gen(function*() {
    const { consuming, log, lost, page, queue } = yield* world
    lost.add("1")
    yield* Queue.offerAll(queue, [yield* page("1"), yield* page("2")])
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["lost 1", ...whole("2")])
  }))

it.effect("commits no page whose lease was lost while it was published", () =>
  Effect.gen(function*() {
    const { consuming, log, lost, mapping, page, queue } = yield* world
    const slices = {
      *[Symbol.iterator]() {
        yield { artifacts: [artifact("1")], deadLetters: [] }
        lost.add("1")
      }
    }
    yield* Queue.offer(queue, yield* page("1", () => ({ ...mapping(["1"]), slices })))
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["publish 1", "lost 1"])
  }))

it.effect("publishes no page whose run has ended", () =>
  Effect.gen(function*() {
    const { consuming, log, page, queue } = yield* world
    const [first, second] = [yield* page("1"), yield* page("2")]
    yield* Queue.offerAll(queue, [first, second])
    yield* end(first, Exit.interrupt())
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["dropped 1", ...whole("2")])
  }))

it.effect("finishes a running attempt before the page ends", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue } = yield* world
    failures.slow = 1000
    const one = yield* page("1")
    yield* Queue.offer(queue, one)
    yield* consuming()
    yield* calm
    const ending = yield* Effect.forkChild(end(one, Exit.interrupt()), { startImmediately: true })
    yield* calm
    assert.deepStrictEqual(log, [])
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(ending)
    // The first end of a page counts. The attempt was published and committed all the same.
    assert.deepStrictEqual(log, ["publish 1", "commit 1", "dropped 1"])
  }))

it.effect("stops at once while it waits for a sink, and gives up the remaining pages", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue } = yield* world
    failures.sink = 1000
    yield* Queue.offerAll(queue, [yield* page("1"), yield* page("2")])
    const fiber = yield* consuming()
    yield* TestClock.adjust("1 minute")
    yield* Effect.sync(() => fiber.interruptUnsafe())
    yield* calm
    assert.deepStrictEqual(log.filter((line) => !line.startsWith("roll back")), ["dropped 1", "dropped 2"])
    assert.isFalse(yield* Queue.offer(queue, yield* page("3")))
  }))

it.effect("interrupts an attempt between two slices after five seconds, and not before", () =>
  Effect.gen(function*() {
    yield* TestClock.adjust("1 hour")
    for (const [seconds, outcome] of [[4, "committed 1"], [5, "dropped 1"], [6, "dropped 1"]] as const) {
      const { consuming, failures, log, mapping, page, queue } = yield* world
      failures.slow = seconds * 1000
      yield* Queue.offer(queue, yield* page("1", () => mapping(["1a", "1b"])))
      const fiber = yield* consuming()
      yield* calm
      yield* Effect.sync(() => fiber.interruptUnsafe())
      yield* TestClock.adjust(`${seconds} seconds`)
      yield* calm
      assert.isDefined(fiber.pollUnsafe())
      assert.strictEqual(log.at(-1), outcome)
    }
  }))

it.effect("gives way between two slices to whoever waits once 20 ms have passed, and not before", () =>
  Effect.gen(function*() {
    let nanos = 1_000_000_000_000n
    const clock = Object.assign(Object.create(yield* Clock.Clock) as Clock.Clock, {
      monotonicTimeNanosUnsafe: () => nanos
    })
    let turns = 0
    yield* Effect.forkChild(Effect.forever(Effect.andThen(Effect.sync(() => turns++), Effect.yieldNow)))
    for (const [passed, givesWay] of [[19_999_999n, false], [20_000_000n, true]] as const) {
      const { consuming, mapping, page, queue } = yield* world
      let [before, after] = [0, 0]
      const slices = {
        *[Symbol.iterator]() {
          nanos += passed
          before = turns
          yield { artifacts: [artifact("1")], deadLetters: [] }
          after = turns
          yield { artifacts: [artifact("2")], deadLetters: [] }
        }
      }
      yield* Queue.offer(queue, yield* page("1", () => ({ ...mapping(["1"]), slices })))
      yield* Effect.provideService(consuming(), Clock.Clock, clock)
      yield* calm
      assert.strictEqual(after > before, givesWay)
    }
  }))

it.effect("fails when the sink could not be written for as long as its patience", () =>
  Effect.gen(function*() {
    const { consuming, failures, log, page, queue } = yield* world
    failures.sink = 1000
    yield* Queue.offerAll(queue, [yield* page("1"), yield* page("2")])
    const fiber = yield* consuming(Duration.minutes(1))
    for (let second = 0; second < 95; second++) yield* TestClock.adjust("1 second")
    const exit = yield* Fiber.await(fiber)
    assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof ArtifactSinkError)
    assert.deepStrictEqual(log.filter((line) => !line.startsWith("roll back")), ["dropped 1", "dropped 2"])
  }))

it.effect("a defect in mapping a page ends that page, and no other", () =>
  Effect.gen(function*() {
    const { consuming, log, mapping, page, queue } = yield* world
    const broken = yield* page("1", () => ({
      ...mapping(["1"]),
      slices: {
        *[Symbol.iterator]() {
          yield { artifacts: [artifact("1")], deadLetters: [] }
          throw new TypeError("a case nobody thought of")
        }
      }
    }))
    yield* Queue.offerAll(queue, [broken, yield* page("2")])
    yield* consuming()
    yield* calm
    assert.deepStrictEqual(log, ["roll back 1", "fault: TypeError: a case nobody thought of 1", ...whole("2")])
  }))
