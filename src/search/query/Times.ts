/**
 * Reads times and ranges of times. A range becomes beginnings of times in ISO 8601, the longest spans first: a month is
 * `2026-11`, its first hour `2026-11-01T00`. Search threads import this module.
 */

const dayMillis = 86_400_000

/** Year, month from 0 and day of the month of a time; the calendar's rule by H. Hinnant. */
const dateOf = (at: number): readonly [year: number, month: number, day: number] => {
  const days = Math.floor(at / dayMillis) + 719_468
  const era = Math.floor(days / 146_097)
  const ofEra = days - era * 146_097
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365
  )
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const shifted = Math.floor((5 * ofYear + 2) / 153)
  const month = (shifted + 2) % 12
  return [year + era * 400 + (month < 2 ? 1 : 0), month, ofYear - Math.floor((153 * shifted + 2) / 5) + 1]
}

const two = (value: number): string => String(value).padStart(2, "0")

/** Writes a time as ISO 8601 in UTC, to the second and without a zone. */
export const isoOf = (at: number): string => {
  const [year, month, day] = dateOf(at)
  const second = Math.floor(at / 1000) - Math.floor(at / dayMillis) * 86_400
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(":")
  return `${String(year).padStart(4, "0")}-${two(month + 1)}-${two(day)}T${time}`
}

/** Spans of time, the longest first: the length of their text, and the next one's start. */
const spans: ReadonlyArray<{ readonly length: number; readonly next: (at: number) => number }> = [
  {
    length: 2,
    next: (at) => Date.UTC(Math.floor(dateOf(at)[0] / 100) * 100 + 100, 0)
  },
  { length: 3, next: (at) => Date.UTC(Math.floor(dateOf(at)[0] / 10) * 10 + 10, 0) },
  { length: 4, next: (at) => Date.UTC(dateOf(at)[0] + 1, 0) },
  { length: 7, next: (at) => Date.UTC(dateOf(at)[0], dateOf(at)[1] + 1) },
  { length: 10, next: (at) => at + dayMillis },
  { length: 13, next: (at) => at + 3_600_000 },
  { length: 16, next: (at) => at + 60_000 },
  { length: 19, next: (at) => at + 1000 }
]

/** The span of time that a text names, in milliseconds since 1970: from, and up to. */
export interface Span {
  readonly from: number
  readonly to: number
}

const form = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.\d+)?)?)?Z?)?)?)?$/i
const agoForm = /^now(?:([-+]\d{1,5})([smhdw]))?$/i
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Start of every longest span; what is cut off a time is filled up from it. */
const filling = "0000-01-01T00:00:00"

/** Start of the span of the given length that holds a time. */
const startOf = (at: number, length: number): number =>
  Date.parse(`${isoOf(at).slice(0, length)}${filling.slice(length)}Z`)

/** Reads a time: a year, month, day, hour, minute or second of UTC, or `now-7d`; undefined for anything else. */
export const spanOf = (text: string, now: number): Span | undefined => {
  const ago = agoForm.exec(text)
  if (ago !== null) {
    const at = now + (ago[1] === undefined ? 0 : Number(ago[1]) * units[ago[2]!.toLowerCase()]!)
    const from = Math.floor(at / 1000) * 1000
    return { from, to: from + 1000 }
  }
  const parts = form.exec(text)
  if (parts === null) return undefined
  const given = parts.slice(1).filter((part) => part !== undefined).length
  const { length, next } = spans[given + 1]!
  const full = text.toUpperCase().replace(/Z$/, "").slice(0, length) + filling.slice(length)
  const from = Date.parse(`${full}Z`)
  // Date.parse takes the 31st of a short month for the first of the next.
  if (Number.isNaN(from) || isoOf(from) !== full) return undefined
  return { from, to: next(from) }
}

/** Earliest and latest time of an open range: the years 1900 and 2200. */
const [earliest, latest] = [Date.UTC(1900, 0), Date.UTC(2200, 0)]

/** The beginnings of all times from one up to, and without, another, in whole seconds. */
export const beginnings = (from = earliest, to = latest): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let at = Math.max(earliest, from); at < Math.min(latest, to);) {
    const span = spans.find(({ length, next }) => startOf(at, length) === at && next(at) <= to) ?? spans.at(-1)!
    found.push(isoOf(at).slice(0, span.length))
    at = span.next(at)
  }
  return found
}
