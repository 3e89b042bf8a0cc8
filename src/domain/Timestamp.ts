/**
 * Instants from Graph in one comparable form.
 *
 * Graph sends one instant in several forms: 0 to 7 fraction digits, `Z` or an offset. Here every instant is a string in
 * UTC with nine fraction digits, because a JavaScript `Date` keeps only three. This module never reads the clock.
 */
import { type Brand, DateTime, Option } from "effect"

/** An instant as `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`, so that `<` on strings is `<` in time. */
export type Timestamp = Brand.Branded<string, "Timestamp">

const graphForm = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/i
/** Instants in UTC need no calendar, but on 29 February. */
const plainForm =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/
const secondsLength = "YYYY-MM-DDTHH:MM:SS".length

/** Normalises an instant from Graph of the years 0000 to 9999; any other text gives `undefined`. */
export const normalize = (text: string): Timestamp | undefined => {
  if (plainForm.test(text)) {
    return `${text.slice(0, secondsLength)}.${text.slice(secondsLength + 1, -1).padEnd(9, "0")}Z` as Timestamp
  }
  const parts = graphForm.exec(text)
  if (parts === null) return undefined
  const [, date, time, fraction = "", zone] = parts
  // JavaScript turns 31 February into a day of March, so the digits are checked before the offset is applied.
  const local = Option.getOrUndefined(DateTime.make(`${date}T${time}Z`))
  if (local === undefined || !DateTime.formatIso(local).startsWith(`${date}T${time}`)) return undefined
  const utc = zone === "Z" || zone === "z" ? local : Option.getOrUndefined(DateTime.make(`${date}T${time}${zone}`))
  if (utc === undefined) return undefined
  const iso = DateTime.formatIso(utc)
  if (!/^\d{4}-/.test(iso)) return undefined
  return `${iso.slice(0, secondsLength)}.${fraction.padEnd(9, "0")}Z` as Timestamp
}

/** Returns the instant of a number of milliseconds since 1970. */
export const fromMillis = (millis: number): Timestamp =>
  `${DateTime.formatIso(DateTime.makeUnsafe(millis)).slice(0, -1)}000000Z` as Timestamp

/** Returns milliseconds since 1970; the digits below a millisecond are cut off. */
export const toMillis = (at: Timestamp): number => Date.parse(`${at.slice(0, 23)}Z`)

/** Returns the instant `millis` earlier (later when negative); the digits below a millisecond are kept. */
export const minusMillis = (at: Timestamp, millis: number): Timestamp =>
  `${fromMillis(toMillis(at) - millis).slice(0, 23)}${at.slice(23)}` as Timestamp

/** Returns the later of two instants. */
export const later = (one: Timestamp, other: Timestamp): Timestamp => (one < other ? other : one)

/** Returns the instant with so many digits of fraction, or the next such instant where `way` is `up` and digits are cut. */
export const cut = (at: Timestamp, digits: 7 | 3 | 0, way: "down" | "up"): Timestamp => {
  const kept = secondsLength + 1 + digits
  const down = `${at.slice(0, kept)}${"0".repeat(9 - digits)}Z` as Timestamp
  return way === "down" || digits === 7 || down === at ? down : minusMillis(down, digits === 3 ? -1 : -1000)
}

/** Returns the instant for a `$filter`, {@link cut} to as many digits of fraction as Graph takes: seven at most. */
export const toGraph = (at: Timestamp, digits: 7 | 3 | 0 = 7, way: "down" | "up" = "down"): string => {
  const text = cut(at, digits, way)
  return `${text.slice(0, digits === 0 ? secondsLength : secondsLength + 1 + digits)}Z`
}

/** Returns the last instant before another that a `$filter` can distinguish: one less in the seventh fraction digit. */
export const instantBefore = (at: Timestamp): Timestamp => {
  const fraction = Number(at.slice(secondsLength + 1, secondsLength + 8)) * 100 +
    Number(at.slice(secondsLength + 8, -1))
  const before = Math.ceil(fraction / 100) - 1
  return before >= 0
    ? `${at.slice(0, secondsLength)}.${String(before).padStart(7, "0")}00Z` as Timestamp
    : minusMillis(`${at.slice(0, secondsLength)}.999999900Z` as Timestamp, 1000)
}

/** Returns the next instant that a `$filter` can distinguish: one more in the seventh fraction digit. */
export const nextInstant = (at: Timestamp): Timestamp => {
  const seconds = at.slice(0, secondsLength)
  const next = Number(at.slice(secondsLength + 1, secondsLength + 8)) + 1
  return next < 10_000_000
    ? `${seconds}.${String(next).padStart(7, "0")}00Z` as Timestamp
    : minusMillis(`${seconds}.000000000Z` as Timestamp, -1000)
}
