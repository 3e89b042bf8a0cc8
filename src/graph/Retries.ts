/** How long to wait before something is tried again: waits as schedules, and as functions of how often it failed in a row. */
import { Duration, Effect, Random, Schedule } from "effect"
import { onFailure } from "./FailureTable.ts"
import type { GraphError } from "./GraphError.ts"
import { retryAfterMax, tries } from "./Limits.ts"

/** Waits that double from a base up to a cap: the wait after `level` others in a row. */
const doubling = (base: Duration.Input, cap: Duration.Input) => (level: number): Duration.Duration =>
  Duration.min(Duration.times(Duration.fromInputUnsafe(base), 2 ** level), Duration.fromInputUnsafe(cap))

/**
 * Waits between requests to a token endpoint that refuses: 30 s doubling to 10 min. Entra ID blocks an address that
 * keeps asking with a bad secret (elastic/beats#49453). All endpoints share one request, and get the same error within
 * the wait.
 */
export const tokenBackoff = doubling("30 seconds", "10 minutes")

/**
 * Waits between requests to a failing token endpoint: 1 s doubling to 30 s. Each try of a page then asks the token
 * endpoint again, and the tries of several endpoints do not add up.
 */
export const tokenRetry = doubling("1 second", "30 seconds")

/**
 * Cooldowns of an endpoint that Graph throttled: 10, 20, 40, then 60 minutes. Requests made while throttled count
 * against the quota (https://learn.microsoft.com/graph/throttling), so early retries only prolong it.
 */
export const cooldown = doubling("10 minutes", "60 minutes")

/**
 * Waits between the tries of one page: 1 s doubling to 30 s, full jitter, `Retry-After` as the minimum; 4 tries. It
 * ends at once for failures whose reaction is not `retry_page`. It retries the page, never the stream.
 */
export const pageRetry = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")]).pipe(
  Schedule.upTo({ times: tries.page - 1 }),
  Schedule.setInputType<GraphError>(),
  Schedule.while(({ input }) => onFailure(input.reason).then === "retry_page"),
  Schedule.modifyDelay(({ duration, input }) =>
    Effect.map(Random.next, (share) => Duration.max(Duration.times(duration, share), retryAfterOf(input)))
  )
)

const retryAfterOf = ({ reason }: GraphError) =>
  reason._tag === "Unavailable" || reason._tag === "Throttled" ? reason.retryAfter ?? Duration.zero : Duration.zero

/**
 * Waits between probes of an endpoint that answers 403: from its interval doubling to an hour. Consent may be granted
 * later, and shows only in a new token.
 */
export const reprobe = (interval: Duration.Duration) => doubling(interval, Duration.max(interval, Duration.hours(1)))

const lengthened = (own: Duration.Duration, retryAfter: Duration.Duration | undefined) =>
  Duration.max(own, Duration.min(retryAfter ?? Duration.zero, retryAfterMax))

/**
 * Returns the length of a cooldown that follows `level` others in a row (0 for the first). `retryAfter` can only
 * lengthen it, to a day at most.
 */
export const cooldownAfter = (level: number, retryAfter: Duration.Duration | undefined): Duration.Duration =>
  lengthened(cooldown(level), retryAfter)

/**
 * Returns the wait before the next probe of an endpoint that has answered 403 `level` times before this one in a row.
 */
export const reprobeAfter = (level: number, interval: Duration.Duration): Duration.Duration => reprobe(interval)(level)

/**
 * Returns the wait before the token endpoint is asked again that has refused `level` times before this one in a row.
 */
export const tokenBackoffAfter = (level: number): Duration.Duration => tokenBackoff(level)

/**
 * Returns the wait before a token endpoint is asked again that has not worked `level` times before this one in a row.
 */
export const tokenRetryAfter = (level: number, retryAfter: Duration.Duration | undefined): Duration.Duration =>
  lengthened(tokenRetry(level), retryAfter)

/**
 * Waits between the attempts of a sink or store that cannot write: 1 s doubling to 30 s, for ever, because the data it
 * holds must not be lost.
 */
export const sinkRetry = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])
