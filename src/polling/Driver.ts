/**
 * A poller that runs: what it was made with, and what it remembers beside its state.
 *
 * There are thousands of pollers, and most of them wait. So the generators of polling and of its stores are functions that get
 * a record, and are not made for each: one takes half a KB.
 */
import { Clock, Effect, MutableRef, Option, Queue } from "effect"
import type { Checkpoint } from "../checkpoints/Checkpoint.ts"
import type { Walk } from "../checkpoints/Inventory.ts"
import * as HeldBack from "../publishing/HeldBack.ts"
import { PagePermits } from "../publishing/PagePermits.ts"
import * as PaceRef from "./PaceRef.ts"
import type { PageEnd } from "./PageEnd.ts"
import type { PollerOptions } from "./PollerOptions.ts"
import type { Facts } from "./PollerState.ts"
import { savedNote } from "./Progress.ts"
import * as Recent from "./Recent.ts"
import * as Requests from "./Requests.ts"
import * as Shown from "./Shown.ts"

/** A poller that runs. */
export interface Driver extends PollerOptions {
  readonly requests: Requests.Requests
  /** How pages ended that are not taken in yet. */
  readonly ends: Queue.Queue<PageEnd>
  readonly recent: Recent.Recent
  readonly shown: Shown.Shown
  readonly selecting: ReturnType<typeof HeldBack.make>
  /** The walk through a list that its pages belong to. */
  readonly walk: MutableRef.MutableRef<Walk | undefined>
  /** Number of pages handed over. */
  readonly made: MutableRef.MutableRef<number>
  /** Index of the first page that was given up. Later pages must not be published. */
  readonly brokenAt: MutableRef.MutableRef<number>
  /** The defect that a page was given up for. */
  readonly fault: MutableRef.MutableRef<PageEnd["fault"]>
}

/** Makes a poller that has done nothing yet, until the scope closes. */
export const make = Effect.fnUntraced(function*(options: PollerOptions) {
  const { config, state } = options
  const requests = yield* Requests.make(options, { permits: yield* PagePermits, run: yield* Effect.scope })
  return {
    ...options,
    requests,
    ends: yield* Queue.unbounded<PageEnd>(),
    recent: Recent.make(),
    shown: Shown.make(),
    selecting: HeldBack.make(config.endpoint, state.inventory),
    walk: MutableRef.make<Walk | undefined>(undefined),
    made: MutableRef.make(0),
    brokenAt: MutableRef.make(Infinity),
    fault: MutableRef.make<PageEnd["fault"]>(undefined)
  } satisfies Driver as Driver
})

/** The checkpoint; undefined before the first poll. */
export const checkpointOf = ({ state }: Driver): Checkpoint | undefined => Option.getOrUndefined(state.current())

/** What the world is like now. */
export const facts = Effect.fnUntraced(function*(self: Driver): Effect.fn.Return<Facts> {
  return {
    now: yield* Clock.currentTimeMillis,
    checkpoint: checkpointOf(self),
    pace: yield* PaceRef.get(self.pace),
    ledgerFloor: self.state.ledger.floor(),
    siblingBrings: yield* self.siblingBrings
  }
})

/** Shows the checkpoint. */
export const showCheckpoint = (self: Driver): Effect.Effect<void> => self.note(savedNote(checkpointOf(self)))
