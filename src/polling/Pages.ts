/**
 * Makes a stream of pages from an endpoint: carries out the actions that `Poller.decide` chooses, and answers with events.
 * The consumer publishes and commits the pages.
 */
import { Clock, Effect, Option, PubSub, Queue, Scope, Stream, SubscriptionRef } from "effect"
import { delivered } from "../checkpoints/Checkpoint.ts"
import type { Walk } from "../checkpoints/Inventory.ts"
import type { Receipt } from "../domain/Delivery.ts"
import type { Timestamp } from "../domain/Timestamp.ts"
import * as HeldBack from "../publishing/HeldBack.ts"
import type { Brought } from "../publishing/Mapping.ts"
import { awaitAttempt, type Careful, type Page, PageLost } from "../publishing/Page.ts"
import { PagePermits } from "../publishing/PagePermits.ts"
import { prepare } from "../publishing/Slices.ts"
import { listedOf, rowsOf, vanishedNotes } from "./ListPages.ts"
import { endOf, type PageEnd } from "./PageEnd.ts"
import { decide, nextPollAt, wakeAt } from "./Poller.ts"
import type { PollerOptions } from "./PollerOptions.ts"
import {
  type Action,
  type Event,
  type Facts,
  initial,
  type Outcome,
  pageEnded,
  type PagePlan,
  type PollerState,
  type Save
} from "./PollerState.ts"
import { afterPage, cooldownOnly, deliveryOf, savedNote } from "./Progress.ts"
import * as Quarantine from "./Quarantine.ts"
import * as Recent from "./Recent.ts"
import * as Requests from "./Requests.ts"
import { seenOf } from "./SeenPage.ts"
import * as Shown from "./Shown.ts"

type Fetch = Extract<Action, { readonly _tag: "Fetch" }>

/** The next step of a poller: save a change, then carry out the action of the state. */
interface Seed {
  readonly state: PollerState
  readonly save: Save | undefined
}

/** Nothing more is read when a write was given up, or another process was found to have the position. */
const stoppedBy = (state: PollerState, outcome: Outcome): PollerState =>
  outcome === "committed" ? state : { ...state, stopped: outcome }

const make = Effect.fnUntraced(function*(options: PollerOptions) {
  const { config, context, graph, note, pace, persist, state: stored, state: { inHand } } = options
  const { endpoint, identity, mode } = config
  const requests = yield* Requests.make({
    config,
    graph,
    isHeld: options.isHeld,
    note,
    permits: yield* PagePermits,
    run: yield* Effect.scope
  })
  const ends = yield* Queue.unbounded<PageEnd>()
  const paces = yield* PubSub.subscribe(pace.pubsub)
  const [recent, shown] = [Recent.make(), Shown.make()]
  const selecting = HeldBack.make(endpoint, stored.inventory)
  let [walk, made]: [Walk | undefined, number] = [undefined, 0]
  /** Index of the first page that was given up. Later pages must not be published. */
  let brokenAt = Infinity
  /** The defect that a page was given up for. */
  let fault: PageEnd["fault"]

  const checkpoint = () => Option.getOrUndefined(stored.current())
  const facts = Effect.gen(function*(): Effect.fn.Return<Facts> {
    return {
      now: yield* Clock.currentTimeMillis,
      checkpoint: checkpoint(),
      pace: yield* SubscriptionRef.get(pace),
      ledgerFloor: stored.ledger.floor(),
      siblingBrings: yield* options.siblingBrings
    }
  })

  const showCheckpoint = Effect.suspend(() => note(savedNote(checkpoint())))

  const commit = Effect.fnUntraced(
    function*(
      plan: PagePlan,
      brought: Brought,
      { cursors, rows }: { readonly cursors: ReadonlyArray<Timestamp>; readonly rows: number },
      receipt: Receipt | undefined
    ) {
      const now = yield* Clock.currentTimeMillis
      const floor = checkpoint()?.floor ?? plan.position.from
      const appended = deliveryOf(receipt, cursors, plan, stored.ledger.end(), now)
      if (brought.objects !== undefined) yield* stored.inventory.commit(brought.objects)
      yield* stored.ledger.append(brought.keys, { reached: plan.reached, floor, at: now, delivered: appended })
      yield* stored.update((checkpoint) => {
        const next = afterPage(checkpoint, plan, brought.fresh, now)
        return appended === undefined ? next : delivered(next, appended)
      })
      yield* Quarantine.handOf(inHand, plan).committed(rows, plan.ended)
      yield* options.committed(brought, now)
      yield* Effect.forEach(vanishedNotes(config, brought.objects, now), note, { discard: true })
      yield* showCheckpoint
    }
  )

  /** Prepares a fetched page: an event for the poller, and a page for the consumer. */
  const read = Effect.fnUntraced(
    function*({ failures, value }: Requests.Read, careful: Careful | undefined, { poll, position }: Fetch) {
      const { answer, attempts, scope } = value
      const now = yield* Clock.currentTimeMillis
      if (position.link === null && poll.task._tag === "Live") {
        walk = { count: answer.count, at: Math.floor(now / 1000) }
      }
      const listed = listedOf(endpoint, stored, { answer, poll, position, walk })
      const { cursors, future, map, records } = prepare({
        isCareful: careful !== undefined,
        condemned: inHand.condemned,
        instance: identity.name,
        endpoint,
        context,
        page: answer,
        isKnown: stored.ledger.has,
        contents: checkpoint()?.contents,
        listed,
        select: selecting(answer.at, (yield* SubscriptionRef.get(pace)).interesting),
        passed: mode._tag === "range" ? undefined : checkpoint()?.mark,
        now
      })
      if (endpoint.late === "count") { for (const { cursor, id } of records) recent.remember(id, cursor) }
      const unseen = shown.count(rowsOf(listed, records))
      const index = made++
      yield* Scope.addFinalizerExit(scope, (exit) =>
        Effect.suspend(() => {
          const end = endOf(exit)
          if (end.outcome !== "committed") brokenAt = Math.min(brokenAt, index)
          return Queue.offer(ends, end)
        }))
      yield* awaitAttempt({ attempts, scope })
      const event: Extract<Event, { readonly _tag: "Answered" }> = {
        _tag: "Answered",
        failures,
        seen: seenOf(endpoint, answer, mode._tag === "range" ? undefined : { cursors, future }, unseen)
      }
      const page = (plan: PagePlan): Page => ({
        instance: identity.name,
        endpoint: endpoint.name,
        map,
        attempts,
        scope,
        wanted: Effect.suspend(() => brokenAt < index || !options.isHeld() ? Effect.fail(new PageLost()) : Effect.void),
        commit: (brought, receipt) => commit(plan, brought, event.seen, receipt),
        ...(careful === undefined ? {} : { careful })
      })
      return { event, page }
    }
  )

  const wait = Effect.fnUntraced(function*(state: PollerState, action: Parameters<typeof wakeAt>[2]) {
    const seen = yield* facts
    const { at, notes } = wakeAt(config, state, action, seen)
    yield* Effect.forEach(notes, note, { discard: true })
    const millis = at - (yield* Clock.currentTimeMillis)
    if (millis <= 0) return
    const changed = Effect.gen(function*() {
      while ((yield* SubscriptionRef.get(pace)) === seen.pace) yield* PubSub.take(paces)
    })
    yield* Effect.timeoutOption(changed, millis)
  })

  /** Takes in how pages ended; with `all` it waits for each that is in flight. */
  const settle = Effect.fnUntraced(function*(before: PollerState, all: boolean) {
    let state = before
    while (all ? state.inFlight > 0 : (yield* Queue.size(ends)) > 0) {
      const end = yield* Queue.take(ends)
      fault ??= end.fault
      state = pageEnded(state, end.outcome, end.tally)
    }
    return state
  })

  const save = Effect.fnUntraced(function*(before: PollerState, change: Save) {
    const state = yield* settle(before, true)
    if (state.stopped === "lost") return state
    const outcome = yield* persist(stored.update(state.stopped === undefined ? change : cooldownOnly(change)))
    yield* showCheckpoint
    return stoppedBy(state, outcome)
  })

  const count = ({ shape }: PollerState, { end, from }: Extract<Action, { readonly _tag: "Count" }>) =>
    Effect.map(
      requests.count(from, end, shape),
      (counted): Event =>
        counted._tag === "Failed"
          ? counted
          : { _tag: "Counted", count: counted.value, known: recent.within(from, end), isWhole: recent.isWhole() }
    )

  /** Carries out an action other than `Fetch`, and returns its result as an event. */
  const perform = Effect.fnUntraced(function*(state: PollerState, action: Action): Effect.fn.Return<Event> {
    switch (action._tag) {
      case "Wait":
      case "Cool":
        yield* wait(state, action)
        return { _tag: "Woke" }
      case "AskTime": {
        const told = yield* requests.askTime(action)
        return told._tag === "Failed" ? told : { _tag: "Told", graphNow: told.value, failures: told.failures }
      }
      case "Begin": {
        const { now } = yield* facts
        const outcome = yield* persist(stored.begin(action.mark, now))
        yield* showCheckpoint
        return { _tag: "Begun", outcome }
      }
      case "Probe":
        return yield* requests.probe(action)
      case "Count":
        return yield* count(state, action)
      case "Fetch":
      case "Settle":
      case "End":
        return { _tag: "Settled" }
    }
  })

  const decided = Effect.fnUntraced(function*(state: PollerState, event: Event) {
    const decision = decide(config, state, event, yield* facts)
    yield* Effect.forEach(decision.notes, note, { discard: true })
    return decision
  })

  const step = Effect.fnUntraced(
    function*(seed: Seed): Effect.fn.Return<readonly [ReadonlyArray<Page>, Option.Option<Seed>]> {
      let state = yield* settle(seed.state, false)
      if (seed.save !== undefined && state.stopped !== "lost") state = yield* save(state, seed.save)
      const action = state.next
      if (action._tag === "Settle") state = yield* settle(state, true)
      else if (action._tag !== "Fetch" || !("due" in action.poll.task)) {
        state = stoppedBy(state, yield* Quarantine.asideOver(inHand, persist))
      }
      if (state.stopped !== undefined) {
        // Only now: a cooldown that began meanwhile has been saved.
        if (fault !== undefined) return yield* Effect.failCause(fault)
        if (state.stopped === "lost") {
          yield* note({
            _tag: "Log",
            level: "Warn",
            message: "another process changed the position; polling resumes from the position that it saved"
          })
        }
        return [[], Option.none()]
      }
      if (action._tag === "End") {
        if (options.ended !== undefined) yield* options.ended(action)
        return [[], Option.none()]
      }
      if (action._tag !== "Fetch") {
        const decision = yield* decided(state, yield* perform(state, action))
        return [[], Option.some(decision)]
      }
      // Without a link the pass asks by a filter of its own, whose rows move on.
      if (action.position.link === null) shown.forget()
      const hand = Quarantine.handOf(inHand, { position: action.position, task: action.poll.task })
      // With care the endpoint has one page in memory: when the process ends, it ended on that page.
      if (hand.care() !== "none") state = Quarantine.passing(hand, yield* settle(state, true))
      const over = (state: PollerState) => [[], Option.some({ state, save: undefined })] as const
      if (state.stopped !== undefined || state.next._tag !== "Fetch") return over(state)
      const reading = Quarantine.reading(hand, persist)
      const fetched = yield* requests.fetch(state.next, reading, nextPollAt(config, state.next.poll, yield* facts))
      if (fetched._tag === "Failed") {
        return [[], Option.some(yield* Effect.andThen(reading.over, decided(state, fetched)))]
      }
      const { event, page } = yield* read(fetched, reading.careful, state.next)
      state = stoppedBy(state, yield* reading.over)
      if (state.stopped !== undefined) return over(state)
      const decision = yield* decided(state, event)
      return [decision.plan === undefined ? [] : [page(decision.plan)], Option.some(decision)]
    }
  )

  const found = Quarantine.begin(config, inHand, yield* facts)
  yield* Effect.forEach(found.notes, note, { discard: true })
  const state = found.save === undefined ? initial(config) : yield* save(initial(config), found.save)
  yield* showCheckpoint
  const lastSuccessAt = checkpoint()?.lastSuccessAt ?? undefined
  yield* note({ _tag: "Status", event: { _tag: "PollerStarted", at: yield* Clock.currentTimeMillis, lastSuccessAt } })
  return Stream.paginate<Seed, Page>({ state, save: undefined }, step)
})

/**
 * Makes the stream of an endpoint's pages: for ever, for one poll, or for a range, as `config.mode` says.
 *
 * **Details**
 *
 * The stream never fails. When it ends or is interrupted, uncommitted pages are given up, after a running attempt to
 * publish. A page that was given up ends the stream, and its records are read again.
 */
export const pages = (options: PollerOptions): Stream.Stream<Page, never, PagePermits> => Stream.unwrap(make(options))
