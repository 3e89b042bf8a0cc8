/** Formats numbers and times for people. */
import { zone } from "./Zone.ts"

const numbers = new Intl.NumberFormat("en")

/** Formats a count with separated thousands: `12,345`. */
export const count = (value: number): string => numbers.format(value)

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Formats a length of time in its largest unit, rounded down: `48 s`, `5 min`, `3 h`, `2 days`. */
export const length = (millis: number): string => {
  if (millis < minute) return `${Math.max(0, Math.floor(millis / second))} s`
  if (millis < hour) return `${Math.floor(millis / minute)} min`
  if (millis < 2 * day) return `${Math.floor(millis / hour)} h`
  return `${Math.floor(millis / day)} days`
}

/** Tolerance for two machines whose clocks differ a little. */
const nowMillis = 2 * second

/** Formats a time relative to now: `now`, `5 min ago`, `in 48 s`; `never` for null. */
export const relative = (time: string | null, now: number): string => {
  if (time === null) return "never"
  const at = Date.parse(time)
  if (Number.isNaN(at)) return "unknown"
  if (Math.abs(now - at) < nowMillis) return "now"
  return at < now ? `${length(now - at)} ago` : `in ${length(at - now)}`
}

/** A poll that is due may take this long until its result is reported. */
const dueMillis = minute

/** Formats a planned time: `in 48 s`, `due now`, `overdue` a minute after the time; `none planned` for null. */
export const upcoming = (time: string | null, now: number): string => {
  if (time === null) return "none planned"
  const late = now - Date.parse(time)
  if (!(late > -nowMillis)) return relative(time, now)
  return late < dueMillis ? "due now" : "overdue"
}

/** Formats the rest until a time: `0:43`, `12:05`, `1:00:00`; undefined for a past or invalid time. */
export const countdown = (time: string | null, now: number): string | undefined => {
  const left = time === null ? Number.NaN : Math.ceil((Date.parse(time) - now) / second)
  if (!(left > 0)) return undefined
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60]
  const two = (part: number) => String(part).padStart(2, "0")
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

const clockForm = {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short"
} as const
/** Made once: to make a form takes longer than a hundred uses of it. */
const clocks = {
  local: new Intl.DateTimeFormat("en-GB", clockForm),
  utc: new Intl.DateTimeFormat("en-GB", { ...clockForm, timeZone: "UTC" })
}

/** Formats a time on the page's clock, with seconds and zone; an invalid time stays as it is. */
export const clock = (time: string | null): string => {
  if (time === null) return "never"
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? time : clocks[zone()].format(at)
}
