/** What a failed request does to a poll: the failure table as decisions. */
import { Duration, HashSet } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as FailureTable from "../graph/FailureTable.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as Limits from "../graph/Limits.ts"
import { type PartRefused, without } from "../graph/QueryShape.ts"
import * as Retries from "../graph/Retries.ts"
import { services } from "../graph/Services.ts"
import { fromGraphError, type Report } from "../status/Report.ts"
import { giveUpAside } from "./Asides.ts"
import { endEarly, failing, intervalOf, readOn } from "./Ending.ts"
import { dailyRefused } from "./ListPages.ts"
import { askForLess, askForShorter, instantTooFull, leaveOut } from "./Narrowing.ts"
import type { Aside, Poll } from "./Poll.ts"
import { after, type Decision, type Facts, goOn, type PollerConfig, type PollerState } from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { onTooOld } from "./TooOld.ts"
import { begin, closed, narrow, step } from "./Walk.ts"

const whose = ({ endpoint, identity }: PollerConfig) => ({ instance: identity.name, endpoint: endpoint.name })

const isAside = (task: Poll["task"]): task is Aside => task._tag === "Gap" || task._tag === "Sweep"

/** The length of the pause that a failure asks for, and what the checkpoint keeps of it. */
const pauseOf = (
  { endpoint }: PollerConfig,
  before: PollerState,
  { reason }: GraphError,
  { checkpoint, now }: Facts
) => {
  const isGood = before.cooledAt > 0 && now - before.cooledAt >= Duration.toMillis(Limits.goodAfterCooldown)
  const retryAfter = "retryAfter" in reason ? reason.retryAfter : undefined
  const throttles = checkpoint?.throttles ?? 0
  if (reason._tag === "Unavailable") {
    return { millis: Duration.toMillis(Retries.restAfter(retryAfter ?? Duration.zero)), throttles, rests: true }
  }
  const level = isGood ? 0 : throttles
  return {
    millis: Duration.toMillis(Retries.cooldownAfter(services[endpoint.service], level, retryAfter)),
    throttles: level + 1,
    rests: false
  }
}

// Begins a cooldown or a rest. It is saved with the position that was refused, so that a restart waits out what is left of
// it. That of an aside, or of a poll that had not begun to read, keeps the position of live polling.
const coolDown = (
  config: PollerConfig,
  before: PollerState,
  error: GraphError,
  poll: Poll,
  position: Position | null,
  facts: Facts
): Decision => {
  const { now } = facts
  const { millis, rests, throttles } = pauseOf(config, before, error, facts)
  const until = now + millis
  const report = fromGraphError(whose(config), error, now, until)
  const state: PollerState = { ...before, health: rests ? "unavailable" : "cooldown" }
  const marked = rests ? { rests } : {}
  const first = {
    notes: [{ _tag: "Status", event: { _tag: "CooldownBegan", until, ...marked, report } }, {
      _tag: "Said",
      report,
      saying: { level: "Warn", remind: false, apart: true }
    }],
    save: (checkpoint) => ({
      ...checkpoint,
      position: isAside(poll.task) || position === null ? checkpoint.position : position,
      cooldown: { client: config.identity.clientId, startedAt: now, until, ...marked },
      throttles
    })
  } satisfies Parameters<typeof after>[0]
  if (isAside(poll.task)) return after(first, goOn(state, { _tag: "Wait", due: poll.task.due }))
  if (config.mode._tag === "once") return after(first, endEarly(state, poll))
  // Before the first checkpoint there is none to save the pause in.
  if (position === null) return after(first, endEarly(state, poll, { due: { _tag: "After", from: now, millis } }))
  return after(first, goOn(state, { _tag: "Cool", poll, position }, [{ _tag: "Polled", outcome: state.health }]))
}

/**
 * Graph says that there is more, and its link cannot be followed: the filter is moved or, where rows come in no order,
 * the pass begins anew, once.
 */
export const onDeadLink = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  report: Report,
  facts: Facts
): Decision => {
  const on = step(position, { cursors: [], next: { _tag: "DeadLink" } })
  if (on._tag === "Go") return readOn(config, state, poll, on.position, facts)
  const { task } = poll
  const counted: Poll = { ...poll, deadEnds: poll.deadEnds + 1 }
  if (poll.deadEnds === 0) {
    const again: Poll = { ...counted, idle: 0, links: HashSet.empty() }
    const until = task._tag === "Live" ? null : task.end
    const anew = config.endpoint.list === undefined ? { ...begin(position.from), until } : { ...position, link: null }
    return readOn(config, state, again, anew, facts)
  }
  if (isAside(task)) return giveUpAside(state, task, facts)
  if (task._tag === "Range") return goOn(state, { _tag: "End", why: { _tag: "Stuck", at: position.bound } })
  const shorter = config.endpoint.order === "asc" || config.endpoint.list !== undefined
    ? undefined
    : narrow(position, Timestamp.fromMillis(poll.graphStartedAt), Limits.windowFloor)
  if (shorter !== undefined) {
    return readOn(config, state, { ...counted, idle: 0, links: HashSet.empty() }, { ...shorter, link: null }, facts)
  }
  const isEndless = poll.idle >= Limits.idlePagesMax
  if (
    poll.deadEnds === 1 && !isEndless && position.ordered && position.reached !== null &&
    position.reached <= position.bound
  ) {
    // More rows have one timestamp than Graph pages through: the way on leads past it. Only once in a
    // poll: a source whose links never work would have one instant after the other left out.
    const to = Timestamp.nextInstant(position.bound)
    const left = leaveOut(config, poll, position, to, instantTooFull, facts)
    if (left !== undefined) {
      return after(left, readOn(config, state, counted, left.position, facts))
    }
  }
  const failed = failing(state, "error", report)
  return endEarly(failed.state, poll, {
    notes: failed.notes,
    save: (checkpoint) => ({ ...checkpoint, position: null })
  })
}

/** Ends a poll that cannot go on. */
const giveUp = (config: PollerConfig, state: PollerState, error: GraphError, poll: Poll, facts: Facts): Decision => {
  if (poll.task._tag === "Range") return goOn(state, { _tag: "End", why: { _tag: "Failed", error } })
  const { state: health } = FailureTable.onFailure(error.reason)
  const failed = failing(state, health, fromGraphError(whose(config), error, facts.now))
  return endEarly(failed.state, poll, { notes: failed.notes })
}

/** Goes on with less, unless too many requests of the poll failed: then the next poll does. */
const goOnWithLess = (
  config: PollerConfig,
  error: GraphError,
  poll: Poll,
  less: NonNullable<ReturnType<typeof askForShorter>>,
  facts: Facts
): Decision => {
  if (poll.failedRequests < Limits.tries.failuresInPoll) {
    return after(less, readOn(config, less.state, poll, less.position, facts))
  }
  const save = (checkpoint: Parameters<NonNullable<typeof less.save>>[0]) => ({
    ...checkpoint,
    position: less.position
  })
  return after(less, after({ save }, giveUp(config, less.state, error, poll, facts)))
}

/** Graph was asked for something else after a page that cannot be read, and answered or did not. */
export const onProbed = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  error: GraphError,
  answers: boolean,
  facts: Facts
): Decision => {
  // Where Graph fails for everything, no window is at fault.
  const less = answers ? askForShorter(config, state, poll, position, error, facts) : undefined
  return less === undefined ? giveUp(config, state, error, poll, facts) : goOnWithLess(config, error, poll, less, facts)
}

/** Asks without what Graph refused of the query; undefined where nothing can be left out. */
const askWithout = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  refused: PartRefused,
  facts: Facts
): Decision | undefined => {
  if (refused.part === "age") return onTooOld(config, state, poll, position, refused, facts)
  // Without what the pass is for, it would read the list for nothing.
  const { daily } = config.endpoint.list ?? {}
  if (poll.task._tag === "Sweep" && refused.names?.some((name) => daily?.select.includes(name)) === true) {
    return undefined
  }
  const shape = without(poll.shape, refused, poll.pageSize)
  if (shape === undefined) return undefined
  const pageSize = Math.min(poll.pageSize, shape.rowsMax ?? poll.pageSize)
  const report = Reports.negotiated(config, shape, facts.now)
  const negotiated: PollerState = { ...state, shape, shapedAt: facts.now, pageSize, pagesAtSize: 0 }
  const again: Poll = { ...poll, shape, pageSize }
  const at = shape.ordered || !poll.shape.ordered || poll.task._tag !== "Live" ? position : closed(position, poll)
  return after(
    { notes: [{ _tag: "Said", report, saying: { level: "Warn", remind: false, apart: true } }] },
    readOn(config, negotiated, again, at, facts)
  )
}

/** Goes on after a failure. Without a position the poll had not begun to read. */
export const onFailure = (
  config: PollerConfig,
  before: PollerState,
  error: GraphError,
  poll: Poll,
  position: Position | undefined,
  facts: Facts
): Decision => {
  const { now } = facts
  const reaction = FailureTable.onFailure(error.reason)
  const { _tag: reason } = error.reason
  // A nextLink that Graph no longer knows dies with 400 or 410: the pass goes on without it.
  if (position !== undefined && position.link !== null && (reason === "Rejected" || reason === "Retired")) {
    const refused: Poll = { ...poll, isLinkRefused: true }
    return onDeadLink(config, before, refused, position, fromGraphError(whose(config), error, now), facts)
  }
  if (error.reason._tag === "Rejected" && error.reason.refused !== undefined && position !== undefined) {
    const less = askWithout(config, before, poll, position, error.reason.refused, facts)
    if (less !== undefined) return less
  }
  const { task } = poll
  const pauses = FailureTable.pauses(error.reason)
  const state = reaction.then !== "cooldown" && before.cooledAt > 0 ? { ...before, cooledAt: now } : before
  if (isAside(task)) {
    return pauses
      ? coolDown(config, state, error, poll, null, facts)
      : after({ notes: dailyRefused(config, error, now) }, giveUpAside(state, task, facts))
  }
  switch (reaction.then) {
    case "cooldown":
      return position === undefined
        ? giveUp(config, state, error, poll, facts)
        : coolDown(config, state, error, poll, position, facts)
    case "rest":
      return coolDown(config, state, error, poll, position ?? null, facts)
    case "retry_page":
    case "halve_page": {
      if (position === undefined) return giveUp(config, state, error, poll, facts)
      // Of a list no row can be left out.
      const isSize = reason === "BodyTooLarge" && config.endpoint.list === undefined
      const less = askForLess(state, poll, position, isSize)
      if (less._tag === "Halved") return goOnWithLess(config, error, less.poll, less, facts)
      // An answer that is too large is an answer.
      return reason === "BodyTooLarge"
        ? onProbed(config, state, less.poll, less.position, error, true, facts)
        : goOn(state, { _tag: "Probe", poll: less.poll, position: less.position, error })
    }
    case "reprobe":
    case "probe_daily": {
      if (task._tag === "Range") return giveUp(config, state, error, poll, facts)
      const failed = failing(state, reaction.state, fromGraphError(whose(config), error, now))
      const wait = reaction.then === "reprobe"
        ? Retries.reprobeAfter(state.denials, Duration.millis(intervalOf(config, facts)))
        : Limits.retiredProbe
      const denials = reaction.then === "reprobe" ? state.denials + 1 : state.denials
      return endEarly({ ...failed.state, denials }, poll, {
        notes: failed.notes,
        due: { _tag: "After", from: poll.startedAt, millis: Duration.toMillis(wait) }
      })
    }
    case "next_poll":
      return giveUp(config, state, error, poll, facts)
  }
}
