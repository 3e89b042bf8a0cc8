/** Remembers which rows a chain of links has shown, to notice a chain that goes on for ever and shows nothing new. */
import { Hash } from "effect"
import { shownRowsMax } from "../domain/Bounds.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"

/** The rows that the pages behind a pass's links have shown. */
export interface Shown {
  /** Returns how many rows are new. */
  readonly count: (records: ReadonlyArray<Pick<GraphRecord, "cursor" | "id">>) => number
  /** Forgets all rows: the chain of links has ended. */
  readonly forget: () => void
}

/**
 * Makes an empty memory of {@link shownRowsMax} rows, by their hashes.
 *
 * **Details**
 *
 * A chain that goes round through more rows is noticed as Brent finds cycles: the first rows are kept while others go by,
 * each time for twice as many as before, and then the memory begins anew. Once it is kept for a whole round, they come again.
 */
export const make = (): Shown => {
  const rows = new Set<number>()
  let seen = 0
  let life = shownRowsMax
  return {
    count: (records) => {
      if (seen > life) {
        rows.clear()
        seen = 0
        life *= 2
      }
      seen += records.length
      let fresh = 0
      for (const { cursor, id } of records) {
        const row = Hash.string(`${id} ${cursor}`)
        if (rows.has(row)) continue
        fresh++
        if (rows.size < shownRowsMax) rows.add(row)
      }
      return fresh
    },
    forget: () => {
      rows.clear()
      seen = 0
      life = shownRowsMax
    }
  }
}
