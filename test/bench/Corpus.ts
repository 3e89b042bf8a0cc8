/**
 * Two sets of alerts. `alerts` has the mix and size of real tenants: 5.7 KB and 3.5 evidence objects each, with descriptions
 * and advice as long as Microsoft's. `kinds` has every evidence type equally often, which no tenant has: 7.7 KB and 3.5 objects.
 */
import * as Chronicle from "../../src/simulator/Chronicle.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { samples } from "../artifacts/EvidenceSamples.ts"

const sentences = [
  "A user account signed in from an address that was seen in password spray attacks against other tenants.",
  "The message was delivered before its link was found to lead to a page that asks for credentials.",
  "Automated investigation found no further activity, but the account was not reset.",
  "1. Confirm with the user whether the sign-in was theirs. 2. Reset the password and revoke all refresh tokens.",
  "3. Look for inbox rules that forward or delete mail, and for consent to applications that nobody knows.",
  "4. Isolate the device when the process tree shows anything that was started from the attachment."
]

const textOf = (index: number, length: number): string => {
  let text = ""
  for (let n = index; text.length < length; n++) text += `${sentences[n % sentences.length]} `
  return text.slice(0, length)
}

/** Makes `count` alerts of the day before `now` (milliseconds since 1970), in the order of their last change. */
export const alerts = (count: number, now: number): ReadonlyArray<Row> =>
  Chronicle.make("bench", now, { seed: "bench", alerts: count, legacyAlerts: 0, live: false })
    .alerts_v2(now)
    .map((row, index): Row => ({
      ...row,
      description: textOf(index, 750 + (index % 7) * 60),
      recommendedActions: textOf(index + 3, 950 + (index % 5) * 80)
    }))
    .sort((one, other) => String(one["lastUpdateDateTime"]) < String(other["lastUpdateDateTime"]) ? -1 : 1)

const sampled = Object.entries(samples)

/** Makes an object of one of the types, in turn, with a value of its own. */
const evidenceOf = (index: number, createdDateTime: unknown): Row => {
  const [type, properties] = sampled[index % sampled.length]!
  return {
    "@odata.type": `#microsoft.graph.security.${type}Evidence`,
    createdDateTime,
    verdict: index % 3 === 0 ? "malicious" : "suspicious",
    remediationStatus: "active",
    remediationStatusDetails: null,
    roles: index % 2 === 0 ? ["compromised"] : [],
    detailedRoles: [`Role ${index}`],
    tags: [],
    ...properties
  }
}

/** Makes alerts as {@link alerts} does, whose evidence is of all types in turn. */
export const kinds = (count: number, now: number): ReadonlyArray<Row> => {
  let next = 0
  return alerts(count, now).map((row, index): Row => ({
    ...row,
    recommendedActions: textOf(index + 3, 3270 + (index % 5) * 80),
    evidence: Array.from({ length: 3 + index % 2 }, () => evidenceOf(next++, row["createdDateTime"]))
  }))
}

/** Formats a page as Graph writes it. */
export const page = (alerts: ReadonlyArray<string>, nextLink: string | undefined): string =>
  `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/alerts_v2","value":[${alerts.join(",")}]${
    nextLink === undefined ? "" : `,"@odata.nextLink":${JSON.stringify(nextLink)}`
  }}`

/**
 * Returns a function that writes the alert with another id and another time of its last change, to produce more alerts
 * than fit into memory.
 */
export const again = (row: Row): (id: string, updated: string) => string => {
  const rest = JSON.stringify({ ...row, id: undefined, lastUpdateDateTime: undefined }).slice(1)
  return (id, updated) => `{"id":"${id}","lastUpdateDateTime":"${updated}",${rest}`
}
