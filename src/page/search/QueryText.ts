/** Builds queries: a field before a colon, quotes around what is no single word. */

/** A field that is offered to begin with. */
export interface OfferedField {
  readonly name: string
  readonly of: string
  readonly example: string
}

/** The fields that are offered below the query, each with a description and an example. */
export const fields: ReadonlyArray<OfferedField> = [
  { name: "src_ip", of: "source address or network", example: "src_ip:198.51.100.0/24" },
  { name: "dst_ip", of: "destination address or network", example: "dst_ip:203.0.113.7" },
  { name: "hostname", of: "name or domain of the source or destination device", example: "hostname:ws-25" },
  { name: "user", of: "account or mailbox, of the whole alert", example: "user:amy@contoso.example" },
  { name: "severity", of: "critical, high, medium, low or informational", example: "severity:>=medium" },
  { name: "stream", of: "azure_security_alert or azure_security_incident", example: "stream:azure_security_incident" }
]

/** Names that stand for other fields, so that a tag of such a name is written differently. */
const taken: ReadonlySet<string> = new Set([
  ...fields.map(({ name }) => name),
  "ip",
  "instance",
  "message",
  "tags",
  "id",
  "hash"
])

/** Characters of a value; longer than anybody types, and short enough for an address. */
const valueMax = 200

/** Control characters would end the line that a query is typed in. */
const unsayable = /[\s\p{Cc}]+/gu
/** Invisible characters, which the index leaves out of texts. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu

/** What needs no quotes behind a field. A backslash before a sign would be taken for an escape. */
const bareForm = /^(?![/])(?:[\p{L}\p{N}_.@:/]|-(?!$)|\\(?=[\p{L}\p{N}]))+$/u

const quoted = (text: string) => `"${text.replaceAll(/[\\"]/g, "\\$&")}"`

/**
 * Returns a term that finds a value in its field; empty for a blank value. A value is cut at 200 characters, with a star
 * for the rest.
 */
export const term = (field: string, value: string): string => {
  const whole = value.slice(0, 4 * valueMax).replaceAll(unseen, "").replaceAll(unsayable, " ").trim()
  const cut = whole.slice(0, valueMax).toWellFormed().trim()
  if (cut === "") return ""
  if (cut.length === whole.length && bareForm.test(cut)) return `${field}:${cut}`
  return `${field}:${quoted(cut)}${cut.length < whole.length ? "*" : ""}`
}

/** Returns a phrase that finds a text in any field and in the record of Graph; empty where it has no word to find. */
export const phrase = (value: string): string => {
  const whole = value.slice(0, 4 * valueMax).replaceAll(unseen, "").replaceAll(unsayable, " ").trim()
  const cut = whole.slice(0, valueMax).toWellFormed().trim()
  return /[\p{L}\p{N}]/u.test(cut) ? `${quoted(cut)}${cut.length < whole.length ? "*" : ""}` : ""
}

/** Returns a term that finds a tag, by the tag's name where it has one of its own. */
export const tagTerm = (tag: string): string => {
  const at = tag.indexOf(":")
  const name = tag.slice(0, at)
  return at > 0 && /^[A-Za-z_]\w*$/.test(name) && !taken.has(name.toLowerCase()) && tag.slice(at + 1).trim() !== ""
    ? term(name, tag.slice(at + 1))
    : term("tags", tag)
}

/** Returns a term that finds everything without what another finds. */
export const contrary = (term: string): string => `-${term}`

/** Whether a query has alternatives at its top, which a further term would join to the last of. */
const hasAlternatives = (query: string): boolean => {
  let depth = 0
  for (const [unit] of query.matchAll(/"(?:[^"\\]|\\[^])*"?|\\[^]|[()]|\|\||[^\s()"|\\]+/g)) {
    if (unit === "(") depth++
    else if (unit === ")") depth--
    else if (depth === 0 && (unit === "||" || /^or$/i.test(unit))) return true
  }
  return false
}

/** Adds a term to a query that does not have it yet. */
export const withTerm = (query: string, added: string): string => {
  const before = query.trim()
  if (added === "" || ` ${before} `.includes(` ${added} `)) return before
  if (before === "") return added
  return `${hasAlternatives(before) ? `(${before})` : before} ${added}`
}
