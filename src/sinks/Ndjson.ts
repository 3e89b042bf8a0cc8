/**
 * Encodes artifacts, events and dead letters as newline-delimited JSON.
 *
 * There is no codec, which would double the cost of a backlog: an artifact is a flat object of strings and numbers, and a
 * dead letter holds raw JSON with Graph's own digits, at any depth.
 */

import { pieces, stringify } from "../artifacts/Message.ts"
import { chunkBytes } from "../domain/Bounds.ts"

/** The properties of artifacts, events and dead letters that may hold a whole record. */
type Holder = "message" | "raw_data" | "record"

/** Returns the name of the property that holds a record longer than {@link chunkBytes}, if one does. */
const holderOf = (value: { readonly [K in Holder]?: unknown }): Holder | undefined => {
  const { message, raw_data, record } = value
  if (typeof message === "string" && message.length > chunkBytes) return "message"
  if (typeof raw_data === "string" && raw_data.length > chunkBytes) return "raw_data"
  return typeof record === "string" && record.length > chunkBytes ? "record" : undefined
}

/** Writes the text of `JSON.stringify` in parts, which are made while they are iterated over. */
function* partsOf(value: { readonly [K in Holder]?: unknown }, holder: Holder): Generator<string> {
  // Inside of other texts the quotes of this place are escaped.
  const place = `"${holder}":"`
  const json = stringify({ ...value, [holder]: "" })
  const at = json.indexOf(`${place}"`) + place.length
  yield json.slice(0, at)
  for (const piece of pieces(value[holder] as string)) yield JSON.stringify(piece).slice(1, -1)
  yield json.slice(at)
}

/** Returns the lines of values as texts: few values as one, and a long line in parts, so that others get their turn. */
export function* texts(values: Iterable<object>): Generator<string> {
  let text = ""
  for (const value of values) {
    const holder = holderOf(value)
    if (holder === undefined) {
      text += `${stringify(value)}\n`
      continue
    }
    yield text
    yield* partsOf(value, holder)
    text = "\n"
  }
  yield text
}

/** Returns one line for each value, each ended by a newline; an empty string for no values. */
export const lines = (values: Iterable<object>): string => {
  let text = ""
  for (const value of values) text += `${stringify(value)}\n`
  return text
}

const utf8 = new TextEncoder()
const newline = 10

/** Encodes the values of one page as lines of UTF-8. */
export interface LineEncoder {
  /** Adds a line. Returns the pieces that became full, in order; usually none. */
  readonly add: (value: object) => ReadonlyArray<Uint8Array>
  /**
   * Adds a line that holds a record longer than {@link chunkBytes}, in pieces that are made while they are iterated over,
   * which must be done before the next call. Undefined for a shorter one, which is for `add`.
   */
  readonly addLong: (value: object) => Iterable<Uint8Array> | undefined
  /** Returns the remaining pieces at the end of the page. */
  readonly rest: () => ReadonlyArray<Uint8Array>
}

const none: ReadonlyArray<Uint8Array> = []

/**
 * Returns a function that makes an encoder for each page. Pieces are complete lines of at most `bytesMax` bytes; a longer
 * line is a piece of its own, or several.
 *
 * **Gotchas**
 *
 * All pages share two buffers, so that one piece can be written out while the next is filled. The second piece after a
 * piece overwrites it. The last piece of a page must be written before the next page begins. New buffers for each page
 * made the garbage collector run more often.
 */
export const makeEncoders = (bytesMax: number = chunkBytes): () => LineEncoder => {
  const buffers: Array<Uint8Array> = []
  return () => {
    let current = 0
    let filled = 0
    /** Encodes a line without its newline first: joining both would copy the line once more. */
    const take = (line: string): boolean => {
      const buffer = buffers[current] ??= new Uint8Array(bytesMax)
      const { read, written } = utf8.encodeInto(line, buffer.subarray(filled))
      if (read < line.length || filled + written === bytesMax) return false
      filled += written
      buffer[filled++] = newline
      return true
    }
    /** A line that did not fit. It waits for the next call, because the other buffer may still be in use. */
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
    function* longLine(value: object, holder: Holder): Generator<Uint8Array> {
      yield* placeHeld()
      yield* full()
      for (const text of partsOf(value, holder)) yield utf8.encode(text)
      yield Uint8Array.of(newline)
    }
    return {
      addLong: (value) => {
        const holder = holderOf(value)
        return holder === undefined ? undefined : longLine(value, holder)
      },
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
