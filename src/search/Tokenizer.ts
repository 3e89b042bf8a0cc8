/**
 * Turns artifacts and queries into the same words, so that a search finds what was indexed. Search threads import this
 * module, which is pure.
 *
 * SQLite splits texts into words of letters and digits, and ignores case and diacritics. Each value of a field is indexed
 * once more as one marked word that keeps its punctuation, and its words are marked with the field's name.
 */

// Marks are private-use characters, which SQLite takes for letters. They are removed from texts first, so that no text
// passes for a field.
const punctuationFrom = 0xe000
/** Stands for every other sign that is no letter and no digit. */
const otherSign = "\ue07f"
const separator = "\ue1ff"

/** First character of a marked word: what it is a word of. */
export const marks = {
  /** A field's whole value. */
  value: "\ue101",
  /** A word of a field's value. */
  word: "\ue102",
  /** A tag: its name and its whole value. */
  tag: "\ue103",
  /** The artifact has the field, or a tag of this name. */
  exists: "\ue104",
  /** An alert or incident that the artifact belongs to. */
  link: "\ue105",
  /** Each artifact has it. */
  all: "\ue106",
  /** Between two texts, so that no phrase reaches from one into the next. */
  gap: "\ue107"
} as const

/** Characters of a field's value that are compared; the rest is cut off. */
export const valueLengthMax = 512

const plain = /^[\t\n\r -~]*$/
/** Invisible characters that split words, or change their direction for the eye only. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g
const reserved = /[\0\ue000-\uf8ff]/g

/** Normalises a text for the index and for queries alike. */
export const cleaned = (text: string): string =>
  plain.test(text) ? text : text.toWellFormed().normalize("NFKC").replace(unseen, "").replace(reserved, " ")

const wordForm = /[\p{L}\p{N}]+/gu
const signs = /[^\p{L}\p{N}]/gu

/** The words of a text that was {@link cleaned}. */
export const wordsOf = (text: string): ReadonlyArray<string> => text.match(wordForm) ?? []

/** Tells whether a text has a word to search for. */
export const hasWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(cleaned(text))

/** Turns a text into one word that keeps its punctuation. */
export const encoded = (text: string): string =>
  text.replace(signs, (sign) => {
    const code = sign.charCodeAt(0)
    return code < 0x80 ? String.fromCharCode(punctuationFrom + code) : otherSign
  })

/** Turns an {@link encoded} text back; its case and diacritics are lost, and so is every sign beyond ASCII. */
export const readable = (text: string): string =>
  text.replace(
    /[\ue000-\ue07f]/g,
    (unit) => unit === otherSign ? " " : String.fromCharCode(unit.charCodeAt(0) - punctuationFrom)
  )

/** Ignores case and diacritics as SQLite does. */
export const folded = (text: string): string =>
  /^[\0-\x7f]*$/.test(text)
    ? text.toLowerCase()
    : text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "").normalize("NFC")

/** Normalises a field's value and cuts what is too long to be compared. */
export const valueOf = (text: string): string => cleaned(text).trim().slice(0, valueLengthMax).toWellFormed()

/** The part of a marked word that comes before the value. */
export const markOf = (mark: string, name: string): string => `${mark}${encoded(name.toLowerCase())}${separator}`

/** The parts of a marked word: the name of its field or tag, and its value, which is still {@link encoded}. */
export const partsOf = (word: string): readonly [name: string, value: string] => {
  const at = word.indexOf(separator)
  return [word.slice(1, at), word.slice(at + 1)]
}

/** The word that tells that a field or a tag's name is there. */
export const existsWord = (name: string): string => markOf(marks.exists, name)

/** Joins texts that are indexed together. */
export const joined = (texts: ReadonlyArray<string>): string => texts.map(cleaned).join(`\n${marks.gap}\n`)
