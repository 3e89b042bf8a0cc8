/** Finds CVE identifiers in the texts of a record. */
import { type Draft, fill } from "./Draft.ts"
import type { Tags } from "./Tags.ts"

const form = /CVE-\d{4}-\d{4,}/gi

/** Sets `cve` to the first identifier unless it is set, and adds the others as tags. */
export const name = (draft: Draft, tags: Tags, texts: string): void => {
  const found = texts.match(form)
  if (found === null) return
  for (const one of new Set(found.map((cve) => cve.toUpperCase()))) {
    fill(draft, "cve", one)
    if (draft.cve !== one) tags.add("cve", one)
  }
}
