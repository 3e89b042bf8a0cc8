/**
 * What is read between two polls: ranges that could not be read before (gaps), and the hours behind the overlap, where
 * rows become visible late (sweeps). Neither moves the mark, and both give way to a poll that is due.
 */
import { Duration } from "effect"
import { type Checkpoint, type Gap, triedGap, withoutGap } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Reading } from "../endpoints/EndpointDefinition.ts"
import { overlapMillis } from "../endpoints/Endpoints.ts"
import * as Limits from "../graph/Limits.ts"
import { dailyRead } from "./ListPages.ts"
import { behindEnds, endedTheProcess } from "./Narrowing.ts"
import { type Aside, type Due, type Poll, start } from "./Poll.ts"
import {
  type Action,
  after,
  type Decision,
  type Event,
  type Facts,
  goOn,
  type PollerConfig,
  type PollerState,
  type Save
} from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { begin as beginAt, beginList } from "./Walk.ts"

const wait = (state: PollerState, due: Due): Decision => goOn(state, { _tag: "Wait", due })

/** Some time after the last time, or at once where that lies in the future because the clock was set back. */
const dueAfter = (last: number, wait: Duration.Duration, now: number): number =>
  now < last ? now : last + Duration.toMillis(wait)

const patience = Duration.toMillis(Limits.gapRetry.during)

/** When a gap is tried again. One that ended the process is not: it is given up once other gaps would be. */
const gapDueAt = ({ code, foundAt, to, triedAt }: Gap, now: number): number =>
  code === endedTheProcess
    ? Math.max(foundAt, Timestamp.toMillis(to)) + patience
    : dueAfter(triedAt, Limits.gapRetry.every, now)

/** The gap whose turn it is first. */
const firstDue = (gaps: ReadonlyArray<Gap>, now: number): Gap | undefined =>
  gaps.reduce<Gap | undefined>(
    (found, gap) => found === undefined || gapDueAt(gap, now) < gapDueAt(found, now) ? gap : found,
    undefined
  )

const dueTimes = ({ endpoint }: PollerConfig, { gaps, sweep }: Checkpoint, { now, pace }: Facts) => {
  const gap = firstDue(gaps, now)
  const sweeps = endpoint.late !== "none" && Duration.toMillis(pace.lateRows) > 0
  // What is asked for once a day; after a refusal once an hour.
  const daily = endpoint.list?.daily === undefined
    ? Infinity
    : Math.max(dueAfter(sweep.readAt, Limits.reread.every, now), dueAfter(sweep.countedAt, Limits.sweepEvery, now))
  return {
    gap: gap === undefined ? Infinity : gapDueAt(gap, now),
    sweep: sweeps ? dueAfter(sweep.countedAt, Limits.sweepEvery, now) : daily
  }
}

/**
 * When the next aside is due, in milliseconds since 1970; infinity for never. Only an endpoint that works has time for
 * one.
 */
export const asideDueAt = (config: PollerConfig, state: PollerState, facts: Facts): number => {
  const { checkpoint } = facts
  if (config.mode._tag !== "forever" || checkpoint === undefined || state.health !== "ok") return Infinity
  if (state.paused !== undefined) return 0
  const { gap, sweep } = dueTimes(config, checkpoint, facts)
  return Math.min(gap, sweep)
}

const reading = (
  { order }: Pick<Reading, "order">,
  state: PollerState,
  now: number,
  pageSize: number,
  from: Timestamp.Timestamp,
  task: Aside
): Decision =>
  goOn(state, {
    _tag: "Fetch",
    poll: start(now, now, { pageSize: Math.min(pageSize, state.shape.rowsMax ?? pageSize), shape: state.shape }, task),
    position: { ...beginAt(from), until: task.end, ordered: order === "asc" }
  })

const beginGap = (
  config: PollerConfig,
  state: PollerState,
  checkpoint: Checkpoint,
  gap: Gap,
  due: Due,
  { ledgerFloor, now, pace }: Facts
): Decision => {
  const { floor } = checkpoint
  // Polls begin behind the gap, so that the gap stands in for their overlap. What the ledger has forgotten would come twice.
  const reach = Timestamp.later(Timestamp.minusMillis(gap.from, overlapMillis(config.endpoint, pace)), floor)
  const known = Timestamp.later(reach, ledgerFloor ?? reach)
  const young = now - gap.foundAt <= patience ? known : Timestamp.later(known, Timestamp.fromMillis(now - patience))
  const from = behindEnds(checkpoint, young, gap.to)
  if (from < gap.to) {
    // Saved before it is read: what ends the process is not read again at once by the next one.
    const tried: Save = (checkpoint) => triedGap(checkpoint, gap, now)
    const task: Aside = { _tag: "Gap", gap: { ...gap, triedAt: now }, end: gap.to, due }
    return after({ save: tried }, reading(config.endpoint, state, now, Limits.pageSizeFloor, from, task))
  }
  return after({
    save: (checkpoint) => withoutGap(checkpoint, gap, now),
    notes: [{
      _tag: "Said",
      report: Reports.gapGivenUp(config, gap, now),
      saying: { level: "Error", remind: false, apart: true }
    }]
  }, wait(state, due))
}

const counted = (now: number) => (checkpoint: Checkpoint): Checkpoint => ({
  ...checkpoint,
  sweep: { ...checkpoint.sweep, countedAt: now }
})

const beginSweep = (
  { endpoint }: PollerConfig,
  state: PollerState,
  checkpoint: Checkpoint,
  due: Due,
  facts: Facts
): Decision => {
  const { floor, mark, sweep } = checkpoint
  const { ledgerFloor, now, pace } = facts
  if (endpoint.list?.daily !== undefined) {
    const position = beginList({ mark, position: null }, now)
    const task = { _tag: "Sweep", end: position.from, due, isWhole: true } as const
    const poll = start(now, now, { pageSize: endpoint.list.daily.pageSize, shape: state.shape }, task)
    return after({ save: counted(now) }, goOn(state, { _tag: "Fetch", poll, position }))
  }
  const end = Timestamp.minusMillis(mark, overlapMillis(endpoint, pace))
  const known = Timestamp.later(floor, ledgerFloor ?? floor)
  const isWhole = endpoint.late === "count" || now >= dueAfter(sweep.readAt, Limits.reread.every, now)
  const hours = endpoint.late === "reread" && isWhole ? Limits.reread.hours : pace.lateRows
  const reach = Timestamp.later(Timestamp.minusMillis(end, Duration.toMillis(hours)), known)
  const from = behindEnds(checkpoint, reach, end)
  const task = { _tag: "Sweep", end, due, isWhole } as const
  // Saved before it is counted and read, as a gap is.
  return after(
    { save: counted(now) },
    from >= end
      ? wait(state, due)
      : endpoint.late === "count"
      ? goOn(state, { _tag: "Count", due, from, end })
      : reading(endpoint, state, now, endpoint.pageSize, from, task)
  )
}

/** Begins the aside that is due, or goes on with the one that gave way to a poll. */
export const beginAside = (config: PollerConfig, before: PollerState, due: Due, facts: Facts): Decision => {
  const { checkpoint, now } = facts
  const { paused } = before
  const state: PollerState = { ...before, paused: undefined }
  if (paused !== undefined) {
    const { poll, position } = paused
    const task = poll.task._tag === "Gap" || poll.task._tag === "Sweep" ? { ...poll.task, due } : poll.task
    return goOn(state, { _tag: "Fetch", position, poll: { ...poll, task } })
  }
  if (checkpoint === undefined) return wait(state, due)
  const gap = firstDue(checkpoint.gaps, now)
  return gap !== undefined && dueTimes(config, checkpoint, facts).gap <= now
    ? beginGap(config, state, checkpoint, gap, due, facts)
    : beginSweep(config, state, checkpoint, due, facts)
}

/** Reads the swept range when Graph has more rows there than were read, or when it was not read for as long as it is. */
export const onCounted = (
  config: PollerConfig,
  state: PollerState,
  { due, end, from }: Extract<Action, { readonly _tag: "Count" }>,
  { count, isWhole, known }: Extract<Event, { readonly _tag: "Counted" }>,
  { checkpoint, now, pace }: Facts
): Decision => {
  const isMissing = count !== undefined && count > known && isWhole
  const readAt = checkpoint?.sweep.readAt ?? now
  return isMissing || now - readAt >= Duration.toMillis(pace.lateRows)
    ? reading(config.endpoint, state, now, config.endpoint.pageSize, from, { _tag: "Sweep", end, due, isWhole: true })
    : wait(state, due)
}

/** Ends an aside before its range was read; it is tried again in an hour. */
export const giveUpAside = (state: PollerState, task: Aside, { now }: Facts): Decision =>
  after({
    save: (checkpoint) => task._tag === "Gap" ? triedGap(checkpoint, task.gap, now) : counted(now)(checkpoint)
  }, wait(state, task.due))

/** An aside has read its range to the end. */
export const endAside = (config: PollerConfig, state: PollerState, poll: Poll, task: Aside, facts: Facts): Decision => {
  if (task._tag === "Gap" && poll.missing.length > 0) return giveUpAside(state, task, facts)
  const { artifacts, records, repeated } = poll.tally
  if (task._tag === "Sweep" && config.endpoint.list !== undefined) {
    return after({ notes: dailyRead(config, records + repeated) }, wait(state, task.due))
  }
  const fields = { records, repeated, artifacts }
  const message = task._tag === "Gap"
    ? `what was left out from ${task.gap.from} to ${task.gap.to} has been read`
    : `found ${records} events that came late`
  return after(
    { notes: task._tag === "Gap" || records > 0 ? [{ _tag: "Log", level: "Info", message, fields }] : [] },
    wait(state, task.due)
  )
}
