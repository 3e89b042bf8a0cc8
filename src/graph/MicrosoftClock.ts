/**
 * Microsoft's clock, learnt from the `Date` headers of its hosts.
 *
 * A machine whose clock is wrong must not ask for a window of tomorrow. Nothing is asked here; others report what they
 * heard.
 */
import { Clock, DateTime, Effect, Option, Ref, Result } from "effect"
import { Headers } from "effect/http"

/** How far the machine's clock is behind Microsoft's, once it is known. */
export interface MicrosoftClock {
  /** Takes the `Date` of a response, and returns it in milliseconds since 1970; the machine's clock where there is none. */
  readonly hear: (headers: Headers.Headers) => Effect.Effect<number>
  /** Milliseconds since 1970 by Microsoft's clock; none before a host was heard. */
  readonly now: Effect.Effect<Option.Option<number>>
}

/** Makes a clock that has heard nothing. */
export const make: Effect.Effect<MicrosoftClock> = Effect.gen(function*() {
  const offset = yield* Ref.make(Option.none<number>())
  return {
    hear: Effect.fnUntraced(function*(headers) {
      const machine = yield* Clock.currentTimeMillis
      const date = Option.flatMap(
        Headers.get(headers, "date"),
        (text) => Result.getSuccess(Headers.parseHttpDate(text))
      )
      if (Option.isNone(date)) return machine
      const millis = DateTime.toEpochMillis(date.value)
      yield* Ref.set(offset, Option.some(millis - machine))
      return millis
    }),
    now: Effect.gen(function*() {
      const machine = yield* Clock.currentTimeMillis
      return Option.map(yield* Ref.get(offset), (behind) => machine + behind)
    })
  }
})
