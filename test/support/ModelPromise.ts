/**
 * The reference model: which row versions must be published, and whether they were. It is told what Graph has and
 * shows, what the sink and the checkpoint get, and collects every broken promise as a sentence.
 *
 * **What must be published**
 *
 * - A version that appears with a cursor not before all that Graph had shown, or could have shown by its clock, is on
 *   time: it must be published before the mark passes it. Only a server in cursor order is held to that: in any other,
 *   a row that appears during a pass may lie where the pass was already.
 * - A version that is there when a pass begins anew, and not before the mark less the overlap, must be published too.
 * - A version within a gap, or before it by the overlap, is read with the gap.
 */
import type { Checkpoint, Gap } from "../../src/checkpoints/Checkpoint.ts"
import { later, minusMillis, type Timestamp } from "../../src/domain/Timestamp.ts"
import type { World } from "./ModelCommands.ts"
import type { Answer, Asked, Row } from "./ModelGraph.ts"

interface Version {
  readonly row: Row
  /** Whether it was on time when it appeared. */
  readonly isOnTime: boolean
  /** The mark may not pass it before it is published or lies in a gap. */
  isOwed: boolean
  /** It must be published in the end. */
  isOwedLater: boolean
  published: number
  /** Times that it may be published again, for a process that died after the sink had it. */
  allowed: number
}

const nowhere = "" as Timestamp

const lies = (gaps: ReadonlyArray<Gap>, cursor: Timestamp, overlap = 0) =>
  gaps.some(({ from, to }) => minusMillis(from, overlap) <= cursor && cursor < to)

export interface ModelPromise extends ReturnType<typeof make> {}

export const make = ({ order, paging }: Pick<World, "order" | "paging">) => {
  const current = new Map<string, Version>()
  const versions = new Map<number, Version>()
  const broken: Array<string> = []
  /** Greatest cursor that Graph has shown, or could have shown. */
  let front = nowhere
  let saved: Checkpoint | undefined
  /** Whether the way on is a link that counts rows, which an update shifts. */
  let isCounting = false

  const name = ({ row }: Version) => `${row.id} version ${row.seq} of ${row.cursor}`
  const unpublished = () => Array.from(current.values()).filter(({ published }) => published === 0)

  return {
    broken,
    /** A version appears, and replaces one. */
    appears: (row: Row, replaced?: Row) => {
      const savedLink = saved?.position?.link ?? null
      if (replaced !== undefined && (isCounting || (paging === "skip" && savedLink !== null))) {
        for (const version of unpublished()) version.isOwed = version.isOwedLater = false
      }
      const isOnTime = order === "asc" && saved !== undefined && row.cursor >= front && row.cursor >= saved.floor
      const version = { row, isOnTime, isOwed: isOnTime, isOwedLater: isOnTime, published: 0, allowed: 0 }
      current.set(row.id, version)
      versions.set(row.seq, version)
    },
    /** Graph answers a request at an instant of its clock; `horizon` is five minutes later. */
    shows: ({ ge, link, lt }: Asked, { nextLink, rows }: Answer, now: Timestamp, horizon: Timestamp) => {
      for (const bound of [ge, lt]) if (bound !== undefined) front = later(front, bound < now ? bound : now)
      const cursors = rows.flatMap(({ cursor }) => cursor > horizon ? [] : [cursor])
      for (const cursor of cursors) front = later(front, cursor)
      isCounting = paging === "skip" && nextLink !== undefined && (link !== undefined || cursors[0] === cursors.at(-1))
    },
    /** A pass begins anew. */
    begins: (overlap: number, ledgerFloor: Timestamp | undefined) => {
      if (saved === undefined) return
      const { floor, gaps, mark } = saved
      const known = later(floor, ledgerFloor ?? floor)
      const bound = gaps.reduce((bound, { to }) => later(bound, to), later(minusMillis(mark, overlap), known))
      for (const version of unpublished()) {
        const { cursor } = version.row
        if (cursor < known) continue
        if (cursor >= (bound > mark ? mark : bound)) version.isOwed = version.isOwedLater = true
        else if (lies(gaps, cursor, overlap)) version.isOwedLater = true
      }
    },
    /** The pass that began last began where another process still was: it is for nothing. */
    overtaken: () => {
      for (const version of unpublished()) {
        if (!version.isOnTime) version.isOwed = version.isOwedLater = false
      }
    },
    /** The overlap is another one: what lies behind the mark may be out of reach. */
    paced: () => {
      for (const version of unpublished()) {
        if (saved === undefined || lies(saved.gaps, version.row.cursor)) continue
        if (version.row.cursor < saved.mark) version.isOwed = version.isOwedLater = false
      }
    },
    /** The ledger forgot what lies before a cursor: nothing is read there any more, and a gap there is given up. */
    forgets: (floor: Timestamp) => {
      for (const version of unpublished()) {
        if (version.row.cursor < floor) version.isOwed = version.isOwedLater = false
      }
    },
    /** The sink has a version for good. */
    published: (seq: number) => {
      const version = versions.get(seq)
      if (version === undefined) return void broken.push(`a row that Graph never had was published: ${seq}`)
      if (++version.published > 1 + version.allowed) broken.push(`published again: ${name(version)}`)
    },
    isPublished: (seq: number) => (versions.get(seq)?.published ?? 0) > 0,
    /** A process died after the sink had these versions, and before its ledger had them; or a ledger forgot them. */
    mayRepeat: (seqs: Iterable<number>, from = nowhere) => {
      for (const seq of seqs) {
        const version = versions.get(seq)!
        if (version.row.cursor >= from) version.allowed++
      }
    },
    /** The checkpoint was saved. */
    saves: (checkpoint: Checkpoint) => {
      if (saved !== undefined && checkpoint.mark < saved.mark) {
        broken.push(`the mark moved back from ${saved.mark} to ${checkpoint.mark}`)
      }
      for (const version of current.values()) {
        const { isOwed, published, row: { cursor } } = version
        if (!isOwed || published > 0 || cursor >= checkpoint.mark || lies(checkpoint.gaps, cursor)) continue
        // What came late behind the mark was not passed; it is published in the end.
        if (saved !== undefined && cursor < saved.mark && !lies(saved.gaps, cursor)) continue
        broken.push(`the mark moved to ${checkpoint.mark} past ${name(version)}, which was not published`)
      }
      saved = checkpoint
    },
    /** Everything is mended and enough time has passed. */
    ends: () => {
      for (const version of unpublished()) {
        if (version.isOwedLater) broken.push(`never published: ${name(version)}`)
      }
      if (saved !== undefined && saved.gaps.length > 0) broken.push("a gap was never read")
    }
  }
}
