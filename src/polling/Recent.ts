/**
 * Ids of an endpoint's records with their last change, to compare with how many of them Graph says there are.
 *
 * They lie in two flat arrays, 2 MB for a hundred thousand: a `Map` of as many strings takes 14 MB. An id is known by 52
 * bits of its hash, and two of a hundred thousand share them once in a million times; then one row too few is counted,
 * and rows are read again for nothing. An instant is rounded by up to an eighth of a microsecond, so that a row of the
 * edge itself may count on either side of it.
 */
import { sha256 } from "../artifacts/ArtifactId.ts"
import { sweepIdsMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"

/** What is remembered of the records that were read. */
export interface Recent {
  /** With room for it only: see {@link Recent.isWhole}. */
  readonly remember: (id: string, cursor: Timestamp.Timestamp) => void
  /** How many are known whose last change lies between two cursors; forgets those before them. */
  readonly within: (from: Timestamp.Timestamp, end: Timestamp.Timestamp) => number
  /** Whether there was room for all, so that a number of them means something. */
  readonly isWhole: () => boolean
}

const slotsMin = 64
/** A hundred thousand fit into the power of two above them. */
const fullMax = 0.8

/** 52 bits, which a number holds exactly; 0 stands for an empty slot. */
const keyOf = (id: string): number => Number.parseInt(sha256(id).slice(0, 13), 16) || 1

/** Milliseconds since 1970 with their fraction, as far as a number holds it: to a quarter of a microsecond. */
const millisOf = (at: Timestamp.Timestamp): number => Timestamp.toMillis(at) + Number(at.slice(23, 29)) / 1e6

/** Keys and their values by open addressing; none is ever removed. */
const makeTable = (slots: number) => ({ keys: new Float64Array(slots), values: new Float64Array(slots) })

/** Where a key is, or belongs. */
const slotOf = (keys: Float64Array, key: number): number => {
  const last = keys.length - 1
  let slot = key & last
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & last
  return slot
}

/** Remembers nothing yet, and {@link sweepIdsMax} ids at the most. */
export const make = (idsMax = sweepIdsMax): Recent => {
  let table = makeTable(slotsMin)
  let size = 0

  /** The same with so many slots, and without what changed before an instant. */
  const rebuild = (slots: number, from: number) => {
    const { keys, values } = table
    table = makeTable(slots)
    size = 0
    for (let index = 0; index < keys.length; index++) {
      if (keys[index] === 0 || values[index]! < from) continue
      const slot = slotOf(table.keys, keys[index]!)
      table.keys[slot] = keys[index]!
      table.values[slot] = values[index]!
      size++
    }
  }

  return {
    remember: (id, cursor) => {
      const key = keyOf(id)
      let slot = slotOf(table.keys, key)
      if (table.keys[slot] === 0) {
        if (size >= idsMax) return
        if (size >= table.keys.length * fullMax) {
          rebuild(table.keys.length * 2, -Infinity)
          slot = slotOf(table.keys, key)
        }
        size++
        table.keys[slot] = key
      }
      table.values[slot] = millisOf(cursor)
    },
    within: (from, end) => {
      rebuild(table.keys.length, millisOf(from))
      const last = millisOf(end)
      let known = 0
      for (let index = 0; index < table.keys.length; index++) {
        if (table.keys[index] !== 0 && table.values[index]! < last) known++
      }
      return known
    },
    isWhole: () => size < idsMax
  }
}
