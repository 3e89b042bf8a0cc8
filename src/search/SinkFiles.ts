/** Recognises the sink's files by their names. Search threads import this module. */

export interface SinkFile {
  readonly name: string
  /** Start of the UTC day in the name. */
  readonly date: string
  /** `date` in milliseconds since 1970. */
  readonly day: number
  /** Greater for a file that was begun later. */
  readonly order: number
}

export const dayMillis = 86_400_000

/** Bound of the numbers of one day's files: more than fit on a disk. */
const filesOfDay = 1_000_000

/** Parses a name `<prefix>-<UTC date>-<n>.ndjson`; undefined for any other. */
export const sinkFile = (prefix: string, name: string): SinkFile | undefined => {
  if (!name.startsWith(`${prefix}-`)) return undefined
  const [, of = "", number] = /^(\d{4}-\d\d-\d\d)-([1-9]\d{0,5})\.ndjson$/.exec(name.slice(prefix.length + 1)) ?? []
  const date = `${of}T00:00:00Z`
  const day = Date.parse(date)
  return Number.isNaN(day) ? undefined : { name, date, day, order: day / dayMillis * filesOfDay + Number(number) }
}

/** Tells whether a file may hold something of the last `daysMax` days. */
export const isWithin = (file: SinkFile, daysMax: number, now: number): boolean =>
  file.day + dayMillis > now - daysMax * dayMillis
