import { assert, describe, it } from "@effect/vitest"
import { HashSet } from "effect"
import { missingProviderPolls, stalls } from "../../src/graph/Limits.ts"
import { whole } from "../../src/graph/QueryShape.ts"
import * as Ending from "../../src/polling/Ending.ts"
import { type Poll, start, type Task } from "../../src/polling/Poll.ts"
import type { Facts, PollerState } from "../../src/polling/PollerState.ts"
import {
  at,
  checkpoint,
  config,
  day,
  due,
  facts,
  gap,
  gapTask,
  hour,
  minute,
  noon,
  poll,
  position,
  rangeTask,
  saved,
  state,
  sweepTask,
  tally,
  told
} from "./Decisions.ts"

const interval = 5 * minute
const now = noon + minute
const grid = { _tag: "Grid", anchor: noon, since: now } as const
/** The fields of the line that a decision has of its poll. */
const fieldsOf = ({ notes }: ReturnType<typeof Ending.endPass>) =>
  notes.flatMap((note) => note._tag === "Log" ? [note.fields] : [])[0]

describe("the end of a pass", () => {
  const endPass = (
    more: { readonly poll?: Partial<Poll>; readonly state?: Partial<PollerState>; readonly facts?: Partial<Facts> } =
      {},
    of = config()
  ) =>
    Ending.endPass(
      of,
      state({ health: "unavailable", denials: 3, markBefore: at(-70), ...more.state }),
      poll(more.poll),
      facts({ now, ...more.facts })
    )

  it("is said and shown, heals the endpoint, and the next poll is due on the grid of this one", () => {
    const ended = endPass({ poll: { tally: tally(2) } })
    assert.deepStrictEqual(told(ended), [
      "Status PassEnded",
      "Recovered",
      "SayingEnded waiting",
      "SayingEnded service_paused",
      "Log fetched 2 events",
      "WarningEnded mark_unmoved",
      "SayingEnded mark_unmoved",
      "Polled ok"
    ])
    assert.deepStrictEqual(ended.state.next, { _tag: "Wait", due: grid })
    assert.deepStrictEqual([ended.state.health, ended.state.denials], ["ok", 0])
    assert.deepStrictEqual(fieldsOf(ended), { repeated: 1, artifacts: 4 })
    assert.isUndefined(ended.save)
  })

  it("says how many dead letters and rows of the future there were, where there were some", () => {
    const ended = endPass({ poll: { tally: { ...tally(2), deadLetters: 3 }, future: 4 } })
    assert.deepStrictEqual(fieldsOf(ended), { repeated: 1, artifacts: 4, dead_letters: 3, dated_ahead: 4 })
  })

  it("counts the polls in a row that a provider missed, up to the one that gives its part up", () => {
    const missing = ["Contoso/Sensor"]
    const incomplete = (before: number, of: ReadonlyArray<string>) =>
      endPass({ poll: { missing: of }, state: { incomplete: before } }).state.incomplete
    assert.deepStrictEqual([incomplete(0, missing), incomplete(1, missing)], [1, 2])
    assert.strictEqual(incomplete(missingProviderPolls - 1, missing), 0)
    assert.strictEqual(incomplete(2, []), 0)
  })

  it("of a range ends the poller; of an aside waits for the poll that was due", () => {
    assert.deepStrictEqual(endPass({ poll: { task: rangeTask } }).state.next, { _tag: "End" })
    for (const task of [gapTask(), sweepTask]) {
      assert.deepStrictEqual(endPass({ poll: { task } }).state.next, { _tag: "Wait", due })
    }
  })

  describe("that brought new rows and left the mark where it was", () => {
    const same = at(-60)
    const unmoved = (before: number, records = 1) =>
      endPass({ poll: { tally: tally(records) }, state: { markBefore: same, unmoved: before } })

    it("is counted, and said at the sixth in a row", () => {
      const fifth = unmoved(stalls.unmovedPolls - 2)
      assert.strictEqual(fifth.state.unmoved, stalls.unmovedPolls - 1)
      assert.deepStrictEqual(told(fifth), [
        "Status PassEnded",
        "Recovered",
        "SayingEnded waiting",
        "SayingEnded service_paused",
        "Log fetched 1 events",
        "Polled ok"
      ])
      const sixth = unmoved(stalls.unmovedPolls - 1)
      assert.strictEqual(sixth.state.unmoved, stalls.unmovedPolls)
      assert.deepStrictEqual(told(sixth).slice(5, -1), ["Warned mark_unmoved", "Said Error remind mark_unmoved"])
      assert.deepInclude(sixth.notes[6], { saying: { level: "Error", remind: true, apart: true } })
    })

    it("is not counted where nothing came, and is said no more then", () => {
      const quiet = unmoved(stalls.unmovedPolls, 0)
      assert.strictEqual(quiet.state.unmoved, stalls.unmovedPolls)
      assert.deepStrictEqual(told(quiet), [
        "Status PassEnded",
        "Recovered",
        "SayingEnded waiting",
        "SayingEnded service_paused",
        "Log fetched 0 events",
        "Polled ok"
      ])
    })

    it("is over once the mark moves", () => {
      const moved = endPass({ poll: { tally: tally(1) }, state: { markBefore: at(-61), unmoved: 9 } })
      assert.strictEqual(moved.state.unmoved, 0)
    })
  })

  describe("of the legacy endpoint that brought nothing for a day", () => {
    const rhythm = { quietSince: now - day, longest: 0, brought: 0 }
    const silent = (more: Partial<Facts> = {}, records = 0, endpoint: "alerts" | "incidents" = "alerts") =>
      endPass({
        poll: { tally: tally(records) },
        facts: { siblingBrings: true, checkpoint: checkpoint({ rhythm }), ...more }
      }, config(endpoint))

    it("counts as retired while alerts_v2 brings something, and is probed in a day", () => {
      const retired = silent()
      assert.strictEqual(retired.state.health, "retired")
      assert.deepStrictEqual(told(retired).slice(0, 3), [
        "Status PassEnded",
        "Status Failed",
        "Said Warn legacy_silent"
      ])
      assert.include(told(retired), "Polled retired")
      assert.deepStrictEqual(retired.state.next, { _tag: "Wait", due: { _tag: "After", from: noon, millis: day } })
    })

    it("is well in every other case", () => {
      const young = checkpoint({ rhythm: { ...rhythm, quietSince: now - day + 1 } })
      assert.strictEqual(silent({ checkpoint: young }).state.health, "ok")
      assert.strictEqual(silent({ siblingBrings: false }).state.health, "ok")
      assert.strictEqual(silent({ checkpoint: undefined }).state.health, "ok")
      assert.strictEqual(silent({}, 1).state.health, "ok")
      assert.strictEqual(silent({}, 0, "incidents").state.health, "ok")
    })
  })
})

describe("a failure", () => {
  const report = { code: "timed_out", message: "m", remedy: "r", occurred_at: "" }
  const notesOf = (health: PollerState["health"]) => told(Ending.failing(state(), health, report))

  it("is shown, and is an error where nothing heals by itself", () => {
    const { notes, state: left } = Ending.failing(state(), "unavailable", report)
    assert.strictEqual(left.health, "unavailable")
    assert.deepStrictEqual(notes[0], { _tag: "Status", event: { _tag: "Failed", state: "unavailable", report } })
    assert.strictEqual(notesOf("unavailable")[1], "Said Warn remind timed_out")
    assert.strictEqual(notesOf("unauthorized")[1], "Said Error remind timed_out")
    assert.strictEqual(notesOf("error")[1], "Said Error remind timed_out")
  })

  it("that only an administrator or Microsoft can end is said once", () => {
    assert.strictEqual(notesOf("forbidden")[1], "Said Warn timed_out")
    assert.strictEqual(notesOf("retired")[1], "Said Warn timed_out")
  })
})

describe("a poll that ends before its pass", () => {
  it("settles its pages first, and saves what it is told to", () => {
    const ending = Ending.endEarly(state(), poll(), {
      due,
      notes: [{ _tag: "Recovered" }],
      save: (before) => ({ ...before, throttles: 4 })
    })
    assert.deepStrictEqual(ending.state.next, { _tag: "Settle", poll: poll(), goal: { _tag: "EndPoll", due } })
    assert.deepStrictEqual(told(ending), ["Recovered"])
    assert.strictEqual(saved(ending).throttles, 4)
  })

  it("says what it brought where it brought something, and waits for the next", () => {
    const ended = Ending.endPoll(state({ health: "error" }), poll({ tally: tally(1) }), undefined, facts({ now }))
    assert.deepStrictEqual(told(ended), ["Log fetched 1 events", "Polled error"])
    assert.deepStrictEqual(ended.state.next, { _tag: "Wait", due: grid })
    const after = { _tag: "After", from: 1, millis: 2 } as const
    const quiet = Ending.endPoll(state({ health: "error" }), poll(), after, facts({ now }))
    assert.deepStrictEqual(told(quiet), ["Polled error"])
    assert.deepStrictEqual(quiet.state.next, { _tag: "Wait", due: after })
  })
})

describe("reading on", () => {
  const here = position({ bound: at(-50) })
  const on = (of: Partial<Poll>, more: Partial<Facts>, as = config()) =>
    Ending.readOn(as, state(), poll(of), here, facts(more)).state.next
  const isLong = { now: noon + interval }

  it("asks for the next page", () => {
    assert.deepStrictEqual(on({ tally: tally(1) }, { now: noon + interval - 1 }), {
      _tag: "Fetch",
      poll: poll({ tally: tally(1) }),
      position: here
    })
  })

  it("a pass that takes longer than the interval becomes the next poll, where it brought something", () => {
    assert.deepStrictEqual(on({ tally: tally(1) }, isLong), {
      _tag: "Settle",
      poll: poll({ tally: tally(1) }),
      goal: { _tag: "Split", position: here }
    })
    assert.strictEqual(on({}, isLong)._tag, "Fetch")
  })

  it("never splits a poll that is made once, nor a range", () => {
    assert.strictEqual(on({ tally: tally(1) }, isLong, config("alerts_v2", { _tag: "once" }))._tag, "Fetch")
    assert.strictEqual(on({ tally: tally(1), task: rangeTask }, isLong)._tag, "Fetch")
  })

  it("an aside gives way to the poll that is due, and not before", () => {
    for (const task of [gapTask(gap()), sweepTask]) {
      const next = on({ task, tally: tally(1) }, isLong)
      assert.deepStrictEqual(next._tag === "Settle" && next.goal, { _tag: "Pause", position: here })
      assert.strictEqual(on({ task, tally: tally(1) }, { now: noon + interval - 1 })._tag, "Fetch")
    }
  })

  it("goes by the interval of the endpoint", () => {
    assert.strictEqual(Ending.intervalOf(config(), facts()), interval)
  })
})

describe("a pass that is split", () => {
  it("says what it committed, is well, and counts failures and rows from the beginning", () => {
    const links = HashSet.make("a")
    const missing = ["Contoso/Sensor"]
    const before = poll({ tally: tally(2), failedRequests: 5, future: 1, links, missing, graphStartedAt: noon - hour })
    const split = Ending.split(state({ health: "unavailable", denials: 2 }), before, position(), facts({ now }))
    assert.deepStrictEqual(told(split), [
      "Recovered",
      "SayingEnded waiting",
      "SayingEnded service_paused",
      "Log fetched 2 events",
      "Status PollBegan"
    ])
    assert.deepStrictEqual([split.state.health, split.state.denials], ["ok", 0])
    const { next } = split.state
    if (next._tag !== "Fetch") return assert.fail(next._tag)
    assert.deepStrictEqual(next.position, position())
    assert.deepStrictEqual(next.poll, {
      ...start(now, noon - hour, { pageSize: 1000, shape: whole }, { _tag: "Live" } satisfies Task),
      links,
      missing
    })
  })
})

describe("a poll that begins", () => {
  it("asks for Graph's time first, with the page size that worked last", () => {
    const begun = Ending.beginPoll(config(), state({ health: "ok", pageSize: 250 }), facts({ now }))
    assert.deepStrictEqual(told(begun), ["Status PollBegan"])
    assert.deepStrictEqual(begun.state.next, {
      _tag: "AskTime",
      poll: start(now, now, { pageSize: 250, shape: whole }, { _tag: "Live" }),
      outdateToken: false
    })
  })

  it("asks with a new token where Graph denied the last one", () => {
    assert.deepInclude(Ending.beginPoll(config(), state({ health: "forbidden" }), facts()).state.next, {
      outdateToken: true
    })
  })
})
