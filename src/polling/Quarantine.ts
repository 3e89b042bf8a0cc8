/** Passes what ended one process after the other: a record as a dead letter, a row that cannot even be read as a gap. */
import { Effect } from "effect"
import { addGap, type Gap, type Position } from "../checkpoints/Checkpoint.ts"
import type { AsideRange, Hand, InHand, Write } from "../checkpoints/InHand.ts"
import { gapsMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { overlapMillis } from "../endpoints/Endpoints.ts"
import { whole } from "../graph/QueryShape.ts"
import { type Careful, PageLost } from "../publishing/Page.ts"
import { CarefulTurn } from "../publishing/PagePermits.ts"
import { endedTheProcess, leaveOut } from "./Narrowing.ts"
import { start } from "./Poll.ts"
import type { Facts, Note, Outcome, PagePlan, PollerConfig, PollerState, Save } from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { resume, within } from "./Walk.ts"

const told = ({ endpoint }: PollerConfig, doing: string): Note => ({
  _tag: "Log",
  level: "Warn",
  message: `a process ended while it had a page of ${endpoint.name} in hand: ${doing}`
})

/** What a run begins with. */
interface Begun {
  readonly notes: ReadonlyArray<Note>
  readonly save?: Save
}

/** Whether what lies behind a row that cannot be read can be asked for: behind a link, only where order was proven. */
const canPass = ({ link, ordered, proven }: Position): boolean => ordered && (proven || link === null)

/**
 * Leaves out all that is left of a pass, where rows come in no proven order. In cursor order only the rows that cannot be
 * read are left out; see {@link passing}.
 */
const gap = (config: PollerConfig, facts: Facts): Begun => {
  const { checkpoint, ledgerFloor, now, pace } = facts
  if (checkpoint === undefined) return { notes: [] }
  const position = within(
    resume(checkpoint, overlapMillis(config.endpoint, pace), ledgerFloor),
    config.endpoint,
    Timestamp.fromMillis(now)
  )
  if (canPass(position)) {
    const doing = `a row at or behind ${position.reached ?? position.bound} cannot be read and is left out`
    return { notes: [told(config, doing)] }
  }
  const poll = { ...start(now, now, { pageSize: 1, shape: whole }, { _tag: "Live" }), missing: position.owed }
  const to = position.until ?? Timestamp.fromMillis(now)
  return leaveOut(config, poll, position, to, endedTheProcess, facts) ?? { notes: [] }
}

/** Asks for what is behind the rows that cannot be read. */
export const passing = (hand: Hand, state: PollerState): PollerState => {
  const { next } = state
  if (hand.care() !== "gap" || next._tag !== "Fetch" || !canPass(next.position)) return state
  const { poll, position } = next
  // Behind a link, the last row that was read comes again.
  const last = position.link === null ? null : position.reached
  const bound = last === null ? position.bound : Timestamp.later(position.bound, last)
  return {
    ...state,
    next: {
      ...next,
      poll: { ...poll, skipped: hand.skipped() + (last === null ? 0 : 1), skippedFor: endedTheProcess },
      position: { ...position, bound, link: null }
    }
  }
}

const live = (config: PollerConfig, hand: Hand, facts: Facts): Begun => {
  switch (hand.care()) {
    case "none":
      return { notes: [] }
    case "record": {
      const doing = "each of its records is saved before it is mapped, and one that ends the process again is passed"
      return { notes: [told(config, doing)] }
    }
    case "row":
      return { notes: [told(config, "it is read row by row")] }
    case "gap":
      return gap(config, facts)
  }
}

const gapOf = ({ from, to }: AsideRange, now: number): Gap => ({
  from,
  to,
  code: endedTheProcess,
  foundAt: now,
  triedAt: now
})

/** Leaves out what an aside could not read. */
const leftOut = (gap: Gap, task: AsideRange["task"]): Save => (checkpoint) => {
  if (task === "Sweep") return checkpoint.gaps.length < gapsMax ? addGap(checkpoint, gap, false) : checkpoint
  const { code, from } = gap
  return { ...checkpoint, gaps: checkpoint.gaps.map((one) => one.from === from ? { ...one, code } : one) }
}

/** Decides, when a run begins, what follows from how its predecessors ended. */
export const begin = (config: PollerConfig, inHand: InHand, facts: Facts): Begun =>
  inHand.passed.reduce<Begun>(({ notes, save }, range) => {
    const left = gapOf(range, facts.now)
    const mine = leftOut(left, range.task)
    return {
      notes: [...notes, {
        _tag: "Said",
        report: Reports.gap(config, left, facts.now),
        saying: { level: "Error", remind: false, apart: true }
      }],
      save: save === undefined ? mine : (checkpoint) => mine(save(checkpoint))
    }
  }, live(config, inHand.live, facts))

/** Returns what is in hand where a task reads. */
export const handOf = ({ aside, live }: InHand, { position, task }: Pick<PagePlan, "position" | "task">): Hand => {
  switch (task._tag) {
    case "Gap":
      return aside({ task: "Gap", from: task.gap.from, to: task.end })
    case "Sweep":
      return aside({ task: "Sweep", from: position.from, to: task.end })
    case "Live":
    case "Range":
      return live
  }
}

/** Asks for a single row, or behind single rows for the usual number again. A URL without a number stays as it is. */
export const withRows = (url: string, isByRow: boolean, pageSize: number): string =>
  url.replace(
    isByRow ? /([?&](?:\$|%24)top=)\d+(?=&|$)/i : /([?&](?:\$|%24)top=)1(?=&|$)/i,
    (_, name: string) => `${name}${isByRow ? 1 : pageSize}`
  )

/** How one page is read and mapped, as its hand asks for. */
export interface Reading {
  readonly isByRow: boolean
  readonly parsed: <A, E>(parsing: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** To be run once the page was parsed, or could not be had. Returns what the writes came to. */
  readonly over: Effect.Effect<Outcome>
  readonly careful: Careful | undefined
}

/** Makes the reading of a page. `persist` saves what is in hand. */
export const reading = (hand: Hand, persist: (write: Write) => Effect.Effect<Outcome>): Reading => {
  const care = hand.care()
  let outcome: Outcome = "committed"
  const saved = (write: Write | undefined): Effect.Effect<Outcome> =>
    write === undefined ? Effect.succeed("committed") : Effect.map(persist(write), (one) => {
      if (one !== "committed") outcome = one
      return one
    })
  // A stop does not wait for the turn, nor for a store that cannot be written.
  const alone: Careful["alone"] = (effect) =>
    care === "none"
      ? effect
      : Effect.flatMap(CarefulTurn, (turn) =>
        Effect.acquireUseRelease(Effect.interruptible(turn.take(1)), () => effect, () => turn.release(1)))
  const mapping: Careful["mapping"] = (record) =>
    Effect.flatMap(
      Effect.interruptible(saved(hand.mapping(record))),
      (outcome) => outcome === "committed" ? Effect.void : Effect.fail(new PageLost())
    )
  return {
    isByRow: care === "row" || care === "gap",
    parsed: (parsing) => alone(Effect.andThen(Effect.suspend(() => saved(hand.reading())), parsing)),
    over: Effect.map(Effect.suspend(() => saved(hand.mapping(null))), () => outcome),
    careful: care === "none" ? undefined : {
      alone,
      mapping,
      // Once, because nobody waits for it.
      left: Effect.suspend(() => Effect.ignore(hand.mapping(null) ?? Effect.void))
    }
  }
}

/** Forgets what an aside had in hand, once it was read to its end or gave way to a poll. */
export const asideOver = (
  inHand: InHand,
  persist: (write: Write) => Effect.Effect<Outcome>
): Effect.Effect<Outcome> => {
  const write = inHand.asideOver()
  return write === undefined ? Effect.succeed("committed") : persist(write)
}
