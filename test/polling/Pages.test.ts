import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber, Layer, Option, Queue, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { each } from "../../src/endpoints/Endpoints.ts"
import type { Graph } from "../../src/graph/GraphClient.ts"
import { Throttled } from "../../src/graph/GraphError.ts"
import * as PaceRef from "../../src/polling/PaceRef.ts"
import { pages } from "../../src/polling/Pages.ts"
import type { PollerOptions } from "../../src/polling/PollerOptions.ts"
import type { Action, Note, Outcome, PollerConfig } from "../../src/polling/PollerState.ts"
import type { Brought } from "../../src/publishing/Mapping.ts"
import { attempt, end, type Page, PageLost } from "../../src/publishing/Page.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import { at, config, minute, noon, pace as usual, told, unavailable } from "./Decisions.ts"

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `r${n}`, lastUpdateDateTime: at(-600 + n) }))
const key = { cloud: "global", tenant: "t", endpoint: "alerts_v2" }

/** Lets every fiber run as far as it can, without the clock. */
const calm = Effect.repeat(Effect.yieldNow, { times: 200 })

/** A poller whose pages wait for the test to publish them. */
const world = Effect.fnUntraced(
  function*(fake: FakeGraph.FakeGraph, { as = config(), begun = true, ends = 0, graph = FakeGraph.graphOf(fake) }: {
    readonly as?: PollerConfig
    /** Whether there is a checkpoint. */
    readonly begun?: boolean
    /** Processes that ended before while they had the page in hand. */
    readonly ends?: number
    readonly graph?: Graph
  } = {}) {
    yield* TestClock.setTime(noon)
    const { open } = yield* Effect.provide(
      Checkpoints,
      Layer.fresh(Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemory)))
    )
    for (let n = 0; n < ends; n++) {
      const ended = yield* open(key)
      yield* ended.begin(at(-24 * 60), noon)
      yield* ended.inHand.live.reading() ?? Effect.void
    }
    const state = yield* open(key)
    if (begun) yield* state.begin(at(-24 * 60), noon)
    const notes: Array<Note> = []
    const brought: Array<Brought> = []
    const endings: Array<Action> = []
    const control: { isHeld: boolean; outcome: Outcome } = { isHeld: true, outcome: "committed" }
    const pace = yield* PaceRef.make(usual)
    const options: PollerOptions = {
      config: as,
      pace,
      graph,
      state,
      context: { tenantId: "t", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
      isHeld: () => control.isHeld,
      siblingBrings: Effect.succeed(false),
      persist: (write) => Effect.as(Effect.orDie(write), control.outcome),
      note: (note) => Effect.sync(() => void notes.push(note)),
      committed: (one) => Effect.sync(() => void brought.push(one)),
      ended: (action) => Effect.sync(() => void endings.push(action))
    }
    const out = yield* Queue.unbounded<Page>()
    const run = yield* Scope.fork(yield* Effect.scope)
    const polling = yield* Stream.runForEach(pages(options), (page) => Queue.offer(out, page)).pipe(
      Effect.provide(PagePermits.layer(8)),
      Effect.forkIn(run)
    )
    yield* calm
    const publish = Effect.fnUntraced(function*(page: Page) {
      yield* page.wanted
      const { brought, slices } = page.map()
      for (const _ of slices);
      const one = brought()
      yield* page.commit(one)
      yield* end(page, Exit.succeed(Option.some(one)))
      yield* calm
    })
    return {
      brought,
      control,
      endings,
      notes,
      out,
      pace,
      polling,
      publish,
      checkpoint: Effect.sync(() => Option.getOrThrow(state.current())),
      ledger: state.ledger,
      /** Whether a process that starts now finds that one ended with a page in hand. */
      care: Effect.map(open(key), ({ inHand }) => inHand.live.care()),
      asides: Effect.map(open(key), ({ inHand }) => inHand),
      take: Effect.andThen(calm, Effect.flatMap(Queue.poll(out), Effect.fromOption)),
      /** Publishes all pages that come in so many minutes. */
      publishFor: Effect.fnUntraced(function*(minutes: number) {
        for (let n = 0; n <= minutes; n++) {
          for (let page = yield* Queue.poll(out); Option.isSome(page); page = yield* Queue.poll(out)) {
            yield* publish(page.value)
          }
          if (n < minutes) yield* TestClock.adjust("1 minute")
          yield* calm
        }
      })
    }
  }
)
const isLost = (page: Page) => Effect.map(Effect.result(page.wanted), ({ _tag }) => _tag === "Failure")
const isOver = (fiber: Fiber.Fiber<unknown, unknown>) => fiber.pollUnsafe() !== undefined
const saves = (notes: ReadonlyArray<Note>) =>
  notes.flatMap((note) => note._tag === "Status" && note.event._tag === "CheckpointSaved" ? [note.event] : [])

describe("without the lease", () => {
  it.effect("nothing is asked for", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
      const { control, take } = yield* world(fake)
      const [first, second] = [yield* take, yield* take]
      assert.strictEqual(fake.requests.length, 2)
      control.isHeld = false
      yield* end(first, Exit.succeed(Option.some(first.map().brought())))
      yield* calm
      assert.strictEqual(fake.requests.length, 2)
      assert.isTrue(yield* isLost(second))
    }))

  it.effect("a page is not wanted any more", () =>
    Effect.gen(function*() {
      const { control, take } = yield* world(FakeGraph.make({ rows: rowsOf(3) }))
      const page = yield* take
      assert.isFalse(yield* isLost(page))
      control.isHeld = false
      assert.strictEqual((yield* Effect.flip(page.wanted))._tag, "PageLost")
    }))
})

describe("a page that was given up", () => {
  const fake = () => FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })

  it.effect("takes those behind it along, and ends the poller, which saves nothing", () =>
    Effect.gen(function*() {
      const { checkpoint, notes, polling, take } = yield* world(fake())
      const before = yield* checkpoint
      const [first, second] = [yield* take, yield* take]
      yield* end(first, Exit.interrupt())
      yield* calm
      assert.isTrue(yield* isLost(second))
      yield* end(second, Exit.fail(new PageLost()))
      const third = yield* take
      assert.isTrue(yield* isLost(third))
      yield* end(third, Exit.fail(new PageLost()))
      yield* calm
      assert.isTrue(isOver(polling))
      assert.strictEqual(yield* checkpoint, before)
      assert.isFalse(told({ notes }).some((line) => line.startsWith("Log")), "the end of a run is no news")
    }))

  it.effect("leaves those before it to be published", () =>
    Effect.gen(function*() {
      const { checkpoint, publish, take } = yield* world(fake())
      const [first, second] = [yield* take, yield* take]
      yield* end(second, Exit.interrupt())
      yield* publish(first)
      assert.strictEqual((yield* checkpoint).mark, at(-501))
    }))

  it.effect("because another process has the position is told", () =>
    Effect.gen(function*() {
      const { notes, polling, take } = yield* world(fake())
      for (let n = 0; n < 3; n++) yield* end(yield* take, Exit.fail(new PageLost()))
      yield* calm
      assert.isTrue(isOver(polling))
      assert.strictEqual(
        told({ notes }).at(-1),
        "Log another process changed the position; polling resumes from the position that it saved"
      )
    }))

  it.effect("by a fault in mapping it ends the run with the fault", () =>
    Effect.gen(function*() {
      const { polling, take } = yield* world(fake())
      yield* end(yield* take, Exit.die("a case nobody thought of"))
      yield* end(yield* take, Exit.interrupt())
      yield* end(yield* take, Exit.interrupt())
      yield* calm
      const exit = yield* Fiber.await(polling)
      assert.strictEqual(Exit.isFailure(exit) && Cause.squash(exit.cause), "a case nobody thought of")
    }))

  it.effect("while an attempt is under way ends after it", () =>
    Effect.gen(function*() {
      const { take } = yield* world(fake())
      const page = yield* take
      const attempting = yield* Effect.forkChild(attempt(page, Effect.sleep("1 second")), { startImmediately: true })
      const ending = yield* Effect.forkChild(end(page, Exit.interrupt()), { startImmediately: true })
      yield* calm
      assert.isFalse(isOver(ending))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(attempting)
      yield* Fiber.join(ending)
    }))
})

describe("a page that is published", () => {
  it.effect("moves the mark, is remembered, and is shown and told", () =>
    Effect.gen(function*() {
      const { brought, checkpoint, ledger, notes, publish, take } = yield* world(FakeGraph.make({ rows: rowsOf(3) }))
      const shown = saves(notes).length
      yield* publish(yield* take)
      assert.strictEqual((yield* checkpoint).mark, at(-598))
      // Each row has a key of its version and one of its content.
      assert.strictEqual(ledger.size(), 2 * 3)
      assert.deepStrictEqual(brought.map(({ fresh }) => fresh), [3])
      assert.strictEqual(saves(notes)[shown]?.highWaterMark, at(-598))
      assert.include(told({ notes }), "Log fetched 3 events")
    }))

  it.effect("ends the silence of an endpoint only where it brought something", () =>
    Effect.gen(function*() {
      const { brought, checkpoint, publishFor } = yield* world(FakeGraph.make({ rows: rowsOf(3) }))
      yield* publishFor(11)
      assert.deepStrictEqual(brought.map(({ fresh }) => fresh), [3, 0, 0])
      assert.deepStrictEqual((yield* checkpoint).rhythm, { quietSince: noon, longest: 0, brought: 1 })
    }))

  it.effect("says which of its records the mark had passed by, and how many lie in the future", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { brought, notes, publishFor } = yield* world(fake)
      yield* publishFor(0)
      fake.rows.push({ id: "late", lastUpdateDateTime: at(-599.5) }, { id: "far", lastUpdateDateTime: at(900) })
      yield* publishFor(6)
      assert.deepStrictEqual(brought.map(({ late }) => late.length), [0, 1])
      const fields = notes.flatMap((note) => note._tag === "Log" ? [note.fields] : [])
      assert.deepInclude(fields[1], { dated_ahead: 1 })
    }))
})

describe("a cooldown that begins while a page is published", () => {
  const fake = () => {
    const fake = FakeGraph.make({ rows: rowsOf(250), pageSize: 100 })
    fake.answer = ({ count }) => count === 2 ? new Throttled({}) : undefined
    return fake
  }

  it.effect("is saved with the rows that were refused, once the page is committed", () =>
    Effect.gen(function*() {
      const { checkpoint, notes, publish, take } = yield* world(fake())
      assert.isNull((yield* checkpoint).cooldown)
      const page = yield* take
      yield* publish(page)
      const { cooldown, position } = yield* checkpoint
      assert.strictEqual(cooldown?.until, noon + 10 * minute)
      assert.strictEqual(position?.bound, at(-501))
      assert.strictEqual(saves(notes).length, 3, "at the start, after the page, and after the cooldown")
    }))

  it.effect("is saved alone where the page was given up: its rows are read again", () =>
    Effect.gen(function*() {
      const { checkpoint, polling, take } = yield* world(fake())
      yield* end(yield* take, Exit.interrupt())
      yield* calm
      const { cooldown, mark, position, throttles } = yield* checkpoint
      assert.deepStrictEqual([cooldown?.until, throttles], [noon + 10 * minute, 1])
      assert.deepStrictEqual([mark, position], [at(-24 * 60), null])
      assert.isTrue(isOver(polling))
    }))

  it.effect("is not saved where another process has the position", () =>
    Effect.gen(function*() {
      const { checkpoint, polling, take } = yield* world(fake())
      yield* end(yield* take, Exit.fail(new PageLost()))
      yield* calm
      assert.isNull((yield* checkpoint).cooldown)
      assert.isTrue(isOver(polling))
    }))

  it.effect("ends the poller where it cannot be saved", () =>
    Effect.gen(function*() {
      for (const outcome of ["dropped", "lost"] as const) {
        const { control, notes, polling, publish, take } = yield* world(fake())
        control.outcome = outcome
        yield* publish(yield* take)
        assert.isTrue(isOver(polling))
        assert.strictEqual(told({ notes }).some((line) => line.startsWith("Log another")), outcome === "lost")
      }
    }))
})

describe("a poller", () => {
  it.effect("shows first what is saved, and that it started", () =>
    Effect.gen(function*() {
      const { notes } = yield* world(FakeGraph.make({ rows: rowsOf(3) }))
      assert.deepStrictEqual(told({ notes }).slice(0, 3), [
        "Status CheckpointSaved",
        "Status PollerStarted",
        "Status PollBegan"
      ])
      assert.strictEqual(saves(notes)[0]?.highWaterMark, at(-24 * 60))
    }))

  it.effect("saves and shows its first mark before its first request for a page", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { checkpoint, notes } = yield* world(fake, { begun: false })
      assert.deepStrictEqual([(yield* checkpoint).mark, (yield* checkpoint).floor], [at(-24 * 60), at(-24 * 60)])
      assert.deepStrictEqual(saves(notes).map(({ highWaterMark }) => highWaterMark), [undefined, at(-24 * 60)])
      assert.strictEqual(fake.requests.length, 1)
    }))

  it.effect("asks for two pages ahead of the sink, and no more", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(350), pageSize: 100 })
      const { out, publish, take } = yield* world(fake)
      assert.strictEqual(fake.requests.length, 2)
      yield* publish(yield* take)
      assert.strictEqual(fake.requests.length, 3)
      assert.strictEqual(yield* Queue.size(out), 2)
    }))

  it.effect("waits for the next poll, and wakes where its interval changes", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { notes, pace, publishFor } = yield* world(fake)
      yield* publishFor(4)
      assert.strictEqual(fake.requests.length, 1)
      assert.deepInclude(notes.at(-1), { event: { _tag: "PollScheduled", at: noon + 5 * minute } })
      yield* PaceRef.set(pace, { ...usual, intervals: each(() => Duration.minutes(3)) })
      yield* publishFor(0)
      assert.strictEqual(fake.requests.length, 2, "it was due a minute ago")
    }))

  it.effect("tells of a Graph that does not even tell the time", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const graph = { ...FakeGraph.graphOf(fake), now: Effect.fail(unavailable) }
      const { notes } = yield* world(fake, { graph })
      for (let n = 0; n < 60; n++) yield* Effect.andThen(TestClock.adjust("1 second"), calm)
      assert.include(told({ notes }), "Status Failed")
      assert.strictEqual(fake.requests.length, 0)
    }))
})

describe("late rows", () => {
  const counts = (fake: FakeGraph.FakeGraph) => fake.requests.filter(({ url }) => url.includes("$count"))
  const sweeps = (fake: FakeGraph.FakeGraph) =>
    fake.requests.filter(({ url }) => url.includes("%20lt%20") && !url.includes("$count"))
  const rows = () => Array.from({ length: 120 }, (_, n) => ({ id: `r${n}`, lastUpdateDateTime: at(n - 120) }))

  it.effect("are counted each hour, and read only where one is missing", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rows() })
      const { publishFor } = yield* world(fake)
      yield* publishFor(61)
      assert.deepStrictEqual([counts(fake).length, sweeps(fake).length], [1, 0])
      fake.rows.push({ id: "late", lastUpdateDateTime: at(-60) })
      yield* publishFor(61)
      assert.deepStrictEqual([counts(fake).length, sweeps(fake).length], [2, 1])
    }))

  it.effect("that Graph does not count are counted an hour later", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rows() })
      fake.answer = ({ url }) => url.includes("$count") ? unavailable.reason : undefined
      const { checkpoint, publishFor } = yield* world(fake)
      yield* publishFor(63)
      assert.deepStrictEqual([counts(fake).length, sweeps(fake).length], [1, 0])
      assert.isAtLeast((yield* checkpoint).sweep.countedAt, noon + 60 * minute)
    }))
})

describe("a range", () => {
  it.effect("is read by creation time to its end, and then the poller ends", () =>
    Effect.gen(function*() {
      const created = (id: string, minutes: number) => ({
        id,
        lastUpdateDateTime: at(-10),
        createdDateTime: at(minutes)
      })
      const rows = [created("a", -900), created("b", -800), { id: "c", lastUpdateDateTime: at(-10) }, {
        ...created("d", 0),
        createdDateTime: "soon"
      }, created("e", -700)]
      const fake = FakeGraph.make({ rows, pageSize: 3, paging: "skiptoken" })
      const as = config("alerts_v2", { _tag: "range", end: at(-5) })
      const { brought, checkpoint, endings, polling, publish, take } = yield* world(fake, { as })
      yield* publish(yield* take)
      assert.deepInclude((yield* checkpoint).position, { reached: at(-800), ordered: true })
      yield* publish(yield* take)
      assert.isTrue(isOver(polling))
      assert.deepStrictEqual(endings, [{ _tag: "End" }])
      assert.strictEqual((yield* checkpoint).mark, at(-5))
      assert.deepStrictEqual(brought.map(({ late }) => late.length), [0, 0])
      assert.include(fake.requests[0]!.url, "createdDateTime")
    }))
})

describe("a page on which processes ended", () => {
  const rows = rowsOf(5)
  const topOf = ({ url }: { readonly url: string }) => /top=(\d+)/.exec(url)?.[1]
  const urls = (fake: FakeGraph.FakeGraph) => FakeGraph.polls(fake).map(topOf)

  it.effect("is in hand once it came, and not before", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows, hangs: true })
      const { care, take } = yield* world(fake)
      yield* calm
      assert.strictEqual(fake.requests.length, 1)
      assert.strictEqual(yield* care, "none")
      fake.hangs = false
      yield* TestClock.adjust("1 second")
      yield* take
      assert.strictEqual(yield* care, "record")
    }))

  it.effect("is the only one in memory", () =>
    Effect.gen(function*() {
      for (const [ends, ahead] of [[0, 2], [1, 1]] as const) {
        const fake = FakeGraph.make({ rows, pageSize: 2 })
        const { publish, take } = yield* world(fake, { ends })
        const page = yield* take
        assert.strictEqual(fake.requests.length, ahead)
        assert.strictEqual(page.careful === undefined, ends === 0)
        yield* publish(page)
        assert.isAbove(fake.requests.length, ahead)
      }
    }))

  it.effect("is read row by row after two ends, and behind it pages have their usual number", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(1010), pageSize: 2000, skipMax: 3000 })
      const { publish, publishFor, take } = yield* world(fake, { ends: 2 })
      for (let n = 0; n < 3; n++) yield* publish(yield* take)
      assert.deepStrictEqual(urls(fake), ["1", "1", "1", "1"])
      assert.include(FakeGraph.polls(fake)[2]!.url, "skip=2")
      yield* publishFor(0)
      for (let n = 0; n < 1010 && urls(fake).at(-1) === "1"; n++) yield* publish(yield* take)
      assert.deepStrictEqual(urls(fake).slice(-2), ["1", "1000"])
      assert.strictEqual(urls(fake).filter((top) => top === "1").length, 1000)
    }))

  it.effect("is left out where a row cannot be read, as a gap up to the row behind it", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { checkpoint, notes, publishFor, brought } = yield* world(fake, { ends: 3 })
      yield* publishFor(5)
      const { gaps, mark } = yield* checkpoint
      assert.deepStrictEqual(gaps.map(({ code, from, to }) => ({ code, from, to })), [{
        code: "ended_the_process",
        from: at(-24 * 60),
        to: at(-599)
      }])
      assert.include(told({ notes }), "Said Error gap")
      assert.include(FakeGraph.polls(fake)[0]!.url, "$top=1&$skip=1")
      assert.strictEqual(brought.reduce((sum, { fresh }) => sum + fresh, 0), 2)
      assert.strictEqual(mark, at(-598))
    }))

  it.effect("ends the stream where another process has what is in hand", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows, hangs: true })
      const { control, notes, out, polling } = yield* world(fake)
      control.outcome = "lost"
      fake.hangs = false
      yield* TestClock.adjust("1 second")
      yield* calm
      assert.isTrue(isOver(polling))
      assert.isTrue(Option.isNone(yield* Queue.poll(out)))
      assert.include(told({ notes }).at(-1), "another process changed the position")
    }))
})

describe("an aside", () => {
  it.effect("is in hand while it is read, and forgotten behind it", () =>
    Effect.gen(function*() {
      const fake = FakeGraph.make({ rows: rowsOf(3) })
      const { asides, checkpoint, out, publish, publishFor, take } = yield* world(fake)
      yield* publishFor(0)
      // The late row lies behind the overlap, an hour before noon.
      fake.rows.push({ id: "late", lastUpdateDateTime: at(-650) })
      const sweep = { task: "Sweep", from: at(0), to: at(0) } as const
      let inHand = yield* asides
      for (let n = 0; n < 90 && inHand.aside(sweep).care() === "none"; n++) {
        yield* TestClock.adjust("1 minute")
        yield* calm
        inHand = yield* asides
        const { sweep: { countedAt } } = yield* checkpoint
        if (inHand.aside(sweep).care() !== "none") assert.isAbove(countedAt, noon)
        else yield* Effect.forEach(Option.toArray(yield* Queue.poll(out)), publish)
      }
      assert.strictEqual(inHand.aside(sweep).care(), "record")
      yield* publish(yield* take)
      yield* calm
      assert.strictEqual((yield* asides).aside(sweep).care(), "none")
    }))
})
