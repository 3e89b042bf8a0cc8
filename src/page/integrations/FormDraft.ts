/** Converts between stored settings and the texts that a form holds. */
import type { Fault, StoredInstance } from "../Client.ts"
import { eachSetting, type EndpointPath } from "./EndpointFacts.ts"

/** The named clouds, and `custom` for other URLs. */
export type Cloud = "global" | "usgov" | "usgovdod" | "custom"

const ownPaths = [
  "name",
  "credentials.tenant_id",
  "credentials.client_id",
  "credentials.client_secret",
  "poll_interval_minutes",
  "enabled",
  "proof",
  "credentials.client_secret_file",
  "credentials.client_certificate_path",
  "credentials.client_private_key_path",
  "credentials.federated_token_file",
  "display_name",
  "group",
  "client_secret_expires",
  "lookback_hours",
  "overlap_minutes",
  "late_row_hours",
  "sender_host",
  "cloud",
  "cloud.login",
  "cloud.graph"
] as const

/** A field, by the path of its setting. */
export type Path = typeof ownPaths[number] | EndpointPath

/** Paths of the fields, as faults name them. */
export const paths: ReadonlyArray<Path> = [
  ...ownPaths,
  ...Object.keys(eachSetting(() => "")) as ReadonlyArray<EndpointPath>
]

/** The typed texts, by field; switches are `true` or `false`. */
export type Draft = Readonly<Record<Path, string>>

/** Fields outside the fold. */
const plain: ReadonlySet<string> = new Set(paths.slice(0, 6))

/** Values of a new instance; an empty text stands for the default that the field shows. */
const blank: Draft = {
  ...Object.fromEntries(paths.map((path) => [path, ""])) as Draft,
  poll_interval_minutes: "5",
  enabled: "true",
  proof: "secret",
  sender_host: "record",
  cloud: "global",
  ...eachSetting(({ isOn }, setting) => setting === "enabled" ? String(isOn) : setting === "publish" ? "all" : "")
}

/** Ways to sign in, with their words and the settings of each. */
export const proofs = [
  { name: "secret", label: "Client secret", of: ["credentials.client_secret"] },
  {
    name: "certificate",
    label: "Certificate",
    of: ["credentials.client_certificate_path", "credentials.client_private_key_path"]
  },
  { name: "federated", label: "Federated credential", of: ["credentials.federated_token_file"] },
  { name: "file", label: "Client secret in a file", of: ["credentials.client_secret_file"] }
] as const satisfies ReadonlyArray<{ readonly name: string; readonly label: string; readonly of: ReadonlyArray<Path> }>

const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** What a pasted secret looks like when it is the wrong one of the two that Entra ID shows. */
export const secretRemark = (secret: string): string | undefined =>
  guid.test(secret.trim()) ? "This looks like the Secret ID. The secret is in the column Value beside it." : undefined

declare const __SIGN_IN__: Readonly<Record<string, string>>

/** Where an administrator of the tenant gives consent; undefined until both IDs are typed, and in other clouds. */
export const consentUrl = (draft: Draft): string | undefined => {
  const [tenant, application] = [draft["credentials.tenant_id"].trim(), draft["credentials.client_id"].trim()]
  const origin = __SIGN_IN__[draft.cloud]
  return origin !== undefined && guid.test(tenant) && guid.test(application)
    ? `${origin}/${tenant}/adminconsent?client_id=${application}`
    : undefined
}

type Document = Readonly<Record<string, unknown>>

const isDocument = (value: unknown): value is Document =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const valueAt = (document: Document, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => isDocument(value) ? value[key] : undefined, document)

/** Path of the secret's expiry: in `credentials`, unless it is stored at the top level. */
const expiresPath = (document: Document) =>
  valueAt(document, "client_secret_expires") === undefined
    ? "credentials.client_secret_expires"
    : "client_secret_expires"

/** The texts with which a form begins. */
export const draftOf = (stored: StoredInstance | undefined): Draft => {
  if (stored === undefined) return blank
  const { document, name } = stored
  const draft: Record<Path, string> = { ...blank, name }
  for (const path of paths) {
    const value = valueAt(document, path === "client_secret_expires" ? expiresPath(document) : path)
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      draft[path] = String(value)
    }
  }
  draft.name = name
  draft.proof = proofs.find(({ of }) => of.some((path) => draft[path] !== ""))?.name ?? "secret"
  draft["credentials.client_secret"] = ""
  if (isDocument(document["cloud"])) draft.cloud = "custom"
  return draft
}

const switches: ReadonlySet<Path> = new Set(paths.filter((path) => path.endsWith("enabled")))
const numeric = /(?:_minutes|_hours)$/

const settingOf = (path: Path, text: string): unknown => {
  const typed = text.trim()
  if (switches.has(path)) return text === "true"
  if (typed === "") return null
  // An invalid number is sent as it was typed, so that its fault comes back.
  return numeric.test(path) && /^-?\d+(?:\.\d+)?$/.test(typed) ? Number(typed) : typed
}

const put = (document: Record<string, unknown>, path: string, value: unknown) => {
  const keys = path.split(".")
  const last = keys.pop()!
  let place = document
  for (const key of keys) place = (place[key] ??= {}) as Record<string, unknown>
  place[last] = value
}

const cloudOf = (draft: Draft): unknown =>
  draft.cloud === "custom" ? { login: draft["cloud.login"].trim(), graph: draft["cloud.graph"].trim() } : draft.cloud

/** Fields of the ways to sign in that are not chosen. */
const unchosenOf = (draft: Draft): ReadonlySet<string> =>
  new Set(proofs.flatMap(({ name, of }) => name === draft.proof ? [] : of))

/** Returns the settings that a draft changes; for a new instance the plain fields, and others without their default. */
export const documentOf = (draft: Draft, stored: StoredInstance | undefined): Document => {
  const before = draftOf(stored)
  // Without any credentials, the schema would not name the missing fields.
  const document: Record<string, unknown> = stored === undefined ? { credentials: {} } : {}
  const unchosen = unchosenOf(draft)
  for (const path of paths) {
    if (path === "name" || path === "proof" || path.startsWith("cloud") || unchosen.has(path)) continue
    const isNew = stored === undefined && (plain.has(path) || draft[path] !== before[path])
    if (!isNew && draft[path] === before[path]) continue
    const value = settingOf(path, draft[path])
    if (value === null && (stored === undefined || path === "credentials.client_secret")) continue
    put(document, path === "client_secret_expires" ? expiresPath(stored?.document ?? {}) : path, value)
  }
  if (JSON.stringify(cloudOf(draft)) !== JSON.stringify(cloudOf(before))) document["cloud"] = cloudOf(draft)
  return document
}

/** Whether something was typed that would be lost. */
export const isChanged = (draft: Draft, stored: StoredInstance | undefined): boolean => {
  const before = draftOf(stored)
  return paths.some((path) => draft[path] !== before[path])
}

const endpointSwitches = paths.filter((path) => /^endpoints\..*enabled$/.test(path))

/** Faults that the schema does not know: an enabled instance without endpoints would wait forever. */
export const ownFaults = (draft: Draft): ReadonlyArray<Fault> =>
  draft.enabled === "true" && endpointSwitches.every((path) => draft[path] !== "true")
    ? [{ path: endpointSwitches[0]!, message: "Expected at least one endpoint, or the instance disabled" }]
    : []

/** Removes the fault of a field that is being typed in; switches lose theirs together. */
export const without = (faults: PlacedFaults, path: Path): PlacedFaults => {
  const gone = switches.has(path) ? [...switches] : [path]
  if (!gone.some((one) => faults.byPath.has(one))) return faults
  return { ...faults, byPath: new Map(Array.from(faults.byPath).filter(([one]) => !gone.includes(one))) }
}

/** Faults by field, and those that belong to no field. */
export interface PlacedFaults {
  readonly byPath: ReadonlyMap<Path, string>
  readonly others: ReadonlyArray<Fault>
  /** The first field with a fault, in the order of the form. */
  readonly first: Path | undefined
}

/** The faults of a form before any check. */
export const noFaults: PlacedFaults = { byPath: new Map(), others: [], first: undefined }

/** What an empty field says that must not be empty. */
const required = "Required"

/** Assigns faults to their fields. The schema reports a missing secret only after all else, so it is reported here. */
export const placed = (
  faults: ReadonlyArray<Fault>,
  draft: Draft,
  stored: StoredInstance | undefined
): PlacedFaults => {
  const byPath = new Map<Path, string>()
  const others: Array<Fault> = []
  for (const fault of faults) {
    const path = fault.path === "credentials.client_secret_expires" ? "client_secret_expires" : fault.path
    const isShown = (draft.cloud === "custom" || !path.startsWith("cloud.")) && !unchosenOf(draft).has(path)
    const field = paths.find((known) => known === path && isShown)
    if (field === undefined) others.push(fault)
    else {
      const message = fault.message.endsWith(", and there is none") ? required : fault.message
      const before = byPath.get(field)
      byPath.set(field, before === undefined || before === message ? message : `${before}; ${message}`)
    }
  }
  if (stored === undefined && byPath.size > 0) {
    for (const path of proofs.find(({ name }) => name === draft.proof)?.of ?? []) {
      if (draft[path] === "" && !byPath.has(path)) byPath.set(path, required)
    }
  }
  return { byPath, others, first: paths.find((path) => byPath.has(path)) }
}

/** Whether a field in the fold has a fault. */
export const isFoldedFaulty = ({ byPath }: PlacedFaults): boolean =>
  Array.from(byPath.keys()).some((path) => !plain.has(path) && !path.startsWith("credentials."))
