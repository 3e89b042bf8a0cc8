/** `explain`: prints the requests of the next polls and their cost. */
import { Clock, DateTime, Duration, Effect, Option } from "effect"
import { Command } from "effect/cli"
import { perDay } from "../checkpoints/Checkpoint.ts"
import { allFromSettings, type Instance } from "../config/Instance.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { type Endpoint, endpoints, overlapMillis } from "../endpoints/Endpoints.ts"
import { inCloud } from "../endpoints/NationalClouds.ts"
import { requestBudget, reread } from "../graph/Limits.ts"
import { services } from "../graph/Services.ts"
import { endedTheProcess } from "../polling/Narrowing.ts"
import { countUrl, url } from "../polling/RequestUrl.ts"
import { begin, beginList, resume, within } from "../polling/Walk.ts"
import { layer as positionsLayer, Positions } from "./Positions.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

/** Microsoft's limit in requests a minute, per application and tenant, over everything under `/security`. */
const graphLimit = 150
const ownLimit = requestBudget.limit / Duration.toMinutes(requestBudget.window)

const dayMillis = 86_400_000

const shown = (millis: number) => DateTime.formatIso(DateTime.makeUnsafe(millis)).replace(".000Z", "Z")
const spoken = (duration: Duration.Duration) =>
  Duration.toMinutes(duration) < 120 ? `${Duration.toMinutes(duration)} min` : `${Duration.toHours(duration)} h`

/** How a pass goes on after its first page. */
const thenOf = ({ list, order, windowHours }: Endpoint): string => {
  if (list?.reads === "newest") return "no other request: its links lead to what was read before"
  const windows = windowHours === undefined ? "" : `, in windows of at most ${windowHours} h`
  return order === "asc"
    ? `the same request from the last record of each page on, or its link${windows}`
    : `the link of each page${windows}`
}

/**
 * How many records there are by what was counted so far, and how many requests an hour they take: their own pages, those of
 * the overlap at each poll, and those of what is read again.
 */
const volumeOf = (endpoint: Endpoint, { interesting, intervals, lateRows }: Instance["pace"], a: {
  readonly day: number | undefined
  readonly overlapMillis: number
}): ReadonlyArray<string> => {
  const { budgets } = services[endpoint.service]
  const most = Math.min(...budgets.map(({ live: { limit, window } }) => limit / Duration.toMinutes(window)))
  const own = endpoint.service === "security"
    ? []
    : [`    at most ${Number(most.toFixed(1))} requests a minute, as ${endpoint.service} has a limit of its own`]
  const only = interesting?.includes(endpoint.name) === true
    ? [`    published are only ${endpoint.interest?.words}; the others are held back`]
    : []
  if (a.day === undefined || endpoint.list !== undefined) return [...own, ...only]
  const pagesOf = (millis: number) => a.day! * millis / dayMillis / endpoint.pageSize
  const again = endpoint.late === "reread" && Duration.toMillis(lateRows) > 0
    ? pagesOf(Duration.toMillis(lateRows)) + pagesOf(Duration.toMillis(reread.hours)) / 24
    : 0
  const polls = 60 / Duration.toMinutes(intervals[endpoint.name])
  const hourly = Math.ceil(pagesOf(3_600_000) + polls * Math.max(1, pagesOf(a.overlapMillis)) + again)
  return [
    `    about ${
      Math.round(a.day).toLocaleString("en")
    } new ${endpoint.noun} a day so far, and ${hourly} requests an hour for them`,
    ...own,
    ...only
  ]
}

const ofEndpoint = Effect.fnUntraced(function*(instance: Instance, endpoint: Endpoint, now: number) {
  const { identity, pace } = instance
  const key = { cloud: identity.cloud.name, tenant: identity.tenantId, endpoint: endpoint.name }
  const checkpoint = yield* Effect.result((yield* Positions).peek(key))
  if (checkpoint._tag === "Failure") return [`  ${endpoint.name}: nothing is asked: ${checkpoint.failure.message}`]
  const saved = Option.getOrUndefined(checkpoint.success)
  const overlap = overlapMillis(endpoint, pace)
  const since = Timestamp.fromMillis(now - Duration.toMillis(pace.lookback))
  const next = endpoint.list !== undefined
    ? beginList(saved ?? { mark: since, position: null }, now)
    : saved === undefined
    ? begin(since)
    : resume(saved, overlap, undefined)
  const position = within(next, endpoint, Timestamp.fromMillis(now))
  const isWhole = endpoint.list?.reads === "all"
  const why = isWhole && saved?.position === null
    ? `the whole list; the last whole pass began at ${saved.mark}`
    : isWhole && saved === undefined
    ? "first poll: the whole list"
    : saved === undefined
    ? `first poll: ${spoken(pace.lookback)} back`
    : saved.position !== null
    ? `goes on with the pass that began at ${saved.position.from}`
    : `newest record so far ${saved.mark}, less ${spoken(Duration.millis(overlap))} of overlap`
  const cooling = saved?.cooldown
  const waits = cooling !== undefined && cooling !== null && cooling.until > now
    ? [`    not before ${shown(cooling.until)}: Graph throttled it`]
    : []
  const from = Timestamp.minusMillis(saved?.mark ?? position.bound, overlap)
  const daily = endpoint.list?.daily
  const late = daily !== undefined
    ? [`    once a day, with ${daily.select.join(", ")}: the same list, ${daily.pageSize} records a page`]
    : endpoint.late === "none" || Duration.toMillis(pace.lateRows) === 0 || saved === undefined
    ? []
    : endpoint.late === "reread"
    ? [
      `    each hour, for records that came late: the ${spoken(pace.lateRows)} before, and once a day ${
        spoken(reread.hours)
      }`
    ]
    : [
      `    each hour, for records that came late: GET ${
        countUrl(identity.cloud.graph, endpoint, Timestamp.minusMillis(from, Duration.toMillis(pace.lateRows)), from)
      }`
    ]
  const gaps = (saved?.gaps ?? []).filter(({ code }) => code !== endedTheProcess)
  return [
    `  ${endpoint.name}, every ${spoken(pace.intervals[endpoint.name])} (${why})`,
    ...waits,
    `    GET ${url(identity.cloud.graph, endpoint, position, endpoint.pageSize)}`,
    `    then ${thenOf(endpoint)}, ${endpoint.pageSize} records a page, up to the last page`,
    ...late,
    ...volumeOf(endpoint, pace, { day: saved === undefined ? undefined : perDay(saved, now), overlapMillis: overlap }),
    ...(gaps.length === 0
      ? []
      : [`    each hour, one of ${gaps.length} gaps: ${gaps.map(({ from, to }) => `${from} to ${to}`).join(", ")}`])
  ]
})

/** Requests a minute when nothing changes: one for each poll, and one an hour for each endpoint with late rows. */
const quietMinute = ({ identity, pace }: Instance): number =>
  identity.endpoints.reduce((sum, name) =>
    sum + 1 / Duration.toMinutes(pace.intervals[name]) +
    (endpoints[name].late === "none" || Duration.toMillis(pace.lateRows) === 0 ? 0 : 1 / 60), 0)

/** The command `explain`; sends nothing. */
export const command = Command.make(
  "explain",
  { config: SettingsFlag.config },
  Effect.fn(function*({ config }) {
    yield* Effect.gen(function*() {
      const { initial, order } = yield* SettingsSource
      const now = yield* Clock.currentTimeMillis
      const instances = allFromSettings(initial, order)
      if (instances.length === 0) yield* Printed.lines("no instance is set up: nothing is asked")
      for (const instance of instances) {
        const { identity } = instance
        yield* Printed.lines(`${identity.name}${identity.enabled ? "" : ": disabled, nothing is asked"}`)
        if (!identity.enabled) continue
        for (const name of identity.endpoints) {
          const lines = yield* ofEndpoint(instance, inCloud(endpoints[name], identity.cloud.graph), now)
          yield* Printed.lines(...lines)
        }
        for (const [name, why] of Object.entries(identity.absent ?? {})) {
          yield* Printed.lines(`  ${name}: nothing is asked: ${why}`)
        }
        yield* Printed.lines(
          `  ${
            quietMinute(instance).toFixed(2)
          } requests a minute when little changes, ${ownLimit} at the most; Graph allows ${graphLimit} per application and tenant`
        )
      }
    }).pipe(Effect.provide(positionsLayer(config)))
  })
).pipe(Command.withDescription("Print the requests that the next polls would send, and their cost; send nothing"))
