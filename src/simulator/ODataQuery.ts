/** The OData options that Graph takes on the security collections. */
import { Result } from "effect"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Collection } from "./Collections.ts"
import { instant, type Row } from "./Row.ts"

type Operator = "eq" | "ne" | "ge" | "gt" | "le" | "lt"

/** One condition of a `$filter`. */
export interface Clause {
  readonly property: string
  readonly operator: Operator
  readonly value: Timestamp.Timestamp | string | null
  readonly isInstant: boolean
}

/** A query that Graph accepts. */
export interface Query {
  readonly clauses: ReadonlyArray<Clause>
  readonly orderBy: { readonly property: string; readonly descending: boolean } | undefined
  readonly top: number
  readonly skip: number
  readonly skiptoken: string | undefined
  readonly isCounted: boolean
  readonly select: ReadonlyArray<string> | undefined
  /** Whether incidents include their alerts. */
  readonly isExpanded: boolean
}

/** Graph's order when the client asks for none, or the collection heeds none. */
export const ownOrder = ({ sortedBy }: Collection): NonNullable<Query["orderBy"]> => ({
  property: sortedBy,
  descending: true
})

const known = new Set(["$filter", "$orderby", "$top", "$skip", "$skiptoken", "$count", "$select", "$expand"])
const clauseForm = /^\s*([\w/]+)\s+(eq|ne|ge|gt|le|lt)\s+('(?:[^']|'')*'|\S+)\s*$/

const clause = (collection: Collection, text: string): Result.Result<Clause, string> => {
  const [, property, operator, literal] = clauseForm.exec(text) ?? []
  if (property === undefined || literal === undefined) {
    return Result.fail(`Invalid filter clause: Syntax error at position 0 in '${text.trim()}'.`)
  }
  if (!collection.filterable.includes(property)) {
    return Result.fail(
      `Invalid filter clause: Could not find a property named '${property}' on type '${collection.typeName}'.`
    )
  }
  if (!collection.operators.includes(operator!)) {
    return Result.fail(`Invalid filter clause: The operator '${operator}' is not supported for '${property}'.`)
  }
  const isInstant = property.endsWith("DateTime")
  const value = isInstant
    ? Timestamp.normalize(literal)
    : literal === "null"
    ? null
    : literal.startsWith("'")
    ? literal.slice(1, -1).replaceAll("''", "'")
    : undefined
  return value === undefined
    ? Result.fail(
      `Invalid filter clause: A binary operator with incompatible types was detected. Found operand '${literal}'.`
    )
    : Result.succeed({ property, operator: operator as Operator, value, isInstant })
}

const integer = (name: string, text: string | null, otherwise: number): Result.Result<number, string> =>
  text === null
    ? Result.succeed(otherwise)
    : /^\d{1,9}$/.test(text)
    ? Result.succeed(Number(text))
    : Result.fail(
      `Invalid value '${text}' for ${name} query option found. The ${name} query option requires a non-negative integer value.`
    )

/** Parses a query. The failure is the message of Graph's 400. */
export const read = (collection: Collection, parameters: URLSearchParams): Result.Result<Query, string> =>
  Result.gen(function*() {
    const foreign = [...parameters.keys()].find((name) => name.startsWith("$") && !known.has(name))
    if (foreign !== undefined) return yield* Result.fail(`The query parameter '${foreign}' is not supported.`)

    const expand = parameters.get("$expand")
    if (expand !== null && (expand !== "alerts" || collection.name !== "incidents")) {
      return yield* Result.fail(
        `Parsing OData Select and Expand failed: Could not find a property named '${expand}' on type '${collection.typeName}'.`
      )
    }

    const clauses: Array<Clause> = []
    const filter = parameters.get("$filter")
    if (filter !== null) {
      for (const text of filter.split(/\s+and\s+/)) clauses.push(yield* clause(collection, text))
    }

    const orderBy = parameters.get("$orderby")?.trim()
    const [, property, direction] = orderBy === undefined ? [] : /^(\w+)(?:\s+(asc|desc))?$/.exec(orderBy) ?? []
    if (orderBy !== undefined && (property === undefined || !collection.filterable.includes(property))) {
      return yield* Result.fail(`Could not find a property named '${orderBy}' on type '${collection.typeName}'.`)
    }

    const top = yield* integer("$top", parameters.get("$top"), collection.topDefault)
    if (top > collection.topMax && collection.aboveMax === "reject") {
      if (collection.counts !== true) {
        return yield* Result.fail(
          `Invalid page size specified: '${top}'. Must be between 1 and ${collection.topMax} inclusive.`
        )
      }
      return yield* Result.fail(
        `The query specified in the URI is not valid. The limit of '${collection.topMax}' for Top query has been exceeded. The value from the incoming request is '${top}'.`
      )
    }
    if (collection.counts !== true && collection.paging !== "skip" && parameters.has("$skip")) {
      return yield* Result.fail(
        "Query option 'Skip' is not allowed. To allow it, set the 'AllowedQueryOptions' property."
      )
    }
    const skip = yield* integer("$skip", parameters.get("$skip"), 0)
    const skiptoken = parameters.get("$skiptoken") ?? undefined
    if (collection.skipMax !== undefined && skip > collection.skipMax && skiptoken === undefined) {
      return yield* Result.fail(
        `The query specified in the URI is not valid. The limit of '${collection.skipMax}' for Skip query has been exceeded. The value from the incoming request is '${skip}'.`
      )
    }
    return {
      clauses,
      orderBy: property === undefined || !collection.orders
        ? undefined
        : { property, descending: direction === "desc" },
      top: Math.min(top, collection.topMax),
      skip,
      skiptoken,
      isCounted: collection.counts === "always" || collection.counts !== false && parameters.get("$count") === "true",
      isExpanded: expand !== null,
      select: parameters.get("$select")?.split(",").map((name) => name.trim())
    }
  })

const valueAt = (row: Row, path: string): unknown =>
  path.split("/").reduce<unknown>(
    (value, name) => typeof value === "object" && value !== null ? (value as Row)[name] : undefined,
    row
  )

const compare = (one: string, operator: Operator, other: string): boolean => {
  switch (operator) {
    case "eq":
      return one === other
    case "ne":
      return one !== other
    case "ge":
      return one >= other
    case "gt":
      return one > other
    case "le":
      return one <= other
    case "lt":
      return one < other
  }
}

/**
 * Returns whether a row meets every condition. A row without the filtered instant passes, so that undecodable rows of a
 * test are sent.
 */
export const matches = (clauses: ReadonlyArray<Clause>, row: Row): boolean =>
  clauses.every(({ isInstant, operator, property, value }) => {
    if (isInstant) {
      const at = instant(row, property)
      return at === undefined || compare(at, operator, value as string)
    }
    const found = valueAt(row, property) ?? null
    if (found === null || value === null) return (operator === "ne") !== (found === value)
    return compare(String(found), operator, value)
  })

/** Compares by an order, then id. Rows without the property come last. */
export const order = ({ descending, property }: NonNullable<Query["orderBy"]>): (a: Row, b: Row) => number => {
  const key = (row: Row): string | undefined => {
    if (property.endsWith("DateTime")) return instant(row, property)
    const value = row[property]
    return typeof value === "string" ? value : undefined
  }
  return (a, b) => {
    const [one, other] = [key(a), key(b)]
    if (one === other) return a["id"] === b["id"] ? 0 : String(a["id"]) < String(b["id"]) ? -1 : 1
    if (one === undefined) return 1
    if (other === undefined) return -1
    return (one < other) !== descending ? -1 : 1
  }
}
