import { assert, describe, it } from "@effect/vitest"
import { whole } from "../../src/graph/QueryShape.ts"
import * as Poll from "../../src/polling/Poll.ts"
import { minute, noon } from "./Decisions.ts"

const every = 5 * minute

describe("a poll", () => {
  it("is due at the next point of the grid, which the start of the last one anchors", () => {
    assert.strictEqual(Poll.nextOnGrid(noon, every, noon), noon + every)
    assert.strictEqual(Poll.nextOnGrid(noon, every, noon + every - 1), noon + every)
    assert.strictEqual(Poll.nextOnGrid(noon, every, noon + every), noon + 2 * every)
    assert.strictEqual(Poll.nextOnGrid(noon, every, noon + 2 * every + 1), noon + 3 * every)
  })

  it("is due within an interval after the clock was set back", () => {
    assert.strictEqual(Poll.nextOnGrid(noon, every, noon - 100 * every), noon - 99 * every)
  })

  it("is due at once, on the grid since the wait began, or after a delay of its own", () => {
    assert.strictEqual(Poll.dueAt({ _tag: "Now" }, every, noon + 7), noon + 7)
    const grid = { _tag: "Grid", anchor: noon, since: noon + minute } as const
    assert.strictEqual(Poll.dueAt(grid, every, noon + 2 * minute), noon + every)
    assert.strictEqual(Poll.dueAt(grid, every, noon + 9 * minute), noon + every, "a point that passed is due")
    assert.strictEqual(Poll.dueAt(grid, every, noon - minute), noon - minute, "the clock was set back")
    assert.strictEqual(Poll.dueAt({ _tag: "After", from: noon, millis: 7 }, every, noon - 1), noon - 1, "and here")
    assert.strictEqual(Poll.dueAt({ _tag: "After", from: noon, millis: 7 }, every, noon + every), noon + 7)
  })

  it("begins with nothing read, nothing failed and nothing owed", () => {
    const { links, ...poll } = Poll.start(1, 2, { pageSize: 3, shape: whole }, { _tag: "Live" })
    assert.strictEqual(Array.from(links).length, 0)
    assert.deepStrictEqual(poll, {
      task: { _tag: "Live" },
      startedAt: 1,
      graphStartedAt: 2,
      shape: whole,
      pageSize: 3,
      skipped: 0,
      skippedFor: "body_too_large",
      failedRequests: 0,
      tally: { records: 0, artifacts: 0, repeated: 0, heldBack: 0, deadLetters: 0 },
      future: 0,
      deadEnds: 0,
      isLinkRefused: false,
      idle: 0,
      search: undefined,
      refusals: {},
      missing: []
    })
  })

  it("adds up what its pages brought", () => {
    const one = { records: 1, artifacts: 2, repeated: 3, heldBack: 5, deadLetters: 4 }
    const other = { records: 10, artifacts: 20, repeated: 30, heldBack: 50, deadLetters: 40 }
    assert.deepStrictEqual(Poll.add(one, other), {
      records: 11,
      artifacts: 22,
      repeated: 33,
      heldBack: 55,
      deadLetters: 44
    })
  })
})
