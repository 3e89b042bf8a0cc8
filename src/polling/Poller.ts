/**
 * Makes an endpoint a stream of pages that never fails: polls on a schedule, each from the checkpoint on, with the
 * policy for every failure inside.
 *
 * It asks, maps and decides; publishing a page and running its `commit` are the consumer's work.
 */
import { Clock, Duration, Effect, Option, Result, Semaphore, Stream, SubscriptionRef } from "effect"
import { DriftLedger } from "../artifacts/DriftLedger.ts"
import type { Position } from "../checkpoints/Checkpoint.ts"
import { pagesAhead } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import type { Page } from "../publishing/Page.ts"
import { PagePermits } from "../publishing/PagePermits.ts"
import { persist } from "../publishing/Writing.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import * as Asides from "./Asides.ts"
import { grow } from "./Narrowing.ts"
import { type Phase, type Poll, start } from "./Poll.ts"
import { fetch, retrying, toPage } from "./Reading.ts"
import * as Recent from "./Recent.ts"
import { interval, log, logPoll, polled, type Run, saved, settled, show, well } from "./Run.ts"
import { silence, unmoved } from "./Stalls.ts"
import { onDeadLink, onFailure } from "./Trouble.ts"
import { forPoll, isCooling, sitOut } from "./Waits.ts"
import { resume } from "./Walk.ts"

/** What a poller is made of. */
export type PollerOptions = Pick<
  Run,
  "identity" | "endpoint" | "pace" | "graph" | "state" | "context" | "isHeld" | "once"
>

const beginPoll = Effect.fnUntraced(function*(run: Run): Effect.fn.Return<Phase> {
  const { graph, here, state } = run
  const now = yield* Clock.currentTimeMillis
  here.lastPollAt = now
  // Roles are baked into a token: a permission granted since the last probe is only in a new one.
  if (here.state === "forbidden") yield* graph.outdateToken
  const poll = start(now, now, run.pageSize)
  const heard = yield* Effect.result(retrying(poll, graph.now))
  if (Result.isFailure(heard)) return yield* onFailure(run, heard.failure, poll, undefined)
  const graphNow = heard.success
  if (saved(run) === undefined) {
    const { lookback } = yield* SubscriptionRef.get(run.pace)
    const outcome = yield* run.persist(
      state.begin(Timestamp.fromMillis(graphNow - Duration.toMillis(lookback)), now)
    )
    if (outcome !== "committed") run.stopped = outcome
  }
  const checkpoint = saved(run)
  if (checkpoint === undefined) return { _tag: "Waiting", due: { _tag: "Grid", anchor: now, since: now } }
  const { overlap } = yield* SubscriptionRef.get(run.pace)
  const position = resume(checkpoint, Duration.toMillis(overlap), state.ledger.floor())
  run.markBefore = checkpoint.mark
  yield* show(run)
  return { _tag: "Reading", poll: { ...start(now, graphNow, run.pageSize), missing: new Set(position.owed) }, position }
})

/** Asks for one page. A pass longer than its interval says what it has committed, and goes on as the next poll. */
const read = Effect.fnUntraced(function*(
  run: Run,
  poll: Poll,
  position: Position
): Effect.fn.Return<readonly [ReadonlyArray<Page>, Option.Option<Phase>]> {
  const now = yield* Clock.currentTimeMillis
  const { task } = poll
  if (task._tag !== "Live" && now >= (run.here.nextPollAt ?? Infinity)) {
    return [[], Option.some(Asides.giveWay(run, poll, position, task))]
  }
  if (task._tag === "Live" && !run.once && poll.records > 0 && now >= poll.startedAt + (yield* interval(run))) {
    yield* settled(run)
    if (run.stopped !== undefined) return [[], Option.some<Phase>({ _tag: "Ending", poll })]
    yield* well(run)
    yield* logPoll(run, poll)
    run.here.lastPollAt = now
    const { graphStartedAt, links, missing, pageSize, restarted } = poll
    const next = { ...start(now, graphStartedAt, pageSize), links, missing, restarted }
    return [[], Option.some<Phase>({ _tag: "Reading", poll: next, position })]
  }
  const page = yield* Effect.result(fetch(run, poll, position))
  if (Result.isFailure(page)) return [[], Option.some(yield* onFailure(run, page.failure, poll, position))]
  const [out, next] = yield* toPage(run, poll, position, page.success)
  if (task._tag === "Live") grow(run, poll)
  return [[out], Option.some(next)]
})

/** The last page of a pass is committed. */
const endPoll = Effect.fnUntraced(function*(run: Run, poll: Poll): Effect.fn.Return<Phase> {
  const { task } = poll
  if (task._tag !== "Live") return yield* Asides.end(run, poll, task)
  const now = yield* Clock.currentTimeMillis
  run.incomplete = poll.missing.size === 0 ? 0 : (run.incomplete + 1) % GraphPolicy.missingProviderPolls
  run.here.lastSuccessAt = now
  const probe = yield* silence(run, poll)
  if (probe === undefined) yield* well(run)
  yield* logPoll(run, poll)
  yield* unmoved(run, poll)
  yield* polled(run)
  yield* show(run)
  return { _tag: "Waiting", due: probe ?? { _tag: "Grid", anchor: poll.startedAt, since: now } }
})

const waitForPoll = Effect.fnUntraced(function*(run: Run, { due }: Extract<Phase, { readonly _tag: "Waiting" }>) {
  yield* sitOut(run)
  if (yield* forPoll(run, due, yield* Asides.dueAt(run))) return yield* beginPoll(run)
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.catch(
    Asides.begin(run, due, now),
    (error) => {
      const sweep = { _tag: "Sweep", end: Timestamp.fromMillis(now), due } as const
      return onFailure(run, error, start(now, now, run.pageSize, sweep), undefined)
    }
  )
})

/** One step of the stream: a wait, a decision, or a page. */
const advancePhase = Effect.fnUntraced(function*(
  run: Run,
  phase: Phase
): Effect.fn.Return<readonly [ReadonlyArray<Page>, Option.Option<Phase>]> {
  if (run.fault !== undefined) return yield* Effect.failCause(run.fault)
  if (run.stopped === "lost") {
    yield* log(run, "Warn", "another process changed the position; going on from what it left")
  }
  if (run.stopped !== undefined) return [[], Option.none()]
  switch (phase._tag) {
    case "Waiting":
      if (run.once && (phase.due._tag !== "Now" || (yield* isCooling(run)))) return [[], Option.none()]
      return [[], Option.some(yield* waitForPoll(run, phase))]
    case "Cooling":
      if (run.once) return [[], Option.none()]
      yield* sitOut(run)
      return [[], Option.some<Phase>({ ...phase, _tag: "Reading" })]
    case "Stuck":
      return [[], Option.some(yield* onDeadLink(run, phase.poll, phase.position, phase.report))]
    case "Reading":
      return yield* read(run, phase.poll, phase.position)
    case "Ending":
      yield* settled(run)
      return [[], Option.some(run.stopped === undefined ? yield* endPoll(run, phase.poll) : phase)]
  }
})

/** The pages of an endpoint: for ever, or of one poll. */
export const pages = (
  options: PollerOptions
): Stream.Stream<Page, never, Status | Reporter | PagePermits | DriftLedger> =>
  Stream.unwrap(Effect.gen(function*() {
    const status = yield* Status
    const services = yield* Effect.context<Status | Reporter>()
    const whose = { instance: options.identity.name, endpoint: options.endpoint.name }
    const run: Run = {
      ...options,
      reporter: yield* Reporter,
      drift: yield* DriftLedger,
      permits: yield* PagePermits,
      ahead: yield* Semaphore.make(pagesAhead),
      here: status.endpoint(options.identity.name, options.endpoint.name),
      sibling: (name) => status.endpoint(options.identity.name, name),
      warn: (report) => status.warn(options.identity.name, report),
      unwarn: (code) => status.unwarn(options.identity.name, code, options.endpoint.name),
      persist: (write) => Effect.provideContext(persist(whose, options.once, write), services),
      held: undefined,
      last: undefined,
      stopped: undefined,
      fault: undefined,
      pageSize: options.endpoint.pageSize,
      pagesAtSize: 0,
      span: undefined,
      recent: Recent.make(),
      paused: undefined,
      markBefore: undefined,
      incomplete: 0,
      unmoved: 0,
      denials: 0,
      cooledAt: 0
    }
    yield* show(run)
    run.here.since = yield* Clock.currentTimeMillis
    run.here.lastSuccessAt = saved(run)?.lastSuccessAt ?? run.here.lastSuccessAt
    return Stream.paginate<Phase, Page, never, never>(
      { _tag: "Waiting", due: { _tag: "Now" } },
      (phase) => advancePhase(run, phase)
    ).pipe(
      // Whoever polls this endpoint next must find in its ledger what was handed over.
      Stream.ensuring(Effect.suspend(() => Effect.andThen(run.held ?? Effect.void, Effect.suspend(() => settled(run)))))
    )
  }))
