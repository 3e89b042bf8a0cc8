/** Reports of a poller that no failed request is the cause of. */
import type { Gap } from "../checkpoints/Checkpoint.ts"
import { failures } from "../graph/FailureTable.ts"
import type { GraphError } from "../graph/GraphError.ts"
import * as Limits from "../graph/Limits.ts"
import type * as NextLink from "../graph/NextLink.ts"
import { notes, type QueryShape } from "../graph/QueryShape.ts"
import type { Awaited } from "../graph/Stage.ts"
import { fromGraphError, isoTime, type Report } from "../status/Report.ts"
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

/** A request takes longer than a minute, and none of its tries failed yet. Times are milliseconds since 1970. */
export const waiting = (config: PollerConfig, awaited: Awaited, since: number, now: number): Report => {
  const [what, remedy] = awaitedWords(config)[awaited]
  return { code: "waiting", ...about(config, now), message: `${what} since ${isoTime(since)}`, remedy }
}

/** A try of a request that failed, and when the next one follows, in milliseconds since 1970. */
export interface FailedTry {
  readonly error: GraphError
  /** Tries made so far. */
  readonly tries: number
  readonly nextAt: number
}

/** Codes of failures to reach anybody, whose cause the first try tells: they keep their code while the tries go on. */
const unreached: ReadonlySet<string> = new Set([
  "network_failed",
  "dns_failed",
  "tls_failed",
  "tls_wrong_host",
  "proxy_failed"
])

/** The tries of a request fail one after the other. Times are milliseconds since 1970. */
export const failing = (
  config: PollerConfig,
  { error, nextAt, tries }: FailedTry,
  since: number,
  now: number
): Report => {
  const report = fromGraphError({ instance: config.identity.name, endpoint: config.endpoint.name }, error, now)
  return {
    ...report,
    code: unreached.has(report.code) ? report.code : "waiting",
    message: `${report.message}; no answer since ${isoTime(since)}, try ${tries} of ${Limits.tries.page} failed, ${
      nextAt > now ? `the next is at ${isoTime(nextAt)}` : "the next goes on"
    }`
  }
}

/** Graph refused a part of the query, which is left out from now on. */
export const negotiated = (config: PollerConfig, shape: QueryShape, now: number): Report => ({
  code: "query_negotiated",
  ...about(config, now),
  message: `Graph refused a part of the query; asked for now: ${notes(shape).join("; ")}`,
  remedy: "nothing is to be done: nothing is lost, and the whole query is tried again in a day"
})

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

/** The nextLink of a page is not followed: it repeats, leads elsewhere, or its chain shows nothing new. */
export const link = (config: PollerConfig, now: number, why: NextLink.Stray | "repeats" | "endless"): Report => ({
  code: why === "repeats" ? "next_link_repeats" : why === "endless" ? "next_link_endless" : "next_link_refused",
  ...about(config, now),
  message: why === "repeats"
    ? "Graph sent the same link to the next page twice"
    : why === "endless"
    ? `Graph sent ${Limits.idlePagesMax} links to a next page in a row that showed nothing new, and the last was not followed`
    : why === "malformed"
    ? "Graph sent a link to the next page that is not a URL, and it was not followed"
    : `Graph sent a link to the next page that leads elsewhere (its ${why} differs), and it was not followed`,
  remedy:
    "the rows read so far are kept and reading goes on without the link; should it last, report it to Microsoft with the request id"
})

/** Properties that are asked for once a day are refused. */
export const dailyRefused = (
  config: PollerConfig,
  select: ReadonlyArray<string>,
  error: GraphError,
  now: number
): Report => {
  const report = fromGraphError({ instance: config.identity.name, endpoint: config.endpoint.name }, error, now)
  return {
    ...report,
    code: "daily_refused",
    message: `${config.endpoint.noun} are read without ${select.join(", ")}: ${report.message}`
  }
}

/** So many objects of a list are missing that it is rather cut short. */
export const listCut = (config: PollerConfig, vanished: number, now: number): Report => ({
  code: "list_cut",
  ...about(config, now),
  message:
    `Graph's list lacks ${vanished} ${config.endpoint.noun} that it had before, which is more than a fifth: it looks cut short, and none of them is published as removed`,
  remedy:
    `wait: each poll compares again. If so many ${config.endpoint.noun} were really deleted, run azure-security checkpoint rewind --instance "${config.identity.name}" --endpoint ${config.endpoint.name} --by 1h --republish, which forgets them and publishes the others again`
})

const gapRemedies: Readonly<Record<string, string>> = {
  body_too_large:
    "raise limits.page_bytes_max: a record in it is larger than that; it is tried again every hour for 7 days",
  ended_the_process:
    "report this line to the maintainers; it is not tried again: collect it with backfill, --from the day its oldest record was created"
}

/** A range cannot be read and was left out. */
export const gap = (config: PollerConfig, { code, from, to }: Gap, now: number): Report => ({
  code: "gap",
  ...about(config, now),
  message: `what changed from ${from} to ${to} cannot be read (${code}) and was left out`,
  remedy: gapRemedies[code] ??
    "wait: it is tried again every hour for 7 days; should it last, report the range and a request id of this log to Microsoft"
})

/** A range could not be read for as long as the ledger remembers. */
export const gapGivenUp = (config: PollerConfig, { code, from, to }: Gap, now: number): Report => ({
  code: "gap_given_up",
  ...about(config, now),
  message: `what changed from ${from} to ${to} could not be read for 7 days (${code}) and is given up`,
  remedy: "collect the range with backfill once Microsoft answers for it again"
})

const refusalWords = (status: number): string =>
  status === 403
    ? "not licensed"
    : status === 400
    ? "it does not take this connector's query"
    : "it does not take the token"

/** Says of a provider of legacy alerts why it refuses its part. */
export const providerRefusal = (provider: string, status: number) => ({
  provider,
  status,
  meaning: refusalWords(status)
})

/** Providers of legacy alerts refuse their part, by the status of each. */
export const providersRefuse = (config: PollerConfig, refusals: Poll["refusals"], now: number): Report => ({
  code: "provider_refuses",
  ...about(config, now),
  message: `legacy alerts come without those of ${
    Object.entries(refusals).map(([name, status]) => `${name} (${status}, ${refusalWords(status)})`).join(", ")
  }`,
  remedy: Object.values(refusals).includes(400)
    ? "report the 400 with the connector's version: its query is at fault, and nothing can be done here"
    : "check what the provider demands of the app registration, if its alerts are wanted"
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
