/** What Graph sent for a record: bytes of its page, or a value. */
import { stringify } from "../../artifacts/Message.ts"
import { atHand, type Content, type Sent } from "../../domain/GraphRecord.ts"
import type { Body } from "./Bodies.ts"
import { exactly } from "./GraphJson.ts"

const openObject = 123

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const propertyOf = (value: unknown, name: string): unknown =>
  isJson(value) && Object.hasOwn(value, name) ? value[name] : undefined

const contentOf = (value: unknown, exact: unknown): Content => {
  const evidence = isJson(exact) ? exact["evidence"] : undefined
  return { value, text: stringify(exact), evidence: Array.isArray(evidence) ? evidence.map(stringify) : [] }
}

/** The offsets of a record in the bytes of its page. */
export interface Place {
  readonly start: number
  readonly end: number
  /** Whether `JSON.stringify` would write the same bytes, apart from Graph's digits and names that stand twice. */
  readonly isPlain: boolean
  /** Whether a name of the record's own is written with escapes, so that the raw bytes do not show it. */
  readonly hasEscapedName: boolean
  /** Starts and ends of the elements of `evidence`; undefined when it is not a list. */
  readonly evidence: ReadonlyArray<number> | undefined
  /** Starts and ends of the properties of `atHand` that are strings, in that order; -1 or missing for the others. */
  readonly hand: ReadonlyArray<number>
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

  #slice(start: number, end: number): string {
    return this.#page.bytes.toString("utf8", start, end)
  }

  get #raw(): string {
    return this.#slice(this.#place.start, this.#place.end)
  }

  property(name: string): unknown {
    const index = (atHand as ReadonlyArray<string>).indexOf(name) * 2
    const { hand, hasEscapedName } = this.#place
    const [start = -1, end = -1] = index < 0 ? [] : [hand[index], hand[index + 1]]
    return start < 0 || hasEscapedName ? propertyOf(JSON.parse(this.#raw), name) : JSON.parse(this.#slice(start, end))
  }

  content(): Content {
    const text = this.#raw
    const value: unknown = JSON.parse(text)
    const { evidence = [], isPlain } = this.#place
    if (!isPlain) return contentOf(value, this.exact())
    const texts: Array<string> = []
    for (let index = 0; index < evidence.length; index += 2) {
      texts.push(this.#slice(evidence[index]!, evidence[index + 1]!))
    }
    return { value, text, evidence: texts }
  }

  exact(): unknown {
    return exactly(this.#raw)
  }
}

/** Wraps a parsed record; `exact` is the same value with numbers in Graph's digits. */
export const ofValue = (value: unknown, exact: unknown = value): Sent => ({
  isObject: isJson(value),
  property: (name) => propertyOf(value, name),
  content: () => contentOf(value, exact),
  exact: () => exact
})
