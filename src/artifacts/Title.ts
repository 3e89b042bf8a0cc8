/**
 * A title without user text. Subjects, file and host names in it are written by users and attackers: they must neither
 * decide the message type nor name a vulnerability. See `.github/MAPPING.md`, "Titles".
 */
import { comparedTitleMax } from "../domain/Bounds.ts"

const pairs: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"], ["\u201c", "\u201d"], [
  "\u2018",
  "\u2019"
], ["\u00ab", "\u00bb"]])
const closing = new Set(pairs.values())
const anySpan = /[([{"'\u201c\u2018\u00ab]/
/** What stands before a text that a user wrote. */
const introduced =
  /\b(?:subject|documents?|files?|attachments?|items?|sites?|folders?|labels?|named|called|titled):?\s*$/i
const introductionMax = 16
/** Characters in which spans are looked for. */
const spansReadMax = 4 * comparedTitleMax
const ofUser = /[@\\]|:\/\/|\.[a-z][a-z\d]{1,4}\s*$/i
const opensQuote = /[\s(]/
const wordChar = /[\p{L}\p{N}]/u

/** Returns for each place at which a span opens the place at which it closes. Brackets nest. */
const spansOf = (title: string): ReadonlyMap<number, number> => {
  const spans = new Map<number, number>()
  const open = new Map<string, Array<number>>()
  let quote = -1
  let single = -1
  for (let at = 0; at < title.length; at++) {
    const char = title[at]!
    if (char === "\"") {
      if (quote >= 0) spans.set(quote, at)
      quote = quote >= 0 ? -1 : at
    } else if (char === "'") {
      if (single >= 0 && !wordChar.test(title[at + 1] ?? "")) {
        spans.set(single, at)
        single = -1
      } else if (single < 0 && (at === 0 || opensQuote.test(title[at - 1]!))) single = at
    } else if (pairs.has(char)) {
      const places = open.get(pairs.get(char)!) ?? []
      places.push(at)
      open.set(pairs.get(char)!, places)
    } else if (closing.has(char)) {
      const from = open.get(char)?.pop()
      if (from !== undefined) spans.set(from, at)
    }
  }
  return spans
}

const isOpening = (title: string, at: number): boolean =>
  pairs.has(title[at]!) || title[at] === "\"" || title[at] === "'" && (at === 0 || opensQuote.test(title[at - 1]!))

/** Returns the title without the spans that a user wrote; all spans of a title that a customer wrote. */
export const withoutUserText = (whole: string, isCustomers: boolean): string => {
  if (!anySpan.test(whole)) return whole.slice(0, comparedTitleMax)
  const title = whole.slice(0, spansReadMax)
  const spans = spansOf(title)
  let kept = ""
  for (let at = 0; at < title.length && kept.length < comparedTitleMax; at++) {
    const end = spans.get(at)
    if (end === undefined && !isOpening(title, at)) {
      kept += title[at]!
      continue
    }
    const isIntroduced = introduced.test(kept.slice(-introductionMax))
    if (end === undefined) {
      if (isIntroduced) break
      kept += title[at]!
    } else if (isIntroduced || isCustomers || ofUser.test(title.slice(at + 1, end))) at = end
    else kept += title[at]!
  }
  return kept.replace(/\s{2,}/g, " ").trim().slice(0, comparedTitleMax)
}
