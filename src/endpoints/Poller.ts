/**
 * Makes an endpoint a stream of pages that never fails: polls on a schedule, each from the checkpoint on, with the
 * policy for every failure inside.
 *
 * It asks, maps and decides; publishing a page and running its `commit` are the consumer's work.
 *
 * @since 0.1.0
 */
import { Clock, Deferred, Duration, Effect, Option, Result, Semaphore, Stream, SubscriptionRef } from "effect"
import { DriftLedger } from "../artifacts/DriftLedger.ts"
import { advance, type Checkpoint, type Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphPage } from "../graph/GraphClient.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import * as NextLink from "../graph/NextLink.ts"
import * as Metrics from "../status/Metrics.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { type Outcome, type Page, prepare, type Prepared } from "./Page.ts"
import { PagePermits } from "./PagePermits.ts"
import { type Phase, type Poll, start } from "./Poll.ts"
import { url } from "./Query.ts"
import { interval, logPoll, polled, type Run, saved, settled, show, well } from "./Run.ts"
import { onDeadLink, onFailure } from "./Trouble.ts"
import { forPoll, isCooling, sitOut } from "./Waits.ts"
import { begin, type Seen, step } from "./Walk.ts"

/** One page being published, one being fetched. */
const pagesAhead = 2

/**
 * What a poller is made of.
 *
 * @category models
 * @since 0.1.0
 */
export type PollerOptions = Pick<
  Run,
  "identity" | "endpoint" | "pace" | "graph" | "state" | "context" | "once"
>

const retrying = <A>(poll: Poll, request: Effect.Effect<A, GraphError>): Effect.Effect<A, GraphError> =>
  request.pipe(
    Effect.tapError(() => Effect.sync(() => poll.failedRequests++)),
    Effect.retry({
      schedule: GraphPolicy.pageRetry,
      while: ({ reason }: GraphError) =>
        GraphPolicy.onFailure(reason).then === "retry_page" && poll.failedRequests < GraphPolicy.tries.failuresInPoll
    })
  )

/** One request with its retries. Its permits stay taken when it succeeds, until its page is settled. */
const fetch = (run: Run, poll: Poll, position: Position): Effect.Effect<GraphPage, GraphError> =>
  retrying(
    poll,
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        yield* restore(run.ahead.take(1))
        yield* Effect.onError(restore(run.permits.take(1)), () => run.ahead.release(1))
        const request = {
          collection: run.endpoint,
          url: url(run.identity.cloud.graph, run.endpoint, position, poll.pageSize)
        }
        return yield* Effect.onError(
          restore(run.graph.fetchPage(request)),
          () => Effect.andThen(run.permits.release(1), run.ahead.release(1))
        )
      })
    )
  )

/** The bound of a new pass: behind the mark by the overlap, and never before what the ledger knows. */
const boundOf = Effect.fnUntraced(function*(run: Run, { floor, mark }: Checkpoint) {
  const { overlap } = yield* SubscriptionRef.get(run.pace)
  const reach = Timestamp.later(Timestamp.minusMillis(mark, Duration.toMillis(overlap)), floor)
  const bound = Timestamp.later(reach, run.state.ledger.floor() ?? reach)
  return bound > mark ? mark : bound
})

const beginPoll = Effect.fnUntraced(function*(run: Run): Effect.fn.Return<Phase> {
  const { graph, here, state } = run
  const now = yield* Clock.currentTimeMillis
  here.lastPollAt = now
  // Roles are baked into a token: a permission granted since the last probe is only in a new one.
  if (here.state === "forbidden") yield* graph.dropToken
  const poll = start(now, now, run.endpoint.pageSize)
  const heard = yield* Effect.result(retrying(poll, graph.now))
  if (Result.isFailure(heard)) return yield* onFailure(run, heard.failure, poll, undefined)
  const graphNow = heard.success
  if (saved(run) === undefined) {
    const { lookback } = yield* SubscriptionRef.get(run.pace)
    yield* Effect.ignore(
      Effect.retry(state.begin(Timestamp.fromMillis(graphNow - Duration.toMillis(lookback))), GraphPolicy.sinkRetry)
    )
  }
  const checkpoint = saved(run)
  if (checkpoint === undefined) return { _tag: "Waiting", due: { _tag: "Grid", anchor: now } }
  const position = checkpoint.position ?? begin(yield* boundOf(run, checkpoint))
  yield* show(run)
  return { _tag: "Reading", poll: start(now, graphNow, run.endpoint.pageSize), position }
})

const nextOf = (run: Run, poll: Poll, page: GraphPage): { readonly next: Seen["next"]; readonly refused?: string } => {
  if (page.nextLink === undefined) return { next: { _tag: "End" } }
  const pinned = NextLink.pin(page.nextLink, { origin: run.identity.cloud.graph, path: run.endpoint.path })
  if (Result.isFailure(pinned)) return { next: { _tag: "DeadLink" }, refused: pinned.failure }
  if (poll.links.has(pinned.success)) return { next: { _tag: "DeadLink" } }
  poll.links.add(pinned.success)
  return { next: { _tag: "Link", url: pinned.success, skips: NextLink.hasSkip(pinned.success) } }
}

const linkReport = (run: Run, now: number, refused: string | undefined): Report => ({
  code: refused === undefined ? "next_link_repeats" : "next_link_refused",
  instance: run.identity.name,
  endpoint: run.endpoint.name,
  message: refused === undefined
    ? "Graph sent the same link to the next page twice"
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
const count = Effect.fnUntraced(function*(run: Run, { batch, drift, fresh, updatedAt }: Prepared, now: number) {
  const endpoint = { endpoint: run.endpoint.name }
  const labels = { instance: run.identity.name, ...endpoint }
  yield* Metrics.update(Metrics.recordsFetched, fresh, labels)
  yield* Metrics.update(Metrics.artifactsPublished, batch.artifacts.length, labels)
  yield* Metrics.update(Metrics.pipelinePublished, batch.artifacts.length)
  yield* Metrics.update(Metrics.pipelineStage, fresh, { stage: "source_client", status: "success" })
  for (const { reason } of batch.deadLetters) yield* Metrics.update(Metrics.deadLetters, 1, { reason })
  for (const { kind } of drift) yield* Metrics.update(Metrics.unknownValues, 1, { kind })
  for (const at of updatedAt) yield* Metrics.update(Metrics.freshness, (now - at) / 1000, endpoint)
})

const toPage = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position,
  page: GraphPage
): Effect.fn.Return<readonly [Page, Phase]> {
  const { endpoint, here, identity, pending, state } = run
  const now = yield* Clock.currentTimeMillis
  const prepared = prepare({
    instance: identity.name,
    endpoint,
    context: run.context,
    page,
    isKnown: (id) => pending.has(id) || state.ledger.has(id),
    now
  })
  const { batch, cursors, ids } = prepared
  poll.records += prepared.fresh
  poll.artifacts += batch.artifacts.length
  poll.repeated += prepared.repeated
  poll.deadLetters += batch.deadLetters.length
  poll.future += prepared.future
  poll.missingProviders += page.providerWarnings.filter(({ status }) => GraphPolicy.isTransient(status)).length
  run.drift.record(prepared.drift, now)

  const { next, refused } = nextOf(run, poll, page)
  const on = step(position, { cursors, next })
  const ended = on._tag === "End" || (run.once && on._tag === "Go" && reachedNow(poll, cursors))
  // A part of the page that a provider still owes must not fall behind the mark.
  const mark = on._tag === "Stuck" || poll.missingProviders > 0 ? undefined : on.mark
  const following = on._tag === "Go" && !ended ? on.position : null

  for (const id of ids) pending.add(id)
  const done = yield* Deferred.make<Outcome>()
  run.last = done

  const commit = Effect.gen(function*() {
    const of = {
      reached: cursors.reduce(Timestamp.later, position.bound),
      floor: saved(run)?.floor ?? position.from,
      at: now
    }
    yield* state.ledger.append(ids, of)
    yield* state.update((checkpoint) => {
      const moved = mark === undefined ? checkpoint : advance(checkpoint, mark, now)
      if (ended) return { ...moved, position: null, throttles: 0, lastSuccessAt: now }
      return following === null ? moved : { ...moved, position: following }
    })
    here.recordsFetched += prepared.fresh
    here.artifactsPublished += batch.artifacts.length
    here.deadLetters += batch.deadLetters.length
    here.highWaterMark = saved(run)?.mark
    yield* count(run, prepared, yield* Clock.currentTimeMillis)
  })
  const settle = Effect.fnUntraced(function*(outcome: Outcome) {
    if (!(yield* Deferred.succeed(done, outcome))) return
    for (const id of ids) pending.delete(id)
    yield* run.permits.release(1)
    yield* run.ahead.release(1)
  })

  const out: Page = { instance: identity.name, endpoint, batch, commit, settle }
  if (refused !== undefined) {
    yield* run.reporter.say(linkReport(run, now, refused), { level: "Error", remind: true })
  }
  if (ended) return [out, { _tag: "Ending", poll }]
  if (following !== null) return [out, { _tag: "Reading", poll, position: following }]
  return [out, { _tag: "Stuck", poll, position, report: linkReport(run, now, refused) }]
})

/** Asks for one page. A pass longer than its interval says what it has committed, and goes on as the next poll. */
const read = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position
): Effect.fn.Return<readonly [ReadonlyArray<Page>, Option.Option<Phase>]> {
  const now = yield* Clock.currentTimeMillis
  if (!run.once && poll.records > 0 && now >= poll.startedAt + (yield* interval(run))) {
    yield* settled(run)
    yield* logPoll(run, poll)
    run.here.lastPollAt = now
    const next = { ...start(now, poll.graphStartedAt, poll.pageSize), links: poll.links, restarted: poll.restarted }
    return [[], Option.some<Phase>({ _tag: "Reading", poll: next, position })]
  }
  const page = yield* Effect.result(fetch(run, poll, position))
  if (Result.isFailure(page)) return [[], Option.some(yield* onFailure(run, page.failure, poll, position))]
  const [out, next] = yield* toPage(run, poll, position, page.success)
  return [[out], Option.some(next)]
})

/** One step of the stream: a wait, a decision, or a page. */
const advancePhase = Effect.fnUntraced(function*(
  run: Run,
  phase: Phase
): Effect.fn.Return<readonly [ReadonlyArray<Page>, Option.Option<Phase>]> {
  switch (phase._tag) {
    case "Waiting":
      if (run.once && (phase.due._tag !== "Now" || (yield* isCooling(run)))) return [[], Option.none()]
      yield* sitOut(run)
      yield* forPoll(run, phase.due)
      return [[], Option.some(yield* beginPoll(run))]
    case "Cooling":
      if (run.once) return [[], Option.none()]
      yield* sitOut(run)
      return [[], Option.some<Phase>({ ...phase, _tag: "Reading" })]
    case "Stuck":
      return [[], Option.some(yield* onDeadLink(run, phase.poll, phase.position, phase.report))]
    case "Reading":
      return yield* read(run, phase.poll, phase.position)
    case "Ending":
      if ((yield* settled(run)) !== "committed") return [[], Option.none()]
      yield* well(run, yield* Clock.currentTimeMillis)
      yield* logPoll(run, phase.poll)
      yield* polled(run)
      yield* show(run)
      return [[], Option.some<Phase>({ _tag: "Waiting", due: { _tag: "Grid", anchor: phase.poll.startedAt } })]
  }
})

/**
 * The pages of an endpoint: for ever, or of one poll.
 *
 * @category streams
 * @since 0.1.0
 */
export const pages = (
  options: PollerOptions
): Stream.Stream<Page, never, Status | Reporter | PagePermits | DriftLedger> =>
  Stream.unwrap(Effect.gen(function*() {
    const status = yield* Status
    const run: Run = {
      ...options,
      reporter: yield* Reporter,
      drift: yield* DriftLedger,
      permits: yield* PagePermits,
      ahead: yield* Semaphore.make(pagesAhead),
      here: status.endpoint(options.identity.name, options.endpoint.name),
      pending: new Set(),
      last: undefined,
      denials: 0,
      cooledAt: 0
    }
    yield* show(run)
    run.here.lastSuccessAt = saved(run)?.lastSuccessAt ?? run.here.lastSuccessAt
    return Stream.paginate<Phase, Page, never, never>(
      { _tag: "Waiting", due: { _tag: "Now" } },
      (phase) => advancePhase(run, phase)
    ).pipe(
      // Whoever polls this endpoint next must find in its ledger what was handed over.
      Stream.ensuring(Effect.suspend(() => settled(run)))
    )
  }))
