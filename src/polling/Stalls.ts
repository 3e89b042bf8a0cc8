/**
 * Sees what fails without an error: a mark that does not move, an endpoint that has gone quiet, a pass that never ends.
 */
import { Clock, Duration, Effect } from "effect"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import * as GraphPolicy from "../graph/GraphPolicy.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { type EndpointStatus, Status } from "../status/Status.ts"
import type { Due, Poll } from "./Poll.ts"
import { type Run, saved, troubled } from "./Run.ts"

const { stalls } = GraphPolicy

const reportOf = (
  instance: string,
  endpoint: string,
  now: number,
  what: Pick<Report, "code" | "message" | "remedy">
): Report => ({ ...what, instance, endpoint, occurred_at: isoTime(now) })

/** `3 hours`, `2 days`: as exact as a person wants it. */
const spoken = (millis: number): string => {
  const hours = Math.round(millis / 3_600_000)
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return hours >= 2 ? `${hours} hours` : `${Math.round(millis / 60_000)} minutes`
}

/** After a poll that ended well: notices that new rows come and the mark stays where it is. */
export const unmoved = Effect.fnUntraced(function*(run: Run, poll: Poll) {
  const checkpoint = saved(run)
  if (checkpoint?.mark !== run.markBefore) {
    run.unmoved = 0
    run.unwarn("mark_unmoved")
    yield* run.reporter.overApart({
      code: "mark_unmoved",
      instance: run.identity.name,
      endpoint: run.endpoint.name
    })
    return
  }
  if (poll.records === 0) return
  run.unmoved++
  if (run.unmoved < stalls.unmovedPolls) return
  const why = poll.missing.size > 0
    ? `, because ${Array.from(poll.missing).join(" and ")} did not answer for its part`
    : poll.future > 0
    ? ", and some of them are dated in the future"
    : ""
  const report = reportOf(run.identity.name, run.endpoint.name, yield* Clock.currentTimeMillis, {
    code: "mark_unmoved",
    message: `every poll brings new records, and the position stays where it is${why}`,
    remedy: "report this with the connector's log: nothing is lost, and every poll asks for the same again"
  })
  run.warn(report)
  yield* run.reporter.say(report, { level: "Error", remind: true, apart: true })
})

/**
 * After a poll that ended well: takes the legacy endpoint for retired when it has had nothing for a day while `alerts_v2`
 * has rows, and returns when it is probed next.
 */
export const silence = Effect.fnUntraced(function*(run: Run, poll: Poll): Effect.fn.Return<Due | undefined> {
  const quietSince = saved(run)?.rhythm.quietSince
  const other = run.sibling("alerts_v2").rhythm
  const day = Duration.toMillis(GraphPolicy.legacySilence)
  const now = yield* Clock.currentTimeMillis
  if (!run.endpoint.retires || poll.records > 0 || quietSince === undefined || now - quietSince < day) return undefined
  if (other === undefined || other.brought === 0 || now - other.quietSince >= day) return undefined
  yield* troubled(
    run,
    reportOf(run.identity.name, run.endpoint.name, now, {
      code: "legacy_silent",
      message: `legacy alerts have had nothing since ${isoTime(quietSince)} while alerts_v2 has records`,
      remedy: "turn the endpoint off: Microsoft retired it, and alerts_v2 has its alerts"
    }),
    "retired"
  )
  return { _tag: "After", from: poll.startedAt, millis: Duration.toMillis(GraphPolicy.retiredProbe) }
})

/** Failures of these states have said already why no pass ends. */
const explained: ReadonlySet<EndpointStatus["state"]> = new Set(["unauthorized", "forbidden", "retired", "cooldown"])

const lagOf = (here: EndpointStatus, instance: string, name: EndpointName, now: number): Report | undefined => {
  const millis = now - (here.lastSuccessAt ?? here.since ?? now)
  const limit = Math.max(here.intervalMinutes * 60_000 * stalls.lagIntervals, Duration.toMillis(stalls.lagFloor))
  return explained.has(here.state) || millis < limit ? undefined : reportOf(instance, name, now, {
    code: "checkpoint_lag",
    message: `no pass over ${name} has ended well since ${isoTime(now - millis)}`,
    remedy: "see the endpoint's other reports and the sink's; what is waiting is collected once they are mended"
  })
}

const quietOf = (here: EndpointStatus, instance: string, name: EndpointName, now: number): Report | undefined => {
  const { rhythm } = here
  if (here.state !== "ok" || rhythm === undefined || rhythm.brought < stalls.habitPolls) return undefined
  const millis = now - rhythm.quietSince
  const limit = Math.max(rhythm.longest * stalls.silenceTimes, Duration.toMillis(stalls.silenceFloor))
  return millis < limit ? undefined : reportOf(instance, name, now, {
    code: "endpoint_silent",
    message: `${name} has had nothing new since ${isoTime(rhythm.quietSince)}; the longest silence before was ${
      spoken(rhythm.longest)
    }`,
    remedy:
      "check in the Microsoft Defender portal whether there are newer ones, and whether a product was disconnected"
  })
}

const checks = { checkpoint_lag: lagOf, endpoint_silent: quietOf }

/** Looks once at every endpoint for what no poll of its own would notice. */
export const look = Effect.gen(function*() {
  const status = yield* Status
  const reporter = yield* Reporter
  const now = yield* Clock.currentTimeMillis
  const found: Array<Report> = []
  const over: Array<{ readonly code: string; readonly instance: string; readonly endpoint: string }> = []
  status.each((instance, endpoint, here) => {
    for (const [code, check] of Object.entries(checks)) {
      const report = check(here, instance, endpoint, now)
      if (report === undefined) over.push({ code, instance, endpoint })
      else found.push(report)
    }
  })
  for (const one of over) {
    status.unwarn(one.instance, one.code, one.endpoint)
    yield* reporter.overApart(one)
  }
  for (const report of found) {
    status.warn(report.instance ?? "", report)
    yield* reporter.say(report, { level: "Warn", remind: false, apart: true })
  }
})
