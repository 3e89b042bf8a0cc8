/** How a poll ends: at the end of its pass, before it, or because another poll is due. */
import { Duration } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as Limits from "../graph/Limits.ts"
import { notes as shapeNotes, whole } from "../graph/QueryShape.ts"
import type { Report } from "../status/Report.ts"
import { endAside } from "./Asides.ts"
import { type Due, dueAt, nothing, type Poll, start } from "./Poll.ts"
import {
  type Decision,
  type Facts,
  goOn,
  type Note,
  type PollerConfig,
  type PollerState,
  type Save
} from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { within } from "./Walk.ts"

const { stalls } = Limits

/** Milliseconds between the starts of two polls, by the present settings. */
export const intervalOf = ({ endpoint }: PollerConfig, { pace }: Facts): number =>
  Duration.toMillis(pace.intervals[endpoint.name])

/** The notes of a failure, and the health that it leaves. */
export const failing = (state: PollerState, health: PollerState["health"], report: Report) => ({
  state: { ...state, health },
  notes: [{ _tag: "Status", event: { _tag: "Failed", state: health, report } }, {
    _tag: "Said",
    report,
    saying: {
      level: health === "unauthorized" || health === "error" ? "Error" : "Warn",
      // What only Microsoft or an administrator can change is said once; /status shows it all the while.
      remind: health !== "forbidden" && health !== "retired"
    }
  }] satisfies ReadonlyArray<Note>
})

const logOf = ({ future, tally }: Poll): Note => ({
  _tag: "Log",
  level: "Info",
  message: `fetched ${tally.records} events`,
  fields: {
    repeated: tally.repeated,
    artifacts: tally.artifacts,
    ...(tally.heldBack === 0 ? {} : { held_back: tally.heldBack }),
    ...(tally.deadLetters === 0 ? {} : { dead_letters: tally.deadLetters }),
    ...(future === 0 ? {} : { dated_ahead: future })
  }
})

/** Ends a poll before the end of its pass; the next poll, at its interval unless `due` says otherwise, goes on there. */
export const endEarly = (
  state: PollerState,
  poll: Poll,
  extra: { readonly due?: Due; readonly notes?: ReadonlyArray<Note>; readonly save?: Save } = {}
): Decision => goOn(state, { _tag: "Settle", poll, goal: { _tag: "EndPoll", due: extra.due } }, extra.notes, extra.save)

/** The poll's pages are settled, and it ends before its pass does. */
export const endPoll = (state: PollerState, poll: Poll, due: Due | undefined, { now }: Facts): Decision =>
  goOn(state, { _tag: "Wait", due: due ?? { _tag: "Grid", anchor: poll.startedAt, since: now } }, [
    ...(poll.tally.records > 0 ? [logOf(poll)] : []),
    { _tag: "Polled", outcome: state.health }
  ])

// The legacy endpoint counts as retired when it brought nothing for a day while `alerts_v2` brought records. Returns
// since when it is quiet.
const quietSince = ({ endpoint }: PollerConfig, poll: Poll, { checkpoint, now, siblingBrings }: Facts) => {
  const since = checkpoint?.rhythm.quietSince
  const isQuiet = endpoint.retires && poll.tally.records === 0 && since !== undefined &&
    now - since >= Duration.toMillis(Limits.legacySilence)
  return isQuiet && siblingBrings ? since : undefined
}

/** Notices that new rows come and the mark stays where it is. */
const movement = (config: PollerConfig, state: PollerState, poll: Poll, { checkpoint, now }: Facts) => {
  const code = "mark_unmoved"
  if (checkpoint?.mark !== state.markBefore) {
    return { unmoved: 0, notes: [{ _tag: "WarningEnded", code }, { _tag: "SayingEnded", code }] as const }
  }
  const unmoved = poll.tally.records === 0 ? state.unmoved : state.unmoved + 1
  if (poll.tally.records === 0 || unmoved < stalls.unmovedPolls) return { unmoved, notes: [] }
  const report = Reports.markUnmoved(config, poll, now)
  return {
    unmoved,
    notes: [{ _tag: "Warned", report }, {
      _tag: "Said",
      report,
      saying: { level: "Error", remind: true, apart: true }
    }] as const
  }
}

/** Shows what Graph does not take of the queries; nothing more is said once it takes all again. */
const shaped = ({ shape, shapedAt }: PollerState): ReadonlyArray<Note> =>
  shapedAt === 0 ?
    [] :
    [
      { _tag: "Status", event: { _tag: "Negotiated", negotiated: shapeNotes(shape) } },
      ...(shape === whole ? [{ _tag: "SayingEnded" as const, code: "query_negotiated" }] : [])
    ]

/** Shows the providers of legacy alerts that refused their part. One without a licence is no line of the log. */
const refusing = (config: PollerConfig, { refusals }: Poll, { now }: Facts): ReadonlyArray<Note> => {
  if (!config.endpoint.retires) return []
  const shown: Note = {
    _tag: "Status",
    event: {
      _tag: "ProvidersRefused",
      providers: Object.entries(refusals).map(([name, status]) => Reports.providerRefusal(name, status))
    }
  }
  const told = Object.fromEntries(Object.entries(refusals).filter(([, status]) => status !== 403))
  return Object.keys(told).length === 0 ? [shown, { _tag: "SayingEnded", code: "provider_refuses" }] : [shown, {
    _tag: "Said",
    report: Reports.providersRefuse(config, told, now),
    saying: { level: "Warn", remind: false, apart: true }
  }]
}

/** The endpoint works: the same failures will be said again. */
const recovered: ReadonlyArray<Note> = [{ _tag: "Recovered" }, { _tag: "SayingEnded", code: "waiting" }, {
  _tag: "SayingEnded",
  code: "service_paused"
}]

/** The last page of a pass is committed. */
export const endPass = (config: PollerConfig, state: PollerState, poll: Poll, facts: Facts): Decision => {
  const { task } = poll
  if (task._tag === "Range") return goOn(state, { _tag: "End" })
  if (task._tag !== "Live") return endAside(config, state, poll, task, facts)
  const { now } = facts
  const since = quietSince(config, poll, facts)
  const end = since === undefined
    ? { state: { ...state, health: "ok" as const, denials: 0 }, notes: recovered }
    : failing(state, "retired", Reports.legacySilent(config, since, now))
  const { notes, unmoved } = movement(config, state, poll, facts)
  const due: Due = since === undefined
    ? { _tag: "Grid", anchor: poll.startedAt, since: now }
    : { _tag: "After", from: poll.startedAt, millis: Duration.toMillis(Limits.retiredProbe) }
  const incomplete = poll.missing.length === 0 ? 0 : (state.incomplete + 1) % Limits.missingProviderPolls
  return goOn({ ...end.state, incomplete, unmoved }, { _tag: "Wait", due }, [
    { _tag: "Status", event: { _tag: "PassEnded", at: now } },
    ...end.notes,
    logOf(poll),
    ...notes,
    ...refusing(config, poll, facts),
    ...shaped(state),
    { _tag: "Polled", outcome: end.state.health }
  ])
}

/** A pass that takes longer than the interval says what it has committed, and goes on as the next poll. */
export const split = (state: PollerState, poll: Poll, position: Position, { now }: Facts): Decision =>
  goOn({ ...state, health: "ok", denials: 0 }, {
    _tag: "Fetch",
    poll: { ...poll, startedAt: now, failedRequests: 0, tally: nothing, future: 0 },
    position
  }, [...recovered, logOf(poll), { _tag: "Status", event: { _tag: "PollBegan", at: now } }])

/** Reads on at a position, unless a poll is due: an aside gives way to it, and a long pass becomes the next poll. */
export const readOn = (config: PollerConfig, state: PollerState, poll: Poll, at: Position, facts: Facts): Decision => {
  const { task } = poll
  const position = task._tag === "Live" ? within(at, config.endpoint, Timestamp.fromMillis(poll.graphStartedAt)) : at
  const interval = intervalOf(config, facts)
  const settle = (goal: "Pause" | "Split") => goOn(state, { _tag: "Settle", poll, goal: { _tag: goal, position } })
  if ((task._tag === "Gap" || task._tag === "Sweep") && facts.now >= dueAt(task.due, interval, facts.now)) {
    return settle("Pause")
  }
  const isLong = task._tag === "Live" && poll.tally.records > 0 && facts.now >= poll.startedAt + interval
  return isLong && config.mode._tag === "forever" ? settle("Split") : goOn(state, { _tag: "Fetch", poll, position })
}

/** Begins a poll: the first thing is to ask Graph what time it is. */
export const beginPoll = (config: PollerConfig, before: PollerState, { now }: Facts): Decision => {
  // Graph may take again what it refused a day ago.
  const state = before.shape !== whole && Math.abs(now - before.shapedAt) >= Duration.toMillis(Limits.askWholeAgain)
    ? { ...before, shape: whole, pageSize: config.endpoint.pageSize }
    : before
  return goOn(state, {
    _tag: "AskTime",
    poll: start(now, now, state, { _tag: "Live" }),
    // Roles are baked into a token: a permission granted since the last probe is only in a new one.
    outdateToken: state.health === "forbidden"
  }, [{ _tag: "Status", event: { _tag: "PollBegan", at: now } }])
}
