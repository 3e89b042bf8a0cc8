/** Validates events by the JSON Schema of OCSF; see `test/fixtures/ocsf/README.md`. */
import { assert } from "@effect/vitest"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import { readFileSync } from "node:fs"

const file = "test/fixtures/ocsf/ocsf-1.8.0.schema.json"

const classes: Readonly<Record<number, string>> = {
  2004: "detection_finding",
  2005: "incident_finding",
  3002: "authentication",
  3004: "entity_management"
}

const schema = JSON.parse(readFileSync(file, "utf8")) as { readonly $id: string }

/** Made once in a process: the schema has 121 types. */
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
ajv.addSchema(schema)

const validatorOf = (of: number): ValidateFunction => {
  const found = ajv.getSchema(`${schema.$id}#/$defs/${classes[of] ?? "none"}`)
  if (found === undefined) throw new Error(`no class ${of} in ${file}`)
  return found
}

/** Returns what is wrong with an event, as it is written: path, fault and what was expected. */
export const faultsOf = (event: object): ReadonlyArray<string> => {
  const written = JSON.parse(JSON.stringify(event)) as { readonly class_uid: number }
  const validate = validatorOf(written.class_uid)
  return validate(written)
    ? []
    : validate.errors!.map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`
    )
}

/** Asserts that an event is valid, and that its numbers belong together. */
export const assertValid = (event: object): void => {
  assert.deepStrictEqual(faultsOf(event), [])
  const { activity_id, class_uid, type_uid } = event as Record<string, number>
  assert.strictEqual(type_uid, class_uid! * 100 + activity_id!)
}
