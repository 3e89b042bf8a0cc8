/**
 * Compares a record with Graph's published schema: what does not fit, and what is new.
 *
 * Nothing is refused: mappings check each property that they read, and the findings here are only reported.
 */
import { Schema } from "effect"
import * as Drift from "../evidence/Drift.ts"
import * as Spelling from "../evidence/Spelling.ts"

/** A parsed JSON object with unchecked properties. */
export type Properties = Readonly<Record<string, unknown>>

/** The findings for one record: whether anything does not fit, and what to report. */
export interface Inspection {
  /** The value with names spelled as in the schema: Graph's own pages write `SessionId` for `sessionId`. */
  readonly value: Properties
  readonly isPartial: boolean
  readonly drift: ReadonlyArray<Drift.Drift>
}

/** A type of Graph's schema, ready to inspect values. */
export interface Shape {
  readonly spelled: (value: Properties) => Properties
  readonly inspect: (value: Properties) => Inspection
  /** Adds to `drift` what is new in the value; `path` is the value's place in the record. */
  readonly explore: (value: Properties, path: string, drift: Array<Drift.Drift>) => void
}

/** Whether a value is an object of JSON. */
export const isProperties = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Schema for an optional, nullable string. */
export const text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** Schema for an optional, nullable list of strings. */
export const texts = Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.NullOr(Schema.String))))

/** Schema for an optional, nullable number; Graph writes long ones as strings. */
export const number = Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Finite, Schema.String])))

/** Schema for an optional, nullable boolean. */
export const flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))

/** Schema for a property that may hold anything. */
export const anything = Schema.optionalKey(Schema.Unknown)

/** Schema for an optional, nullable complex value. */
export const part = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** Schema for an optional, nullable list of complex values. */
export const parts = <S extends Schema.Top>(schema: S) =>
  Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.NullOr(schema))))

/** Returns the shape of a type from its schema. */
export const make = <Fields extends Schema.Struct.Fields>(options: {
  /** First part of every reported path. */
  readonly name: string
  readonly schema: Schema.Struct<Fields>
  /** Known words of open enums, by property. */
  readonly words?: { readonly [K in keyof Fields]?: ReadonlyArray<string> }
  /** Shapes of complex values, by property. */
  readonly parts?: { readonly [K in keyof Fields]?: Shape }
}): Shape => {
  const fits = Schema.is(options.schema)
  const fitsAlone = new Map(
    Object.entries(options.schema.fields).map(([key, field]) => [key, Schema.is(Schema.Struct({ [key]: field }))])
  )
  const words = Object.entries<ReadonlyArray<string> | undefined>(options.words ?? {})
    .map(([key, known]) => [key, new Set((known ?? []).flatMap((word) => [word, word.toLowerCase()]))] as const)
  const shapes = Object.entries<Shape | undefined>(options.parts ?? {})

  const spelling = Spelling.make(Object.keys(options.schema.fields))
  const spelled = (value: Properties): Properties => {
    const found = Spelling.spelled(value, spelling)
    const changed = shapes.flatMap(([key, shape]) => {
      const inner = found[key]
      const of = (one: unknown): unknown => isProperties(one) ? shape!.spelled(one) : one
      const each = Array.isArray(inner) ? inner.map(of) : of(inner)
      const isSame = Array.isArray(inner) ? inner.every((one) => one === of(one)) : inner === each
      return isSame ? [] : [[key, each] as const]
    })
    return changed.length === 0 ? found : { ...found, ...Object.fromEntries(changed) }
  }

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

  const inspect = (sent: Properties): Inspection => {
    const first = inspectSpelled(sent)
    if (!first.drift.some(({ kind }) => kind === "property")) return first
    const value = spelled(sent)
    return value === sent ? first : inspectSpelled(value)
  }

  const inspectSpelled = (value: Properties): Inspection => {
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
    return { value, isPartial, drift }
  }

  return { inspect, explore, spelled }
}
