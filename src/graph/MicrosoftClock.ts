/**
 * Microsoft's clock, learnt from the `Date` headers of its hosts.
 *
 * Without it, a machine with a wrong clock would ask for a time window in the future. This module sends nothing;
 * callers report the headers they received.
 */
import { Clock, DateTime, Effect, Option, Ref, Result } from "effect"
import { Headers } from "effect/http"

/** Microsoft's clock, once it is known. */
export interface MicrosoftClock {
  /** Stores the `Date` of a response and returns it in milliseconds since 1970; without one, the machine's time. */
  readonly hear: (headers: Headers.Headers) => Effect.Effect<number>
  /** Milliseconds since 1970 by Microsoft's clock; none before a host has answered. */
  readonly now: Effect.Effect<Option.Option<number>>
}

/** Creates a clock without an offset. */
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
