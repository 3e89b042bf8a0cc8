/**
 * The words of the poller: its state and next action, the events that answer an action, and what a decision consists of.
 *
 * `Poller.decide` is a pure function from a state and an event to a decision. `Pages` carries decisions out and is the
 * only code of polling with effects.
 */
import type { Checkpoint, Position } from "../checkpoints/Checkpoint.ts"
import type { Identity, Pace } from "../config/Instance.ts"
import type { Timestamp } from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { GraphError } from "../graph/GraphError.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import * as QueryShape from "../graph/QueryShape.ts"
import type { Report } from "../status/Report.ts"
import type { Saying } from "../status/Reporter.ts"
import type { EndpointState } from "../status/StatusDocument.ts"
import type { EndpointEvent } from "../status/StatusEvent.ts"
import { add, type Due, type Poll, type Tally } from "./Poll.ts"

/** What does not change while a poller runs. */
export interface PollerConfig {
  readonly endpoint: Endpoint
  readonly identity: Pick<Identity, "name" | "clientId" | "cloud">
  /**
   * `forever` polls on a schedule. `once` makes one poll and sits out no cooldown. `range` reads a past range by
   * creation time, sits out cooldowns, and ends at the first failure that live polling would leave to the next poll.
   */
  readonly mode:
    | { readonly _tag: "forever" }
    | { readonly _tag: "once" }
    | { readonly _tag: "range"; readonly end: Timestamp }
}

/** What a poller waits for. The driver carries it out and answers with an {@link Event}. */
export type Action =
  /** Wait for the next poll or an aside. Answered by `Woke`. */
  | { readonly _tag: "Wait"; readonly due: Due }
  /** Sit out a cooldown, then go on with the request that was refused. Answered by `Woke`. */
  | { readonly _tag: "Cool"; readonly poll: Poll; readonly position: Position }
  /** Ask Graph what time it is. Answered by `Told` or `Failed`. */
  | { readonly _tag: "AskTime"; readonly poll: Poll; readonly outdateToken: boolean }
  /** Save the first checkpoint, whose mark is `mark`. Answered by `Begun`. */
  | { readonly _tag: "Begin"; readonly poll: Poll; readonly mark: Timestamp }
  /** Ask for the page at a position. Answered by `Answered` or `Failed`. */
  | { readonly _tag: "Fetch"; readonly poll: Poll; readonly position: Position }
  /** Find out whether Graph answers for anything at all. Answered by `Probed`, or by `Failed` after a 429. */
  | { readonly _tag: "Probe"; readonly poll: Poll; readonly position: Position; readonly error: GraphError }
  /** Ask how many rows lie in a range. Answered by `Counted` or `Failed`. */
  | { readonly _tag: "Count"; readonly due: Due; readonly from: Timestamp; readonly end: Timestamp }
  /** Wait until every page that was handed over is committed or given up. Answered by `Settled`. */
  | { readonly _tag: "Settle"; readonly poll: Poll; readonly goal: Goal }
  /** Nothing more: the stream of pages ends. */
  | { readonly _tag: "End"; readonly why?: Ended }

/** What follows once all pages of a poll are settled. */
export type Goal =
  /** The pass reached its end. */
  | { readonly _tag: "EndPass" }
  /** The poll ends before its pass does; the next poll goes on there. */
  | { readonly _tag: "EndPoll"; readonly due: Due | undefined }
  /** The pass is longer than the interval: it goes on as the next poll. */
  | { readonly _tag: "Split"; readonly position: Position }
  /** A poll is due: the aside is set aside. */
  | { readonly _tag: "Pause"; readonly position: Position }

/** Why a range ended before its end. */
export type Ended =
  | { readonly _tag: "Failed"; readonly error: GraphError }
  | { readonly _tag: "Stuck"; readonly at: Timestamp }

/** How a page ended: `lost` when another process owns the checkpoint or the lease, `dropped` when it was given up. */
export type Outcome = "committed" | "dropped" | "lost"

/** Everything that a poller remembers between two events, beside its checkpoint. */
export interface PollerState {
  readonly next: Action
  /** Pages handed over and not settled yet. */
  readonly inFlight: number
  /** Why nothing more is read: a page was given up, or another process has the position. */
  readonly stopped: Exclude<Outcome, "committed"> | undefined
  /** State of the endpoint as its polls left it. */
  readonly health: EndpointState
  /** Rows a page is asked for; halved where Graph cannot answer for as many. */
  readonly pageSize: number
  /** What Graph takes of queries. */
  readonly shape: QueryShape.QueryShape
  /** When it was last found out, in milliseconds since 1970. */
  readonly shapedAt: number
  /** Pages read since the page size last changed. */
  readonly pagesAtSize: number
  /** Milliseconds of the window that Graph could answer for, where it cannot for all that is left. */
  readonly span: number | undefined
  /** An aside that gave way to a poll. */
  readonly paused: { readonly poll: Poll; readonly position: Position } | undefined
  /** The mark when the poll began. */
  readonly markBefore: Timestamp | undefined
  /** Polls in a row that a legacy provider missed. */
  readonly incomplete: number
  /** Polls in a row that brought new rows and left the mark where it was. */
  readonly unmoved: number
  /** Polls that Graph denied in a row. */
  readonly denials: number
  /** When the last cooldown ended, in milliseconds since 1970; 0 for never. */
  readonly cooledAt: number
}

/** A poller that has done nothing yet. */
export const initial = (config: PollerConfig): PollerState => ({
  next: { _tag: "Wait", due: { _tag: "Now" } },
  inFlight: 0,
  stopped: undefined,
  health: "starting",
  pageSize: config.endpoint.pageSize,
  shape: QueryShape.whole,
  shapedAt: 0,
  pagesAtSize: 0,
  span: undefined,
  paused: undefined,
  markBefore: undefined,
  incomplete: 0,
  unmoved: 0,
  denials: 0,
  cooledAt: 0
})

/** What the world is like at an event. */
export interface Facts {
  /** Milliseconds since 1970 by the machine's clock. */
  readonly now: number
  /** As it is saved; undefined before the first poll. */
  readonly checkpoint: Checkpoint | undefined
  readonly pace: Pace
  /** The cursor from which on the ledger knows all that was published. */
  readonly ledgerFloor: Timestamp | undefined
  /** Whether `alerts_v2` of the same instance brought something within the last day. */
  readonly siblingBrings: boolean
}

/** What a page says of the way on. */
export interface PageSeen extends Pick<GraphPage, "nextLink" | "at" | "providerWarnings"> {
  /** Cursors of its rows, in the page's order; rows dated in the future left out. */
  readonly cursors: ReadonlyArray<Timestamp>
  /** Rows that were left out. */
  readonly future: number
  /** All its rows. */
  readonly rows: number
  /** Rows that no page behind this pass's links had shown before. */
  readonly unseen: number
}

/** What happened: the answer to the last action. `failures` counts failed requests, retries included. */
export type Event =
  | { readonly _tag: "Woke" }
  | { readonly _tag: "Told"; readonly graphNow: number; readonly failures: number }
  | { readonly _tag: "Begun"; readonly outcome: Outcome }
  | { readonly _tag: "Answered"; readonly seen: PageSeen; readonly failures: number }
  | { readonly _tag: "Failed"; readonly error: GraphError; readonly failures: number }
  | { readonly _tag: "Probed"; readonly answers: boolean; readonly failures: number }
  /** `known` rows of the range were read before; `isWhole` unless too many were read to remember each. */
  | {
    readonly _tag: "Counted"
    readonly count: number | undefined
    readonly known: number
    readonly isWhole: boolean
  }
  | { readonly _tag: "Settled" }

/** What the commit of a page makes of the checkpoint, decided when the page was read. */
export interface PagePlan {
  readonly task: Poll["task"]
  /** Where the page was asked for. */
  readonly position: Position
  /** The mark that the page reaches, once everything before it is published. */
  readonly mark: Timestamp | undefined
  /** Whether a part of the pass is missing that may come yet: the mark waits for it. */
  readonly isOwed: boolean
  /** How many polls in a row were incomplete before this one. */
  readonly incomplete: number
  /** Where the pass goes on; null at its end, and where only the poller knows. */
  readonly following: Position | null
  readonly ended: boolean
  /** Greatest cursor among the page's rows, or the bound it was asked from. */
  readonly reached: Timestamp
}

/** What a decision tells the world, in order. */
export type Note =
  | { readonly _tag: "Status"; readonly event: EndpointEvent }
  /** A report beside the endpoint's state. */
  | { readonly _tag: "Warned"; readonly report: Report }
  | { readonly _tag: "WarningEnded"; readonly code: string }
  | { readonly _tag: "Said"; readonly report: Report; readonly saying: Saying }
  | { readonly _tag: "SayingEnded"; readonly code: string }
  /** The endpoint works: what was said of its failure ends. */
  | { readonly _tag: "Recovered" }
  /** A poll ended, and left the endpoint in this state. */
  | { readonly _tag: "Polled"; readonly outcome: EndpointState }
  | {
    readonly _tag: "Log"
    readonly level: "Info" | "Warn"
    readonly message: string
    readonly fields?: Readonly<Record<string, unknown>>
  }

/** A change of the checkpoint, saved once all pages handed over are settled. */
export type Save = (checkpoint: Checkpoint) => Checkpoint

/** What an event leads to. `plan` is there exactly when the event is a page: its commit follows the plan. */
export interface Decision {
  readonly state: PollerState
  readonly notes: ReadonlyArray<Note>
  readonly save: Save | undefined
  readonly plan: PagePlan | undefined
}

/** A decision that only goes on to an action. */
export const goOn = (state: PollerState, next: Action, notes: ReadonlyArray<Note> = [], save?: Save): Decision => ({
  state: { ...state, next },
  notes,
  save,
  plan: undefined
})

/** A decision with more to tell and to save before what it has already. */
export const after = (
  first: { readonly notes?: ReadonlyArray<Note>; readonly save?: Save },
  decision: Decision
): Decision => {
  const { save } = first
  const { save: last } = decision
  return {
    ...decision,
    notes: [...first.notes ?? [], ...decision.notes],
    save: save === undefined ? last : last === undefined ? save : (checkpoint) => last(save(checkpoint))
  }
}

/** What a page's end makes of the state. */
export const pageEnded = (state: PollerState, outcome: Outcome, tally: Tally): PollerState => {
  const counted = outcome === "committed" ? { ...state, next: counting(state.next, tally) } : state
  return {
    ...counted,
    inFlight: state.inFlight - 1,
    stopped: state.stopped ?? (outcome === "committed" ? undefined : outcome)
  }
}

const counting = (next: Action, tally: Tally): Action =>
  "poll" in next ? { ...next, poll: { ...next.poll, tally: add(next.poll.tally, tally) } } : next
