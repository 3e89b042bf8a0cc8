import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { decode, types } from "../../src/evidence/Evidence.ts"
import type { Fields } from "../../src/evidence/EvidenceFields.ts"

/** Graph's schema as JSON; it is reference material and not part of this repository. */
const file = "../shared/reference/graph-security-schema.json"

const Property = Schema.Struct({ type: Schema.String, collection: Schema.Boolean })

const GraphSchema = Schema.fromJsonString(Schema.Struct({
  evidenceTypes: Schema.Array(Schema.String),
  types: Schema.Record(Schema.String, Schema.Struct({ properties: Schema.Record(Schema.String, Property) })),
  enums: Schema.Record(Schema.String, Schema.Struct({ members: Schema.Record(Schema.String, Schema.String) }))
}))
type GraphSchema = typeof GraphSchema.Type

const prefix = "microsoft.graph.security."

/** Lists where fields and Graph's schema differ, in both directions and inside complex values. */
const differences = (
  graph: GraphSchema,
  path: string,
  fields: Fields,
  properties: GraphSchema["types"][string]["properties"]
): ReadonlyArray<string> => {
  const faults = [...fields.keys()].filter((name) => properties[name] === undefined).map((name) =>
    `${path}.${name} added`
  )
  for (const [name, property] of Object.entries(properties)) {
    const field = fields.get(name)
    if (field === undefined) {
      faults.push(`${path}.${name} missing`)
      continue
    }
    const members = graph.enums[property.type]?.members
    if (members !== undefined) {
      for (const word of Object.keys(members)) {
        if (!field.words?.has(word)) faults.push(`${path}.${name}=${word} missing`)
      }
      if (field.words?.size !== Object.keys(members).length) faults.push(`${path}.${name} has words of its own`)
    } else if (property.type === `${prefix}alertEvidence`) {
      if (field.nested !== "untyped") faults.push(`${path}.${name} is any evidence`)
    } else if (property.type.startsWith(prefix) && property.type.endsWith("Evidence")) {
      if (`${prefix}${field.nested}Evidence` !== property.type) faults.push(`${path}.${name} is ${property.type}`)
    } else if (property.type.startsWith(prefix) && property.type !== `${prefix}dictionary`) {
      if (field.part === undefined) faults.push(`${path}.${name} is complex`)
      else faults.push(...differences(graph, `${path}.${name}`, field.part, graph.types[property.type]!.properties))
    }
  }
  return faults
}

it.layer(NodeServices.layer)("Graph's schema", (it) => {
  it.effect("is covered: all types, all properties, all words", (context) =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      if (!(yield* fs.exists(file))) return context.skip(`${file} is not here`)
      const graph = yield* Schema.decodeEffect(GraphSchema)(yield* fs.readFileString(file))
      assert.deepStrictEqual(
        types.map((type) => `#${prefix}${type.name}Evidence`).sort(),
        [...graph.evidenceTypes].sort()
      )
      const base = graph.types[`${prefix}alertEvidence`]!.properties
      const faults = types.flatMap((type) => {
        const properties = { ...base, ...graph.types[`${prefix}${type.name}Evidence`]!.properties }
        return differences(graph, type.name, type.fields, properties)
      })
      assert.deepStrictEqual(faults, [])
      for (const raw of graph.evidenceTypes) assert.isTrue(decode({ "@odata.type": raw }).known)
    }))
})
