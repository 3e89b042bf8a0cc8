/** Completes what is being typed: names of fields, and their frequent values. Search threads import this module. */
import { aliases, kindOf } from "./FieldKinds.ts"
import { addressText } from "./query/Addresses.ts"
import type { Vocabulary } from "./query/Vocabulary.ts"
import type { Suggestions, Wanted } from "./Search.ts"
import { cleaned, encoded, folded, markOf, marks, readable } from "./Tokenizer.ts"

/** Names, and values, that are suggested at most. */
const suggestedMax = 20

/** Words that are looked at for the most frequent ones, because a host's domains are among its words. */
const lookedAt = 100

/** Completes a name, or a value of a field. Values are in lower case. */
export const suggestions = (
  vocabulary: Vocabulary,
  fields: ReadonlyArray<string>,
  { beginning, field }: Wanted
): Suggestions => {
  if (field === undefined) {
    const said = beginning.toLowerCase()
    const known = new Map(
      [...vocabulary.names(), ...fields, ...aliases.keys(), "_exists_"].map((name) =>
        [name.toLowerCase(), name] as const
      )
    )
    const names = Array.from(known.values()).filter((name) => name.toLowerCase().includes(said))
    const rank = (name: string) =>
      [name.toLowerCase().startsWith(said) ? "0" : "1", aliases.has(name) ? "0" : "1", name.toLowerCase()].join()
    return { names: names.sort((one, other) => rank(one) < rank(other) ? -1 : 1).slice(0, suggestedMax), values: [] }
  }
  const target = aliases.get(field.toLowerCase()) ?? { fields: [field], tags: [field] }
  const counts = new Map<string, number>()
  const places = [
    ...target.fields.map((name) => ({ mark: markOf(marks.value, name), kind: kindOf(name) })),
    ...target.tags.map((name) => ({ mark: markOf(marks.tag, name), kind: "whole" as const }))
  ]
  for (const { kind, mark } of places) {
    // An address is stored by its key, which begins otherwise than what is typed.
    const typed = kind === "address" ? "" : encoded(folded(cleaned(beginning)))
    for (const { count, term } of vocabulary.frequent(mark + typed, lookedAt)) {
      const value = readable(term.slice(mark.length))
      const text = kind === "address" ? addressText(value) : value
      if (text.startsWith(folded(beginning))) counts.set(text, Math.max(counts.get(text) ?? 0, count))
    }
  }
  const values = Array.from(counts, ([value, count]) => ({ value, count }))
  return { names: [], values: values.sort((one, other) => other.count - one.count).slice(0, suggestedMax) }
}
