/** Values with wildcards, and defanged ones. Search threads import this module. */
import { cleaned, folded } from "../Tokenizer.ts"
import type { Piece } from "./Syntax.ts"

/** Whether a value has wildcards. */
export const isWild = (pieces: ReadonlyArray<Piece>): boolean => pieces.some((piece) => typeof piece === "object")
/** A value as it was written. */
export const written = (pieces: ReadonlyArray<Piece>): string =>
  pieces.map((piece) => typeof piece === "string" ? piece : piece.wild === "many" ? "*" : "?").join("")

/** The text before a single star at the end; undefined when the wildcards stand elsewhere. */
export const prefixOf = (pieces: ReadonlyArray<Piece>): string | undefined => {
  const [head, tail] = [pieces.slice(0, -1), pieces.at(-1)]
  return typeof tail === "object" && tail.wild === "many" && head.length > 0 && !isWild(head)
    ? head.join("")
    : undefined
}

/** A test of whole values by a pattern, in the form in which the values are. */
export const patternOf = (pieces: ReadonlyArray<Piece>, form: (text: string) => string): (value: string) => boolean => {
  const signs: ReadonlyArray<string> = pieces.flatMap((piece) =>
    typeof piece === "object" ? [piece.wild] : Array.from(form(folded(cleaned(piece))))
  )
  return (value) => {
    // On a difference, the last star takes one character more; earlier ones need not be tried again.
    const text = Array.from(value)
    let [at, sign, star, from] = [0, 0, -1, 0]
    while (at < text.length) {
      if (signs[sign] === "many") [star, from, sign] = [sign, at, sign + 1]
      else if (sign < signs.length && (signs[sign] === "one" || signs[sign] === text[at])) {
        ;[at, sign] = [at + 1, sign + 1]
      } else if (star >= 0) [sign, from, at] = [star + 1, from + 1, from + 1]
      else return false
    }
    return signs.slice(sign).every((rest) => rest === "many")
  }
}

/** A defanged address as it was before: `hxxps://c0ntoso[.]example`. */
export const refanged = (text: string): string =>
  text
    .replaceAll(/\bhxxp(s?)(?=(?:\[:\]|:)\/\/)/gi, "http$1")
    .replaceAll(/\[(\.|:|@)\]|\((\.)\)|\{(\.)\}/g, "$1$2$3")
    .replaceAll(/\[(?:dot)\]|\((?:dot)\)/gi, ".")
    .replaceAll(/\[(?:at)\]|\((?:at)\)/gi, "@")
