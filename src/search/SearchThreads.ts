/** Starts the two search threads: one follows the sink and writes the index, the other answers. Both end together. */
import { Deferred, Effect, type Scope } from "effect"
import { setTimeout as after } from "node:timers/promises"
import { type ResourceLimits, Worker } from "node:worker_threads"
import { searchesMax } from "../domain/Bounds.ts"
import type { Answered, Answers, Asked, Failure, Progress, Question, Task, Told } from "./Protocol.ts"
import { SearchUnavailable } from "./Search.ts"
import { threadEntry } from "./ThreadEntry.ts"

/** MiB of each thread's heap. A thread needs some ten, because it reads bounded portions. */
export const heapMebibytesMax = 128

/** The young generation is what V8 begins with: the main thread lets that of every thread grow (`Heap.ts`). */
const heap: ResourceLimits = { maxOldGenerationSizeMb: heapMebibytesMax, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 }

/** Timeout for opening the index. */
const openMax = "10 seconds"

/** Timeout of a search; even a second is long for a million artifacts. */
const answerMax = "20 seconds"

/** The search that starts the threads waits this long for the index to catch up. */
const catchUpMax = "250 millis"

export interface SearchThreads {
  readonly ask: <const Q extends Question>(
    question: Q
  ) => Effect.Effect<Answers[keyof Q & keyof Answers], SearchUnavailable>
  /** Fails with the reason when one of the threads has ended. */
  readonly ended: Effect.Effect<never, Failure>
}

/** Milliseconds that a stop waits for a thread. */
const stopMax = 1000

let living = 0

/** Number of threads alive. A process that exits waits for each of them. */
export const threads = (): number => living

/** Starts a thread. Neither a working nor a stopping thread keeps the process alive. */
const thread = (
  task: Task,
  { onEnd, onMessage }: { readonly onMessage: (message: unknown) => void; readonly onEnd: (why: string) => void }
): Effect.Effect<Worker, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        // The thread gets no environment, which may hold secrets, and no flags of a debugger or a test.
        const worker = new Worker(threadEntry, {
          eval: typeof threadEntry === "string",
          workerData: task,
          name: `search-${task.role}`,
          env: {},
          execArgv: [],
          resourceLimits: heap
        })
        let isWanted = true
        const end = (why: string) => {
          if (isWanted) onEnd(why)
        }
        worker.on("message", onMessage)
        worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)))
        worker.on("exit", (code) => end(`it ended with ${code}`))
        worker.unref()
        living++
        worker.on("exit", () => living--)
        // A thread that hangs in a system call or a long query ends only when that returns.
        const stop = Effect.promise(() => {
          isWanted = false
          return Promise.race([worker.terminate(), after(stopMax, undefined, { ref: false })])
        })
        return { worker, stop }
      }),
      ({ stop }) => stop
    ),
    ({ worker }) => worker
  )

/** Says what failed and what to do, for the log and the page. */
export const sayFailure = (directory: string, { isDamage, why }: Failure): string =>
  isDamage
    ? `the index in ${directory} was damaged (${why}); the next search rebuilds it`
    : /out of memory|no answer/i.test(why)
    ? `the search gave up (${why}): search again, in a shorter time range`
    : `the index in ${directory} cannot be updated (${why}): let the connector's user write there, and search again`

/** Starts the threads. Returns when the index is open and has caught up, or a second after it is open. */
export const make = Effect.fnUntraced(
  function*(
    task: Omit<Task, "role">,
    onProgress: (progress: Progress) => void
  ): Effect.fn.Return<SearchThreads, Failure, Scope.Scope> {
    const opened = yield* Deferred.make<void, Failure>()
    const caughtUp = yield* Deferred.make<void, Failure>()
    const ended = yield* Deferred.make<never, Failure>()
    const waiting = new Map<number, (answer: Effect.Effect<Answers[keyof Answers], SearchUnavailable>) => void>()
    let asked = 0

    const unavailable = (failure: Failure) =>
      Effect.fail(new SearchUnavailable({ why: sayFailure(task.directory, failure) }))
    const end = (failure: Failure) => {
      Deferred.doneUnsafe(opened, Effect.fail(failure))
      Deferred.doneUnsafe(caughtUp, Effect.fail(failure))
      Deferred.doneUnsafe(ended, Effect.fail(failure))
      for (const answer of waiting.values()) answer(unavailable(failure))
      waiting.clear()
    }
    const onEnd = (role: Task["role"]) => (why: string) =>
      end({ why: `the thread that ${role}s: ${why}`, isDamage: false })

    yield* thread({ ...task, role: "write" }, {
      onMessage: (message) => {
        const told = message as Told
        if ("failure" in told) return end(told.failure)
        onProgress(told.progress)
        Deferred.doneUnsafe(opened, Effect.void)
        if (told.progress.behind === 0) Deferred.doneUnsafe(caughtUp, Effect.void)
      },
      onEnd: onEnd("write")
    })
    const reader = yield* thread({ ...task, role: "read" }, {
      onMessage: (message) => {
        const answered = message as Answered
        const answer = waiting.get(answered.number)
        waiting.delete(answered.number)
        if ("answer" in answered) return answer?.(Effect.succeed(answered.answer))
        answer?.(unavailable(answered.failure))
        if (answered.failure.isDamage) end(answered.failure)
      },
      onEnd: onEnd("read")
    })
    yield* Deferred.await(opened).pipe(Effect.timeoutOrElse({
      duration: openMax,
      orElse: () => Effect.fail({ why: "it does not answer", isDamage: false })
    }))
    yield* Effect.timeoutOption(Deferred.await(caughtUp), catchUpMax)

    return {
      ended: Deferred.await(ended),
      ask: <const Q extends Question>(question: Q) =>
        Effect.callback<Answers[keyof Q & keyof Answers], SearchUnavailable>((resume) => {
          if (waiting.size >= searchesMax) {
            resume(
              Effect.fail(
                new SearchUnavailable({ why: `${searchesMax} searches are waiting: search again in a moment` })
              )
            )
            return
          }
          const number = asked++
          // The thread answers each question in the type of its kind.
          waiting.set(number, resume as (answer: Effect.Effect<Answers[keyof Answers], SearchUnavailable>) => void)
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
          reader.postMessage({ number, question } satisfies Asked)
          // A cancelled search still runs to its end and counts towards the limit until then.
          return Effect.sync(() => void waiting.set(number, () => undefined))
        }).pipe(Effect.timeoutOrElse({
          duration: answerMax,
          orElse: () => {
            end({ why: `no answer within ${answerMax}`, isDamage: false })
            return Effect.fail(
              new SearchUnavailable({ why: `no answer within ${answerMax}: search in a shorter time range` })
            )
          }
        }))
    }
  }
)
