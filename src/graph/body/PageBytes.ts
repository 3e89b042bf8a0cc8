/**
 * Splits the bytes of a page into records without parsing the page, so that each record is parsed when it is processed.
 * A parsed page takes three times the memory of its text, and the garbage collector keeps moving it; bytes lie outside
 * its heap.
 *
 * The scanner checks every byte: what it accepts is valid JSON. It may give up on valid JSON, and such a page gets one
 * full `JSON.parse`. The records equal those of a full parse, except that a name that stands twice in one object is kept
 * twice. Graph does not send such names.
 */
import { atHand } from "../../domain/GraphRecord.ts"
import type { Body } from "./Bodies.ts"
import { CutRecord, type Place } from "./SentRecord.ts"

/** A page split into its envelope and its records. */
export interface PageBytes {
  /** The page's JSON with an empty list in place of its records. */
  readonly envelope: string
  readonly records: ReadonlyArray<CutRecord>
}

const byteOrderMark = [0xef, 0xbb, 0xbf]
const [quote, comma, colon, backslash, slash] = [34, 44, 58, 92, 47]
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]
/** Codes below this one are control characters, which a JSON string must not contain. */
const space = 32

const isBlank = (code: number | undefined) => code === space || code === 10 || code === 13 || code === 9

/** Whether `JSON.stringify` writes the escape of this character the same way: `"`, `\`, `b`, `f`, `n`, `r`, `t`. */
const isUsual = (code: number | undefined) =>
  code === quote || code === backslash || code === 98 || code === 102 || code === 110 || code === 114 || code === 116

const isDigit = (code: number | undefined) => code !== undefined && code >= 48 && code <= 57

const utf8 = (bytes: Buffer, from: number, to: number) => bytes.toString("utf8", from, to)

const ascii = (text: string): ReadonlyArray<number> => [...text].map((one) => one.charCodeAt(0))

/** A loop instead of `every`: the check runs for each name, and a closure each time was a tenth of a page's garbage. */
const isAt = (bytes: Buffer, at: number, word: ReadonlyArray<number>): boolean => {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false
  return true
}

const words = ["null", "true", "false"].map(ascii)
const fourHexDigits = /^[\da-f]{4}$/i
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i

const endOfScalar = (bytes: Buffer, from: number): number => {
  for (const word of words) if (word[0] === bytes[from]) return isAt(bytes, from, word) ? from + word.length : -1
  let end = from
  // The token may be anything; it is tested below.
  for (let code = bytes[end]; code !== undefined && code > space && code !== comma; code = bytes[++end]) {
    if (code === closeList || code === closeObject) break
  }
  return number.test(bytes.toString("latin1", from, end)) ? end : -1
}

/** Far above Graph's nesting and far below the stack's limit; a page nested deeper gets a full `JSON.parse`. */
const depthMax = 200

/** The state of one scan over the bytes. */
interface Scan {
  readonly bytes: Buffer
  /** `isPlain` of the current record (see `Place`), set to false by whatever is read. */
  isPlain: boolean
  /** Whether the last name read has an escape; valid until its value is read. */
  isEscaped: boolean
}

/** Returned in place of an offset when the JSON is invalid or nested too deep. */
const nowhere = -1

const afterBlanks = (scan: Scan, from: number): number => {
  let at = from
  while (isBlank(scan.bytes[at])) {
    scan.isPlain = false
    at++
  }
  return at
}

/** Returns the offset of the last character of an escape; `at` is the offset behind the backslash. */
const lastOfEscape = (scan: Scan, at: number): number => {
  const code = scan.bytes[at]
  scan.isEscaped = true
  if (isUsual(code)) return at
  scan.isPlain = false
  if (code === slash) return at
  return code === 117 && fourHexDigits.test(scan.bytes.toString("latin1", at + 1, at + 5)) ? at + 4 : nowhere
}

/** Returns the offset behind the closing quote; `from` is the opening quote. */
const endOfString = (scan: Scan, from: number): number => {
  const { bytes } = scan
  let at = from + 1
  for (let code = bytes[at]; code !== quote; code = bytes[++at]) {
    if (code === backslash) {
      at = lastOfEscape(scan, at + 1)
      if (at < 0) return nowhere
    } else if (code === undefined || code < space) return nowhere
  }
  return at + 1
}

/** Returns the offset behind a name's closing quote; `at` is its opening quote. */
const endOfName = (scan: Scan, at: number): number => {
  if (scan.bytes[at] !== quote) return nowhere
  // JavaScript moves names that are numbers to the front, so the bytes differ from `JSON.stringify`.
  if (isDigit(scan.bytes[at + 1])) scan.isPlain = false
  scan.isEscaped = false
  return endOfString(scan, at)
}

/** Returns the offset of a value; `end` is the offset behind its name. */
const valueAfter = (scan: Scan, end: number): number => {
  const at = afterBlanks(scan, end)
  return scan.bytes[at] === colon ? afterBlanks(scan, at + 1) : nowhere
}

/** Returns the offset of the next element, or of the closing bracket after the last one. */
const afterValue = (scan: Scan, end: number, close: number): number => {
  const at = afterBlanks(scan, end)
  if (scan.bytes[at] !== comma) return scan.bytes[at] === close ? at : nowhere
  const next = afterBlanks(scan, at + 1)
  return scan.bytes[next] === close ? nowhere : next
}

/** Returns the offset behind the object's closing brace; `from` is its opening one. */
const endOfObject = (scan: Scan, from: number, depth: number): number => {
  if (depth > depthMax) return nowhere
  let at = afterBlanks(scan, from + 1)
  while (at >= 0 && scan.bytes[at] !== closeObject) {
    const name = endOfName(scan, at)
    const value = name < 0 ? nowhere : valueAfter(scan, name)
    const end = value < 0 ? nowhere : endOfValue(scan, value, depth)
    at = end < 0 ? nowhere : afterValue(scan, end, closeObject)
  }
  return at < 0 ? nowhere : at + 1
}

/** Returns the offset behind the list's closing bracket; adds start and end of each element to `places`. */
const endOfList = (scan: Scan, from: number, depth: number, places?: Array<number>): number => {
  if (depth > depthMax) return nowhere
  let at = afterBlanks(scan, from + 1)
  while (at >= 0 && scan.bytes[at] !== closeList) {
    const end = endOfValue(scan, at, depth)
    if (end < 0) return nowhere
    places?.push(at, end)
    at = afterValue(scan, end, closeList)
  }
  return at < 0 ? nowhere : at + 1
}

/** Returns the offset behind the value at `at`. */
const endOfValue = (scan: Scan, at: number, depth: number): number => {
  switch (scan.bytes[at]) {
    case quote:
      return endOfString(scan, at)
    case openObject:
      return endOfObject(scan, at, depth + 1)
    case openList:
      return endOfList(scan, at, depth + 1)
    default:
      return endOfScalar(scan.bytes, at)
  }
}

const valueName = ascii("value")
const evidenceName = ascii("evidence")
const handNames = atHand.map(ascii)

const isNamed = ({ bytes }: Scan, from: number, end: number, name: ReadonlyArray<number>) =>
  end - from === name.length + 2 && isAt(bytes, from + 1, name)

const handOf = (scan: Scan, from: number, end: number): number => {
  for (let index = 0; index < handNames.length; index++) {
    if (isNamed(scan, from, end, handNames[index]!)) return index
  }
  return -1
}

/** Depth of a record's own properties: 1 is the page, 2 its list. */
const depthOfRecord = 3

/** Returns the place of the record at `start`, or undefined for invalid JSON or too deep nesting. */
const placeOf = (scan: Scan, start: number): Place | undefined => {
  const { bytes } = scan
  scan.isPlain = true
  const hand: Array<number> = []
  let evidence: Array<number> | undefined
  let hasEscapedName = false
  if (bytes[start] !== openObject) {
    const end = endOfValue(scan, start, depthOfRecord - 1)
    return end < 0 ? undefined : { start, end, isPlain: scan.isPlain, hasEscapedName, evidence, hand }
  }
  let at = afterBlanks(scan, start + 1)
  while (bytes[at] !== closeObject) {
    const name = endOfName(scan, at)
    if (name < 0) return undefined
    if (scan.isEscaped) hasEscapedName = true
    const value = valueAfter(scan, name)
    if (value < 0) return undefined
    let end: number
    // When a name stands twice, the last one counts.
    if (isNamed(scan, at, name, evidenceName)) {
      evidence = bytes[value] === openList ? [] : undefined
      end = evidence === undefined
        ? endOfValue(scan, value, depthOfRecord)
        : endOfList(scan, value, depthOfRecord + 1, evidence)
    } else {
      const handed = handOf(scan, at, name)
      end = endOfValue(scan, value, depthOfRecord)
      if (handed >= 0) {
        const isString = bytes[value] === quote
        hand[handed * 2] = isString ? value : nowhere
        hand[handed * 2 + 1] = isString ? end : nowhere
      }
    }
    at = end < 0 ? nowhere : afterValue(scan, end, closeObject)
    if (at < 0) return undefined
  }
  return { start, end: at + 1, isPlain: scan.isPlain, hasEscapedName, evidence, hand }
}

/** Returns the offset behind the records' closing bracket; adds the records to `records`. */
const endOfRecords = (scan: Scan, from: number, body: Body, records: Array<CutRecord>): number => {
  let at = afterBlanks(scan, from + 1)
  while (at >= 0 && scan.bytes[at] !== closeList) {
    const place = placeOf(scan, at)
    if (place === undefined) return nowhere
    records.push(new CutRecord(body, place))
    at = afterValue(scan, place.end, closeList)
  }
  return at < 0 ? nowhere : at + 1
}

/**
 * Splits a page into its records. Returns undefined for invalid or too deeply nested JSON, and for a page without a
 * list of records, with two of them, or with an escape in a name of its own.
 *
 * The scanner is made of small functions on purpose: V8 compiles a function that is called often once, but recompiled a
 * single loop over the whole page for every page.
 */
export const cut = (body: Body): PageBytes | undefined => {
  const { bytes } = body
  const scan: Scan = { bytes, isPlain: true, isEscaped: false }
  const records: Array<CutRecord> = []
  const first = isAt(bytes, 0, byteOrderMark) ? byteOrderMark.length : 0
  /** Offsets of the list of records, brackets included. */
  let from = nowhere
  let to = nowhere
  const start = afterBlanks(scan, first)
  if (bytes[start] !== openObject) return undefined
  let at = afterBlanks(scan, start + 1)
  while (bytes[at] !== closeObject) {
    const name = endOfName(scan, at)
    // An escaped name may spell the list's name again, which only a full parse would see.
    if (name < 0 || scan.isEscaped) return undefined
    const value = valueAfter(scan, name)
    if (value < 0) return undefined
    let end: number
    if (bytes[value] === openList && isNamed(scan, at, name, valueName)) {
      if (from >= 0) return undefined
      end = endOfRecords(scan, value, body, records)
      from = value
      to = end
    } else end = endOfValue(scan, value, 1)
    at = end < 0 ? nowhere : afterValue(scan, end, closeObject)
    if (at < 0) return undefined
  }
  if (from < 0 || afterBlanks(scan, at + 1) !== bytes.length) return undefined
  return { envelope: `${utf8(bytes, first, from)}[]${utf8(bytes, to, bytes.length)}`, records }
}
