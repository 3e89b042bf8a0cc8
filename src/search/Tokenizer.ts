/**
 * Turns queries and artifacts into the same words, so that a search finds what was indexed. Search threads import this
 * module, which is pure.
 *
 * SQLite splits texts into words of letters and digits, and ignores case and diacritics. A field's value is indexed as
 * marked words as well, and as one word with its punctuation: an address finds exactly that address, and a name finds
 * the addresses that contain it as a word.
 */

// First marks of fields and of kept punctuation. Both are private-use characters, which SQLite takes for letters. They
// are removed from texts first, so that no text passes for a field.
const marksFrom = 0xe101
const punctuationFrom = 0xe000
/** Stands for every other sign that is no letter and no digit. */
const otherSign = "\ue07f"

const fields = ["src_ip", "dst_ip", "hostname", "user", "severity", "stream", "alert", "incident"] as const

/** A field with words of its own. */
export type Field = typeof fields[number]

/** What one word or phrase of a query asks for. */
export interface Term {
  readonly field: Field | "text"
  readonly value: string
  /** Whether the last word may continue. */
  readonly isPrefix: boolean
}

/** Characters of a field's value that are compared; the rest is cut off. */
export const valueLengthMax = 512

const markOf = (field: Field): string => String.fromCharCode(marksFrom + fields.indexOf(field))

const plain = /^[\t\n\r -~]*$/
/** Invisible characters that split words, or change their direction for the eye only. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g
const reserved = /[\0\ue000-\uf8ff]/g

/** Normalises a text for the index and for queries alike. */
const cleaned = (text: string): string =>
  plain.test(text) ? text : text.toWellFormed().normalize("NFKC").replace(unseen, "").replace(reserved, " ")

const wordForm = /[\p{L}\p{N}]+/gu
const signs = /[^\p{L}\p{N}]/gu

const wordsOf = (value: string): ReadonlyArray<string> => value.match(wordForm) ?? []

/** Turns a value without blanks into one word that keeps its punctuation. */
const whole = (value: string): string =>
  value.replace(signs, (sign) => {
    const code = sign.charCodeAt(0)
    return code < 0x80 ? String.fromCharCode(punctuationFrom + code) : otherSign
  })

/** Parts that are searched alone: a user without the domain, a host's parent domains. */
const partsOf = (field: Field, value: string): ReadonlyArray<string> => {
  if (field === "user") return value.split(/[@\\]/)
  if (field !== "hostname") return []
  const labels = value.split(".")
  return labels.map((_, index) => labels.slice(index + 1).join("."))
}

/** Tells whether the field's parts mean nothing alone. */
const isWholeOnly = (field: Field): boolean =>
  field === "src_ip" || field === "dst_ip" || field === "alert" || field === "incident"

const valueOf = (text: string): string => cleaned(text).trim().slice(0, valueLengthMax)

/** Returns the words of a field's value, for the index. */
export const fieldWords = (field: Field, text: string): string => {
  const value = valueOf(text)
  const mark = markOf(field)
  const wholes = [value, ...partsOf(field, value)].filter((part) => part !== "" && !/\s/.test(part)).map(whole)
  const words = isWholeOnly(field) ? [] : wordsOf(value)
  // The words stay adjacent and in order, so that a phrase finds them.
  const distinct = new Set(wholes)
  for (const word of words) distinct.delete(word)
  return [...distinct, ...words].map((word) => mark + word).join(" ")
}

/** Returns the words of a text, for the index. */
export const textWords = cleaned

/** Tells whether a text has a word to search for. */
export const hasWord = (text: string): boolean => wordsOf(cleaned(text)).length > 0

const quoted = (words: string, isPrefix: boolean): string => `"${words.replaceAll("\"", " ")}"${isPrefix ? " *" : ""}`

const matchOfTerm = ({ field, isPrefix, value: text }: Term): string => {
  if (field === "text") return quoted(cleaned(text), isPrefix)
  const value = valueOf(text)
  const mark = markOf(field)
  const words = /\s/.test(value) && !isWholeOnly(field) ? wordsOf(value) : [whole(value.replaceAll(/\s/g, ""))]
  return quoted(words.map((word) => mark + word).join(" "), isPrefix)
}

/**
 * Returns the terms as a query of FTS5 that all must match; undefined for no terms. FTS5 sees no syntax in the values.
 */
export const matchOf = (terms: ReadonlyArray<Term>): string | undefined =>
  terms.length === 0 ? undefined : terms.map(matchOfTerm).join(" AND ")
