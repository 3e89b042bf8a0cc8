/**
 * Artifacts and dead letters as newline-delimited JSON.
 *
 * No codec is in between: an artifact is a flat object of strings and numbers that this program made, a dead letter holds
 * raw JSON in Graph's own digits, however deep, and a codec would double the cost of a drain.
 */

import { stringify } from "../artifacts/Message.ts"
import { chunkBytes } from "../domain/Bounds.ts"

/** One line for each value, each ended by a newline; the empty text for none. */
export const lines = (values: Iterable<object>): string => {
  let text = ""
  for (const value of values) text += `${stringify(value)}\n`
  return text
}

const utf8 = new TextEncoder()
const newline = 10

/** Encodes one page, line by line. */
export interface LineEncoder {
  /** Adds a line. Returns the pieces that are full now, in order: none as a rule. */
  readonly add: (value: object) => ReadonlyArray<Uint8Array>
  /** Returns what is left at the end of the page. */
  readonly rest: () => ReadonlyArray<Uint8Array>
}

const none: ReadonlyArray<Uint8Array> = []

/**
 * Makes encoders of lines in UTF-8, in pieces of whole lines of at most `bytesMax`; a longer line is a piece of its own.
 *
 * **Gotchas**
 *
 * All pages share two buffers: a piece is overwritten by the one after the next, so that one can be written out while the
 * next is filled. The last piece of a page has to be written before the next page begins. Buffers made anew for each page
 * waited for the garbage collector, which ran the more often for them.
 */
export const makeEncoders = (bytesMax: number = chunkBytes): () => LineEncoder => {
  const buffers: Array<Uint8Array> = []
  return () => {
    let current = 0
    let filled = 0
    /** Adds the line without its newline first: a joined text would have the line copied once more. */
    const take = (line: string): boolean => {
      const buffer = buffers[current] ??= new Uint8Array(bytesMax)
      const { read, written } = utf8.encodeInto(line, buffer.subarray(filled))
      if (read < line.length || filled + written === bytesMax) return false
      filled += written
      buffer[filled++] = newline
      return true
    }
    /** A line that did not fit. Its place may still be read by whoever has the piece before the last. */
    let held: string | undefined
    const full = () => {
      if (filled === 0) return none
      const piece = buffers[current]!.subarray(0, filled)
      current = 1 - current
      filled = 0
      return [piece]
    }
    const placeHeld = (): ReadonlyArray<Uint8Array> => {
      if (held === undefined) return none
      const line = held
      held = undefined
      return take(line) ? none : [utf8.encode(`${line}\n`)]
    }
    return {
      add: (value) => {
        const line = stringify(value)
        const long = placeHeld()
        if (take(line)) return long
        held = line
        return [...long, ...full()]
      },
      rest: () => [...placeHeld(), ...full()]
    }
  }
}
