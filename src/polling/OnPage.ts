/** How a poll goes on after a page that Graph answered. */
import { Array as Arr, HashSet, Result } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as FailureTable from "../graph/FailureTable.ts"
import * as NextLink from "../graph/NextLink.ts"
import { readOn } from "./Ending.ts"
import { grow, widen } from "./Narrowing.ts"
import { onDeadLink } from "./OnFailure.ts"
import type { Poll } from "./Poll.ts"
import {
  type Action,
  after,
  type Decision,
  type Facts,
  goOn,
  type Note,
  type PageSeen,
  type PollerConfig,
  type PollerState
} from "./PollerState.ts"
import * as Reports from "./Reports.ts"
import { type Seen, type Step, step, stepWithin } from "./Walk.ts"

/** Where the page's nextLink leads, and why it was refused where it was. */
const nextOf = (
  { endpoint, identity }: PollerConfig,
  { links }: Poll,
  { nextLink }: PageSeen
): { readonly next: Seen["next"]; readonly followed?: string; readonly refused?: NextLink.Stray } => {
  if (nextLink === undefined) return { next: { _tag: "End" } }
  const pinned = NextLink.pin(nextLink, { origin: identity.cloud.graph, path: endpoint.path })
  if (Result.isFailure(pinned)) return { next: { _tag: "DeadLink" }, refused: pinned.failure }
  const url = pinned.success
  if (HashSet.has(links, url)) return { next: { _tag: "DeadLink" } }
  return { next: { _tag: "Link", url, skips: NextLink.hasSkip(url) }, followed: url }
}

/** Rows changed after the poll began belong to the next one; `--once` must come to an end in a busy tenant. */
const reachedNow = ({ graphStartedAt }: Poll, cursors: ReadonlyArray<Timestamp.Timestamp>): boolean => {
  const last = cursors.at(-1)
  return last !== undefined && last > Timestamp.fromMillis(graphStartedAt)
}

/** Decides what the page's commit makes of the checkpoint, and what is asked for next. */
export const onPage = (
  config: PollerConfig,
  before: PollerState,
  { poll: asked, position }: Extract<Action, { readonly _tag: "Fetch" }>,
  seen: PageSeen,
  facts: Facts
): Decision => {
  const { cursors } = seen
  const { followed, next, refused } = nextOf(config, asked, seen)
  const owing = seen.providerWarnings.flatMap(({ provider, status }) =>
    FailureTable.isTransient(status) ? [provider] : []
  )
  const read: Poll = {
    ...asked,
    future: asked.future + seen.future,
    missing: Arr.dedupe([...asked.missing, ...owing]),
    links: followed === undefined ? asked.links : HashSet.add(asked.links, followed)
  }
  const { task } = read
  const { span, step: on } = task._tag === "Live"
    ? widen(before, position, step(position, { cursors, next }), Timestamp.fromMillis(seen.at))
    : { span: before.span, step: stepWithin(position, { cursors, next }, task.end) }
  const isPast = config.mode._tag === "once" && on._tag === "Go" && reachedNow(read, cursors)
  const ended = on._tag === "End" || isPast
  const following = on._tag === "Go" && !ended ? { ...on.position, owed: read.missing } : null

  const plan = {
    task,
    position,
    mark: on._tag === "Stuck" ? undefined : on.mark,
    isOwed: read.missing.length > 0,
    incomplete: before.incomplete,
    following,
    ended,
    reached: cursors.reduce(Timestamp.later, position.bound)
  }
  const handed: PollerState = { ...before, span, inFlight: before.inFlight + 1 }
  const { poll, state } = task._tag === "Live" ? grow(config, handed, read) : { state: handed, poll: read }
  const report = Reports.link(config, facts.now, refused)
  const notes: ReadonlyArray<Note> = refused === undefined
    ? []
    : [{ _tag: "Said", report, saying: { level: "Error", remind: true } }]
  return { ...after({ notes }, goingOn(config, state, poll, on, ended, following ?? position, report, facts)), plan }
}

const goingOn = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  on: Step,
  ended: boolean,
  position: Position,
  report: ReturnType<typeof Reports.link>,
  facts: Facts
): Decision => {
  if (ended) return goOn(state, { _tag: "Settle", poll, goal: { _tag: "EndPass" } })
  return on._tag === "Stuck"
    ? onDeadLink(config, state, poll, on.position, report, facts)
    : readOn(config, state, poll, position, facts)
}
