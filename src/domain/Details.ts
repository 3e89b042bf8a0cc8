/**
 * Reads properties that a table names: `name=path` for each, or `name` where the property has the name itself. `a.b` is a
 * path, `a|b` the first that is there, and `name*=path` a list.
 */

type Json = Readonly<Record<string, unknown>>

/** One property of a table. */
export interface Detail {
  readonly name: string
  /** The only name of the only path. */
  readonly key: string | undefined
  readonly paths: ReadonlyArray<ReadonlyArray<string>>
  readonly isList: boolean
}

/** A table, ready to read objects. */
export type Details = ReadonlyArray<Detail>

/** Prepares a table. */
export const details = (table = ""): Details =>
  table.split(/\s+/).filter((one) => one !== "").map((one) => {
    const [, name = "", star = "", path = name] = /^([^*=]+)(\*?)(?:=(.+))?$/.exec(one) ?? []
    const paths = path.split("|").map((alternative) => alternative.split("."))
    return { name, key: /[|.]/.test(path) ? undefined : path, paths, isList: star !== "" }
  })

const at = (value: unknown, path: ReadonlyArray<string>): unknown => {
  let found = value
  for (const name of path) {
    if (typeof found !== "object" || found === null) return undefined
    found = (found as Json)[name]
  }
  return found
}

/** Whether a value tells nothing. */
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === "string" && value.trim() === ""

/** Returns what a property of a table names in an object. */
export const valueOf = ({ key, paths }: Detail, value: object): unknown => {
  if (key !== undefined) return (value as Json)[key]
  for (const path of paths) {
    const found = at(value, path)
    if (!isNothing(found)) return found
  }
  return undefined
}
