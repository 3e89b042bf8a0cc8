/** One evidence object as the mapping reads it: its decoded form, its facts, and what it says of itself. */
import type { Properties } from "../domain/Shape.ts"
import { decode, type DecodedEvidence } from "../evidence/Evidence.ts"
import { type EvidenceFacts, factsOf } from "./EvidenceFacts.ts"

/** An evidence object of an alert. */
export interface Witness {
  readonly raw: Properties
  readonly decoded: DecodedEvidence
  readonly facts: EvidenceFacts
  /** Lower case, without those that say nothing. */
  readonly roles: ReadonlyArray<string>
  /** Lower case. */
  readonly verdict: string
  /** Its verdict is that it is no threat. */
  readonly isClean: boolean
  /** It has a role, and that is only to have been there. */
  readonly isBystander: boolean
  readonly isPrimary: boolean
}

const nothing: Properties = {}

const isProperties = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const listed = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string")

/** Whether a lower-case role says only that something was there. */
export const isIdle = (role: string): boolean => role === "contextual" || role === "scanned"

/** Reads one element of an alert's evidence, whatever it is. */
export const make = (element: unknown): Witness => {
  const decoded = decode(element)
  const raw = isProperties(element) ? element : nothing
  const roles = listed(raw["roles"])
    .map((role) => role.trim().toLowerCase())
    .filter((role) => role !== "" && role !== "unknown" && role !== "unknownfuturevalue")
  const verdict = typeof raw["verdict"] === "string" ? raw["verdict"].trim().toLowerCase() : ""
  return {
    raw,
    decoded,
    facts: factsOf(decoded),
    roles,
    verdict,
    isClean: verdict === "nothreatsfound",
    isBystander: roles.length > 0 && roles.every(isIdle),
    isPrimary: listed(raw["detailedRoles"]).some((role) => role.toLowerCase().startsWith("primary"))
  }
}
