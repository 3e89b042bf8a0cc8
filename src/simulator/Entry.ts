/**
 * A simulated record through time: when it appears, when it changes, and its row at each time.
 *
 * No timer runs in the background. The caller passes the time, and the versions of that time are computed.
 */
import type { Draw } from "./Draw.ts"
import type { Row } from "./Row.ts"

/** One state of a record. The row is made at the first call. */
export interface Version {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly row: () => Row
}

/** A record with its versions, in order of time. */
export interface Entry {
  readonly id: string
  readonly versions: readonly [Version, ...Array<Version>]
}

/** How far the security team is with an alert. */
export type Progress = "new" | "inProgress" | "resolved"

/** Builds a version that makes its row once and keeps it. */
export const version = (from: number, make: () => Row): Version => {
  let made: Row | undefined
  return { from, row: () => (made ??= make()) }
}

/** Returns the row that Graph shows at a time, or `undefined` before the record appears. */
export const at = (entry: Entry, now: number): Row | undefined =>
  entry.versions.findLast(({ from }) => from <= now)?.row()

/** Returns the rows that Graph shows at a time. */
export const shown = (entries: ReadonlyArray<Entry>, now: number): ReadonlyArray<Row> =>
  entries.map((entry) => at(entry, now)).filter((row) => row !== undefined)

/**
 * Draws when the security team starts on an alert and closes it; some alerts stay untouched. `pace` is in milliseconds.
 */
export const progress = (
  appears: number,
  pace: number,
  draw: Draw
): readonly [readonly [Progress, number], ...Array<readonly [Progress, number]>] => {
  const takenUp = appears + draw.int(pace, 3 * pace)
  const closed = takenUp + draw.int(2 * pace, 6 * pace)
  const [isTakenUp, isClosed] = [draw.chance(0.7), draw.chance(0.6)]
  return [
    ["new", appears],
    ...(isTakenUp ? [["inProgress", takenUp] as const] : []),
    ...(isTakenUp && isClosed ? [["resolved", closed] as const] : [])
  ]
}
