/** Makes the requests of a poller. Each page has its own scope inside the run's scope; it holds the page's permits. */
import { Clock, Duration, Effect, Exit, type PartitionedSemaphore, Schedule, Scope, Semaphore } from "effect"
import { pagesAhead } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as FailureTable from "../graph/FailureTable.ts"
import type { Graph, PageRequest } from "../graph/GraphClient.ts"
import type { GraphError } from "../graph/GraphError.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import * as Limits from "../graph/Limits.ts"
import type { QueryShape } from "../graph/QueryShape.ts"
import * as Retries from "../graph/Retries.ts"
import { awaits } from "../graph/Stage.ts"
import { makeScope, type Page } from "../publishing/Page.ts"
import { RequestSlots } from "../publishing/PagePermits.ts"
import { askedOf } from "./ListPages.ts"
import type { Action, Event, Note, PollerConfig } from "./PollerState.ts"
import { withRows } from "./Quarantine.ts"
import type { FailedTry } from "./Reports.ts"
import { anyUrl, countUrl, url } from "./RequestUrl.ts"
import { shown } from "./Waiting.ts"

/** What a poller needs to make requests. */
export interface RequestOptions {
  readonly config: PollerConfig
  readonly graph: Graph
  /** Whether this process holds the instance's lease now. */
  readonly isHeld: () => boolean
  /** Called with what is to be shown of a request that takes long. */
  readonly note: (note: Note) => Effect.Effect<void>
  readonly permits: PartitionedSemaphore.PartitionedSemaphore<string>
  /** Scope of the run; closing it closes every page's scope. */
  readonly run: Scope.Scope
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

/** Makes the requests of one poller. */
export const make = Effect.fnUntraced(function*({ config, graph, isHeld, note, permits, run }: RequestOptions) {
  const { endpoint, identity, mode } = config
  /** What is read, and by which property: a range is by the time of creation. */
  const collection = mode._tag === "range" ? { ...endpoint, cursor: endpoint.created } : endpoint
  const ahead = yield* Semaphore.make(pagesAhead)
  const slots = yield* RequestSlots

  /** Takes a permit for a page in memory. */
  const takePermit = (scope: Scope.Scope) => takeIn(scope, permits.take(identity.name, 1), permits.release(1))

  /** Makes a request only while the lease is held; otherwise it waits for the interruption to come. */
  const whileHeld = <A, E>(request: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => isHeld() ? request : Effect.andThen(awaits("lease"), Effect.never))

  /**
   * Makes a request in a slot, which it gives back once it has room for the page. While the pages in memory wait for the
   * sink, nothing is asked.
   */
  const inSlot = <A, E>(
    request: (room: (take: Effect.Effect<void>) => Effect.Effect<void>) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> => {
    let isHeldSlot = true
    const giveBack = Effect.suspend(() => {
      if (!isHeldSlot) return Effect.void
      isHeldSlot = false
      return slots.release(1)
    })
    const room = (take: Effect.Effect<void>) =>
      awaits("page").pipe(Effect.andThen(take), Effect.andThen(giveBack), Effect.andThen(awaits("Graph")))
    return awaits("page").pipe(
      Effect.andThen(permits.withPermit(identity.name)(Effect.void)),
      Effect.andThen(Effect.acquireUseRelease(Effect.interruptible(slots.take(identity.name, 1)), () =>
        Effect.andThen(awaits("Graph"), whileHeld(request(room))), () =>
        giveBack))
    )
  }

  /** Makes a request whose answer is read and left at once. */
  const small = (request: Omit<PageRequest, "room">) =>
    inSlot((room) =>
      Effect.scoped(Effect.flatMap(Effect.scope, (scope) =>
        graph.fetchPage({
          ...request,
          room: room(takePermit(scope))
        })))
    )

  /** The last request. When it was not answered well, one that follows at once waits for the same. */
  let last = { since: 0, until: 0, isAnswered: true }

  /** Shows the request while it takes long. */
  const watched = Effect.fnUntraced(
    function*<A extends { readonly _tag: string }>(
      request: (failed: (one: FailedTry) => Effect.Effect<void>) => Effect.Effect<A>
    ) {
      const now = yield* Clock.currentTimeMillis
      const since = !last.isAnswered && now - last.until < 1000 ? last.since : now
      const answer = yield* shown(request, { config, note, since })
      last = { since, until: yield* Clock.currentTimeMillis, isAnswered: answer._tag !== "Failed" }
      return answer
    }
  )

  /**
   * Retries a request as the failure table says, and counts its failures. After `until` the time belongs to somebody else: no
   * try begins that would go on until then, if it takes as long as the last one.
   */
  const retrying = <A>(failedBefore: number, request: Effect.Effect<A, GraphError>, until = Infinity) =>
    watched((failed) => {
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
    function*({ poll, position }: Extract<Action, { readonly _tag: "Fetch" }>, { isByRow, parsed }: Reading) {
      const page = yield* makeScope(run)
      const asked = withRows(
        url(identity.cloud.graph, askedOf(collection, poll.task), position, poll.pageSize, poll.shape, poll.skipped),
        isByRow,
        poll.pageSize
      )
      const answer = yield* Effect.gen(function*() {
        yield* takeIn(page.scope, ahead.take(1), ahead.release(1))
        return yield* inSlot((room) =>
          graph.fetchPage({
            collection: askedOf(endpoint, poll.task),
            url: asked,
            aside: "due" in poll.task,
            prefers: poll.shape.prefers,
            parsed,
            room: room(takePermit(page.scope))
          })
        )
      }).pipe(Effect.onError((cause) => Scope.close(page.scope, Exit.failCause(cause))))
      yield* Scope.addFinalizer(page.scope, Effect.sync(answer.release))
      return { ...page, answer } satisfies Fetched
    }
  )

  // Finds out whether Graph answers for anything else. It asks for any record at all, and then for the minute before this
  // pass, because that minute was read before. An answer that asks for a pause, a 429 or a 5xx with `Retry-After`, is a
  // failure: the pause begins at once.
  const probe = Effect.fnUntraced(
    function*({ poll, position }: Extract<Action, { readonly _tag: "Probe" }>): Effect.fn.Return<Event> {
      const minuteBefore = {
        bound: Timestamp.minusMillis(position.from, Limits.windowFloor),
        until: position.from,
        link: null
      }
      let failures = 0
      for (
        const asked of [anyUrl(identity.cloud.graph, endpoint), url(identity.cloud.graph, collection, minuteBefore, 1)]
      ) {
        const page = yield* Effect.result(small({ collection: endpoint, url: asked, prefers: poll.shape.prefers }))
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

  return {
    probe: (action: Extract<Action, { readonly _tag: "Probe" }>) => watched(() => probe(action)),
    /** Requests a page with retries. A success holds permits until the page's scope closes; a failure holds none. */
    fetch: (action: Extract<Action, { readonly _tag: "Fetch" }>, reading: Reading, until = Infinity) =>
      retrying(action.poll.failedRequests, fetchOnce(action, reading), until),
    /** Asks Graph for its time, with a new token if the action says so. */
    askTime: ({ outdateToken, poll }: Extract<Action, { readonly _tag: "AskTime" }>) =>
      Effect.andThen(
        outdateToken ? graph.outdateToken : Effect.void,
        Effect.tap(retrying(poll.failedRequests, whileHeld(graph.now)), ({ failures }) =>
          Effect.sync(() => {
            // A refusal tells the time, too: the page waits for the same token.
            if (failures > 0) last = { ...last, isAnswered: false }
          }))
      ),
    /** Asks for the number of rows between two cursors, without retries; undefined when Graph does not say. */
    count: (
      from: Timestamp.Timestamp,
      end: Timestamp.Timestamp,
      { digits, prefers }: QueryShape
    ): Effect.Effect<Asked<number | undefined>> =>
      watched(() =>
        small({
          collection: endpoint,
          url: countUrl(identity.cloud.graph, endpoint, from, end, digits),
          aside: true,
          prefers
        }).pipe(Effect.match({
          onFailure: (error): Asked<number | undefined> => ({ _tag: "Failed", error, failures: 1 }),
          onSuccess: ({ count, release }): Asked<number | undefined> => {
            release()
            return { _tag: "Succeeded", value: count, failures: 0 }
          }
        }))
      )
  }
})
