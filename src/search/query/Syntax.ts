/**
 * Parses a query into its terms. {@link Syntax} says what was written, not what it means. Search threads import this
 * module.
 *
 * The language is that of Lucene as Kibana's users type it; `Query.grammar` has its form. Operators may be written in
 * lower case too, because nobody who types `not amy` looks for the word "not".
 */
import type { SyntaxNode } from "@lezer/common"
import { queryDepthMax, queryLengthMax, queryTermsMax } from "../../domain/Bounds.ts"
import { parser } from "./Grammar.ts"
import * as terms from "./GrammarTerms.ts"

/** A part of a query, in UTF-16 units. */
export interface Place {
  readonly from: number
  readonly to: number
}

/** Why a query is refused, and which part of it. */
export interface Fault extends Place {
  readonly fault: string
}

/** A piece of a value: text, or a wildcard for `many` (also no) characters or `one`. */
export type Piece = string | { readonly wild: "many" | "one" }

/** What was written as the value of a term. */
export interface Value extends Place {
  readonly pieces: ReadonlyArray<Piece>
  readonly isQuoted: boolean
}

/** A field of a term, as it was written. */
export interface FieldName extends Place {
  readonly name: string
}

/** A parsed query. */
export type Syntax =
  | { readonly kind: "all" | "any"; readonly of: ReadonlyArray<Syntax> }
  | { readonly kind: "not"; readonly of: Syntax }
  | { readonly kind: "value"; readonly field: FieldName | undefined; readonly value: Value }
  | ({ readonly kind: "range"; readonly field: FieldName } & Range)

/** A range; a bound that is absent is open. */
export interface Range extends Place {
  readonly low?: { readonly value: Value; readonly isIncluded: boolean } | undefined
  readonly high?: { readonly value: Value; readonly isIncluded: boolean } | undefined
}

/** Thrown within this module and {@link Meaning} only, and caught where the query is read. */
export class Refusal {
  readonly fault: Fault
  constructor(fault: string, { from, to }: Place) {
    this.fault = { fault, from, to }
  }
}

/** Refuses a query at a place. */
export const refuse = (fault: string, place: Place): never => {
  throw new Refusal(fault, place)
}

const special = /[\\"*?:()[\]{}\s+\-!&|^~/]/

/** Reads a value's pieces. A backslash makes the next sign a text; before letters it is one itself, as in paths. */
const piecesOf = (text: string, hasWildcards: boolean): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  let literal = ""
  const end = () => {
    if (literal !== "") pieces.push(literal)
    literal = ""
  }
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!
    if (unit === "\\" && at + 1 < text.length && special.test(text[at + 1]!)) literal += text[++at]
    else if (hasWildcards && (unit === "*" || unit === "?")) {
      end()
      pieces.push({ wild: unit === "*" ? "many" : "one" })
    } else literal += unit
  }
  end()
  return pieces
}

const phraseForm = /^"((?:[^"\\]|\\[^])*)(\\?")?([^]*)$/

const phraseOf = (text: string, place: Place): Value => {
  const [, within = "", quote, behind = ""] = phraseForm.exec(text)!
  if (quote === undefined) return refuse("the quote is not closed", { from: place.from, to: place.from + 1 })
  if (behind !== "" && behind !== "*") {
    return refuse(`${behind} after the quotes has no meaning here: only a star may follow`, {
      from: place.to - behind.length,
      to: place.to
    })
  }
  const pieces = piecesOf(within, false)
  return { ...place, isQuoted: true, pieces: behind === "*" ? [...pieces, { wild: "many" }] : pieces }
}

const comparisonForm = /^(>=|<=|>|<|=)/
/** `severity>=medium`: a field and a comparison without the colon between. */
const shortForm = /^([A-Za-z_][A-Za-z0-9_]*)(>=|<=|>|<|=)(?=.)/

/** Reads a parsed query; its text gives the values. */
class Reader {
  readonly #text: string
  #terms = 0

  constructor(text: string) {
    this.#text = text
  }

  #of({ from, to }: Place): string {
    return this.#text.slice(from, to)
  }

  #value(node: SyntaxNode): Value {
    const place = { from: node.from, to: node.to }
    return node.type.id === terms.Phrase
      ? phraseOf(this.#of(place), place)
      : { ...place, isQuoted: false, pieces: piecesOf(this.#of(place), true) }
  }

  /** A word behind a field, or a field with a comparison: `>=` and what it compares with. */
  #compared(field: FieldName, sign: string, from: number, to: number): Syntax {
    const at = from + sign.length
    if (at >= to) refuse(`a value is missing after ${sign}`, { from, to })
    const value: Value = { from: at, to, isQuoted: false, pieces: piecesOf(this.#of({ from: at, to }), true) }
    if (sign === "=") return { kind: "value", field, value }
    const bound = { value, isIncluded: sign.endsWith("=") }
    return { kind: "range", field, from, to, ...(sign.startsWith(">") ? { low: bound } : { high: bound }) }
  }

  #clause(node: SyntaxNode, outer: FieldName | undefined, depth: number): Syntax {
    if (++this.#terms > queryTermsMax) refuse(`the query has more than ${queryTermsMax} terms`, node)
    const first = node.firstChild!
    if (first.type.id !== terms.Field) {
      const short = first.type.id === terms.Word ? shortForm.exec(this.#of(first)) : null
      if (short === null) return { kind: "value", field: outer, value: this.#value(first) }
      const name = { name: short[1]!, from: first.from, to: first.from + short[1]!.length }
      return this.#compared(name, short[2]!, name.to, first.to)
    }
    const field = { name: this.#of(first).slice(0, -1), from: first.from, to: first.to - 1 }
    if (outer !== undefined) {
      refuse(`${field.name}: stands within ${outer.name}: ( … ), where only values may stand`, field)
    }
    const second = first.nextSibling!
    if (second.type.id === terms.Group) return this.#node(second, field, depth)
    if (second.type.id === terms.Range) return this.#range(second, field)
    const sign = second.type.id === terms.Word ? comparisonForm.exec(this.#of(second))?.[0] : undefined
    return sign === undefined
      ? { kind: "value", field, value: this.#value(second) }
      : this.#compared(field, sign, second.from, second.to)
  }

  #range(node: SyntaxNode, field: FieldName): Syntax {
    const [low, high] = node.getChildren(terms.Bound).map((bound) => this.#value(bound.firstChild!))
    const isOpen = ({ pieces }: Value) => pieces.length === 1 && typeof pieces[0] === "object"
    return {
      kind: "range",
      field,
      from: node.from,
      to: node.to,
      ...(isOpen(low!) ? {} : { low: { value: low!, isIncluded: this.#text[node.from] === "[" } }),
      ...(isOpen(high!) ? {} : { high: { value: high!, isIncluded: this.#text[node.to - 1] === "]" } })
    }
  }

  #node(node: SyntaxNode, field: FieldName | undefined, depth: number): Syntax {
    if (depth > queryDepthMax) refuse(`the query has more than ${queryDepthMax} brackets within each other`, node)
    const within = () => {
      const nodes: Array<Syntax> = []
      for (let child = node.firstChild; child !== null; child = child.nextSibling) {
        const { id } = child.type
        if (id > terms.Query) nodes.push(this.#node(child, field, depth + 1))
      }
      return nodes
    }
    switch (node.type.id) {
      case terms.Clause:
        return this.#clause(node, field, depth)
      case terms.Not:
        return { kind: "not", of: within()[0]! }
      case terms.Either:
        return { kind: "any", of: within() }
      case terms.Both:
        return { kind: "all", of: within() }
      default:
        return within()[0] ?? { kind: "all", of: [] }
    }
  }

  read(root: SyntaxNode): Syntax {
    return this.#node(root, undefined, 0)
  }
}

/** Says in plain words why the parser stopped, and where. */
const explain = (text: string, at: number): Fault => {
  const open: Array<number> = []
  let isQuoted = false
  for (let place = 0; place < text.length; place++) {
    const unit = text[place]!
    if (unit === "\\") place++
    else if (unit === "\"") isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (/[([{]/.test(unit) && (unit === "(" || text[place - 1] === ":")) open.push(place)
    else if (unit === ")" && open.length > 0) open.pop()
    else if (/[\]}]/.test(unit) && open.length > 0 && /[[{]/.test(text[open.at(-1)!]!)) open.pop()
  }
  const before = text.slice(0, at).trimEnd()
  const [last = ""] = /\S+$/.exec(before) ?? []
  const lastPlace = { from: before.length - last.length, to: before.length }
  const [next = ""] = /^\s*(\S+)/.exec(text.slice(at)) ?? []
  const from = at + (/^\s*/.exec(text.slice(at))![0].length)
  if (/^[-!+(]*[A-Za-z_]\w*:$/.test(last)) {
    return { fault: `${last.replace(/^[-!+(]+/, "")} needs a value behind the colon`, ...lastPlace }
  }
  if (/^(?:and|or|not|&&|\|\|)$/i.test(last)) {
    const why = `${last.toUpperCase()} needs a term behind it; as a word of the text it is written "${last}"`
    return { fault: why, ...lastPlace }
  }
  if (/^(?:and|or|&&|\|\|)$/i.test(next.trim())) {
    const word = next.trim()
    const why = `${word.toUpperCase()} needs a term before it; as a word of the text it is written "${word}"`
    return { fault: why, from, to: from + word.length }
  }
  const unclosed = open.at(-1)
  if (unclosed !== undefined && next === "") {
    const sign = text[unclosed]!
    const why = sign === "("
      ? "the bracket is not closed"
      : "the range is not closed: it is written [low TO high], or {low TO high} without the ends"
    return { fault: why, from: unclosed, to: unclosed + 1 }
  }
  if (text[from] === ")") {
    return {
      fault: before.endsWith("(") ? "there is nothing between the brackets" : "no bracket was opened before this one",
      from,
      to: from + 1
    }
  }
  if (unclosed !== undefined && text[unclosed] !== "(") {
    return {
      fault: "a range is written [low TO high], or {low TO high} without the ends",
      from: unclosed,
      to: text.length
    }
  }
  return { fault: "the query cannot be understood from here on", from, to: Math.max(from + 1, text.length) }
}

/** Parses a query; throws {@link Refusal}. */
export const parse = (text: string): Syntax => {
  if (text.length > queryLengthMax) {
    refuse(`the query is longer than ${queryLengthMax} characters`, { from: queryLengthMax, to: text.length })
  }
  let root: SyntaxNode
  try {
    root = strict.parse(text).topNode
  } catch (error) {
    const at = /at (\d+)$/.exec(String(error))?.[1]
    if (at === undefined) throw error
    throw Object.assign(new Refusal("", { from: 0, to: 0 }), { fault: explain(text, Number(at)) })
  }
  return new Reader(text).read(root)
}

const strict = parser.configure({ strict: true })
