/**
 * A page on its way from an endpoint to the sink: its records, and the commit that saves its progress. Publish, then commit.
 *
 * A page has a scope. Finalizers of that scope give back its permits and buffers and notify the poller, so that a page
 * ends the same way whether the consumer ends it with the result, or its endpoint's run is interrupted.
 */
import { Effect, type Exit, type Option, Schema, Scope, Semaphore } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { Receipt } from "../domain/Delivery.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import type { Payload } from "../sinks/ArtifactSink.ts"
import type { Brought, Mapping } from "./Mapping.ts"

/** The page must not be published: another process polls the endpoint now, or an earlier page was given up. */
export class PageLost extends Schema.TaggedError<PageLost>()("PageLost", {}) {}

/** How a page is mapped with care. */
export interface Careful {
  /** Run before a record is mapped, with the id of its artifact; with null once nothing is mapped any more. */
  readonly mapping: (record: string | null) => Effect.Effect<void, PageLost>
  /** Run when an attempt failed: while the page waits for the next one, it is not in hand. */
  readonly left: Effect.Effect<void>
  /** Surrounds an attempt to write the page. */
  readonly alone: <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** One page on its way to the sink. */
export interface Page {
  readonly instance: string
  readonly endpoint: EndpointName
  /** Begins to map the page's records. Each attempt to publish calls it once. */
  readonly map: (payload?: Payload) => Mapping
  /** Fails when another process polls the endpoint or an earlier page was given up. Run before publish and commit. */
  readonly wanted: Effect.Effect<void, PageLost>
  /** Saves the page's progress. Run after the page is durable in the sink, in the order of the endpoint's pages. */
  readonly commit: (brought: Brought, receipt?: Receipt) => Effect.Effect<void, StateStoreError>
  /** There for a page that is mapped with care, because a process ended with it in hand. */
  readonly careful?: Careful
  /** Closing the scope ends the page: success means committed, any other exit gives the page up. The first close counts. */
  readonly scope: Scope.Closeable
  /** Held during an attempt to publish, so that the scope does not close in the middle of the attempt. */
  readonly attempts: Semaphore.Semaphore
}

/** Makes a page's scope inside the scope of its run. The end of the run gives the page up, after a running attempt. */
export const makeScope = Effect.fnUntraced(function*(run: Scope.Scope) {
  const scope = yield* Scope.fork(run)
  const attempts = yield* Semaphore.make(1)
  return { scope, attempts }
})

/** Makes the scope wait for a running attempt before it closes. Add this finalizer last, so that it runs first. */
export const awaitAttempt = ({ attempts, scope }: Pick<Page, "attempts" | "scope">) =>
  Scope.addFinalizer(scope, attempts.withPermit(Effect.void))

/** Runs an attempt to publish a page; none when the page has ended. */
export const attempt = <A, E, R>(page: Page, publish: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E, R> =>
  page.attempts.withPermit(
    Effect.suspend(() => page.scope.state._tag === "Closed" ? Effect.succeedNone : Effect.asSome(publish))
  )

/** Ends a page with the result of publishing it. Does nothing when the page has ended. */
export const end = (page: Page, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => Scope.close(page.scope, exit)
