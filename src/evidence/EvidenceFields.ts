/**
 * The building blocks of the evidence schemas, and the properties that every evidence object has.
 *
 * Every property is optional and nullable, whatever Graph's schema says: real payloads leave out even those that it
 * calls required. Only structs, optional keys and plain unions are used, so that the compiled decoders keep their fast
 * path: no transformations, declarations or suspended schemas. What a schema cannot say (known words of an open enum,
 * declared type of a nested object) stands beside it in the field.
 */
import { Option, Result, Schema } from "effect"
import * as Words from "./EvidenceWords.ts"

/** One property of a type: its schema, and what the drift report needs to know of it. */
export interface Field<S extends Schema.Top = Schema.Top> {
  readonly schema: S
  /** Known members of an open enum. */
  readonly words?: ReadonlySet<string>
  /** Fields of a complex value (or of each of a list). */
  readonly part?: Fields
  /** Declared type of a nested evidence object (or of each of a list); `untyped` where any may stand. */
  readonly nested?: string
}

/** The properties of a type by name. */
export type Fields = ReadonlyMap<string, Field>

/** Properties by name, as an object literal writes them. */
export type FieldRecord = { readonly [name: string]: Field }

type Schemas<F extends FieldRecord> = { readonly [K in keyof F]: F[K]["schema"] }

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const list = <S extends Schema.Top>(schema: S) => optional(Schema.Array(Schema.NullOr(schema)))

const NumberOrText = Schema.Union([Schema.Finite, Schema.String])

/** A string, a date or a GUID. */
export const text = { schema: optional(Schema.String) }

/** A list of strings. */
export const texts = { schema: list(Schema.String) }

/** A truth value. */
export const flag = { schema: optional(Schema.Boolean) }

/** A 32-bit integer or a floating-point number. */
export const number = { schema: optional(Schema.Finite) }

/** A 64-bit integer, which OData may write as a string. */
export const int64 = { schema: optional(NumberOrText) }

/** An open type: any properties, which are read where they are needed. */
export const dictionary = { schema: Schema.optionalKey(Schema.Unknown) }

/** A member of an enum that Graph may extend at any time. */
export const word = (words: ReadonlySet<string>) => ({ schema: optional(NumberOrText), words })

/** A list of members of an open enum. */
export const words = (words: ReadonlySet<string>) => ({ schema: list(NumberOrText), words })

/** Another evidence object, decoded on its own where the mapping needs it. Without a name, any type may stand here. */
export const nested = (declared = "untyped") => ({ schema: Schema.optionalKey(Schema.Unknown), nested: declared })

const structOf = <const F extends FieldRecord>(fields: F): Schema.Struct<Schemas<F>> => {
  const schemas: Record<string, Schema.Top> = {}
  for (const [name, field] of Object.entries(fields)) schemas[name] = field.schema
  return Schema.Struct(schemas) as unknown as Schema.Struct<Schemas<F>>
}

/** A complex type of Graph's schema that is no evidence. */
export const complex = <const F extends FieldRecord>(fields: F) => ({
  schema: structOf(fields),
  fields: new Map(Object.entries(fields)) as Fields
})

/** One value of a complex type. */
export const part = <S extends Schema.Top>(of: { readonly schema: S; readonly fields: Fields }) => ({
  schema: optional(of.schema),
  part: of.fields
})

/** A list of values of a complex type. */
export const parts = <S extends Schema.Top>(of: { readonly schema: S; readonly fields: Fields }) => ({
  schema: list(of.schema),
  part: of.fields
})

/** The properties that every evidence object has. */
export const base = {
  createdDateTime: text,
  detailedRoles: texts,
  remediationStatus: word(Words.evidenceRemediationStatus),
  remediationStatusDetails: text,
  roles: words(Words.evidenceRole),
  tags: texts,
  verdict: word(Words.evidenceVerdict)
}

/** One evidence type of Graph's schema. */
export interface EvidenceType {
  /** CSDL name without namespace and `Evidence`. */
  readonly name: string
  readonly schema: Schema.Decoder<unknown>
  readonly fields: Fields
  /** Why a value does not decode. One that does is not decoded for it: looking costs less. */
  readonly misfit: (value: unknown) => Schema.SchemaError | undefined
}

/** An evidence type of the base properties and its own. What looks at its values is compiled at the first use. */
export const evidence = <const F extends FieldRecord>(name: string, own: F) => {
  const { fields, schema } = complex({ ...base, ...own })
  // No field has a transformation, a default or a declaration: none asks for a service, and what is of its type decodes.
  const decodable = schema as unknown as Schema.Decoder<unknown>
  const fits = Schema.is(decodable)
  const decode = Schema.decodeUnknownResult(decodable)
  const misfit = (value: unknown): Schema.SchemaError | undefined =>
    fits(value) ? undefined : Option.getOrUndefined(Result.getFailure(decode(value)))
  return { name, schema, fields, misfit }
}
