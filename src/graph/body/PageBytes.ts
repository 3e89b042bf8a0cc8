/**
 * Cuts the bytes of a page into its records without parsing it, so that each is parsed when it is its turn: a page that
 * lies in memory parsed is three times its text, and the garbage collector carries it about; bytes lie outside its heap.
 *
 * Every byte is looked at, and what it takes for JSON is JSON. The other way round it may give up: a page that it cannot
 * cut is parsed whole. Pieces are what a whole parse gives, but for a name that stands twice in one object, which Graph
 * does not send: the text of the piece keeps both.
 */
import { atHand } from "../../domain/GraphRecord.ts"
import type { Body } from "./Bodies.ts"
import { CutRecord, type Place } from "./SentRecord.ts"

/** A page without its records, and its records. */
export interface PageBytes {
  /** The page's JSON with an empty list in place of its records. */
  readonly envelope: string
  readonly records: ReadonlyArray<CutRecord>
}

const byteOrderMark = [0xef, 0xbb, 0xbf]
const [quote, comma, colon, backslash, slash] = [34, 44, 58, 92, 47]
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]
/** Below it are control characters, which a string must not hold. */
const space = 32

const isBlank = (code: number | undefined) => code === space || code === 10 || code === 13 || code === 9

/** Characters after a backslash that `JSON.stringify` would write as well: `"`, `\`, `b`, `f`, `n`, `r`, `t`. */
const isUsual = (code: number | undefined) =>
  code === quote || code === backslash || code === 98 || code === 102 || code === 110 || code === 114 || code === 116

const isDigit = (code: number | undefined) => code !== undefined && code >= 48 && code <= 57

const utf8 = (bytes: Buffer, from: number, to: number) => bytes.toString("utf8", from, to)

const ascii = (text: string): ReadonlyArray<number> => [...text].map((one) => one.charCodeAt(0))

/** A loop and not `every`: it is asked for each name, and a function made each time was a tenth of a page's garbage. */
const isAt = (bytes: Buffer, at: number, word: ReadonlyArray<number>): boolean => {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false
  return true
}

const words = ["null", "true", "false"].map(ascii)
const fourHexDigits = /^[\da-f]{4}$/i
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i

/** The end of a word or a number; -1 where there is none. */
const endOfScalar = (bytes: Buffer, from: number): number => {
  for (const word of words) if (word[0] === bytes[from]) return isAt(bytes, from, word) ? from + word.length : -1
  let end = from
  // Whatever it is: whether that is a number shows below.
  for (let code = bytes[end]; code !== undefined && code > space && code !== comma; code = bytes[++end]) {
    if (code === closeList || code === closeObject) break
  }
  return number.test(bytes.toString("latin1", from, end)) ? end : -1
}

/** Deeper than anything Graph sends, and far from what the stack holds: what is nested deeper is parsed whole. */
const depthMax = 200

/** What is known while the bytes are gone through. */
interface Scan {
  readonly bytes: Buffer
  /** Of the record in hand (see `Place`), once it is read whole; whatever is read may make it false. */
  isPlain: boolean
  /** Whether the name that was read last has an escape; to be asked before its value is read. */
  isEscaped: boolean
}

/** No place: what was to be read is not there, or too deep. */
const nowhere = -1

/** Where what comes next begins. */
const afterBlanks = (scan: Scan, from: number): number => {
  let at = from
  while (isBlank(scan.bytes[at])) {
    scan.isPlain = false
    at++
  }
  return at
}

/** From behind a backslash to the last character of the escape. */
const lastOfEscape = (scan: Scan, at: number): number => {
  const code = scan.bytes[at]
  scan.isEscaped = true
  if (isUsual(code)) return at
  scan.isPlain = false
  if (code === slash) return at
  return code === 117 && fourHexDigits.test(scan.bytes.toString("latin1", at + 1, at + 5)) ? at + 4 : nowhere
}

/** From the opening quote to behind the closing one. */
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

/** From a name's opening quote to behind its closing one. */
const endOfName = (scan: Scan, at: number): number => {
  if (scan.bytes[at] !== quote) return nowhere
  // JavaScript puts names that are numbers before the others.
  if (isDigit(scan.bytes[at + 1])) scan.isPlain = false
  scan.isEscaped = false
  return endOfString(scan, at)
}

/** From behind a name to its value. */
const valueAfter = (scan: Scan, end: number): number => {
  const at = afterBlanks(scan, end)
  return scan.bytes[at] === colon ? afterBlanks(scan, at + 1) : nowhere
}

/** From behind a value to the next one of its list or its object; to the closing bracket when it was the last. */
const afterValue = (scan: Scan, end: number, close: number): number => {
  const at = afterBlanks(scan, end)
  if (scan.bytes[at] !== comma) return scan.bytes[at] === close ? at : nowhere
  const next = afterBlanks(scan, at + 1)
  return scan.bytes[next] === close ? nowhere : next
}

/** Brackets and all. */
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

/** Brackets and all; starts and ends of the elements are added to `places`. */
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

/** To behind the value that begins there. */
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

/** Whether the name between two quotes is this one. */
const isNamed = ({ bytes }: Scan, from: number, end: number, name: ReadonlyArray<number>) =>
  end - from === name.length + 2 && isAt(bytes, from + 1, name)

/** Which of the properties of `atHand` is named; -1 for none. */
const handOf = (scan: Scan, from: number, end: number): number => {
  for (let index = 0; index < handNames.length; index++) {
    if (isNamed(scan, from, end, handNames[index]!)) return index
  }
  return -1
}

/** Depth of a record's own properties: the page's are at 1, and its list is between them. */
const depthOfRecord = 3

/** The record that begins there; undefined for what is no JSON, or too deep. */
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
    // The last of two with one name counts.
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

/** From the opening bracket of the records to behind the closing one; the records are added to `records`. */
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
 * Cuts a page's bytes; undefined for what is no JSON or nested too deep, and for a page that has no list of records, more
 * than one, or an escape in a name of its own.
 *
 * **Details**
 *
 * Its functions are called for each record, each value and each string: V8 compiles what is called often once. It
 * compiled one loop over a page, which is entered once, for every page anew.
 */
export const cut = (body: Body): PageBytes | undefined => {
  const { bytes } = body
  const scan: Scan = { bytes, isPlain: true, isEscaped: false }
  const records: Array<CutRecord> = []
  const first = isAt(bytes, 0, byteOrderMark) ? byteOrderMark.length : 0
  /** The list of the records: of its brackets. */
  let from = nowhere
  let to = nowhere
  const start = afterBlanks(scan, first)
  if (bytes[start] !== openObject) return undefined
  let at = afterBlanks(scan, start + 1)
  while (bytes[at] !== closeObject) {
    const name = endOfName(scan, at)
    // An escaped one may be the list's name once more, which only a whole parse would see.
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
