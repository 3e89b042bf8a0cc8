import { assert, describe, it } from "@effect/vitest"
import { gapsMax } from "../../src/domain/Bounds.ts"
import { missingProviderPolls } from "../../src/graph/Limits.ts"
import type { PagePlan } from "../../src/polling/PollerState.ts"
import { afterPage } from "../../src/polling/Progress.ts"
import { at, checkpoint, gap, gapTask, hour, noon, position, rangeTask, sweepTask } from "./Decisions.ts"

const following = position({ bound: at(-50) })
/** A page in the middle of a live pass. */
const plan = (more: Partial<PagePlan> = {}): PagePlan => ({
  task: { _tag: "Live" },
  position: position(),
  mark: at(-50),
  isOwed: false,
  incomplete: 0,
  following,
  ended: false,
  reached: at(-50),
  ...more
})
const committed = (of: Partial<PagePlan>, before = checkpoint(), fresh = 0) =>
  afterPage(before, plan(of), fresh, noon + 1)

describe("the commit of a page of live polling", () => {
  it("moves the mark, and saves where the pass goes on", () => {
    const before = checkpoint({ throttles: 2 })
    assert.deepStrictEqual(committed({}, before), {
      ...before,
      mark: at(-50),
      position: following,
      history: [{ mark: at(-50), at: noon + 1 }]
    })
  })

  it("never moves the mark back", () => {
    assert.strictEqual(committed({ mark: at(-70) }).mark, at(-60))
  })

  it("leaves the mark where the page does not say how far everything was read", () => {
    const { mark, position } = committed({ mark: undefined })
    assert.deepStrictEqual([mark, position], [at(-60), following])
  })

  it("keeps the position where only the poller knows how the pass goes on", () => {
    const left = position({ bound: at(-61) })
    assert.strictEqual(committed({ following: null }, checkpoint({ position: left })).position, left)
  })

  it("at the end of a pass forgets its position and the cooldowns before it", () => {
    const before = checkpoint({ position: following, throttles: 3 })
    const { lastSuccessAt, mark, position, throttles } = committed({ ended: true, following: null }, before)
    assert.deepStrictEqual([mark, position, throttles, lastSuccessAt], [at(-50), null, 0, noon + 1])
  })

  it("that brought something ends the silence; one that brought nothing does not", () => {
    const before = checkpoint({ rhythm: { quietSince: noon - hour, longest: 5, brought: 2 } })
    assert.deepStrictEqual(committed({}, before, 1).rhythm, { quietSince: noon + 1, longest: hour + 1, brought: 3 })
    assert.deepStrictEqual(committed({}, before, 0).rhythm, before.rhythm)
  })
})

describe("a part of the pass that a provider owes", () => {
  const last = { isOwed: true, ended: true, following: null, incomplete: missingProviderPolls - 1 }

  it("holds the mark, page after page and poll after poll", () => {
    for (const  of of[{ isOwed: true }, { ...last, incomplete: missingProviderPolls - 2 }]) {
      const { gaps, mark } = committed(of)
      assert.deepStrictEqual([mark, gaps], [at(-60), []])
    }
  })

  it("is given up at the end of the third poll: it becomes a gap, and the mark passes it", () => {
    const { gaps, mark } = committed(last)
    assert.strictEqual(mark, at(-50))
    assert.deepStrictEqual(gaps, [{
      from: at(-75),
      to: at(-50),
      code: "provider_missing",
      foundAt: noon + 1,
      triedAt: noon + 1
    }])
  })

  it("makes the gap before it longer", () => {
    const before = checkpoint({ gaps: [gap({ code: "provider_missing", to: at(-70) })] })
    assert.deepStrictEqual(committed(last, before).gaps, [{ ...before.gaps[0]!, to: at(-50) }])
  })

  it("is no gap before the pass has ended, where nothing is owed, or where the pass reached nothing", () => {
    assert.deepStrictEqual(committed({ ...last, ended: false }).gaps, [])
    assert.deepStrictEqual(committed({ ...last, isOwed: false }).gaps, [])
    assert.strictEqual(committed({ ...last, isOwed: false }).mark, at(-50))
    for (const mark of [undefined, at(-75)]) assert.deepStrictEqual(committed({ ...last, mark }).gaps, [])
  })

  it("goes on holding the mark where there is no room for another gap", () => {
    const gaps = Array.from({ length: gapsMax }, (_, n) => gap({ from: at(-10_000 + n), to: at(-10_000 + n) }))
    const full = committed(last, checkpoint({ gaps }))
    assert.deepStrictEqual([full.mark, full.gaps.length], [at(-60), gapsMax])
    const room = committed(last, checkpoint({ gaps: gaps.slice(1) }))
    assert.deepStrictEqual([room.mark, room.gaps.length], [at(-50), gapsMax])
  })
})

describe("the commit of a page of anything else", () => {
  it("forgets a gap once all of it was read, and moves no mark", () => {
    const before = checkpoint({ gaps: [gap()] })
    const task = gapTask()
    assert.deepStrictEqual(committed({ task, ended: true }, before), { ...before, gaps: [] })
    assert.strictEqual(committed({ task, ended: false }, before), before)
    assert.strictEqual(committed({ task, ended: true, isOwed: true }, before), before)
  })

  it("notes a sweep once it has ended, and moves no mark", () => {
    const before = checkpoint()
    const read = { countedAt: noon + 1, readAt: noon + 1 }
    assert.deepStrictEqual(committed({ task: sweepTask, ended: true }, before), { ...before, sweep: read })
    assert.strictEqual(committed({ task: sweepTask }, before), before)
  })

  it("saves how far a range was read; its mark is its end, once it has ended", () => {
    const before = checkpoint({ throttles: 1 })
    assert.deepStrictEqual(committed({ task: rangeTask }, before), { ...before, position: following })
    assert.strictEqual(committed({ task: rangeTask, following: null }, before), before)
    const ended = committed({ task: rangeTask, ended: true }, { ...before, position: following })
    assert.deepStrictEqual([ended.mark, ended.position, ended.throttles, ended.lastSuccessAt], [
      at(0),
      null,
      0,
      noon + 1
    ])
  })
})
