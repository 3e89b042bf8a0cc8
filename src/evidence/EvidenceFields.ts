/**
 * Building blocks of the evidence schemas, and the properties that every evidence object has.
 *
 * Every property is optional and nullable: real payloads leave out even properties that Graph's schema calls required.
 * Schemas use only structs, optional keys and plain unions, because transformations, declarations and suspended schemas
 * would cost the compiled decoders their fast path. What a schema cannot express (known words of an open enum, declared
 * type of a nested object) is kept beside it in the field.
 */
import { Option, Result, Schema } from "effect"
import * as Words from "./EvidenceWords.ts"

/** One property of a type: its schema, and what the drift report needs to know about it. */
export interface Field<S extends Schema.Top = Schema.Top> {
  readonly schema: S
  /**
   * Whether a value of JSON fits the schema, apart from what {@link part} and {@link nested} hold; cheaper than the schema.
   * May say no of a value that fits.
   */
  readonly fits: (value: unknown) => boolean
  /** Known members of an open enum. */
  readonly words?: ReadonlySet<string>
  /** Fields of a complex value, or of each complex value in a list. */
  readonly part?: Fields
  /** Declared type of nested evidence, or of each object in a list; `untyped` allows any. */
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

type Fits = Field["fits"]

const isText: Fits = (value) => typeof value === "string" || value === null
const isFlag: Fits = (value) => typeof value === "boolean" || value === null
const isNumber: Fits = (value) => Number.isFinite(value) || value === null
const isNumberOrText: Fits = (value) => isText(value) || isNumber(value)
const isPart: Fits = (value) => typeof value === "object" && !Array.isArray(value)
const isAnything: Fits = () => true

const eachOf = (fits: Fits): Fits => (value) => {
  if (!Array.isArray(value)) return value === null
  for (const one of value) if (!fits(one)) return false
  return true
}
const isTexts = eachOf(isText)
const isWords = eachOf(isNumberOrText)
const isParts = eachOf(isPart)

/** Field of a string, a date or a GUID. */
export const text = { schema: optional(Schema.String), fits: isText }

/** Field of a list of strings. */
export const texts = { schema: list(Schema.String), fits: isTexts }

/** Field of a boolean. */
export const flag = { schema: optional(Schema.Boolean), fits: isFlag }

/** Field of a 32-bit integer or a floating-point number. */
export const number = { schema: optional(Schema.Finite), fits: isNumber }

/** Field of a 64-bit integer, which OData may write as a string. */
export const int64 = { schema: optional(NumberOrText), fits: isNumberOrText }

/** Field of an open type, whose properties are not checked. */
export const dictionary = { schema: Schema.optionalKey(Schema.Unknown), fits: isAnything }

/** Field of an open enum: Graph may add words at any time. */
export const word = (words: ReadonlySet<string>) => ({ schema: optional(NumberOrText), fits: isNumberOrText, words })

/** Field of a list of words of an open enum. */
export const words = (words: ReadonlySet<string>) => ({ schema: list(NumberOrText), fits: isWords, words })

/** Field of other evidence, decoded on its own; without `declared`, of any type. */
export const nested = (declared = "untyped") => ({
  schema: Schema.optionalKey(Schema.Unknown),
  fits: isAnything,
  nested: declared
})

const structOf = <const F extends FieldRecord>(fields: F): Schema.Struct<Schemas<F>> => {
  const schemas: Record<string, Schema.Top> = {}
  for (const [name, field] of Object.entries(fields)) schemas[name] = field.schema
  return Schema.Struct(schemas) as unknown as Schema.Struct<Schemas<F>>
}

/** Defines a complex type of Graph's schema that is not evidence. */
export const complex = <const F extends FieldRecord>(fields: F) => ({
  schema: structOf(fields),
  fields: new Map(Object.entries(fields)) as Fields
})

/** Field of one value of a complex type. */
export const part = <S extends Schema.Top>(of: { readonly schema: S; readonly fields: Fields }) => ({
  schema: optional(of.schema),
  fits: isPart,
  part: of.fields
})

/** Field of a list of values of a complex type. */
export const parts = <S extends Schema.Top>(of: { readonly schema: S; readonly fields: Fields }) => ({
  schema: list(of.schema),
  fits: isParts,
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
  /** Returns why a value does not decode. A value that fits is not decoded, which would cost more. */
  readonly misfit: (value: unknown) => Schema.SchemaError | undefined
}

/** Defines an evidence type by its own properties; its checks are compiled at the first use. */
export const evidence = <const F extends FieldRecord>(name: string, own: F) => {
  const { fields, schema } = complex({ ...base, ...own })
  // Without transformations, defaults and declarations decoding needs no service, and a value that fits decodes.
  const decodable = schema as unknown as Schema.Decoder<unknown>
  const fits = Schema.is(decodable)
  const decode = Schema.decodeUnknownResult(decodable)
  const misfit = (value: unknown): Schema.SchemaError | undefined =>
    fits(value) ? undefined : Option.getOrUndefined(Result.getFailure(decode(value)))
  return { name, schema, fields, misfit }
}
