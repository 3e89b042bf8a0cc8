/**
 * Applies a person's form to an instance's document. Settings that the form leaves out are kept, and a stored secret is
 * never sent to another host.
 */
import { Array, Effect, Equal, Predicate, Result, Schema } from "effect"
import { all, type Endpoint } from "../endpoints/Endpoints.ts"
import { collected } from "./Collect.ts"
import * as Grant from "./Grant.ts"
import { type InstanceSettings, InstanceSettings as InstanceSchema } from "./InstanceSettings.ts"
import { nameFault } from "./Settings.ts"
import { formFaultsOf, tidied } from "./SettingsDocument.ts"
import { isDocument } from "./SettingsFaults.ts"
import type { SettingsStore } from "./SettingsStore.ts"

/** A document of settings, as parsed JSON. */
export type Document = Readonly<Record<string, unknown>>

/** Settings that a form may change. Others are kept, and can be changed only where the document is stored. */
const changeable: ReadonlySet<string> = new Set([
  "enabled",
  "display_name",
  "group",
  "org_id",
  "poll_interval_minutes",
  "lookback_hours",
  "overlap_minutes",
  "late_row_hours",
  "sender_host",
  "cloud",
  "client_secret_expires",
  "credentials.tenant_id",
  "credentials.client_id",
  "credentials.client_secret",
  "credentials.client_secret_expires",
  ...Grant.references.map((reference) => `credentials.${reference}`),
  ...all.flatMap(({ interest, name }: Endpoint) =>
    ["enabled", "poll_interval_minutes", ...(interest === undefined ? [] : ["publish"])].map((setting) =>
      `endpoints.${name}.${setting}`
    )
  )
])

/** Paths of objects that contain changeable settings. */
const holders = new Set(
  [...changeable].map((path) => path.split(".")).flatMap((parts) =>
    parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."))
  )
)

/** Deepest nesting of objects in a form; a deeper document is refused. */
const depthMax = 4

const isTooDeep = (value: unknown, depth = 0): boolean =>
  isDocument(value) && (depth >= depthMax || Object.values(value).some((one) => isTooDeep(one, depth + 1)))

/** Settings, and credentials, that may be shown: those known not to be secret. */
const shownSettings = new Set(Object.keys(InstanceSchema.fields))
const shownCredentials = new Set(
  Object.keys(InstanceSchema.fields.credentials.fields).filter((name) => name !== "client_secret")
)

const credentialsOf = (document: Document): Document =>
  isDocument(document["credentials"]) ? document["credentials"] : {}

/** Returns the paths of a form's values; `cloud` is one value even when it is an object. */
const paths = (form: Document, prefix = ""): ReadonlyArray<string> =>
  Object.entries(form).flatMap(([name, value]) => {
    const path = prefix + name
    return isDocument(value) && path !== "cloud" && (Object.keys(value).length > 0 || holders.has(path))
      ? paths(value, `${path}.`)
      : [path]
  })

const merged = (stored: Document, form: Document, prefix = ""): Document => {
  const result: Record<string, unknown> = { ...stored }
  for (const [name, value] of Object.entries(form)) {
    const before = result[name]
    if (value === null) delete result[name]
    else if (isDocument(value) && prefix + name !== "cloud") {
      result[name] = merged(isDocument(before) ? before : {}, value, `${prefix + name}.`)
    } else result[name] = value
  }
  return result
}

/** Returns a document's cloud; an absent cloud is the global one. */
const cloudOf = (document: Document): unknown => document["cloud"] ?? "global"

/** Returns how an instance signs in without a secret in its document; otherwise undefined. */
export const otherProof = (document: Document): string | undefined =>
  Grant.references.find((proof) => credentialsOf(document)[proof] !== undefined)

/** Whether the document contains a client secret. */
export const hasSecret = (document: Document): boolean => Predicate.isString(credentialsOf(document)["client_secret"])

/** Returns the document for display, without its secret and without settings that this version does not know. */
export const withoutSecret = (stored: Document): Document => {
  const document = collected(stored)
  // A document that was damaged by hand may have its secret anywhere, so only known settings are shown.
  const shown = Object.entries(document).filter(([name]) => shownSettings.has(name) && name !== "credentials")
  return {
    ...Object.fromEntries(shown),
    credentials: Object.fromEntries(
      Object.entries(credentialsOf(document)).filter(([name, value]) =>
        shownCredentials.has(name) && Predicate.isString(value)
      )
    )
  }
}

const decode = Schema.decodeUnknownResult(InstanceSchema, { errors: "all" })

/** Finds faults that the schema cannot: a bad name, a setting not to be changed, a secret sent to another host. */
const faultsBeside = (
  name: string,
  form: Document,
  stored: Document | undefined,
  names: ReadonlyArray<string>
): ReadonlyArray<Grant.FormFault> => {
  const faults = paths(form).filter((path) => !changeable.has(path)).map((path) => ({
    path,
    message: "This setting cannot be changed here; change it where the settings are stored"
  }))
  if (stored === undefined) {
    const message = names.includes(name) ? "Expected a name that no other instance has" : nameFault(name, names)
    return message === undefined ? faults : [...faults, { path: "name", message }]
  }
  if (!hasTypedProof(form) && !Equal.equals(cloudOf(merged(stored, form)), cloudOf(stored))) {
    const proof = otherProof(stored)
    faults.push(
      proof === undefined
        ? {
          path: "credentials.client_secret",
          message: "Enter the client secret again, because it would be sent to other hosts"
        }
        : {
          path: "cloud",
          message: `The cloud cannot be changed here while ${proof} is set; change it where the settings are stored`
        }
    )
  }
  return faults
}

/** Where a form comes from and goes to. */
export interface FormContext {
  /** Names of all instances. */
  readonly names: ReadonlyArray<string>
  /** What a user of the page may name of this machine. */
  readonly grant: Grant.Grant
  /** How the store's documents name files. */
  readonly files: SettingsStore["Service"]["files"]
}

/** What {@link fill} makes. */
export interface Filled {
  /** The document to store. */
  readonly document: Document
  /** The settings that the document means, with paths of files. */
  readonly settings: InstanceSettings
}

/**
 * Applies a form to a stored document, or makes a new one.
 *
 * **Details**
 *
 * Values are trimmed. An empty or null value removes its setting; an empty secret counts as not typed. A typed secret, or
 * the typed name of a granted file, replaces any other way to sign in. The resulting document can be used, and keeps
 * everything that the form does not change.
 */
export const fill = (
  name: string,
  form: Document,
  stored: Document | undefined,
  { files, grant, names }: FormContext
): Effect.Effect<Filled, ReadonlyArray<Grant.FormFault>> => {
  if (isTooDeep(form)) return Effect.fail([{ path: "", message: "Expected the settings of an instance" }])
  const typed = files === "paths" && stored !== undefined ? withoutKept(emptied(form), stored) : emptied(form)
  const isProof = hasTypedProof(typed)
  const before = isProof ? withoutProofs(stored ?? {}) : stored ?? {}
  const named = merged(stored === undefined ? { enabled: true, integration_type: "microsoft_graph" } : before, typed)
  const decoded = decode(collected(tidied(named)))
  // Paths that this machine's administrator stored are not judged; what the form names is.
  const isJudged = files === "names" || isProof
  const faults = [
    ...faultsBeside(name, typed, stored, names),
    ...Result.match(decoded, {
      onFailure: (
        error
      ) => [...formFaultsOf(error), ...(isJudged ? Grant.referenceFaults(grant, credentialsOf(named)) : [])],
      onSuccess: (settings) => isJudged ? Grant.faultsOf(grant, settings) : []
    })
  ]
  if (Result.isFailure(decoded) || !Array.isReadonlyArrayEmpty(faults)) return Effect.fail(faults)
  const settings = isJudged
    ? { ...decoded.success, credentials: Grant.withPaths(grant, decoded.success.credentials) }
    : decoded.success
  const document = files === "paths" && isProof
    ? { ...named, credentials: Grant.withPaths(grant, credentialsOf(named)) }
    : named
  return Effect.succeed({ document, settings })
}

/** Leaves out the references that the form has as they are stored: a person did not type these, but the administrator. */
const withoutKept = (form: Document, stored: Document): Document =>
  isDocument(form["credentials"])
    ? {
      ...form,
      credentials: Object.fromEntries(
        Object.entries(form["credentials"]).filter(([name, value]) =>
          !Grant.references.includes(name) || value !== credentialsOf(stored)[name]
        )
      )
    }
    : form

/** Whether the form has a secret, or names where one is. */
const hasTypedProof = (form: Document) =>
  ["client_secret", ...Grant.references].some((name) => Predicate.isString(credentialsOf(form)[name]))

/** Trims a form's values. An empty value becomes null; an empty secret is left out. */
const emptied = (form: Document, prefix = ""): Document =>
  Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => {
      const path = prefix + name
      if (isDocument(value)) return [[name, emptied(value, `${path}.`)]]
      const text = Predicate.isString(value) ? value.trim() : value
      const empty = text === "" || text === null
      if (empty && path === "credentials.client_secret") return []
      return [[name, empty ? null : text]]
    })
  )

const withoutProofs = (document: Document): Document => ({
  ...document,
  credentials: Object.fromEntries(
    Object.entries(credentialsOf(document)).filter(([name]) =>
      name !== "client_secret" && !Grant.references.includes(name)
    )
  )
})
