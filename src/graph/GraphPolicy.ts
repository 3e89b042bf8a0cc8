/**
 * Graph's limits, and what each failure makes the connector do.
 *
 * Every number that comes from Microsoft or from experience with it is here, with its reason. The client obeys the
 * request limits, and the poller obeys the failure table. Neither makes rules of its own.
 *
 * Long because the numbers, the schedules and the failure table are one reference, which the README repeats.
 */
/* oxlint-disable unicorn/no-thenable -- `then` is a word here and never a function, so that nothing can await it. */
import { Context, Duration, Effect, Random, Schedule } from "effect"
import { pageBytesMax } from "../domain/Bounds.ts"
import type { Forbidden, GraphError, Unauthorized, Unavailable } from "./GraphError.ts"

/** Page size below which halving stops. A page of 25 that still fails is the fault of its window, not of its size. */
export const pageSizeFloor = 25

/**
 * Milliseconds below which a time window is not halved any more. A minute that still fails is skipped and retried
 * later.
 */
export const windowFloor = 60_000

/** Pages read at one size before a halved page size is doubled again. */
export const pagesBeforeGrowth = 4

/** Interval and duration of the retries of a gap. The ledger knows for as long (7 days) what was published. */
export const gapRetry = { every: Duration.hours(1), during: Duration.days(7) } as const

/** Polls in a row that a legacy provider may miss before its part counts as a gap, which is retried hourly. */
export const missingProviderPolls = 3

/**
 * Interval at which Graph is asked how many rows it has behind the overlap. Rows become visible minutes to hours after
 * their timestamp (wazuh/wazuh#24323, wazuh/wazuh#34652).
 */
export const sweepEvery = Duration.hours(1)

/** Thresholds of a stall, each far beyond what a healthy tenant shows. */
export const stalls = {
  /**
   * Polls in a row that bring new rows without moving the watermark (elastic/integrations#21461: 30 hours unnoticed).
   */
  unmovedPolls: 6,
  /** Intervals without a successful pass; at least an hour. */
  lagIntervals: 6,
  lagFloor: Duration.hours(1),
  /** Multiple of an endpoint's longest silence so far that counts as silent; at least a day. */
  silenceTimes: 6,
  silenceFloor: Duration.hours(24),
  /** Polls with records that an endpoint needs before its silence is judged. */
  habitPolls: 20
} as const

/** How long the legacy endpoint may bring nothing while `alerts_v2` has rows before it counts as retired. */
export const legacySilence = Duration.hours(24)

/**
 * Request budget of one application in one tenant of one cloud, shared by its endpoints: 100 requests a minute.
 *
 * Microsoft allows 150 a minute, per application and tenant, over everything under `/security`
 * (https://learn.microsoft.com/graph/throttling-limits#security-detections-and-incidents-service-limits). A bucket of
 * 40 that refills in 24 s gives 100 a minute in the long run, and at most 140 in any one minute, its burst included.
 */
export const requestBudget = { limit: 40, window: Duration.seconds(24) } as const

/**
 * Request budget of a backfill, a process of its own: 50 a minute. It and live polling together stay within Microsoft's
 * 150 without coordination.
 */
export const backfillBudget = { limit: 4, window: Duration.millis(4800) } as const

/** The request budget of this process; `backfill` replaces it by {@link backfillBudget}. */
export const RequestBudget = Context.Reference<{ readonly limit: number; readonly window: Duration.Duration }>(
  "azure-security/graph/GraphPolicy/RequestBudget",
  { defaultValue: () => requestBudget }
)

/** Budget of requests between polls (gaps and late rows): 25 a minute, so that live polling never waits for them. */
export const asideBudget = { limit: 10, window: Duration.seconds(24) } as const

/** Limit of a page's body in bytes; reading a larger body is stopped. */
export const PageBytesMax = Context.Reference<number>("azure-security/graph/PageBytesMax", {
  defaultValue: () => pageBytesMax
})

/**
 * Time limits of a request. A provider behind Graph answers or fails in 10 s
 * (https://learn.microsoft.com/graph/api/resources/security-error-codes), and Graph asks several one after the other.
 */
export const timeouts = {
  connect: Duration.seconds(10),
  firstByte: Duration.seconds(120),
  betweenBytes: Duration.seconds(30),
  request: Duration.seconds(300),
  /** The token endpoint answers in well under a second, or not at all. */
  token: Duration.seconds(30)
} as const

/** Tries of one page, and the number of failed requests of any kind that ends a poll. */
export const tries = { page: 4, failuresInPoll: 12 } as const

/** The longest `Retry-After` that is obeyed: a day. A wrong clock can produce a date in the next year. */
export const retryAfterMax = Duration.hours(24)

/**
 * A token is renewed this long before its end, so that no request starts with one about to expire. MSAL's own margin is
 * the same 300 s.
 */
export const tokenMargin = Duration.minutes(5)

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

/**
 * Wait between probes of an endpoint that Microsoft retired. Microsoft moved the retirement three times
 * (microsoftgraph/microsoft-graph-docs-contrib#10012), so Graph is asked instead of trusting a date.
 */
export const retiredProbe = Duration.hours(24)

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

/** What the connector does after a failure. */
export interface Reaction {
  /** Code of the error report and of the error counter. */
  readonly code: FailureCode
  /** State of the endpoint until it recovers. */
  readonly state: "unauthorized" | "forbidden" | "retired" | "cooldown" | "unavailable" | "error"
  /** What the poller does. */
  readonly then: "next_poll" | "reprobe" | "cooldown" | "retry_page" | "halve_page" | "probe_daily"
  /** What the administrator should do, in one line that starts with a verb. */
  readonly remedy: string
}

/** One row of the failure table: the symptom, its typed error, and the reaction. */
export interface FailureRow extends Omit<Reaction, "code"> {
  readonly failure: string
  readonly error: GraphError["reason"]["_tag"]
  readonly happens: string
}

const nextPollAfterRefusal =
  "no request to Graph; asked again at the next poll, one flight for all endpoints, with its own backoff; new credentials end it at once"
const reprobed =
  "one warning, then quiet until the cause changes; the other endpoints go on; probed with a new token, slowing from the interval to hourly"
const retried =
  "the page is tried 4 times, after 1 s doubling to 30 s with full jitter and Retry-After as the minimum; then its size is halved; then the next poll"
const networkHelp = "the connector has to reach the hosts of Microsoft Graph and of sign-in on port 443"

/** The failure table, a row for each code. The README's table is generated from it. */
export const failures = {
  credentials_refused: {
    failure: "The token endpoint refuses (AADSTS7000215, 7000222, 700016, 90002, …)",
    error: "Unauthorized",
    happens: nextPollAfterRefusal,
    state: "unauthorized",
    then: "next_poll",
    remedy: "Check tenant ID, client ID and client secret of the app registration"
  },
  token_refused: {
    failure: "401 from Graph",
    error: "Unauthorized",
    happens: "the token is dropped, a new one fetched, the request tried once more; then the poll ends",
    state: "unauthorized",
    then: "next_poll",
    remedy: "Check that the machine's clock is right and that the tenant belongs to the configured cloud"
  },
  missing_permission: {
    failure: "403, the token lacks the permission",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy: "Grant the endpoint's application permission of Microsoft Graph and give admin consent"
  },
  not_licensed: {
    failure: "403, the tenant is not licensed or onboarded",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy: "Onboard the tenant to Microsoft Defender XDR, or turn this endpoint off"
  },
  conditional_access: {
    failure: "403, a conditional access policy",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy: "Exempt the app registration's service principal from the conditional access policy that blocks it"
  },
  forbidden: {
    failure: "403 for any other cause",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy: "Check the permissions of the app registration, admin consent, and the tenant's Defender licence"
  },
  throttled: {
    failure: "429, 509",
    error: "Throttled",
    happens:
      "cooldown of the endpoint: the longer of Retry-After (at most 24 h) and 10 minutes; 20, 40, then 60 when throttled again; goes on at the rows that were refused",
    state: "cooldown",
    then: "cooldown",
    remedy: "Wait: polling goes on by itself. If it recurs, find what else uses the same app registration"
  },
  service_unavailable: {
    failure: "5xx, 408",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: "Wait: Microsoft answers with errors, and polling goes on by itself. See https://status.cloud.microsoft"
  },
  network_failed: {
    failure: "Connection refused or reset",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: `Check firewall and network: ${networkHelp}`
  },
  dns_failed: {
    failure: "Host name not found",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: "Check the machine's DNS: Microsoft's host names do not resolve"
  },
  tls_failed: {
    failure: "Certificate not trusted",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy:
      "Add the CA of the proxy that inspects TLS to the trusted certificates (NODE_EXTRA_CA_CERTS), and check the clock"
  },
  proxy_failed: {
    failure: "The proxy refuses",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: `Check HTTPS_PROXY and what the proxy allows: ${networkHelp}`
  },
  timed_out: {
    failure: "No answer in time",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: `Check firewall and proxy if it goes on: ${networkHelp}`
  },
  body_unreadable: {
    failure: "Truncated or non-JSON body",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: "Check for a proxy that answers in Microsoft's place, if it goes on"
  },
  body_too_large: {
    failure: "Body above the limit",
    error: "BodyTooLarge",
    happens: "given up while being read; the page size is halved, down to 25; then the next poll",
    state: "error",
    then: "halve_page",
    remedy: "Raise the limit of a page's size if it recurs"
  },
  endpoint_retired: {
    failure: "404, 410, or 400 for the segment, on legacy alerts",
    error: "Retired",
    happens: "one warning; probed once a day",
    state: "retired",
    then: "probe_daily",
    remedy: "Turn the endpoint off: Microsoft retired it, and alerts_v2 has its alerts"
  },
  request_rejected: {
    failure: "400 otherwise, other 4xx, a redirect; 404 on the other two (not in this cloud)",
    error: "Rejected",
    happens: "not repeated as it is; reported with the request",
    state: "error",
    then: "next_poll",
    remedy: "Report this with the request and its ID; on 404, turn off the endpoint, which this cloud does not have"
  },
  page_malformed: {
    failure: "The page's envelope is not what Graph promises",
    error: "DecodeFailed",
    happens: `${retried}; the body is described, never printed`,
    state: "error",
    then: "retry_page",
    remedy: "Check for a proxy that changes answers; report this with the request's ID if it goes on"
  }
} as const satisfies Record<string, FailureRow>

/** The code of a failure, as in reports and in `signal_client_errors_total{code}`. */
export type FailureCode = keyof typeof failures

const whyForbidden = {
  missing_role: "missing_permission",
  not_licensed: "not_licensed",
  conditional_access: "conditional_access",
  unknown: "forbidden"
} as const satisfies Record<Forbidden["why"], FailureCode>

const whyUnavailable = {
  http: "service_unavailable",
  network: "network_failed",
  dns: "dns_failed",
  tls: "tls_failed",
  proxy: "proxy_failed",
  timeout: "timed_out",
  body: "body_unreadable"
} as const satisfies Record<Unavailable["kind"], FailureCode>

const whyUnauthorized = {
  login: "credentials_refused",
  graph: "token_refused"
} as const satisfies Record<Unauthorized["by"], FailureCode>

const reaction = (code: FailureCode, remedy?: string): Reaction => {
  const { state, then, remedy: usual } = failures[code]
  return { code, state, then, remedy: remedy ?? usual }
}

/** Returns the reaction to a failure: looks its reason up in the failure table. */
export const onFailure = (reason: GraphError["reason"]): Reaction => {
  switch (reason._tag) {
    case "Unauthorized":
      return reaction(whyUnauthorized[reason.by], reason.remedy)
    case "Forbidden":
      return reaction(
        whyForbidden[reason.why],
        reason.why === "missing_role" && reason.requiredPermissions.length > 0
          ? `Grant ${
            reason.requiredPermissions[0]
          }, an application permission of Microsoft Graph, to the app registration and give admin consent`
          : undefined
      )
    case "Throttled":
      return reaction("throttled")
    case "Unavailable":
      return reaction(whyUnavailable[reason.kind])
    case "BodyTooLarge":
      return reaction("body_too_large")
    case "Retired":
      return reaction("endpoint_retired")
    case "Rejected":
      return reaction("request_rejected")
    case "DecodeFailed":
      return reaction("page_malformed")
  }
}

/**
 * How far ahead of Graph's clock a cursor may be and still move the watermark: a row dated 9999 must not stop polling.
 */
export const futureMax = Duration.minutes(5)

/** How long an endpoint must work after a cooldown before the next cooldown starts at ten minutes again. */
export const goodAfterCooldown = Duration.minutes(10)

/**
 * Waits between the attempts of a sink or store that cannot write: 1 s doubling to 30 s, for ever, because the data it
 * holds must not be lost.
 */
export const sinkRetry = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])

/** Whether the same request may succeed later, judged by its status. */
export const isTransient = (status: number): boolean => status >= 500 || status === 429 || status === 408
