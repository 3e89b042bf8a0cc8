/**
 * Begins the artifact of a record that becomes exactly one: sign-ins, directory audits, risks.
 *
 * See `.github/MAPPING.md`, "Identity".
 */
import { tagsMax } from "../domain/Bounds.ts"
import { type Details, valueOf } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { addresses } from "../domain/IpAddress.ts"
import { text, withAt } from "../domain/NormalForms.ts"
import { isProperties, type Properties, type Shape } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import type { Artifact } from "./Artifact.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, report } from "./Mapped.ts"
import type { MessageType } from "./MessageTypes.ts"
import type { Severity } from "./Severity.ts"
import { Tags } from "./Tags.ts"

/** Values of enums that tell nothing. */
const silent: ReadonlySet<string> = new Set(["none", "unknown", "unknownfuturevalue"])

/** Whether a value tells something. */
export const isTold = (value: unknown): boolean =>
  value !== undefined && value !== null && !(typeof value === "string" && silent.has(value.trim().toLowerCase()))

/** Adds what a table names, without values that tell nothing. */
export const addTold = (tags: Tags, of: Details, value: object): void => {
  for (const detail of of) {
    const found = valueOf(detail, value)
    const values = detail.isList && Array.isArray(found) ? found.slice(0, tagsMax.list) : [found]
    for (const one of values) if (isTold(one)) tags.add(detail.name, one, detail.isList ? "lists" : "own")
  }
}

/** Returns a nested object; empty where there is none. */
export const part = (value: Properties, name: string): Properties => {
  const found = value[name]
  return isProperties(found) ? found : {}
}

/** Returns the objects of a list. */
export const partsOf = (value: Properties, name: string): ReadonlyArray<Properties> => {
  const found = value[name]
  return Array.isArray(found) ? found.filter(isProperties) : []
}

/** Reads a record, and reports what does not fit its schema. */
export const read = (shape: Shape, record: GraphRecord, drift: Array<Drift>) => {
  const { text, value: sent } = record.sent.content()
  const value = shape.spelled(sent as Properties)
  const { drift: found, isPartial } = shape.inspect(value)
  report(drift, found)
  return { message: text, value, isPartial }
}

/** Begins an artifact of an endpoint's record. */
export const make = (context: MappingContext, record: GraphRecord, options: {
  readonly endpoint: string
  readonly message: string
  readonly hash: string
  readonly streamName: string
  readonly messageType: MessageType
  readonly severity: Severity
  readonly action: string
  readonly ruleName: string
  readonly ruleCategory: string
}): { readonly draft: Draft.Draft; readonly tags: Tags } => {
  const { endpoint, ruleCategory, ...others } = options
  const draft = Draft.make(context, {
    ...others,
    id: ArtifactId.ofRecord(context.tenantId, endpoint, record),
    lowered: undefined,
    senderHost: `${context.tenantId}/${endpoint}/${Draft.senderId(record.id)}`
  })
  Draft.set(draft, "ruleCategory", ruleCategory)
  return { draft, tags: new Tags().add("tenantId", context.tenantId).add("endpoint", endpoint) }
}

/** Sets the client to the first address that names a host, and adds the others as tags. */
export const setClient = (draft: Draft.Draft, tags: Tags, value: unknown): void => {
  for (const { scope, text } of addresses(value)) {
    if (draft.clientIP === undefined && scope !== "local") draft.clientIP = text
    else tags.add("ip", text)
  }
}

/** Sets the user: a principal's name in lower case, or what else names the account. */
export const setUser = (draft: Draft.Draft, ...names: ReadonlyArray<unknown>): void => {
  const found = names.map((name) => withAt(name)?.trim()).find((name) => name !== undefined && name !== "")
  Draft.set(draft, "userName", found)
}

/**
 * Sets the application. WitFoo's rule wf-net-007 takes a name with `http` for a protocol on an odd port, so that such a name
 * is a tag.
 */
export const setApplication = (draft: Draft.Draft, tags: Tags, value: unknown): void => {
  const found = text(value)?.trim()
  if (found !== undefined && /http/i.test(found)) tags.add("application", found)
  else Draft.set(draft, "application", found)
}

/** Returns the finished artifact; `isPartial` as {@link read} found it. */
export const finish = (draft: Draft.Draft, tags: Tags, isPartial: boolean): Artifact =>
  Draft.finish(draft, isPartial ? tags.mark("decode:partial") : tags, "record")
