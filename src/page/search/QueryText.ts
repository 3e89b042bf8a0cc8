/** The words of a query: terms combined by AND, a field before a colon, quotes around what has blanks. */

/** A field that can be searched by. */
export type Field = "src_ip" | "dst_ip" | "hostname" | "user" | "severity" | "stream"

/** The fields, with what is said of them and an example. */
export const fields: ReadonlyArray<{ readonly name: Field; readonly of: string; readonly example: string }> = [
  { name: "src_ip", of: "address that it came from", example: "src_ip:198.51.100.93" },
  { name: "dst_ip", of: "address that it went to", example: "dst_ip:203.0.113.7" },
  { name: "hostname", of: "name of a device at either end", example: "hostname:ws-25.contoso.example" },
  { name: "user", of: "account or mailbox", example: "user:amy@contoso.example" },
  { name: "severity", of: "critical, high, medium, low or informational", example: "severity:high" },
  { name: "stream", of: "azure_security_alert or azure_security_incident", example: "stream:azure_security_incident" }
]

/** Longer than anybody types, short enough for an address. */
const valueMax = 200

/** What cannot be part of a value: quotes end it, and controls part words. */
const unsayable = /["\s\p{Cc}]+/gu
/** What the index leaves out of texts, as nobody sees it. */
const unseen = /\p{Cf}/gu

const severities: ReadonlySet<string> = new Set(["critical", "high", "medium", "low", "informational"])

/** Whether the field takes such a value; it is searched for anywhere otherwise. */
const fits = (field: Field, value: string): boolean => {
  if (field === "severity") return severities.has(value.toLowerCase())
  return !(field.endsWith("_ip") && value.includes("/"))
}

/**
 * A term that finds a value: by its field, or anywhere without one. Empty for what has no letter and no digit.
 *
 * A value is cut at 200 characters, and a star stands for the rest; a quote within it is a blank: the words around it
 * are still found.
 */
export const term = (value: string, field?: Field): string => {
  const whole = value.slice(0, 4 * valueMax).replaceAll(unseen, "").replaceAll(unsayable, " ").trim()
  const cut = whole.slice(0, valueMax).toWellFormed().trim()
  if (!/[\p{L}\p{N}]/u.test(cut)) return ""
  const said = cut.length < whole.length ? `${cut}*` : cut
  const of = field !== undefined && fits(field, said) ? field : undefined
  // A colon would make a field of what is before it, and these words would mean something.
  const isBare = !/[\s()]/.test(said) && (of !== undefined || !(said.includes(":") || /^(?:AND|OR|NOT)$/.test(said)))
  return `${of === undefined ? "" : `${of}:`}${isBare ? said : `"${said}"`}`
}

/** The query narrowed by a term; the same where it has it already. */
export const withTerm = (query: string, added: string): string => {
  const before = query.trim()
  if (added === "" || ` ${before} `.includes(` ${added} `)) return before
  return before === "" ? added : `${before} ${added}`
}
