/** What Graph sends beyond its published schema. */

/** Something Graph sent that this connector does not know yet. `name` is a name of Graph's schema, never a value. */
export interface Drift {
  readonly kind: "evidence_type" | "untyped_evidence" | "enum_value" | "property" | "partial"
  /**
   * `evidence_type`: the `@odata.type`; `untyped_evidence`: the JSON type of the element; `enum_value`: `path=word`;
   * `property`, `partial`: the path. At most 96 characters.
   */
  readonly name: string
}

const nameMax = 96

/** A drift whose name is cut to 96 characters: it becomes a label of metrics and a line of the status page. */
export const make = (kind: Drift["kind"], name: string): Drift => ({
  kind,
  name: name.length > nameMax ? name.slice(0, nameMax) : name
})

/** A word of an enum, as opposed to a text that came in its place and must not become a name. */
const wordForm = /^[A-Za-z0-9_]{1,64}$/

/** A word that Graph sent, or `?` for anything that could be a person's or a machine's name. */
export const word = (content: string | number): string => (wordForm.test(String(content)) ? String(content) : "?")

const typeForm = /^#?[A-Za-z]\w{0,63}(?:\.[A-Za-z]\w{0,63}){0,7}$/

/** An `@odata.type` as it may stand in a name; `?` for a text that came in its place. */
export const typeName = (type: string): string => typeForm.test(type) ? type : "?"

/** Whether an enum has a word; enum words are compared without regard to case. */
export const isWordOf = (words: ReadonlySet<string>, content: string): boolean => {
  if (words.has(content)) return true
  const lower = content.toLowerCase()
  for (const one of words) if (one.toLowerCase() === lower) return true
  return false
}
