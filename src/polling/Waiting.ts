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
  /** Why the last try of the request failed; undefined before the first failure. */
  readonly lastFailure: () => string | undefined
  /** Since when nothing was answered, in milliseconds since 1970. */
  readonly since: number
}

/** Runs a request. While it takes longer than a minute, tries included, the endpoint is shown as waiting for its answer. */
export const shown = Effect.fnUntraced(
  function*<A>(request: Effect.Effect<A>, { config, lastFailure, note, since }: Telling): Effect.fn.Return<A> {
    const waited = Duration.millis((yield* Clock.currentTimeMillis) - since)
    const stage = { awaited: "Graph" as const }
    const isTold = yield* Ref.make(false)
    const tell = Effect.gen(function*() {
      const report = Reports.waiting(config, stage.awaited, since, lastFailure(), yield* Clock.currentTimeMillis)
      yield* Ref.set(isTold, true)
      yield* note({ _tag: "Status", event: { _tag: "WaitBegan", report } })
      yield* note({ _tag: "Said", report, saying: { level: "Warn", remind: true, apart: true } })
    }).pipe(
      Effect.repeat(Schedule.spaced(Limits.waitShownAfter)),
      Effect.delay(Duration.subtract(Limits.waitShownAfter, waited))
    )
    const telling = yield* Effect.forkChild(tell)
    const answer = yield* request.pipe(Effect.provideService(Stage, stage), Effect.ensuring(Fiber.interrupt(telling)))
    // What was said of it ends with the first pass that ends well.
    if (yield* Ref.get(isTold)) yield* note({ _tag: "Status", event: { _tag: "WaitEnded" } })
    return answer
  }
)
