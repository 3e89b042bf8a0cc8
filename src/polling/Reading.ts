/** Reads one page: asks Graph for it, maps what is new, and makes of it what the consumer publishes and commits. */
import { Clock, Deferred, Effect, Result } from "effect"
import { addGap, advance, type Checkpoint, heard, type Position, withoutGap } from "../checkpoints/Checkpoint.ts"
import { gapsMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphError } from "../graph/GraphError.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import * as NextLink from "../graph/NextLink.ts"
import { type Brought, type Outcome, type Page, prepare } from "../publishing/Page.ts"
import * as Metrics from "../status/Metrics.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { providerMissing, widen } from "./Narrowing.ts"
import type { Phase, Poll } from "./Poll.ts"
import { url } from "./Query.ts"
import { type Run, saved, show } from "./Run.ts"
import { type Seen, type Step, step, stepWithin } from "./Walk.ts"

/** Repeats a request as the failure table has it, within what one poll may fail. */
export const retrying = <A>(poll: Poll, request: Effect.Effect<A, GraphError>): Effect.Effect<A, GraphError> =>
  request.pipe(
    Effect.tapError(() => Effect.sync(() => poll.failedRequests++)),
    Effect.retry({
      schedule: GraphPolicy.pageRetry,
      while: ({ reason }: GraphError) =>
        GraphPolicy.onFailure(reason).then === "retry_page" && poll.failedRequests < GraphPolicy.tries.failuresInPoll
    })
  )

/** One request with its retries. Its permits stay taken when it succeeds, until its page is settled. */
export const fetch = (run: Run, poll: Poll, position: Position): Effect.Effect<GraphPage, GraphError> =>
  retrying(
    poll,
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        yield* restore(run.ahead.take(1))
        yield* Effect.onError(restore(run.permits.take(1)), () => run.ahead.release(1))
        const request = {
          collection: run.endpoint,
          url: url(run.identity.cloud.graph, run.endpoint, position, poll.pageSize),
          aside: poll.task._tag !== "Live"
        }
        const release = Effect.andThen(run.permits.release(1), run.ahead.release(1))
        const page = yield* Effect.onError(
          // Where another process may ask by now, this one is about to be interrupted.
          restore(Effect.suspend(() => run.isHeld() ? run.graph.fetchPage(request) : Effect.never)),
          () => release
        )
        run.held = release
        return page
      })
    )
  )

const nextOf = (
  run: Run,
  poll: Poll,
  page: GraphPage
): { readonly next: Seen["next"]; readonly refused?: NextLink.Stray } => {
  if (page.nextLink === undefined) return { next: { _tag: "End" } }
  const pinned = NextLink.pin(page.nextLink, { origin: run.identity.cloud.graph, path: run.endpoint.path })
  if (Result.isFailure(pinned)) return { next: { _tag: "DeadLink" }, refused: pinned.failure }
  if (poll.links.has(pinned.success)) return { next: { _tag: "DeadLink" } }
  poll.links.add(pinned.success)
  return { next: { _tag: "Link", url: pinned.success, skips: NextLink.hasSkip(pinned.success) } }
}

const linkReport = (run: Run, now: number, refused: NextLink.Stray | undefined): Report => ({
  code: refused === undefined ? "next_link_repeats" : "next_link_refused",
  instance: run.identity.name,
  endpoint: run.endpoint.name,
  message: refused === undefined
    ? "Graph sent the same link to the next page twice"
    : refused === "malformed"
    ? "Graph sent a link to the next page that is none, and it was not followed"
    : `Graph sent a link to the next page that leads elsewhere (its ${refused} differs), and it was not followed`,
  remedy:
    "the rows read so far are kept and reading goes on without the link; should it last, report it to Microsoft with the request id",
  occurred_at: isoTime(now)
})

/** Rows changed after the poll began belong to the next one; `--once` must come to an end in a busy tenant. */
const reachedNow = (poll: Poll, cursors: ReadonlyArray<Timestamp.Timestamp>): boolean => {
  const last = cursors.at(-1)
  return last !== undefined && last > Timestamp.fromMillis(poll.graphStartedAt)
}

/** Counts what a committed page brought. */
const count = Effect.fnUntraced(function*(run: Run, brought: Brought, now: number) {
  const { artifacts, deadLetters, drift, fresh, late, updatedAt } = brought
  const endpoint = { endpoint: run.endpoint.name }
  const labels = { instance: run.identity.name, ...endpoint }
  yield* Metrics.update(Metrics.recordsFetched, fresh, labels)
  yield* Metrics.update(Metrics.artifactsPublished, artifacts, labels)
  yield* Metrics.update(Metrics.pipelinePublished, artifacts)
  yield* Metrics.update(Metrics.pipelineStage, fresh, { stage: "source_client", status: "success" })
  for (const { reason } of deadLetters) yield* Metrics.update(Metrics.deadLetters, 1, { reason })
  for (const { kind } of drift) yield* Metrics.update(Metrics.unknownValues, 1, { kind })
  for (const at of updatedAt) yield* Metrics.update(Metrics.freshness, (now - at) / 1000, endpoint)
  for (const at of late) yield* Metrics.update(Metrics.lateRows, (now - at) / 1000, endpoint)
})

/** What a committed page makes of the checkpoint. */
interface Progress {
  readonly mark: Timestamp.Timestamp | undefined
  /** Whether a part of the pass is missing that may come yet. */
  readonly held: boolean
  /** Where the pass goes on; null at its end, and where only its poll knows. */
  readonly following: Position | null
  readonly ended: boolean
  readonly brought: boolean
}

/** The checkpoint of a live poll after a page. */
const live = (
  run: Run,
  { from }: Position,
  { ended, following, held, mark }: Progress,
  now: number,
  checkpoint: Checkpoint
): Checkpoint => {
  const given = held && ended && mark !== undefined && mark > from &&
      run.incomplete + 1 >= GraphPolicy.missingProviderPolls
    ? addGap(checkpoint, { from, to: mark, code: providerMissing, foundAt: now, triedAt: now }, true)
    : undefined
  // Without room for another gap the mark goes on waiting.
  const lost = given !== undefined && given.gaps.length <= gapsMax
  const whole = lost ? given : checkpoint
  const moved = mark === undefined || (held && !lost) ? whole : advance(whole, mark, now)
  if (ended) return { ...moved, position: null, throttles: 0, lastSuccessAt: now }
  return following === null ? moved : { ...moved, position: following }
}

const committed = (run: Run, poll: Poll, position: Position, progress: Progress, now: number) =>
(
  checkpoint: Checkpoint
): Checkpoint => {
  const { task } = poll
  const noted = progress.brought ? heard(checkpoint, now) : checkpoint
  switch (task._tag) {
    case "Live":
      return live(run, position, progress, now, noted)
    case "Gap":
      return progress.ended && !progress.held ? withoutGap(noted, task.gap, now) : noted
    case "Sweep":
      return progress.ended ? { ...noted, sweep: { countedAt: now, readAt: now } } : noted
  }
}

/** Makes of Graph's page one for the consumer, and tells how its poll goes on. */
export const toPage = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position,
  page: GraphPage
): Effect.fn.Return<readonly [Page, Phase]> {
  const { endpoint, here, identity, state } = run
  const { task } = poll
  const now = yield* Clock.currentTimeMillis
  const prepared = prepare({
    instance: identity.name,
    endpoint,
    context: run.context,
    page,
    isKnown: state.ledger.has,
    passed: saved(run)?.mark,
    now
  })
  const { batch, cursors } = prepared
  poll.future += prepared.future
  for (const { provider, status } of page.providerWarnings) {
    if (GraphPolicy.isTransient(status)) poll.missing.add(provider)
  }
  for (const { cursor, id } of prepared.records) run.recent.remember(id, cursor)

  const { next, refused } = nextOf(run, poll, page)
  const on: Step = task._tag === "Live"
    ? widen(run, position, step(position, { cursors, next }), Timestamp.fromMillis(page.at))
    : stepWithin(position, { cursors, next }, task.end)
  const ended = on._tag === "End" || (run.once && on._tag === "Go" && reachedNow(poll, cursors))
  const following = on._tag === "Go" && !ended ? { ...on.position, owed: Array.from(poll.missing) } : null

  const done = yield* Deferred.make<Outcome>()
  const settle = Effect.fnUntraced(function*(outcome: Outcome) {
    if (outcome !== "committed") run.stopped ??= outcome
    if (!(yield* Deferred.succeed(done, outcome))) return
    page.release()
    yield* run.permits.release(1)
    yield* run.ahead.release(1)
  })
  run.held = settle("dropped")
  run.last = done

  const held = poll.missing.size > 0
  const commit = Effect.gen(function*() {
    const brought = prepared.brought()
    const { fresh, keys } = brought
    const change = committed(run, poll, position, {
      mark: on._tag === "Stuck" ? undefined : on.mark,
      // A part of the page that a provider still owes must not fall behind the mark.
      held,
      following,
      ended,
      brought: fresh > 0 && task._tag === "Live"
    }, now)
    const of = {
      reached: cursors.reduce(Timestamp.later, position.bound),
      floor: saved(run)?.floor ?? position.from,
      at: now
    }
    yield* state.ledger.append(keys, of)
    yield* state.update(change)
    poll.records += fresh
    poll.artifacts += brought.artifacts
    poll.repeated += brought.repeated
    poll.deadLetters += brought.deadLetters.length
    here.recordsFetched += fresh
    here.artifactsPublished += brought.artifacts
    here.deadLetters += brought.deadLetters.length
    run.drift.record(brought.drift, now)
    yield* show(run)
    yield* count(run, brought, yield* Clock.currentTimeMillis)
  })

  const out: Page = {
    instance: identity.name,
    endpoint,
    batch,
    isWanted: () => run.stopped === undefined && run.isHeld(),
    artifacts: () => prepared.brought().artifacts,
    commit,
    handedOver: () => {
      run.held = undefined
    },
    settle,
    fault: (cause) =>
      Effect.suspend(() => {
        run.fault = cause
        return settle("dropped")
      })
  }
  if (refused !== undefined) {
    yield* run.reporter.say(linkReport(run, now, refused), { level: "Error", remind: true })
  }
  if (ended) return [out, { _tag: "Ending", poll }]
  if (following !== null) return [out, { _tag: "Reading", poll, position: following }]
  const left = on._tag === "Stuck" ? on.position : position
  return [out, { _tag: "Stuck", poll, position: left, report: linkReport(run, now, refused) }]
})
