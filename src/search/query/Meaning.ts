/**
 * Turns a parsed query into one of FTS5, which sees no syntax in the values. What cannot be answered is refused with its
 * place. Search threads import this module.
 */
import { queryValuesMax } from "../../domain/Bounds.ts"
import { aliases, type Kind, kindOf, severities, splitTag, tagWord, type Target, wholeOf } from "../FieldKinds.ts"
import {
  cleaned,
  encoded,
  existsWord,
  folded,
  hasWord,
  markOf,
  marks,
  partsOf,
  readable,
  valueOf,
  wordsOf
} from "../Tokenizer.ts"
import { addressKey, addressText, networkKeys } from "./Addresses.ts"
import { type Instances, instancesIn, isGroup } from "./Groups.ts"
import { nearest } from "./Nearest.ts"
import { isWild, patternOf, prefixOf, refanged, written } from "./Patterns.ts"
import { noSeverity, noTime, rangeTest } from "./Ranges.ts"
import { type FieldName, type Piece, type Place, refuse, type Syntax, type Value } from "./Syntax.ts"
import { beginnings, spanOf } from "./Times.ts"
import type { Vocabulary } from "./Vocabulary.ts"

/** What a query is read with. */
export interface Surroundings extends Instances {
  readonly vocabulary: Vocabulary
  /** Names of the artifact's fields. */
  readonly fields: ReadonlyArray<string>
  /** Milliseconds since 1970. */
  readonly now: number
}

const quoted = (words: string, isPrefix = false): string => `"${words.replaceAll("\"", " ")}"${isPrefix ? " *" : ""}`
const all = quoted(marks.all)
const never = quoted(`${marks.all}${marks.all}`)
const anyOf = (parts: ReadonlyArray<string>): string =>
  parts.length === 0 ? never : parts.length === 1 ? parts[0]! : `(${parts.join(" OR ")})`

/** A value of the index as it was written, in lower case. */
const asWritten = (kind: Kind, value: string): string =>
  kind === "address" ? addressText(readable(value)) : readable(value)

/** Reads terms for one query. */
export class Meaning {
  readonly #of: Surroundings

  constructor(surroundings: Surroundings) {
    this.#of = surroundings
  }

  /** The query of FTS5; undefined for everything. */
  matchOf(syntax: Syntax): string | undefined {
    const match = this.#match(syntax)
    return match === all ? undefined : match
  }

  #match(syntax: Syntax): string {
    switch (syntax.kind) {
      case "any":
        return anyOf(syntax.of.map((one) => this.#match(one)))
      case "not":
        return `(${all} NOT ${this.#match(syntax.of)})`
      case "all": {
        const isNot = (one: Syntax): one is Extract<Syntax, { readonly kind: "not" }> => one.kind === "not"
        const positive = syntax.of.filter((one) => !isNot(one)).map((one) => this.#match(one))
        const negative = syntax.of.filter(isNot).map(({ of }) => this.#match(of))
        const wanted = positive.filter((one) => one !== all)
        const base = wanted.length === 0 ? all : wanted.join(" AND ")
        return negative.length === 0 ? wanted.length > 1 ? `(${base})` : base : `((${base}) NOT ${anyOf(negative)})`
      }
      case "value":
        return syntax.field === undefined ? this.#text(syntax.value) : this.#field(syntax.field, syntax.value)
      case "range":
        return this.#range(syntax)
    }
  }

  /** The words that pass a test, as one term. */
  #expanded(beginnings: ReadonlyArray<string>, test: (word: string) => boolean, place: Place): ReadonlyArray<string> {
    const found: Array<string> = []
    for (const beginning of beginnings) {
      for (const word of this.#of.vocabulary.from(beginning)) {
        if (!test(word)) continue
        if (found.push(quoted(word)) > queryValuesMax) {
          refuse(`this stands for more than ${queryValuesMax} different values: write more of it`, place)
        }
      }
    }
    return found
  }

  /** A term without a field: its words, one after another, in any text. */
  #text(value: Value): string {
    const { pieces } = value
    if (pieces.every((piece) => typeof piece === "object" && piece.wild === "many")) {
      return value.isQuoted && pieces.length === 0 ? refuse("there is nothing between the quotes", value) : all
    }
    const prefix = prefixOf(pieces)
    if (!isWild(pieces) || prefix !== undefined) {
      const text = cleaned(refanged(prefix ?? pieces.join("")))
      if (!hasWord(text)) refuse(`${text} has no letter and no digit to look for`, value)
      return quoted(text, prefix !== undefined)
    }
    if (!pieces.some((piece) => typeof piece === "string" && hasWord(piece))) {
      refuse(`${written(pieces)} has no letter and no digit to look for`, value)
    }
    // Words of texts have no marks, which come after all letters that anybody types.
    const isOneWord = pieces.every((piece) => typeof piece === "object" || wordsOf(cleaned(piece)).join("") === piece)
    if (isOneWord) {
      const test = patternOf(pieces, (text) => text)
      const first = typeof pieces[0] === "string" ? folded(cleaned(pieces[0])) : ""
      return anyOf(this.#expanded([first], (word) => word < marks.value && test(word), value))
    }
    const test = patternOf(pieces, encoded)
    return anyOf(this.#expanded([marks.value], (word) => test(partsOf(word)[1]), value))
  }

  /** Where a field's name looks. */
  #target({ name, ...place }: FieldName): Target {
    const known = aliases.get(name.toLowerCase())
    if (known !== undefined) return known
    const fields = this.#of.fields.filter((field) => field.toLowerCase() === name.toLowerCase())
    // An artifact has the further values of a field as tags of its name.
    if (fields.length > 0) return { fields, tags: fields }
    if (this.#of.vocabulary.knows(name)) return { fields, tags: [name] }
    const near = nearest(name, [...aliases.keys(), ...this.#of.fields, ...this.#of.vocabulary.names()])
    const like = near.length === 0
      ? `; fields are ${[...aliases.keys()].map((one) => `${one}:`).join(" ")} and all of the artifact's own`
      : `; similar are ${near.map((one) => `${one}:`).join(" ")}`
    return refuse(`there is no field ${name}${like}. To look for the text, put it in quotes`, place)
  }

  #field(field: FieldName, value: Value): string {
    if (field.name === "_exists_") {
      const name = { ...value, name: written(value.pieces) }
      if (isGroup(name.name, this.#of)) return this.#group({ ...value, pieces: [{ wild: "many" }] })
      const { fields, tags } = this.#target(name)
      return anyOf([...fields, ...tags].map((one) => quoted(existsWord(one))))
    }
    if (isGroup(field.name, this.#of)) return this.#group(value)
    const { fields, tags } = this.#target(field)
    if (value.pieces.length === 0) refuse(`${field.name}: needs a value between the quotes`, value)
    if (value.pieces.length === 1 && typeof value.pieces[0] === "object" && value.pieces[0].wild === "many") {
      return anyOf([...fields, ...tags].map((one) => quoted(existsWord(one))))
    }
    return anyOf([
      ...fields.flatMap((name) => this.#ofField(name, field.name, value)),
      ...tags.flatMap((name) => this.#ofTag(name, value))
    ])
  }

  #group(value: Value): string {
    return anyOf(
      instancesIn(value, this.#of).map((name) => quoted(markOf(marks.value, "sourceInfo") + encoded(valueOf(name))))
    )
  }

  #ofTag(name: string, value: Value): ReadonlyArray<string> {
    const { pieces } = value
    const beginning = markOf(marks.tag, name)
    if (isWild(pieces)) return [this.#wild(beginning, pieces, "whole", value)]
    const text = valueOf(pieces.join(""))
    const network = this.#network(text)
    if (network !== undefined) return network.map((key) => quoted(beginning + encoded(key), true))
    const word = tagWord(name, text)
    if (this.#of.vocabulary.has(folded(word)) || !hasWord(text)) return [quoted(word)]
    // No tag has this value, so that those that have its words are meant.
    const words = ` ${wordsOf(folded(text)).join(" ")} `
    return this.#expanded([beginning], (tag) => ` ${wordsOf(partsOf(tag)[1]).join(" ")} `.includes(words), value)
  }

  /** A value with wildcards, among the words of a field or tag that begin so. */
  #wild(beginning: string, pieces: ReadonlyArray<Piece>, kind: Kind, place: Place): string {
    const prefix = prefixOf(pieces)
    if (prefix !== undefined && kind !== "address") return quoted(beginning + encoded(cleaned(prefix)), true)
    const test = patternOf(pieces, kind === "address" ? (text) => text : encoded)
    const first = typeof pieces[0] === "string" && kind !== "address" ? folded(encoded(cleaned(pieces[0]))) : ""
    const read = (word: string) => {
      const value = word.slice(beginning.length)
      return kind === "address" ? asWritten(kind, value) : value
    }
    return anyOf(this.#expanded([beginning + first], (word) => test(read(word)), place))
  }

  /** A network as beginnings of addresses. */
  #network(text: string): ReadonlyArray<string> | undefined {
    const at = text.indexOf("/")
    return at < 0 ? undefined : networkKeys(text.slice(0, at), text.slice(at + 1))
  }

  #ofField(name: string, said: string, value: Value): ReadonlyArray<string> {
    const { pieces } = value
    const kind = kindOf(name)
    const beginning = markOf(marks.value, name)
    const wordMark = markOf(marks.word, name)
    const phrase = (text: string, isPrefix = false) => {
      const words = wordsOf(cleaned(text)).map((word) => wordMark + word)
      return words.length === 0 ? [] : [quoted(words.join(" "), isPrefix)]
    }
    if (name === "message") return [`{message} : ${this.#text(value)}`]
    if (name === "tags") return this.#ofTags(value)
    if (isWild(pieces)) {
      if (kind === "severity") return this.#severity(said, value)
      const found = [this.#wild(beginning, pieces, kind, value)]
      if (kind !== "text" && kind !== "name") return found
      const prefix = prefixOf(pieces)
      if (prefix !== undefined) return [...found, ...phrase(prefix, true)]
      return [...found, this.#wild(wordMark, pieces, kind, value)]
    }
    const given = pieces.join("")
    const text = valueOf(kind === "host" || name === "uri" ? refanged(given) : given)
    const whole = quoted(beginning + encoded(wholeOf(kind, text)))
    switch (kind) {
      case "severity":
        return this.#severity(said, value)
      case "address": {
        if (addressKey(text) !== undefined) return [whole]
        const network = this.#network(text)
        if (network !== undefined) return network.map((key) => quoted(beginning + encoded(key), true))
        const why = text.includes("/") ? `${text} is no network` : `${text} is no address`
        return refuse(
          `${why}; possible are ${said}:198.51.100.7, ${said}:198.51.100.0/24 and ${said}:198.51.100.*`,
          value
        )
      }
      case "time": {
        const span = spanOf(text, this.#of.now)
        if (span === undefined) return this.#noTime(text, value)
        return /\.\d/.test(text)
          ? [whole]
          : beginnings(span.from, span.to).map((at) => quoted(beginning + encoded(at), true))
      }
      case "host":
        return [whole, quoted(beginning + encoded(`${text.replace(/\.$/, "")}.`), true)]
      case "number":
      case "whole":
        return [whole]
      case "name":
        // A whole address finds itself only; its parts find all that have them.
        return /[@\\]/.test(text) && /^\S+$/.test(text) ? [whole] : [whole, ...phrase(text)]
      case "text": {
        const own = name === "sourceInfo" ? this.#of.instances[text] : undefined
        return [whole, ...phrase(text), ...(own === undefined ? [] : [quoted(beginning + encoded(valueOf(own)))])]
      }
    }
  }

  #ofTags(value: Value): ReadonlyArray<string> {
    const { pieces } = value
    if (isWild(pieces)) {
      const test = patternOf(pieces, encoded)
      const read = (word: string) => partsOf(word).join(encoded(":"))
      return [anyOf(this.#expanded([marks.tag], (word) => test(read(word)), value))]
    }
    const [name, rest] = splitTag(pieces.join(""))
    const word = tagWord(name, rest)
    if (this.#of.vocabulary.has(folded(word))) return [quoted(word)]
    const words = ` ${wordsOf(folded(cleaned(pieces.join("")))).join(" ")} `
    const has = (tag: string) => ` ${partsOf(tag).flatMap((part) => wordsOf(part)).join(" ")} `.includes(words)
    return this.#expanded([marks.tag], has, value)
  }

  #severity(said: string, value: Value): ReadonlyArray<string> {
    const label = written(value.pieces)
    const test = patternOf(value.pieces, (text) => text)
    const found = severities.filter((one) => test(one))
    if (found.length === 0) refuse(noSeverity(label, said), value)
    return found.map((one) => quoted(markOf(marks.value, "severityLabel") + one))
  }

  #range(range: Extract<Syntax, { readonly kind: "range" }>): string {
    const { field, high, low } = range
    for (const bound of [low, high]) {
      if (bound !== undefined && isWild(bound.value.pieces)) {
        refuse("an end of a range has no wildcards; a star alone leaves it open", bound.value)
      }
    }
    const { fields, tags } = this.#target(field)
    const targets = [
      ...fields.map((name) => ({ beginning: markOf(marks.value, name), kind: kindOf(name) })),
      ...tags.map((name) => ({ beginning: markOf(marks.tag, name), kind: "text" as const }))
    ]
    return anyOf(targets.flatMap(({ beginning, kind }) => {
      const test = rangeTest(range, kind, this.#of.now)
      return typeof test === "object"
        ? test.map((start) => quoted(beginning + encoded(start), true))
        : this.#expanded([beginning], (word) => test(asWritten(kind, word.slice(beginning.length))), range)
    }))
  }

  #noTime(text: string, place: Place): never {
    return refuse(noTime(text), place)
  }
}
