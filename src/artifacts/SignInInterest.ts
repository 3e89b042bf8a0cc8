/** Tells which sign-ins are interesting, for a tenant that has too many to publish all. */
import { text } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import { shape } from "../domain/SignInRecord.ts"
import * as Record from "./RecordDraft.ts"
import { judged } from "./SignInArtifacts.ts"

const word = (value: unknown): string | undefined => text(value)?.trim().toLowerCase()

/** Levels that are none. `hidden` is that of every sign-in in a tenant without P2. */
const noRisk: ReadonlySet<string> = new Set(["none", "hidden"])

/** Results of Conditional Access that stopped nothing. An unknown one counts as a stop. */
const passed: ReadonlySet<string> = new Set(["success", "notapplied"])

const isRisky = (value: Properties): boolean =>
  Record.isTold(value["riskState"] ?? undefined) ||
  ["riskLevelDuringSignIn", "riskLevelAggregated"].some((name) => {
    const level = word(value[name])
    return level !== undefined && !noRisk.has(level)
  }) ||
  (Array.isArray(value["riskEventTypes_v2"]) && value["riskEventTypes_v2"].length > 0)

const isStopped = (value: Properties): boolean => {
  const status = word(value["conditionalAccessStatus"])
  return status !== undefined && !passed.has(status)
}

/** Whether a sign-in failed, has a risk, or was stopped by Conditional Access. What only asks for more is no failure. */
const is = (sent: Properties): boolean => {
  const value = shape.spelled(sent)
  return judged(value).action === "failure" || isRisky(value) || isStopped(value)
}

/** The country and the application of a sign-in, each with its user: what makes it interesting when they are new. */
const news = (sent: Properties): ReadonlyArray<string> => {
  const value = shape.spelled(sent)
  const user = word(value["userId"]) ?? word(value["userPrincipalName"]) ?? ""
  const country = word(Record.part(value, "location")["countryOrRegion"])
  const application = word(value["appId"]) ?? word(value["appDisplayName"])
  return [
    ...(country === undefined ? [] : [`country ${user} ${country}`]),
    ...(application === undefined ? [] : [`application ${user} ${application}`])
  ]
}

/** What is interesting of the sign-ins. */
export const interest = {
  words:
    "failures, risk, what Conditional Access stopped, and the first of a user in 30 days from a country or to an application",
  is,
  news
} as const
