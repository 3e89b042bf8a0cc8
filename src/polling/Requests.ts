/** Makes the requests of a poller. Each page has its own scope inside the run's scope; it holds the page's permits. */
import {
  Clock,
  Duration,
  Effect,
  Exit,
  MutableRef,
  type PartitionedSemaphore,
  Schedule,
  Scope,
  Semaphore
} from "effect"
import { pagesAhead } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import * as FailureTable from "../graph/FailureTable.ts"
import type { PageRequest } from "../graph/GraphClient.ts"
import type { GraphError } from "../graph/GraphError.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import * as Limits from "../graph/Limits.ts"
import type { QueryShape } from "../graph/QueryShape.ts"
import * as Retries from "../graph/Retries.ts"
import { awaits } from "../graph/Stage.ts"
import { makeScope, type Page } from "../publishing/Page.ts"
import { RequestSlots } from "../publishing/PagePermits.ts"
import { askedOf } from "./ListPages.ts"
import type { PollerOptions } from "./PollerOptions.ts"
import type { Action, Event } from "./PollerState.ts"
import { withRows } from "./Quarantine.ts"
import type { FailedTry } from "./Reports.ts"
import { anyUrl, countUrl, url } from "./RequestUrl.ts"
import { shown } from "./Waiting.ts"

/** What a poller needs to make requests, and its last one. */
export interface Requests extends Pick<PollerOptions, "config" | "graph" | "isHeld" | "note"> {
  readonly permits: PartitionedSemaphore.PartitionedSemaphore<string>
  readonly slots: PartitionedSemaphore.PartitionedSemaphore<string>
  /** Permits of the endpoint's own pages. */
  readonly ahead: Semaphore.Semaphore
  /** Scope of the run; closing it closes every page's scope. */
  readonly run: Scope.Scope
  /** The last request. When it was not answered well, one that follows at once waits for the same. */
  readonly last: MutableRef.MutableRef<{ readonly since: number; readonly until: number; readonly isAnswered: boolean }>
}

/** How a page is read on which processes ended. */
export interface Reading extends Pick<Required<PageRequest>, "parsed"> {
  /** Whether it is to have one row only. */
  readonly isByRow: boolean
}

/** A page that Graph answered, with the scope that holds its permits and buffers. */
export interface Fetched extends Pick<Page, "attempts" | "scope"> {
  readonly answer: GraphPage
}

/** The result of a request with its retries. `failures` counts failed requests. */
export type Asked<A> =
  | { readonly _tag: "Succeeded"; readonly value: A; readonly failures: number }
  | Extract<Event, { readonly _tag: "Failed" }>

/** A page that was fetched, at last. */
export type Read = Extract<Asked<Fetched>, { readonly _tag: "Succeeded" }>

/** Takes something until a scope closes. Unlike `Effect.acquireRelease` it copies no services of the program for the release. */
const takeIn = (scope: Scope.Scope, take: Effect.Effect<void>, release: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.uninterruptibleMask((restore) => Effect.andThen(restore(take), Scope.addFinalizer(scope, release)))

/** Makes the requests of one poller. Closing `run` closes the scope of each page. */
export const make = Effect.fnUntraced(
  function*(
    { config, graph, isHeld, note }: Pick<PollerOptions, "config" | "graph" | "isHeld" | "note">,
    { permits, run }: Pick<Requests, "permits" | "run">
  ) {
    return {
      config,
      graph,
      isHeld,
      note,
      permits,
      slots: yield* RequestSlots,
      ahead: yield* Semaphore.make(pagesAhead),
      run,
      last: MutableRef.make({ since: 0, until: 0, isAnswered: true })
    } satisfies Requests as Requests
  }
)

/** What is read, and by which property: a range is by the time of creation. */
const collectionOf = ({ config: { endpoint, mode } }: Requests): Endpoint =>
  mode._tag === "range" ? { ...endpoint, cursor: endpoint.created } : endpoint

/** Takes a permit for a page in memory. */
const takePermit = ({ config: { identity }, permits }: Requests, scope: Scope.Scope) =>
  takeIn(scope, permits.take(identity.name, 1), permits.release(1))

/** Makes a request only while the lease is held; otherwise it waits for the interruption to come. */
const whileHeld = <A, E>({ isHeld }: Requests, request: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => isHeld() ? request : Effect.andThen(awaits("lease"), Effect.never))

/**
 * Makes a request in a slot, which it gives back once it has room for the page. While the pages in memory wait for the
 * sink, nothing is asked.
 */
const inSlot = <A, E>(
  self: Requests,
  request: (room: (take: Effect.Effect<void>) => Effect.Effect<void>) => Effect.Effect<A, E>
): Effect.Effect<A, E> => {
  const { config: { identity: { name } }, permits, slots } = self
  let isHeldSlot = true
  const giveBack = Effect.suspend(() => {
    if (!isHeldSlot) return Effect.void
    isHeldSlot = false
    return slots.release(1)
  })
  const room = (take: Effect.Effect<void>) =>
    awaits("page").pipe(Effect.andThen(take), Effect.andThen(giveBack), Effect.andThen(awaits("Graph")))
  return awaits("page").pipe(
    Effect.andThen(permits.withPermit(name)(Effect.void)),
    Effect.andThen(Effect.acquireUseRelease(Effect.interruptible(slots.take(name, 1)), () =>
      Effect.andThen(awaits("Graph"), whileHeld(self, request(room))), () =>
      giveBack))
  )
}

/** Makes a request whose answer is read and left at once. */
const small = (self: Requests, request: Omit<PageRequest, "room">) =>
  inSlot(self, (room) =>
    Effect.scoped(Effect.flatMap(Effect.scope, (scope) =>
      self.graph.fetchPage({
        ...request,
        room: room(takePermit(self, scope))
      }))))

/** Shows the request while it takes long. */
const watched = Effect.fnUntraced(
  function*<A extends { readonly _tag: string }>(
    self: Requests,
    request: (failed: (one: FailedTry) => Effect.Effect<void>) => Effect.Effect<A>
  ) {
    const { config, note } = self
    const last = MutableRef.get(self.last)
    const now = yield* Clock.currentTimeMillis
    const since = !last.isAnswered && now - last.until < 1000 ? last.since : now
    const answer = yield* shown(request, { config, note, since })
    const until = yield* Clock.currentTimeMillis
    MutableRef.set(self.last, { since, until, isAnswered: answer._tag !== "Failed" })
    return answer
  }
)

/**
 * Retries a request as the failure table says, and counts its failures. After `until` the time belongs to somebody else: no
 * try begins that would go on until then, if it takes as long as the last one.
 */
const retrying = <A>(self: Requests, failedBefore: number, request: Effect.Effect<A, GraphError>, until = Infinity) =>
  watched(self, (failed) => {
    let [failures, began] = [0, 0]
    const tried = Effect.andThen(Effect.map(Clock.currentTimeMillis, (now) => void (began = now)), request)
    return tried.pipe(
      Effect.tapError(() => Effect.sync(() => failures++)),
      Effect.retry(Retries.pageRetry.pipe(
        Schedule.while(({ duration, now }) =>
          failedBefore + failures < Limits.tries.failuresInPoll &&
          2 * now - began + Duration.toMillis(duration) <= until
        ),
        Schedule.tap(({ duration, input, now }) =>
          failed({ error: input, tries: failures, nextAt: now + Duration.toMillis(duration) })
        )
      )),
      Effect.match({
        onFailure: (error): Asked<A> => ({ _tag: "Failed", error, failures }),
        onSuccess: (value): Asked<A> => ({ _tag: "Succeeded", value, failures })
      })
    )
  })

const fetchOnce = Effect.fnUntraced(
  function*(
    self: Requests,
    { poll, position }: Extract<Action, { readonly _tag: "Fetch" }>,
    { isByRow, parsed }: Reading
  ) {
    const { ahead, config: { endpoint, identity }, graph, run } = self
    const page = yield* makeScope(run)
    const asked = withRows(
      url(
        identity.cloud.graph,
        askedOf(collectionOf(self), poll.task),
        position,
        poll.pageSize,
        poll.shape,
        poll.skipped
      ),
      isByRow,
      poll.pageSize
    )
    const answer = yield* Effect.gen(function*() {
      yield* takeIn(page.scope, ahead.take(1), ahead.release(1))
      return yield* inSlot(self, (room) =>
        graph.fetchPage({
          collection: askedOf(endpoint, poll.task),
          url: asked,
          aside: "due" in poll.task,
          prefers: poll.shape.prefers,
          parsed,
          room: room(takePermit(self, page.scope))
        }))
    }).pipe(Effect.onError((cause) => Scope.close(page.scope, Exit.failCause(cause))))
    yield* Scope.addFinalizer(page.scope, Effect.sync(answer.release))
    return { ...page, answer } satisfies Fetched
  }
)

/** Requests a page with retries. A success holds permits until the page's scope closes; a failure holds none. */
export const fetch = (
  self: Requests,
  action: Extract<Action, { readonly _tag: "Fetch" }>,
  reading: Reading,
  until = Infinity
) => retrying(self, action.poll.failedRequests, fetchOnce(self, action, reading), until)

const probeOnce = Effect.fnUntraced(
  function*(self: Requests, { poll, position }: Extract<Action, { readonly _tag: "Probe" }>): Effect.fn.Return<Event> {
    const { endpoint, identity: { cloud: { graph } } } = self.config
    const minuteBefore = {
      bound: Timestamp.minusMillis(position.from, Limits.windowFloor),
      until: position.from,
      link: null
    }
    let failures = 0
    for (const asked of [anyUrl(graph, endpoint), url(graph, collectionOf(self), minuteBefore, 1)]) {
      const page = yield* Effect.result(small(self, { collection: endpoint, url: asked, prefers: poll.shape.prefers }))
      if (page._tag === "Success") {
        page.success.release()
        return { _tag: "Probed", answers: true, failures }
      }
      failures++
      if (FailureTable.pauses(page.failure.reason)) {
        return { _tag: "Failed", error: page.failure, failures }
      }
    }
    return { _tag: "Probed", answers: false, failures }
  }
)

/**
 * Finds out whether Graph answers for anything else. It asks for any record at all, and then for the minute before this
 * pass, because that minute was read before. An answer that asks for a pause, a 429 or a 5xx with `Retry-After`, is a
 * failure: the pause begins at once.
 */
export const probe = (self: Requests, action: Extract<Action, { readonly _tag: "Probe" }>) =>
  watched(self, () => probeOnce(self, action))

/** Asks Graph for its time, with a new token if the action says so. */
export const askTime = (self: Requests, { outdateToken, poll }: Extract<Action, { readonly _tag: "AskTime" }>) =>
  Effect.andThen(
    outdateToken ? self.graph.outdateToken : Effect.void,
    Effect.tap(retrying(self, poll.failedRequests, whileHeld(self, self.graph.now)), ({ failures }) =>
      Effect.sync(() => {
        // A refusal tells the time, too: the page waits for the same token.
        if (failures > 0) {
          MutableRef.update(self.last, (last) => ({ ...last, isAnswered: false }))
        }
      }))
  )

/** Asks for the number of rows of a range, without retries; undefined when Graph does not say. */
export const count = (
  self: Requests,
  { end, from }: Pick<Extract<Action, { readonly _tag: "Count" }>, "end" | "from">,
  { digits, prefers }: QueryShape
): Effect.Effect<Asked<number | undefined>> => {
  const { endpoint, identity } = self.config
  const asked = countUrl(identity.cloud.graph, endpoint, from, end, digits)
  return watched(self, () =>
    small(self, { collection: endpoint, url: asked, aside: true, prefers }).pipe(Effect.match({
      onFailure: (error): Asked<number | undefined> => ({ _tag: "Failed", error, failures: 1 }),
      onSuccess: ({ count, release }): Asked<number | undefined> => {
        release()
        return { _tag: "Succeeded", value: count, failures: 0 }
      }
    })))
}
