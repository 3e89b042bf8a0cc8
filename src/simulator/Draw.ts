/**
 * Repeatable chance: the drawn values depend on the seed and on nothing else.
 *
 * Rows are made lazily and in any order, so each row takes a draw named after itself. Effect's `Random` would give
 * answers that depend on the order of the calls.
 */

/** A sequence of drawn values; each call takes the next one. */
export interface Draw {
  /** Returns an integer from `min` to `max`, both included. */
  readonly int: (min: number, max: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  readonly hex: (digits: number) => string
  /** A version 4 UUID. */
  readonly guid: () => string
}

/** FNV-1a over the UTF-16 units. */
const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return state >>> 0
}

/** Starts the sequence of this seed (mulberry32). */
export const from = (...seed: ReadonlyArray<string | number>): Draw => {
  let state = hash(seed.join("\n"))
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  const hex = (digits: number) => Array.from({ length: digits }, () => int(0, 15).toString(16)).join("")
  return {
    int,
    hex,
    chance: (probability) => next() < probability,
    pick: (from) => from[int(0, from.length - 1)]!,
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[int(0, 3)]}${hex(3)}-${hex(12)}`
  }
}
