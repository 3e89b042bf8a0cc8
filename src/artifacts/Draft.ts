/** Builds an artifact field by field, without empty values. */
import type { Properties } from "../domain/Shape.ts"
import type { Artifact } from "./Artifact.ts"
import { sha256 } from "./ArtifactId.ts"
import type { Side } from "./EvidenceFacts.ts"
import { instant } from "./Instant.ts"
import type { MappingContext } from "./Mapped.ts"
import type { MessageType } from "./MessageTypes.ts"
import { text } from "./NormalForms.ts"
import type { Severity } from "./Severity.ts"
import type { Ends } from "./Sides.ts"
import type { Tags } from "./Tags.ts"

/** An artifact whose fields can still be set. */
export type Draft = { -readonly [K in keyof Artifact]: Artifact[K] }

type TextField = { [K in keyof Draft]-?: NonNullable<Draft[K]> extends string ? K : never }[keyof Draft]

const productIds: ReadonlyArray<number> = [94]

/** Value of `program` in artifacts that name no process. */
export const program = "azure-security"

/** Returns a draft with the fields that every artifact has; `hash` is by default that of `message`. */
export const make = (context: MappingContext, options: {
  readonly id: string
  readonly message: string
  readonly hash?: string
  readonly streamName: string
  readonly messageType: MessageType
  readonly severity: Severity
  readonly action: string
  readonly senderHost: string
  readonly ruleName: string
}): Draft => {
  const draft: Draft = {
    id: options.id,
    hash: options.hash ?? sha256(options.message),
    action: options.action,
    streamName: options.streamName,
    messageType: options.messageType,
    severityCode: options.severity.code,
    severityLabel: options.severity.label,
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

/** Sets a field only while it has no value. */
export const fill = (draft: Draft, field: TextField, value: string | undefined): void => {
  if (draft[field] === undefined) set(draft, field, value)
}

const setSide = (draft: Draft, end: "client" | "server", side: Side | undefined): void => {
  if (side === undefined) return
  set(draft, `${end}IP`, side.ip)
  set(draft, `${end}Port`, side.port)
  set(draft, `${end}Hostname`, side.hostname)
  set(draft, `${end}MAC`, side.mac)
}

/** Sets the fields of the client and the server. */
export const setEnds = (draft: Draft, { client, server }: Ends): void => {
  setSide(draft, "client", client)
  setSide(draft, "server", server)
}

/** Tags that WitFoo's lead rules read together with the message type. */
const companions: ReadonlyMap<MessageType, string> = new Map<MessageType, string>([[
  "policy_violation",
  "policy_violation"
], ["blacklisted_process", "Blacklist process found"]])

/** Returns the finished artifact, with its tags. */
export const finish = (draft: Draft, tags: Tags): Artifact => {
  const companion = companions.get(draft.messageType as MessageType)
  if (companion !== undefined) tags.mark(companion)
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

/** Returns the first named property that is a valid instant, as sent. */
export const firstInstant = (value: Properties, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const found = instant(value[name])
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
