/**
 * A record in the text of its page.
 *
 * @since 0.1.0
 */
import { stringify } from "../artifacts/Message.ts"
import { atHand, type Sent } from "../domain/GraphRecord.ts"
import { exactly } from "./GraphJson.ts"

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const propertyOf = (value: unknown, name: string): unknown =>
  isJson(value) && Object.hasOwn(value, name) ? value[name] : undefined

const evidenceOf = (value: unknown): ReadonlyArray<string> => {
  const evidence = (value as { readonly evidence?: unknown } | null)?.evidence
  return Array.isArray(evidence) ? evidence.map(stringify) : []
}

/**
 * A record that is parsed whenever its value is asked for, and keeps little of it: what reads a value holds on to it for
 * as long as it needs it. Making one fails with a `SyntaxError` for a text that is no JSON.
 *
 * @category models
 * @since 0.1.0
 */
export class TextRecord implements Sent {
  readonly #page: string
  readonly #start: number
  readonly #end: number
  /** Whether the text is what `JSON.stringify` would write, but for digits that are Graph's. */
  readonly #isPlain: boolean
  /** Starts and ends of the elements of `evidence`. */
  readonly #evidence: ReadonlyArray<number> | undefined
  readonly #atHand: ReadonlyArray<unknown>
  readonly isObject: boolean

  constructor(
    page: string,
    start: number,
    end: number,
    isPlain: boolean,
    evidence: ReadonlyArray<number> | undefined
  ) {
    this.#page = page
    this.#start = start
    this.#end = end
    this.#isPlain = isPlain
    this.#evidence = evidence
    const { value } = this
    this.isObject = isJson(value)
    this.#atHand = atHand.map((name) => propertyOf(value, name))
  }

  property(name: string): unknown {
    const index = (atHand as ReadonlyArray<string>).indexOf(name)
    return index < 0 ? propertyOf(this.value, name) : this.#atHand[index]
  }

  get #raw(): string {
    return this.#page.slice(this.#start, this.#end)
  }

  get value(): unknown {
    return JSON.parse(this.#raw)
  }

  get exact(): unknown {
    return exactly(this.#raw)
  }

  get text(): string {
    return this.#isPlain ? this.#raw : stringify(this.exact)
  }

  get evidence(): ReadonlyArray<string> {
    if (!this.#isPlain) return evidenceOf(this.exact)
    const texts: Array<string> = []
    for (let index = 0; index < (this.#evidence?.length ?? 0); index += 2) {
      texts.push(this.#page.slice(this.#evidence![index]!, this.#evidence![index + 1]!))
    }
    return texts
  }
}

/**
 * A record that is a value already; `exact` is the same with numbers in Graph's digits.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofValue = (value: unknown, exact: unknown = value): Sent => ({
  value,
  exact,
  isObject: isJson(value),
  property: (name) => propertyOf(value, name),
  get text() {
    return stringify(exact)
  },
  get evidence() {
    return evidenceOf(exact)
  }
})
