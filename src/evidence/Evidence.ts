/** Evidence of any type, decoded without ever refusing one: what does not fit is passed on and reported as drift. */
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

/** One element of an alert's evidence, and what is known of it. */
export interface DecodedEvidence {
  /**
   * `mailbox`, `analyzedMessage`, …: the CSDL name without namespace and `Evidence`; for an unknown type its raw
   * `@odata.type`; `untyped` without one.
   */
  readonly type: string
  readonly known: boolean
  /** Path of the first misfit, when a known type does not fit its schema; `[]` stands for an element of a list. */
  readonly partial: string | undefined
  /** The parsed object itself, never a copy; an empty object when the element is not an object. */
  readonly value: Readonly<Record<string, unknown>>
  readonly drift: ReadonlyArray<Drift.Drift>
}

/** The evidence types of Graph's schema, in families. */
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

/** By `@odata.type` in lower case, without its `#`: Microsoft's own pages disagree about the case of several. */
const byODataType: ReadonlyMap<string, EvidenceType> = new Map(
  types.map((type) => [`microsoft.graph.security.${type.name.toLowerCase()}evidence`, type])
)
/** As Graph writes it, nearly always. */
const byExactODataType: ReadonlyMap<string, EvidenceType> = new Map(
  types.map((type) => [`#microsoft.graph.security.${type.name}Evidence`, type])
)
const byName: ReadonlyMap<string, EvidenceType> = new Map(types.map((type) => [type.name, type]))

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** A nested object that Graph declares with its exact type may come without an `@odata.type`. */
const typeOf = (value: Json, declared: string | undefined): EvidenceType | string | undefined => {
  const raw = value["@odata.type"]
  if (typeof raw === "string" && raw !== "") {
    return byExactODataType.get(raw) ?? byODataType.get(raw.toLowerCase().replace(/^#/, "")) ?? raw
  }
  return declared === undefined ? undefined : byName.get(declared)
}

/** Nested objects this deep are still decoded: pod, namespace, cluster and its cloud resource. */
const depthMax = 4

/** Paths are made only when there is something to report: nearly all evidence has no drift at all. */
const review = (value: Json, fields: Fields, path: string, depth: number, drift: Array<Drift.Drift>): void => {
  for (const name in value) {
    const field = fields.get(name)
    if (field === undefined) {
      // `@odata.type`, `roles@odata.type` and the like are about a property, they are none.
      if (!name.includes("@")) drift.push(Drift.make("property", `${path}.${name}`))
      continue
    }
    if (field.words === undefined && field.part === undefined && field.nested === undefined) continue
    const content = value[name]
    if (Array.isArray(content)) { for (const one of content) reviewField(one, field, path, name, depth, drift) }
    else reviewField(content, field, path, name, depth, drift)
  }
}

const reviewField = (
  content: unknown,
  field: Field,
  path: string,
  name: string,
  depth: number,
  drift: Array<Drift.Drift>
): void => {
  if (field.words !== undefined) {
    if ((typeof content === "string" || typeof content === "number") && !Drift.isWordOf(field.words, String(content))) {
      drift.push(Drift.make("enum_value", `${path}.${name}=${Drift.word(content)}`))
    }
  } else if (isObject(content)) {
    if (field.part !== undefined) review(content, field.part, `${path}.${name}`, depth, drift)
    else if (field.nested !== undefined && depth < depthMax) {
      for (const one of decodeNested(content, field.nested, depth + 1).drift) drift.push(one)
    }
  }
}

const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** An index would make a name of each position, and a metric of each name. */
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
 * Decodes one object inside other evidence. `declared` names the type that Graph's schema gives it; `depth` is 1 for
 * an object directly in an element of the alert's evidence. Never throws.
 */
export const decodeNested = (raw: unknown, declared: string | undefined, depth: number): DecodedEvidence => {
  if (!isObject(raw)) {
    const kind = raw === null ? "null" : Array.isArray(raw) ? "array" : typeof raw
    return {
      type: "untyped",
      known: false,
      partial: undefined,
      value: {},
      drift: [Drift.make("untyped_evidence", kind)]
    }
  }
  const type = typeOf(raw, declared)
  if (type === undefined) {
    const drift = [Drift.make("untyped_evidence", "object")]
    return { type: "untyped", known: false, partial: undefined, value: raw, drift }
  }
  if (typeof type === "string") {
    return {
      type,
      known: false,
      partial: undefined,
      value: raw,
      drift: [Drift.make("evidence_type", Drift.typeName(type))]
    }
  }
  const misfit = type.misfit(raw)
  const partial = misfit === undefined ? undefined : pathOf(misfit)
  const drift: Array<Drift.Drift> = []
  if (partial !== undefined) drift.push(Drift.make("partial", `${type.name}.${partial}`))
  review(raw, type.fields, type.name, depth, drift)
  return { type: type.name, known: true, partial, value: raw, drift: drift.length === 0 ? none : drift }
}

/** Decodes one element of an alert's evidence, whatever it is. Pure; never throws. */
export const decode = (raw: unknown): DecodedEvidence => decodeNested(raw, undefined, 0)

/**
 * The type and the object of evidence inside other evidence, without looking at what it holds: `undefined` when it is
 * no object, and beyond the depth to which nested evidence is read.
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
