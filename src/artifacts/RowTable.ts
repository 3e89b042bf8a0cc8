/**
 * Reads tables of message types in the notation of `.github/MAPPING.md`: `number condition => type`, the first row whose
 * condition holds decides.
 *
 * A condition is made of terms with `&`, `or`, `not` and brackets. A term is a letter with a list (`S a,b`), a letter with
 * a pattern (`T/…/`), or a name. A type is a word; `quiet` or `grave` and a word; or cases: `condition ? type; type`.
 */
import type { MessageType } from "./MessageTypes.ts"

/** Whether something holds of an alert. */
export type Condition<in Facts> = (facts: Facts) => boolean

/** One row of a table of message types. */
export interface Row<in Facts> {
  readonly row: number
  readonly when: Condition<Facts>
  readonly type: (facts: Facts) => MessageType
}

/** The message type of an alert, and the row that decided it. */
export interface Decided {
  readonly row: number
  /** The row of `alerts_v2` that decided a legacy alert. */
  readonly via?: number
  readonly type: MessageType
}

/** What the terms of a table mean: by letter what a list or a pattern makes, and conditions by name. */
export interface Terms<Facts> {
  readonly list: Readonly<Record<string, (words: ReadonlyArray<string>) => Condition<Facts>>>
  readonly pattern: Readonly<Record<string, (pattern: RegExp) => Condition<Facts>>>
  readonly named: Readonly<Record<string, Condition<Facts>>>
}

const tokenForm = /\s*([()&]|[A-Z]+\*?(?:\/(?:\\.|[^/\\])+\/|\s+[\w*.,]+)|[a-z]\w*)/gy

/** Returns the condition that a text describes. */
export const condition = <Facts>(text: string, { list, named, pattern }: Terms<Facts>): Condition<Facts> => {
  const tokens = Array.from(text.trim().matchAll(tokenForm), ([, token]) => token!)
  const atom = (): Condition<Facts> => {
    const token = tokens.shift() ?? ""
    if (token === "not") {
      const inner = atom()
      return (facts) => !inner(facts)
    }
    if (token === "(") {
      const inner = either()
      tokens.shift()
      return inner
    }
    const [, letter = "", slashed, listed] = /^([A-Z]+\*?)(?:\/(.+)\/|\s+(.+))$/s.exec(token) ?? []
    if (slashed !== undefined) return pattern[letter]!(new RegExp(slashed, "i"))
    return listed === undefined ? named[token]! : list[letter]!(listed.split(","))
  }
  const joined = (by: string, next: () => Condition<Facts>, isAll: boolean) => (): Condition<Facts> => {
    const all = [next()]
    while (tokens[0] === by) {
      tokens.shift()
      all.push(next())
    }
    if (all.length === 1) return all[0]!
    return isAll ? (facts) => all.every((holds) => holds(facts)) : (facts) => all.some((holds) => holds(facts))
  }
  const both = joined("&", atom, true)
  const either = joined("or", both, false)
  return either()
}

/** Returns the rows of a table; `quiet` and `grave` take their word unless an alert is of little weight. */
export const rowsOf = <Facts>(table: string, terms: Terms<Facts>): ReadonlyArray<Row<Facts>> =>
  table.trim().split("\n").map((line) => {
    const [, row, when = "", types = ""] = /^\s*(\d+)\s+(.*) => (.*)$/.exec(line) ?? []
    const cases = types.split("; ").map((one) => {
      const [, first, word = ""] = /^(?:(.*) \? )?(.*)$/.exec(one) ?? []
      const [, weight, type = ""] = /^(?:(quiet|grave) )?(\w+)$/.exec(word) ?? []
      const isLight = weight === undefined ? undefined : terms.named[weight === "quiet" ? "informational" : "minor"]!
      return {
        when: first === undefined ? undefined : condition(first, terms),
        of: (facts: Facts): MessageType => isLight?.(facts) === true ? "anomalous_behavior" : type as MessageType
      }
    })
    return {
      row: Number(row),
      when: condition(when, terms),
      type: (facts) => cases.find(({ when }) => when === undefined || when(facts))!.of(facts)
    }
  })

/** Returns the type of the first row whose condition holds; `undefined` when none does. */
export const decide = <Facts>(rows: ReadonlyArray<Row<Facts>>, facts: Facts): Decided | undefined => {
  for (const { row, type, when } of rows) if (when(facts)) return { row, type: type(facts) }
  return undefined
}
