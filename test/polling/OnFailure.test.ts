import { assert, describe, it } from "@effect/vitest"
import { Duration, HashSet } from "effect"
import type { Position } from "../../src/checkpoints/Checkpoint.ts"
import { gapsMax } from "../../src/domain/Bounds.ts"
import { nextInstant } from "../../src/domain/Timestamp.ts"
import { BodyTooLarge, Throttled, Unauthorized } from "../../src/graph/GraphError.ts"
import { tries } from "../../src/graph/Limits.ts"
import * as OnFailure from "../../src/polling/OnFailure.ts"
import type { Poll } from "../../src/polling/Poll.ts"
import type { Decision, Facts, PollerConfig, PollerState } from "../../src/polling/PollerState.ts"
import {
  at,
  checkpoint,
  client,
  config,
  day,
  due,
  facts,
  failure,
  forbidden,
  gap,
  gapTask,
  hour,
  minute,
  noon,
  poll,
  position,
  rangeTask,
  rejected,
  retired,
  saved,
  state,
  sweepTask,
  throttled,
  told,
  unavailable
} from "./Decisions.ts"

const once = config("alerts_v2", { _tag: "once" })
const range = config("alerts_v2", { _tag: "range", end: at(0) })
const tooLarge = failure(new BodyTooLarge({ bytesMax: 5 }))
const unauthorized = failure(new Unauthorized({ by: "graph", meaning: "m", remedy: "r" }))
const report = { code: "next_link_repeats", message: "m", remedy: "r", occurred_at: "" }

interface Case {
  readonly config?: PollerConfig
  readonly state?: Partial<PollerState>
  readonly poll?: Partial<Poll>
  /** Undefined for a poll that has not begun to read. */
  readonly position?: Position | undefined
  readonly facts?: Partial<Facts>
}
const fails = (error: typeof unavailable, of: Case = {}): Decision =>
  OnFailure.onFailure(
    of.config ?? config(),
    state(of.state),
    error,
    poll(of.poll),
    "position" in of ? of.position : position(),
    facts(of.facts)
  )
const goal = ({ state: { next } }: Decision) => next._tag === "Settle" ? next.goal._tag : next._tag
const dueOf = ({ state: { next } }: Decision) =>
  next._tag === "Settle" && next.goal._tag === "EndPoll" ? next.goal.due : assert.fail(next._tag)
const fetched = ({ state: { next } }: Decision) => next._tag === "Fetch" ? next : assert.fail(next._tag)

describe("a 429", () => {
  it("begins a cooldown of ten minutes, saved with the rows that were refused", () => {
    const cooled = fails(throttled)
    assert.deepStrictEqual(cooled.state.next, { _tag: "Cool", poll: poll(), position: position() })
    assert.strictEqual(cooled.state.health, "cooldown")
    assert.deepStrictEqual(told(cooled), ["Status CooldownBegan", "Said Warn throttled", "Polled cooldown"])
    assert.deepInclude(cooled.notes[1], { saying: { level: "Warn", remind: false, apart: true } })
    assert.deepStrictEqual(
      saved(cooled),
      checkpoint({
        position: position(),
        cooldown: { client, startedAt: noon, until: noon + 10 * minute },
        throttles: 1
      })
    )
  })

  it("waits as long as Retry-After says, where that is longer", () => {
    const until = (millis: number) =>
      saved(fails(failure(new Throttled({ retryAfter: Duration.millis(millis) })))).cooldown!.until - noon
    assert.strictEqual(until(11 * minute), 11 * minute)
    assert.strictEqual(until(9 * minute), 10 * minute)
  })

  it("waits longer each time, until ten good minutes lie between", () => {
    const cooled = (cooledAt: number, throttles = 2) =>
      saved(fails(throttled, { state: { cooledAt }, facts: { checkpoint: checkpoint({ throttles }) } }))
    assert.deepStrictEqual([cooled(0).cooldown!.until, cooled(0).throttles], [noon + 40 * minute, 3])
    const soon = cooled(noon - 10 * minute + 1)
    assert.deepStrictEqual([soon.cooldown!.until, soon.throttles], [noon + 40 * minute, 3])
    const good = cooled(noon - 10 * minute)
    assert.deepStrictEqual([good.cooldown!.until, good.throttles], [noon + 10 * minute, 1])
    const first = saved(fails(throttled, { facts: { checkpoint: undefined } }))
    assert.deepStrictEqual([first.cooldown!.until, first.throttles], [noon + 10 * minute, 1])
  })

  it("of a poll that is made once ends it", () => {
    const ended = fails(throttled, { config: once })
    assert.deepStrictEqual([goal(ended), dueOf(ended)], ["EndPoll", undefined])
    assert.isNotNull(saved(ended).cooldown)
  })

  it("before the first page ends the poll without a cooldown of the endpoint", () => {
    const ended = fails(throttled, { position: undefined })
    assert.strictEqual(goal(ended), "EndPoll")
    assert.isUndefined(ended.save)
    assert.deepStrictEqual(told(ended), ["Status Failed", "Said Warn remind throttled"])
  })

  it("of an aside keeps the position of live polling, and waits for the poll that was due", () => {
    const left = position({ bound: at(-90) })
    const before = checkpoint({ position: left })
    for (const task of [gapTask(), sweepTask]) {
      const cooled = fails(throttled, { poll: { task }, facts: { checkpoint: before } })
      assert.deepStrictEqual(cooled.state.next, { _tag: "Wait", due })
      assert.strictEqual(saved(cooled, before).position, left)
      assert.isNotNull(saved(cooled, before).cooldown)
      assert.deepStrictEqual(told(cooled), ["Status CooldownBegan", "Said Warn throttled"])
    }
    assert.strictEqual(fails(throttled, { poll: { task: rangeTask }, config: range }).state.next._tag, "Cool")
  })
})

describe("the good time after a cooldown", () => {
  it("begins again with any other failure", () => {
    assert.strictEqual(fails(unavailable, { state: { cooledAt: 5 } }).state.cooledAt, noon)
    assert.strictEqual(fails(unavailable, { state: { cooledAt: 0 } }).state.cooledAt, 0)
    assert.strictEqual(fails(throttled, { state: { cooledAt: 5 } }).state.cooledAt, 5)
  })
})

describe("an aside that fails", () => {
  it("is given up for an hour, and is no failure of the endpoint", () => {
    const before = checkpoint({ gaps: [gap()] })
    const failed = fails(unavailable, { poll: { task: gapTask() }, state: { health: "ok" } })
    assert.deepStrictEqual(failed.state.next, { _tag: "Wait", due })
    assert.strictEqual(failed.state.health, "ok")
    assert.strictEqual(saved(failed, before).gaps[0]!.triedAt, noon)
    assert.deepStrictEqual(told(failed), [])
  })
})

describe("a page that cannot be read", () => {
  const small = { poll: { pageSize: 25 } }

  it("is asked for with half of its rows", () => {
    const halved = fails(unavailable)
    assert.deepStrictEqual([fetched(halved).poll.pageSize, halved.state.pageSize], [500, 500])
    assert.deepStrictEqual(told(halved), [])
  })

  it("of 25 rows makes the poller ask Graph for something else", () => {
    const { next } = fails(unavailable, { ...small, position: position({ link: "l" }) }).state
    assert.deepStrictEqual(next, { _tag: "Probe", poll: poll(small.poll), position: position(), error: unavailable })
  })

  it("that is too large is asked for in fewer rows, down to one, and then without its first row", () => {
    assert.strictEqual(fetched(fails(tooLarge)).poll.pageSize, 500)
    assert.strictEqual(fetched(fails(tooLarge, small)).poll.pageSize, 12)
    const single = fetched(fails(tooLarge, { poll: { pageSize: 1 } }))
    assert.deepStrictEqual([single.poll.pageSize, single.poll.skipped], [1, 1])
    assert.strictEqual(fetched(fails(tooLarge, { poll: { pageSize: 1, skipped: 7 } })).poll.skipped, 8)
  })

  it("that is too large, after as many rows as are left out in a row, is found by a narrower window", () => {
    const narrowed = fetched(fails(tooLarge, { poll: { pageSize: 1, skipped: 50 } }))
    assert.deepStrictEqual([narrowed.position.until, narrowed.poll.skipped], [at(-37.5), 0])
  })

  it("ends the poll where it had not begun to read", () => {
    for (const [error, health] of [[unavailable, "unavailable"], [tooLarge, "error"]] as const) {
      const ended = fails(error, { position: undefined })
      assert.deepStrictEqual([goal(ended), dueOf(ended), ended.state.health], ["EndPoll", undefined, health])
    }
  })

  it("ends the poll once twelve requests failed; the next goes on with less", () => {
    const last = fails(unavailable, { poll: { failedRequests: tries.failuresInPoll - 1 } })
    assert.strictEqual(goal(last), "Fetch")
    const ended = fails(unavailable, { poll: { failedRequests: tries.failuresInPoll } })
    assert.strictEqual(goal(ended), "EndPoll")
    assert.strictEqual(ended.state.pageSize, 500)
    assert.deepStrictEqual(saved(ended).position, position())
    assert.deepStrictEqual(told(ended), ["Status Failed", "Said Warn remind service_unavailable"])
  })

  it("ends a range with the failure", () => {
    const ended = fails(unavailable, {
      config: range,
      poll: { task: rangeTask, failedRequests: tries.failuresInPoll }
    })
    assert.deepStrictEqual(ended.state.next, { _tag: "End", why: { _tag: "Failed", error: unavailable } })
  })
})

describe("after Graph was asked for something else", () => {
  const probed = (answers: boolean, where = position(), of: Partial<Poll> = {}) =>
    OnFailure.onProbed(config(), state(), poll({ pageSize: 25, ...of }), where, unavailable, answers, facts())

  it("the window is narrowed where Graph answers", () => {
    const narrowed = probed(true)
    assert.strictEqual(fetched(narrowed).position.until, at(-37.5))
    assert.strictEqual(narrowed.state.span, 37.5 * minute)
  })

  it("no window is at fault where Graph answers nothing: the poll ends", () => {
    const ended = probed(false)
    assert.strictEqual(goal(ended), "EndPoll")
    assert.isUndefined(ended.save)
    assert.strictEqual(ended.state.health, "unavailable")
  })

  it("a minute that cannot be read is left out, also with the last request of a poll", () => {
    const window = position({ until: at(-74) })
    const left = probed(true, window)
    assert.strictEqual(fetched(left).position.bound, at(-74))
    assert.deepStrictEqual(told(left), ["Said Error gap"])
    assert.strictEqual(saved(left).gaps.length, 1)
    const last = probed(true, window, { failedRequests: tries.failuresInPoll })
    assert.strictEqual(goal(last), "EndPoll")
    assert.strictEqual(saved(last).gaps.length, 1)
    assert.strictEqual(saved(last).position?.bound, at(-74))
    assert.deepStrictEqual(told(last), ["Said Error gap", "Status Failed", "Said Warn remind service_unavailable"])
  })
})

describe("a denied request", () => {
  it("is tried again with waits that double from the interval to an hour", () => {
    const wait = (denials: number) => fails(forbidden, { state: { denials } })
    assert.deepStrictEqual(dueOf(wait(0)), { _tag: "After", from: noon, millis: 5 * minute })
    assert.deepStrictEqual(dueOf(wait(1)), { _tag: "After", from: noon, millis: 10 * minute })
    assert.deepStrictEqual(dueOf(wait(9)), { _tag: "After", from: noon, millis: hour })
    assert.deepStrictEqual([wait(1).state.denials, wait(1).state.health], [2, "forbidden"])
    assert.deepStrictEqual(told(wait(0)), ["Status Failed", "Said Warn forbidden"])
  })

  it("of a retired endpoint is tried again in a day", () => {
    const ended = fails(retired, { state: { denials: 2 } })
    assert.deepStrictEqual(dueOf(ended), { _tag: "After", from: noon, millis: day })
    assert.deepStrictEqual([ended.state.denials, ended.state.health], [2, "retired"])
  })

  it("ends a range", () => {
    for (const error of [forbidden, retired]) {
      const ended = fails(error, { config: range, poll: { task: rangeTask } })
      assert.deepStrictEqual(ended.state.next, { _tag: "End", why: { _tag: "Failed", error } })
    }
  })

  it("for bad credentials or a bad query ends the poll", () => {
    const ended = fails(unauthorized)
    assert.deepStrictEqual([goal(ended), dueOf(ended), ended.state.health], ["EndPoll", undefined, "unauthorized"])
    assert.deepStrictEqual([goal(fails(rejected)), fails(rejected).state.health], ["EndPoll", "error"])
  })
})

describe("a nextLink that Graph knows no more", () => {
  const linked = position({ link: "l", reached: at(-70), proven: true })

  it("is left, and the filter is moved", () => {
    for (const error of [rejected, retired]) {
      const on = fails(error, { position: linked })
      assert.deepStrictEqual([fetched(on).position.link, fetched(on).position.bound], [null, at(-70)])
      assert.deepStrictEqual(told(on), [])
    }
  })

  it("is only one that was followed, and only where the link is at fault", () => {
    assert.strictEqual(goal(fails(rejected)), "EndPoll")
    assert.strictEqual(goal(fails(rejected, { position: undefined })), "EndPoll")
    assert.strictEqual(fetched(fails(unavailable, { position: linked })).poll.pageSize, 500)
  })
})

describe("a pass without a way on", () => {
  const dead = (of: Case = {}) =>
    OnFailure.onDeadLink(
      of.config ?? config(),
      state(of.state),
      poll(of.poll),
      of.position ?? position(),
      report,
      facts(of.facts)
    )
  const again = { deadEnds: 1 }

  it("begins again once, with all links", () => {
    const from = position({ bound: at(-70), from: at(-75), ordered: false })
    const next = fetched(dead({ position: from, poll: { links: HashSet.make("a") } }))
    assert.deepStrictEqual(next.position, position())
    assert.strictEqual(next.poll.deadEnds, 1)
    assert.strictEqual(HashSet.size(next.poll.links), 0)
  })

  it("begins an aside and a range again within their end", () => {
    for (const task of [gapTask(), rangeTask]) {
      assert.strictEqual(fetched(dead({ poll: { task } })).position.until, task._tag === "Range" ? at(0) : at(-119))
    }
  })

  it("a second time gives an aside up, and ends a range", () => {
    assert.deepStrictEqual(dead({ poll: { ...again, task: sweepTask } }).state.next, { _tag: "Wait", due })
    const stuck = dead({ poll: { ...again, task: rangeTask } })
    assert.deepStrictEqual(stuck.state.next, { _tag: "End", why: { _tag: "Stuck", at: at(-75) } })
  })

  describe("a second time, on an instant with more rows than Graph pages through", () => {
    const full = position({ reached: at(-75) })

    it("leaves the instant out, and goes on behind it", () => {
      const left = dead({ position: full, poll: again })
      const next = fetched(left)
      assert.strictEqual(next.position.bound, nextInstant(at(-75)))
      assert.strictEqual(next.poll.deadEnds, 2)
      assert.deepInclude(saved(left).gaps[0], { from: at(-75), to: nextInstant(at(-75)), code: "instant_too_full" })
      assert.deepStrictEqual(told(left), ["Said Error gap"])
    })

    it("is not assumed where the pass is in no order, or reached nothing, or got further", () => {
      for (
        const where of [position({ reached: at(-75), ordered: false }), position(), position({ reached: at(-74) })]
      ) {
        const ended = dead({ position: where, poll: again })
        assert.strictEqual(goal(ended), "EndPoll")
      }
    })

    it("leaves out one instant of a poll, because links that never work would cost one after the other", () => {
      assert.strictEqual(goal(dead({ position: full, poll: { deadEnds: 2 } })), "EndPoll")
    })

    it("ends the poll where no more can be left out", () => {
      const gaps = Array.from({ length: gapsMax }, () => gap())
      const ended = dead({ position: full, poll: again, facts: { checkpoint: checkpoint({ gaps }) } })
      assert.strictEqual(goal(ended), "EndPoll")
    })
  })

  it("ends the poll at last, and the next one begins a pass", () => {
    const ended = dead({ poll: again })
    assert.strictEqual(ended.state.health, "error")
    assert.deepStrictEqual(told(ended), ["Status Failed", "Said Error remind next_link_repeats"])
    assert.isNull(saved(ended, checkpoint({ position: position() })).position)
  })
})
