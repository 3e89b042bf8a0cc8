import { assert, describe, it } from "@effect/vitest"
import { HashSet } from "effect"
import { gapsMax } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { pagesBeforeGrowth, pageSizeFloor } from "../../src/graph/Limits.ts"
import * as Narrowing from "../../src/polling/Narrowing.ts"
import type { Step } from "../../src/polling/Walk.ts"
import {
  at,
  checkpoint,
  config,
  facts,
  gap,
  gapTask,
  hour,
  minute,
  noon,
  poll,
  position,
  rangeTask,
  state,
  told,
  unavailable
} from "./Decisions.ts"

describe("behind a narrowed window", () => {
  const narrowed = position({ until: at(-70) })
  const behind: Step = { _tag: "Go", position: position({ bound: at(-70) }), mark: at(-71) }
  const span = 5 * minute

  it("the next window is twice as wide", () => {
    const { span: wider, step } = Narrowing.widen(state({ span }), narrowed, behind, at(0))
    assert.strictEqual(wider, 10 * minute)
    assert.deepStrictEqual(step, { ...behind, position: position({ bound: at(-70), until: at(-60) }) })
  })

  it("there is no window where twice as wide is all that is left", () => {
    for (const horizon of [at(-60), at(-65)]) {
      assert.deepStrictEqual(Narrowing.widen(state({ span }), narrowed, behind, horizon), {
        step: behind,
        span: undefined
      })
    }
    assert.strictEqual(Narrowing.widen(state({ span }), narrowed, behind, at(-59)).span, 10 * minute)
  })

  it("only there: not inside the window, not without one, not at the end", () => {
    const inside: Step = { ...behind, position: narrowed }
    assert.deepStrictEqual(Narrowing.widen(state({ span }), narrowed, inside, at(0)), { step: inside, span })
    assert.deepStrictEqual(Narrowing.widen(state({ span }), position(), behind, at(0)), { step: behind, span })
    assert.deepStrictEqual(Narrowing.widen(state(), narrowed, behind, at(0)), { step: behind, span: undefined })
    const end: Step = { _tag: "End", mark: at(-71) }
    assert.deepStrictEqual(Narrowing.widen(state({ span }), narrowed, end, at(0)), { step: end, span })
  })
})

describe("a halved page size", () => {
  const before = pagesBeforeGrowth - 1

  it("is doubled after four pages, up to the endpoint's own", () => {
    const grown = Narrowing.grow(config(), state({ pageSize: 250, pagesAtSize: before }), poll({ pageSize: 250 }))
    assert.deepStrictEqual([grown.poll.pageSize, grown.state.pageSize, grown.state.pagesAtSize], [500, 500, 0])
    const whole = Narrowing.grow(config(), state({ pageSize: 600, pagesAtSize: before }), poll({ pageSize: 600 }))
    assert.deepStrictEqual([whole.poll.pageSize, whole.state.pageSize], [1000, 1000])
  })

  it("stays for the pages before, which are counted", () => {
    const { poll: same, state: counted } = Narrowing.grow(
      config(),
      state({ pageSize: 250, pagesAtSize: before - 1 }),
      poll({ pageSize: 250 })
    )
    assert.deepStrictEqual([same.pageSize, counted.pageSize, counted.pagesAtSize], [250, 250, before])
  })

  it("is none where it is the endpoint's own", () => {
    const whole = state({ pagesAtSize: before })
    assert.strictEqual(Narrowing.grow(config(), whole, poll()).state, whole)
  })
})

describe("a page that failed for good", () => {
  it("is asked for with half of its rows, without its link, and links may come again", () => {
    const failed = poll({ pageSize: 201, links: HashSet.make("a") })
    const at75 = position({ link: "https://graph.microsoft.com/next" })
    const less = Narrowing.askForLess(state({ pagesAtSize: 3 }), failed, at75, false)
    if (less._tag !== "Halved") return assert.fail(less._tag)
    assert.deepStrictEqual([less.poll.pageSize, less.state.pageSize, less.state.pagesAtSize], [100, 100, 0])
    assert.strictEqual(HashSet.size(less.poll.links), 0)
    assert.deepStrictEqual(less.position, position())
  })

  it("is asked for with 25 rows at the least, and then Graph is probed", () => {
    const less = Narrowing.askForLess(state(), poll({ pageSize: pageSizeFloor + 1 }), position(), false)
    assert.deepStrictEqual([less._tag, less.poll.pageSize], ["Halved", pageSizeFloor])
    const least = Narrowing.askForLess(state(), poll({ pageSize: pageSizeFloor }), position(), false)
    assert.deepStrictEqual([least._tag, least.poll.pageSize], ["Probe", pageSizeFloor])
  })
})

describe("a window that fails", () => {
  const shorter = (of = position(), more = facts()) =>
    Narrowing.askForShorter(config(), state({ pageSize: 25 }), poll(), of, unavailable, more)

  it("is halved, to what Graph's clock says at the latest, and its width is remembered", () => {
    const half = shorter()
    assert.strictEqual(half?.position.until, at(-37.5))
    assert.strictEqual(half?.state.span, 37.5 * minute)
    assert.isUndefined(half?.save)
    // Graph's clock is ahead by five minutes, and the poll takes ten so far.
    const ahead = Narrowing.askForShorter(
      config(),
      state(),
      poll({ graphStartedAt: noon + 5 * minute }),
      position(),
      unavailable,
      facts({ now: noon + 10 * minute })
    )
    assert.strictEqual(ahead?.position.until, at(-30))
  })

  it("of a minute is left out", () => {
    const left = shorter(position({ until: at(-74) }))
    assert.deepStrictEqual(left?.position, position({ bound: at(-74), reached: at(-74) }))
    assert.strictEqual(left?.save?.(checkpoint()).gaps[0]?.code, "service_unavailable")
  })

  it("of a minute is waited for where no more can be left out", () => {
    assert.isUndefined(shorter(position({ until: at(-74) }), facts({ checkpoint: undefined })))
  })
})

describe("a range that is left out", () => {
  const now = noon + hour
  const leaveOut = (of = poll(), where = position(), checkpointed = checkpoint()) =>
    Narrowing.leaveOut(config(), of, where, at(-74), "timed_out", facts({ now, checkpoint: checkpointed }))!
  const lies = { from: at(-75), to: at(-74), code: "timed_out", foundAt: now, triedAt: now }

  it("is a gap, the pass goes on behind it, and the mark passes it", () => {
    const before = checkpoint({ mark: at(-75) })
    const left = leaveOut(poll(), position(), before)
    assert.deepStrictEqual(left.position, position({ bound: at(-74), reached: at(-74) }))
    assert.deepStrictEqual(left.save(before), {
      ...before,
      gaps: [lies],
      position: left.position,
      mark: at(-74),
      history: [{ mark: at(-74), at: now }]
    })
    assert.deepStrictEqual(told(left), ["Said Error gap"])
  })

  it("does not join the one before it: each is tried again by itself", () => {
    const before = checkpoint({ gaps: [{ ...lies, from: at(-76), to: at(-75) }] })
    assert.strictEqual(leaveOut().save(before).gaps.length, 2)
  })

  it("does not move the mark where rows before it may not be published yet", () => {
    const before = checkpoint({ mark: at(-75) })
    assert.strictEqual(leaveOut(poll(), position({ ordered: false })).save(before).mark, at(-75))
    const owing = leaveOut(poll({ missing: ["Contoso/Sensor"] }))
    assert.strictEqual(owing.save(before).mark, at(-75))
    assert.deepStrictEqual(owing.position.owed, ["Contoso/Sensor"])
  })

  it("is none of a backfill, none before the first checkpoint, and none over the limit", () => {
    const gaps = Array.from({ length: gapsMax }, () => gap())
    assert.isUndefined(leaveOut(poll({ task: rangeTask })))
    assert.isUndefined(
      Narrowing.leaveOut(config(), poll(), position(), at(-74), "timed_out", facts({ checkpoint: undefined }))
    )
    assert.isUndefined(leaveOut(poll(), position(), checkpoint({ gaps })))
    assert.isDefined(leaveOut(poll(), position(), checkpoint({ gaps: gaps.slice(1) })))
    assert.isDefined(leaveOut(poll({ task: gapTask() })))
  })

  it("is said with its bounds", () => {
    const [note] = leaveOut().notes
    assert.include(note?._tag === "Said" ? note.report.message : "", Timestamp.toGraph(at(-75)).slice(0, -1))
    assert.deepInclude(note, { saying: { level: "Error", remind: false, apart: true } })
  })
})
