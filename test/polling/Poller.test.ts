import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { inspect } from "node:util"
import type { Checkpoint } from "../../src/checkpoints/Checkpoint.ts"
import { whole } from "../../src/graph/QueryShape.ts"
import { type Due, start } from "../../src/polling/Poll.ts"
import { decide, wakeAt } from "../../src/polling/Poller.ts"
import type { Action, Event, Facts, Note, PollerConfig, PollerState } from "../../src/polling/PollerState.ts"
import {
  at,
  checkpoint,
  client,
  config,
  facts,
  gap,
  gapTask,
  hour,
  minute,
  noon,
  pace,
  poll,
  position,
  rangeTask,
  saved,
  state,
  sweepTask,
  tally,
  throttled,
  told,
  unavailable
} from "./Decisions.ts"

const once = config("alerts_v2", { _tag: "once" })
const range = config("alerts_v2", { _tag: "range", end: at(0) })
const interval = 5 * minute
const now: Due = { _tag: "Now" }
const grid: Due = { _tag: "Grid", anchor: noon, since: noon }
const wait = (due: Due): Action => ({ _tag: "Wait", due })
const cool: Action = { _tag: "Cool", poll: poll(), position: position() }
const fetch: Action = { _tag: "Fetch", poll: poll(), position: position() }
const settle = (goal: Extract<Action, { _tag: "Settle" }>["goal"], of = poll()): Action => ({
  _tag: "Settle",
  poll: of,
  goal
})
const woke: Event = { _tag: "Woke" }
const cooling = (more: Partial<Checkpoint["cooldown"]> = {}) =>
  checkpoint({ cooldown: { client, startedAt: noon - minute, until: noon + 9 * minute, ...more } })

interface Case {
  readonly config?: PollerConfig
  readonly state?: Partial<PollerState>
  readonly facts?: Partial<Facts>
}
const on = (next: Action, event: Event, of: Case = {}) =>
  decide(of.config ?? config(), state({ next, ...of.state }), event, facts(of.facts))
const wakes = (next: Extract<Action, { _tag: "Wait" | "Cool" }>, of: Case = {}) =>
  wakeAt(of.config ?? config(), state({ next, ...of.state }), next, facts(of.facts))
const events = (notes: ReadonlyArray<Note>) => notes.map((note) => note._tag === "Status" ? note.event : note._tag)
const asWait = (due: Due) => ({ _tag: "Wait", due }) as const
const asCool = { _tag: "Cool", poll: poll(), position: position() } as const

describe("a poller wakes", () => {
  it("at once for its first poll, and where it polls once", () => {
    assert.deepStrictEqual(wakes(asWait(now)), { at: noon, notes: [] })
    const cooled = { config: once, facts: { checkpoint: cooling() } }
    assert.deepStrictEqual(wakes(asWait(grid), cooled), { at: noon, notes: [] })
  })

  it("when the next poll is due, which is shown", () => {
    const { at, notes } = wakes(asWait(grid))
    assert.strictEqual(at, noon + interval)
    assert.deepStrictEqual(events(notes), [{ _tag: "PollScheduled", at: noon + interval }])
  })

  it("before that for an aside; the next poll is shown all the same", () => {
    const gaps = [gap({ triedAt: noon - hour + minute })]
    const { at, notes } = wakes(asWait(grid), { state: { health: "ok" }, facts: { checkpoint: checkpoint({ gaps }) } })
    assert.strictEqual(at, noon + minute)
    assert.deepStrictEqual(events(notes), [{ _tag: "PollScheduled", at: noon + interval }])
  })

  it("once its cooldown is over, which is shown, whatever else is due", () => {
    for (const action of [asCool, asWait(now), asWait(grid)]) {
      const { at, notes } = wakes(action, { facts: { checkpoint: cooling() } })
      assert.strictEqual(at, noon + 9 * minute)
      const [event] = events(notes)
      assert.deepInclude(event, { _tag: "CooldownBegan", until: noon + 9 * minute })
      assert.match(inspect(event), /its cooldown goes on until 2026-11-20T12:09/)
    }
  })

  it("after no longer than the whole cooldown, where the clock was set back", () => {
    const set = { facts: { checkpoint: cooling(), now: noon - hour } }
    assert.strictEqual(wakes(asCool, set).at, noon - hour + 10 * minute)
  })

  it("at once after a cooldown that is over, or is another application's, and shows none", () => {
    const over = { facts: { checkpoint: cooling(), now: noon + hour } }
    assert.deepStrictEqual(wakes(asCool, over), { at: noon + hour, notes: [] })
    const others = { facts: { checkpoint: cooling({ client: "other" }) } }
    assert.deepStrictEqual(wakes(asCool, others), { at: noon, notes: [] })
    assert.deepStrictEqual(wakes(asCool), { at: noon, notes: [] })
  })
})

describe("a poller that wakes", () => {
  it("polls where a poll is due, and sleeps on where none is", () => {
    assert.strictEqual(on(wait(now), woke).state.next._tag, "AskTime")
    const due = { facts: { now: noon + interval } }
    assert.strictEqual(on(wait({ _tag: "After", from: noon, millis: interval }), woke, due).state.next._tag, "AskTime")
    const early = on(wait({ _tag: "After", from: noon, millis: interval }), woke, {
      facts: { now: noon + interval - 1 }
    })
    assert.deepStrictEqual(early.state.next, wait({ _tag: "After", from: noon, millis: interval }))
  })

  it("begins the aside that is due, and no poll with it", () => {
    const well = { state: { health: "ok" }, facts: { now: noon + hour } } as const
    const due: Due = { _tag: "Grid", anchor: noon + hour, since: noon + hour - 1 }
    assert.strictEqual(on(wait(due), woke, well).state.next._tag, "Count")
    const early = { ...well, facts: { now: noon + hour - 1 } }
    assert.deepStrictEqual(on(wait(due), woke, early).state.next, wait(due))
  })

  it("goes on with the refused request once the cooldown is over, and says so", () => {
    const over = on(cool, woke, { facts: { checkpoint: cooling(), now: noon + 9 * minute } })
    assert.deepStrictEqual(over.state.next, fetch)
    assert.deepStrictEqual([over.state.cooledAt, over.state.health], [noon + 9 * minute, "starting"])
    assert.deepStrictEqual(told(over), [
      "Status CooldownEnded",
      "SayingEnded throttled",
      "Log the cooldown of alerts_v2 is over; going on where it began"
    ])
    assert.isNull(saved(over, cooling()).cooldown)
    const waited = on(wait(grid), woke, { facts: { checkpoint: cooling(), now: noon + 9 * minute } })
    assert.deepStrictEqual(waited.state.next, wait(grid))
  })

  it("sits the cooldown out to its end", () => {
    for (const action of [cool, wait(now), wait(grid)]) {
      const early = on(action, woke, { facts: { checkpoint: cooling(), now: noon + 9 * minute - 1 } })
      assert.deepStrictEqual(early.state.next, action)
      assert.deepStrictEqual(saved(early, cooling()), cooling())
      assert.deepStrictEqual(told(early), [])
    }
  })

  it("begins a cooldown again that began in the future, because the clock was set back", () => {
    const back = on(cool, woke, { facts: { checkpoint: cooling(), now: noon - hour } })
    const { cooldown } = saved(back, cooling())
    const whole = cooling().cooldown!
    assert.deepInclude(cooldown!, { startedAt: noon - hour, until: noon - hour + whole.until - whole.startedAt })
  })

  it("need not wait for the cooldown of another application", () => {
    const others = on(cool, woke, { facts: { checkpoint: cooling({ client: "other" }) } })
    assert.deepStrictEqual(others.state.next, fetch)
    assert.isNull(saved(others, cooling()).cooldown)
  })

  it("without a cooldown asks for the page at once", () => {
    const going = on(cool, woke)
    assert.deepStrictEqual(going.state.next, fetch)
    assert.isUndefined(going.save)
  })
})

describe("a poll that is made once", () => {
  it("polls, and ends when it would wait for the next, or for a cooldown", () => {
    assert.strictEqual(on(wait(now), woke, { config: once }).state.next._tag, "AskTime")
    assert.deepStrictEqual(on(wait(grid), woke, { config: once, facts: { now: noon + hour } }).state.next, {
      _tag: "End"
    })
    assert.deepStrictEqual(on(cool, woke, { config: once }).state.next, { _tag: "End" })
  })

  it("asks nothing in a cooldown, and says until when", () => {
    const cooled = on(wait(now), woke, { config: once, facts: { checkpoint: cooling() } })
    assert.deepStrictEqual(cooled.state.next, { _tag: "End" })
    assert.deepStrictEqual(told(cooled), [
      "Status CooldownBegan",
      "Log alerts_v2 is not asked: Graph throttled it with 429, and its cooldown goes on"
    ])
    assert.deepInclude(cooled.notes[1], { fields: { cooldown_until: "2026-11-20T12:09:00.000Z" } })
    assert.deepInclude(events(cooled.notes)[0], { until: noon + 9 * minute })
  })

  it("polls once its cooldown is over", () => {
    const over = on(wait(now), woke, { config: once, facts: { checkpoint: cooling(), now: noon + hour } })
    assert.deepStrictEqual(over.state.next, wait(now))
    assert.isNull(saved(over, cooling()).cooldown)
  })
})

describe("a range", () => {
  const begun = (more: Partial<Checkpoint>) =>
    on(wait(now), woke, { config: range, facts: { checkpoint: checkpoint(more) } }).state.next

  it("is read from its mark to its end, or from where it was left", () => {
    assert.deepStrictEqual(begun({}), {
      _tag: "Fetch",
      poll: start(noon, noon, { pageSize: 1000, shape: whole }, rangeTask),
      position: position({ bound: at(-60), from: at(-60), until: at(0) })
    })
    const left = position({ bound: at(-30), until: at(0) })
    assert.deepInclude(begun({ position: left }), { position: left })
  })

  it("that was read ends, and so does one that nobody began", () => {
    assert.deepStrictEqual(begun({ mark: at(0) }), { _tag: "End" })
    assert.strictEqual(begun({ mark: at(-1) })._tag, "Fetch")
    const none = on(wait(now), woke, { config: range, facts: { checkpoint: undefined } })
    assert.deepStrictEqual(none.state.next, { _tag: "End" })
  })
})

describe("Graph's time", () => {
  const askTime: Action = { _tag: "AskTime", poll: poll({ failedRequests: 3 }), outdateToken: false }
  const graphNow = noon + 2 * minute
  const toldTime: Event = { _tag: "Told", graphNow, failures: 1 }

  it("gives the first checkpoint its mark: the lookback before it", () => {
    const begin = on(askTime, toldTime, { facts: { checkpoint: undefined } })
    assert.deepStrictEqual(begin.state.next, {
      _tag: "Begin",
      poll: poll({ graphStartedAt: graphNow }),
      mark: at(-24 * 60 + 2)
    })
  })

  it("begins the pass behind the mark by the overlap, and remembers the mark", () => {
    const begun = on(askTime, toldTime)
    assert.deepStrictEqual(begun.state.next, {
      _tag: "Fetch",
      poll: poll({ graphStartedAt: graphNow }),
      position: position()
    })
    assert.strictEqual(begun.state.markBefore, at(-60))
  })

  it("goes on with the pass that the poll before left, and with what is owed there", () => {
    const left = position({ bound: at(-90), owed: ["Contoso/Sensor"] })
    const { next } = on(askTime, toldTime, { facts: { checkpoint: checkpoint({ position: left }) } }).state
    assert.deepInclude(next, { position: left })
    assert.deepStrictEqual("poll" in next && next.poll.missing, ["Contoso/Sensor"])
  })

  it("is read no further back than the ledger knows", () => {
    const { next } = on(askTime, toldTime, { facts: { ledgerFloor: at(-65) } }).state
    assert.deepInclude(next, { position: position({ bound: at(-65), from: at(-65) }) })
    const { next: wider } = on(askTime, toldTime, { facts: { pace: { ...pace, overlap: Duration.minutes(30) } } }).state
    assert.deepInclude(wider, { position: position({ bound: at(-90), from: at(-90) }) })
  })

  it("that Graph does not tell ends the poll", () => {
    const failed = on(askTime, { _tag: "Failed", error: unavailable, failures: 4 })
    const { next } = failed.state
    assert.deepStrictEqual(next._tag === "Settle" && [next.goal, next.poll.failedRequests], [{
      _tag: "EndPoll",
      due: undefined
    }, 7])
  })
})

describe("the first checkpoint", () => {
  const begin: Action = { _tag: "Begin", poll: poll(), mark: at(-24 * 60) }
  const begun = { _tag: "Begun", outcome: "committed" } as const

  it("is followed by the pass, or by the next poll where it could not be saved", () => {
    assert.deepStrictEqual(on(begin, begun).state.next, fetch)
    const facts = { checkpoint: undefined, now: noon + 3 }
    const unsaved = on(begin, { _tag: "Begun", outcome: "dropped" }, { facts })
    assert.deepStrictEqual(unsaved.state.next, wait({ _tag: "Grid", anchor: noon + 3, since: noon + 3 }))
    assert.deepStrictEqual(on(fetch, begun).state.next, fetch, "where nobody asked for it")
  })

  it("of another process ends the run, which begins again with that one", () => {
    assert.strictEqual(on(begin, { _tag: "Begun", outcome: "lost" }).state.stopped, "lost")
    assert.isUndefined(on(begin, begun).state.stopped)
  })
})

describe("the answer to a request", () => {
  const seen = {
    cursors: [at(-70)],
    future: 0,
    rows: 1,
    unseen: 1,
    nextLink: undefined,
    at: noon,
    providerWarnings: []
  }

  it("counts the failures before it", () => {
    const answered = on(fetch, { _tag: "Answered", seen, failures: 2 })
    assert.deepStrictEqual(answered.state.next, settle({ _tag: "EndPass" }, poll({ failedRequests: 2 })))
    const failed = on(fetch, { _tag: "Failed", error: unavailable, failures: 4 })
    assert.deepInclude(failed.state.next, { poll: poll({ failedRequests: 4, pageSize: 500 }) })
    const probe: Action = { _tag: "Probe", poll: poll({ failedRequests: 4 }), position: position(), error: unavailable }
    const probed = on(probe, { _tag: "Probed", answers: true, failures: 1 })
    assert.deepInclude(probed.state.next, { poll: poll({ failedRequests: 5 }) })
  })

  const count: Action = { _tag: "Count", due: grid, from: at(-435), end: at(-75) }

  it("to a count of late rows that fails is no failure of the endpoint, and a 429 is a cooldown", () => {
    const failed = on(count, { _tag: "Failed", error: unavailable, failures: 1 }, { state: { health: "ok" } })
    assert.deepStrictEqual([failed.state.next, failed.state.health], [wait(grid), "ok"])
    assert.strictEqual(saved(failed).sweep.countedAt, noon)
    const cooled = on(count, { _tag: "Failed", error: throttled, failures: 1 })
    assert.deepStrictEqual(cooled.state.next, wait(grid))
    assert.isNotNull(saved(cooled).cooldown)
  })

  it("to a count of late rows makes the poller read them where one is missing", () => {
    const missing = on(count, { _tag: "Counted", count: 2, known: 1, isWhole: true })
    assert.strictEqual(missing.state.next._tag, "Fetch")
  })

  it("to another action changes nothing", () => {
    const all: ReadonlyArray<Event> = [
      woke,
      { _tag: "Told", graphNow: noon, failures: 0 },
      { _tag: "Answered", seen, failures: 0 },
      { _tag: "Failed", error: unavailable, failures: 0 },
      { _tag: "Probed", answers: true, failures: 0 },
      { _tag: "Counted", count: 2, known: 1, isWhole: true },
      { _tag: "Settled" }
    ]
    for (const event of all) {
      const decision = on({ _tag: "End" }, event)
      assert.deepStrictEqual(decision.state, state({ next: { _tag: "End" } }), event._tag)
      assert.isUndefined(decision.save)
      assert.deepStrictEqual(told(decision), [])
    }
  })
})

describe("once all pages are settled", () => {
  const settled: Event = { _tag: "Settled" }

  it("the pass ends, or the poll does before it", () => {
    const pass = on(settle({ _tag: "EndPass" }), settled)
    assert.include(told(pass), "Status PassEnded")
    const early = on(settle({ _tag: "EndPoll", due: now }), settled)
    assert.deepStrictEqual(early.state.next, wait(now))
  })

  it("a long pass goes on as the next poll", () => {
    const split = on(settle({ _tag: "Split", position: position() }, poll({ tally: tally(1) })), settled)
    assert.deepStrictEqual(split.state.next, fetch)
  })

  it("an aside is set aside for the poll that is due, and nothing else is", () => {
    for (const task of [gapTask(), sweepTask]) {
      const paused = on(settle({ _tag: "Pause", position: position() }, poll({ task })), settled)
      assert.deepStrictEqual(paused.state.next, wait(task.due))
      assert.deepStrictEqual(paused.state.paused, { poll: poll({ task }), position: position() })
    }
    const live = on(settle({ _tag: "Pause", position: position() }), settled)
    assert.deepStrictEqual([live.state.next, live.state.paused], [fetch, undefined])
  })
})
