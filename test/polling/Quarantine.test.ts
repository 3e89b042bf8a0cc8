import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option } from "effect"
import type { Checkpoint, Gap, Position } from "../../src/checkpoints/Checkpoint.ts"
import { type AsideRange, type InHand, open } from "../../src/checkpoints/InHand.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { gapsMax } from "../../src/domain/Bounds.ts"
import { endedTheProcess } from "../../src/polling/Narrowing.ts"
import type { Outcome } from "../../src/polling/PollerState.ts"
import * as Quarantine from "../../src/polling/Quarantine.ts"
import { PageLost } from "../../src/publishing/Page.ts"
import {
  at,
  checkpoint,
  config,
  facts,
  gap,
  gapTask,
  noon,
  poll,
  position,
  rangeTask,
  state,
  sweepTask,
  told
} from "./Decisions.ts"

const ended = (of: Partial<Gap> = {}) => gap({ code: endedTheProcess, foundAt: noon, triedAt: noon, ...of })

/** A run whose predecessors ended with a page in hand, each `reads` times of its place. */
const begun = Effect.fnUntraced(function*(of: Checkpoint, reads: number, asides: ReadonlyArray<AsideRange> = []) {
  const current = () => Option.some(of)
  for (let n = 0; n < reads; n++) {
    const inHand = yield* open("t", current)
    yield* inHand.live.reading() ?? Effect.void
    for (const one of asides) yield* inHand.aside(one).reading() ?? Effect.void
  }
  const inHand = yield* open("t", current)
  const { notes, save } = Quarantine.begin(config(), inHand, facts({ checkpoint: of }))
  return { inHand, notes, saved: save === undefined ? undefined : save(of) }
})

const each = (name: string, effect: Effect.Effect<void, unknown, StateStore>) =>
  it.effect(name, () => Effect.provide(effect, Layer.fresh(StateStore.layerMemory)))

describe("a run after the end of others", () => {
  each(
    "says what it does with care, and leaves nothing out at first",
    Effect.gen(function*() {
      for (const [reads, says] of [[0, undefined], [1, "each of its records is saved"], [2, "row by row"]] as const) {
        const { notes, saved } = yield* Effect.provide(begun(checkpoint(), reads), Layer.fresh(StateStore.layerMemory))
        assert.isUndefined(saved)
        assert.strictEqual(notes.length, says === undefined ? 0 : 1)
        if (says !== undefined) assert.include(told({ notes })[0], says)
      }
    })
  )

  each(
    "says that a row is left out, which is known once the one behind it was read",
    Effect.gen(function*() {
      const { notes, saved } = yield* begun(checkpoint(), 3)
      assert.isUndefined(saved)
      assert.include(told({ notes })[0], `a row at or behind ${at(-75)} cannot be read and is left out`)
    })
  )

  each(
    "leaves out all that is left of a pass without order, and goes on behind it without a link",
    Effect.gen(function*() {
      const place = position({ link: "https://graph.microsoft.com/next", ordered: false, owed: ["Contoso"] })
      const { notes, saved } = yield* begun(checkpoint({ position: { ...place, until: at(-30) } }), 3)
      assert.deepStrictEqual(saved?.gaps, [ended({ from: at(-75), to: at(-30) })])
      assert.deepInclude(saved?.position, { bound: at(-30), link: null, owed: ["Contoso"] })
      assert.deepStrictEqual(told({ notes }), ["Said Error gap"])
      assert.deepInclude(notes[0], { saying: { level: "Error", remind: false, apart: true } })
      const open = yield* begun(checkpoint({ position: place }), 3)
      assert.deepStrictEqual(open.saved?.gaps, [ended({ from: at(-75), to: at(0) })])
    })
  )

  each(
    "leaves nothing out before the first checkpoint, nor beyond the most gaps",
    Effect.gen(function*() {
      const place = position({ ordered: false })
      const { inHand } = yield* begun(checkpoint({ position: place }), 3)
      assert.deepStrictEqual(Quarantine.begin(config(), inHand, facts({ checkpoint: undefined })), { notes: [] })
      const full = checkpoint({ gaps: Array.from({ length: gapsMax }, () => gap()), position: place })
      assert.deepStrictEqual(Quarantine.begin(config(), inHand, facts({ checkpoint: full })), { notes: [] })
    })
  )
})

describe("an aside on which processes ended twice", () => {
  const gapAside = { task: "Gap", from: at(-120), to: at(-119) } as const
  const sweep = { task: "Sweep", from: at(-400), to: at(-75) } as const

  each(
    "is left out: a gap is not tried again, and the hours of late rows are a gap",
    Effect.gen(function*() {
      const other = gap({ from: at(-110), to: at(-109) })
      const { notes, saved } = yield* begun(checkpoint({ gaps: [gap(), other] }), 2, [gapAside, sweep])
      assert.deepStrictEqual(saved?.gaps, [
        gap({ code: endedTheProcess }),
        other,
        ended({ from: sweep.from, to: sweep.to })
      ])
      assert.deepStrictEqual(told({ notes }).slice(1), ["Said Error gap", "Said Error gap"])
    })
  )

  each(
    "leaves no gap beyond the most",
    Effect.gen(function*() {
      const full = checkpoint({ gaps: Array.from({ length: gapsMax }, () => gap()) })
      assert.strictEqual((yield* begun(full, 2, [sweep])).saved?.gaps.length, gapsMax)
    })
  )

  each(
    "is found by what it reads",
    Effect.gen(function*() {
      const { inHand } = yield* begun(checkpoint(), 1, [gapAside, sweep])
      const care = (task: Parameters<typeof Quarantine.handOf>[1]["task"]) =>
        Quarantine.handOf(inHand, { position: position({ from: sweep.from }), task }).care()
      assert.strictEqual(care(gapTask()), "record")
      assert.strictEqual(care(gapTask(gap({ from: at(-110) }))), "none")
      assert.strictEqual(care(sweepTask), "record")
      assert.strictEqual(Quarantine.handOf(inHand, { position: position(), task: { _tag: "Live" } }), inHand.live)
      assert.strictEqual(Quarantine.handOf(inHand, { position: position(), task: rangeTask }), inHand.live)
    })
  )
})

describe("a row that cannot be read", () => {
  const passed = Effect.fnUntraced(function*(ends: number, of: Partial<Position>) {
    const { inHand } = yield* begun(checkpoint(), ends)
    const asked = state({ next: { _tag: "Fetch", poll: poll(), position: position(of) } })
    const { next } = Quarantine.passing(inHand.live, asked)
    if (next._tag !== "Fetch") return assert.fail(next._tag)
    const { poll: { skipped, skippedFor }, position: { bound, link } } = next
    return { bound, link, skipped, code: skippedFor }
  })
  const link = "https://graph.microsoft.com/next"

  each(
    "is left out of the next page, with as many beside it as processes ended there",
    Effect.gen(function*() {
      for (const [ends, skipped] of [[2, 0], [3, 1], [4, 2]] as const) {
        const first = yield* Effect.provide(passed(ends, {}), Layer.fresh(StateStore.layerMemory))
        const code = skipped === 0 ? "body_too_large" : endedTheProcess
        assert.deepStrictEqual(first, { bound: at(-75), link: null, skipped, code })
      }
    })
  )

  each(
    "lies behind the last row that was read by a link",
    Effect.gen(function*() {
      const behind = yield* passed(3, { link, proven: true, reached: at(-70) })
      assert.deepStrictEqual(behind, { bound: at(-70), link: null, skipped: 2, code: endedTheProcess })
    })
  )

  each(
    "is not looked for by the order of rows that have none, or show none",
    Effect.gen(function*() {
      for (const order of [{ ordered: false }, { proven: false }]) {
        assert.deepInclude(yield* passed(3, { proven: true, ...order, link, reached: at(-70) }), {
          bound: at(-75),
          link,
          skipped: 0
        })
      }
    })
  )
})

describe("a URL", () => {
  const url = (rows: number | string) => `https://graph.microsoft.com/x?$filter=a&$top=${rows}&$skip=3`

  it("asks for one row where a page is read row by row", () => {
    assert.strictEqual(Quarantine.withRows(url(1000), true, 1000), url(1))
    assert.strictEqual(
      Quarantine.withRows("https://graph.microsoft.com/x?%24TOP=50", true, 50),
      "https://graph.microsoft.com/x?%24TOP=1"
    )
    assert.strictEqual(
      Quarantine.withRows("https://graph.microsoft.com/x?$skiptoken=top=9", true, 9),
      "https://graph.microsoft.com/x?$skiptoken=top=9"
    )
  })

  it("asks for the usual number again behind single rows, and for no other number", () => {
    assert.strictEqual(Quarantine.withRows(url(1), false, 1000), url(1000))
    assert.strictEqual(Quarantine.withRows(url(100), false, 1000), url(100))
    assert.strictEqual(
      Quarantine.withRows("https://graph.microsoft.com/x?$top=1", false, 50),
      "https://graph.microsoft.com/x?$top=50"
    )
  })
})

describe("the reading of a page", () => {
  const writes = Effect.fnUntraced(function*(care: number) {
    const { inHand } = yield* begun(checkpoint(), care)
    const written: Array<string> = []
    const control: { outcome: Outcome } = { outcome: "committed" }
    const hand: InHand["live"] = {
      ...inHand.live,
      reading: () => Effect.sync(() => void written.push("reading")),
      mapping: (record) => Effect.sync(() => void written.push(record ?? "over"))
    }
    const make = () => Quarantine.reading(hand, (write) => Effect.as(Effect.orDie(write), control.outcome))
    return { control, make, written }
  })

  each(
    "saves that it is in hand before it is parsed",
    Effect.gen(function*() {
      const { make, written } = yield* writes(0)
      const reading = make()
      assert.deepStrictEqual(written, [])
      yield* reading.parsed(Effect.sync(() => void written.push("parsed")))
      assert.deepStrictEqual(written, ["reading", "parsed"])
      assert.deepStrictEqual([reading.careful, reading.isByRow, yield* reading.over], [undefined, false, "committed"])
    })
  )

  each(
    "is row by row after two ends, and after three",
    Effect.gen(function*() {
      for (const [ends, isByRow] of [[1, false], [2, true], [3, true]] as const) {
        const { make } = yield* Effect.provide(writes(ends), Layer.fresh(StateStore.layerMemory))
        assert.strictEqual(make().isByRow, isByRow)
      }
    })
  )

  each(
    "takes turns with others that are read with care, and a stop does not wait for its turn",
    Effect.gen(function*() {
      const { make } = yield* writes(1)
      const first = yield* Effect.forkChild(make().parsed(Effect.never), { startImmediately: true })
      const { careful } = make()
      let isWritten = false
      const second = yield* Effect.forkChild(
        Effect.uninterruptible(careful!.alone(Effect.sync(() => (isWritten = true)))),
        { startImmediately: true }
      )
      yield* Effect.repeat(Effect.yieldNow, { times: 20 })
      assert.isFalse(isWritten)
      yield* Fiber.interrupt(second)
      const third = yield* Effect.forkChild(careful!.alone(Effect.sync(() => (isWritten = true))))
      yield* Fiber.interrupt(first)
      yield* Fiber.join(third)
      assert.isTrue(isWritten)
    })
  )

  each(
    "says where another process has what is in hand, and gives the page up",
    Effect.gen(function*() {
      for (const outcome of ["lost", "dropped"] as const) {
        const { control, make } = yield* Effect.provide(writes(1), Layer.fresh(StateStore.layerMemory))
        const reading = make()
        control.outcome = outcome
        yield* reading.parsed(Effect.void)
        assert.deepStrictEqual(yield* Effect.exit(reading.careful!.mapping("a")), Exit.fail(new PageLost()))
        control.outcome = "committed"
        assert.strictEqual(yield* reading.over, outcome)
        yield* reading.careful!.mapping("a")
      }
    })
  )
})
