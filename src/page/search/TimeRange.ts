/** The time range of a search, and its form in the page's address. */
import { unzoned, zoned } from "../Zone.ts"
import { groupings, type Order, orderDefault, sorts } from "./Things.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Ranges that end now. */
export const lastRanges = [
  { name: "15m", label: "Last 15 minutes", millis: 15 * minute },
  { name: "1h", label: "Last hour", millis: hour },
  { name: "4h", label: "Last 4 hours", millis: 4 * hour },
  { name: "24h", label: "Last 24 hours", millis: day },
  { name: "7d", label: "Last 7 days", millis: 7 * day },
  { name: "30d", label: "Last 30 days", millis: 30 * day }
] as const

/** Name of a range that ends now. */
export type LastRange = typeof lastRanges[number]["name"]

/** A range that ends now, or one of two times in ISO 8601. */
export type TimeRange =
  | { readonly last: LastRange }
  | { readonly last?: never; readonly from: string; readonly to: string }

/** State of the search in the page's address. */
export interface Place {
  readonly query: string
  readonly range: TimeRange
  /** The artifact whose details are open. */
  readonly artifact?: string | undefined
  /** Single artifacts rather than alerts and incidents. */
  readonly isSingle?: boolean | undefined
  /** The order of alerts and incidents, unless it is the default one. */
  readonly order?: Order | undefined
}

/** The range when the address has none. */
export const rangeDefault: TimeRange = { last: "24h" }

/** The reader's clock may be slow; artifacts of the last minutes are found nevertheless. */
const ahead = 5 * minute

/** The times of a range, in ISO 8601. */
export const times = (range: TimeRange, now: number): { readonly from: string; readonly to: string } => {
  if (range.last === undefined) return range
  const { millis } = lastRanges.find(({ name }) => name === range.last)!
  return { from: new Date(now - millis).toISOString(), to: new Date(now + ahead).toISOString() }
}

/** What is wrong with a range, in one line. */
export const rangeFault = (range: TimeRange): string | undefined => {
  if (range.last !== undefined) return undefined
  if (range.from === "" || range.to === "") return "Both times are needed."
  return range.from >= range.to ? "The first time has to be before the second." : undefined
}

/** Converts a time for an input, on the page's clock: `2026-11-25T16:18:47`. */
export const toInput = (iso: string): string => {
  const millis = Date.parse(iso)
  return Number.isNaN(millis) ? "" : zoned(millis).toISOString().slice(0, 19)
}

/** Converts the value of an input to ISO 8601; empty for an invalid time. */
export const fromInput = (value: string): string => {
  const millis = unzoned(value)
  return Number.isNaN(millis) ? "" : new Date(millis).toISOString()
}

const isTime = (text: string | null): text is string => text !== null && !Number.isNaN(Date.parse(text))

/** Reads the address; missing or invalid parts get their default. */
export const fromAddress = (search: string): Place => {
  const told = new URLSearchParams(search)
  const sort = sorts.find(({ name }) => name === told.get("sort"))?.name
  const group = groupings.find(({ name }) => name === told.get("group"))?.name
  const [from, to, last] = [told.get("from"), told.get("to"), told.get("range")]
  return {
    query: told.get("q") ?? "",
    range: isTime(from) && isTime(to)
      ? { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
      : lastRanges.some(({ name }) => name === last)
      ? { last: last as LastRange }
      : rangeDefault,
    artifact: told.get("artifact") ?? undefined,
    ...(told.get("view") === "artifacts" ? { isSingle: true } : {}),
    ...(sort === undefined && group === undefined
      ? {}
      : { order: { sort: sort ?? orderDefault.sort, group: group ?? orderDefault.group } })
  }
}

/** Writes the part of the address after the path; defaults are left out. */
export const toAddress = ({ artifact, isSingle, order, query, range }: Place): string => {
  const told = new URLSearchParams()
  if (query !== "") told.set("q", query)
  if (range.last === undefined) {
    told.set("from", range.from)
    told.set("to", range.to)
  } else if (range.last !== rangeDefault.last) told.set("range", range.last)
  if (isSingle === true) told.set("view", "artifacts")
  if (order !== undefined && order.sort !== orderDefault.sort) told.set("sort", order.sort)
  if (order !== undefined && order.group !== orderDefault.group) told.set("group", order.group)
  if (artifact !== undefined) told.set("artifact", artifact)
  return told.size === 0 ? "" : `?${told}`
}
