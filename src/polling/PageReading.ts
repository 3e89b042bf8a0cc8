/** Prepares a fetched page: an event for the poller, and a page for the consumer, whose commit saves the progress. */
import { Clock, Effect, MutableRef, Queue, Scope } from "effect"
import { delivered } from "../checkpoints/Checkpoint.ts"
import type { Receipt } from "../domain/Delivery.ts"
import type { Brought } from "../publishing/Mapping.ts"
import { awaitAttempt, type Careful, type Page, PageLost } from "../publishing/Page.ts"
import { prepare } from "../publishing/Slices.ts"
import { checkpointOf, type Driver, showCheckpoint } from "./Driver.ts"
import { listedOf, rowsOf, vanishedNotes } from "./ListPages.ts"
import * as PaceRef from "./PaceRef.ts"
import { endOf } from "./PageEnd.ts"
import type { Action, Event, PagePlan } from "./PollerState.ts"
import { afterPage, deliveryOf } from "./Progress.ts"
import { handOf } from "./Quarantine.ts"
import type { Read } from "./Requests.ts"
import { seenOf } from "./SeenPage.ts"

type Fetch = Extract<Action, { readonly _tag: "Fetch" }>

type Answered = Extract<Event, { readonly _tag: "Answered" }>

const commit = Effect.fnUntraced(
  function*(
    self: Driver,
    plan: PagePlan,
    brought: Brought,
    { cursors, rows }: Answered["seen"],
    receipt: Receipt | undefined
  ) {
    const { config, note, state: { inHand, inventory, ledger, update } } = self
    const now = yield* Clock.currentTimeMillis
    const floor = checkpointOf(self)?.floor ?? plan.position.from
    const appended = deliveryOf(receipt, cursors, plan, ledger.end(), now)
    if (brought.objects !== undefined) yield* inventory.commit(brought.objects)
    yield* ledger.append(brought.keys, { reached: plan.reached, floor, at: now, delivered: appended })
    yield* update((checkpoint) => {
      const next = afterPage(checkpoint, plan, brought.fresh, now)
      return appended === undefined ? next : delivered(next, appended)
    })
    yield* handOf(inHand, plan).committed(rows, plan.ended)
    yield* self.committed(brought, now)
    yield* Effect.forEach(vanishedNotes(config, brought.objects, now), note, { discard: true })
    yield* showCheckpoint(self)
  }
)

/** Reads a page that was fetched as `fetch` says. */
export const read = Effect.fnUntraced(
  function*(self: Driver, { failures, value }: Read, careful: Careful | undefined, { poll, position }: Fetch) {
    const { config: { endpoint, identity, mode }, context, state } = self
    const { answer, attempts, scope } = value
    const now = yield* Clock.currentTimeMillis
    if (position.link === null && poll.task._tag === "Live") {
      MutableRef.set(self.walk, { count: answer.count, at: Math.floor(now / 1000) })
    }
    const listed = listedOf(endpoint, state, { answer, poll, position, walk: MutableRef.get(self.walk) })
    const saved = checkpointOf(self)
    const { cursors, future, map, records } = prepare({
      isCareful: careful !== undefined,
      condemned: state.inHand.condemned,
      instance: identity.name,
      endpoint,
      context,
      page: answer,
      isKnown: state.ledger.has,
      contents: saved?.contents,
      listed,
      select: self.selecting(answer.at, (yield* PaceRef.get(self.pace)).interesting),
      passed: mode._tag === "range" ? undefined : saved?.mark,
      now
    })
    if (endpoint.late === "count") { for (const { cursor, id } of records) self.recent.remember(id, cursor) }
    const unseen = self.shown.count(rowsOf(listed, records))
    const index = MutableRef.getAndIncrement(self.made)
    yield* Scope.addFinalizerExit(scope, (exit) =>
      Effect.suspend(() => {
        const end = endOf(exit)
        if (end.outcome !== "committed") MutableRef.update(self.brokenAt, (broken) => Math.min(broken, index))
        return Queue.offer(self.ends, end)
      }))
    yield* awaitAttempt({ attempts, scope })
    const event: Answered = {
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
      wanted: Effect.suspend(() =>
        MutableRef.get(self.brokenAt) < index || !self.isHeld() ? Effect.fail(new PageLost()) : Effect.void
      ),
      commit: (brought, receipt) => commit(self, plan, brought, event.seen, receipt),
      ...(careful === undefined ? {} : { careful })
    })
    return { event, page }
  }
)
