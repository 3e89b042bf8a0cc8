/**
 * Makes a stream of pages from an endpoint: carries out the actions that `Poller.decide` chooses, and answers with events.
 * The consumer publishes and commits the pages.
 */
import { Clock, Effect, MutableRef, Option, Queue, Stream } from "effect"
import type { Page } from "../publishing/Page.ts"
import type { PagePermits } from "../publishing/PagePermits.ts"
import * as Driver from "./Driver.ts"
import * as PaceRef from "./PaceRef.ts"
import { read } from "./PageReading.ts"
import { decide, nextPollAt, wakeAt } from "./Poller.ts"
import type { PollerOptions } from "./PollerOptions.ts"
import {
  type Action,
  type Decision,
  type Event,
  initial,
  type Outcome,
  pageEnded,
  type PollerState,
  type Save
} from "./PollerState.ts"
import { cooldownOnly } from "./Progress.ts"
import * as Quarantine from "./Quarantine.ts"
import * as Requests from "./Requests.ts"

/** The next step of a poller: save a change, then carry out the action of the state. */
type Seed = Pick<Decision, "save" | "state">

/** What is left of a decision while its action is carried out, which may be a long wait. */
const seedOf = ({ save, state }: Decision): Option.Option<Seed> => Option.some({ save, state })

/** Nothing more is read when a write was given up, or another process was found to have the position. */
const stoppedBy = (state: PollerState, outcome: Outcome): PollerState =>
  outcome === "committed" ? state : { ...state, stopped: outcome }

const wait = Effect.fnUntraced(
  function*(self: Driver.Driver, state: PollerState, action: Parameters<typeof wakeAt>[2]) {
    // Asked for before the pace is read: a change in between ends the wait.
    const untilReplaced = yield* PaceRef.untilReplaced(self.pace)
    const seen = yield* Driver.facts(self)
    const { at, notes } = wakeAt(self.config, state, action, seen)
    yield* Effect.forEach(notes, self.note, { discard: true })
    const millis = at - (yield* Clock.currentTimeMillis)
    if (millis > 0) yield* Effect.timeoutOption(untilReplaced, millis)
  }
)

/** Takes in how pages ended; with `all` it waits for each that is in flight. */
const settle = Effect.fnUntraced(function*(self: Driver.Driver, before: PollerState, all: boolean) {
  let state = before
  while (all ? state.inFlight > 0 : (yield* Queue.size(self.ends)) > 0) {
    const end = yield* Queue.take(self.ends)
    MutableRef.update(self.fault, (fault) => fault ?? end.fault)
    state = pageEnded(state, end.outcome, end.tally)
  }
  return state
})

const save = Effect.fnUntraced(function*(self: Driver.Driver, before: PollerState, change: Save) {
  const state = yield* settle(self, before, true)
  if (state.stopped === "lost") return state
  const saved = state.stopped === undefined ? change : cooldownOnly(change)
  const outcome = yield* self.persist(self.state.update(saved))
  yield* Driver.showCheckpoint(self)
  return stoppedBy(state, outcome)
})

/** Carries out an action other than `Fetch`, and returns its result as an event. */
const perform = Effect.fnUntraced(
  function*(self: Driver.Driver, state: PollerState, action: Action): Effect.fn.Return<Event> {
    const { persist, recent, requests, state: { begin } } = self
    switch (action._tag) {
      case "Wait":
      case "Cool":
        yield* wait(self, state, action)
        return { _tag: "Woke" }
      case "AskTime": {
        const told = yield* Requests.askTime(requests, action)
        return told._tag === "Failed" ? told : { _tag: "Told", graphNow: told.value, failures: told.failures }
      }
      case "Begin": {
        const { now } = yield* Driver.facts(self)
        const outcome = yield* persist(begin(action.mark, now))
        yield* Driver.showCheckpoint(self)
        return { _tag: "Begun", outcome }
      }
      case "Probe":
        return yield* Requests.probe(requests, action)
      case "Count": {
        const { end, from } = action
        const counted = yield* Requests.count(requests, action, state.shape)
        return counted._tag === "Failed"
          ? counted
          : { _tag: "Counted", count: counted.value, known: recent.within(from, end), isWhole: recent.isWhole() }
      }
      case "Fetch":
      case "Settle":
      case "End":
        return { _tag: "Settled" }
    }
  }
)

const decided = Effect.fnUntraced(function*(self: Driver.Driver, state: PollerState, event: Event) {
  const decision = decide(self.config, state, event, yield* Driver.facts(self))
  yield* Effect.forEach(decision.notes, self.note, { discard: true })
  return decision
})

const step = Effect.fnUntraced(
  function*(self: Driver.Driver, seed: Seed): Effect.fn.Return<readonly [ReadonlyArray<Page>, Option.Option<Seed>]> {
    const { persist, state: { inHand } } = self
    let state = yield* settle(self, seed.state, false)
    if (seed.save !== undefined && state.stopped !== "lost") state = yield* save(self, state, seed.save)
    const action = state.next
    if (action._tag === "Settle") state = yield* settle(self, state, true)
    else if (action._tag !== "Fetch" || !("due" in action.poll.task)) {
      state = stoppedBy(state, yield* Quarantine.asideOver(inHand, persist))
    }
    if (state.stopped !== undefined) {
      // Only now: a cooldown that began meanwhile has been saved.
      const fault = MutableRef.get(self.fault)
      if (fault !== undefined) return yield* Effect.failCause(fault)
      if (state.stopped === "lost") {
        yield* self.note({
          _tag: "Log",
          level: "Warn",
          message: "another process changed the position; polling resumes from the position that it saved"
        })
      }
      return [[], Option.none()]
    }
    if (action._tag === "End") {
      if (self.ended !== undefined) yield* self.ended(action)
      return [[], Option.none()]
    }
    if (action._tag !== "Fetch") {
      const decision = yield* decided(self, state, yield* perform(self, state, action))
      return [[], seedOf(decision)]
    }
    // Without a link the pass asks by a filter of its own, whose rows move on.
    if (action.position.link === null) self.shown.forget()
    const hand = Quarantine.handOf(inHand, { position: action.position, task: action.poll.task })
    // With care the endpoint has one page in memory: when the process ends, it ended on that page.
    if (hand.care() !== "none") state = Quarantine.passing(hand, yield* settle(self, state, true))
    const over = (state: PollerState) => [[], Option.some({ state, save: undefined })] as const
    if (state.stopped !== undefined || state.next._tag !== "Fetch") return over(state)
    const reading = Quarantine.reading(hand, persist)
    const until = nextPollAt(self.config, state.next.poll, yield* Driver.facts(self))
    const fetched = yield* Requests.fetch(self.requests, state.next, reading, until)
    if (fetched._tag === "Failed") {
      return [[], seedOf(yield* Effect.andThen(reading.over, decided(self, state, fetched)))]
    }
    const { event, page } = yield* read(self, fetched, reading.careful, state.next)
    state = stoppedBy(state, yield* reading.over)
    if (state.stopped !== undefined) return over(state)
    const decision = yield* decided(self, state, event)
    return [decision.plan === undefined ? [] : [page(decision.plan)], seedOf(decision)]
  }
)

/** Does what comes before the first step, and returns that. */
const started = Effect.fnUntraced(function*(self: Driver.Driver): Effect.fn.Return<Seed> {
  const { config, note, state: { inHand } } = self
  const found = Quarantine.begin(config, inHand, yield* Driver.facts(self))
  yield* Effect.forEach(found.notes, note, { discard: true })
  const state = found.save === undefined ? initial(config) : yield* save(self, initial(config), found.save)
  yield* Driver.showCheckpoint(self)
  const lastSuccessAt = Driver.checkpointOf(self)?.lastSuccessAt ?? undefined
  yield* note({ _tag: "Status", event: { _tag: "PollerStarted", at: yield* Clock.currentTimeMillis, lastSuccessAt } })
  return { state, save: undefined }
})

/**
 * Makes the stream of an endpoint's pages: for ever, for one poll, or for a range, as `config.mode` says.
 *
 * **Details**
 *
 * The stream never fails. When it ends or is interrupted, uncommitted pages are given up, after a running attempt to
 * publish. A page that was given up ends the stream, and its records are read again.
 */
export const pages = (options: PollerOptions): Stream.Stream<Page, never, PagePermits> =>
  Stream.unwrap(Effect.gen(function*() {
    const self = yield* Driver.make(options)
    return Stream.paginate<Seed, Page>(yield* started(self), (seed) => step(self, seed))
  }))
