/** Cuts a large value, so that its beginning can be parsed. */
import { backslash, closeOf, make, quote, readOn } from "./JsonScan.ts"

/** Returns a string up to an offset, as a complete one. */
const shortString = (bytes: Buffer, from: number, limit: number): string => {
  let end = from + 1
  while (bytes[end] !== quote) {
    let next = end + (bytes[end] !== backslash ? 1 : bytes[end + 1] === 117 ? 6 : 2)
    while ((bytes[next]! & 0xc0) === 0x80) next++
    if (next > limit) break
    end = next
  }
  return `${bytes.toString("utf8", from, end)}"`
}

/**
 * Returns the beginning of a valid value as a whole one of at most about `most` bytes: open brackets are closed, a string
 * is cut, and a value that is not complete is left out.
 */
export const beginning = (bytes: Buffer, from: number, to: number, most: number): string => {
  if (to - from <= most) return bytes.toString("utf8", from, to)
  const limit = from + most
  const scan = make(bytes.subarray(0, limit), from, Infinity)
  readOn(scan)
  let text = scan.begun >= scan.whole && bytes[scan.begun] === quote
    ? bytes.toString("utf8", from, scan.begun) + shortString(bytes, scan.begun, limit)
    : bytes.toString("utf8", from, scan.whole)
  for (let level = scan.depth; level > 0; level--) text += String.fromCharCode(closeOf(scan.open[level]))
  return text === "" ? "null" : text
}
