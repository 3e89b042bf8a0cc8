/**
 * Remembers ids and last changes of an endpoint's records, to compare their number with Graph's count in a sweep.
 *
 * Two flat arrays take 2 MB for a hundred thousand records, a `Map` of as many strings 14 MB. A record is known by 52 bits
 * of its id's hash. Two of a hundred thousand share them once in a million times; then the count is one too low, and rows
 * are read again in vain. Times are rounded by up to an eighth of a microsecond, so a row at a bound may count on either side.
 */
import { sha256 } from "../artifacts/ArtifactId.ts"
import { sweepIdsMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"

/** The records that were read since the process started, up to a limit. */
export interface Recent {
  /** Remembers a record. At the limit, new records are ignored: see {@link Recent.isWhole}. */
  readonly remember: (id: string, cursor: Timestamp.Timestamp) => void
  /** Counts the records changed from `from` on and before `end`, and forgets those changed before `from`. */
  readonly within: (from: Timestamp.Timestamp, end: Timestamp.Timestamp) => number
  /** Whether the limit is not reached, so that a count can be compared with Graph's. */
  readonly isWhole: () => boolean
}

/** As many as fit into an array that has no buffer of its own. */
const slotsMin = 8
/** At this fill a hundred thousand records fit into 2^17 slots. */
const fullMax = 0.8

/** 52 bits of the id's hash, which a number holds exactly. The key 0 marks an empty slot. */
const keyOf = (id: string): number => Number.parseInt(sha256(id).slice(0, 13), 16) || 1

/** Milliseconds since 1970 with the fraction that a number holds, to a quarter of a microsecond. */
const millisOf = (at: Timestamp.Timestamp): number => Timestamp.toMillis(at) + Number(at.slice(23, 29)) / 1e6

const makeTable = (slots: number) => ({ keys: new Float64Array(slots), values: new Float64Array(slots) })

/** Returns the slot of `key`, or the free slot for it. */
const slotOf = (keys: Float64Array, key: number): number => {
  const last = keys.length - 1
  let slot = key & last
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & last
  return slot
}

/** Makes an empty memory for at most `idsMax` records. */
export const make = (idsMax = sweepIdsMax): Recent => {
  let table = makeTable(slotsMin)
  let size = 0

  /** Rebuilds the table with `slots` slots, without records changed before `from`. */
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
