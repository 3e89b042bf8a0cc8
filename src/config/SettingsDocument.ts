/** Decodes settings from JSON text, and reports every fault at once. */
import { Array, Effect, Option, Predicate, Record, Result, Schema, SchemaIssue } from "effect"
import { findNodeAtLocation } from "jsonc-parser"
import { collected } from "./Collect.ts"
import { exampleIdsIn } from "./ExampleIds.ts"
import { nested } from "./FlatKeys.ts"
import * as Grant from "./Grant.ts"
import { type InstanceSettings, InstanceSettings as InstanceSchema } from "./InstanceSettings.ts"
import { nameFaults, ProcessSettings, Settings } from "./Settings.ts"
import { inWords, isDocument, namesOf, nearest, proofFault } from "./SettingsFaults.ts"
import * as WrittenJson from "./WrittenJson.ts"

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
  formatIssue(error.issue).issues.map(({ message, path }) => ({ path: pathOf(path), message: inWords(message) }))

/** Formats a fault as a line: path and what was expected there. */
export const faultLine = ({ message, path }: Grant.FormFault): string => path === "" ? message : `${path}: ${message}`

/** Returns the faults of a document as lines, without values. */
export const faultsOf = (error: Schema.SchemaError): ReadonlyArray<string> => formFaultsOf(error).map(faultLine)

const unexpected = "Expected no excess property"

const known = namesOf(Settings.ast)

/** Returns the settings of a document that this version does not know, each with the name that was most likely meant. */
const unknownIn = (decoded: Result.Result<unknown, Schema.SchemaError>): ReadonlyArray<Grant.FormFault> =>
  Result.isSuccess(decoded) ? [] : formatIssue(decoded.failure.issue).issues.flatMap(({ message, path }) => {
    if (message !== unexpected) return []
    const at = pathOf(path)
    const meant = nearest(at.split(".").at(-1)!, known)
    return [{ path: at, message: meant === undefined ? "" : `did you mean ${meant}?` }]
  })

const strictly = Schema.decodeUnknownResult(Settings, { errors: "all", onExcessProperty: "error" })

/** A remark on settings that can be used, and most likely are not meant so. */
export interface Remark {
  readonly message: string
  readonly remedy: string
}

/** Returns remarks on a settings file. */
export const remarksOn = (text: string): ReadonlyArray<Remark> => {
  const json = WrittenJson.read(withoutMark(text))
  if (Result.isFailure(json)) return []
  const document = tidied(json.success.value)
  return [
    ...unknownIn(strictly(document)).map(({ message, path }) => ({
      message: `the setting ${path} is not known and has no effect`,
      remedy: message === "" ? "look at its spelling" : message
    })),
    ...exampleIdsIn(document)
  ]
}

const withoutMark = (text: string) => text.replace(/^\uFEFF/, "")

/**
 * Returns the names of the instances in the order in which the text has them. An object of JavaScript has names of digits
 * first, whatever the text says.
 */
export const instanceOrder = (text: string): ReadonlyArray<string> => {
  const json = WrittenJson.read(withoutMark(text))
  const instances = Result.isFailure(json) ? undefined : findNodeAtLocation(json.success.tree, ["instances"])
  return (instances?.children ?? []).flatMap(({ children }) => {
    const name: unknown = children?.[0]?.value
    return Predicate.isString(name) ? [name] : []
  })
}

/** Faults across several settings: the schema looks for them only where each setting alone is good. */
type Across = (document: Readonly<Record<string, unknown>>) => ReadonlyArray<Grant.FormFault>

const acrossInstance = (prefix: ReadonlyArray<string>): Across => ({ credentials }) => {
  const fault = isDocument(credentials) ? proofFault(credentials) : undefined
  if (fault === undefined) return []
  const { issue, path } = Predicate.isString(fault) ? { issue: fault, path: [] } : fault
  return [{ path: pathOf([...prefix, "credentials", ...path]), message: issue }]
}

const acrossSettings: Across = ({ instances }) =>
  isDocument(instances)
    ? [
      ...[...nameFaults(Object.keys(instances))].map(([name, { message }]) => ({
        path: pathOf(["instances", name]),
        message
      })),
      ...Object.entries(instances).flatMap(([name, document]) =>
        isDocument(document) ? acrossInstance(["instances", name])(document) : []
      )
    ]
    : []

const decodeWith = <A, E>(
  schema: Schema.ConstraintCodec<A, E>,
  across: Across = () => [],
  prepared = (json: unknown): unknown => json
) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  const strictly = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  /** All faults of a document that cannot be decoded, in one go. */
  const all = (document: unknown, error: Schema.SchemaError): ReadonlyArray<string> => {
    if (!isDocument(document)) return [`Expected an object in braces, { }, and it is ${WrittenJson.kindOf(document)}`]
    const unknown = unknownIn(strictly(document)).map(({ message, path }) => ({
      path,
      message: `Expected no such setting${message === "" ? "" : `: ${message}`}`
    }))
    return Array.dedupe([...faultsOf(error), ...[...across(document), ...unknown].map(faultLine)])
  }
  return (source: string, text: string): Effect.Effect<A, BadSettings> =>
    Effect.fromResult(Result.gen(function*() {
      const bad = (faults: ReadonlyArray<string>) => new BadSettings({ source, faults })
      const { doubled, value } = yield* Result.mapError(WrittenJson.read(withoutMark(text)), (fault) => bad([fault]))
      const document = prepared(tidied(value))
      const settings = yield* Result.mapError(decode(document), (error) => bad([...doubled, ...all(document, error)]))
      return doubled.length === 0 ? settings : yield* Result.fail(bad(doubled))
    }))
}

/** No instance at all is none yet, and so is an empty list. Each says which endpoints are on. */
const withInstances = (json: unknown): unknown => {
  if (!isDocument(json)) return json
  const { instances = {} } = json
  if (!isDocument(instances)) {
    return { ...json, instances: Array.isArray(instances) && instances.length === 0 ? {} : instances }
  }
  return { ...json, instances: Record.map(instances, collected) }
}

/** Decodes a settings file; fails with all its faults. */
export const decodeSettings: (source: string, text: string) => Effect.Effect<Settings, BadSettings> = decodeWith(
  Settings,
  acrossSettings,
  withInstances
)

const partsOfProcess = ["checkpoint", "search", "page", "limits", "log"] as const

/**
 * Returns what a settings file that cannot be used says of the process, without instances: each part that is good, and the
 * default of each that is not. A bad sink counts as one without a directory. Undefined for a text that is no JSON object.
 */
export const salvaged = (text: string): Settings | undefined => {
  const json = Result.getOrUndefined(WrittenJson.read(withoutMark(text)))
  const document = json === undefined ? undefined : tidied(json.value)
  if (!isDocument(document)) return undefined
  const decode = Schema.decodeUnknownResult(Settings)
  const isGood = (part: Readonly<Record<string, unknown>>) => Result.isSuccess(decode({ ...part, instances: {} }))
  const { sink } = document
  const parts = partsOfProcess.flatMap((key) =>
    document[key] !== undefined && isGood({ [key]: document[key] }) ? [[key, document[key]] as const] : []
  )
  return Result.getOrUndefined(decode({
    instances: {},
    ...Object.fromEntries(parts),
    ...(sink === undefined ? {} : { sink: isGood({ sink }) ? sink : { type: "stdout" } })
  }))
}

/** Decodes the settings of a process in Conductor, where each instance has its own document. */
export const decodeProcess: (source: string, text: string) => Effect.Effect<ProcessSettings, BadSettings> = decodeWith(
  ProcessSettings
)

/** Decodes one instance's document, as Conductor stores it. */
export const decodeInstance: (source: string, text: string) => Effect.Effect<InstanceSettings, BadSettings> =
  decodeWith(InstanceSchema, acrossInstance([]), (json) => collected(nested(json)))

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
