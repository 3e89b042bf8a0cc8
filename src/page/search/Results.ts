/** Collects what a search finds: further pages at the end, new rows at the top. */
import type { Found } from "../Client.ts"
import type { Row } from "./Columns.ts"

/** Rows, newest first. */
export interface Results {
  readonly rows: ReadonlyArray<Row>
  /** Value of `before` for the next page; null when there is none. */
  readonly next: number | null
  /** Keys of the rows that came in while live. */
  readonly fresh: ReadonlySet<number>
}

/** Rows at most: a longer table is slow, and nobody reads it. An export has everything. */
export const rowsMax = 5000

/** Results after the first page of a search. */
export const first = ({ next, rows }: Found): Results => ({ rows, next, fresh: new Set() })

/** Adds the next page at the end. */
export const more = (results: Results, { next, rows }: Found): Results => {
  const known = new Set(results.rows.map(({ key }) => key))
  return { ...results, rows: [...results.rows, ...rows.filter(({ key }) => !known.has(key))], next }
}

/**
 * Adds the newest page. Known rows stay, and others are sorted in. Rows older than the last one are left to the next
 * page, if there is one. When a full page holds no known row, more rows came than a page holds, and the page replaces
 * everything. Beyond {@link rowsMax} the oldest rows are dropped, and come again with the next page.
 *
 * Added rows are `fresh`, unless `isNews` is false: an index that catches up finds old rows.
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

/**
 * Replaces the rows by the newest page of alerts and incidents: each may have moved up by new evidence. Those that did, or
 * that were not known, are `fresh`.
 */
export const again = (results: Results, found: Found, { isNews = true } = {}): Results => {
  const times = new Map(results.rows.map(({ id, time }) => [id, time]))
  const moved = found.rows.filter(({ id, time }) => times.get(id) !== time).map(({ key }) => key)
  if (moved.length === 0 && found.rows.length === results.rows.length) return results
  const known = found.rows.filter(({ key }) => results.fresh.has(key)).map(({ key }) => key)
  return { rows: found.rows, next: found.next, fresh: new Set(isNews ? [...known, ...moved] : known) }
}

/**
 * Replaces the rows by those that arrived last, in this order. `known` has what was there before by its id, and `signs` what
 * is now: what is not known, or is known otherwise, is `fresh`. Without `isNews` nothing is.
 */
export const arrived = ({ fresh }: Results, { rows }: Found, { isNews, known, signs }: {
  readonly isNews: boolean
  readonly known: ReadonlyMap<string, string>
  readonly signs: ReadonlyMap<string, string>
}): Results => {
  const isNew = ({ id, key }: Row) => fresh.has(key) || (isNews && known.get(id) !== signs.get(id))
  return { rows, next: null, fresh: new Set(rows.filter(isNew).map(({ key }) => key)) }
}

/** Number of rows in `after` that are not in `before`. */
export const addedTo = (before: Results, after: Results): number => {
  const known = new Set(before.rows.map(({ key }) => key))
  return after.rows.filter(({ key }) => !known.has(key)).length
}
