/**
 * How a record of Graph's compares with Graph's published schema: what does not fit, and what is new.
 *
 * Nothing is refused. A record is read with care whatever its shape; what is found here is only told.
 */
import { Schema } from "effect"
import * as Drift from "../evidence/Drift.ts"

/** A JSON object. */
export type Properties = Readonly<Record<string, unknown>>

/** What was found: paths that do not fit, and everything to be reported. */
export interface Inspection {
  readonly isPartial: boolean
  readonly drift: ReadonlyArray<Drift.Drift>
}

/** A type of Graph's, ready to inspect values. */
export interface Shape {
  readonly inspect: (value: Properties) => Inspection
  /** Adds to `drift` what is new in the value, which stands at `path`. */
  readonly explore: (value: Properties, path: string, drift: Array<Drift.Drift>) => void
}

const isProperties = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A property that holds a text, or null, or is left out. */
export const text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** A property that holds a list of texts. */
export const texts = Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.NullOr(Schema.String))))

/** A property that holds a number; Graph writes long ones as texts. */
export const number = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Finite, Schema.String])))

/** A property that is true or false. */
export const flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))

/** A property of which nothing is expected. */
export const anything = Schema.optionalKey(Schema.Unknown)

/** A property that holds one complex value. */
export const part = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** A property that holds a list of complex values. */
export const parts = <S extends Schema.Top>(schema: S) =>
  Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.NullOr(schema))))

/** A type whose properties are those of the schema. */
export const make = <Fields extends Schema.Struct.Fields>(options: {
  /** Begins the path of everything reported. */
  readonly name: string
  readonly schema: Schema.Struct<Fields>
  /** Known members of open enums, by property. */
  readonly words?: { readonly [K in keyof Fields]?: ReadonlyArray<string> }
  /** Types of complex values, by property. */
  readonly parts?: { readonly [K in keyof Fields]?: Shape }
}): Shape => {
  const fits = Schema.is(options.schema)
  const fitsAlone = new Map(
    Object.entries(options.schema.fields).map(([key, field]) => [key, Schema.is(Schema.Struct({ [key]: field }))])
  )
  const words = Object.entries<ReadonlyArray<string> | undefined>(options.words ?? {})
    .map(([key, known]) => [key, new Set((known ?? []).flatMap((word) => [word, word.toLowerCase()]))] as const)
  const shapes = Object.entries<Shape | undefined>(options.parts ?? {})

  const explore = (value: Properties, path: string, drift: Array<Drift.Drift>) => {
    for (const key of Object.keys(value)) {
      if (!fitsAlone.has(key) && !key.includes("@")) drift.push(Drift.make("property", `${path}.${key}`))
    }
    for (const [key, known] of words) {
      const word = value[key]
      if (typeof word !== "string" || word === "" || known.has(word) || known.has(word.toLowerCase())) continue
      drift.push(Drift.make("enum_value", `${path}.${key}=${Drift.word(word)}`))
    }
    for (const [key, shape] of shapes) {
      const inner = value[key]
      if (Array.isArray(inner)) {
        for (const one of inner) if (isProperties(one)) shape!.explore(one, `${path}.${key}`, drift)
      } else if (isProperties(inner)) shape!.explore(inner, `${path}.${key}`, drift)
    }
  }

  const inspect = (value: Properties): Inspection => {
    const drift: Array<Drift.Drift> = []
    const isPartial = !fits(value)
    if (isPartial) {
      for (const [key, fitsKey] of fitsAlone) {
        if (Object.hasOwn(value, key) && !fitsKey({ [key]: value[key] })) {
          drift.push(Drift.make("partial", `${options.name}.${key}`))
        }
      }
    }
    explore(value, options.name, drift)
    return { isPartial, drift }
  }

  return { inspect, explore }
}
