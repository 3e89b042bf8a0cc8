/**
 * The tags of an artifact: `name:value`, without duplicates, in the order of their use.
 *
 * Meaning of each name: `.github/MAPPING.md`, "Tags".
 */
import { tagBytes, tagsMax } from "../domain/Bounds.ts"
import { type Details, details, valueOf } from "../domain/Details.ts"
import type { Properties } from "../domain/Shape.ts"
import { cut } from "./Bytes.ts"

/** Whether an integer is so long that its last digits are lost; the message keeps them. */
const isLossy = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

/** Words that lead rules look for anywhere in the tags: an attacker's file name must not raise a lead. */
const ruleWords = /service_denial|policy_violation|http_response_code:|blacklist process found/gi
const anyRuleWord = /_(?:denial|violation|response_code)|process found/i

/** Characters of the shortest rule word, and of the one that has blanks. */
const [shortestWord, spacedWord] = ["service_denial".length, "blacklist process found".length]

/** Most values are too short, or have neither what joins three of the words nor a blank. */
const harmless = (text: string): string =>
  text.length >= shortestWord && (text.includes("_") || text.length >= spacedWord && text.includes(" ")) &&
    anyRuleWord.test(text)
    ? text.replace(ruleWords, (word) => word.replace(/[_: ]/g, "-"))
    : text

const common = details("severity status classification determination systemTag*=systemTags")

/** `own` tags of a record; then values of lists, and those of other objects; then what people wrote. */
type Tier = "own" | "lists" | "texts"

/** Tags under construction. A duplicate stays only where it was added first. */
export class Tags {
  readonly #tags = { first: [], own: [], lists: [], texts: [] } as Record<"first" | Tier, Array<string>>
  /** The names of the tags, each as often as there are tags of it. */
  readonly #names: Array<string> = []
  #chars = 0
  #left = 0
  /** Tags of the parent record, which have other names, and follow this record's own. */
  readonly #of: Tags | undefined

  constructor(of?: Tags) {
    this.#of = of
  }

  /** Adds a complete tag that rules or operators look for: it comes first, so that it is never left out. */
  mark(tag: string): this {
    if (!this.#tags.first.includes(tag)) this.#tags.first.push(tag)
    return this
  }

  /** Says that a value of this name was cut. */
  markCut(name: string): this {
    return this.#tags.first.length < tagsMax.ofName ? this.mark(`cut:${name}`) : this
  }

  #push(tier: Tier, name: string, text: string): void {
    // A customer chose the names with a dot.
    const tag = name.includes(".") ? harmless(`${name}:${text}`) : `${name}:${harmless(text)}`
    const kept = tag.length * 3 <= tagBytes.others ? tag : cut(tag, tagBytes.of.get(name) ?? tagBytes.others)
    if (kept.length < tag.length) this.markCut(name)
    if (this.#names.includes(name)) {
      const { lists, own, texts } = this.#tags
      if (own.includes(kept) || lists.includes(kept) || texts.includes(kept)) return
      let count = 0
      for (const one of this.#names) if (one === name) count++
      if (count >= (tagsMax.ofNames.has(name) ? tagsMax.ofListed : tagsMax.ofName)) {
        this.#left++
        return
      }
    }
    this.#names.push(name)
    this.#chars += kept.length
    this.#tags[tier].push(kept)
  }

  /** Adds `name:value`, unless the value is absent, empty, no scalar, or `unknownFutureValue`. */
  add(name: string, value: unknown, tier: Tier = "own"): this {
    if (typeof value === "string") {
      const text = value.trim()
      if (text !== "" && text !== "unknownFutureValue") this.#push(tier, name, text)
    } else if (typeof value === "boolean" || typeof value === "number" && !isLossy(value)) {
      this.#push(tier, name, String(value))
    }
    return this
  }

  /** Adds one tag for each element of a list; a scalar counts as a list of one. */
  addEach(name: string, values: unknown, tier: Tier = "lists"): this {
    if (!Array.isArray(values)) return this.add(name, values, tier)
    for (const value of values.slice(0, tagsMax.list)) this.add(name, value, tier)
    return this
  }

  /** Adds what a table names; values of lists come last. */
  addFrom(of: Details, value: object): this {
    for (const detail of of) {
      const found = valueOf(detail, value)
      if (detail.isList) this.addEach(detail.name, found)
      else if (found !== undefined) this.add(detail.name, found)
    }
    return this
  }

  /** Adds the tags that artifacts of every endpoint have. */
  addCommon(tenantId: string, endpoint: string, value: Properties): this {
    return this.add("tenantId", tenantId).add("endpoint", endpoint).addFrom(common, value)
  }

  /** Returns the tags within their bounds; the last says how many more there were. */
  toArray(): ReadonlyArray<string> {
    const { first, lists, own, texts } = this.#tags
    const of = this.#of
    const all = of === undefined
      ? [...first, ...own, ...lists, ...texts]
      : [...first, ...of.#tags.first, ...own, ...of.#tags.own, ...lists, ...of.#tags.lists, ...texts]
    let left = this.#left + (of === undefined ? 0 : of.#left)
    const isLight = (this.#chars + (of === undefined ? 0 : of.#chars)) * 3 <= tagsMax.bytes / 2
    if (left === 0 && isLight && all.length <= tagsMax.all) return all
    // The last place, and a few bytes, are for the number of those left out.
    const kept: Array<string> = []
    let room = tagsMax.bytes - tagBytes.count
    for (const tag of all) {
      room -= Buffer.byteLength(tag)
      if (kept.length < tagsMax.all - 1 && room >= 0) kept.push(tag)
      else left++
    }
    return left === 0 ? kept : [...kept, `tagsCut:${left}`]
  }
}
