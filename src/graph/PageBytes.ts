/**
 * Cuts the bytes of a page into its records without parsing it, so that each is parsed when it is its turn: a page that
 * lies in memory parsed is three times its text, and the garbage collector carries it about; bytes lie outside its heap.
 *
 * Every byte is looked at, and what it takes for JSON is JSON. The other way round it may give up: a page that it cannot
 * cut is parsed whole. Pieces are what a whole parse gives, but for a name that stands twice in one object, which Graph
 * does not send: the text of the piece keeps both.
 *
 * @since 0.1.0
 */
import { atHand } from "../domain/GraphRecord.ts"
import type { Body } from "./Bodies.ts"
import { CutRecord } from "./SentRecord.ts"

/**
 * A page without its records, and its records.
 *
 * @category models
 * @since 0.1.0
 */
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

/** The end of a word or a number; undefined where there is none. */
const endOfScalar = (bytes: Buffer, from: number): number | undefined => {
  for (const word of words) if (word[0] === bytes[from]) return isAt(bytes, from, word) ? from + word.length : undefined
  let end = from
  // Whatever it is: whether that is a number shows below.
  for (let code = bytes[end]; code !== undefined && code > space && code !== comma; code = bytes[++end]) {
    if (code === closeList || code === closeObject) break
  }
  return number.test(bytes.toString("latin1", from, end)) ? end : undefined
}

/** What may stand where the reading is. */
const [aValue, aValueOrTheEnd, aName, aNameOrTheEnd, afterAValue] = [0, 1, 2, 3, 4]

/** Depths at which what is looked for stands. */
const [inPage, inRecords, inRecord, inEvidence] = [1, 2, 3, 4]

const valueName = ascii("value")
const evidenceName = ascii("evidence")
const handNames = atHand.map(ascii)

const isNamed = (bytes: Buffer, begin: number, size: number, name: ReadonlyArray<number>) =>
  size === name.length && isAt(bytes, begin, name)

/** Which of the properties of `atHand` is named; -1 for none. */
const handOf = (bytes: Buffer, begin: number, size: number): number => {
  for (let index = 0; index < handNames.length; index++) {
    if (isNamed(bytes, begin, size, handNames[index]!)) return index
  }
  return -1
}

/**
 * Cuts a page's bytes; undefined for what is no JSON, and for a page that has no list of records or more than one.
 *
 * @category decoding
 * @since 0.1.0
 */
export const cut = (body: Body): PageBytes | undefined => {
  const records: Array<CutRecord> = []
  const { bytes } = body
  const { length } = bytes
  const first = isAt(bytes, 0, byteOrderMark) ? byteOrderMark.length : 0
  const objects: Array<boolean> = []
  let depth = 0
  let isObject = false
  let expected = aValue
  /** The list of the records: of its brackets. */
  let from = -1
  let to = -1
  /** The record in hand, the element of its evidence in hand, and what of it is to be at hand. */
  let start = -1
  let isPlain = true
  let hasEscapedName = false
  let evidence: Array<number> | undefined
  let element = -1
  let hand: Array<number> = []
  /** Which of the names was read last: the list's, or that of what is to be at hand. */
  let named = false
  let handed = -1
  let isOfRecords = false
  let isOfEvidence = false

  for (let at = first; at < length; at++) {
    const code = bytes[at]!
    if (code === comma) {
      if (expected !== afterAValue || depth === 0) return undefined
      expected = isObject ? aName : aValue
      if (depth === inRecords && isOfRecords) {
        records.push(new CutRecord(body, { start, end: at, isPlain, hasEscapedName, evidence, hand }))
        start = -1
        isPlain = true
        hasEscapedName = false
        evidence = undefined
        hand = []
      } else if (depth === inEvidence && isOfEvidence) {
        evidence!.push(element, at)
        element = -1
      }
    } else if (code === closeObject || code === closeList) {
      const isEmpty = expected === (isObject ? aNameOrTheEnd : aValueOrTheEnd)
      if (depth === 0 || isObject !== (code === closeObject) || expected !== afterAValue && !isEmpty) return undefined
      if (depth === inRecords && isOfRecords) {
        if (!isEmpty) records.push(new CutRecord(body, { start, end: at, isPlain, hasEscapedName, evidence, hand }))
        isOfRecords = false
        start = -1
        to = at
      } else if (depth === inEvidence && isOfEvidence) {
        if (!isEmpty) evidence!.push(element, at)
        element = -1
        isOfEvidence = false
      }
      depth--
      objects.pop()
      isObject = objects[depth - 1] ?? false
      expected = afterAValue
    } else if (isBlank(code)) isPlain = false
    else {
      const isName = expected === aName || expected === aNameOrTheEnd
      if (!isName) {
        if (expected === afterAValue) return undefined
        if (depth === inRecords && isOfRecords) start = at
        else if (depth === inEvidence && isOfEvidence) element = at
      }
      if (code === quote) {
        const begin = at + 1
        let end = begin
        let isEscaped = false
        for (let unit = bytes[end]; unit !== quote; unit = bytes[++end]) {
          if (unit === backslash) {
            isEscaped = true
            const escape = bytes[++end]
            if (escape === 117) {
              if (!fourHexDigits.test(bytes.toString("latin1", end + 1, end + 5))) return undefined
              end += 4
            } else if (escape !== slash && !isUsual(escape)) return undefined
            if (!isUsual(escape)) isPlain = false
          } else if (unit === undefined || unit < space) return undefined
        }
        at = end
        if (isName) {
          while (isBlank(bytes[at + 1])) {
            isPlain = false
            at++
          }
          if (bytes[++at] !== colon) return undefined
          // JavaScript puts names that are numbers before the others.
          if (isDigit(bytes[begin])) isPlain = false
          const size = end - begin
          expected = aValue
          named = false
          if (depth === inPage) {
            // It may be the list's name once more, which only a whole parse would see.
            if (isEscaped) return undefined
            named = isNamed(bytes, begin, size, valueName)
          } else if (depth === inRecord && start >= 0) {
            if (isEscaped) hasEscapedName = true
            named = isNamed(bytes, begin, size, evidenceName)
            // The last of two with one name counts.
            if (named) evidence = undefined
            handed = handOf(bytes, begin, size)
            if (handed >= 0) hand[handed * 2] = hand[handed * 2 + 1] = -1
          }
        } else {
          expected = afterAValue
          if (handed >= 0 && depth === inRecord) {
            hand[handed * 2] = begin - 1
            hand[handed * 2 + 1] = end + 1
          }
          handed = -1
        }
      } else {
        if (isName) return undefined
        handed = -1
        if (code === openObject || code === openList) {
          isObject = code === openObject
          if (named && !isObject) {
            if (depth === inPage) {
              if (from >= 0) return undefined
              from = at
              isOfRecords = true
            } else if (depth === inRecord) {
              evidence = []
              isOfEvidence = true
            }
          }
          named = false
          objects.push(isObject)
          depth++
          expected = isObject ? aNameOrTheEnd : aValueOrTheEnd
        } else {
          const end = endOfScalar(bytes, at)
          if (end === undefined) return undefined
          at = end - 1
          expected = afterAValue
        }
      }
    }
  }
  if (to < 0 || depth !== 0 || expected !== afterAValue) return undefined
  return { envelope: `${utf8(bytes, first, from)}[]${utf8(bytes, to + 1, length)}`, records }
}
