import { assert, describe, it } from "@effect/vitest"
import { minusMillis, toMillis } from "../../src/domain/Timestamp.ts"
import * as Walk from "../../src/polling/Walk.ts"
import { at, gap, minute, position } from "./Decisions.ts"

const end = { _tag: "End" } as const
const link = { _tag: "Link", url: "https://graph.microsoft.com/next", skips: true } as const
const token = { ...link, skips: false }
const deadLink = { _tag: "DeadLink" } as const
const overlap = 15 * minute

/** Asserts that a step goes on, and returns where. */
const going = (step: Walk.Step) => {
  if (step._tag !== "Go") return assert.fail(`the pass ends with ${step._tag}`)
  return step
}

describe("a poll begins", () => {
  const at0 = { floor: at(-1000), gaps: [], mark: at(-60), position: null }

  it("behind the mark by the overlap, in an order that nothing has shown yet", () => {
    const began = Walk.resume(at0, overlap, undefined)
    assert.deepStrictEqual(began, {
      bound: at(-75),
      until: null,
      link: null,
      ordered: true,
      proven: false,
      reached: null,
      owed: [],
      from: at(-75)
    })
  })

  it("where a pass was left", () => {
    const left = position({ bound: at(-90) })
    assert.strictEqual(Walk.resume({ ...at0, position: left }, overlap, undefined), left)
  })

  it("not before the floor, nor before what the ledger knows, nor before the end of any gap", () => {
    assert.strictEqual(Walk.resume({ ...at0, floor: at(-70) }, overlap, undefined).bound, at(-70))
    assert.strictEqual(Walk.resume(at0, overlap, at(-68)).bound, at(-68))
    assert.strictEqual(Walk.resume(at0, overlap, at(-80)).bound, at(-75))
    const gaps = [gap({ to: at(-66) }), gap({ to: at(-72) })]
    assert.strictEqual(Walk.resume({ ...at0, gaps }, overlap, undefined).bound, at(-66))
    assert.strictEqual(Walk.resume({ ...at0, gaps: [gap({ to: at(-200) })] }, overlap, undefined).bound, at(-75))
  })

  it("never behind the mark, so that nothing is passed over", () => {
    assert.strictEqual(Walk.resume({ ...at0, gaps: [gap({ to: at(-5) })] }, overlap, at(-5)).bound, at(-60))
  })
})

describe("after a page", () => {
  it("without a nextLink the pass ends, and the mark is the greatest cursor of the pass", () => {
    assert.deepStrictEqual(Walk.step(position(), { cursors: [at(-70), at(-65)], next: end }), {
      _tag: "End",
      mark: at(-65)
    })
    assert.deepStrictEqual(Walk.step(position({ reached: at(-10) }), { cursors: [at(-70)], next: end }), {
      _tag: "End",
      mark: at(-10)
    })
    assert.deepStrictEqual(Walk.step(position(), { cursors: [at(-50), at(-65)], next: end }), {
      _tag: "End",
      mark: at(-50)
    })
    assert.deepStrictEqual(Walk.step(position(), { cursors: [], next: end }), { _tag: "End", mark: undefined })
  })

  it("whose rows are in order, the filter moves to the last cursor instead of a $skip, and the mark with it", () => {
    const { mark, position: on } = going(Walk.step(position(), { cursors: [at(-75), at(-65)], next: link }))
    assert.strictEqual(mark, at(-65))
    assert.deepStrictEqual(on, position({ bound: at(-65), reached: at(-65), proven: true }))
  })

  it("whose nextLink is the server's own position, the link is followed, and the mark moves", () => {
    const { mark, position: on } = going(Walk.step(position(), { cursors: [at(-75), at(-65)], next: token }))
    assert.strictEqual(mark, at(-65))
    assert.deepStrictEqual(on, position({ link: token.url, reached: at(-65), proven: true }))
  })

  it("whose rows share one instant, nothing shows the order: the link is followed, and the mark waits", () => {
    const { mark, position: on } = going(Walk.step(position(), { cursors: [at(-65), at(-65)], next: link }))
    assert.isUndefined(mark)
    assert.deepStrictEqual(on, position({ link: link.url, reached: at(-65) }))
  })

  it("whose rows are in no order, the link is followed, and the mark waits for the end of the pass", () => {
    const { mark, position: on } = going(Walk.step(position(), { cursors: [at(-65), at(-70), at(-60)], next: link }))
    assert.isUndefined(mark)
    assert.deepStrictEqual(on, position({ link: link.url, reached: at(-60), ordered: false }))
    const later = going(Walk.step(on, { cursors: [at(-60), at(-50)], next: link }))
    assert.isUndefined(later.mark)
    assert.isFalse(later.position.ordered)
    assert.isFalse(later.position.proven)
  })

  it("whose rows lie before the filter or behind the window, the order counts for nothing", () => {
    const before = going(Walk.step(position(), { cursors: [at(-76), at(-70)], next: link }))
    assert.isFalse(before.position.ordered)
    const window = position({ until: at(-60) })
    assert.isFalse(going(Walk.step(window, { cursors: [at(-70), at(-60)], next: link })).position.ordered)
    assert.isTrue(going(Walk.step(window, { cursors: [at(-70), at(-61)], next: link })).position.ordered)
    assert.isTrue(going(Walk.step(position(), { cursors: [at(-75), at(-75), at(-70)], next: link })).position.ordered)
  })

  it("of a followed link, rows before what the pass has reached are in no order", () => {
    const followed = position({ link: token.url, reached: at(-65), proven: true })
    const { position: on } = going(Walk.step(followed, { cursors: [at(-70), at(-60)], next: token }))
    assert.isFalse(on.ordered)
    assert.isFalse(on.proven)
    assert.isTrue(going(Walk.step(followed, { cursors: [at(-65), at(-60)], next: token })).position.ordered)
    // A filter begins again before it, for the overlap.
    const filtered = position({ reached: at(-65), proven: true })
    assert.isTrue(going(Walk.step(filtered, { cursors: [at(-70), at(-60)], next: token })).position.ordered)
    const behind = position({ bound: at(-60), link: token.url, reached: at(-65) })
    assert.isFalse(going(Walk.step(behind, { cursors: [at(-62), at(-50)], next: token })).position.ordered)
    const unread = position({ link: token.url })
    assert.isFalse(going(Walk.step(unread, { cursors: [at(-80), at(-60)], next: token })).position.ordered)
  })

  it("the order that earlier pages proved stays proven, while pages come in order", () => {
    const proven = position({ reached: at(-65), proven: true })
    assert.isTrue(going(Walk.step(proven, { cursors: [at(-64), at(-64)], next: token })).position.proven)
    assert.isTrue(going(Walk.step(proven, { cursors: [], next: token })).position.proven)
    assert.isFalse(going(Walk.step(position(), { cursors: [], next: token })).position.proven)
    assert.isFalse(going(Walk.step(proven, { cursors: [at(-60), at(-64)], next: token })).position.proven)
  })

  it("of a narrowed window without a nextLink, the rest is asked for without a window", () => {
    const window = position({ until: at(-60), proven: true })
    const inOrder = going(Walk.step(window, { cursors: [at(-70), at(-65)], next: end }))
    assert.strictEqual(inOrder.mark, at(-65))
    assert.deepStrictEqual(inOrder.position, position({ bound: at(-60), reached: at(-65), proven: true }))
    const mixed = going(Walk.step(window, { cursors: [at(-65), at(-70)], next: end }))
    assert.isUndefined(mixed.mark, "the mark waits for the end of the pass")
  })

  it("with a link that leads nowhere, the filter is moved as far as order was proven; else the pass is stuck", () => {
    const proven = position({ reached: at(-65), proven: true })
    const moved = going(Walk.step(proven, { cursors: [], next: deadLink }))
    assert.strictEqual(moved.position.bound, at(-65))
    assert.isUndefined(moved.mark)
    for (const stuck of [position({ reached: at(-65) }), position({ reached: at(-75), proven: true })]) {
      const step = Walk.step(stuck, { cursors: [], next: deadLink })
      assert.deepStrictEqual(step, { _tag: "Stuck", position: stuck })
    }
    assert.strictEqual(Walk.step(position(), { cursors: [], next: deadLink })._tag, "Stuck")
  })
})

describe("a pass with an end", () => {
  it("keeps its end after a narrower window, and is over where it reaches the end", () => {
    const window = position({ until: at(-60) })
    const on = going(Walk.stepWithin(window, { cursors: [at(-70), at(-65)], next: end }, at(-50)))
    assert.deepStrictEqual([on.position.bound, on.position.until], [at(-60), at(-50)])
    assert.deepStrictEqual(Walk.stepWithin(window, { cursors: [at(-70), at(-65)], next: end }, at(-60)), {
      _tag: "End",
      mark: at(-65)
    })
    assert.strictEqual(Walk.stepWithin(window, { cursors: [], next: end }, at(-61))._tag, "End")
  })

  it("leaves a narrower window as it is, and an end an end", () => {
    const window = position({ until: at(-60) })
    const on = going(Walk.stepWithin(window, { cursors: [at(-70), at(-65)], next: link }, at(-50)))
    assert.deepStrictEqual([on.position.bound, on.position.until], [at(-65), at(-60)])
    assert.strictEqual(Walk.stepWithin(position(), { cursors: [], next: end }, at(-50))._tag, "End")
    assert.strictEqual(Walk.stepWithin(position(), { cursors: [], next: deadLink }, at(-50))._tag, "Stuck")
  })
})

describe("a position", () => {
  it("without its link begins where order was proven, and never before where it began", () => {
    const linked = position({ link: link.url })
    assert.deepStrictEqual(Walk.withoutLink(linked), position())
    assert.strictEqual(Walk.withoutLink({ ...linked, proven: true, reached: at(-65) }).bound, at(-65))
    assert.strictEqual(Walk.withoutLink({ ...linked, proven: true, reached: at(-80) }).bound, at(-75))
    assert.strictEqual(Walk.withoutLink({ ...linked, proven: false, reached: at(-65) }).bound, at(-75))
    assert.strictEqual(Walk.withoutLink({ ...linked, proven: true }).bound, at(-75))
  })

  it("is narrowed to half of its window, down to the floor and no further", () => {
    assert.strictEqual(Walk.narrow(position(), at(-55), minute)?.until, at(-65))
    assert.strictEqual(Walk.narrow(position({ until: at(-65) }), at(0), minute)?.until, at(-70))
    assert.strictEqual(Walk.narrow(position({ until: minusMillis(at(-75), -90_000) }), at(0), minute)?.until, at(-74))
    assert.isUndefined(Walk.narrow(position({ until: at(-74) }), at(0), minute))
    // Without a window of its own it gets one, however short it is.
    assert.strictEqual(Walk.narrow(position(), at(-74.5), minute)?.until, at(-74))
    const odd = Walk.narrow(position(), minusMillis(at(-55), 1), minute)!
    assert.strictEqual(toMillis(odd.until!) - toMillis(odd.bound), 10 * minute)
  })

  it("behind a window that cannot be read has reached its end at the least", () => {
    const window = position({ until: at(-60), link: link.url })
    assert.deepStrictEqual(Walk.passOver(window, at(-60)), position({ bound: at(-60), reached: at(-60) }))
    assert.strictEqual(Walk.passOver({ ...window, reached: at(-70) }, at(-60)).reached, at(-60))
    assert.strictEqual(Walk.passOver({ ...window, reached: at(-50) }, at(-60)).reached, at(-50))
  })
})
