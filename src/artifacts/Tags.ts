/**
 * The tags of an artifact: `name:value`, without duplicates, in the order they were added.
 *
 * Meaning of each name: `.github/MAPPING.md`, "Tags".
 */
import { tagValuesMax } from "../domain/Bounds.ts"
import type { Properties } from "../domain/Shape.ts"

const lengthMax = 256
const countMax = 64

/** Whether an integer is so long that its last digits are lost; the message keeps them. */
const isLossy = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

const cut = (tag: string): string => {
  if (tag.length <= lengthMax) return tag
  // A character outside the basic plane is two units, which are kept or cut together.
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
  if (Array.isArray(values)) { for (const value of values.slice(0, tagValuesMax)) add(to, name, value) }
  else add(to, name, values)
}

/** Removes duplicates. A `Set` hashes every text, which takes twice as long for an artifact's few tags. */
const once = (tags: ReadonlyArray<string>): Array<string> => {
  if (tags.length > countMax) return Array.from(new Set(tags))
  const found: Array<string> = []
  for (const tag of tags) if (!found.includes(tag)) found.push(tag)
  return found
}

/** Tags under construction. A duplicate stays only where it was added first. */
export class Tags {
  /** Tags that rules or operators look for: they come first, so that none is cut. */
  readonly #marks: Array<string> = []
  readonly #tags: Array<string> = []
  /** Tags of long lists: they come last, so that they are cut first. */
  readonly #bulk: Array<string> = []
  /** Tags of the parent record, which follow this record's own. */
  readonly #of: Tags | undefined

  constructor(of?: Tags) {
    this.#of = of
  }

  /** Adds one tag for each element of a list that may be long; they come last. */
  addBulk(name: string, values: unknown): this {
    addEach(this.#bulk, name, values)
    return this
  }

  /** Adds a complete tag that must not be cut. */
  mark(tag: string): this {
    this.#marks.push(cut(tag))
    return this
  }

  /** Adds tags that already have the form `name:value`. */
  addWritten(tags: ReadonlyArray<string>): this {
    for (const tag of tags) this.#tags.push(cut(tag))
    return this
  }

  /** Adds `name:value`, unless the value is absent, empty, no scalar, or `unknownFutureValue`. */
  add(name: string, value: unknown): this {
    add(this.#tags, name, value)
    return this
  }

  /** Adds one tag for each element of a list; a scalar counts as a list of one. */
  addEach(name: string, values: unknown): this {
    addEach(this.#tags, name, values)
    return this
  }

  /** Adds the tags that artifacts of every endpoint have. */
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

  /** Returns at most 64 tags; the last says how many more there were. */
  toArray(): ReadonlyArray<string> {
    const of = this.#of
    const tags = once(
      of === undefined
        ? [...this.#marks, ...this.#tags, ...this.#bulk]
        : [...this.#marks, ...of.#marks, ...this.#tags, ...of.#tags, ...this.#bulk, ...of.#bulk]
    )
    return tags.length <= countMax ? tags : [...tags.slice(0, countMax - 1), `tagsCut:${tags.length - countMax + 1}`]
  }
}
