/**
 * Cuts a query into the tokens of `Query.grammar`. What a sign means depends on its place: a colon after a name makes a
 * field, but not in a URL, a path or an address. Search threads import this module.
 */
import { ExternalTokenizer, type InputStream, type Stack } from "@lezer/lr"
import * as terms from "./GrammarTerms.ts"

const blank = /\s/
/** A name and a colon. What follows tells a field from a URL (`https://`), a path (`C:\`) and an address (`fe80::1`). */
const fieldForm = /^([A-Za-z_][A-Za-z0-9_]*):(?!\/\/)/
const driveForm = /^[A-Za-z]:[\\/]/
const addressForm = /^[0-9A-Fa-f.]*(?::[0-9A-Fa-f.]*){2,}(?:%\w*)?(?:\/\d+)?$/
const colon = 58
const operators: ReadonlyMap<string, number> = new Map([["AND", terms.And], ["&&", terms.And], ["OR", terms.Or], [
  "||",
  terms.Or
], ["NOT", terms.NotWord]])

/** Returns the text from the present place up to the next blank. */
const ahead = (input: InputStream): string => {
  let text = ""
  for (let at = 0;; at++) {
    const code = input.peek(at)
    if (code < 0) return text
    const unit = String.fromCharCode(code)
    if (blank.test(unit)) return text
    text += unit
  }
}

/** Returns the length of a quoted text, with what directly follows its end; quotes within are written `\"`. */
const phraseLength = (input: InputStream): number => {
  let at = 1
  for (; input.peek(at) >= 0; at++) {
    const unit = String.fromCharCode(input.peek(at))
    if (unit === "\\" && input.peek(at + 1) >= 0) at++
    else if (unit === "\"") {
      at++
      break
    }
  }
  const isEnd = (code: number) => code < 0 || /[\s)\]}]/u.test(String.fromCharCode(code))
  while (!isEnd(input.peek(at))) at++
  return at
}

/** Returns the length of a word: brackets within it are closed within it, and a backslash takes the next sign along. */
const wordLength = (text: string, isBound: boolean): number => {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!
    if (unit === "\\") at++
    else if (isBound && (unit === "]" || unit === "}")) return at
    else if (unit === "(") open++
    else if (unit === ")" && open-- === 0) return at
  }
  return text.length
}

const read = (input: InputStream, stack: Stack): void => {
  if (input.next < 0) return
  const unit = String.fromCharCode(input.next)
  if (blank.test(unit)) return
  const take = (term: number, length: number) => input.acceptToken(term, length)
  const can = (term: number) => stack.canShift(term)

  if (unit === "(") return take(terms.Open, 1)
  if (unit === ")") return take(terms.Close, 1)
  if (unit === "\"") return take(terms.Phrase, phraseLength(input))
  if ((unit === "[" || unit === "{") && can(terms.RangeOpen)) return take(terms.RangeOpen, 1)
  if ((unit === "]" || unit === "}") && can(terms.RangeClose)) return take(terms.RangeClose, 1)

  const text = ahead(input)
  if (can(terms.To) && /^TO$/i.test(text)) return take(terms.To, 2)
  const isTerm = can(terms.Minus)
  const isAfterField = !isTerm && can(terms.RangeOpen)
  const isBound = !isTerm && !isAfterField && can(terms.Word)
  // A field's value may begin with a sign; a term that does is one without that value, or one that must be there.
  if (isTerm && text.length > 1) {
    if (unit === "-" || unit === "!") return take(terms.Minus, 1)
    if (unit === "+") return take(terms.Plus, 1)
  }
  // Right behind the colon it is a value: user:or.
  const isValue = isAfterField && input.peek(-1) === colon
  if (!isValue && !isBound) {
    const word = /^(?:and|or|not|&&|\|\|)(?=$|[("])/i.exec(text)?.[0]
    if (word !== undefined) return take(operators.get(word.toUpperCase())!, word.length)
  }
  if (isTerm) {
    const field = fieldForm.exec(text)
    if (field !== null && !driveForm.test(text) && !addressForm.test(text)) return take(terms.Field, field[0].length)
  }
  const length = wordLength(text, isBound || can(terms.RangeClose))
  if (length > 0) take(terms.Word, length)
}

/** The tokenizer that `Query.grammar` names. */
export const tokens = new ExternalTokenizer(read, { contextual: true })
