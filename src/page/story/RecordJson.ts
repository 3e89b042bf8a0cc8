/** Reads records of Graph, whose properties may have any type. */

/** An object's properties. */
export type Json = Readonly<Record<string, unknown>>

/** The properties of an object; none for anything else. */
export const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {}

/** The elements of a list, or nothing. */
export const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** A text, number or boolean as a text that is not blank; undefined for anything else. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === "number" || typeof value === "boolean") return String(value)
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined
}

/** The texts of a list. */
export const textsOf = (value: unknown): ReadonlyArray<string> => listOf(value).flatMap((one) => textOf(one) ?? [])

/** The value at a path such as `p2Sender.emailAddress`. */
export const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce((one: unknown, name) => objectOf(one)[name], value)

/** The record of Graph in an artifact whose message was parsed. */
export const recordOf = (artifact: unknown): Json => objectOf(objectOf(artifact)["message"])
