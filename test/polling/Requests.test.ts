import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, identity, PartitionedSemaphore, Scope } from "effect"
import { TestClock } from "effect/testing"
import { pagesAhead } from "../../src/domain/Bounds.ts"
import type { Timestamp } from "../../src/domain/Timestamp.ts"
import type { Graph, PageRequest } from "../../src/graph/GraphClient.ts"
import { tries } from "../../src/graph/Limits.ts"
import { type QueryShape, whole } from "../../src/graph/QueryShape.ts"
import * as Requests from "../../src/polling/Requests.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import { at, config, gapTask, noon, poll, position, rangeTask, rejected, sweepTask, unavailable } from "./Decisions.ts"

const calm = Effect.repeat(Effect.yieldNow, { times: 20 })
const fetch = { _tag: "Fetch", poll: poll(), position: position() } as const

const world = Effect.fnUntraced(
  function*(fake: FakeGraph.FakeGraph, { as = config(), graph = FakeGraph.graphOf(fake), permits = 8 } = {}) {
    yield* TestClock.setTime(noon)
    const asked: Array<PageRequest> = []
    const noting: Graph = {
      ...graph,
      fetchPage: (request) => Effect.andThen(Effect.sync(() => void asked.push(request)), graph.fetchPage(request))
    }
    const control = { isHeld: true }
    const self = yield* Requests.make({
      config: as,
      graph: noting,
      note: () => Effect.void,
      isHeld: () => control.isHeld
    }, { permits: yield* PartitionedSemaphore.make<string>({ permits }), run: yield* Effect.scope })
    const start = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })
    const requests = {
      // Nothing ended a process here.
      fetch: (action: Parameters<typeof Requests.fetch>[1]) => Requests.fetch(self, action, normal),
      probe: (action: Parameters<typeof Requests.probe>[1]) => Requests.probe(self, action),
      askTime: (action: Parameters<typeof Requests.askTime>[1]) => Requests.askTime(self, action),
      count: (from: Timestamp, end: Timestamp, shape: QueryShape) => Requests.count(self, { from, end }, shape)
    }
    return { asked, control, requests, start }
  }
)
const fetched = <A>(asked: Requests.Asked<A>): A =>
  asked._tag === "Succeeded" ? asked.value : assert.fail(asked.error.message)
const normal: Requests.Reading = { isByRow: false, parsed: identity }
/** Lets all retries of a request pass. */
const patience = Effect.repeat(Effect.andThen(TestClock.adjust("5 seconds"), calm), { times: 12 })

describe("a request for a page", () => {
  it.effect("is tried four times, and counts its failures", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make()
      for (const [fails, told] of [[3, ["Succeeded", 3]], [4, ["Failed", 4]], [9, ["Failed", 4]]] as const) {
        fake.requests.length = 0
        fake.answer = ({ count }) => count <= fails ? unavailable.reason : undefined
        const { requests, start } = yield* world(fake)
        const asking = yield* start(requests.fetch(fetch))
        yield* patience
        const { _tag, failures } = yield* Fiber.join(asking)
        assert.deepStrictEqual([_tag, failures], [...told])
      }
    }))

  it.effect("is tried no more once twelve requests of its poll failed", () =>
    Effect.gen(function*() {
      for (const [before, failures] of [[10, 2], [11, 1], [9, 3], [0, 4]] as const) {
        const { requests, start } = yield* world(FakeGraph.make({ answer: () => unavailable.reason }))
        const asking = yield* start(requests.fetch({ ...fetch, poll: poll({ failedRequests: before }) }))
        yield* patience
        assert.deepInclude(yield* Fiber.join(asking), { _tag: "Failed", failures })
        assert.isAtMost(before + failures, tries.failuresInPoll)
      }
    }))

  it.effect("that another try would not help is made once", () =>
    Effect.gen(function*() {
      const { asked, requests } = yield* world(FakeGraph.make({ answer: () => rejected.reason }))
      assert.deepInclude(yield* requests.fetch(fetch), { _tag: "Failed", failures: 1 })
      assert.strictEqual(asked.length, 1)
    }))

  it.effect("is not made without the lease", () =>
    Effect.gen(function*() {
      const { asked, control, requests, start } = yield* world(FakeGraph.make())
      control.isHeld = false
      const asking = [
        yield* start(requests.fetch(fetch)),
        yield* start(requests.askTime({ _tag: "AskTime", poll: poll(), outdateToken: false })),
        yield* start(requests.count(at(-9), at(-1), whole)),
        yield* start(requests.probe({ _tag: "Probe", poll: poll(), position: position(), error: unavailable }))
      ]
      yield* patience
      assert.deepStrictEqual(asking.map((fiber) => fiber.pollUnsafe()), [undefined, undefined, undefined, undefined])
      assert.strictEqual(asked.length, 0)
    }))

  it.effect("asks by the endpoint's cursor, and a range by creation time", () =>
    Effect.gen(function*() {
      const live = yield* world(FakeGraph.make())
      yield* live.requests.fetch(fetch)
      assert.include(live.asked[0]!.url, "$filter=lastUpdateDateTime%20ge%20")
      const range = yield* world(FakeGraph.make(), { as: config("alerts_v2", { _tag: "range", end: at(0) }) })
      yield* range.requests.fetch({ ...fetch, poll: poll({ task: rangeTask }) })
      assert.include(range.asked[0]!.url, "$filter=createdDateTime%20ge%20")
    }))

  it.effect("of an aside, and a count, give way to live polling", () =>
    Effect.gen(function*() {
      const { asked, requests } = yield* world(FakeGraph.make())
      for (const task of [poll().task, gapTask()]) yield* requests.fetch({ ...fetch, poll: poll({ task }) })
      const other = yield* world(FakeGraph.make())
      yield* other.requests.fetch({ ...fetch, poll: poll({ task: sweepTask }) })
      yield* other.requests.count(at(-9), at(-1), whole)
      assert.deepStrictEqual(asked.map(({ aside }) => aside), [false, true])
      assert.deepStrictEqual(other.asked.map(({ aside }) => aside), [true, true])
    }))
})

describe("a page", () => {
  it.effect("is one of two of its endpoint until its scope closes, and then gives back its buffers", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make()
      const { requests, start } = yield* world(fake)
      const first = fetched(yield* requests.fetch(fetch))
      for (let n = 1; n < pagesAhead; n++) yield* requests.fetch(fetch)
      const next = yield* start(requests.fetch(fetch))
      yield* calm
      assert.deepStrictEqual([fake.requests.length, fake.held], [pagesAhead, pagesAhead])
      yield* Scope.close(first.scope, Exit.void)
      yield* Fiber.join(next)
      assert.deepStrictEqual([fake.requests.length, fake.held], [pagesAhead + 1, pagesAhead])
    }))

  it.effect("holds one of the permits of the process until its scope closes", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make()
      const { requests, start } = yield* world(fake, { permits: 1 })
      const first = fetched(yield* requests.fetch(fetch))
      const next = yield* start(requests.fetch(fetch))
      yield* calm
      assert.strictEqual(fake.requests.length, 1)
      yield* Scope.close(first.scope, Exit.void)
      yield* Fiber.join(next)
    }))

  it.effect("that failed holds nothing", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ answer: ({ count }) => count <= 3 ? rejected.reason : undefined })
      const { requests } = yield* world(fake, { permits: 1 })
      for (let n = 0; n < 3; n++) assert.strictEqual((yield* requests.fetch(fetch))._tag, "Failed")
      assert.strictEqual((yield* requests.fetch(fetch))._tag, "Succeeded")
    }))

  it.effect("that waits for a permit waits no longer once it is interrupted", () =>
    Effect.gen(function*() {
      const { requests, start } = yield* world(FakeGraph.make(), { permits: 1 })
      const first = fetched(yield* requests.fetch(fetch))
      const waiting = yield* start(requests.fetch(fetch))
      yield* calm
      yield* Effect.sync(() => waiting.interruptUnsafe())
      yield* calm
      assert.isDefined(waiting.pollUnsafe())
      yield* Scope.close(first.scope, Exit.void)
      yield* requests.fetch(fetch)
    }))
})

describe("a probe", () => {
  const probe = { _tag: "Probe", poll: poll(), position: position(), error: unavailable } as const
  const probed = Effect.fnUntraced(function*(fails: number) {
    const { asked, requests } = yield* world(
      FakeGraph.make({ answer: ({ count }) => count <= fails ? unavailable.reason : undefined })
    )
    const told = yield* requests.probe(probe)
    return { told, urls: asked.map(({ url }) => decodeURIComponent(url.split("?")[1]!)) }
  })

  it.effect("asks for any record, and then for one of the minute before the pass", () =>
    Effect.gen(function*() {
      const any = yield* probed(0)
      assert.deepStrictEqual(any.told, { _tag: "Probed", answers: true, failures: 0 })
      assert.deepStrictEqual(any.urls, ["$top=1"])
      const before = yield* probed(1)
      assert.deepStrictEqual(before.told, { _tag: "Probed", answers: true, failures: 1 })
      assert.match(before.urls[1]!, /ge 2026-11-20T10:44:00\.0+Z and lastUpdateDateTime lt 2026-11-20T10:45:00\.0+Z/)
    }))

  it.effect("says that Graph answers nothing where both fail", () =>
    Effect.gen(function*() {
      const { told, urls } = yield* probed(2)
      assert.deepStrictEqual(told, { _tag: "Probed", answers: false, failures: 2 })
      assert.strictEqual(urls.length, 2)
    }))
})

describe("Graph's clock", () => {
  it.effect("is asked with a new token where the action says so", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ ahead: 7 })
      let outdated = 0
      const graph = { ...FakeGraph.graphOf(fake), outdateToken: Effect.sync(() => void outdated++) }
      const { requests } = yield* world(fake, { graph })
      const ask = (outdateToken: boolean) => requests.askTime({ _tag: "AskTime", poll: poll(), outdateToken })
      assert.strictEqual(fetched(yield* ask(false)), noon + 7)
      assert.strictEqual(outdated, 0)
      yield* ask(true)
      assert.strictEqual(outdated, 1)
    }))
})

describe("a count", () => {
  it.effect("is Graph's, made once, and a failure where Graph fails", () =>
    Effect.gen(function*() {
      const rows = [{ id: "a", lastUpdateDateTime: at(-5) }, { id: "b", lastUpdateDateTime: at(-1) }]
      const { requests } = yield* world(FakeGraph.make({ rows }))
      assert.deepInclude(yield* requests.count(at(-9), at(-1), whole), { _tag: "Succeeded", value: 1, failures: 0 })
      const failing = yield* world(FakeGraph.make({ answer: () => unavailable.reason }))
      assert.deepInclude(yield* failing.requests.count(at(-9), at(-1), whole), { _tag: "Failed", failures: 1 })
      assert.strictEqual(failing.asked.length, 1)
    }))
})
