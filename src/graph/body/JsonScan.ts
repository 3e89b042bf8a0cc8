/**
 * Reads over JSON byte by byte without parsing it, in steps, so that no text keeps the event loop for long.
 *
 * What the scanner accepts is valid JSON. It needs no recursion: brackets are kept in a list, however deep a text is.
 */
import { stepBytes } from "../../domain/Bounds.ts"

/** Only this module writes it. */
interface State {
  readonly bytes: Buffer
  /** Whether `JSON.stringify` would write the same bytes; set to false by whatever is read. */
  isPlain: boolean
  /** Whether the last name read has an escape; valid until its value is read. */
  isEscaped: boolean
  /** Offset of the value to be read; behind it once it was read, or {@link nowhere} when it is invalid. */
  at: number
  /** Open brackets of the value that is being read, the outermost at 1. */
  open: Uint8Array
  depth: number
  /** Depth of the value itself. */
  above: number
  /** Whether the scan paused behind a value, not before one. */
  isLeaving: boolean
  /** Whether the scan paused inside of a string. */
  isInside: boolean
  /** The greatest depth seen in a record. */
  deepest: number
  /** Values behind a comma seen so far. */
  values: number
  /** Offset from which on the scan pauses. */
  pauseAt: number
  /** Offset up to which the value would be whole if its open brackets were closed there. */
  whole: number
  /** Offset of the innermost value that was begun. */
  begun: number
}

/** The state of one scan over bytes. */
export type Scan = { readonly [K in keyof State]: State[K] }

/** Takes the place of an offset when the JSON is invalid. */
export const nowhere = -1

const [comma, colon, slash] = [44, 58, 47]
/** Codes of a string's quote, and of an escape. */
export const [quote, backslash] = [34, 92]
/** Codes of the brackets. */
export const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]
/** Codes below this one are control characters, which a JSON string must not contain. */
const space = 32

/** Marks the codes at which a string does not simply go on. A table takes half the time of comparisons. */
const endsRun = Uint8Array.from(
  { length: 256 },
  (_, code) => code < space || code === quote || code === backslash ? 1 : 0
)

/** Begins a scan. */
export const make = (bytes: Buffer, at: number, pauseAt: number = at + stepBytes): State => ({
  bytes,
  isPlain: true,
  isEscaped: false,
  at,
  open: new Uint8Array(64),
  depth: 0,
  above: 0,
  isLeaving: false,
  isInside: false,
  deepest: 0,
  values: 0,
  pauseAt,
  whole: at,
  begun: at
})

/** Begins a record. */
export const beginRecord = (scan: State): void => {
  scan.isPlain = true
  scan.deepest = 0
}

/** Begins the value at an offset, which lies `above` levels deep. */
export const begin = (scan: State, at: number, above: number): void => {
  scan.at = at
  scan.depth = 0
  scan.above = above
}

const isBlank = (code: number | undefined) => code === space || code === 10 || code === 13 || code === 9

/** Whether `JSON.stringify` writes the escape of this character the same way: `"`, `\`, `b`, `f`, `n`, `r`, `t`. */
const isUsual = (code: number | undefined) =>
  code === quote || code === backslash || code === 98 || code === 102 || code === 110 || code === 114 || code === 116

const isDigit = (code: number | undefined) => code !== undefined && code >= 48 && code <= 57

const isHexDigit = (code: number | undefined) =>
  isDigit(code) || (code !== undefined && ((code >= 65 && code <= 70) || (code >= 97 && code <= 102)))

/** Returns the character codes of an ASCII text. */
export const ascii = (text: string): ReadonlyArray<number> => [...text].map((one) => one.charCodeAt(0))

/** Whether a word stands at an offset. A loop instead of `every`: the check runs for each name, and closures were a tenth of a page's garbage. */
export const isAt = (bytes: Buffer, at: number, word: ReadonlyArray<number>): boolean => {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false
  return true
}

const words = ["null", "true", "false"].map(ascii)
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i

const endsScalar = (code: number | undefined) =>
  code === undefined || code <= space || code === comma || code === closeList || code === closeObject

const endOfScalar = (bytes: Buffer, from: number): number => {
  for (const word of words) if (word[0] === bytes[from]) return isAt(bytes, from, word) ? from + word.length : nowhere
  let end = from
  while (isDigit(bytes[end])) end++
  // Most numbers are small integers.
  if (end > from && endsScalar(bytes[end]) && (bytes[from] !== 48 || end === from + 1)) return end
  // The token may be anything; it is tested below.
  while (!endsScalar(bytes[end])) end++
  return number.test(bytes.toString("latin1", from, end)) ? end : nowhere
}

/** Returns the offset of the next byte that is no blank, or `to`. */
export const afterBlanks = (scan: State, from: number, to: number = scan.bytes.length): number => {
  const { bytes } = scan
  let at = from
  while (at < to && isBlank(bytes[at])) at++
  if (at > from) scan.isPlain = false
  return at
}

/** Returns the offset of the last character of an escape; `at` is the offset behind the backslash. */
const lastOfEscape = (scan: State, at: number): number => {
  const { bytes } = scan
  const code = bytes[at]
  scan.isEscaped = true
  if (isUsual(code)) return at
  scan.isPlain = false
  if (code === slash) return at
  if (code !== 117) return nowhere
  for (let digit = at + 1; digit <= at + 4; digit++) if (!isHexDigit(bytes[digit])) return nowhere
  return at + 4
}

/**
 * Returns the offset behind the closing quote; `from` is inside of the string. It pauses at an offset from `until` on: then
 * it is to be called again there, and `scan.isInside` is set.
 */
const endOfString = (scan: State, from: number, until: number): number => {
  const { bytes } = scan
  const stop = Math.min(until, bytes.length)
  for (let at = from;; at++) {
    while (at < stop && endsRun[bytes[at]!] === 0) at++
    const code = bytes[at]
    if (code === quote) return at + 1
    if (at >= stop && at < bytes.length) {
      scan.isInside = true
      return at
    }
    if (code !== backslash) return nowhere
    at = lastOfEscape(scan, at + 1)
    if (at < 0) return nowhere
  }
}

/** Returns the offset behind a name's closing quote; `at` is its opening quote. */
export const endOfName = (scan: State, at: number): number => {
  if (scan.bytes[at] !== quote) return nowhere
  // JavaScript moves names that are numbers to the front, so the bytes differ from `JSON.stringify`.
  if (isDigit(scan.bytes[at + 1])) scan.isPlain = false
  scan.isEscaped = false
  return endOfString(scan, at + 1, Infinity)
}

/** Returns the offset of a value; `end` is the offset behind its name. */
export const valueAfter = (scan: State, end: number): number => {
  const at = afterBlanks(scan, end)
  return scan.bytes[at] === colon ? afterBlanks(scan, at + 1) : nowhere
}

/** Returns the offset of the next element, or of the closing bracket after the last one. */
export const afterValue = (scan: State, end: number, close: number): number => {
  const at = afterBlanks(scan, end)
  if (scan.bytes[at] !== comma) return scan.bytes[at] === close ? at : nowhere
  scan.values++
  const next = afterBlanks(scan, at + 1)
  return scan.bytes[next] === close ? nowhere : next
}

const valueOfNext = (scan: State, at: number): number => {
  const name = endOfName(scan, at)
  return name < 0 ? nowhere : valueAfter(scan, name)
}

/** Returns the code of the bracket that closes another. */
export const closeOf = (open: number | undefined) => open === openObject ? closeObject : closeList

/**
 * Closes what ends behind a value. Returns the offset of the next value, or {@link nowhere} when there is none: then
 * `scan.at` is behind the outermost value, or nowhere as well. It pauses, too: then it is to be called again at the offset.
 */
const leave = (scan: State, end: number): number => {
  let at = end
  while (scan.depth > 0) {
    const isObject = scan.open[scan.depth] === openObject
    const close = isObject ? closeObject : closeList
    const next = afterValue(scan, at, close)
    if (next < 0) return nowhere
    if (scan.bytes[next] !== close) {
      scan.whole = at
      return isObject ? valueOfNext(scan, next) : next
    }
    scan.depth--
    at = next + 1
    scan.whole = at
    if (at >= scan.pauseAt && scan.depth > 0) {
      scan.isLeaving = true
      return at
    }
  }
  scan.at = at
  return nowhere
}

/** Opens a bracket. Returns the offset of the next value, as {@link leave} does. */
const enter = (scan: State, from: number): number => {
  if (++scan.depth === scan.open.length) {
    const open = new Uint8Array(scan.open.length * 4)
    open.set(scan.open)
    scan.open = open
  }
  if (scan.above + scan.depth > scan.deepest) scan.deepest = scan.above + scan.depth
  const code = scan.bytes[from]!
  scan.open[scan.depth] = code
  scan.whole = from + 1
  const at = afterBlanks(scan, from + 1)
  if (scan.bytes[at] !== closeOf(code)) return code === openObject ? valueOfNext(scan, at) : at
  scan.depth--
  scan.whole = at + 1
  return leave(scan, at + 1)
}

/** Whether a pause is due at an offset; puts the next one off. */
export const isDue = (scan: State, at: number): boolean => {
  if (at < scan.pauseAt) return false
  scan.pauseAt = at + stepBytes
  return true
}

/** Reads on; returns false when it paused before the value's end, and is to be called again. */
export const readOn = (scan: State): boolean => {
  let { at } = scan
  while (at >= 0) {
    if (isDue(scan, at)) {
      scan.at = at
      return false
    }
    if (scan.isLeaving) {
      scan.isLeaving = false
      at = leave(scan, at)
      continue
    }
    const code = scan.bytes[at]
    scan.at = nowhere
    let end: number
    if (scan.isInside) {
      scan.isInside = false
      end = endOfString(scan, at, scan.pauseAt)
    } else {
      scan.begun = at
      if (code === openObject || code === openList) {
        at = enter(scan, at)
        continue
      }
      end = code === quote ? endOfString(scan, at + 1, scan.pauseAt) : endOfScalar(scan.bytes, at)
    }
    at = end < 0 || scan.isInside ? end : leave(scan, end)
  }
  return true
}
