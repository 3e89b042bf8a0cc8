/** Implements the endpoints of `LiveApi`. */
import { Clock, Effect, Equal, Schedule, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { listenersMax } from "../domain/Bounds.ts"
import { indexOff, Search } from "../search/Search.ts"
import { Activity } from "../status/Activity.ts"
import { Status } from "../status/Status.ts"
import { Api } from "./Api.ts"
import { Backend } from "./Backend.ts"
import { TooManyRequests } from "./Guard.ts"
import type { LiveEvent } from "./LiveApi.ts"

/** A person sees a change within a second. */
const lookEvery = "1 second"
/** An unchanged event is repeated, so that both ends know that the other is there. */
const repeatMillis = 15_000

const noIndex = indexOff("the connector is starting")

/** Layer of the handlers; more than `listenersMax` listeners get `TooManyRequests`. */
export const layer = HttpApiBuilder.group(
  Api,
  "live",
  Effect.fn(function*(handlers) {
    const activity = yield* Activity
    const backend = yield* Backend
    const status = yield* Status
    let listeners = 0

    // One event is made for all listeners.
    const event = yield* Effect.cachedWithTTL(
      Effect.gen(function*() {
        const index = yield* Effect.orElseSucceed(backend.use(Effect.flatMap(Search, ({ state }) => state)), () =>
          noIndex)
        return { status: yield* status.document, index } satisfies LiveEvent
      }),
      "900 millis"
    )

    const events = Stream.unwrap(Effect.gen(function*() {
      yield* Effect.acquireRelease(Effect.sync(() => listeners++), () => Effect.sync(() => listeners--))
      let told: { readonly event: LiveEvent; readonly at: number } | undefined
      return Stream.fromEffectSchedule(Effect.all([event, Clock.currentTimeMillis]), Schedule.spaced(lookEvery)).pipe(
        Stream.filter(([now, at]) => {
          if (told !== undefined && at - told.at < repeatMillis && Equal.equals(now, told.event)) return false
          told = { event: now, at }
          return true
        }),
        Stream.map(([now]) => now)
      )
    }))

    return handlers.handleAll({
      events: () =>
        Effect.suspend(() =>
          listeners < listenersMax
            ? Effect.succeed(events)
            : Effect.fail(new TooManyRequests({ retry_after_seconds: 30 }))
        ),
      activity: ({ query: { range } }) => activity.read(range)
    })
  })
)
