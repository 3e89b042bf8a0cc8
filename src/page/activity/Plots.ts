/** Turns the activity into plots: series, bands of faults, and texts. */
import type { ActivityDocument, ActivityRange, TenantActivity } from "../Client.ts"
import { count } from "../Format.ts"
import { visible } from "../Text.ts"

type Values = ReadonlyArray<number | null>

/** A line or the bars of a plot. */
export interface Series {
  readonly name: string
  readonly values: Values
  readonly as: "bars" | "points" | "steps" | "limit"
  /** Number of its colour. */
  readonly colour: 1 | 2 | 3 | 4 | 5
}

/** A plot of one unit over time. */
export interface Plot {
  readonly name: string
  readonly title: string
  /** Unit of one step. */
  readonly unit: string
  readonly series: ReadonlyArray<Series>
  readonly as: "count" | "seconds"
  /** Summary of the whole range, in one line. */
  readonly summary: string
}

/** A cooldown or outage, in seconds since 1970. */
export interface Band {
  readonly kind: "cooldown" | "outage"
  readonly from: number
  readonly to: number
}

/** A band with what it concerns. */
export interface Mark extends Band {
  readonly of: string
  readonly instance: string
  readonly endpoint: string
  readonly lasts: boolean
}

/** The ranges and their labels. */
export const ranges: ReadonlyArray<{ readonly name: ActivityRange; readonly label: string }> = [
  { name: "hour", label: "Last hour" },
  { name: "day", label: "Last day" },
  { name: "week", label: "Last week" }
]

/** The range in the page's address; the last hour when there is none. */
export const rangeOf = (search: string): ActivityRange => {
  const told = new URLSearchParams(search).get("range")
  return ranges.find(({ name }) => name === told)?.name ?? "hour"
}

/** Starts of the steps, in seconds since 1970. */
export const stepsOf = ({ from, records, step_seconds }: ActivityDocument): ReadonlyArray<number> => {
  const first = Date.parse(from) / 1000
  return records.map((_, place) => first + place * step_seconds)
}

/** Formats a length of time in a fitting unit: `45 s`, `1.5 min`, `3 h`. */
export const lengthOf = (seconds: number): string => {
  const [value, unit] = seconds < 90
    ? [seconds, "s"]
    : seconds < 5400
    ? [seconds / 60, "min"]
    : seconds < 172_800
    ? [seconds / 3600, "h"]
    : [seconds / 86_400, "days"]
  return `${Number(value < 10 ? value.toFixed(1) : value.toFixed(0))} ${unit}`
}

const whole = (value: number): string => count(Math.round(value))

/** Formats a value with its unit; `–` for a step in which the process did not run. */
export const valueOf = ({ as }: Pick<Plot, "as">, value: number | null | undefined): string => {
  if (value === null || value === undefined) return "–"
  return as === "seconds" ? lengthOf(value) : whole(value)
}

const known = (values: Values): ReadonlyArray<number> => values.filter((value) => value !== null)
const total = (values: Values): string => whole(known(values).reduce((sum, value) => sum + value, 0))
const most = (values: Values): number | undefined =>
  known(values).reduce<number | undefined>(
    (most, value) => most === undefined || value > most ? value : most,
    undefined
  )

const step = (seconds: number): string => {
  if (seconds === 60) return "minute"
  return seconds === 3600 ? "hour" : `${Math.round(seconds / 60)} minutes`
}

/** Returns the four plots of an activity. */
export const plotsOf = (activity: ActivityDocument): ReadonlyArray<Plot> => {
  const { artifacts, errors, freshness_p95_seconds, records, requests_per_minute, requests_per_minute_max } = activity
  const each = `per ${step(activity.step_seconds)}`
  const slowest = most(freshness_p95_seconds)
  const busiest = most(requests_per_minute)
  return [{
    name: "records",
    title: "Records and artifacts",
    unit: each,
    as: "count",
    summary: `${total(records)} records fetched, ${total(artifacts)} artifacts published`,
    series: [{ name: "Records fetched", values: records, as: "steps", colour: 1 }, {
      name: "Artifacts published",
      values: artifacts,
      as: "steps",
      colour: 2
    }]
  }, {
    name: "errors",
    title: "Errors",
    unit: each,
    as: "count",
    summary: `${total(errors)} ${total(errors) === "1" ? "failure" : "failures"}`,
    series: [{ name: "Errors", values: errors, as: "bars", colour: 3 }]
  }, {
    name: "freshness",
    title: "Freshness",
    unit: "time from a record's last change to its publication, 95th percentile",
    as: "seconds",
    summary: slowest === undefined ? "nothing was published" : `95 of 100 records within ${lengthOf(slowest)} at worst`,
    series: [{ name: "95th percentile", values: freshness_p95_seconds, as: "points", colour: 4 }]
  }, {
    name: "requests",
    title: "Request budget",
    unit: "requests per minute of the busiest tenant",
    as: "count",
    summary: `at most ${whole(busiest ?? 0)} of ${whole(requests_per_minute_max)} requests per minute`,
    series: [{ name: "Requests", values: requests_per_minute, as: "steps", colour: 5 }, {
      name: "Budget",
      values: requests_per_minute.map(() => requests_per_minute_max),
      as: "limit",
      colour: 3
    }]
  }]
}

/** Returns the two plots of a tenant, or of several. */
export const plotsOfTenants = (activity: TenantActivity): ReadonlyArray<Plot> => {
  const { records, requests_per_minute, requests_per_minute_max, step_seconds, tenants, tenants_kept } = activity
  const busiest = most(requests_per_minute)
  const kept = tenants_kept === tenants || tenants === 0
    ? ""
    : `; nothing is kept of ${count(tenants - tenants_kept)} of ${count(tenants)} tenants`
  return [{
    name: "records",
    title: "Records",
    unit: `per ${step(step_seconds)}`,
    as: "count",
    summary: `${total(records)} records fetched${kept}`,
    series: [{ name: "Records fetched", values: records, as: "steps", colour: 1 }]
  }, {
    name: "requests",
    title: "Request budget",
    unit: tenants === 1 ? "requests per minute" : "requests per minute of the busiest of these tenants",
    as: "count",
    summary: `at most ${whole(busiest ?? 0)} of ${whole(requests_per_minute_max)} requests per minute`,
    series: [{ name: "Requests", values: requests_per_minute, as: "steps", colour: 5 }, {
      name: "Budget",
      values: requests_per_minute.map(() => requests_per_minute_max),
      as: "limit",
      colour: 3
    }]
  }]
}

/** The marks within the range, latest first, with the display names of instances. A mark that lasts ends with the range. */
export const marksOf = (
  activity: ActivityDocument,
  names: ReadonlyMap<string, string> = new Map()
): ReadonlyArray<Mark> => {
  const from = Date.parse(activity.from) / 1000
  const end = from + activity.records.length * activity.step_seconds
  return activity.marks
    .map((mark): Mark => ({
      kind: mark.kind,
      of: visible(`${names.get(mark.instance) ?? mark.instance}, ${mark.endpoint}`),
      instance: mark.instance,
      endpoint: mark.endpoint,
      from: Math.max(from, Date.parse(mark.from) / 1000),
      to: Math.min(end, mark.to === null ? end : Date.parse(mark.to) / 1000),
      lasts: mark.to === null
    }))
    .filter((mark) => mark.to >= mark.from && mark.to > from)
    .sort((one, other) => other.from - one.from)
}

/** Indexes of values without a neighbour, which a line would not show. */
export const alone = (values: Values): Array<number> =>
  values.flatMap((value, place) =>
    value !== null && (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null ? [place] : []
  )
