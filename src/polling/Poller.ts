/**
 * Decides what a poller does, as a pure function from its state and an event to its state and next action: what Graph
 * answered, what was committed and what the clock says are events. `Pages` makes a stream of pages of it.
 */
import { Duration } from "effect"
import type { Checkpoint } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { overlapMillis } from "../endpoints/Endpoints.ts"
import { isoTime } from "../status/Report.ts"
import { asideDueAt, beginAside, onCounted } from "./Asides.ts"
import { beginPoll, endPass, endPoll, intervalOf, split } from "./Ending.ts"
import { onFailure, onProbed } from "./OnFailure.ts"
import { onPage } from "./OnPage.ts"
import { type Due, dueAt, type Poll, start } from "./Poll.ts"
import {
  type Action,
  type Decision,
  type Event,
  type Facts,
  goOn,
  type Note,
  type PollerConfig,
  type PollerState,
  type Save
} from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { begin, beginList, closed, resume, within } from "./Walk.ts"

type Of<Tag extends Action["_tag"]> = Extract<Action, { readonly _tag: Tag }>

/** Milliseconds that are left of the cooldown in the checkpoint; 0 for another application's. Undefined without one. */
const cooldownLeft = ({ identity }: PollerConfig, { checkpoint, now }: Facts): number | undefined => {
  const cooling = checkpoint?.cooldown ?? null
  if (cooling === null) return undefined
  if (cooling.client !== identity.clientId) return 0
  // The shorter of what the clock says and the whole of it: a clock that was set back must not stretch the wait.
  return Math.max(0, Math.min(cooling.until - now, cooling.until - cooling.startedAt))
}

// Begins a cooldown again that began in the future, by a clock that was set back since. Without it, each wait would be
// followed by another until the clock comes there again.
const resetCooldown = (now: number): Save => (checkpoint) => {
  const { cooldown } = checkpoint
  return cooldown === null || now >= cooldown.startedAt
    ? checkpoint
    : { ...checkpoint, cooldown: { ...cooldown, startedAt: now, until: now + cooldown.until - cooldown.startedAt } }
}

/** Shows the checkpoint's pause. A process that finds one at its start says why nothing is asked. */
const cooling = (config: PollerConfig, { health }: PollerState, until: number, { checkpoint, now }: Facts): Note => {
  const rests = isRest({ checkpoint })
  const report = health === "starting" ? { report: Reports.pausing(config, until, rests, now) } : {}
  return { _tag: "Status", event: { _tag: "CooldownBegan", until, ...(rests ? { rests } : {}), ...report } }
}

/** When the poller is to wake, in milliseconds since 1970, and what is shown of the wait. A change of the pace wakes it, too. */
export const wakeAt = (
  config: PollerConfig,
  state: PollerState,
  action: Of<"Wait"> | Of<"Cool">,
  facts: Facts
): { readonly at: number; readonly notes: ReadonlyArray<Note> } => {
  const { now } = facts
  if (config.mode._tag === "once") return { at: now, notes: [] }
  const left = cooldownLeft(config, facts)
  if (left !== undefined) return { at: now + left, notes: left > 0 ? [cooling(config, state, now + left, facts)] : [] }
  if (action._tag === "Cool" || action.due._tag === "Now") return { at: now, notes: [] }
  const at = dueAt(action.due, intervalOf(config, facts), now)
  return {
    at: Math.min(at, asideDueAt(config, state, facts)),
    notes: [{ _tag: "Status", event: { _tag: "PollScheduled", at } }]
  }
}

/** When an aside is to be over, because a poll is due, in milliseconds since 1970; infinity for whatever is no aside. */
export const nextPollAt = (config: PollerConfig, { task }: Poll, facts: Facts): number =>
  "due" in task ? dueAt(task.due, intervalOf(config, facts), facts.now) : Infinity

const isRest = ({ checkpoint }: Pick<Facts, "checkpoint">) => checkpoint?.cooldown?.rests === true

/** The pause of the checkpoint is over. */
const cooldownEnded = ({ endpoint }: PollerConfig, state: PollerState, next: Action, facts: Facts): Decision =>
  goOn({ ...state, cooledAt: isRest(facts) ? state.cooledAt : facts.now, health: "starting" }, next, [
    {
      _tag: "Status",
      event: { _tag: "CooldownEnded" }
    },
    ...isRest(facts) ? [] : [{ _tag: "SayingEnded" as const, code: "throttled" }],
    {
      _tag: "Log",
      level: "Info",
      message: `the ${isRest(facts) ? "pause" : "cooldown"} of ${endpoint.name} is over; going on where it began`
    }
  ], (checkpoint) => ({ ...checkpoint, cooldown: null }))

/** A poll that is made once sits out no cooldown, and polls no second time. */
const wokeOnce = (config: PollerConfig, state: PollerState, due: Due, facts: Facts): Decision | undefined => {
  if (due._tag !== "Now") return goOn(state, { _tag: "End" })
  const left = cooldownLeft(config, facts) ?? 0
  if (left === 0) return undefined
  const until = facts.now + left
  return goOn(state, { _tag: "End" }, [cooling(config, state, until, facts), {
    _tag: "Log",
    level: "Warn",
    message: isRest(facts)
      ? `${config.endpoint.name} is not asked: Microsoft was unavailable, and asked for a pause that goes on`
      : `${config.endpoint.name} is not asked: Graph throttled it with 429, and its cooldown goes on`,
    fields: { cooldown_until: isoTime(until) }
  }])
}

/** Begins a range at its saved position, or at its beginning. */
const beginRange = (
  { endpoint: { order } }: PollerConfig,
  state: PollerState,
  end: Timestamp.Timestamp,
  facts: Facts
): Decision => {
  const { checkpoint, now } = facts
  if (checkpoint === undefined || checkpoint.mark >= end) return goOn(state, { _tag: "End" })
  const position = checkpoint.position ?? { ...begin(checkpoint.mark), until: end, ordered: order === "asc" }
  return goOn(state, { _tag: "Fetch", poll: start(now, now, state, { _tag: "Range", end }), position })
}

const onWoke = (config: PollerConfig, state: PollerState, action: Of<"Wait"> | Of<"Cool">, facts: Facts): Decision => {
  const { mode } = config
  if (mode._tag === "once") {
    if (action._tag === "Cool") return goOn(state, { _tag: "End" })
    const decided = wokeOnce(config, state, action.due, facts)
    if (decided !== undefined) return decided
  }
  const left = cooldownLeft(config, facts)
  if (left !== undefined && left > 0) return goOn(state, action, [], resetCooldown(facts.now))
  const going: Action = action._tag === "Cool"
    ? { _tag: "Fetch", poll: action.poll, position: action.position }
    : action
  if (left !== undefined) return cooldownEnded(config, state, going, facts)
  if (action._tag === "Cool") return goOn(state, going)
  if (mode._tag === "range") return beginRange(config, state, mode.end, facts)
  const { due } = action
  if (due._tag === "Now" || dueAt(due, intervalOf(config, facts), facts.now) <= facts.now) {
    return beginPoll(config, state, facts)
  }
  return asideDueAt(config, state, facts) <= facts.now ? beginAside(config, state, due, facts) : goOn(state, action)
}

/** Begins the pass of a poll, or goes on with the pass that the poll before left. */
const beginPass = (
  { endpoint }: PollerConfig,
  state: PollerState,
  poll: Poll,
  checkpoint: Checkpoint,
  { ledgerFloor, pace }: Facts
): Decision => {
  if (endpoint.list !== undefined) {
    const position = beginList(checkpoint, poll.graphStartedAt)
    return goOn({ ...state, markBefore: checkpoint.mark }, { _tag: "Fetch", poll, position })
  }
  const resumed = within(
    resume(checkpoint, overlapMillis(endpoint, pace), ledgerFloor),
    endpoint,
    Timestamp.fromMillis(poll.graphStartedAt)
  )
  const position = poll.shape.ordered ? resumed : closed(resumed, poll)
  return goOn({ ...state, markBefore: checkpoint.mark }, {
    _tag: "Fetch",
    poll: { ...poll, missing: position.owed },
    position
  })
}

const onTold = (
  config: PollerConfig,
  state: PollerState,
  { poll }: Of<"AskTime">,
  graphNow: number,
  facts: Facts
): Decision => {
  const told: Poll = { ...poll, graphStartedAt: graphNow, failedRequests: 0 }
  const { checkpoint, pace } = facts
  return checkpoint === undefined
    ? goOn(state, {
      _tag: "Begin",
      poll: told,
      // A whole list has no past: with an earlier mark, what its first pass showed would be due again at once.
      mark: Timestamp.fromMillis(
        config.endpoint.list?.reads === "all" ? graphNow : graphNow - Duration.toMillis(pace.lookback)
      )
    })
    : beginPass(config, state, told, checkpoint, facts)
}

const onSettled = (config: PollerConfig, state: PollerState, { goal, poll }: Of<"Settle">, facts: Facts): Decision => {
  switch (goal._tag) {
    case "EndPass":
      return endPass(config, state, poll, facts)
    case "EndPoll":
      return endPoll(state, poll, goal.due, facts)
    case "Split":
      return split(state, poll, goal.position, facts)
    case "Pause":
      return "due" in poll.task
        ? goOn({ ...state, paused: { poll, position: goal.position } }, { _tag: "Wait", due: poll.task.due })
        : goOn(state, { _tag: "Fetch", poll, position: goal.position })
  }
}

const withFailures = (poll: Poll, failures: number): Poll => ({
  ...poll,
  failedRequests: poll.failedRequests + failures
})

const onFailed = (
  config: PollerConfig,
  state: PollerState,
  action: Action,
  { error, failures }: Extract<Event, { readonly _tag: "Failed" }>,
  facts: Facts
): Decision => {
  switch (action._tag) {
    case "Fetch":
    case "Probe":
      return onFailure(config, state, error, withFailures(action.poll, failures), action.position, facts)
    case "Count": {
      const task = { _tag: "Sweep", end: Timestamp.fromMillis(facts.now), due: action.due, isWhole: false } as const
      return onFailure(config, state, error, start(facts.now, facts.now, state, task), undefined, facts)
    }
    case "AskTime":
      return onFailure(config, state, error, withFailures(action.poll, failures), undefined, facts)
    default:
      return goOn(state, action)
  }
}

/**
 * Decides what the answer to the state's action leads to. An event that answers another action changes nothing.
 *
 * **Details**
 *
 * The mark of live polling never moves back, and never past what was neither published nor left out as a gap: only
 * `Progress.afterPage` and `Narrowing.leaveOut` move it. Whatever `Decision.save` changes is saved once all pages before it
 * are settled.
 */
export const decide = (config: PollerConfig, state: PollerState, event: Event, facts: Facts): Decision => {
  const { next } = state
  switch (event._tag) {
    case "Woke":
      return next._tag === "Wait" || next._tag === "Cool" ? onWoke(config, state, next, facts) : goOn(state, next)
    case "Told":
      return next._tag === "AskTime" ? onTold(config, state, next, event.graphNow, facts) : goOn(state, next)
    case "Begun":
      if (next._tag !== "Begin") return goOn(state, next)
      if (event.outcome === "lost") return goOn({ ...state, stopped: "lost" }, next)
      return facts.checkpoint === undefined
        ? goOn(state, { _tag: "Wait", due: { _tag: "Grid", anchor: facts.now, since: facts.now } })
        : beginPass(config, state, next.poll, facts.checkpoint, facts)
    case "Answered":
      return next._tag === "Fetch"
        ? onPage(config, state, { ...next, poll: withFailures(next.poll, event.failures) }, event.seen, facts)
        : goOn(state, next)
    case "Failed":
      return onFailed(config, state, next, event, facts)
    case "Probed":
      return next._tag === "Probe"
        ? onProbed(
          config,
          state,
          withFailures(next.poll, event.failures),
          next.position,
          next.error,
          event.answers,
          facts
        )
        : goOn(state, next)
    case "Counted":
      return next._tag === "Count" ? onCounted(config, state, next, event, facts) : goOn(state, next)
    case "Settled":
      return next._tag === "Settle" ? onSettled(config, state, next, facts) : goOn(state, next)
  }
}
