/** How long to wait before something is tried again: waits as schedules, and as functions of how often it failed in a row. */
import { Duration, Effect, Random, Schedule } from "effect"
import { onFailure } from "./FailureTable.ts"
import type { GraphError } from "./GraphError.ts"
import { retryAfterMax, tries } from "./Limits.ts"
import type { Service } from "./Services.ts"

/** Waits that double from a base up to a cap: the wait after `level` others in a row, 0 for the first. */
const doubling = (base: Duration.Input, cap: Duration.Input) => (level: number): Duration.Duration =>
  Duration.min(Duration.times(Duration.fromInputUnsafe(base), 2 ** level), Duration.fromInputUnsafe(cap))

const lengthened = (own: Duration.Duration, retryAfter: Duration.Duration | undefined, max: Duration.Duration) =>
  Duration.max(own, Duration.min(retryAfter ?? Duration.zero, max))

const ofRefusingToken = doubling("30 seconds", "10 minutes")
const ofFailingToken = doubling("1 second", "30 seconds")
/**
 * The wait before a token endpoint is asked again that refused `level` times before this one: 30 s doubling to 10 min. Entra
 * ID blocks an address that keeps asking with a bad secret (elastic/beats#49453). All endpoints share one request, and get
 * the same error within the wait.
 */
export const tokenBackoffAfter = (level: number): Duration.Duration => ofRefusingToken(level)

/**
 * The wait before a token endpoint is asked again that failed `level` times before this one: 1 s doubling to 30 s, and
 * `retryAfter` at least, to an hour at most. Each try of a page then asks it again, and the tries of several endpoints do not add up.
 */
export const tokenRetryAfter = (level: number, retryAfter: Duration.Duration | undefined): Duration.Duration =>
  lengthened(ofFailingToken(level), retryAfter, retryAfterMax.unavailable)

/**
 * The length of a cooldown that follows `level` others in a row: of the security service 10, 20, 40, then 60 minutes. Requests
 * made while throttled count against the quota (https://learn.microsoft.com/graph/throttling), so early retries only prolong
 * it. `retryAfter` can only lengthen it, to a day at most.
 */
export const cooldownAfter = (
  { pause, pauseMax }: Pick<Service, "pause" | "pauseMax">,
  level: number,
  retryAfter: Duration.Duration | undefined
): Duration.Duration => lengthened(doubling(pause, pauseMax)(level), retryAfter, retryAfterMax.throttled)

/** The length of the pause that a 5xx asks for by a long `Retry-After`: an hour at most. */
export const restAfter = (retryAfter: Duration.Duration): Duration.Duration =>
  Duration.min(retryAfter, retryAfterMax.unavailable)

/**
 * The wait before an endpoint is probed again that answered 403 `level` times before this one: from its interval doubling to
 * an hour. Consent may be granted later, and shows only in a new token.
 */
export const reprobeAfter = (level: number, interval: Duration.Duration): Duration.Duration =>
  doubling(interval, Duration.max(interval, Duration.hours(1)))(level)

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
 * Waits between the attempts of a sink or store that cannot write: 1 s doubling to 30 s, for ever, because the data it
 * holds must not be lost.
 */
export const sinkRetry = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])
