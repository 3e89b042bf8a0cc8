/** What a search has found so far: page by page downwards, and what comes in at the top while it is live. */
import type { Found } from "../Client.ts"
import type { Row } from "./Columns.ts"

/** Rows, newest first. */
export interface Results {
  readonly rows: ReadonlyArray<Row>
  /** Key to go on before; null where there is no more. */
  readonly next: number | null
  /** Keys of those that came in while it was live. */
  readonly fresh: ReadonlySet<number>
}

/** Rows at most: a table of more is slow, and nobody reads it. An export has everything. */
export const rowsMax = 5000

/** The first page. */
export const first = ({ next, rows }: Found): Results => ({ rows, next, fresh: new Set() })

/** With the next page beneath. */
export const more = (results: Results, { next, rows }: Found): Results => {
  const known = new Set(results.rows.map(({ key }) => key))
  return { ...results, rows: [...results.rows, ...rows.filter(({ key }) => !known.has(key))], next }
}

/**
 * With the newest page on top: rows that are known stay as they are, others take their place in the order of time. What
 * is older than the last row is left to the next page; where there is none, it has its place too. Where nothing of the
 * page is known, more came than a page holds: it is the first page anew. Of more rows than {@link rowsMax} the oldest go,
 * and are there again with the next page.
 *
 * Rows that are added are `fresh`, unless they are no news: an index that catches up finds what was there before.
 */
export const newest = (results: Results, found: Found, { isNews = true } = {}): Results => {
  const known = new Set(results.rows.map(({ key }) => key))
  if (known.size === 0 && found.rows.length === 0) return results
  const unknown = found.rows.filter(({ key }) => !known.has(key))
  const freshOf = (added: ReadonlyArray<Row>): ReadonlySet<number> =>
    isNews ? new Set([...results.fresh, ...added.map(({ key }) => key)]) : results.fresh
  if (known.size === 0 || (unknown.length > 0 && unknown.length === found.rows.length && found.next !== null)) {
    return { rows: found.rows, next: found.next, fresh: freshOf(found.rows) }
  }
  const last = results.next === null ? -Infinity : results.rows.at(-1)!.key
  const added = unknown.filter(({ key }) => key > last)
  if (added.length === 0) return results
  const rows = [...results.rows, ...added].sort((one, other) => other.key - one.key)
  if (rows.length <= rowsMax) return { rows, next: results.next, fresh: freshOf(added) }
  const kept = rows.slice(0, rowsMax)
  return { rows: kept, next: kept.at(-1)!.key, fresh: freshOf(added) }
}

/** How many rows there are that were not there before. */
export const addedTo = (before: Results, after: Results): number => {
  const known = new Set(before.rows.map(({ key }) => key))
  return after.rows.filter(({ key }) => !known.has(key)).length
}
