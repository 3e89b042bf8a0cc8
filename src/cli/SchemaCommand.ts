/** `schema`: prints the JSON Schema of the settings file, from which `config/azure-security.schema.json` is made. */
import { Effect, Schema } from "effect"
import { Command } from "effect/cli"
import { settingsJsonSchema } from "../config/SettingsJsonSchema.ts"
import * as Printed from "./Printed.ts"

const Json = Schema.fromJsonString(Schema.Unknown, { space: 2 })

/** The command `schema`; it needs no settings. */
export const command = Command.make(
  "schema",
  {},
  () => Effect.flatMap(Effect.orDie(Schema.encodeEffect(Json)(settingsJsonSchema)), Printed.json)
).pipe(Command.withDescription("Print the JSON Schema of the settings file"))
