/** Searches what the file sink published, with an index of its own beside the sink's files. */

import { Clock, DateTime, Effect, Fiber, type FileSystem, Layer, type Path, RcRef, Scope } from "effect"
import { Artifact } from "../artifacts/Artifact.ts"
import * as KeptSearches from "./KeptSearches.ts"
import type { Failure, Progress } from "./Protocol.ts"
import { bytesBehind, keep, kept } from "./Published.ts"
import type { Fault } from "./query/Syntax.ts"
import { BadQuery, type IndexState, Search, type SearchRequest, SearchUnavailable } from "./Search.ts"
import * as SearchThreads from "./SearchThreads.ts"

/** The threads end this long after the last search. */
export const restAfter = "5 minutes"

/** Rows of one page at most. */
const limitMax = 1000

/** The fields that can be searched by their own names. */
const fields = Object.keys(Artifact.fields)

/** Options of the search: the files that it reads, and the directory and bounds of its index. */
export interface FileSearchOptions {
  readonly artifactsDirectory: string
  /** First word of the names of the sink's files. */
  readonly prefix: string
  /** Directory of the index; the first search makes it. */
  readonly directory: string
  readonly daysMax: number
  readonly rowsMax: number
}

const bounded = (limit: number): number => Math.min(limitMax, Math.max(1, Math.trunc(limit)))

const refusal = ({ fault, ...at }: Fault) => new BadQuery({ fault, at })

type Asked = Pick<SearchRequest, "from" | "to" | "query" | "instances" | "groups">

const lookupOf = Effect.fnUntraced(function*({ from, groups = {}, instances = {}, query, to }: Asked) {
  if (from > to) return yield* new BadQuery({ fault: "from is later than to" })
  return { query, instances, groups, from, to, now: yield* Clock.currentTimeMillis }
})

/**
 * Layer of the {@link Search} over the files of the file sink.
 *
 * **Details**
 *
 * Two threads do the work. The first search starts them, and they end {@link restAfter} the last one; asking for the
 * state starts nothing. When one thread fails, both end, and the next search starts them again.
 */
export const layer = (options: FileSearchOptions): Layer.Layer<Search, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    Search,
    Effect.gen(function*() {
      const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const scope = yield* Scope.Scope
      const searches = yield* KeptSearches.make(options.directory)
      let progress: Progress | undefined
      let failure: Failure | undefined
      /** Identifies the running pair of threads. */
      let current: object | undefined
      let skipped = 0

      const start: Effect.Effect<SearchThreads.SearchThreads, SearchUnavailable, Scope.Scope> = Effect.gen(function*() {
        const own = {}
        yield* Effect.addFinalizer(() => {
          if (current === own) current = undefined
          return progress === undefined
            ? Effect.void
            : Effect.provideContext(keep(options.directory, progress), context)
        })
        const threads = yield* SearchThreads.make(
          { ...options, fields, isDamaged: failure?.isDamage === true },
          (told) => {
            progress = told
          }
        )
        current = own
        failure = undefined
        const watch = Effect.catch(threads.ended, (ended) => {
          failure = ended
          if (current === own) current = undefined
          return Effect.andThen(
            Effect.logWarning(`search: ${SearchThreads.sayFailure(options.directory, ended)}`),
            RcRef.invalidate(running)
          )
        })
        // The watching fiber must outlive the scope that the invalidation closes, and must end with the threads.
        const watching = yield* Effect.forkIn(watch, scope)
        yield* Effect.addFinalizer(() => Effect.forkIn(Fiber.interrupt(watching), scope))
        return threads
      }).pipe(Effect.catch((ended) => {
        failure = ended
        return Effect.fail(new SearchUnavailable({ why: SearchThreads.sayFailure(options.directory, ended) }))
      }))
      const running: RcRef.RcRef<SearchThreads.SearchThreads, SearchUnavailable> = yield* RcRef.make({
        acquire: start,
        idleTimeToLive: restAfter
      })

      const using = <A>(use: (threads: SearchThreads.SearchThreads) => Effect.Effect<A, SearchUnavailable>) =>
        Effect.scoped(Effect.flatMap(RcRef.get(running), use))

      const state = Effect.gen(function*() {
        progress ??= yield* kept(options.directory)
        const { newest, read, rows } = progress
        const isRunning = current !== undefined
        const behind = isRunning ? progress.behind : yield* bytesBehind(options, read)
        return {
          state: failure !== undefined ? "failed" : !isRunning ? "resting" : behind > 0 ? "catching_up" : "following",
          rows,
          rows_max: options.rowsMax,
          days_max: options.daysMax,
          bytes_behind: behind,
          newest: newest === null ? null : DateTime.formatIso(DateTime.makeUnsafe(newest)),
          ...(failure === undefined ? {} : { why: SearchThreads.sayFailure(options.directory, failure) })
        } satisfies IndexState
      }).pipe(Effect.provideContext(context))

      /** Logs the lines that were skipped since the last search, so that no artifact is lost silently. */
      const tellSkipped = Effect.suspend(() => {
        const more = (progress?.skipped ?? 0) - skipped
        if (more <= 0) return Effect.void
        skipped += more
        return Effect.logWarning(
          `search: ${more} lines in ${options.artifactsDirectory} cannot be found: they are too long, or no artifacts`
        )
      })

      return Search.of({
        state,
        kept: searches.all,
        keep: searches.change,
        find: Effect.fn("Search.find")(function*({ before, isByArrival, limit, ...request }) {
          const lookup = yield* lookupOf(request)
          const found = yield* using(({ ask }) =>
            ask({ find: { ...lookup, before, isByArrival, limit: bounded(limit) } })
          )
          yield* tellSkipped
          if ("refused" in found) return yield* refusal(found.refused)
          const { hasMore, rows, total } = found
          return {
            rows,
            next: hasMore ? rows.at(-1)!.key : null,
            ...(total === undefined ? {} : { total }),
            index: yield* state
          }
        }),
        things: Effect.fn("Search.things")(function*({ group, limit, offset, sort, ...request }) {
          const lookup = yield* lookupOf(request)
          const tally = { group, sort, offset: Math.max(0, Math.trunc(offset)), limit: bounded(limit) }
          const found = yield* using(({ ask }) => ask({ things: { ...lookup, before: undefined, ...tally } }))
          yield* tellSkipped
          return "refused" in found ? yield* refusal(found.refused) : { ...found, index: yield* state }
        }),
        suggest: Effect.fn("Search.suggest")(function*(wanted) {
          return yield* using(({ ask }) => ask({ suggest: wanted }))
        }),
        detail: Effect.fn("Search.detail")(function*(id) {
          return yield* using(({ ask }) => ask({ detail: id }))
        }),
        lines: Effect.fn("Search.lines")(function*(keys) {
          return yield* using(({ ask }) => ask({ lines: keys }))
        })
      })
    })
  )
