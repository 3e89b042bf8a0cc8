/**
 * Graph's limits as numbers. Every number that comes from Microsoft, or from experience with Graph, is here with its reason;
 * what a failure leads to is in `FailureTable.ts`, and how long to wait in `Retries.ts`.
 */
import { Context, Duration } from "effect"
import { pageBytesMax } from "../domain/Bounds.ts"

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

/** Pages in a row behind links, without a row that the pass had not shown, after which the link leads nowhere. */
export const idlePagesMax = 20

/** Polls in a row that a legacy provider may miss before its part counts as a gap, which is retried hourly. */
export const missingProviderPolls = 3

/**
 * Interval at which Graph is asked how many rows it has behind the overlap. Rows become visible minutes to hours after
 * their timestamp (wazuh/wazuh#24323, wazuh/wazuh#34652).
 */
export const sweepEvery = Duration.hours(1)

/**
 * Where Graph does not count, rows are read again: those of the last hours at each sweep, and those of more than a day once a
 * day. Sign-ins were seen hours late in bad spells (MicrosoftDocs/azure-docs#44052).
 */
export const reread = { every: Duration.hours(24), hours: Duration.hours(26) } as const

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

/** Budget of requests between polls (gaps and late rows): 25 a minute, so that live polling never waits for them. */
export const asideBudget = { limit: 10, window: Duration.seconds(24) } as const

/** Whether the records of a page keep the bytes that Graph sent, for a sink that publishes them; small pages are split then. */
export const KeepsBytes = Context.Reference<boolean>("azure-security/graph/Limits/KeepsBytes", {
  defaultValue: () => false
})

/** Limit of a page's body in bytes; reading a larger body is stopped. */
export const PageBytesMax = Context.Reference<number>("azure-security/graph/Limits/PageBytesMax", {
  defaultValue: () => pageBytesMax
})

/**
 * Time limits of a request. A provider behind Graph answers or fails in 10 s
 * (https://learn.microsoft.com/graph/api/resources/security-error-codes), and Graph asks several one after the other.
 */
export const timeouts = {
  connect: Duration.seconds(10),
  /**
   * One address of a host, before the next one is tried. Node's own 250 ms are less than a satellite's round trip, and
   * three dead addresses leave a second to the fourth.
   */
  address: Duration.seconds(3),
  firstByte: Duration.seconds(120),
  betweenBytes: Duration.seconds(30),
  request: Duration.seconds(300),
  /** The token endpoint answers in well under a second, or not at all. */
  token: Duration.seconds(30)
} as const

/**
 * What a body that holds room in memory has to bring in each `every`, so that those that drip do not keep all others waiting:
 * 0.4 KiB a second, at which no page comes whole within the time limit. A body that was faster may rest for 30 s.
 */
export const bodyPaceMin = { every: Duration.seconds(5), bytes: 2048, aheadMax: 6 * 2048 } as const

/** A request that takes longer, with its tries and everything that it waits for, is shown as waiting. */
export const waitShownAfter = Duration.minutes(1)

/** A pause between two tries for which Microsoft asks is shown at its beginning when it is as long as this. */
export const pauseShownFrom = Duration.seconds(10)

/** Tries of one page, and the number of failed requests of any kind that ends a poll. */
export const tries = { page: 4, failuresInPoll: 12 } as const

/**
 * The longest `Retry-After` that is obeyed. After a 429 a day: a wrong clock can produce a date in the next year. After
 * 5xx an hour, because a service that is down does not know when it will be well, and is asked again to find out.
 */
export const retryAfterMax = { throttled: Duration.hours(24), unavailable: Duration.hours(1) } as const

/** How long a query goes without what Graph refused of it, before it is asked for as a whole again. */
export const askWholeAgain = Duration.hours(24)

/** A filter that reaches back no further is not refused for its age, whatever the message says. */
export const surelyKept = Duration.hours(1)

/** A longer `Retry-After` of a 5xx ends the poll: a wait that is not shown must not take longer. */
export const restFrom = Duration.minutes(1)

/**
 * A token is renewed this long before its end, so that no request starts with one about to expire. MSAL's own margin is
 * the same 300 s.
 */
export const tokenMargin = Duration.minutes(5)

/**
 * Wait between probes of an endpoint that Microsoft retired. Microsoft moved the retirement three times
 * (microsoftgraph/microsoft-graph-docs-contrib#10012), so Graph is asked instead of trusting a date.
 */
export const retiredProbe = Duration.hours(24)

/**
 * How far ahead of Graph's clock a cursor may be and still move the watermark: a row dated 9999 must not stop polling.
 */
export const futureMax = Duration.minutes(5)

/** How long an endpoint must work after a cooldown before the next cooldown starts at ten minutes again. */
export const goodAfterCooldown = Duration.minutes(10)

/** How wrong this machine's clock may be before it is a warning: less than half of the five minutes that Entra tolerates. */
export const clockWarnedFrom = Duration.minutes(2)
