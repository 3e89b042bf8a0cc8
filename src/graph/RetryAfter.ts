/** Parses the `Retry-After` header. */
import { Duration, Option, Result } from "effect"
import { Headers } from "effect/http"
import { retryAfterMax } from "./Limits.ts"

/**
 * Returns the wait that `Retry-After` asks for, at most a day, or `undefined` when the header is missing or unreadable.
 * The header holds seconds or an HTTP date; a date is compared with the host's own clock, `at`.
 */
export const retryAfter = (headers: Headers.Headers, at: number): Duration.Duration | undefined =>
  Headers.get(headers, "retry-after").pipe(
    Option.flatMap((text) => Result.getSuccess(Headers.parseRetryAfter(text))),
    Option.map((value) => Duration.min(Headers.retryAfterDelay(value, at), retryAfterMax.throttled)),
    Option.getOrUndefined
  )
