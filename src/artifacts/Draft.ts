/** Builds an artifact field by field, without empty values. */
import { customMax, senderIdBytes, tagsMax } from "../domain/Bounds.ts"
import { text } from "../domain/NormalForms.ts"
import { isProperties, type Properties } from "../domain/Shape.ts"
import { normalize } from "../domain/Timestamp.ts"
import type { Artifact } from "./Artifact.ts"
import { sha256 } from "./ArtifactId.ts"
import { cut, cutFields } from "./Bytes.ts"
import type { Host } from "./Entities.ts"
import type { MappingContext } from "./Mapped.ts"
import { parse } from "./Message.ts"
import { type MessageType, written } from "./MessageTypes.ts"
import { informational, type Severity } from "./Severity.ts"
import type { Ends } from "./Sides.ts"
import type { Tags } from "./Tags.ts"

/** An artifact whose fields can still be set. */
export type Draft = { -readonly [K in keyof Artifact]: Artifact[K] }

type TextField = { [K in keyof Draft]-?: NonNullable<Draft[K]> extends string ? K : never }[keyof Draft]

/** Why an artifact raises nothing. */
export type Lowered = "classification" | "verdict" | "bystander" | "redirected"

const productIds: ReadonlyArray<number> = [94]

/** Value of `program` in artifacts that name no process. */
export const program = "azure-security"

/** Returns an id for `senderHost`, which is a keyword. */
export const senderId = (id: string): string =>
  cut(id, senderIdBytes.max) === id ? id : `${cut(id, senderIdBytes.kept)}${sha256(id).slice(0, senderIdBytes.digits)}`

/** Returns a draft with the fields that every artifact has; `hash` is by default that of `message`. */
export const make = (context: MappingContext, options: {
  readonly id: string
  readonly message: string
  readonly hash?: string
  readonly streamName: string
  readonly messageType: MessageType
  readonly severity: Severity
  readonly lowered: Lowered | undefined
  readonly action: string
  readonly senderHost: string
  readonly ruleName: string
}): Draft => {
  const severity = options.lowered === undefined ? options.severity : informational
  const draft: Draft = {
    id: options.id,
    hash: options.hash ?? sha256(options.message),
    action: options.action,
    streamName: options.streamName,
    messageType: options.lowered === undefined ? options.messageType : "audit_log",
    severityCode: severity.code,
    severityLabel: severity.label,
    senderHost: context.senderHost === "graph" ? context.graphHost : options.senderHost,
    program,
    ruleName: options.ruleName,
    tags: [],
    productIds,
    message: options.message
  }
  set(draft, "sourceInfo", context.displayName)
  set(draft, "org_id", context.orgId)
  set(draft, "appliance_id", context.applianceId)
  return draft
}

/** Sets a field; an absent or empty value changes nothing. */
export const set = (draft: Draft, field: TextField, value: string | undefined): void => {
  if (value !== undefined && value !== "") draft[field] = value
}

/** Sets both times; an end before its start, and one that is absent, is the start. */
export const setTimes = (draft: Draft, start: string | undefined, end: string | undefined): void => {
  const from = start ?? end
  if (from === undefined) return
  draft.startTimeUTC = from
  draft.endTimeUTC = end === undefined || end === from || normalize(end)! < normalize(from)! ? from : end
}

const setHost = (draft: Draft, end: "client" | "server", host: Host | undefined): void => {
  if (host === undefined) return
  set(draft, `${end}IP`, host.ip)
  set(draft, `${end}Port`, host.port)
  set(draft, `${end}Hostname`, host.name)
  set(draft, `${end}MAC`, host.mac)
}

/** Sets the fields of the client and the server. */
export const setEnds = (draft: Draft, { client, server }: Ends): void => {
  setHost(draft, "client", client)
  setHost(draft, "server", server)
}

/** Sets `cve` to the first identifier unless it is set, and adds the others as tags. */
export const setCves = (draft: Draft, tags: Tags, cves: ReadonlyArray<string>): void => {
  for (const one of cves) {
    draft.cve ??= one
    if (draft.cve !== one) tags.add("cve", one, "lists")
  }
}

/** Says why an artifact raises nothing, and what it would have been. */
export const markLowered = (tags: Tags, lowered: Lowered | undefined, type: MessageType): void => {
  if (lowered !== undefined) tags.mark(`lowered:${lowered}`).mark(`type:${written(type)}`)
}

/** Tags that WitFoo's lead rules read together with the message type. */
const companions: ReadonlyMap<string, string> = new Map<MessageType, string>([
  ["policy_violation", "policy_violation"],
  ["blacklisted_process", "Blacklist process found"]
])

/**
 * Returns the finished artifact, with its tags and within its bounds. The tags that lead rules read with the message type
 * are an alert's: a sign-in that a policy stopped is daily business.
 */
export const finish = (draft: Draft, tags: Tags, of: "alert" | "record" = "alert"): Artifact => {
  const companion = of === "alert" ? companions.get(draft.messageType) : undefined
  if (companion !== undefined) tags.mark(companion)
  for (const field of cutFields(draft)) tags.markCut(field)
  draft.tags = tags.toArray()
  return draft
}

/** Returns the first named property that is a non-empty string or a number, as text. */
export const firstText = (value: Properties, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const found = text(value[name])
    if (found !== undefined) return found
  }
  return undefined
}

/** Returns the non-empty strings of a list, trimmed; a single string counts as a list of one. */
export const listOf = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return value.trim() === "" ? [] : [value.trim()]
  if (!Array.isArray(value)) return []
  const found: Array<string> = []
  for (const one of value) if (typeof one === "string" && one.trim() !== "") found.push(one.trim())
  return found
}

/** Adds the details that a customer or a product named: scalars and lists of them, which may be written as JSON. */
export const addCustom = (tags: Tags, name: "custom" | "data", details: unknown): void => {
  if (!isProperties(details)) return
  for (const [key, value] of Object.entries(details).slice(0, customMax.keys)) {
    if (key.includes("@odata.")) continue
    const parsed = typeof value === "string" && /^\s*[[{]/.test(value) ? parse(value) ?? value : value
    if (isProperties(parsed)) continue
    const tag = `${name}.${key.replace(/[^\w.-]/g, "_").slice(0, customMax.keyChars)}`
    tags.addEach(tag, Array.isArray(parsed) ? parsed.slice(0, customMax.values) : parsed)
  }
}

/** Comments that become tags. */
const commentsMax = 3

/** Adds what people wrote about a record, the newest comments first. */
export const addTexts = (tags: Tags, value: Properties): void => {
  tags.add("description", value["description"], "texts")
  tags.addEach("recommendedActions", value["recommendedActions"], "texts")
  const sent = value["comments"]
  if (!Array.isArray(sent) || sent.length === 0) return
  const timeOf = (one: unknown) => isProperties(one) ? String(one["createdDateTime"] ?? "") : ""
  const newest = sent.slice(-tagsMax.list).toReversed().sort((one, other) =>
    timeOf(one) < timeOf(other) ? 1 : timeOf(one) > timeOf(other) ? -1 : 0
  )
  for (const one of newest.slice(0, commentsMax)) {
    if (!isProperties(one)) tags.add("comment", one, "texts")
    else if (text(one["comment"]) !== undefined) {
      const by = [text(one["createdByDisplayName"]), text(one["createdDateTime"])].filter((part) => part !== undefined)
      tags.add("comment", `${by.length === 0 ? "" : `${by.join(", ")}: `}${text(one["comment"])}`, "texts")
    }
  }
}
