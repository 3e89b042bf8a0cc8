/**
 * Parses JSON and keeps Graph's digits.
 *
 * JavaScript turns `9007199254740993` into `…992` and `1.10` into `1.1`. An artifact's message promises what Graph
 * sent, so such numbers are kept as raw JSON beside the plain value. The meaning of the JSON is not this module's
 * concern.
 */
import { Result } from "effect"

declare global {
  // The proposal is in Node 24 and not yet in TypeScript's library (https://tc39.es/proposal-json-parse-with-source).
  interface JSON {
    rawJSON(text: string): unknown
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown
    ): unknown
  }
}

/** A JSON document twice: `value` to read, `exact` for `JSON.stringify`. Both are one object when no number differs. */
export interface GraphJson {
  readonly value: unknown
  readonly exact: unknown
}

// Finds numbers that JavaScript may write differently. Integers of up to fifteen digits always survive, and nearly all
// of Graph's numbers are such. A match inside a string costs a second parse and changes nothing. The lookahead changes
// no match, and makes the search three times as fast.
const doubtful = /[:,[](?=[-\d\s])\s*(-0|-?\d+(?:\d{15}|\.\d+|(?=[eE]))(?:[eE][+-]?\d+)?)\s*(?=[,}\]]|$)/g

const reproduces = (digits: string) => String(Number(digits)) === digits

const hasInexact = (text: string) => {
  // The pattern misses a number that is the whole text; texts of Graph's are objects.
  if (!/^\s*[[{]/.test(text)) return true
  for (const [, digits] of text.matchAll(doubtful)) {
    if (!reproduces(digits!)) return true
  }
  return false
}

/** Parses with raw numbers; undefined for a text too deep for a reviver, which recurses. */
const revived = (text: string): unknown =>
  Result.getOrUndefined(
    Result.try(() =>
      JSON.parse(text, (_, item, { source }) =>
        typeof item === "number" && source !== undefined && String(item) !== source ? JSON.rawJSON(source) : item)
    )
  )

/** Parses a text that is known to be valid JSON, keeping Graph's digits. */
export const exactly = (text: string): unknown =>
  hasInexact(text) ? revived(text) ?? JSON.parse(text) : JSON.parse(text)

/**
 * Decodes a JSON text. A second parse runs only when a number would be written differently by JavaScript.
 * ```ts
 * JSON.stringify(Result.getOrThrow(decode("{\"a\":1.10}")).exact) // => {"a":1.10}
 * ```
 */
export const decode = (text: string): Result.Result<GraphJson, "not JSON"> =>
  Result.try({
    try: () => {
      const value: unknown = JSON.parse(text)
      if (!hasInexact(text)) return { value, exact: value }
      return { value, exact: revived(text) ?? value }
    },
    catch: () => "not JSON" as const
  })
