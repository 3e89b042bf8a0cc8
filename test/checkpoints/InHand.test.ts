import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option } from "effect"
import { type Checkpoint, initial } from "../../src/checkpoints/Checkpoint.ts"
import { type AsideRange, type Hand, open, pageRowsMax } from "../../src/checkpoints/InHand.ts"
import { StateStore, StateStoreError, StoreUnavailable } from "../../src/checkpoints/StateStore.ts"
import { pagesAhead } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { gap, position } from "../polling/Decisions.ts"

const key = { cloud: "global", tenant: "t", endpoint: "alerts_v2" }
const at = (millis: number) => Option.some(initial(key, Timestamp.fromMillis(millis), 0))
const begun = (checkpoint: Option.Option<Checkpoint> = at(0)) => open("global.t.alerts_v2", () => checkpoint)

const gapAside: AsideRange = { task: "Gap", from: Timestamp.fromMillis(1), to: Timestamp.fromMillis(2) }
const sweep: AsideRange = { task: "Sweep", from: Timestamp.fromMillis(3), to: Timestamp.fromMillis(4) }

const read = Effect.fnUntraced(function*(hand: Hand, ...records: ReadonlyArray<string | null>) {
  yield* hand.reading() ?? Effect.void
  for (const record of records) yield* hand.mapping(record) ?? Effect.void
})

/** A process that ends after it came to some records; null for none. */
const ended = Effect.fnUntraced(function*(...records: ReadonlyArray<string | null>) {
  const inHand = yield* begun()
  yield* read(inHand.live, ...records)
  return inHand
})

const cared = Effect.map(begun(), ({ condemned, live }) => [live.care(), [...condemned]])
const caredFor = (aside: AsideRange) =>
  Effect.map(begun(), (inHand) => [inHand.aside(aside).care(), inHand.passed.length])

const stored = Effect.gen(function*() {
  const store = yield* StateStore
  const [name] = yield* store.keys("")
  return name === undefined ? undefined : Option.getOrThrow(yield* store.get(name))
})
const revision = Effect.map(stored, (found) => found?.revision)

const each = (name: string, effect: Effect.Effect<void, unknown, StateStore>) =>
  it.effect(name, () => Effect.provide(effect, Layer.fresh(StateStore.layerMemory)))

describe("what is in hand", () => {
  each(
    "asks for care after one end, and condemns the record on which the second process ends",
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* cared, ["none", []])
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["record", []])
      yield* ended("a", "b")
      assert.deepStrictEqual(yield* cared, ["record", ["b"]])
      yield* ended(null, "c")
      assert.deepStrictEqual(yield* cared, ["record", ["b", "c"]])
    })
  )

  each(
    "condemns nothing, and asks for no more, when processes end after the page was read or mapped",
    Effect.gen(function*() {
      yield* ended()
      for (let n = 0; n < 3; n++) {
        yield* ended(null)
        yield* ended(null, "a", "b", null)
        assert.deepStrictEqual(yield* cared, ["record", []])
      }
    })
  )

  each(
    "counts a process only that has a page in hand",
    Effect.gen(function*() {
      for (let n = 0; n < 3; n++) yield* begun()
      assert.deepStrictEqual(yield* cared, ["none", []])
      yield* ended()
      for (let n = 0; n < 3; n++) yield* begun()
      assert.deepStrictEqual(yield* cared, ["record", []])
    })
  )

  each(
    "asks for a row at a time, and then for a gap, when processes end while they read",
    Effect.gen(function*() {
      yield* ended()
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["row", []])
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["gap", []])
      assert.strictEqual((yield* begun()).live.skipped(), 1)
      // The row beside it cannot be read either.
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["gap", []])
      yield* ended(null)
      const { live } = yield* begun()
      assert.deepStrictEqual([live.care(), live.skipped()], ["gap", 2])
      yield* live.committed(1, false)
      assert.deepStrictEqual([live.care(), live.skipped()], ["row", 0])
    })
  )

  each(
    "of another checkpoint does not count",
    Effect.gen(function*() {
      const checkpoint = Option.getOrThrow(at(0))
      yield* ended()
      for (
        const more of [{ mark: Timestamp.fromMillis(1) }, { position: position() }, { lastSuccessAt: 1 }, {
          gaps: [gap()]
        }]
      ) {
        assert.strictEqual((yield* begun(Option.some({ ...checkpoint, ...more }))).live.care(), "none")
      }
      assert.strictEqual((yield* begun(Option.some({ ...checkpoint, throttles: 1 }))).live.care(), "record")
    })
  )

  each(
    "asks for care until the pages are behind it that were in memory",
    Effect.gen(function*() {
      yield* ended()
      const { live } = yield* begun()
      for (let n = 1; n < pagesAhead; n++) {
        yield* live.committed(5, false)
        assert.strictEqual(live.care(), "record")
      }
      yield* live.committed(5, false)
      assert.strictEqual(live.care(), "none")
      assert.isUndefined(live.reading())
      assert.isUndefined(live.mapping("a"))
      const end = yield* begun()
      yield* end.live.committed(5, true)
      assert.strictEqual(end.live.care(), "none")
    })
  )

  each(
    "asks for single rows until a page of them was read, over all processes",
    Effect.gen(function*() {
      yield* ended()
      yield* ended()
      const { live } = yield* begun()
      yield* live.committed(pageRowsMax - 2, false)
      assert.strictEqual(live.care(), "row")
      yield* read(live)
      const last = yield* begun()
      assert.strictEqual(last.live.care(), "gap")
      yield* last.live.committed(1, false)
      assert.strictEqual(last.live.care(), "row")
      yield* last.live.committed(1, false)
      assert.strictEqual(last.live.care(), "none")
      const end = yield* begun()
      yield* end.live.committed(1, true)
      assert.strictEqual(end.live.care(), "none")
    })
  )

  each(
    "does not count an orderly end",
    Effect.gen(function*() {
      const first = yield* ended()
      yield* first.stopped
      assert.isUndefined(yield* stored)
      yield* ended()
      for (let n = 0; n < 3; n++) yield* Effect.flatMap(ended("a"), ({ stopped }) => stopped)
      assert.deepStrictEqual(yield* cared, ["record", []])
      const { live, stopped: stop } = yield* ended("a")
      yield* stop
      assert.isUndefined(live.reading())
      assert.isUndefined(live.mapping("a"))
      const stopped = yield* begun()
      yield* stopped.stopped
      assert.deepStrictEqual(yield* cared, ["record", []], "a run that read nothing leaves all as it was")
    })
  )

  each(
    "is written once a run without care, and after the first commit no more",
    Effect.gen(function*() {
      const inHand = yield* ended("a", "b")
      const first = yield* revision
      yield* read(inHand.live, "a")
      yield* inHand.live.committed(1, false)
      yield* read(inHand.live, "a")
      yield* inHand.stopped
      yield* inHand.stopped
      assert.strictEqual(yield* revision, first)
    })
  )

  each(
    "is written again where the write failed",
    Effect.gen(function*() {
      const store = yield* StateStore
      let fails = 1
      const put: StateStore["Service"]["put"] = (key, bytes, revision) =>
        Effect.suspend(() =>
          fails-- > 0
            ? Effect.fail(
              new StateStoreError({ key, operation: "put", reason: new StoreUnavailable({ detail: "full" }) })
            )
            : store.put(key, bytes, revision)
        )
      const { live } = yield* Effect.provideService(begun(), StateStore, { ...store, put })
      const write = live.reading()!
      assert.strictEqual((yield* Effect.result(write))._tag, "Failure")
      assert.isDefined(live.reading())
      yield* write
      assert.isDefined(yield* revision)
      assert.isUndefined(live.reading())
    })
  )

  each(
    "knows what it wrote, although it is interrupted meanwhile",
    Effect.gen(function*() {
      const store = yield* StateStore
      const put: StateStore["Service"]["put"] = (...of) => Effect.tap(store.put(...of), () => Effect.yieldNow)
      yield* ended()
      const { live } = yield* Effect.provideService(begun(), StateStore, { ...store, put })
      const writing = yield* Effect.forkChild(live.mapping("a")!, { startImmediately: true })
      yield* Fiber.interrupt(writing)
      yield* live.mapping("b")!
      assert.deepStrictEqual(yield* cared, ["record", ["b"]])
    })
  )

  each(
    "is written by one at a time",
    Effect.gen(function*() {
      const store = yield* StateStore
      const put: StateStore["Service"]["put"] = (...of) => Effect.andThen(Effect.yieldNow, store.put(...of))
      const inHand = yield* Effect.provideService(begun(), StateStore, { ...store, put })
      yield* Effect.all([inHand.live.reading()!, inHand.aside(sweep).reading()!], { concurrency: 2, discard: true })
      const found = yield* begun()
      assert.deepStrictEqual([found.live.care(), found.aside(sweep).care()], ["record", "record"])
    })
  )

  each(
    "of a form that is not known does not count",
    Effect.gen(function*() {
      const store = yield* StateStore
      yield* store.put("global.t.alerts_v2.in-hand.json", new TextEncoder().encode("{\"version\":1}"), 0)
      assert.deepStrictEqual(yield* cared, ["none", []])
      yield* ended()
      assert.deepStrictEqual(yield* cared, ["record", []])
    })
  )
})

describe("what is in hand of an aside", () => {
  const endedIn = Effect.fnUntraced(function*(aside: AsideRange, ...records: ReadonlyArray<string | null>) {
    const inHand = yield* begun()
    yield* read(inHand.aside(aside), ...records)
    return inHand
  })

  each(
    "is remembered beside that of live polling, whatever the checkpoint is then",
    Effect.gen(function*() {
      yield* endedIn(gapAside)
      yield* ended()
      const later = yield* begun(at(5))
      assert.deepStrictEqual([later.live.care(), later.aside(gapAside).care()], ["none", "record"])
      assert.strictEqual(later.aside({ ...gapAside, from: sweep.from }).care(), "none")
      assert.strictEqual(later.aside(sweep).care(), "none")
      assert.deepStrictEqual(yield* cared, ["record", []])
    })
  )

  each(
    "passes an aside on which two processes ended while they read, until it is forgotten",
    Effect.gen(function*() {
      yield* endedIn(gapAside)
      yield* endedIn(gapAside)
      yield* endedIn(sweep)
      assert.deepStrictEqual(yield* caredFor(gapAside), ["none", 0], "the next write forgets it")
      const moved = { ...sweep, from: Timestamp.fromMillis(30), to: Timestamp.fromMillis(40) }
      yield* endedIn(moved)
      const { passed } = yield* begun()
      assert.deepStrictEqual(passed.map(({ from, task, to }) => ({ from, task, to })), [moved])
    })
  )

  each(
    "condemns the record on which the second process ended",
    Effect.gen(function*() {
      yield* endedIn(sweep)
      yield* endedIn(sweep, null, "a")
      assert.deepStrictEqual(yield* cared, ["none", ["a"]])
      assert.deepStrictEqual(yield* caredFor(sweep), ["record", 0])
      yield* endedIn(sweep, null)
      assert.deepStrictEqual(yield* cared, ["none", ["a"]])
    })
  )

  each(
    "is forgotten once it was read to its end, and kept where it gave way with care",
    Effect.gen(function*() {
      const first = yield* endedIn(gapAside)
      yield* first.asideOver()!
      assert.isUndefined(yield* stored)
      assert.isUndefined(first.asideOver())
      yield* endedIn(gapAside)
      const paused = yield* endedIn(gapAside, null)
      yield* paused.aside(gapAside).committed(1, false)
      assert.isUndefined(paused.asideOver())
      assert.deepStrictEqual(yield* caredFor(gapAside), ["record", 0])
      const whole = yield* endedIn(gapAside, null)
      yield* whole.aside(gapAside).committed(1, true)
      yield* whole.asideOver()!
      assert.isUndefined(yield* stored)
    })
  )

  each(
    "does not count an orderly end",
    Effect.gen(function*() {
      const { stopped } = yield* endedIn(gapAside)
      yield* stopped
      assert.isUndefined(yield* stored)
    })
  )

  each(
    "is written once an aside without care",
    Effect.gen(function*() {
      const inHand = yield* endedIn(gapAside)
      const first = yield* revision
      yield* read(inHand.aside(gapAside), "a", null)
      assert.strictEqual(yield* revision, first)
      yield* read(inHand.aside(sweep))
      assert.notStrictEqual(yield* revision, first)
    })
  )
})
