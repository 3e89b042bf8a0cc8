/**
 * What a search has found so far: page by page downwards, and what comes in at the top while it is live.
 *
 * @since 0.1.0
 */
import type { Found } from "../Client.ts"
import type { Row } from "./Columns.ts"

/**
 * Rows, newest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Results {
  readonly rows: ReadonlyArray<Row>
  /** Key to go on before; null where there is no more. */
  readonly next: number | null
  /** Keys of those that came in while it was live. */
  readonly fresh: ReadonlySet<number>
}

/**
 * Rows at most: a table of more is slow, and nobody reads it. An export has everything.
 *
 * @category constants
 * @since 0.1.0
 */
export const rowsMax = 5000

/**
 * The first page.
 *
 * @category constructors
 * @since 0.1.0
 */
export const first = ({ next, rows }: Found): Results => ({ rows, next, fresh: new Set() })

/**
 * With the next page beneath.
 *
 * @category combinators
 * @since 0.1.0
 */
export const more = (results: Results, { next, rows }: Found): Results => {
  const known = new Set(results.rows.map(({ key }) => key))
  return { ...results, rows: [...results.rows, ...rows.filter(({ key }) => !known.has(key))], next }
}

/**
 * With the newest page on top: rows that are known stay as they are, others take their place in the order of time.
 * Where nothing of the page is known, more came than a page holds: it is the first page anew. Of more rows than
 * {@link rowsMax} the oldest go, and are there again with the next page.
 *
 * @category combinators
 * @since 0.1.0
 */
export const newest = (results: Results, found: Found): Results => {
  const known = new Set(results.rows.map(({ key }) => key))
  const added = found.rows.filter(({ key }) => !known.has(key))
  if (added.length === 0) return results
  const fresh = new Set([...results.fresh, ...added.map(({ key }) => key)])
  if (added.length === found.rows.length && results.rows.length > 0 && found.next !== null) {
    return { rows: found.rows, next: found.next, fresh: new Set(found.rows.map(({ key }) => key)) }
  }
  const rows = [...results.rows, ...added].sort((one, other) => other.key - one.key)
  if (rows.length <= rowsMax) return { rows, next: results.next, fresh }
  const kept = rows.slice(0, rowsMax)
  return { rows: kept, next: kept.at(-1)!.key, fresh }
}
