/** Formats the times of the plots, in the reader's time zone. */

const two = (value: number) => String(value).padStart(2, "0")
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const dateOf = (at: Date) => `${at.getDate()} ${months[at.getMonth()]!}`

/** The time of a day: `16:18`. */
export const timeOf = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}`

/** Label of an axis: the date at midnight or when ticks are days apart, else the time. Seconds since 1970. */
export const tick = (seconds: number, apart: number): string => {
  const at = new Date(seconds * 1000)
  return apart >= 86_400 || (at.getHours() === 0 && at.getMinutes() === 0) ? dateOf(at) : timeOf(at)
}

/** A time with its date: `25 Nov 16:18`. */
export const moment = (seconds: number): string => {
  const at = new Date(seconds * 1000)
  return `${dateOf(at)} ${timeOf(at)}`
}

/** A range of time; one date when both ends have the same. */
export const span = (from: number, to: number): string => {
  const [start, end] = [new Date(from * 1000), new Date(to * 1000)]
  return `${moment(from)} – ${dateOf(start) === dateOf(end) ? timeOf(end) : moment(to)}`
}
