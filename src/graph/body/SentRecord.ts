/** What Graph sent for a record: bytes of its page, or a value. */
import { stringify } from "../../artifacts/Message.ts"
import { elementParsedBytes, evidenceMappedMax, propertyParsedBytes, wholeRecord } from "../../domain/Bounds.ts"
import { atHand, type Content, type Sent } from "../../domain/GraphRecord.ts"
import { beginning } from "./Beginning.ts"
import type { Body } from "./Bodies.ts"
import { exactly } from "./GraphJson.ts"
import { openObject } from "./JsonScan.ts"

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const propertyOf = (value: unknown, name: string): unknown =>
  isJson(value) && Object.hasOwn(value, name) ? value[name] : undefined

const evidenceOf = (value: unknown): ReadonlyArray<unknown> => {
  const evidence = propertyOf(value, "evidence")
  return Array.isArray(evidence) ? evidence : []
}

/** Returns the value with only the first elements of its evidence. */
const shortened = (value: unknown, count: number): unknown => ({
  ...value as Json,
  evidence: evidenceOf(value).slice(0, count)
})

const contentOf = (value: unknown, exact: unknown): Content => {
  const all = evidenceOf(exact)
  if (all.length <= evidenceMappedMax) return { value, text: stringify(exact), evidence: all.map(stringify) }
  const rest = all.slice(evidenceMappedMax)
  return {
    value: shortened(value, evidenceMappedMax),
    text: stringify(shortened(exact, evidenceMappedMax)),
    evidence: all.slice(0, evidenceMappedMax).map(stringify),
    rest: { count: rest.length, text: stringify(rest) }
  }
}

/** The offsets of a list of evidence in the bytes of a page. */
export interface EvidencePlace {
  /** Starts and ends of the elements that are mapped. */
  readonly places: ReadonlyArray<number>
  /** Number of all elements. */
  readonly count: number
  /** Start of the first element that is not mapped; -1 when there is none. */
  readonly rest: number
  /** Offset of the closing bracket. */
  readonly end: number
}

/** The offsets of a record in the bytes of its page. */
export interface Place {
  readonly start: number
  readonly end: number
  /** Whether `JSON.stringify` would write the same bytes, apart from Graph's digits and names that stand twice. */
  readonly isPlain: boolean
  /** Whether it is nested deeper than `recordDepthMax`. */
  readonly isDeep: boolean
  /** Undefined when it is not a list. */
  readonly evidence: EvidencePlace | undefined
  /** Starts and ends of the properties of `atHand` that are strings, in that order; -1 or missing for the others. */
  readonly hand: ReadonlyArray<number>
  /** Of a record over `wholeRecord`: starts of name and value, and end, of each property but evidence. */
  readonly properties: ReadonlyArray<number> | undefined
}

/** A record cut out of a page. Each call parses the bytes again and caches nothing. */
export class CutRecord implements Sent {
  readonly #page: Body
  readonly #place: Place
  readonly isObject: boolean

  /** The bytes at the place must be JSON. They can be read until the body is released. */
  constructor(page: Body, place: Place) {
    this.#page = page
    this.#place = place
    this.isObject = page.bytes[place.start] === openObject
  }

  get isDeep(): boolean {
    return this.#place.isDeep
  }

  #slice(start: number, end: number): string {
    return this.#page.bytes.toString("utf8", start, end)
  }

  get #raw(): string {
    return this.#slice(this.#place.start, this.#place.end)
  }

  /** The record without its evidence, each property up to `propertyParsedBytes`, together up to `wholeRecord.bytes`. */
  #outline(properties: ReadonlyArray<number>): unknown {
    const { bytes } = this.#page
    let text = ""
    for (let index = 0; index < properties.length && text.length < wholeRecord.bytes; index += 3) {
      const [name, value, end] = [properties[index]!, properties[index + 1]!, properties[index + 2]!]
      if (value - name > propertyParsedBytes) continue
      text += `${text === "" ? "" : ","}${this.#slice(name, value)}${beginning(bytes, value, end, propertyParsedBytes)}`
    }
    return JSON.parse(`{${text}}`)
  }

  property(name: string): unknown {
    const index = (atHand as ReadonlyArray<string>).indexOf(name) * 2
    const { hand, properties } = this.#place
    const [start = -1, end = -1] = index < 0 ? [] : [hand[index], hand[index + 1]]
    if (start >= 0) return end - start > propertyParsedBytes ? undefined : JSON.parse(this.#slice(start, end))
    return propertyOf(properties === undefined ? JSON.parse(this.#raw) : this.#outline(properties), name)
  }

  content(): Content {
    const { evidence, isPlain, properties } = this.#place
    if (properties !== undefined) return this.#large(properties)
    const text = this.#raw
    const value: unknown = JSON.parse(text)
    if (!isPlain) return contentOf(value, this.exact())
    if (evidence === undefined) return { value, text, evidence: [] }
    const { end, start } = this.#place
    // Where each byte is a character, a part of the text is no copy.
    const part = text.length === end - start
      ? (from: number, to: number) => text.slice(from - start, to - start)
      : (from: number, to: number) => this.#slice(from, to)
    const texts: Array<string> = []
    for (let index = 0; index < evidence.places.length; index += 2) {
      texts.push(part(evidence.places[index]!, evidence.places[index + 1]!))
    }
    const rest = this.#rest
    return rest === undefined
      ? { value, text, evidence: texts }
      : { value: shortened(value, texts.length), text: this.#withoutRest, evidence: texts, rest }
  }

  get #rest(): Content["rest"] {
    const { evidence } = this.#place
    return evidence === undefined || evidence.rest < 0
      ? undefined
      : { count: evidence.count - evidence.places.length / 2, text: `[${this.#slice(evidence.rest, evidence.end + 1)}` }
  }

  get #withoutRest(): string {
    const { end, evidence, start } = this.#place
    return evidence === undefined || evidence.rest < 0
      ? this.#raw
      : this.#slice(start, evidence.places.at(-1)!) + this.#slice(evidence.end, end)
  }

  #large(properties: ReadonlyArray<number>): Content {
    const { evidence: { places } = { places: [] }, isPlain } = this.#place
    const { bytes } = this.#page
    const texts: Array<string> = []
    for (let index = 0; index < places.length; index += 2) {
      const text = this.#slice(places[index]!, places[index + 1]!)
      // As in a page that is parsed at once: an element has the same id wherever it comes from.
      texts.push(isPlain || text.length > elementParsedBytes ? text : stringify(exactly(text)))
    }
    const rest = this.#rest
    return {
      value: this.#outline(properties),
      text: this.#withoutRest,
      evidence: texts,
      element: (index) =>
        JSON.parse(beginning(bytes, places[2 * index]!, places[2 * index + 1]!, elementParsedBytes)) as unknown,
      ...(rest === undefined ? {} : { rest })
    }
  }

  raw(): string {
    return this.#raw
  }

  exact(): unknown {
    const { isDeep, properties } = this.#place
    return isDeep || properties !== undefined ? this.#raw : exactly(this.#raw)
  }
}

/** Wraps a parsed record; `exact` is the same value with numbers in Graph's digits. */
export const ofValue = (value: unknown, exact: unknown = value): Sent => ({
  isObject: isJson(value),
  isDeep: false,
  property: (name) => propertyOf(value, name),
  content: () => contentOf(value, exact),
  exact: () => exact,
  raw: () => stringify(exact)
})
