/** Maps a sign-in of Entra ID to its artifact. See `.github/MAPPING.md`, "Sign-ins". */
import { details } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { instant } from "../domain/Instant.ts"
import { name, text } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import { shape } from "../domain/SignInRecord.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, mapsOf, type Steps } from "./Mapped.ts"
import * as Record from "./RecordDraft.ts"
import * as Severity from "./Severity.ts"
import { decide, type SignInFacts } from "./SignInTypes.ts"
import type { Tags } from "./Tags.ts"

/** Name of the endpoint. */
const endpoint = "signIns"

/** Stream of sign-ins, as WitFoo's catalogue of parsers has it. */
export const streamName = "microsoft_entra_signin"

const told = details(
  "signInId=id correlationId aadUserId=userId displayName=userDisplayName errorCode=status.errorCode detail=status.additionalDetails appId resource=resourceDisplayName resourceId clientApp=clientAppUsed conditionalAccess=conditionalAccessStatus riskLevel=riskLevelDuringSignIn riskAggregated=riskLevelAggregated riskState riskDetail riskEvent*=riskEventTypes_v2 os=deviceDetail.operatingSystem browser=deviceDetail.browser aadDeviceId=deviceDetail.deviceId trustType=deviceDetail.trustType city=location.city"
)
const ofDevice = details("compliant=isCompliant managed=isManaged")

/** Results of policies that did not take part. */
const idle: ReadonlySet<string> = new Set(["notapplied", "notenabled", "reportonlynotapplied"])

const levels = ["low", "medium", "high"] as const

/** The level of a risk that is open. Whoever confirmed it took it for high. */
const riskOf = (value: Properties): SignInFacts["risk"] => {
  const state = text(value["riskState"])?.toLowerCase()
  if (state === "confirmedcompromised") return "high"
  if (state !== "atrisk") return undefined
  const found = new Set([text(value["riskLevelDuringSignIn"]), text(value["riskLevelAggregated"])]
    .map((level) => level?.toLowerCase()))
  return levels.findLast((level) => found.has(level)) ?? "other"
}

const order = ["informational", "low", "medium", "high"]

const raised = (base: string, risk: SignInFacts["risk"]): Severity.Severity =>
  Severity.of(risk !== undefined && order.indexOf(risk) > order.indexOf(base) ? risk : base)

/** What is said of a sign-in, for each renderer. */
export const judged = (value: Properties) => {
  const status = Record.part(value, "status")
  const errorCode = Number(text(status["errorCode"]) ?? 0)
  const risk = riskOf(value)
  const { action, base, type } = decide({ errorCode, details: text(status["additionalDetails"]) ?? "", risk })
  const title = ruleName(action, errorCode, text(status["failureReason"])?.trim())
  return { action, type, severity: raised(base, risk), title }
}

const ruleName = (action: string, code: number, reason: string | undefined): string =>
  action === "success"
    ? "Sign-in succeeded"
    : action === "interrupted"
    ? "Sign-in interrupted"
    : reason === undefined || reason === "Other."
    ? `Sign-in failed (${code})`
    : reason

const addPolicies = (tags: Tags, value: Properties): void => {
  for (const policy of Record.partsOf(value, "appliedConditionalAccessPolicies")) {
    const result = text(policy["result"])
    const title = text(policy["displayName"])
    if (result === undefined || title === undefined || idle.has(result.toLowerCase()) || !Record.isTold(result)) {
      continue
    }
    tags.add("caPolicy", `${title}=${result}`, "lists")
  }
}

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const { isPartial, message, value } = Record.read(shape, record, drift)
  const [device, location, status] = ["deviceDetail", "location", "status"].map((name) => Record.part(value, name)) as [
    Properties,
    Properties,
    Properties
  ]
  const { action, severity, title, type } = judged(value)
  const { draft, tags } = Record.make(context, record, {
    endpoint,
    message,
    hash: yield* ArtifactId.digest(message),
    streamName,
    messageType: type,
    severity,
    action,
    ruleName: title,
    ruleCategory: "Authentication"
  })
  Draft.set(draft, "vendorCode", text(status["errorCode"]))
  Record.setUser(draft, value["userPrincipalName"], value["userId"])
  Record.setClient(draft, tags, value["ipAddress"])
  Draft.set(draft, "clientHostname", name(device["displayName"]))
  Record.setApplication(draft, tags, text(value["appDisplayName"]) ?? value["appId"])
  Draft.set(draft, "geoRegion", text(location["countryOrRegion"])?.trim())
  Draft.setTimes(draft, instant(value["createdDateTime"]), undefined)
  Record.addTold(tags, told, value)
  if (text(device["deviceId"]) !== undefined) Record.addTold(tags, ofDevice, device)
  addPolicies(tags, value)
  const another = (tenant: string | undefined) =>
    tenant?.toLowerCase() === context.tenantId.toLowerCase() ? undefined : tenant
  tags.add("homeTenant", another(text(value["homeTenantId"])))
    .add("resourceTenant", another(text(value["resourceTenantId"])))
  yield Record.finish(draft, tags, isPartial)
}

export const { map, mapInSteps } = mapsOf(artifactsOf)
