/** Decodes evidence of any type and refuses none: what does not fit is passed on and reported as drift. */
import { type Schema, SchemaIssue } from "effect"
import * as Application from "./ApplicationEvidence.ts"
import * as Cloud from "./CloudEvidence.ts"
import * as Container from "./ContainerEvidence.ts"
import * as Device from "./DeviceEvidence.ts"
import * as Drift from "./Drift.ts"
import type { EvidenceType, Field, Fields } from "./EvidenceFields.ts"
import * as File from "./FileEvidence.ts"
import * as GitHub from "./GitHubEvidence.ts"
import * as Identity from "./IdentityEvidence.ts"
import * as Kubernetes from "./KubernetesEvidence.ts"
import * as Mail from "./MailEvidence.ts"
import * as Network from "./NetworkEvidence.ts"
import * as Registry from "./RegistryEvidence.ts"
import * as Spelling from "./Spelling.ts"

/** One element of an alert's evidence: its type, the object itself, and what did not fit. */
export interface DecodedEvidence {
  /**
   * The CSDL name without namespace and `Evidence`: `mailbox`, `analyzedMessage`, …. An unknown type keeps its raw
   * `@odata.type`; an element without one is `untyped`.
   */
  readonly type: string
  readonly known: boolean
  /** Path of the first value that does not fit a known type's schema; `[]` stands for an element of a list. */
  readonly partial: string | undefined
  /**
   * The parsed object itself, or a copy with names spelled as in the schema; an empty object when the element is not an
   * object.
   */
  readonly value: Readonly<Record<string, unknown>>
  readonly drift: ReadonlyArray<Drift.Drift>
}

/** The evidence types of Graph's schema, grouped by family. */
export const types: ReadonlyArray<EvidenceType> = [
  Application.AiAgent,
  Application.CloudApplication,
  Application.OauthApplication,
  Cloud.AmazonResource,
  Cloud.AzureResource,
  Cloud.Blob,
  Cloud.BlobContainer,
  Cloud.GoogleCloudResource,
  Cloud.SasToken,
  Container.Container,
  Container.ContainerImage,
  Container.ContainerRegistry,
  Device.Device,
  Device.IoTDevice,
  File.File,
  File.FileHash,
  File.Malware,
  File.Process,
  GitHub.GitHubOrganization,
  GitHub.GitHubRepo,
  GitHub.GitHubUser,
  Identity.ActiveDirectoryDomain,
  Identity.CloudLogonRequest,
  Identity.CloudLogonSession,
  Identity.HostLogonSession,
  Identity.SecurityGroup,
  Identity.ServicePrincipal,
  Identity.User,
  Kubernetes.KubernetesCluster,
  Kubernetes.KubernetesController,
  Kubernetes.KubernetesNamespace,
  Kubernetes.KubernetesPod,
  Kubernetes.KubernetesSecret,
  Kubernetes.KubernetesService,
  Kubernetes.KubernetesServiceAccount,
  Mail.AnalyzedMessage,
  Mail.Mailbox,
  Mail.MailboxConfiguration,
  Mail.MailCluster,
  Mail.SubmissionMail,
  Mail.TeamsMessage,
  Network.Dns,
  Network.Ip,
  Network.NetworkConnection,
  Network.Nic,
  Network.Url,
  Registry.RegistryKey,
  Registry.RegistryValue
]

/** Keys are lower case without `#`: Microsoft's own pages disagree about the case of several types. */
const byODataType: ReadonlyMap<string, EvidenceType> = new Map(
  types.map((type) => [`microsoft.graph.security.${type.name.toLowerCase()}evidence`, type])
)
/** Keys as Graph nearly always writes them. */
const byExactODataType: ReadonlyMap<string, EvidenceType> = new Map(
  types.map((type) => [`#microsoft.graph.security.${type.name}Evidence`, type])
)
const byName: ReadonlyMap<string, EvidenceType> = new Map(types.map((type) => [type.name, type]))

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** Returns a type, or an unknown type's raw name. A nested object without `@odata.type` has its declared type. */
const typeOf = (value: Json, declared: string | undefined): EvidenceType | string | undefined => {
  const raw = value["@odata.type"]
  if (typeof raw === "string" && raw !== "") {
    return byExactODataType.get(raw) ?? byODataType.get(raw.toLowerCase().replace(/^#/, "")) ?? raw
  }
  return declared === undefined ? undefined : byName.get(declared)
}

/** Levels of nested evidence that are decoded, as in a container: pod, namespace, cluster, cloud resource. */
const depthMax = 4

const spellings = new WeakMap<Fields, Spelling.Spelling>()

const spellingOf = (fields: Fields): Spelling.Spelling => {
  const known = spellings.get(fields)
  if (known !== undefined) return known
  const made = Spelling.make(fields.keys())
  spellings.set(fields, made)
  return made
}

/** Names of evidence whose type is unknown, or not told, and whose properties are read by their names. */
const usual = Spelling.make([
  ...new Set(types.flatMap(({ fields }) => Array.from(fields.keys()))),
  "@odata.type",
  "userPrincipalName",
  "fileName",
  "filePath",
  "sha256",
  "sha1",
  "md5"
])

/** Returns the value, or a copy in which it and what it holds have the names of the schema. */
const respelled = (value: Json, fields: Fields, depth: number): Json => {
  const found = Spelling.spelled(value, spellingOf(fields))
  const inner = Object.entries(found).flatMap(([name, content]) => {
    const part = fields.get(name)?.part
    const nestedType = fields.get(name)?.nested
    if (part === undefined && nestedType === undefined) return []
    const of = (one: unknown): unknown => {
      if (!isObject(one)) return one
      if (part !== undefined) return respelled(one, part, depth)
      const type = depth < depthMax ? typeOf(one, nestedType) : undefined
      return typeof type === "object" ? respelled(one, type.fields, depth + 1) : one
    }
    return [[name, Array.isArray(content) ? content.map(of) : of(content)] as const]
  })
  return inner.length === 0 ? found : { ...found, ...Object.fromEntries(inner) }
}

/**
 * Reports drift, and returns whether each value looks as its schema has it: one look at each property, and only what does not
 * is checked by the schema. Paths are built only for reports: nearly all evidence has no drift.
 */
const review = (value: Json, fields: Fields, path: string, depth: number, drift: Array<Drift.Drift>): boolean => {
  let fits = true
  for (const name in value) {
    const field = fields.get(name)
    if (field === undefined) {
      // `@odata.type`, `roles@odata.type` and the like only describe properties.
      if (!name.includes("@")) drift.push(Drift.make("property", `${path}.${name}`))
      continue
    }
    const content = value[name]
    if (!field.fits(content)) fits = false
    if (field.words === undefined && field.part === undefined && field.nested === undefined) continue
    if (Array.isArray(content)) {
      for (const one of content) if (!reviewField(one, field, path, name, depth, drift)) fits = false
    } else if (!reviewField(content, field, path, name, depth, drift)) fits = false
  }
  return fits
}

const reviewField = (
  content: unknown,
  field: Field,
  path: string,
  name: string,
  depth: number,
  drift: Array<Drift.Drift>
): boolean => {
  if (field.words !== undefined) {
    if ((typeof content === "string" || typeof content === "number") && !Drift.isWordOf(field.words, String(content))) {
      drift.push(Drift.make("enum_value", `${path}.${name}=${Drift.word(content)}`))
    }
  } else if (isObject(content)) {
    if (field.part !== undefined) return review(content, field.part, `${path}.${name}`, depth, drift)
    if (field.nested !== undefined && depth < depthMax) {
      for (const one of decodeNested(content, field.nested, depth + 1).drift) drift.push(one)
    }
  }
  return true
}

const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** Returns an issue's path, with `[]` for list indexes: each index would become a metric. */
const pathOf = (error: Schema.SchemaError): string => {
  let path = ""
  for (const step of standardIssues(error.issue).issues[0]?.path ?? []) {
    const key = typeof step === "object" ? step.key : step
    path += typeof key === "number" ? "[]" : path === "" ? String(key) : `.${String(key)}`
  }
  return path
}

const none: ReadonlyArray<Drift.Drift> = []

/**
 * Decodes one object inside other evidence. Never throws. `declared` is the object's type in Graph's schema; `depth` is
 * 1 for an object directly in an element of the alert's evidence.
 */
export const decodeNested = (sent: unknown, declared: string | undefined, depth: number): DecodedEvidence => {
  if (!isObject(sent)) {
    const kind = sent === null ? "null" : Array.isArray(sent) ? "array" : typeof sent
    return {
      type: "untyped",
      known: false,
      partial: undefined,
      value: {},
      drift: [Drift.make("untyped_evidence", kind)]
    }
  }
  const type = typeOf(sent, declared)
  if (type === undefined) {
    const drift = [Drift.make("untyped_evidence", "object")]
    return { type: "untyped", known: false, partial: undefined, value: Spelling.spelled(sent, usual), drift }
  }
  if (typeof type === "string") {
    return {
      type,
      known: false,
      partial: undefined,
      value: Spelling.spelled(sent, usual),
      drift: [Drift.make("evidence_type", Drift.typeName(type))]
    }
  }
  const found = decodeAs(type, sent, depth)
  // A nested object is spelled with what holds it.
  return depth === 0 && found.drift.some(({ kind }) => kind === "property")
    ? decodeAs(type, respelled(sent, type.fields, 0), depth)
    : found
}

const decodeAs = (type: EvidenceType, value: Json, depth: number): DecodedEvidence => {
  const drift: Array<Drift.Drift> = []
  const misfit = review(value, type.fields, type.name, depth, drift) ? undefined : type.misfit(value)
  const partial = misfit === undefined ? undefined : pathOf(misfit)
  if (partial !== undefined) drift.unshift(Drift.make("partial", `${type.name}.${partial}`))
  return { type: type.name, known: true, partial, value, drift: drift.length === 0 ? none : drift }
}

/** Decodes one element of an alert's evidence, whatever it is. Pure; never throws. */
export const decode = (raw: unknown): DecodedEvidence => decodeNested(raw, undefined, 0)

/**
 * Returns the type and the object of nested evidence without checking properties; `undefined` for a non-object, or when
 * it is nested too deeply.
 */
export const nested = (
  raw: unknown,
  declared: string | undefined,
  depth: number
): Pick<DecodedEvidence, "type" | "known" | "value"> | undefined => {
  if (!isObject(raw) || depth > depthMax) return undefined
  const type = typeOf(raw, declared)
  if (type === undefined || typeof type === "string") return { type: type ?? "untyped", known: false, value: raw }
  return { type: type.name, known: true, value: raw }
}
