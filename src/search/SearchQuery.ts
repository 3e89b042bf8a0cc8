/** Parses what a person types into the search; {@link parse} describes the syntax. */
import { Result } from "effect"
import { queryLengthMax, queryTermsMax } from "../domain/Bounds.ts"
import { BadQuery } from "./Search.ts"
import { hasWord, type Term } from "./Tokenizer.ts"

const fieldNames = ["src_ip", "dst_ip", "hostname", "user", "severity", "stream"] as const
const severities = ["informational", "low", "medium", "high", "critical"]

type FieldName = typeof fieldNames[number]

const isFieldName = (name: string): name is FieldName => (fieldNames as ReadonlyArray<string>).includes(name)

/** A prefix of one letter would match half of the index. */
const prefixLengthMin = 2

/** Names before a colon that are text: tags of artifacts, and schemes of URLs without slashes. */
const known = new Set(
  "account action actor application category classification cve delivery detection determination direction endpoint evidence feedback investigation javascript location mailbox mailto mitre policy priority product provider publisher query remediation role status threat truncated url urn verdict"
    .split(" ")
)

/** Splits at blanks, but not within double quotes. */
const termForm = /(?:[^\s"]|"[^"]*(?:"|$))+/g
const fieldForm = /^([a-z]+(?:_[a-z]+)*):(.*)$/is

/** Tells whether a name before a colon, outside of quotes, belongs to a text. */
const isText = (name: string, value: string): boolean =>
  /^[/\\]/.test(value) ||
  /^\d+$/.test(value) ||
  // The name is a drive, a part of an IPv6 address, or a tag such as `alertId`.
  name.length === 1 ||
  /^[0-9a-f.:]+$/i.test(`${name}${value}`) && value.includes(":") ||
  /[a-z][A-Z]/.test(name) ||
  known.has(name.toLowerCase())

const bad = (fault: string) => Result.fail(new BadQuery({ fault }))

const possible = `possible are ${fieldNames.map((name) => `${name}:`).join(" ")}and free text`.replace(":and", ": and")

const shown = (text: string): string => text.length <= 60 ? text : `${text.slice(0, 60)}…`

const bare = (text: string): string => text.replaceAll("\"", "")

const starred = (text: string): { readonly value: string; readonly isPrefix: boolean } => ({
  value: bare(text).replace(/\*+$/, "").trim(),
  isPrefix: /\*"?$/.test(text)
})

const fieldTerm = (field: FieldName, text: string): Result.Result<Term, BadQuery> => {
  const { isPrefix, value } = starred(text)
  if (!hasWord(value)) return bad(`${field}: needs a value, such as ${example[field]}`)
  if (field === "severity") {
    const severity = value.toLowerCase()
    return isPrefix || !severities.includes(severity)
      ? bad(`severity:${shown(value)} is no severity; possible are ${severities.join(", ")}`)
      : Result.succeed({ field, value: severity, isPrefix })
  }
  return (field === "src_ip" || field === "dst_ip") && value.includes("/")
    ? bad(
      `${field}:${shown(value)} is no address; search for a network by its first numbers, such as ${field}:10.0.0.*`
    )
    : Result.succeed({ field, value, isPrefix })
}

const example: Record<FieldName, string> = {
  src_ip: "src_ip:198.51.100.93",
  dst_ip: "dst_ip:198.51.100.93",
  hostname: "hostname:contoso.example",
  user: "user:amy@contoso.example",
  severity: "severity:high",
  stream: "stream:azure_security_alert"
}

const textTerm = (text: string): Result.Result<Term, BadQuery> => {
  const { isPrefix, value } = starred(text)
  if (!hasWord(value)) return bad(`${shown(text)} has no letter and no digit to search for`)
  return isPrefix && value.length < prefixLengthMin
    ? bad(`${shown(text)} needs ${prefixLengthMin} characters before the star`)
    : Result.succeed({ field: "text", value, isPrefix })
}

const termOf = (text: string): Result.Result<Term, BadQuery> => {
  if (text === "OR" || text === "NOT") {
    return bad(`${text} is not possible: all terms must match; "${text}" in quotes is searched for as a word`)
  }
  const parts = fieldForm.exec(text)
  if (parts === null) return textTerm(text)
  const [, name = "", value = ""] = parts
  const field = name.toLowerCase()
  if (isFieldName(field)) return fieldTerm(field, value)
  return isText(name, value)
    ? textTerm(text)
    : bad(
      `${shown(text)}: ${shown(name)} is no field; ${possible}; "${
        shown(bare(text))
      }" in quotes is searched for as text`
    )
}

/**
 * Parses a query. An empty query, and a lone star, gives no terms and finds everything.
 *
 * **Details**
 *
 * All terms must match; AND between them is allowed. A term is a word, a phrase in double quotes, or a field and its
 * value: `user:amy`, `user:"Amy Alberts"`. Case is ignored. A star at the end matches any continuation. A quote that is
 * not closed reaches to the end.
 *
 * A value with punctuation must match as a whole (`user:amy@contoso.example`, `src_ip:10.0.0.1`). A single word matches
 * each word of the value (`user:amy` finds amy@contoso.example), and a host also its domain
 * (`hostname:contoso.example`). `hostname` is the client's or server's name, or the domain. `user` is each user, sender
 * and recipient in the artifact or in another one of its alert, because the URL in a mail names nobody.
 *
 * Text with a colon is free text when it does not look like a field: URLs, paths, addresses, ports, times, and tags of
 * artifacts (`alertId:da1`).
 *
 * **Example**
 *
 * ```ts
 * parse("user:amy invoice*")
 * // => Result.succeed([
 * //   { field: "user", value: "amy", isPrefix: false },
 * //   { field: "text", value: "invoice", isPrefix: true }
 * // ])
 * ```
 */
export const parse = (query: string): Result.Result<ReadonlyArray<Term>, BadQuery> => {
  if (query.length > queryLengthMax) return bad(`the query is longer than ${queryLengthMax} characters`)
  const texts = (query.match(termForm) ?? []).filter((text) => text !== "AND" && !/^\*+$/.test(text) && text !== "\"\"")
  if (texts.length > queryTermsMax) return bad(`the query has more than ${queryTermsMax} terms`)
  return Result.all(texts.map(termOf))
}
