/**
 * What a person's form makes of an instance's document: what it leaves out is kept, and a secret is never handed on to
 * another host.
 */
import { Array, Effect, Option, Predicate, Result, Schema } from "effect"
import { names } from "../endpoints/Endpoints.ts"
import { type InstanceSettings, InstanceSettings as InstanceSchema } from "./InstanceSettings.ts"
import { expectedName, expectedOtherName, sameSlug, wellNamed } from "./Settings.ts"
import { type FormFault, formFaultsOf, tidied } from "./SettingsDocument.ts"

/** A document of settings, as JSON has it. */
export type Document = Readonly<Record<string, unknown>>

/** Settings that a form may change. What else a document holds is kept, and changed where it is stored. */
const changeable: ReadonlySet<string> = new Set([
  "enabled",
  "display_name",
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
  ...names.flatMap((endpoint) => [
    `endpoints.${endpoint}.enabled`,
    `endpoints.${endpoint}.poll_interval_minutes`
  ])
])

/** What holds settings that may be changed. */
const holders = new Set(
  [...changeable].map((path) => path.split(".")).flatMap((parts) =>
    parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."))
  )
)

/** Other ways to sign in than the secret of the document. */
const otherProofs = [
  "client_secret_env",
  "client_secret_file",
  "client_certificate_path",
  "client_private_key_path",
  "federated_token_file"
]

/** Objects in a form lie this deep at the most; what is deeper is no form. */
const depthMax = 4

const isTooDeep = (value: unknown, depth = 0): boolean =>
  isDocument(value) && (depth >= depthMax || Object.values(value).some((one) => isTooDeep(one, depth + 1)))

/** What is shown of a document, and of credentials: settings that are known to be no secret. */
const shownSettings = new Set(Object.keys(InstanceSchema.fields))
const shownCredentials = new Set(
  Object.keys(InstanceSchema.fields.credentials.fields).filter((name) => name !== "client_secret")
)

const isDocument = (value: unknown): value is Document => Predicate.isObject(value) && !Array.isArray(value)

const credentialsOf = (document: Document): Document =>
  isDocument(document["credentials"]) ? document["credentials"] : {}

/** Paths of a form's values; a choice that is an object (`cloud`) is one value. */
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

/** The same cloud says the same: no cloud is the global one. */
const cloudOf = (document: Document): string => JSON.stringify(document["cloud"] ?? "global")

/** How an instance signs in where that is not by a secret of its document; undefined otherwise. */
export const otherProof = (document: Document): string | undefined =>
  otherProofs.find((proof) => credentialsOf(document)[proof] !== undefined)

/** Whether a secret is stored in the document. */
export const hasSecret = (document: Document): boolean => Predicate.isString(credentialsOf(document)["client_secret"])

/** The document without its secret, and without what this version does not know, for people to look at. */
export const withoutSecret = (document: Document): Document => {
  // A document that was torn by hand may have its secret anywhere.
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

/** Faults that the schema does not know: of the name, of what is changed, and of whom a secret would be told. */
const faultsBeside = (
  name: string,
  form: Document,
  stored: Document | undefined,
  names: ReadonlyArray<string>
): ReadonlyArray<FormFault> => {
  const faults = paths(form).filter((path) => !changeable.has(path)).map((path) => ({
    path,
    message: "Expected no such setting here; it is changed where the settings are stored"
  }))
  if (stored === undefined) {
    const other = names.find((other) => sameSlug(other, name))
    if (!wellNamed(name)) {
      faults.push({
        path: "name",
        message: expectedName
      })
    } else if (other !== undefined) {
      faults.push({
        path: "name",
        message: other === name
          ? "Expected a name that no other instance has"
          : expectedOtherName(other)
      })
    }
    return faults
  }
  if (!hasTypedSecret(form) && cloudOf(merged(stored, form)) !== cloudOf(stored)) {
    const proof = otherProof(stored)
    faults.push(
      proof === undefined
        ? {
          path: "credentials.client_secret",
          message: "Expected the client secret once more, because it would be sent to other hosts"
        }
        : {
          path: "cloud",
          message: `Expected the same cloud; with ${proof} it is changed where the settings are stored`
        }
    )
  }
  return faults
}

/**
 * What a form makes of a stored document, or of none.
 *
 * **Details**
 *
 * Blanks around values go, and an empty one takes its setting away, as null does; an empty secret is one that was not
 * typed. A secret that was typed takes the place of any other way to sign in. The result is a document that can be used,
 * and everything is kept in it that the form does not change.
 */
export const fill = (
  name: string,
  form: Document,
  stored: Document | undefined,
  names: ReadonlyArray<string>
): Effect.Effect<{ readonly document: Document; readonly settings: InstanceSettings }, ReadonlyArray<FormFault>> => {
  if (isTooDeep(form)) return Effect.fail([{ path: "", message: "Expected the settings of an instance" }])
  const typed = emptied(form)
  const before = hasTypedSecret(typed) ? withoutProofs(stored ?? {}) : stored ?? {}
  const document = merged(stored === undefined ? { enabled: true, integration_type: "microsoft_graph" } : before, typed)
  const decoded = decode(tidied(document))
  const faults = [
    ...faultsBeside(name, typed, stored, names),
    ...Option.match(Result.getFailure(decoded), { onNone: () => [], onSome: formFaultsOf })
  ]
  return Result.isSuccess(decoded) && Array.isReadonlyArrayEmpty(faults)
    ? Effect.succeed({ document, settings: decoded.success })
    : Effect.fail(faults)
}

const hasTypedSecret = (form: Document) =>
  isDocument(form["credentials"]) && Predicate.isString(form["credentials"]["client_secret"])

/** Trimmed; an empty text is null, but for the secret, which is left out. */
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
    Object.entries(credentialsOf(document)).filter(([name]) => !otherProofs.includes(name))
  )
})
