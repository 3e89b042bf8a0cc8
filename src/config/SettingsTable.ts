/**
 * The settings as a table for the README: path, what it is for, and its default, all from the one Schema.
 *
 * @since 0.1.0
 */
import { Option, Predicate, Result, Schema } from "effect"
import { Settings } from "./Settings.ts"
import { settingsJsonSchema } from "./SettingsJsonSchema.ts"

type Json = Readonly<Record<string, unknown>>

const smallest = {
  instances: {
    name: {
      credentials: {
        tenant_id: "11111111-1111-4111-8111-111111111111",
        client_id: "22222222-2222-4222-8222-222222222222",
        client_secret: "secret"
      }
    }
  }
}

const isRecord = (value: unknown): value is Json => Predicate.isObject(value)

const valueAt = (document: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce((value: unknown, key) => (isRecord(value) ? value[key] : undefined), document)

/** Descriptions of a value that the settings may have in several forms stand at each of them. */
const forms = (schema: Json): ReadonlyArray<Json> =>
  Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isRecord) : [schema]

const rowsOf = (schema: Json, path: ReadonlyArray<string>, defaults: unknown): ReadonlyArray<string> => {
  const { additionalProperties, description } = schema
  const properties = forms(schema).flatMap((form) =>
    isRecord(form["properties"]) ? Object.entries(form["properties"]) : []
  )
  if (properties.length === 0 && isRecord(additionalProperties)) {
    return rowsOf(additionalProperties, [...path, "name"], defaults)
  }
  // What proves who the application is has no default; the values here only make a whole document.
  const fallback = path.includes("credentials") ? undefined : valueAt(defaults, path)
  const shown = Predicate.isString(fallback) || Predicate.isNumber(fallback) || Predicate.isBoolean(fallback)
  const own = description === undefined || path.length === 0 || (properties.length > 0 && !shown)
    ? []
    : [
      `| \`${path.join(".").replace("instances.name", "…")}\` | ${shown ? `\`${String(fallback)}\`` : ""} | ${
        String(description)
      } |`
    ]
  return own.concat(
    properties.flatMap(([key, property]) => (isRecord(property) ? rowsOf(property, [...path, key], defaults) : []))
  )
}

/**
 * Rows of a Markdown table, a setting each. `…` stands for `instances.<name>`.
 *
 * @category documentation
 * @since 0.1.0
 */
export const settingsRows: ReadonlyArray<string> = rowsOf(
  settingsJsonSchema,
  [],
  Option.getOrUndefined(Result.getSuccess(Schema.decodeResult(Settings)(smallest)))
)
