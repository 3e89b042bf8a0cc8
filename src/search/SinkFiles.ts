/** Recognises the sink's files by their names. Search threads import this module. */
import { suffix } from "../sinks/GzipMembers.ts"

export interface SinkFile {
  /** Name of the plain file, also when the file is compressed. */
  readonly name: string
  readonly isCompressed: boolean
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

/** Parses a name `<prefix>-<UTC date>-<n>.ndjson`, also with `.gz`; undefined for any other. */
export const sinkFile = (prefix: string, name: string): SinkFile | undefined => {
  if (!name.startsWith(`${prefix}-`)) return undefined
  const isCompressed = name.endsWith(suffix)
  const plain = isCompressed ? name.slice(0, -suffix.length) : name
  const [, of = "", number] = /^(\d{4}-\d\d-\d\d)-([1-9]\d{0,5})\.ndjson$/.exec(plain.slice(prefix.length + 1)) ?? []
  const date = `${of}T00:00:00Z`
  const day = Date.parse(date)
  return Number.isNaN(day)
    ? undefined
    : { name: plain, isCompressed, date, day, order: day / dayMillis * filesOfDay + Number(number) }
}

/**
 * Returns the sink's files among the names of a directory. Of one that is there both plain and compressed, the plain one
 * counts: the connector is compressing it, or was killed meanwhile.
 */
export const sinkFiles = (prefix: string, names: ReadonlyArray<string>): ReadonlyArray<SinkFile> => {
  const files = names.flatMap((name) => sinkFile(prefix, name) ?? [])
  const plain = new Set(files.flatMap(({ isCompressed, name }) => isCompressed ? [] : [name]))
  return files.filter(({ isCompressed, name }) => !isCompressed || !plain.has(name))
}

/** Name of a file in the directory. */
export const storedName = ({ isCompressed, name }: SinkFile): string => isCompressed ? name + suffix : name

/** Tells whether a file may hold something of the last `daysMax` days. */
export const isWithin = (file: SinkFile, daysMax: number, now: number): boolean =>
  file.day + dayMillis > now - daysMax * dayMillis
