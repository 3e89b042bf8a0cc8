/** Decodes settings from JSON text, and reports every fault at once. */
import { Array, Effect, Option, Predicate, Record, Result, Schema, SchemaIssue } from "effect"
import { findNodeAtLocation, parseTree } from "jsonc-parser"
import { nested } from "./FlatKeys.ts"
import * as Grant from "./Grant.ts"
import { type InstanceSettings, InstanceSettings as InstanceSchema } from "./InstanceSettings.ts"
import { ProcessSettings, Settings } from "./Settings.ts"

/** Failure: the settings cannot be used. Each fault is one line: its path and what was expected, never a value. */
export class BadSettings extends Schema.TaggedError<BadSettings>()("BadSettings", {
  /** The file, key or environment that was read. */
  source: Schema.String,
  /** The instance of the document, where each instance has its own document. */
  instance: Schema.optionalKey(Schema.String),
  /** The instance that was there first, where `instance` is refused because its name is the same but for case and punctuation. */
  holder: Schema.optionalKey(Schema.String),
  faults: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.source} cannot be used:\n${this.faults.map((fault) => `  ${fault}`).join("\n")}`
  }
}

/** Trims pasted values; an empty or null value counts as absent. */
export const tidied = (value: unknown): unknown => {
  if (Predicate.isString(value)) return value.trim()
  if (Array.isArray(value)) return value.map(tidied)
  if (!Predicate.isObject(value)) return value
  return Record.filter(
    Record.map(value as Readonly<Record<string, unknown>>, tidied),
    (field) => field !== null && field !== ""
  )
}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

type Issue = ReturnType<typeof formatIssue>["issues"][number]

/** A key of a document may hold anything; a line end in it must not look like the next fault. */
const pathOf = (path: Issue["path"]) =>
  (path ?? []).map((part) => String(Predicate.isObject(part) ? part["key"] : part)).join(".").replaceAll(/\s+/g, " ")

/** Returns the faults of a document as objects, without values. */
export const formFaultsOf = (error: Schema.SchemaError): ReadonlyArray<Grant.FormFault> =>
  formatIssue(error.issue).issues.map(({ message, path }) => ({ path: pathOf(path), message }))

/** Formats a fault as a line: path and what was expected there. */
export const faultLine = ({ message, path }: Grant.FormFault): string => path === "" ? message : `${path}: ${message}`

/** Returns the faults of a document as lines, without values. */
export const faultsOf = (error: Schema.SchemaError): ReadonlyArray<string> => formFaultsOf(error).map(faultLine)

const strictly = Schema.decodeUnknownResult(Settings, { errors: "all", onExcessProperty: "error" })

/** Returns the names of settings that this version does not know: they have no effect and are most likely misspelt. */
export const unknownSettings = (text: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.match(Schema.decodeEffect(Json)(text.replace(/^\uFEFF/, "")), {
    onFailure: () => [],
    onSuccess: (json) =>
      Result.match(strictly(tidied(json)), {
        onSuccess: () => [],
        onFailure: ({ issue }) =>
          formatIssue(issue).issues.flatMap(({ message, path }) =>
            message === "Expected no excess property" ? [pathOf(path)] : []
          )
      })
  })

/**
 * Returns the names of the instances in the order in which the text has them. An object of JavaScript has names of digits
 * first, whatever the text says.
 */
export const instanceOrder = (text: string): ReadonlyArray<string> => {
  const tree = parseTree(text.replace(/^\uFEFF/, ""))
  const instances = tree === undefined ? undefined : findNodeAtLocation(tree, ["instances"])
  return (instances?.children ?? []).flatMap(({ children }) => {
    const name: unknown = children?.[0]?.value
    return Predicate.isString(name) ? [name] : []
  })
}

const Json = Schema.fromJsonString(Schema.Unknown)

const decodeWith = <A, E>(schema: Schema.ConstraintCodec<A, E>, prepared = (json: unknown): unknown => json) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  return Effect.fnUntraced(function*(source: string, text: string): Effect.fn.Return<A, BadSettings> {
    const json = yield* Effect.mapError(
      Schema.decodeEffect(Json)(text.replace(/^\uFEFF/, "")),
      () => new BadSettings({ source, faults: ["Expected JSON; look for a missing or extra comma, quote or brace"] })
    )
    return yield* Effect.fromResult(
      Result.mapError(decode(prepared(tidied(json))), (error) => new BadSettings({ source, faults: faultsOf(error) }))
    )
  })
}

/** Decodes a settings file; fails with all its faults. */
export const decodeSettings: (source: string, text: string) => Effect.Effect<Settings, BadSettings> = decodeWith(
  Settings
)

/** Decodes the settings of a process in Conductor, where each instance has its own document. */
export const decodeProcess: (source: string, text: string) => Effect.Effect<ProcessSettings, BadSettings> = decodeWith(
  ProcessSettings
)

/** Decodes one instance's document, as Conductor stores it. */
export const decodeInstance: (source: string, text: string) => Effect.Effect<InstanceSettings, BadSettings> =
  decodeWith(InstanceSchema, nested)

/**
 * Decodes an instance's document of a place that others can write to: it may name only what the environment grants. The
 * names of granted files become their paths.
 */
export const decodeGranted = Effect.fnUntraced(
  function*(grant: Grant.Grant, source: string, text: string): Effect.fn.Return<InstanceSettings, BadSettings> {
    const settings = yield* decodeInstance(source, text)
    const faults = Grant.faultsOf(grant, settings).map(faultLine)
    if (faults.length > 0) return yield* new BadSettings({ source, faults })
    return { ...settings, credentials: Grant.withPaths(grant, settings.credentials) }
  }
)

const variables = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] as const

/** Settings of one instance named `default`, from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET`. */
export const fromEnvironment = (
  variable: (name: string) => Option.Option<string>
): Effect.Effect<Settings, BadSettings> => {
  const missing = variables.filter((name) => Option.getOrElse(variable(name), () => "").trim() === "")
  if (missing.length > 0) {
    return Effect.fail(
      new BadSettings({
        source: "The environment",
        faults: missing.map((name) => `${name}: not set; set it, or give a settings file with --config FILE`)
      })
    )
  }
  const [tenant_id, client_id, client_secret] = variables.map((name) => Option.getOrElse(variable(name), () => ""))
  const decode = Schema.decodeUnknownResult(Settings, { errors: "all" })
  return Effect.fromResult(
    Result.mapError(
      decode(tidied({ instances: { default: { credentials: { tenant_id, client_id, client_secret } } } })),
      (error) => new BadSettings({ source: "The environment", faults: faultsOf(error) })
    )
  )
}
