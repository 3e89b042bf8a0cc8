/** A record as Graph stores it: properties by name. */
import * as Timestamp from "../domain/Timestamp.ts"

/** One record of a collection. Tests pass rows of any shape, including undecodable ones. */
export type Row = Readonly<Record<string, unknown>>

const instants = new WeakMap<Row, Map<string, Timestamp.Timestamp | undefined>>()

/** Returns a property as an instant, or `undefined`. Results are cached per row, because every page sorts all rows. */
export const instant = (row: Row, property: string): Timestamp.Timestamp | undefined => {
  let known = instants.get(row)
  if (known === undefined) instants.set(row, known = new Map())
  if (!known.has(property)) {
    const value = row[property]
    known.set(property, typeof value === "string" ? Timestamp.normalize(value) : undefined)
  }
  return known.get(property)
}

/**
 * Formats an instant as Graph does: up to seven fraction digits, no trailing zeros. `ticks` are the 100 ns steps below
 * the millisecond.
 */
export const graphTime = (millis: number, ticks = 0): string => {
  const iso = Timestamp.fromMillis(millis)
  const fraction = `${iso.slice(20, 23)}${String(ticks).padStart(4, "0")}`.replace(/0+$/, "")
  return fraction === "" ? `${iso.slice(0, 19)}Z` : `${iso.slice(0, 19)}.${fraction}Z`
}
