/** The ledger of the model: versions in pieces, the oldest of which go when there are too many. */
import { later, type Timestamp } from "../../src/domain/Timestamp.ts"

export const make = (versionsMax: number) => {
  const pieces: Array<{ readonly reached: Timestamp; readonly seqs: ReadonlyArray<number> }> = []
  const known = new Set<number>()
  let floor: Timestamp | undefined

  return {
    has: (seq: number) => known.has(seq),
    /** The cursor from which on it knows everything published; undefined while it is empty. */
    floor: () => floor,
    /** Adds the versions of a page that reaches to a cursor; `begun` is where the connector begins to read at all. */
    append: (
      seqs: ReadonlyArray<number>,
      reached: Timestamp,
      begun: Timestamp,
      forgets: (seqs: ReadonlyArray<number>, floor: Timestamp) => void
    ) => {
      if (seqs.length === 0) return
      pieces.push({ reached, seqs })
      for (const seq of seqs) known.add(seq)
      floor = later(floor ?? begun, begun)
      while (known.size > versionsMax && pieces.length > 1) {
        const piece = pieces.shift()!
        for (const seq of piece.seqs) known.delete(seq)
        floor = later(floor, piece.reached)
        forgets(piece.seqs, floor)
      }
    }
  }
}
