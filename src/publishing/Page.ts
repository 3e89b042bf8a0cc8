/**
 * The element that flows from every endpoint of every tenant to the one sink: the records of a page, and the effect that
 * makes its progress permanent. Publish, then commit.
 *
 * A page is a scope. Its permits, the buffers that its records are read from, and the poller that waits for its end are
 * finalizers of that scope, so that a page ends in one way, whoever ends it: the consumer with what came of it, or the run
 * of its endpoint by being interrupted.
 */
import { Effect, type Exit, type Option, Schema, Scope, Semaphore } from "effect"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import type { Brought, Mapping } from "./Slices.ts"

/** Another process publishes the endpoint now, or a page before this one was given up. */
export class PageLost extends Schema.TaggedError<PageLost>()("PageLost", {}) {}

/** One page on its way to the sink. */
export interface Page {
  readonly instance: string
  readonly endpoint: EndpointName
  /** Begins a pass over the page's records; each attempt to publish begins one. */
  readonly map: () => Mapping
  /** Fails once the endpoint is another process's, or a page before it was given up. To be asked before publish and commit. */
  readonly wanted: Effect.Effect<void, PageLost>
  /** Makes the page's progress permanent. To be run once the page is durable in the sink, in the order of an endpoint's pages. */
  readonly commit: (brought: Brought) => Effect.Effect<void, StateStoreError>
  /** Closing it ends the page: a success is a commit, everything else gives the page up. Only the first close counts. */
  readonly scope: Scope.Closeable
  /** Held while an attempt runs, so that the scope does not close in the middle of one. */
  readonly attempts: Semaphore.Semaphore
}

/**
 * Makes the scope of a page within the scope of a run: the run's end gives the page up, once an attempt to publish it that
 * is under way has ended.
 */
export const makeScope = Effect.fnUntraced(function*(run: Scope.Scope) {
  const scope = yield* Scope.fork(run)
  const attempts = yield* Semaphore.make(1)
  return { scope, attempts }
})

/** To be added to the page's scope last, so that it runs first: waits for the attempt that is under way. */
export const awaitAttempt = ({ attempts, scope }: Pick<Page, "attempts" | "scope">) =>
  Scope.addFinalizer(scope, attempts.withPermit(Effect.void))

/** Runs an attempt to publish a page, unless the page has ended. */
export const attempt = <A, E, R>(page: Page, publish: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<A>, E, R> =>
  page.attempts.withPermit(
    Effect.suspend(() => page.scope.state._tag === "Closed" ? Effect.succeedNone : Effect.asSome(publish))
  )

/** Ends a page with what came of publishing it. */
export const end = (page: Page, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => Scope.close(page.scope, exit)
