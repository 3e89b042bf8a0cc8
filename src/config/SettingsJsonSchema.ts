/** The JSON Schema of the settings file, for editors and for `config/azure-security.schema.json`. */
import { Schema } from "effect"
import { Settings } from "./Settings.ts"

const { definitions, schema } = Schema.toJsonSchemaDocument(Settings)

/** JSON Schema (draft 2020-12) of the settings file, as the command `schema` prints it. */
export const settingsJsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Settings of the Azure Security connector",
  ...schema,
  ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
}
