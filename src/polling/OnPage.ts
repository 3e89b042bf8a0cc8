/** How a poll goes on after a page that Graph answered. */
import { Array as Arr, HashSet, Result } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as FailureTable from "../graph/FailureTable.ts"
import * as Limits from "../graph/Limits.ts"
import * as NextLink from "../graph/NextLink.ts"
import type { QueryShape } from "../graph/QueryShape.ts"
import { readOn } from "./Ending.ts"
import { grow, leaveOut, widen } from "./Narrowing.ts"
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
import { url as filterUrl } from "./RequestUrl.ts"
import { onTaken } from "./TooOld.ts"
import { type Seen, type Step, step, stepClosed, stepList, stepWithin } from "./Walk.ts"

/** The position as Graph was asked for it: with fewer digits, and without an order. */
const asAsked = (position: Position, { digits, ordered }: QueryShape): Position =>
  digits === 7 && ordered ? position : {
    ...position,
    bound: Timestamp.cut(position.bound, digits, "down"),
    until: position.until === null ? null : Timestamp.cut(position.until, digits, "up"),
    ordered: position.ordered && ordered
  }

interface Next {
  readonly next: Seen["next"]
  readonly followed?: string
  /** Why the link was not followed. */
  readonly refused?: NextLink.Stray | "repeats" | "endless"
}

/**
 * Whether a page ends the pass although its link, which cannot be followed, says that there is more: the filter was moved
 * as far as its rows go, and it has next to none. An empty page is believed when it came again.
 */
const isLast = ({ ordered, until }: Position, { deadEnds, pageSize }: Poll, { rows }: PageSeen): boolean =>
  ordered && until === null && rows < Math.min(pageSize, Limits.pageSizeFloor) && (rows > 0 || deadEnds > 0)

/** Where the page's nextLink leads, and why it was refused where it was. */
const nextOf = ({ endpoint, identity }: PollerConfig, poll: Poll, position: Position, seen: PageSeen): Next => {
  const { nextLink = "" } = seen
  if (nextLink.trim() === "" || endpoint.list?.reads === "newest") return { next: { _tag: "End" } }
  const pinned = NextLink.pin(nextLink, { origin: identity.cloud.graph, path: endpoint.path })
  if (Result.isFailure(pinned)) return { next: { _tag: "DeadLink" }, refused: pinned.failure }
  const url = pinned.success
  const own = position.link ?? filterUrl(identity.cloud.graph, endpoint, position, poll.pageSize, poll.shape)
  if (poll.isLinkRefused && isLast(position, poll, seen)) return { next: { _tag: "DeadLink" }, refused: "repeats" }
  if (HashSet.has(poll.links, url) || (seen.rows > 0 && NextLink.isSame(url, own))) {
    return { next: { _tag: "DeadLink" }, refused: "repeats" }
  }
  if (poll.idle >= Limits.idlePagesMax) return { next: { _tag: "DeadLink" }, refused: "endless" }
  return { next: { _tag: "Link", url, skips: NextLink.hasSkip(url) }, followed: url }
}

const greatest = (cursors: ReadonlyArray<Timestamp.Timestamp>, { bound }: Position) =>
  cursors.reduce(Timestamp.later, bound)

/** Rows changed after the poll began belong to the next one; `--once` must come to an end in a busy tenant. */
const reachedNow = ({ graphStartedAt }: Poll, cursors: ReadonlyArray<Timestamp.Timestamp>): boolean => {
  const last = cursors.at(-1)
  return last !== undefined && last > Timestamp.fromMillis(graphStartedAt)
}

/**
 * The page behind rows that are too large: what lies before its first row is left out as a gap, which holds only those
 * rows, and the pass goes on at that row. Undefined while the first row has the same cursor as they.
 */
const onSkipped = (
  config: PollerConfig,
  before: PollerState,
  { poll, position }: Extract<Action, { readonly _tag: "Fetch" }>,
  seen: PageSeen,
  facts: Facts
): Decision | undefined => {
  const to = seen.cursors[0] ?? Timestamp.fromMillis(seen.at)
  const left = to <= position.bound ? undefined : leaveOut(config, poll, position, to, poll.skippedFor, facts)
  if (left === undefined) return undefined
  const plan = { ...apart(before, { _tag: "Fetch", poll, position }), following: left.position, reached: to }
  const state: PollerState = { ...before, inFlight: before.inFlight + 1 }
  return {
    ...after(left, readOn(config, state, { ...poll, skipped: 0, skippedFor: "body_too_large" }, left.position, facts)),
    plan
  }
}

/** The plan of a page that leaves the way on to its decision: its rows are published, and nothing else comes of it. */
const apart = (before: PollerState, { poll, position }: Extract<Action, { readonly _tag: "Fetch" }>) => ({
  task: poll.task,
  position,
  mark: undefined,
  isOwed: poll.missing.length > 0,
  incomplete: before.incomplete,
  following: null,
  ended: false,
  reached: position.bound
})

/** Decides what the page's commit makes of the checkpoint, and what is asked for next. */
export const onPage = (
  config: PollerConfig,
  before: PollerState,
  { poll: asked, position }: Extract<Action, { readonly _tag: "Fetch" }>,
  seen: PageSeen,
  facts: Facts
): Decision => {
  if (asked.skipped > 0) {
    const decided = onSkipped(config, before, { _tag: "Fetch", poll: asked, position }, seen, facts)
    if (decided !== undefined) return decided
  }
  const { cursors, providerWarnings } = seen
  if (asked.search !== undefined) {
    const handed = { ...before, inFlight: before.inFlight + 1 }
    const plan = { ...apart(before, { _tag: "Fetch", poll: asked, position }), reached: greatest(cursors, position) }
    return { ...onTaken(config, handed, asked, position, asked.search, facts), plan }
  }
  const idle = position.link === null || seen.unseen > 0 ? 0 : asked.idle + 1
  const { followed, next, refused } = nextOf(config, { ...asked, idle }, position, seen)
  const owing = providerWarnings.flatMap(({ provider, status }) => FailureTable.isTransient(status) ? [provider] : [])
  const refusals = providerWarnings.flatMap(({ provider, status }) =>
    FailureTable.isTransient(status) ? [] : [[provider, status] as const]
  )
  const read: Poll = {
    ...asked,
    idle,
    refusals: { ...asked.refusals, ...Object.fromEntries(refusals) },
    future: asked.future + seen.future,
    missing: Arr.dedupe([...asked.missing, ...owing]),
    links: followed === undefined ? asked.links : HashSet.add(asked.links, followed)
  }
  const { task } = read
  const { shape } = read
  const asWas = asAsked(position, shape)
  const { span, step: way } = config.endpoint.list !== undefined
    ? { span: before.span, step: stepList(asWas, { next }) }
    : task._tag !== "Live"
    ? { span: before.span, step: stepWithin(asWas, { cursors, next }, task.end) }
    : config.endpoint.order === "unproven"
    ? { span: before.span, step: stepClosed(asWas, { cursors, next }, Timestamp.fromMillis(read.graphStartedAt)) }
    : shape.ordered
    ? widen(before, asWas, step(asWas, { cursors, next }), Timestamp.fromMillis(seen.at))
    : { span: before.span, step: stepWithin(asWas, { cursors, next }, Timestamp.fromMillis(read.graphStartedAt)) }
  // The filter that moves past an endless chain is the one new beginning that it gets.
  const isEndless = refused === "endless"
  const on: Step = isEndless && asked.deadEnds > 0
    ? { _tag: "Stuck", position }
    : way._tag === "Stuck" && !isEndless && isLast(way.position, asked, seen)
    ? { _tag: "End", mark: way.position.proven ? way.position.reached ?? undefined : undefined }
    : way
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
    reached: greatest(cursors, position)
  }
  const handed: PollerState = { ...before, span, inFlight: before.inFlight + 1 }
  const counted = isEndless && on._tag === "Go" ? { ...read, idle: 0, deadEnds: read.deadEnds + 1 } : read
  const { poll, state } = task._tag === "Live" ? grow(config, handed, counted) : { state: handed, poll: counted }
  const report = Reports.link(config, facts.now, refused ?? "repeats")
  // A second endless chain of one poll is the endpoint's failure, which says the same.
  const isToldAnyway = refused === undefined || refused === "repeats" || isEndless && asked.deadEnds > 0
  const notes: ReadonlyArray<Note> = isToldAnyway
    ? []
    : [{ _tag: "Said", report, saying: { level: "Error", remind: true, apart: true } }]
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
