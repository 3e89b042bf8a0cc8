/** Maps a directory audit of Entra ID to its artifact. See `.github/MAPPING.md`, "Directory audits". */
import { details } from "../domain/Details.ts"
import { shape } from "../domain/DirectoryAudit.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { instant } from "../domain/Instant.ts"
import { text, withAt } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as ArtifactId from "./ArtifactId.ts"
import { type AuditFacts, decide } from "./DirectoryAuditTypes.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, mapsOf, type Steps } from "./Mapped.ts"
import { parse, stringify } from "./Message.ts"
import * as Record from "./RecordDraft.ts"
import * as Severity from "./Severity.ts"
import type { Tags } from "./Tags.ts"

/** Name of the endpoint. */
const endpoint = "directoryAudits"

/** Stream of directory audits. It holds `azure`, which the rules for changes of a cloud read. */
export const streamName = "azure_directory_audit"

/** Targets that become tags; the message has all. */
const targetsMax = 20

const told = details(
  "auditId=id correlationId service=loggedByService operation=operationType resultReason aadUserId=initiatedBy.user.id displayName=initiatedBy.user.displayName initiatorAppId=initiatedBy.app.appId initiatorObjectId=initiatedBy.app.servicePrincipalId"
)

/** Tags by the keys of `additionalDetails`, in lower case. */
const additional: ReadonlyMap<string, string> = new Map([
  ["user-agent", "userAgent"],
  ["useragent", "userAgent"],
  ["deviceid", "aadDeviceId"],
  ["appid", "appId"],
  ["deviceostype", "os"],
  ["deviceos", "os"]
])

/** A modified property's value: JSON in a string, which may be a string again, or a list of one. */
const decoded = (value: unknown): unknown => {
  let found: unknown = value
  for (let depth = 0; depth < 3 && typeof found === "string"; depth++) {
    const inner = parse(found)
    if (inner === undefined || typeof inner === "number") break
    found = inner
  }
  return Array.isArray(found) && found.length === 1 ? found[0] : found
}

interface Modified {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
}

const modifiedIn = (targets: ReadonlyArray<Properties>): ReadonlyArray<Modified> =>
  targets.flatMap((target) =>
    Record.partsOf(target, "modifiedProperties").map((one) => ({
      name: text(one["displayName"])?.trim() ?? "",
      before: one["oldValue"],
      after: one["newValue"]
    }))
  )

const valueOf = (modified: ReadonlyArray<Modified>, name: string): string | undefined => {
  for (const one of modified) {
    if (one.name !== name) continue
    const found = text(decoded(one.after))?.trim()
    if (found !== undefined && found !== "") return found
  }
  return undefined
}

const keysIn = (value: unknown): number => Array.from(String(value ?? "").matchAll(/KeyIdentifier/g)).length

const keysAdded = (modified: ReadonlyArray<Modified>): number | undefined => {
  const found = modified.find(({ name }) => name === "KeyDescription")
  return found === undefined ? undefined : keysIn(found.after) - keysIn(found.before)
}

/** The form of an activity's name that is compared. */
const plain = (activity: string | undefined): string =>
  (activity ?? "").toLowerCase().replaceAll(/[\u2010-\u2015]/g, "-").replaceAll(/\s+/g, " ").trim()

const leftOut = "[left out]"

/** The record's text, without the values of a credential. */
const messageOf = (sent: string, value: Properties, modified: ReadonlyArray<Modified>): string =>
  modified.every(({ name }) => name !== "Credential") ? sent : stringify({
    ...value,
    targetResources: Record.partsOf(value, "targetResources").map((target) => ({
      ...target,
      modifiedProperties: Record.partsOf(target, "modifiedProperties").map((one) =>
        text(one["displayName"])?.trim() === "Credential" ? { ...one, oldValue: leftOut, newValue: leftOut } : one
      )
    }))
  })

const addTargets = (tags: Tags, targets: ReadonlyArray<Properties>): void => {
  for (const target of targets.slice(0, targetsMax)) {
    const name = withAt(target["userPrincipalName"])?.trim() ?? text(target["displayName"])?.trim()
    tags.add("target", name, "lists")
    tags.add("targetId", target["id"], "lists")
    if (Record.isTold(target["type"])) tags.add("targetType", target["type"], "lists")
    for (const { name: changed } of modifiedIn([target])) tags.add("changed", changed, "lists")
  }
}

/** Reads an audit, for each renderer: what was done, how grave that is, and the record without secrets. */
export const readAudit = (record: GraphRecord, drift: Array<Drift>) => {
  const { isPartial, message: sent, value } = Record.read(shape, record, drift)
  const initiator = Record.part(value, "initiatedBy")
  const [app, user] = [Record.part(initiator, "app"), Record.part(initiator, "user")]
  const targets = Record.partsOf(value, "targetResources")
  const modified = modifiedIn(targets)
  const title = text(value["activityDisplayName"])?.replaceAll(/\s+/g, " ").trim()
  const result = text(value["result"])?.toLowerCase() ?? ""
  const role = valueOf(modified, "Role.DisplayName")
  const permission = valueOf(modified, "AppRole.Value") ?? valueOf(modified, "DelegatedPermissionGrant.Scope")
  const facts: AuditFacts = {
    activity: plain(title),
    isSuccess: result === "success",
    app: text(app["displayName"])?.trim().toLowerCase() ?? "",
    role,
    permission: permission ?? "",
    values: modified.map(({ after }) => String(after ?? "").replaceAll("\\\"", "\"").toLowerCase()).join(" "),
    keysAdded: keysAdded(modified)
  }
  return {
    ...decide(facts),
    app,
    isPartial,
    message: messageOf(sent, value, modified),
    permission,
    result,
    role,
    targets,
    title,
    user,
    value
  }
}

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const { app, isPartial, message, permission, result, role, row, severity, targets, title, type, user, value } =
    readAudit(record, drift)
  const { draft, tags } = Record.make(context, record, {
    endpoint,
    message,
    hash: yield* ArtifactId.digest(message),
    streamName,
    messageType: type,
    severity: Severity.of(severity),
    action: ["success", "failure", "timeout"].includes(result) ? result : "unknown",
    ruleName: title ?? "Directory audit",
    ruleCategory: text(value["category"])?.trim() ?? ""
  })
  Draft.set(draft, "vendorCode", text(value["operationType"])?.trim())
  Record.setUser(
    draft,
    user["userPrincipalName"],
    user["id"],
    app["servicePrincipalName"],
    app["displayName"],
    app["appId"],
    app["servicePrincipalId"]
  )
  // Whoever reports an attack is its victim.
  if (row !== 2) Record.setClient(draft, tags, user["ipAddress"])
  Record.setApplication(draft, tags, text(app["displayName"]) ?? value["loggedByService"])
  Draft.setTimes(draft, instant(value["activityDateTime"]), undefined)
  Record.addTold(tags, told, value)
  tags.add("role", role)
  for (const one of permission?.split(/\s+/) ?? []) tags.add("permission", one)
  addTargets(tags, targets)
  for (const { key, value: found } of Record.partsOf(value, "additionalDetails")) {
    const tag = additional.get(text(key)?.trim().toLowerCase() ?? "")
    if (tag !== undefined) tags.add(tag, found)
  }
  yield Record.finish(draft, tags, isPartial)
}

export const { map, mapInSteps } = mapsOf(artifactsOf)
