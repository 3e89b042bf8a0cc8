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

/**
 * Makes what encodes batches as the same lines in UTF-8, whole lines in pieces of at most `bytesMax`; a longer line is a
 * piece of its own.
 *
 * **Gotchas**
 *
 * There are two buffers, for all batches: a piece is overwritten by the one after the next, so that one may be written out
 * while the next is made. The last piece of a batch has to be written before the next batch is begun. Made anew for each
 * batch, they waited for the collector, who came the more often for them.
 */
export const makeChunks = (bytesMax: number = chunkBytes): (values: Iterable<object>) => Generator<Uint8Array> => {
  /** Of no batch at the moment; a batch that is not made to its end keeps its own. */
  let spares: Array<Uint8Array> = []
  const room = () => spares.pop() ?? new Uint8Array(bytesMax)

  return function*(values) {
    let buffer: Uint8Array | undefined
    let other: Uint8Array | undefined
    let filled = 0
    /** Without its newline, which would have the line copied once more. */
    const take = (line: string): boolean => {
      buffer ??= room()
      const { read, written } = utf8.encodeInto(line, buffer.subarray(filled))
      if (read < line.length || filled + written === bytesMax) return false
      filled += written
      buffer[filled++] = newline
      return true
    }
    for (const value of values) {
      const line = stringify(value)
      if (take(line)) continue
      if (filled > 0) {
        yield buffer!.subarray(0, filled)
        const next: Uint8Array = other ?? room()
        other = buffer
        buffer = next
      }
      filled = 0
      if (!take(line)) yield utf8.encode(`${line}\n`)
    }
    if (buffer !== undefined && filled > 0) yield buffer.subarray(0, filled)
    spares = [buffer, other].filter((one) => one !== undefined)
  }
}
