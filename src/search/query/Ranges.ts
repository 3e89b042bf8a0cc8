/** Ranges of values by the order of their kind. Search threads import this module. */
import { type Kind, rankOf, severities } from "../FieldKinds.ts"
import { folded, valueOf } from "../Tokenizer.ts"
import { addressKey } from "./Addresses.ts"
import { refuse, type Syntax, type Value } from "./Syntax.ts"
import { beginnings, spanOf } from "./Times.ts"

/** Says that a text is no time, and what is one. */
export const noTime = (text: string): string =>
  `${text} is no time; possible are 2026-11-25, 2026-11-25T08:30:00Z and now-7d, in UTC`

/** Says that a text is no severity, and which there are. */
export const noSeverity = (text: string, field: string): string =>
  `${text} is no ${field}; possible are ${severities.join(", ")}`

type Key = number | string

const number = (text: string): number | undefined => {
  const value = Number(text)
  return text === "" || !Number.isFinite(value) ? undefined : value
}

/** By what the values of a kind are compared, and what is said of an end that cannot be. */
const orderOf = (kind: Kind, field: string, ends: ReadonlyArray<string>): {
  readonly keyOf: (text: string) => Key | undefined
  readonly fault: (text: string) => string
} => {
  switch (kind) {
    case "severity":
      return {
        keyOf: (text) => rankOf(text) < 0 ? undefined : rankOf(text),
        fault: (text) => noSeverity(text, field)
      }
    case "address":
      return { keyOf: addressKey, fault: (text) => `${text} is no address` }
    case "number":
      return { keyOf: number, fault: (text) => `${text} is no number` }
    default:
      // Numbers where the ends are numbers, else texts in the order of their characters.
      return {
        keyOf: ends.every((end) => number(end) !== undefined) ? number : folded,
        fault: (text) => `${text} is no end of a range`
      }
  }
}

/**
 * Returns a test of values or, for times, the beginnings of those in the range. Refuses an end that the kind does not
 * have.
 */
export const rangeTest = (
  { field, high, low }: Extract<Syntax, { readonly kind: "range" }>,
  kind: Kind,
  now: number
): ReadonlyArray<string> | ((text: string) => boolean) => {
  const textOf = (value: Value) => valueOf(value.pieces.join(""))
  if (kind === "time") {
    const spanAt = (value: Value) => spanOf(textOf(value), now) ?? refuse(noTime(textOf(value)), value)
    const [first, last] = [low && spanAt(low.value), high && spanAt(high.value)]
    return beginnings(
      first && (low!.isIncluded ? first.from : first.to),
      last && (high!.isIncluded ? last.to : last.from)
    )
  }
  const ends = [low, high].flatMap((bound) => bound === undefined ? [] : [textOf(bound.value)])
  const { fault, keyOf } = orderOf(kind, field.name, ends)
  const keyAt = (value: Value) => keyOf(textOf(value)) ?? refuse(fault(textOf(value)), value)
  const [least, most] = [low && keyAt(low.value), high && keyAt(high.value)]
  return (text) => {
    const key = keyOf(text)
    if (key === undefined || least !== undefined && typeof least !== typeof key) return false
    if (least !== undefined && (low!.isIncluded ? key < least : key <= least)) return false
    return most === undefined || typeof most === typeof key && (high!.isIncluded ? key <= most : key < most)
  }
}
