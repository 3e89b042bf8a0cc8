/**
 * A record through time: when it appears, when it changes, and what it then looks like.
 *
 * Nothing runs in the background. Whoever asks says what time it is, and the versions of then are worked out.
 */
import type { Draw } from "./Draw.ts"
import type { Row } from "./Row.ts"

/** One state of a record, made when it is first looked at. */
export interface Version {
  /** Milliseconds since 1970 from which Graph shows it. */
  readonly from: number
  readonly row: () => Row
}

/** A record of a tenant; its versions are in order of time, and there is at least one. */
export interface Entry {
  readonly id: string
  readonly versions: readonly [Version, ...Array<Version>]
}

/** How far the security team is with an alert. */
export type Progress = "new" | "inProgress" | "resolved"

/** A version that makes its row once. */
export const version = (from: number, make: () => Row): Version => {
  let made: Row | undefined
  return { from, row: () => (made ??= make()) }
}

/** The row as Graph shows it at a time; `undefined` before it appears. */
export const at = (entry: Entry, now: number): Row | undefined =>
  entry.versions.findLast(({ from }) => from <= now)?.row()

/** The rows of those that Graph shows at a time. */
export const shown = (entries: ReadonlyArray<Entry>, now: number): ReadonlyArray<Row> =>
  entries.map((entry) => at(entry, now)).filter((row) => row !== undefined)

/**
 * When the team takes an alert up and closes it: some are left alone. `pace` is the unit of waiting in milliseconds.
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
