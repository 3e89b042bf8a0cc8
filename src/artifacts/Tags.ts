/** The tags of an artifact: `name:value`, each once, in the order they were added. */
import type { Properties } from "../domain/Shape.ts"

const lengthMax = 256
const countMax = 64

/** An integer this long has lost its last digits; the message has them all. */
const isLossy = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

const cut = (tag: string): string => {
  if (tag.length <= lengthMax) return tag
  // A character outside the basic plane is two units, which are kept or left out together.
  const last = tag.charCodeAt(lengthMax - 1)
  return tag.slice(0, last >= 0xd800 && last <= 0xdbff ? lengthMax - 1 : lengthMax)
}

const add = (to: Array<string>, name: string, value: unknown): void => {
  if (typeof value === "string") {
    const text = value.trim()
    if (text !== "" && text !== "unknownFutureValue") to.push(cut(`${name}:${text}`))
  } else if (typeof value === "boolean" || typeof value === "number" && !isLossy(value)) {
    to.push(`${name}:${value}`)
  }
}

const addEach = (to: Array<string>, name: string, values: unknown): void => {
  if (Array.isArray(values)) { for (const value of values) add(to, name, value) }
  else add(to, name, values)
}

/** Each once, where it is first. A set would hash every text, which for the few of an artifact takes twice as long. */
const once = (tags: ReadonlyArray<string>): Array<string> => {
  if (tags.length > countMax) return Array.from(new Set(tags))
  const found: Array<string> = []
  for (const tag of tags) if (!found.includes(tag)) found.push(tag)
  return found
}

/** Tags under construction. One that is added twice is there once, where it was added first. */
export class Tags {
  /** Words that rules or operators look for: they come first, so that none of them is cut. */
  readonly #marks: Array<string> = []
  readonly #tags: Array<string> = []
  /** Lists that may be long: they come last, so that they cut nothing but themselves. */
  readonly #bulk: Array<string> = []
  /** The tags of another record, behind those of its own. */
  readonly #of: Tags | undefined

  constructor(of?: Tags) {
    this.#of = of
  }

  /** One tag for each element of a list of which many may come; behind all others. */
  addBulk(name: string, values: unknown): this {
    addEach(this.#bulk, name, values)
    return this
  }

  /** A whole tag that must not be cut. */
  mark(tag: string): this {
    this.#marks.push(cut(tag))
    return this
  }

  /** Tags that are written already. */
  addWritten(tags: ReadonlyArray<string>): this {
    for (const tag of tags) this.#tags.push(cut(tag))
    return this
  }

  /** `name:value`; none when the value is absent, empty, no scalar, or the sentinel of an enum. */
  add(name: string, value: unknown): this {
    add(this.#tags, name, value)
    return this
  }

  /** One tag for each element of a list; a scalar in its place counts as its only element. */
  addEach(name: string, values: unknown): this {
    addEach(this.#tags, name, values)
    return this
  }

  /** The tags that artifacts of every endpoint have. */
  addCommon(tenantId: string, endpoint: string, value: Properties): this {
    return this
      .add("tenantId", tenantId)
      .add("endpoint", endpoint)
      .add("severity", value["severity"])
      .add("status", value["status"])
      .add("classification", value["classification"])
      .add("determination", value["determination"])
      .addBulk("systemTag", value["systemTags"])
  }

  /** At most 64; when there were more, the last says how many were left out. */
  toArray(): ReadonlyArray<string> {
    const of = this.#of
    const tags = once(
      of === undefined
        ? [...this.#marks, ...this.#tags, ...this.#bulk]
        : [...this.#marks, ...of.#marks, ...this.#tags, ...of.#tags, ...this.#bulk, ...of.#bulk]
    )
    return tags.length <= countMax
      ? tags
      : [...tags.slice(0, countMax - 1), `tagsCut:${tags.length - countMax + 1}`]
  }
}
