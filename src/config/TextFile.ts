/** Reads the text of files that people wrote: what its encoding is, and what crept into a pasted secret. */

/** Encoding of a file's text. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be"

/** Bytes from which the encoding of a file without a byte order mark is told. */
const lookedAt = 64

/** Returns the encoding by the byte order mark, and whether there is one. ASCII in UTF-16 has a zero in every second byte. */
const encodingOf = (bytes: Uint8Array): { readonly encoding: Encoding; readonly isMarked: boolean } => {
  const mark = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0)
  if (mark === 0xfffe) return { encoding: "utf-16le", isMarked: true }
  if (mark === 0xfeff) return { encoding: "utf-16be", isMarked: true }
  const start = Array.from(bytes.subarray(0, lookedAt))
  const zeros = (from: 0 | 1) => start.length > 3 && start.every((byte, at) => (byte === 0) === (at % 2 === from))
  return { encoding: zeros(1) ? "utf-16le" : zeros(0) ? "utf-16be" : "utf-8", isMarked: false }
}

/** What is wrong with a file in UTF-16 that does not say so, and what to do. */
export const unmarked = "it is UTF-16 without a byte order mark: save it as UTF-8"

/** Whether a file has two bytes for each character. */
export const isUtf16 = (bytes: Uint8Array): boolean => encodingOf(bytes).encoding !== "utf-8"

/**
 * Decodes a file without its byte order mark: UTF-16 if the mark says so, UTF-8 otherwise. Undefined for UTF-16 that has no
 * mark.
 */
export const textOf = (bytes: Uint8Array): string | undefined => {
  const { encoding, isMarked } = encodingOf(bytes)
  return encoding === "utf-8" || isMarked ? new TextDecoder(encoding).decode(bytes) : undefined
}

const quotes: ReadonlySet<string> = new Set(["\"\"", "''", "``", "“”", "„“", "‘’", "«»"])

/** Controls, and characters that show nothing, such as the zero-width space. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/**
 * Returns what crept into a secret when it was pasted, with its place: an invisible character, or quotes around it. No
 * secret of Entra ID has any. The secret itself is never shown.
 */
export const pasteFault = (secret: string): string | undefined => {
  const characters = Array.from(secret)
  const count = characters.length
  const at = characters.findIndex((character) => invisible.test(character))
  if (at >= 0) {
    const code = characters[at]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")
    return `Character ${
      at + 1
    } of ${count} is invisible (U+${code}): copy the secret's Value again, and nothing besides`
  }
  return count > 1 && quotes.has(characters[0]! + characters.at(-1)!)
    ? `Characters 1 and ${count} of ${count} are quotes: write the secret's Value without them`
    : undefined
}
