/** Implements the endpoints of `LiveApi`. */
import { Clock, Effect, Equal, Schedule, Stream } from "effect"
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
import type { LiveEvent } from "./LiveApi.ts"

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

    // One event is made for all listeners.
    const event = yield* Effect.cachedWithTTL(
      Effect.gen(function*() {
        const index = yield* Effect.orElseSucceed(backend.use(Effect.flatMap(Search, ({ state }) => state)), () =>
          noIndex)
        return { status: yield* status.document, index } satisfies LiveEvent
      }),
      "900 millis"
    )

    const events = (request: HttpServerRequest.HttpServerRequest) => {
      let told: { readonly event: LiveEvent; readonly at: number } | undefined
      return Stream.fromEffectSchedule(
        Effect.all([event, Clock.currentTimeMillis, access.lives(request)]),
        Schedule.spaced(lookEvery)
      ).pipe(
        Stream.takeWhile(([, , lives]) => lives),
        Stream.filter(([now, at]) => {
          if (told !== undefined && at - told.at < repeatMillis && Equal.equals(now, told.event)) return false
          told = { event: now, at }
          return true
        }),
        Stream.map(([now]) => now)
      )
    }

    return handlers.handleAll({
      events: ({ request }) => Effect.map(join(access.caller(request)), () => events(request)),
      activity: ({ query: { range } }) => activity.read(range),
      tenantActivity: ({ query: { range, ...wanted } }) => activity.ofTenants(range, wanted)
    })
  })
)
