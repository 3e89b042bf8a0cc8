/** Drift: what Graph sends beyond its published schema. */

/** Something from Graph that this connector does not know. `name` is of Graph's schema, or a word of Microsoft's. */
export interface Drift {
  readonly kind: "evidence_type" | "untyped_evidence" | "enum_value" | "property" | "partial" | "title" | "category"
  /**
   * `evidence_type`: the `@odata.type`; `untyped_evidence`: the JSON type of the element; `enum_value`: `path=word`;
   * `property`, `partial`: the path; `title`, `category`: those of a grave alert that no row of the message types knows,
   * the title without user text. At most 96 characters.
   */
  readonly name: string
}

const nameMax = 96

/** Returns a drift. Its name, a metric label and a line of the status page, is cut to 96 characters. */
export const make = (kind: Drift["kind"], name: string): Drift => ({
  kind,
  name: name.length > nameMax ? name.slice(0, nameMax) : name
})

/** Returns a title or a category as a name: one line, without what a terminal would obey. */
export const phrase = (kind: "title" | "category", text: string): Drift => {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim()
  return make(kind, line === "" ? "none" : line)
}

/** An enum's word; any other text in its place must not become a name. */
const wordForm = /^[A-Za-z0-9_]{1,64}$/

/** Returns a word, or `?` for a text that could name a person or machine. */
export const word = (content: string | number): string => (wordForm.test(String(content)) ? String(content) : "?")

const typeForm = /^#?[A-Za-z]\w{0,63}(?:\.[A-Za-z]\w{0,63}){0,7}$/

/** Returns an `@odata.type`, or `?` for any other text. */
export const typeName = (type: string): string => typeForm.test(type) ? type : "?"

/** Whether an enum has a word; the case is ignored. */
export const isWordOf = (words: ReadonlySet<string>, content: string): boolean => {
  if (words.has(content)) return true
  const lower = content.toLowerCase()
  for (const one of words) if (one.toLowerCase() === lower) return true
  return false
}
