/** The settings as a table for the README: path, default and purpose, all from the one Schema. */
import { Option, Predicate, Result, Schema } from "effect"
import { exampleIds } from "./ExampleIds.ts"
import { Settings } from "./Settings.ts"
import { settingsJsonSchema } from "./SettingsJsonSchema.ts"

type Json = Readonly<Record<string, unknown>>

const smallest = {
  instances: {
    name: {
      credentials: {
        ...exampleIds,
        client_secret: "secret"
      }
    }
  }
}

const isRecord = (value: unknown): value is Json => Predicate.isObject(value)

const valueAt = (document: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce((value: unknown, key) => (isRecord(value) ? value[key] : undefined), document)

/** Returns the forms that a value may have; each form has its own descriptions. */
const forms = (schema: Json): ReadonlyArray<Json> =>
  Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isRecord) : [schema]

/** Returns the word of `type` that distinguishes a form from the others. */
const typeOf = (form: Json): string | undefined => {
  const words = valueAt(form, ["properties", "type", "enum"])
  return Array.isArray(words) && Predicate.isString(words[0]) ? words[0] : undefined
}

/** Returns the smallest valid document with all defaults, for a sink of this type. */
const defaultsOf = (type: string): unknown =>
  Option.getOrUndefined(Result.getSuccess(Schema.decodeUnknownResult(Settings)({ ...smallest, sink: { type } })))

/** What stands for the settings of each endpoint, which differ in defaults only. */
const anyEndpoint: Readonly<Record<string, string>> = {
  enabled: "Whether this endpoint is polled; by default those that are not marked as off above.",
  poll_interval_minutes:
    "Minutes between the starts of two polls of this endpoint; by default as above, or poll_interval_minutes when that is longer."
}

const rowsOf = (schema: Json, path: ReadonlyArray<string>, defaults: unknown, form = ""): ReadonlyArray<string> => {
  const { additionalProperties, description } = schema
  const properties = forms(schema).flatMap((one) =>
    isRecord(one["properties"])
      ? Object.entries(one["properties"]).map(([key, property]) => ({ key, property, type: typeOf(one) }))
      : []
  )
  if (properties.length === 0 && isRecord(additionalProperties)) {
    return rowsOf(additionalProperties, [...path, "name"], defaults)
  }
  // Credentials have no defaults; those in `smallest` only make the document valid.
  const fallback = path.includes("credentials") ? undefined : valueAt(defaults, path)
  const shown = Predicate.isString(fallback) || Predicate.isNumber(fallback) || Predicate.isBoolean(fallback)
  const own = description === undefined || path.length === 0 || (properties.length > 0 && !shown)
    ? []
    : [
      `| \`${path.join(".").replace("instances.name", "…")}\`${form} | ${shown ? `\`${String(fallback)}\`` : ""} | ${
        String(description)
      } |`
    ]
  return own.concat(
    properties.flatMap(({ key, property, type }) =>
      isRecord(property)
        ? type === undefined
          ? rowsOf(property, [...path, key], defaults)
          : rowsOf(property, [...path, key], defaultsOf(type), ` of \`${type}\``)
        : []
    )
  )
}

const ofEndpoint = new RegExp(`^\\| \`….endpoints\\.\\w+\\.(${Object.keys(anyEndpoint).join("|")})\``)

/** Says what all endpoints have in common once. */
const folded = (rows: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(rows.map((row) => {
  const key = ofEndpoint.exec(row)?.[1]
  return key === undefined ? row : `| \`….endpoints.<endpoint>.${key}\` |  | ${anyEndpoint[key]} |`
}))]

/** Characters of a line of the table; what a setting is for goes on in a row of its own beyond that. */
const lineMax = 200

const fitted = (row: string): ReadonlyArray<string> => {
  if (row.length <= lineMax) return [row]
  const cut = row.lastIndexOf(" ", lineMax - 2)
  return [`${row.slice(0, cut)} |`, ...fitted(`|  |  | ${row.slice(cut + 1)}`)]
}

/** Rows of a Markdown table, one or more for each setting. `…` stands for `instances.<name>`. */
export const settingsRows: ReadonlyArray<string> = folded(rowsOf(settingsJsonSchema, [], defaultsOf("file"))).flatMap(
  fitted
)
