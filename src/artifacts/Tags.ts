/**
 * The tags of an artifact: `name:value`, each once, in the order they were added.
 *
 * @since 0.1.0
 */
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

/**
 * Tags under construction.
 *
 * @category builders
 * @since 0.1.0
 */
export class Tags {
  /** Words that rules or operators look for: they come first, so that none of them is cut. */
  readonly #marks: Set<string>
  readonly #tags: Set<string>

  /** Lists that may be long: they come last, so that they cut nothing but themselves. */
  readonly #bulk: Set<string>

  constructor(from?: Tags) {
    this.#marks = new Set(from === undefined ? [] : from.#marks)
    this.#tags = new Set(from === undefined ? [] : from.#tags)
    this.#bulk = new Set(from === undefined ? [] : from.#bulk)
  }

  /** The tags of another record behind those of its own. */
  addAll(other: Tags): this {
    for (const tag of other.#marks) this.#marks.add(tag)
    for (const tag of other.#tags) this.#tags.add(tag)
    for (const tag of other.#bulk) this.#bulk.add(tag)
    return this
  }

  /** One tag for each element of a list of which many may come; behind all others. */
  addBulk(name: string, values: unknown): this {
    for (const tag of new Tags().addEach(name, values).#tags) this.#bulk.add(tag)
    return this
  }

  /** A whole tag that must not be cut. */
  mark(tag: string): this {
    this.#marks.add(cut(tag))
    return this
  }

  /** Tags that are written already. */
  addWritten(tags: ReadonlyArray<string>): this {
    for (const tag of tags) this.#tags.add(cut(tag))
    return this
  }

  /** `name:value`; none when the value is absent, empty, no scalar, or the sentinel of an enum. */
  add(name: string, value: unknown): this {
    if (typeof value === "string") {
      const text = value.trim()
      if (text !== "" && text !== "unknownFutureValue") this.#tags.add(cut(`${name}:${text}`))
    } else if (typeof value === "boolean" || typeof value === "number" && !isLossy(value)) {
      this.#tags.add(`${name}:${value}`)
    }
    return this
  }

  /** One tag for each element of a list; a scalar in its place counts as its only element. */
  addEach(name: string, values: unknown): this {
    if (!Array.isArray(values)) return this.add(name, values)
    for (const value of values) this.add(name, value)
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
    const tags = Array.from(new Set([...this.#marks, ...this.#tags, ...this.#bulk]))
    return tags.length <= countMax
      ? tags
      : [...tags.slice(0, countMax - 1), `tagsCut:${tags.length - countMax + 1}`]
  }
}
