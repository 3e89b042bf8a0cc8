/** Shows a request that takes long: no request is outstanding or postponed for more than a minute without a word. */
import { Clock, Duration, Effect, Fiber, Ref, Schedule } from "effect"
import * as Limits from "../graph/Limits.ts"
import { Stage } from "../graph/Stage.ts"
import type { Note, PollerConfig } from "./PollerState.ts"
import * as Reports from "./Reports.ts"

/** What {@link shown} needs to tell of a request. */
export interface Telling {
  readonly config: PollerConfig
  readonly note: (note: Note) => Effect.Effect<void>
  /** Since when nothing was answered, in milliseconds since 1970. */
  readonly since: number
}

/** Whether the pause before the next try is shown at once, because Microsoft asked for a long one. */
const isLong = ({ error: { reason } }: Reports.FailedTry): boolean =>
  "retryAfter" in reason && reason.retryAfter !== undefined &&
  Duration.isGreaterThanOrEqualTo(reason.retryAfter, Limits.pauseShownFrom)

/** Whether the try failed because nobody answered it, which is what is said of a wait anyway. */
const isSilence = ({ error: { reason } }: Reports.FailedTry): boolean =>
  reason._tag === "Unavailable" && reason.kind === "timeout"

const spaced = Schedule.spaced(Limits.waitShownAfter)

/**
 * Runs a request, which says of each failed try that it failed. The endpoint is shown as waiting for its answer while it
 * takes longer than a minute, tries included, and from the first failed try on that asks for a long pause.
 */
export const shown = Effect.fnUntraced(
  function*<A>(
    request: (failed: (one: Reports.FailedTry) => Effect.Effect<void>) => Effect.Effect<A>,
    { config, note, since }: Telling
  ): Effect.fn.Return<A> {
    const waited = Duration.millis((yield* Clock.currentTimeMillis) - since)
    const stage = { awaited: "Graph" as const }
    const isTold = yield* Ref.make(false)
    let last: Reports.FailedTry | undefined
    const tell = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const report = last === undefined || isSilence(last)
        ? Reports.waiting(config, stage.awaited, since, now)
        : Reports.failing(config, last, since, now)
      yield* Ref.set(isTold, true)
      yield* note({ _tag: "Status", event: { _tag: "WaitBegan", report } })
      yield* note({ _tag: "Said", report, saying: { level: "Warn", remind: true, apart: true } })
    })
    const telling = yield* Effect.sleep(Duration.subtract(Limits.waitShownAfter, waited)).pipe(
      Effect.andThen(() => Effect.repeat(tell, spaced)),
      Effect.forkChild
    )
    const failed = (one: Reports.FailedTry) =>
      Effect.suspend(() => {
        last = one
        return isLong(one) ? tell : Effect.void
      })
    const answer = yield* request(failed).pipe(
      Effect.provideService(Stage, stage),
      Effect.ensuring(Fiber.interrupt(telling))
    )
    // What was said of it ends with the first pass that ends well.
    if (yield* Ref.get(isTold)) yield* note({ _tag: "Status", event: { _tag: "WaitEnded" } })
    return answer
  }
)
