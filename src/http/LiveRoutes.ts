/** Implements the endpoints of `LiveApi`. */
import { Clock, Effect, Schedule, Stream } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { listenersMax, listenersOfAddressMax, listenersOfSessionMax } from "../domain/Bounds.ts"
import { indexOff, Search } from "../search/Search.ts"
import { Activity } from "../status/Activity.ts"
import { Status } from "../status/Status.ts"
import { Access, type Caller } from "./Access.ts"
import { Api } from "./Api.ts"
import { Backend } from "./Backend.ts"
import { TooManyRequests } from "./Guard.ts"
import { eventSince, following, isNews, type LiveState } from "./LiveChanges.ts"

/** A person sees a change within a second. */
const lookEvery = "1 second"
/** An unchanged event is repeated, so that both ends know that the other is there. */
const repeatMillis = 15_000

const noIndex = indexOff("the connector is starting")

/** Layer of the handlers; listeners beyond `listenersMax`, in all or of one session or address, get `TooManyRequests`. */
export const layer = HttpApiBuilder.group(
  Api,
  "live",
  Effect.fn(function*(handlers) {
    const access = yield* Access
    const activity = yield* Activity
    const backend = yield* Backend
    const status = yield* Status
    const listeners = new Set<Caller>()
    const isFull = ({ address, session }: Caller) => {
      const all = Array.from(listeners)
      return all.length >= listenersMax ||
        all.filter((other) => other.session === session).length >= listenersOfSessionMax ||
        all.filter((other) => other.address === address).length >= listenersOfAddressMax
    }
    /** Counts a listener until the scope of its request ends, with the answer: requests at once count from the first. */
    const join = (caller: Caller) =>
      Effect.acquireRelease(
        Effect.suspend(() =>
          isFull(caller)
            ? Effect.fail(new TooManyRequests({ retry_after_seconds: 30 }))
            : Effect.sync(() => void listeners.add(caller))
        ),
        () => Effect.sync(() => void listeners.delete(caller))
      )

    // One state is made for all listeners.
    let latest: LiveState | undefined
    const state = yield* Effect.cachedWithTTL(
      Effect.gen(function*() {
        const index = yield* Effect.orElseSucceed(backend.use(Effect.flatMap(Search, ({ state }) => state)), () =>
          noIndex)
        latest = following(latest, { index, status: yield* status.document })
        return latest
      }),
      "900 millis"
    )

    const events = (request: HttpServerRequest.HttpServerRequest) => {
      let told: { readonly state: LiveState; readonly at: number } | undefined
      return Stream.fromEffectSchedule(
        Effect.all([state, Clock.currentTimeMillis, access.lives(request)]),
        Schedule.spaced(lookEvery)
      ).pipe(
        Stream.takeWhile(([, , lives]) => lives),
        Stream.map(([now, at]) => {
          const event = eventSince(told?.state, now)
          if (told !== undefined && at - told.at < repeatMillis && !isNews(told.state, now, event)) return undefined
          told = { state: now, at }
          return event
        }),
        Stream.filter((event) => event !== undefined)
      )
    }

    return handlers.handleAll({
      events: ({ request }) => Effect.map(join(access.caller(request)), () => events(request)),
      activity: ({ query: { range } }) => activity.read(range),
      tenantActivity: ({ query: { range, ...wanted } }) => activity.ofTenants(range, wanted)
    })
  })
)
