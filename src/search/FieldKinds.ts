/**
 * The fields of an artifact as the search sees them: how their values are compared, and the names that stand for several
 * of them. A field that is not named here is a text. Search threads import this module.
 */
import { addressKey } from "./query/Addresses.ts"
import { encoded, existsWord, folded, markOf, marks, valueOf, wordsOf } from "./Tokenizer.ts"

/**
 * How values are compared: a `text` by its words, a `name` of an account by its parts, a `host` by its labels, an
 * `address` in any spelling, a `time` by its beginning; all others only as a whole. Numbers and severities have an order.
 */
export type Kind = "text" | "name" | "host" | "address" | "time" | "number" | "severity" | "whole"

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["username", "name"],
  ["emailfrom", "name"],
  ["emailto", "name"],
  ["user", "name"],
  ["clienthostname", "host"],
  ["serverhostname", "host"],
  ["fqdn", "host"],
  ["emailsendingserver", "host"],
  ["clientip", "address"],
  ["serverip", "address"],
  ["ip", "address"],
  ["starttimeutc", "time"],
  ["endtimeutc", "time"],
  ["clientport", "number"],
  ["serverport", "number"],
  ["pid", "number"],
  ["severitycode", "number"],
  ["productids", "number"],
  ["severitylabel", "severity"],
  ["id", "whole"],
  ["hash", "whole"],
  ["filehash", "whole"]
])

/** The severities, the least first. */
export const severities: ReadonlyArray<string> = ["informational", "low", "medium", "high", "critical"]

/** How a field's values are compared; its name in any case. */
export const kindOf = (name: string): Kind => kinds.get(name.toLowerCase()) ?? "text"

/** Where a name of a query looks: fields of the artifact, and tags. */
export interface Target {
  readonly fields: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
}

/** Names of WitFoo's search, and what they stand for. `user` has the users of the whole alert as well. */
export const aliases: ReadonlyMap<string, Target> = new Map([
  ["src_ip", { fields: ["clientIP"], tags: [] }],
  ["dst_ip", { fields: ["serverIP"], tags: [] }],
  ["ip", { fields: ["clientIP", "serverIP"], tags: ["ip"] }],
  ["hostname", { fields: ["clientHostname", "serverHostname", "fqdn"], tags: ["host"] }],
  ["user", { fields: ["user"], tags: [] }],
  ["severity", { fields: ["severityLabel"], tags: [] }],
  ["stream", { fields: ["streamName"], tags: [] }],
  ["instance", { fields: ["sourceInfo"], tags: ["instance"] }]
])

/** Tags whose values are addresses. */
const addressTags: ReadonlySet<string> = new Set(["ip"])

/** The form in which a value is compared as a whole. */
export const wholeOf = (kind: Kind, value: string): string => kind === "address" ? addressKey(value) ?? value : value

/** Returns the words of a field's value, for the index. */
export const fieldWords = (name: string, text: string): ReadonlyArray<string> => {
  const kind = kindOf(name)
  const value = valueOf(text)
  if (value === "") return []
  const mark = markOf(marks.value, name)
  const words = [mark + encoded(wholeOf(kind, value))]
  if (kind === "host") {
    // A domain finds what lies in it.
    for (let at = value.indexOf("."); at >= 0; at = value.indexOf(".", at + 1)) {
      if (at + 1 < value.length) words.push(mark + encoded(value.slice(at + 1)))
    }
  }
  if (kind === "text" || kind === "name") {
    const parts = wordsOf(value)
    const wordMark = markOf(marks.word, name)
    if (parts.length > 1 || parts[0] !== value) { for (const part of parts) words.push(wordMark + part) }
  }
  return words
}

/** Returns the words of a tag: its own, and the one that tells that there is a tag of its name. */
export const tagWords = (tag: string): ReadonlyArray<string> => {
  const [name, value] = splitTag(tag)
  return [tagWord(name, value), existsWord(name)]
}

/** Splits a tag into its name and its value; the latter is empty for a tag without a colon. */
export const splitTag = (tag: string): readonly [name: string, value: string] => {
  const text = valueOf(tag)
  const at = text.indexOf(":")
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)]
}

/** Returns the word of a tag. */
export const tagWord = (name: string, value: string): string =>
  markOf(marks.tag, name) + encoded(addressTags.has(name.toLowerCase()) ? addressKey(value) ?? value : value)

/** The place of a severity in their order, from 0; -1 for an unknown one. */
export const rankOf = (label: string): number => severities.indexOf(folded(label))
