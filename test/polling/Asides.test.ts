import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import type { Checkpoint } from "../../src/checkpoints/Checkpoint.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { pageSizeFloor } from "../../src/graph/Limits.ts"
import * as Asides from "../../src/polling/Asides.ts"
import { endedTheProcess } from "../../src/polling/Narrowing.ts"
import type { Aside } from "../../src/polling/Poll.ts"
import type { Facts } from "../../src/polling/PollerState.ts"
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
  pace,
  poll,
  position,
  saved,
  state,
  sweepTask,
  tally,
  told
} from "./Decisions.ts"

const well = state({ health: "ok" })
const wait = { _tag: "Wait", due } as const
const now = noon + hour
const counted = { countedAt: now, readAt: noon }
const begin = (of: Partial<Facts>, before = well) => Asides.beginAside(config(), before, due, facts({ now, ...of }))
/** Bounds and rows of the page that a decision asks for. */
const asked = ({ next }: ReturnType<typeof begin>["state"]) => {
  if (next._tag !== "Fetch") return assert.fail(next._tag)
  const { poll: { pageSize, task }, position: { bound, from, until } } = next
  return { bound, from, until, pageSize, task }
}

describe("an aside is due", () => {
  const dueAt = (of: Partial<Checkpoint> = {}, more: Partial<Facts> = {}, before = well, of2 = config()) =>
    Asides.asideDueAt(of2, before, facts({ checkpoint: checkpoint(of), ...more }))

  it("an hour after late rows were last counted, or after the gap that waits longest was last tried", () => {
    assert.strictEqual(dueAt(), noon + hour)
    const gaps = [gap({ triedAt: noon - 5 * minute }), gap({ triedAt: noon - 20 * minute }), gap({ triedAt: noon })]
    assert.strictEqual(dueAt({ gaps }), noon + 40 * minute)
    assert.strictEqual(dueAt({ gaps, sweep: { countedAt: noon - 50 * minute, readAt: 0 } }), noon + 10 * minute)
  })

  it("for late rows never where they are not looked for, and never on an endpoint that retires", () => {
    assert.strictEqual(dueAt({}, { pace: { ...pace, lateRows: Duration.zero } }), Infinity)
    assert.strictEqual(dueAt({}, {}, well, config("alerts")), Infinity)
  })

  it("only on an endpoint that works, that polls for ever, and that has begun", () => {
    assert.strictEqual(dueAt({}, {}, state({ health: "unavailable" })), Infinity)
    assert.strictEqual(dueAt({}, {}, well, config("alerts_v2", { _tag: "once" })), Infinity)
    assert.strictEqual(Asides.asideDueAt(config(), well, facts({ checkpoint: undefined })), Infinity)
  })

  it("at once where one gave way to a poll", () => {
    const paused = { poll: poll({ task: sweepTask }), position: position() }
    assert.strictEqual(dueAt({}, {}, state({ health: "ok", paused })), 0)
    assert.strictEqual(dueAt({}, {}, state({ health: "cooldown", paused })), Infinity)
  })
})

describe("a gap", () => {
  const begun = (of: Parameters<typeof gap>[0], more: Partial<Facts> = {}, before: Partial<Checkpoint> = {}) =>
    begin({ checkpoint: checkpoint({ gaps: [gap(of)], ...before }), ...more })

  it("is read an hour after it was last tried, in small pages, from the overlap before it to its end", () => {
    const { bound, from, pageSize, task, until } = asked(begun({ triedAt: now - hour }).state)
    assert.deepStrictEqual([bound, from, until], [at(-135), at(-135), at(-119)])
    assert.strictEqual(pageSize, pageSizeFloor)
    assert.deepStrictEqual(task, gapTask(gap({ triedAt: now })))
    assert.strictEqual(begun({ triedAt: now - hour + 1 }).state.next._tag, "Count", "late rows come first")
  })

  it("that was found first is read first, of those that wait as long", () => {
    const other = gap({ from: at(-200), to: at(-199) })
    const { task } = asked(begin({ checkpoint: checkpoint({ gaps: [gap(), other] }) }).state)
    assert.deepStrictEqual(task, gapTask(gap({ triedAt: now })))
  })

  it("is saved as tried before it is read, so that the next process does not read it at once", () => {
    const before = checkpoint({ gaps: [gap()] })
    assert.deepStrictEqual(saved(begin({ checkpoint: before }), before).gaps, [gap({ triedAt: now })])
  })

  it("is read from where on the connector reads, and the ledger knows, at the earliest", () => {
    assert.strictEqual(asked(begun({}, {}, { floor: at(-125) }).state).bound, at(-125))
    assert.strictEqual(asked(begun({}, { ledgerFloor: at(-124) }).state).bound, at(-124))
    assert.strictEqual(asked(begun({}, { ledgerFloor: at(-300) }).state).bound, at(-135))
  })

  it("older than seven days is read as far as the ledger's days reach", () => {
    const late = { now: noon + 7 * day - 119.5 * minute }
    const young = begun({ foundAt: late.now - 7 * day }, late)
    assert.strictEqual(asked(young.state).bound, at(-135))
    const old = { foundAt: late.now - 7 * day - 1 }
    assert.strictEqual(asked(begun(old, late).state).bound, at(-119.5))
    assert.strictEqual(asked(begun(old, { ...late, ledgerFloor: at(-119.25) }).state).bound, at(-119.25))
  })

  it("that ended the process is not read again, and is given up after seven days", () => {
    const ended = gap({ code: endedTheProcess })
    const before = checkpoint({ gaps: [ended], sweep: { countedAt: now, readAt: now } })
    const dueAt = Asides.asideDueAt(
      config(),
      well,
      facts({ checkpoint: before, pace: { ...pace, lateRows: Duration.zero } })
    )
    assert.strictEqual(dueAt, Timestamp.toMillis(ended.to) + 7 * day)
    assert.strictEqual(begin({ checkpoint: before }).state.next._tag, "Count")
    const over = begin({ checkpoint: before, now: dueAt })
    assert.deepStrictEqual([over.state.next, told(over)], [wait, ["Said Error gap_given_up"]])
    assert.deepStrictEqual(saved(over, before).gaps, [])
    const late = Asides.asideDueAt(
      config(),
      well,
      facts({
        checkpoint: checkpoint({ gaps: [gap({ ...ended, foundAt: noon + day })] }),
        pace: { ...pace, lateRows: Duration.zero }
      })
    )
    assert.strictEqual(late, noon + 8 * day)
  })

  it("behind one that ended the process is read from its end on, and others come before it", () => {
    const ended = gap({ code: endedTheProcess, from: at(-130), to: at(-128), triedAt: 0 })
    assert.strictEqual(asked(begun({}, { checkpoint: checkpoint({ gaps: [ended, gap()] }) }).state).bound, at(-128))
    const later = gap({ code: endedTheProcess, from: at(-119), to: at(-118) })
    assert.strictEqual(asked(begun({}, { checkpoint: checkpoint({ gaps: [gap(), later] }) }).state).bound, at(-135))
  })

  it("that nothing of can be read any more is given up, and said", () => {
    for (const to of [at(-119), at(-120)]) {
      const decision = begun({ foundAt: 0, to }, { now: noon + 7 * day - 119 * minute })
      assert.deepStrictEqual(decision.state.next, wait)
      assert.deepStrictEqual(told(decision), ["Said Error gap_given_up"])
      assert.deepInclude(decision.notes[0], { saying: { level: "Error", remind: false, apart: true } })
      assert.deepStrictEqual(saved(decision, checkpoint({ gaps: [gap({ foundAt: 0, to })] })).gaps, [])
    }
  })
})

describe("late rows", () => {
  it("are saved as counted before they are, so that the next process does not read them at once", () => {
    assert.deepStrictEqual(saved(begin({})), checkpoint({ sweep: counted }))
  })

  it("are looked for behind what ended the process", () => {
    const gaps = [gap({ code: endedTheProcess, to: at(-100) }), gap({ to: at(-90), triedAt: now })]
    assert.deepInclude(begin({ checkpoint: checkpoint({ gaps }) }).state.next, { from: at(-100), end: at(-75) })
    const all = begin({ checkpoint: checkpoint({ gaps: [gap({ code: endedTheProcess, to: at(-75) })] }) })
    assert.deepStrictEqual(all.state.next, wait)
  })

  it("are counted from six hours before the overlap to the overlap", () => {
    assert.deepStrictEqual(begin({}).state.next, { _tag: "Count", due, from: at(-75 - 360), end: at(-75) })
    const twice = begin({ checkpoint: checkpoint({ gaps: [gap({ triedAt: now })] }) })
    assert.strictEqual(twice.state.next._tag, "Count")
  })

  it("are counted from where on the connector reads, and the ledger knows, at the earliest", () => {
    assert.deepInclude(begin({ checkpoint: checkpoint({ floor: at(-100) }) }).state.next, { from: at(-100) })
    assert.deepInclude(begin({ ledgerFloor: at(-90) }).state.next, { from: at(-90) })
    assert.deepInclude(begin({ ledgerFloor: at(-9000) }).state.next, { from: at(-75 - 360) })
    const both = { checkpoint: checkpoint({ floor: at(-100) }), ledgerFloor: at(-110) }
    assert.deepInclude(begin(both).state.next, { from: at(-100) })
  })

  it("are not asked for where nothing lies before the overlap", () => {
    for (const ledgerFloor of [at(-75), at(-70)]) {
      const decision = begin({ ledgerFloor })
      assert.deepStrictEqual(decision.state.next, wait)
      assert.deepStrictEqual(saved(decision), checkpoint({ sweep: counted }))
    }
  })

  it("wait where there is no checkpoint", () => {
    const decision = begin({ checkpoint: undefined })
    assert.deepStrictEqual(decision.state.next, wait)
    assert.isUndefined(decision.save)
  })

  const count = { _tag: "Count", due, from: at(-435), end: at(-75) } as const
  const onCounted = (
    event: { readonly count: number | undefined; readonly known: number; readonly isWhole: boolean },
    more: Partial<Facts> = {}
  ) => Asides.onCounted(config(), well, count, { _tag: "Counted", ...event }, facts({ now, ...more }))

  it("are read where Graph has more rows than are known", () => {
    const { bound, pageSize, task, until } = asked(onCounted({ count: 6, known: 5, isWhole: true }).state)
    assert.deepStrictEqual([bound, until, pageSize], [at(-435), at(-75), 1000])
    assert.deepStrictEqual(task, sweepTask)
  })

  it("are not read where none is missing, or where nobody knows whether one is", () => {
    for (
      const event of [{ count: 5, known: 5, isWhole: true }, { count: 4, known: 5, isWhole: true }, {
        count: 9,
        known: 5,
        isWhole: false
      }, { count: undefined, known: 5, isWhole: true }]
    ) {
      const decision = onCounted(event)
      assert.deepStrictEqual(decision.state.next, wait)
    }
  })

  it("are read anyway once they were not read for as long as they reach back", () => {
    const event = { count: undefined, known: 0, isWhole: false }
    assert.strictEqual(onCounted(event, { now: noon + 6 * hour }).state.next._tag, "Fetch")
    assert.strictEqual(onCounted(event, { now: noon + 6 * hour - 1 }).state.next._tag, "Wait")
    assert.strictEqual(onCounted(event, { checkpoint: undefined }).state.next._tag, "Wait")
  })
})

describe("an aside that gave way", () => {
  it("goes on where it was, and gives way to the poll that is due next", () => {
    const later = { _tag: "Grid", anchor: noon, since: now } as const
    for (const task of [sweepTask, gapTask()] satisfies ReadonlyArray<Aside>) {
      const paused = { poll: poll({ task }), position: position() }
      const decision = Asides.beginAside(config(), state({ health: "ok", paused }), later, facts({ now }))
      assert.isUndefined(decision.state.paused)
      assert.deepStrictEqual(decision.state.next, {
        _tag: "Fetch",
        poll: poll({ task: { ...task, due: later } }),
        position: position()
      })
    }
  })
})

describe("the end of an aside", () => {
  const gaps = [gap(), gap({ from: at(-50), to: at(-49) })]
  const end = (task: Aside, more: Parameters<typeof poll>[0] = {}) =>
    Asides.endAside(config(), well, poll({ task, ...more }), task, facts({ now }))

  it("says what a gap and a sweep brought, and waits for the next poll", () => {
    const read = end(gapTask())
    assert.deepStrictEqual(read.state.next, wait)
    assert.deepStrictEqual(told(read), [`Log what was left out from ${at(-120)} to ${at(-119)} has been read`])
    const swept = end(sweepTask, { tally: tally(3) })
    assert.deepStrictEqual(told(swept), ["Log found 3 events that came late"])
    assert.deepInclude(swept.notes[0], { fields: { records: 3, repeated: 1, artifacts: 6 } })
    assert.deepStrictEqual(told(end(sweepTask)), [], "nothing is said of nothing")
  })

  it("whose provider did not answer tries the gap again in an hour", () => {
    const missed = end(gapTask(), { missing: ["Contoso/Sensor"] })
    assert.deepStrictEqual(told(missed), [])
    assert.deepStrictEqual(saved(missed, checkpoint({ gaps })).gaps.map(({ triedAt }) => triedAt), [
      now,
      gaps[1]!.triedAt
    ])
    assert.strictEqual(told(end(sweepTask, { missing: ["Contoso/Sensor"], tally: tally(1) })).length, 1)
  })

  it("that failed is noted as tried, a sweep as counted", () => {
    const failed = Asides.giveUpAside(well, gapTask(), facts({ now }))
    assert.deepStrictEqual(failed.state.next, wait)
    assert.strictEqual(saved(failed, checkpoint({ gaps })).gaps[0]!.triedAt, now)
    const swept = Asides.giveUpAside(well, sweepTask, facts({ now }))
    assert.deepStrictEqual(saved(swept, checkpoint({ gaps })), checkpoint({ gaps, sweep: counted }))
  })
})
