/**
 * Ids of an endpoint's records with their last change, to compare with how many of them Graph says there are.
 *
 * @since 0.1.0
 */
import { sweepIdsMax } from "../domain/Bounds.ts"
import type { Timestamp } from "../domain/Timestamp.ts"

/**
 * What is remembered of the records that were read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recent {
  /** With room for it only: see {@link Recent.isWhole}. */
  readonly remember: (id: string, cursor: Timestamp) => void
  /** How many are known whose last change lies between two cursors; forgets those before them. */
  readonly within: (from: Timestamp, end: Timestamp) => number
  /** Whether there was room for all, so that a number of them means something. */
  readonly isWhole: () => boolean
}

/**
 * Remembers nothing yet, and {@link sweepIdsMax} ids at the most.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (idsMax = sweepIdsMax): Recent => {
  const cursors = new Map<string, Timestamp>()
  return {
    remember: (id, cursor) => {
      if (cursors.size < idsMax || cursors.has(id)) cursors.set(id, cursor)
    },
    within: (from, end) => {
      let known = 0
      for (const [id, cursor] of cursors) {
        if (cursor < from) cursors.delete(id)
        else if (cursor < end) known++
      }
      return known
    },
    isWhole: () => cursors.size < idsMax
  }
}
