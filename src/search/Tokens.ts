/**
 * How what is searched for meets what is indexed: the words of both, made here and nowhere else.
 *
 * Texts are split into words by SQLite (letters and digits of any script; case and diacritics do not count). A field's
 * value is indexed as words of its own as well, each behind a mark of the field, and whole, with its punctuation kept:
 * so an address finds exactly that address, and a name finds the addresses that it is a word of. Marks and kept
 * punctuation are characters for private use, which SQLite takes for letters; they are taken out of texts first, so that
 * no text passes for a field. Pure; a search thread imports it.
 */

/** Where the marks begin, and what keeps punctuation: its own code is added. */
const marksFrom = 0xe101
const punctuationFrom = 0xe000
/** Whatever else is no letter and no digit. */
const otherSign = "\ue07f"

const fields = ["src_ip", "dst_ip", "hostname", "user", "severity", "stream", "alert", "incident"] as const

/** A field that has words of its own. */
export type Field = typeof fields[number]

/** What one word or phrase of a query asks for. */
export interface Term {
  readonly field: Field | "text"
  readonly value: string
  /** Whether the last word may go on. */
  readonly isPrefix: boolean
}

/** Characters of a field's value that count. */
export const valueLengthMax = 512

const markOf = (field: Field): string => String.fromCharCode(marksFrom + fields.indexOf(field))

const plain = /^[\t\n\r -~]*$/
/** Characters that are not seen, and that part words or turn them round for the eye only. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g
const reserved = /[\0\ue000-\uf8ff]/g

/** What of a text is indexed, and searched for. */
const cleaned = (text: string): string =>
  plain.test(text) ? text : text.toWellFormed().normalize("NFKC").replace(unseen, "").replace(reserved, " ")

const wordForm = /[\p{L}\p{N}]+/gu
const signs = /[^\p{L}\p{N}]/gu

const wordsOf = (value: string): ReadonlyArray<string> => value.match(wordForm) ?? []

/** A value as one word; one with blanks is none. */
const whole = (value: string): string =>
  value.replace(signs, (sign) => {
    const code = sign.charCodeAt(0)
    return code < 0x80 ? String.fromCharCode(punctuationFrom + code) : otherSign
  })

/** What may be searched for alone: a user without the domain, a host's domain. */
const partsOf = (field: Field, value: string): ReadonlyArray<string> => {
  if (field === "user") return value.split(/[@\\]/)
  if (field !== "hostname") return []
  const labels = value.split(".")
  return labels.map((_, index) => labels.slice(index + 1).join("."))
}

/** Fields whose parts mean nothing alone. */
const isWholeOnly = (field: Field): boolean =>
  field === "src_ip" || field === "dst_ip" || field === "alert" || field === "incident"

const valueOf = (text: string): string => cleaned(text).trim().slice(0, valueLengthMax)

/** Words of a field's value, for the index. */
export const fieldWords = (field: Field, text: string): string => {
  const value = valueOf(text)
  const mark = markOf(field)
  const wholes = [value, ...partsOf(field, value)].filter((part) => part !== "" && !/\s/.test(part)).map(whole)
  const words = isWholeOnly(field) ? [] : wordsOf(value)
  // The words stand together, in their order, for a phrase to find them.
  const distinct = new Set(wholes)
  for (const word of words) distinct.delete(word)
  return [...distinct, ...words].map((word) => mark + word).join(" ")
}

/** Words of a text, for the index. */
export const textWords = cleaned

/** Whether a text has a word to search for. */
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
 * Terms as a query of FTS5: all of them must match. Nothing in a value has a meaning to FTS5; undefined for no terms.
 */
export const matchOf = (terms: ReadonlyArray<Term>): string | undefined =>
  terms.length === 0 ? undefined : terms.map(matchOfTerm).join(" AND ")
