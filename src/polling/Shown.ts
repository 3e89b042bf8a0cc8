/** Remembers which rows a chain of links has shown, to notice a chain that goes on for ever and shows nothing new. */
import { shownRowsMax } from "../domain/Bounds.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"

/** The rows that the pages behind a pass's links have shown. */
export interface Shown {
  /** Returns how many rows are new, and remembers them. */
  readonly count: (records: ReadonlyArray<GraphRecord>) => number
  /** Forgets all rows: the chain of links has ended. */
  readonly forget: () => void
}

/** Makes an empty memory. Beyond {@link shownRowsMax} rows it begins anew, and rows count as new again. */
export const make = (): Shown => {
  const rows = new Set<string>()
  return {
    count: (records) => {
      if (rows.size > shownRowsMax) rows.clear()
      const before = rows.size
      for (const { cursor, id } of records) rows.add(`${id} ${cursor}`)
      return rows.size - before
    },
    forget: () => rows.clear()
  }
}
