/** An alert as renderers read it: its evidence in entities, what the whole of it says, and how the objects belong together. */
import { comparedTextMax, techniquesMax } from "../domain/Bounds.ts"
import { instant } from "../domain/Instant.ts"
import { text } from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import { type AlertFacts, categoriesOf, isPolicy, messageTypeOf, typesRead } from "./AlertMessageTypes.ts"
import { listOf } from "./Draft.ts"
import { stringify } from "./Message.ts"
import type { Decided } from "./RowTable.ts"
import * as Severity from "./Severity.ts"
import { devicesOf, type Place } from "./Sides.ts"
import { withoutUserText } from "./Title.ts"
import type { Witness } from "./Witness.ts"

/** One alert. */
export interface AlertCase {
  readonly value: Properties
  readonly title: string | undefined
  readonly categories: ReadonlyArray<string>
  readonly severity: Severity.Severity
  readonly isHarmless: boolean
  readonly isClosed: boolean
  readonly facts: AlertFacts
  readonly decided: Decided
  /** Techniques in the form of MITRE, and what else was sent as one. */
  readonly techniques: ReadonlyArray<string>
  readonly otherTechniques: ReadonlyArray<string>
  /** Vulnerabilities that the alert names, each once. */
  readonly cves: ReadonlyArray<string>
  readonly witnesses: ReadonlyArray<Witness>
  /** The device of each witness; empty when the alert has no device. */
  readonly places: ReadonlyArray<Place | undefined>
  readonly created: string | undefined
  readonly updated: string | undefined
}

const techniqueForm = /^T\d{4}(\.\d{3})?$/
const cveForm = /CVE-\d{4}-\d{4,}/gi
const cveKey = /cve|vulnerab/i

/** Returns the identifiers of vulnerabilities in a text, upper case, each once. */
export const cvesIn = (text: string): ReadonlyArray<string> => {
  const found = text.match(cveForm)
  return found === null ? [] : Array.from(new Set(found.map((cve) => cve.toUpperCase())))
}

const lowerOf = (value: unknown): string => text(value)?.trim().toLowerCase() ?? ""

const renamed: Readonly<Record<string, string>> = {
  microsoftcloudappsecurity: "microsoftdefenderforcloudapps",
  microsoftdatalossprevention: "datalossprevention"
}
const customers: ReadonlySet<string> = new Set(["customdetection", "scheduledalerts", "nrtalerts"])
const closed: ReadonlySet<string> = new Set(["resolved", "redirected", "dismissed"])

/** Whether nobody has to act on a record of this status any more. */
export const isClosed = (status: unknown): boolean => closed.has(lowerOf(status))

/** Separates techniques in their usual form, up to {@link techniquesMax}, from what else stands there. */
export const techniquesOf = (sent: unknown) => {
  const techniques: Array<string> = []
  const others: Array<string> = []
  for (const one of Array.isArray(sent) ? sent : [sent]) {
    const found = text(typeof one === "object" && one !== null ? (one as Properties)["techniqueId"] : one)?.trim()
    const id = found?.toUpperCase()
    if (found === undefined || id === undefined || techniques.includes(id)) continue
    if (techniqueForm.test(id) && techniques.length < techniquesMax) techniques.push(id)
    else others.push(found)
  }
  return { techniques, others }
}

/** Returns what of a customer's or product's own details may name a vulnerability. */
const vulnerabilitiesIn = (details: unknown): string => {
  if (typeof details !== "object" || details === null) return ""
  let texts = ""
  for (const [key, value] of Object.entries(details)) if (cveKey.test(key)) texts += `${stringify(value)}\n`
  return texts
}

interface Judged {
  readonly facts: AlertFacts
  readonly decided: Decided
}

/** What was decided: a tenant's alerts have a few hundred titles. Emptied when it is full. */
const decisions = new Map<string, Judged>()
const decisionsMax = 1000
/** Characters of what is remembered. */
const keyMax = 1000

/** Returns what the rows read of an alert, and what they decide. */
const judged = (
  title: string,
  categories: ReadonlyArray<string>,
  threats: ReadonlyArray<string>,
  S: string,
  D: string,
  M: ReadonlyArray<string>,
  E: ReadonlySet<string>,
  severity: string
): Judged => {
  const key = [title, categories.join("\r"), threats.join("\r"), S, D, M.join(), Array.from(E).join(), severity].join(
    "\n"
  )
  const known = key.length > keyMax ? undefined : decisions.get(key)
  if (known !== undefined) return known
  const isCustomers = S === "microsoftsentinel" || customers.has(D)
  const H = threats.join("\n").slice(0, comparedTextMax)
  const T = withoutUserText(title, isCustomers)
  const facts: AlertFacts = { T, isCustomers, H, ...categoriesOf(categories), S, D, M, E, severity }
  const found = { facts, decided: messageTypeOf(facts) }
  if (decisions.size >= decisionsMax) decisions.clear()
  if (key.length <= keyMax) decisions.set(key, found)
  return found
}

/** Reads an alert of `alerts_v2` and its evidence. */
export const of = (value: Properties, witnesses: ReadonlyArray<Witness>): AlertCase => {
  const title = text(value["title"])
  const category = text(value["category"])
  const categories = [...category === undefined ? [] : [category], ...listOf(value["categories"])]
  const threats = [...listOf(value["threatDisplayName"]), ...listOf(value["threatFamilyName"])]
  const types = new Set<string>()
  let tags = ""
  for (const { raw, type } of witnesses) {
    if (Array.isArray(raw["tags"]) && tags.length <= comparedTextMax) tags += `${listOf(raw["tags"]).join("\n")}\n`
    // An unknown type is none here, even when its raw name equals a known type's.
    if (typesRead.has(type)) types.add(type)
    if (type === "malware") threats.push(...listOf(raw["name"]))
  }
  const { others, techniques } = techniquesOf(value["mitreTechniques"])
  const severity = Severity.of(value["severity"])
  const service = lowerOf(value["serviceSource"])
  const S = renamed[service] ?? service
  const D = lowerOf(value["detectionSource"])
  const { decided, facts } = judged(title ?? "", categories, threats, S, D, techniques, types, severity.label)
  return {
    value,
    title,
    categories,
    severity,
    isHarmless: Severity.isHarmless(value["classification"]),
    isClosed: isClosed(value["status"]),
    facts,
    decided,
    techniques,
    otherTechniques: others,
    cves: isPolicy(decided.row)
      ? []
      : cvesIn(`${facts.T}\n${facts.H}\n${tags}${vulnerabilitiesIn(value["additionalData"])}`),
    witnesses,
    places: devicesOf(witnesses, S),
    created: instant(value["createdDateTime"]),
    updated: instant(value["lastUpdateDateTime"])
  }
}
