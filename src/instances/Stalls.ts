/** Detects failures without an error: a pass that never ends, or an endpoint without new records. */
import { Clock, Duration, Effect } from "effect"
import * as Limits from "../graph/Limits.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { type Polled, polledEndpoints } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"
import { lagOf } from "../status/StatusSelector.ts"
import type { Outages } from "./Outages.ts"

const { stalls } = Limits

/** Formats a duration in round units: `3 hours`, `2 days`. */
const spoken = (millis: number): string => {
  const hours = Math.round(millis / 3_600_000)
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return hours >= 2 ? `${hours} hours` : `${Math.round(millis / 60_000)} minutes`
}

type Found = Pick<Report, "message" | "remedy"> | undefined

const behind = ({ endpoint, name }: Polled, now: number): Found => {
  const lag = lagOf(endpoint, now)
  return lag === undefined ? undefined : {
    message: `no pass over ${name} has ended well since ${isoTime(now - lag)}`,
    remedy: "see the endpoint's other reports and the sink's; the backlog is collected once their causes are corrected"
  }
}

const quietOf = ({ endpoint: { rhythm, state }, name }: Polled, now: number): Found => {
  if (state !== "ok" || rhythm === undefined || rhythm.brought < stalls.habitPolls) return undefined
  const millis = now - rhythm.quietSince
  const limit = Math.max(rhythm.longest * stalls.silenceTimes, Duration.toMillis(stalls.silenceFloor))
  return millis < limit ? undefined : {
    message: `${name} has had nothing new since ${isoTime(rhythm.quietSince)}; the longest silence before was ${
      spoken(rhythm.longest)
    }`,
    remedy:
      "check in the Microsoft Defender portal whether there are newer ones, and whether a product was disconnected"
  }
}

const checks = { checkpoint_lag: behind, endpoint_silent: quietOf }

/** Checks every endpoint once for stalls that its own polls would not notice. What an outage explains is told with it. */
export const look = Effect.fnUntraced(function*({ has }: Pick<Outages, "has">) {
  const status = yield* Status
  const reporter = yield* Reporter
  const now = yield* Clock.currentTimeMillis
  for (const polled of polledEndpoints(yield* status.snapshot)) {
    const { instance, name: endpoint } = polled
    for (const [code, check] of Object.entries(checks)) {
      const found = has(instance, endpoint) ? undefined : check(polled, now)
      if (found === undefined) {
        yield* status.tellInstance(instance, { _tag: "WarningEnded", code, endpoint })
        yield* reporter.overApart({ code, instance, endpoint })
        continue
      }
      const report: Report = { code, ...found, instance, endpoint, occurred_at: isoTime(now) }
      yield* status.tellInstance(instance, { _tag: "Warned", report })
      yield* reporter.say(report, { level: "Warn", remind: false, apart: true })
    }
  }
})
