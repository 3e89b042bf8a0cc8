/**
 * Collects a past range of one endpoint, apart from live polling: by `createdDateTime`, which does not move, oldest first,
 * with a checkpoint and a ledger of its own. It is the same poller, told to read a range.
 */
import { Clock, Duration, Effect, Option, Schema, Stream } from "effect"
import type { MappingContext } from "../artifacts/Mapped.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import type { Identity } from "../config/Instance.ts"
import type * as Timestamp from "../domain/Timestamp.ts"
import { each, type Endpoint } from "../endpoints/Endpoints.ts"
import type { Graph } from "../graph/GraphClient.ts"
import { publish } from "../publishing/Publishing.ts"
import { oncePatience, persist } from "../publishing/Writing.ts"
import type { Reporter } from "../status/Reporter.ts"
import type { Status } from "../status/Status.ts"
import * as PaceRef from "./PaceRef.ts"
import { pages } from "./Pages.ts"
import { nothing } from "./Poll.ts"
import type { Ended, Note } from "./PollerState.ts"

/** Graph says that there is more, and gave no way to it. */
export class BackfillStuck extends Schema.TaggedError<BackfillStuck>()("BackfillStuck", { at: Schema.String }) {
  override get message() {
    return `Graph gave no way on from ${this.at}: choose a range that begins behind it, and report this to Microsoft`
  }
}

/** What is to be collected; `to` is exclusive. */
export interface Backfill {
  readonly identity: Identity
  readonly endpoint: Endpoint
  readonly graph: Graph
  readonly state: EndpointState
  readonly context: MappingContext
  readonly from: Timestamp.Timestamp
  readonly to: Timestamp.Timestamp
  /** Called after each page, and before each wait. */
  readonly progress: (progress: Progress) => Effect.Effect<void>
}

/** How far it is. */
export interface Progress {
  readonly records: number
  readonly artifacts: number
  /** Everything created before it was collected. */
  readonly reached: Timestamp.Timestamp
  /** Milliseconds since 1970 until which Graph is not asked, after a 429. */
  readonly waitingUntil?: number
}

/** A range is read once: none of these times matters. */
const noPace = {
  intervals: each(() => Duration.infinity),
  lookback: Duration.zero,
  overlap: Duration.zero,
  lateRows: Duration.zero
}

/**
 * Collects the range, from where it was left, and returns what it came to. A page is published, then its position saved.
 * Fails with what live polling would leave to the next poll.
 */
export const run = Effect.fn("Backfill.run")(function*(backfill: Backfill) {
  const { context, endpoint, from, graph, identity, progress, state, to } = backfill
  const services = yield* Effect.context<Reporter | Status>()
  const whose = { instance: identity.name, endpoint: endpoint.name }
  yield* state.begin(from, yield* Clock.currentTimeMillis)
  const pace = yield* PaceRef.make(noPace)
  let tally = nothing
  let ended: Ended | undefined

  const reached = () => {
    const { mark, position } = Option.getOrThrow(state.current())
    return position === null ? mark : position.reached ?? position.bound
  }
  const soFar = (): Progress => ({ records: tally.records, artifacts: tally.artifacts, reached: reached() })
  const note = (note: Note) =>
    note._tag === "Status" && note.event._tag === "CooldownBegan"
      ? progress({ ...soFar(), waitingUntil: note.event.until })
      : note._tag === "Log" && note.level === "Warn"
      ? Effect.logWarning(note.message)
      : Effect.void

  yield* Stream.runForEach(
    pages({
      config: { endpoint, identity, mode: { _tag: "range", end: to } },
      pace,
      graph,
      state,
      context,
      isHeld: () => true,
      siblingBrings: Effect.succeed(false),
      persist: (write) => Effect.provideContext(persist(whose, oncePatience, write), services),
      note,
      committed: ({ artifacts, fresh }) =>
        Effect.suspend(() => {
          tally = { ...tally, records: tally.records + fresh, artifacts: tally.artifacts + artifacts }
          return progress(soFar())
        }),
      ended: ({ why }) =>
        Effect.sync(() => {
          ended = why
        })
    }),
    (page) => publish(page, oncePatience)
  ).pipe(Effect.ensuring(state.stopped))
  if (ended?._tag === "Failed") return yield* ended.error
  if (ended?._tag === "Stuck") return yield* new BackfillStuck({ at: ended.at })
  return soFar()
})
