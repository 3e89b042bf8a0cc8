/** One evidence object as the mapping reads it: decoded form, facts, roles and verdict. */
import type { Properties } from "../domain/Shape.ts"
import { decode, type DecodedEvidence } from "../evidence/Evidence.ts"
import { type EvidenceFacts, factsOf } from "./EvidenceFacts.ts"

/** An evidence object of an alert. */
export interface Witness {
  readonly raw: Properties
  readonly decoded: DecodedEvidence
  readonly facts: EvidenceFacts
  /** Lower case, without `unknown` and `unknownFutureValue`. */
  readonly roles: ReadonlyArray<string>
  /** Lower case. */
  readonly verdict: string
  /** Whether the verdict is `noThreatsFound`. */
  readonly isClean: boolean
  /** Whether the object has roles, and only idle ones. */
  readonly isBystander: boolean
  readonly isPrimary: boolean
}

const nothing: Properties = {}

const isProperties = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const listed = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string")

/** Whether a lower-case role says only that an object was present. */
export const isIdle = (role: string): boolean => role === "contextual" || role === "scanned"

/** Reads one element of an alert's evidence. Never throws. */
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
