/** What Graph takes of a query. Less is asked for where Graph refuses a part of it, and everything again a day later. */

/** A part of a query that Graph may refuse. */
export type Part = "top" | "orderby" | "fraction" | "prefer" | "age" | "select"

/** A refusal of a part of a query, as far as Graph's message says what it would take. */
export interface PartRefused {
  readonly part: Part
  /** Rows that a page may have (`top`), or days that a filter may reach back (`age`). */
  readonly limit?: number
  /** The earliest instant that a filter may name (`age`), as Graph writes it. */
  readonly notBefore?: string
  /** Properties that Graph does not have (`select`). */
  readonly names?: ReadonlyArray<string>
}

/** The parts of a query that Graph takes. */
export interface QueryShape {
  /** Rows that a page may have; undefined for the endpoint's own number. */
  readonly rowsMax: number | undefined
  /** Whether rows are asked for in the order of their cursors. */
  readonly ordered: boolean
  /** Digits of the fraction of a second in a filter. */
  readonly digits: 7 | 3 | 0
  /** Whether `Prefer: include-unknown-enum-members` is sent. */
  readonly prefers: boolean
  /** Properties that are not asked for. */
  readonly dropped: ReadonlyArray<string>
}

/** The query as it is meant. */
export const whole: QueryShape = { rowsMax: undefined, ordered: true, digits: 7, prefers: true, dropped: [] }

/** Says what is not asked for, in a few words each. */
export const notes = (
  { digits, dropped, ordered, prefers, rowsMax }: QueryShape
): ReadonlyArray<string> => [
  ...(rowsMax === undefined ? [] : [`at most ${rowsMax} rows a page`]),
  ...(ordered ? [] : ["no $orderby: rows are read in windows that are closed"]),
  ...(digits === 7 ? [] : [digits === 0 ? "times without a fraction" : "times with three digits of fraction"]),
  ...(prefers ? [] : ["no Prefer header: new enum values come as unknownFutureValue"]),
  ...(dropped.length === 0 ? [] : [`all but ${dropped.join(", ")}, which Graph does not have here`])
]

/** Leaves out what Graph refuses; undefined where it is left out already, or the refusal is none of the shape. */
export const without = (
  shape: QueryShape,
  { limit, names = [], part }: PartRefused,
  rows: number
): QueryShape | undefined => {
  switch (part) {
    case "top": {
      const rowsMax = limit !== undefined && limit < rows ? limit : Math.floor(rows / 2)
      return rowsMax < 1 ? undefined : { ...shape, rowsMax }
    }
    case "orderby":
      return shape.ordered ? { ...shape, ordered: false } : undefined
    case "fraction":
      return shape.digits === 0 ? undefined : { ...shape, digits: shape.digits === 7 ? 3 : 0 }
    case "prefer":
      return shape.prefers ? { ...shape, prefers: false } : undefined
    case "select": {
      const dropped = new Set([...shape.dropped, ...names])
      return dropped.size === shape.dropped.length ? undefined : { ...shape, dropped: Array.from(dropped) }
    }
    case "age":
      return undefined
  }
}

const numbersIn = (message: string): ReadonlyArray<number> =>
  Array.from(message.matchAll(/(?<![\w.:-])(\d{1,6})(?![\w:-]|\.\d)/g), ([, digits]) => Number(digits))

/** Properties that were asked for and that a message refuses: those that it quotes, or else that it names. */
const namesIn = (message: string, query: URLSearchParams): ReadonlyArray<string> => {
  if (!/propert|column|\$?select/i.test(message)) return []
  const asked = (query.get("$select") ?? "").split(",").filter((name) => name !== "" && name !== "id")
  const quoted = asked.filter((name) => message.includes(`'${name}'`))
  return quoted.length > 0 ? quoted : asked.filter((name) => new RegExp(`\\b${name}\\b`).test(message))
}

/** Returns the part of a query that a message refuses. Graph has no codes for them. */
export const refusedBy = (message: string, query: URLSearchParams): PartRefused | undefined => {
  const names = namesIn(message, query)
  if (names.length > 0) return { part: "select", names }
  if (/\bprefer\b|include-unknown-enum-members/i.test(message)) return { part: "prefer" }
  const top = Number(query.get("$top") ?? 0)
  if (top > 1 && /\$top|\btop query\b|page ?size/i.test(message)) {
    const limit = Math.max(...numbersIn(message).filter((each) => each < top))
    return { part: "top", ...(limit >= 1 ? { limit } : {}) }
  }
  if (query.has("$orderby") && /order ?by/i.test(message)) return { part: "orderby" }
  const filter = query.get("$filter") ?? ""
  if (filter === "") return undefined
  if (
    /older than|too old|too far|retention|retain|go(?:es)? (?:further )?back|earlier than|at most \d+ days/i.test(
      message
    )
  ) {
    const days = /(\d{1,4}) days?/i.exec(message)?.[1]
    const instants = Array.from(message.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g), ([instant]) => instant)
    // The message may repeat the refused instant; what it would take is later.
    const notBefore = instants.filter((instant) => !filter.includes(instant)).sort().at(-1)
    return {
      part: "age",
      ...(days === undefined ? {} : { limit: Number(days) }),
      ...(notBefore === undefined ? {} : { notBefore })
    }
  }
  return /\.\d+Z/.test(filter) && /date ?time|edm\.date|fraction|literal/i.test(message)
    ? { part: "fraction" }
    : undefined
}
