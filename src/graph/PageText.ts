/**
 * Cuts the text of a page into its records without parsing it, so that each is parsed when it is its turn: a page that
 * lies in memory parsed is three times its text, and the garbage collector carries it about.
 *
 * It counts brackets and skips strings, and judges nothing: what it cuts out is valid where the page is, and is parsed by
 * `JSON.parse`, piece by piece, before anybody relies on it.
 *
 * @since 0.1.0
 */
import { TextRecord } from "./TextRecord.ts"

/**
 * A page without its records, and its records.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageText {
  /** The page's JSON with an empty list in place of its records. */
  readonly envelope: string
  readonly records: ReadonlyArray<TextRecord>
}

const [quote, comma, colon, backslash] = [34, 44, 58, 92]
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]
const blank = 32

/** Characters after a backslash that `JSON.stringify` would write as well: `"`, `\`, `b`, `f`, `n`, `r`, `t`. */
const isUsual = (code: number) =>
  code === quote || code === backslash || code === 98 || code === 102 || code === 110 || code === 114 || code === 116

const isDigit = (code: number) => code >= 48 && code <= 57

/** Depths at which what is looked for stands. */
const [inPage, inRecords, inRecord, inEvidence] = [1, 2, 3, 4]

/**
 * Cuts a page's text; undefined for one that has no list of records, or more than one, or no end. Throws a `SyntaxError`
 * for a record that is no JSON.
 *
 * @category decoding
 * @since 0.1.0
 */
export const cut = (text: string): PageText | undefined => {
  const records: Array<TextRecord> = []
  const { length } = text
  let depth = 0
  let nextBackslash = -2
  /** The list of the records: of its brackets. */
  let from = -1
  let to = -1
  /** The record in hand, and the element of its evidence in hand. */
  let start = -1
  let isPlain = true
  let evidence: Array<number> | undefined
  let element = -1
  /** The string before was the name of the list that opens next. */
  let named = false
  let isOfRecords = false
  let isOfEvidence = false

  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      if (depth === inRecords && isOfRecords && start < 0) start = at
      if (depth === inEvidence && isOfEvidence && element < 0) element = at
      const begin = at + 1
      let end = text.indexOf("\"", begin)
      for (let search = begin; end >= 0;) {
        if (nextBackslash !== -1 && nextBackslash < search) nextBackslash = text.indexOf("\\", search)
        if (nextBackslash === -1 || nextBackslash > end) break
        if (!isUsual(text.charCodeAt(nextBackslash + 1))) isPlain = false
        search = nextBackslash + 2
        if (end < search) end = text.indexOf("\"", search)
      }
      if (end < 0) return undefined
      at = end
      const size = end - begin
      // JavaScript puts names that are numbers before the others.
      if (text.charCodeAt(end + 1) === colon && isDigit(text.charCodeAt(begin))) isPlain = false
      named = depth === inPage && size === 5 && text.startsWith("value", begin) ||
        depth === inRecord && size === 8 && text.startsWith("evidence", begin)
    } else if (code === openObject || code === openList) {
      if (depth === inRecords && isOfRecords && start < 0) start = at
      if (depth === inEvidence && isOfEvidence && element < 0) element = at
      if (code === openList && named && depth === inPage) {
        if (from >= 0) return undefined
        from = at
        isOfRecords = true
      } else if (code === openList && named && isOfRecords && depth === inRecord) {
        evidence = []
        isOfEvidence = true
      }
      named = false
      depth++
    } else if (code === closeObject || code === closeList || code === comma) {
      named = false
      if (depth === inEvidence && isOfEvidence && code !== closeObject) {
        if (element >= 0) evidence!.push(element, at)
        element = -1
        if (code === closeList) isOfEvidence = false
      } else if (depth === inRecords && isOfRecords && code !== closeObject) {
        if (start >= 0) records.push(new TextRecord(text, start, at, isPlain, evidence))
        else if (code === comma || records.length > 0) return undefined
        start = -1
        isPlain = true
        evidence = undefined
        if (code === closeList) {
          isOfRecords = false
          to = at
        }
      }
      if (code !== comma) depth--
    } else if (code <= blank) isPlain = false
    else if (code !== colon) {
      named = false
      if (depth === inRecords && isOfRecords && start < 0) start = at
      if (depth === inEvidence && isOfEvidence && element < 0) element = at
    }
  }
  return to < 0 || depth !== 0 ? undefined : { envelope: `${text.slice(0, from)}[]${text.slice(to + 1)}`, records }
}
