/** Maps what the logs of Entra ID tell to OCSF: sign-ins to Authentication, audits to Entity Management. */
import type { GraphRecord } from "../../domain/GraphRecord.ts"
import { addresses } from "../../domain/IpAddress.ts"
import { name, text, withAt } from "../../domain/NormalForms.ts"
import type { Properties } from "../../domain/Shape.ts"
import { shape as signInShape } from "../../domain/SignInRecord.ts"
import { readAudit } from "../DirectoryAuditArtifacts.ts"
import type { MappingContext, report } from "../Mapped.ts"
import { parse } from "../Message.ts"
import * as Record from "../RecordDraft.ts"
import { judged } from "../SignInArtifacts.ts"
import { Observables } from "./Observables.ts"
import * as Ocsf from "./OcsfEvent.ts"
import { endpointOf, userOf } from "./OcsfObjects.ts"

type Drifts = Parameters<typeof report>[0]

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "))

const entra = { name: "Microsoft Entra ID" }

/** Returns the first address of another host. */
export const addressOf = (value: unknown): string | undefined => {
  for (const { scope, text: found } of addresses(value)) if (scope !== "local") return found
  return undefined
}

/** Returns where a record came from. */
export const placeOf = (value: Properties) => {
  const location = Record.part(value, "location")
  return Ocsf.having(
    {
      city: text(location["city"]),
      region: text(location["state"]),
      country: text(location["countryOrRegion"])?.trim()
    },
    "city",
    "country",
    "region"
  )
}

/** Returns the user of a record. */
export const userIn = (value: Properties, id: unknown, displayName: unknown) =>
  userOf({
    name: withAt(value["userPrincipalName"])?.trim(),
    objectId: text(id),
    displayName: text(displayName)
  })

/** What two endpoints say of a person and an address, as evidence and as observables. */
export const observedIn = (
  user: ReturnType<typeof userOf>,
  ip: string | undefined,
  places: { readonly user: string; readonly endpoint: string }
): Observables => {
  const found = new Observables()
  found.add(user?.email_addr === undefined ? "user" : "mail", `${places.user}.name`, user?.name)
  found.add("ip", `${places.endpoint}.ip`, ip)
  return found
}

const results: ReadonlyMap<string, Ocsf.Word> = new Map<string, Ocsf.Word>([["success", [1, "Success"]], ["failure", [
  2,
  "Failure"
]]])

const signInPlaced = words(
  "id createdDateTime correlationId userPrincipalName userId userDisplayName ipAddress location resourceDisplayName resourceId appDisplayName appId status userAgent"
)

/** Returns why a sign-in failed or was interrupted; `Other.` stands where there is nothing to say. */
const reasonOf = (status: Properties): string | undefined => {
  const reason = text(status["failureReason"])?.trim()
  return (reason === "Other." ? undefined : reason) ?? text(status["additionalDetails"])
}

function* ofSignIn(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Drifts
): Ocsf.EventSteps {
  const { message, value } = Record.read(signInShape, record, drift)
  const { action, severity, title } = judged(value)
  const [device, status] = [Record.part(value, "deviceDetail"), Record.part(value, "status")]
  const user = userIn(value, value["userId"], value["userDisplayName"])
    ?? { name: text(value["servicePrincipalName"]) ?? "Unknown" }
  const ip = addressOf(value["ipAddress"])
  const [status_id, word] = Ocsf.wordOf(results, action)
  const app = text(value["appDisplayName"]) ?? text(value["appId"])
  const client = endpointOf({ ip, name: name(device["displayName"]) })
  yield Ocsf.make(context, record, publication, {
    class: "authentication",
    endpoint: "signIns",
    activity: [1, "Logon"],
    severity: Ocsf.severityOf(severity.label),
    time: Ocsf.millis(value["createdDateTime"]),
    product: entra,
    correlation: text(value["correlationId"]),
    raw: message,
    attributes: {
      message: title,
      status_id,
      status: word,
      status_code: text(status["errorCode"]),
      status_detail: reasonOf(status),
      user,
      is_remote: true,
      src_endpoint: client === undefined
        ? undefined
        : { ...client, uid: text(device["deviceId"]), location: placeOf(value) },
      service: { name: text(value["resourceDisplayName"]) ?? app ?? entra.name, uid: text(value["resourceId"]) },
      actor: app === undefined ? undefined : { app_name: app, app_uid: text(value["appId"]) },
      http_request: { user_agent: text(value["userAgent"]) },
      observables: observedIn("full_name" in user ? user : undefined, ip, { user: "user", endpoint: "src_endpoint" })
        .toArray(),
      unmapped: Ocsf.beyond(value, signInPlaced)
    }
  })
}

const operations: ReadonlyMap<string, Ocsf.Word> = new Map<string, Ocsf.Word>([
  ["add", [1, "Create"]],
  ["create", [1, "Create"]],
  ["read", [2, "Read"]],
  ["update", [3, "Update"]],
  ["assign", [3, "Update"]],
  ["unassign", [3, "Update"]],
  ["delete", [4, "Delete"]]
])

const entities: ReadonlyMap<string, Ocsf.Word> = new Map<string, Ocsf.Word>([
  ["device", [1, "Device"]],
  ["user", [2, "User"]],
  ["group", [3, "Group"]],
  ["policy", [5, "Policy"]]
])

const auditPlaced = words("id activityDateTime activityDisplayName correlationId result resultReason initiatedBy")

function* ofAudit(
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  drift: Drifts
): Ocsf.EventSteps {
  const { app, message, result, severity, targets, title, user: by, value } = readAudit(record, drift)
  const activity = Ocsf.wordOf(operations, value["operationType"])
  const [status_id, status] = Ocsf.wordOf(results, result)
  const [target = {}] = targets
  const [type_id, type] = Ocsf.wordOf(entities, target["type"])
  const user = userIn(by, by["id"], by["displayName"])
  const ip = addressOf(by["ipAddress"])
  const actor = Ocsf.having(
    {
      user,
      app_name: text(app["displayName"])?.trim(),
      app_uid: text(app["appId"]) ?? text(app["servicePrincipalId"])
    },
    "user",
    "app_name",
    "app_uid"
  )
  // The text has no values of credentials, which the record may have.
  const told = parse(message) as Properties
  yield Ocsf.make(context, record, publication, {
    class: "entity",
    endpoint: "directoryAudits",
    activity,
    severity: Ocsf.severityOf(severity),
    time: Ocsf.millis(value["activityDateTime"]),
    product: { ...entra, feature: text(value["loggedByService"]) },
    correlation: text(value["correlationId"]),
    raw: message,
    attributes: {
      message: title ?? "Directory audit",
      comment: title,
      status_id,
      status,
      status_detail: text(value["resultReason"]),
      actor,
      src_endpoint: endpointOf({ ip }),
      entity: {
        name: withAt(target["userPrincipalName"])?.trim() ?? text(target["displayName"])?.trim() ?? title ??
          "Directory",
        uid: text(target["id"]),
        type_id,
        type
      },
      observables: observedIn(user, ip, { user: "actor.user", endpoint: "src_endpoint" }).toArray(),
      unmapped: Ocsf.beyond(told, auditPlaced)
    }
  })
}

/** Maps a sign-in. */
export const signIns = Ocsf.eventsOf(ofSignIn)

/** Maps a directory audit. */
export const directoryAudits = Ocsf.eventsOf(ofAudit)
