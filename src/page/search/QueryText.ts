/** Builds queries: terms combined by AND, a field before a colon, quotes around blanks. */

/** A field that can be searched. */
export type Field = "src_ip" | "dst_ip" | "hostname" | "user" | "severity" | "stream"

/** The fields, each with a description and an example. */
export const fields: ReadonlyArray<{ readonly name: Field; readonly of: string; readonly example: string }> = [
  { name: "src_ip", of: "source address", example: "src_ip:198.51.100.93" },
  { name: "dst_ip", of: "destination address", example: "dst_ip:203.0.113.7" },
  { name: "hostname", of: "name of the source or destination device", example: "hostname:ws-25.contoso.example" },
  { name: "user", of: "account or mailbox", example: "user:amy@contoso.example" },
  { name: "severity", of: "critical, high, medium, low or informational", example: "severity:high" },
  { name: "stream", of: "azure_security_alert or azure_security_incident", example: "stream:azure_security_incident" }
]

/** Characters of a value; longer than anybody types, and short enough for an address. */
const valueMax = 200

/** Characters that no value can contain: quotes end it, and control characters split words. */
const unsayable = /["\s\p{Cc}]+/gu
/** Invisible characters, which the index leaves out of texts. */
const unseen = /\p{Cf}/gu

const severities: ReadonlySet<string> = new Set(["critical", "high", "medium", "low", "informational"])

/** Whether the field accepts the value; otherwise the value is searched for in all texts. */
const fits = (field: Field, value: string): boolean => {
  if (field === "severity") return severities.has(value.toLowerCase())
  return !(field.endsWith("_ip") && value.includes("/"))
}

/**
 * Returns a term that finds a value in its field, or in all texts; empty for a value without letter and digit.
 *
 * A value is cut at 200 characters, with a star for the rest. A quote in the value becomes a blank, so that the words
 * around the quote are still found.
 */
export const term = (value: string, field?: Field): string => {
  const whole = value.slice(0, 4 * valueMax).replaceAll(unseen, "").replaceAll(unsayable, " ").trim()
  const cut = whole.slice(0, valueMax).toWellFormed().trim()
  if (!/[\p{L}\p{N}]/u.test(cut)) return ""
  const said = cut.length < whole.length ? `${cut}*` : cut
  const of = field !== undefined && fits(field, said) ? field : undefined
  // Unquoted, a colon would make a field, and AND, OR and NOT would be operators.
  const isBare = !/[\s()]/.test(said) && (of !== undefined || !(said.includes(":") || /^(?:AND|OR|NOT)$/.test(said)))
  return `${of === undefined ? "" : `${of}:`}${isBare ? said : `"${said}"`}`
}

/** Adds a term to a query that does not have it yet. */
export const withTerm = (query: string, added: string): string => {
  const before = query.trim()
  if (added === "" || ` ${before} `.includes(` ${added} `)) return before
  return before === "" ? added : `${before} ${added}`
}
