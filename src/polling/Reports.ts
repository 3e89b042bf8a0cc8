/** Reports of a poller that no failed request is the cause of. */
import type { Gap } from "../checkpoints/Checkpoint.ts"
import { failures } from "../graph/FailureTable.ts"
import type * as NextLink from "../graph/NextLink.ts"
import type { Awaited } from "../graph/Stage.ts"
import { isoTime, type Report } from "../status/Report.ts"
import type { Poll } from "./Poll.ts"
import type { PollerConfig } from "./PollerState.ts"

const about = ({ endpoint, identity }: PollerConfig, now: number) => ({
  instance: identity.name,
  endpoint: endpoint.name,
  occurred_at: isoTime(now)
})

const awaitedWords = ({ identity: { cloud } }: PollerConfig): Readonly<Record<Awaited, readonly [string, string]>> => ({
  "sign-in": [
    `${new URL(cloud.login).host} gives no token`,
    "Check firewall and proxy if it goes on: the connector has to reach the sign-in host on port 443"
  ],
  Graph: [
    `${new URL(cloud.graph).host} does not answer`,
    "Check firewall and proxy if it goes on: the connector has to reach Microsoft Graph on port 443"
  ],
  budget: [
    "the request waits for Microsoft's limit of requests",
    "Wait: other requests of the same application come first. Find what else uses it, if it goes on"
  ],
  page: [
    "the request waits, because as many pages as allowed are in memory",
    "See the reports of the sink and of other instances, which hold the pages; raise limits.page_permits if there are none"
  ],
  lease: [
    "the request waits, because this process no longer holds the instance's lease",
    "Wait: another process polls the instance, or the broker is away"
  ]
})

/** A request takes longer than a minute. Times are milliseconds since 1970; `failure` is why its last try failed. */
export const waiting = (
  config: PollerConfig,
  awaited: Awaited,
  since: number,
  failure: string | undefined,
  now: number
): Report => {
  const [what, remedy] = awaitedWords(config)[awaited]
  return {
    code: "waiting",
    ...about(config, now),
    message: `${what} since ${isoTime(since)}${failure === undefined ? "" : `; the last try: ${failure}`}`,
    remedy
  }
}

/** A pause that Microsoft asked for goes on. Times are milliseconds since 1970. */
export const pausing = (config: PollerConfig, until: number, rests: boolean, now: number): Report => ({
  code: rests ? "service_paused" : "throttled",
  ...about(config, now),
  message: rests
    ? `Microsoft was unavailable and asked for a pause until ${isoTime(until)}`
    : `Graph throttled this endpoint with 429 before this process began; its cooldown goes on until ${isoTime(until)}`,
  remedy: failures[rests ? "service_paused" : "throttled"].remedy,
  cooldown_until: isoTime(until)
})

/** The nextLink of a page cannot be followed: it repeats, or it leads elsewhere. */
export const link = (config: PollerConfig, now: number, stray: NextLink.Stray | undefined): Report => ({
  code: stray === undefined ? "next_link_repeats" : "next_link_refused",
  ...about(config, now),
  message: stray === undefined
    ? "Graph sent the same link to the next page twice"
    : stray === "malformed"
    ? "Graph sent a link to the next page that is not a URL, and it was not followed"
    : `Graph sent a link to the next page that leads elsewhere (its ${stray} differs), and it was not followed`,
  remedy:
    "the rows read so far are kept and reading goes on without the link; should it last, report it to Microsoft with the request id"
})

/** A range cannot be read and was left out. */
export const gap = (config: PollerConfig, { code, from, to }: Gap, now: number): Report => ({
  code: "gap",
  ...about(config, now),
  message: `what changed from ${from} to ${to} cannot be read (${code}) and was left out`,
  remedy:
    "wait: it is tried again every hour for 7 days; should it last, report the range and a request id of this log to Microsoft"
})

/** A range could not be read for as long as the ledger remembers. */
export const gapGivenUp = (config: PollerConfig, { code, from, to }: Gap, now: number): Report => ({
  code: "gap_given_up",
  ...about(config, now),
  message: `what changed from ${from} to ${to} could not be read for 7 days (${code}) and is given up`,
  remedy: "collect the range with backfill once Microsoft answers for it again"
})

/** New rows come and the mark stays where it is. */
export const markUnmoved = (config: PollerConfig, { future, missing }: Poll, now: number): Report => {
  const why = missing.length > 0
    ? `, because ${missing.join(" and ")} did not answer for its part`
    : future > 0
    ? ", and some of them are dated in the future"
    : ""
  return {
    code: "mark_unmoved",
    ...about(config, now),
    message: `every poll brings new records, and the position stays where it is${why}`,
    remedy: "report this with the connector's log: nothing is lost, and every poll asks for the same again"
  }
}

/** The legacy endpoint has nothing while `alerts_v2` has records. */
export const legacySilent = (config: PollerConfig, quietSince: number, now: number): Report => ({
  code: "legacy_silent",
  ...about(config, now),
  message: `legacy alerts have had nothing since ${isoTime(quietSince)} while alerts_v2 has records`,
  remedy: "turn the endpoint off: Microsoft retired it, and alerts_v2 has its alerts"
})
