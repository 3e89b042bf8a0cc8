/** Reports of a poller that no failed request is the cause of. */
import type { Gap } from "../checkpoints/Checkpoint.ts"
import type * as NextLink from "../graph/NextLink.ts"
import { isoTime, type Report } from "../status/Report.ts"
import type { Poll } from "./Poll.ts"
import type { PollerConfig } from "./PollerState.ts"

const about = ({ endpoint, identity }: PollerConfig, now: number) => ({
  instance: identity.name,
  endpoint: endpoint.name,
  occurred_at: isoTime(now)
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
