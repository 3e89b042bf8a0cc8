/** Fits the columns into the width that there is, and keeps the widths that a person chose. */
import type { Column } from "./Columns.ts"

/** Widths of columns in pixels, by their names. */
export type Widths = Readonly<Record<string, number>>

/** The columns that fit, with their widths, and those that do not. */
export interface Fitted {
  readonly columns: ReadonlyArray<Column>
  readonly widths: Widths
  readonly left: ReadonlyArray<Column>
}

interface Form {
  /** Narrower nobody can read it. */
  readonly least: number
  /** Share of the width that is left over. */
  readonly share: number
  /** The greater, the sooner it is left out. */
  readonly rank: number
  /** It is left out, too, where the others would have less than this beside their least. */
  readonly beside?: number
}

/** Pixels more for titles, indicators and users count for more than the last of the columns. */
const beside = 230

const forms: Readonly<Record<string, Form>> = {
  time: { least: 176, share: 0, rank: 0 },
  title: { least: 220, share: 3, rank: 1 },
  indicator: { least: 180, share: 4, rank: 2 },
  severity: { least: 148, share: 0, rank: 3 },
  user: { least: 130, share: 2, rank: 4 },
  kind: { least: 80, share: 0.5, rank: 5 },
  evidence: { least: 120, share: 2.5, rank: 6 },
  src_ip: { least: 148, share: 0.5, rank: 7 },
  message_type: { least: 140, share: 0.5, rank: 8, beside },
  dst_ip: { least: 148, share: 0.5, rank: 9, beside },
  versions: { least: 92, share: 0, rank: 11, beside },
  uri: { least: 180, share: 4, rank: 10 }
}
const otherForm: Form = { least: 120, share: 1, rank: 10 }

const formOf = ({ name }: Column): Form => forms[name] ?? otherForm

/** Widths between which a person may choose. */
export const chosenWidths = { least: 60, most: 1200 } as const

const within = (width: number) => Math.round(Math.min(chosenWidths.most, Math.max(chosenWidths.least, width)))

/** Fits columns; those with a `kept` width have it, and the others share what is left over. At least one is shown. */
export const fitted = (columns: ReadonlyArray<Column>, width: number, kept: Widths): Fitted => {
  const least = (column: Column) => kept[column.name] ?? formOf(column).least
  const shown = new Set(columns)
  let needed = columns.reduce((sum, column) => sum + least(column), 0)
  for (const column of columns.toSorted((one, other) => formOf(other).rank - formOf(one).rank)) {
    if (needed + (formOf(column).beside ?? 0) <= width || shown.size === 1) break
    shown.delete(column)
    needed -= least(column)
  }
  const fitting = columns.filter((column) => shown.has(column))
  const free = fitting.filter(({ name }) => kept[name] === undefined)
  const shares = free.reduce((sum, column) => sum + formOf(column).share, 0)
  const over = Math.max(0, width - needed)
  return {
    columns: fitting,
    left: columns.filter((column) => !shown.has(column)),
    widths: Object.fromEntries(fitting.map((column) => {
      const share = kept[column.name] !== undefined
        ? 0
        : shares > 0
        ? formOf(column).share / shares
        : 1 / Math.max(1, free.length)
      return [column.name, Math.floor(least(column) + share * over)]
    }))
  }
}

const storageKey = "azure-security.search.widths"

/** The widths that this browser stored. */
export const keptWidths = (storage: Pick<Storage, "getItem">): Widths => {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? "{}")
    return Object.fromEntries(
      Object.entries(stored as object).flatMap(([name, width]: [string, unknown]) =>
        typeof width === "number" && Number.isFinite(width) ? [[name, within(width)]] : []
      )
    )
  } catch {
    return {}
  }
}

/** Stores the widths; undefined in place of one forgets it. */
export const keepWidth = (
  storage: Pick<Storage, "getItem" | "setItem">,
  kept: Widths,
  name: string,
  width: number | undefined
): Widths => {
  const { [name]: _, ...others } = kept
  const widths = width === undefined ? others : { ...others, [name]: within(width) }
  try {
    storage.setItem(storageKey, JSON.stringify(widths))
  } catch {
    // The widths last as long as the page.
  }
  return widths
}
