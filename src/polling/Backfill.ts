/**
 * Collects a past range of one endpoint, apart from live polling: by `createdDateTime`, which does not move, oldest
 * first, with a position and a ledger of its own.
 */
import { Clock, Duration, Effect, Option, Predicate, Result, Schema } from "effect"
import type { MappingContext } from "../artifacts/Mapped.ts"
import { advance, type Position } from "../checkpoints/Checkpoint.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import type { Sent } from "../domain/GraphRecord.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { Graph } from "../graph/GraphClient.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import * as NextLink from "../graph/NextLink.ts"
import { prepare } from "../publishing/Page.ts"
import { ArtifactSink } from "../sinks/ArtifactSink.ts"
import { url } from "./Query.ts"
import { begin, type Seen, stepWithin } from "./Walk.ts"

/** Graph says that there is more, and gave no way to it. */
export class BackfillStuck extends Schema.TaggedError<BackfillStuck>()("BackfillStuck", { at: Schema.String }) {
  override get message() {
    return `Graph gave no way on from ${this.at}: choose a range that begins behind it, and report this to Microsoft`
  }
}

/** What is to be collected; `to` is exclusive. */
export interface Backfill {
  readonly instance: string
  readonly graphOrigin: string
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

const createdAt = (record: Sent): ReadonlyArray<Timestamp.Timestamp> => {
  const created = record.property("createdDateTime")
  const normal = Predicate.isString(created) ? Timestamp.normalize(created) : undefined
  return normal === undefined ? [] : [normal]
}

/** Requests that fail for a while are repeated as live polling repeats them; a 429 is waited out, and gone on from. */
const fetch = Effect.fnUntraced(function*(
  { endpoint, graph, progress }: Backfill,
  asked: string,
  so: Progress
) {
  for (let throttles = 0;; throttles++) {
    const page = yield* graph.fetchPage({ collection: endpoint, url: asked }).pipe(
      Effect.retry({
        schedule: GraphPolicy.pageRetry,
        while: ({ reason }) => GraphPolicy.onFailure(reason).then === "retry_page"
      }),
      Effect.result
    )
    if (Result.isSuccess(page)) return page.success
    const { reason } = page.failure
    if (reason._tag !== "Throttled") return yield* page.failure
    const wait = yield* GraphPolicy.cooldownAfter(throttles, reason.retryAfter)
    yield* progress({ ...so, waitingUntil: (yield* Clock.currentTimeMillis) + Duration.toMillis(wait) })
    yield* Effect.sleep(wait)
  }
})

/** Collects the range, from where it was left, and returns what it came to. Publish, then save, page by page. */
export const run = Effect.fn("Backfill.run")(function*(backfill: Backfill) {
  const { context, endpoint, from, graphOrigin, instance, progress, state, to } = backfill
  const sink = yield* ArtifactSink
  yield* state.begin(from, yield* Clock.currentTimeMillis)
  const start = Option.getOrUndefined(state.current())
  const links = new Set<string>()
  let so: Progress = { records: 0, artifacts: 0, reached: start?.mark ?? from }
  if (start !== undefined && start.mark >= to) return so
  let position: Position | undefined = start?.position ?? { ...begin(start?.mark ?? from), until: to }

  const nextOf = (page: GraphPage): Seen["next"] => {
    if (page.nextLink === undefined) return { _tag: "End" }
    const pinned = NextLink.pin(page.nextLink, { origin: graphOrigin, path: endpoint.path })
    if (Result.isFailure(pinned) || links.has(pinned.success)) return { _tag: "DeadLink" }
    links.add(pinned.success)
    return { _tag: "Link", url: pinned.success, skips: NextLink.hasSkip(pinned.success) }
  }

  while (position !== undefined) {
    const at: Position = position
    const asked = url(graphOrigin, { path: endpoint.path, cursor: "createdDateTime" }, at, endpoint.pageSize)
    const page = yield* fetch(backfill, asked, so)
    const now = yield* Clock.currentTimeMillis
    const { batch, brought } = prepare({
      instance,
      endpoint,
      context,
      page,
      isKnown: state.ledger.has,
      passed: undefined,
      now
    })
    const cursors = page.records.flatMap(createdAt)
    const on = stepWithin(at, { cursors, next: nextOf(page) }, to)
    if (on._tag === "Stuck") return yield* new BackfillStuck({ at: at.bound })
    // What it brought may read the records once more, for a sink that did not look at all of them.
    const { artifacts, fresh, keys } = yield* Effect.ensuring(
      Effect.map(sink.publish(batch), brought),
      Effect.sync(page.release)
    )
    yield* state.ledger.append(keys, { reached: cursors.reduce(Timestamp.later, at.bound), floor: from, at: now })
    yield* state.update((checkpoint) =>
      on._tag === "End"
        ? { ...advance(checkpoint, to, now), position: null, lastSuccessAt: now }
        : { ...checkpoint, position: on.position }
    )
    position = on._tag === "Go" ? on.position : undefined
    so = {
      records: so.records + fresh,
      artifacts: so.artifacts + artifacts,
      reached: on._tag === "End" ? to : cursors.reduce(Timestamp.later, so.reached)
    }
    yield* progress(so)
  }
  return so
})
