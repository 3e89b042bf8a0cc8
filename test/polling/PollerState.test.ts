import { assert, describe, it } from "@effect/vitest"
import { after, goOn, pageEnded } from "../../src/polling/PollerState.ts"
import { at, checkpoint, poll, position, saved, state, tally, told } from "./Decisions.ts"

const fetching = state({ next: { _tag: "Fetch", poll: poll(), position: position() }, inFlight: 2 })

describe("the end of a page", () => {
  it("counts what a committed page brought to the poll that goes on", () => {
    const { inFlight, next, stopped } = pageEnded(pageEnded(fetching, "committed", tally(3)), "committed", tally(4))
    assert.strictEqual(inFlight, 0)
    assert.isUndefined(stopped)
    assert.deepStrictEqual("poll" in next && next.poll.tally, {
      records: 7,
      artifacts: 14,
      repeated: 2,
      heldBack: 0,
      deadLetters: 0
    })
  })

  it("changes no action that has no poll", () => {
    const waiting = state({ inFlight: 1 })
    assert.deepStrictEqual(pageEnded(waiting, "committed", tally(3)), { ...waiting, inFlight: 0 })
  })

  it("that was not committed stops the poller, and counts nothing", () => {
    for (const outcome of ["dropped", "lost"] as const) {
      const ended = pageEnded(fetching, outcome, tally(3))
      assert.deepStrictEqual(ended, { ...fetching, inFlight: 1, stopped: outcome })
      assert.strictEqual(pageEnded(ended, "committed", tally(1)).stopped, outcome, "the first one counts")
    }
  })
})

describe("a decision", () => {
  const decision = goOn(state(), { _tag: "End" }, [{ _tag: "Recovered" }], (before) => ({ ...before, throttles: 2 }))

  it("goes on to an action, without a page", () => {
    assert.deepStrictEqual(decision.state, state({ next: { _tag: "End" } }))
    assert.isUndefined(decision.plan)
    assert.deepStrictEqual(goOn(state(), { _tag: "End" }).notes, [])
  })

  it("tells and saves what comes first before its own", () => {
    const both = after({
      notes: [{ _tag: "Polled", outcome: "ok" }],
      save: (before) => ({ ...before, throttles: 9, mark: at(1) })
    }, decision)
    assert.deepStrictEqual(told(both), ["Polled ok", "Recovered"])
    assert.deepStrictEqual(saved(both), checkpoint({ throttles: 2, mark: at(1) }))
    assert.strictEqual(saved(after({}, decision)).throttles, 2)
    assert.strictEqual(saved(after({ save: decision.save! }, goOn(state(), { _tag: "End" }))).throttles, 2)
    assert.isUndefined(after({}, goOn(state(), { _tag: "End" })).save)
  })
})
