/** Formats the times of the plots, on the page's clock. */
import { zoned, zoneName } from "../Zone.ts"

const two = (value: number) => String(value).padStart(2, "0")
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const dateOf = (at: Date) => `${at.getUTCDate()} ${months[at.getUTCMonth()]!}`

/** The time of a day: `16:18`, of a time that is {@link zoned}. */
export const timeOf = (at: Date): string => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`

/** Label of an axis: the date at midnight or when ticks are days apart, else the time. Seconds since 1970. */
export const tick = (seconds: number, apart: number): string => {
  const at = zoned(seconds * 1000)
  return apart >= 86_400 || (at.getUTCHours() === 0 && at.getUTCMinutes() === 0) ? dateOf(at) : timeOf(at)
}

/** A time with its date: `25 Nov 16:18`. */
export const moment = (seconds: number): string => {
  const at = zoned(seconds * 1000)
  return `${dateOf(at)} ${timeOf(at)}`
}

/** A range of time with its zone; one date when both ends have the same. */
export const span = (from: number, to: number): string => {
  const [start, end] = [zoned(from * 1000), zoned(to * 1000)]
  return `${moment(from)} – ${dateOf(start) === dateOf(end) ? timeOf(end) : moment(to)} (${zoneName()})`
}
