/** One evidence object as renderers read it: decoded form, entities, roles and verdict. */
import type { Content } from "../domain/GraphRecord.ts"
import type { Properties } from "../domain/Shape.ts"
import { decode, type DecodedEvidence } from "../evidence/Evidence.ts"
import type { Observation } from "./Entities.ts"
import { reader } from "./EvidenceReading.ts"
import * as Cloud from "./ReadCloud.ts"
import * as Hosts from "./ReadHosts.ts"
import * as Mail from "./ReadMail.ts"

/** Reads the entities of evidence. Pure; never throws, whatever the object holds. */
export const observe = reader({ ...Cloud.readings, ...Hosts.readings, ...Mail.readings }, Hosts.unknown)

/** An evidence object of an alert. */
export interface Witness {
  readonly raw: Properties
  readonly decoded: DecodedEvidence
  /** Evidence type; empty for unknown ones. */
  readonly type: string
  readonly seen: Observation
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

const listed = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string")

const isIdle = (role: string): boolean => role === "contextual" || role === "scanned"

/** Reads one element of an alert's evidence. Never throws. */
export const make = (element: unknown): Witness => {
  const decoded = decode(element)
  const raw = decoded.value
  const roles = listed(raw["roles"])
    .map((role) => role.trim().toLowerCase())
    .filter((role) => role !== "" && role !== "unknown" && role !== "unknownfuturevalue")
  const verdict = typeof raw["verdict"] === "string" ? raw["verdict"].trim().toLowerCase() : ""
  return {
    raw,
    decoded,
    type: decoded.known ? decoded.type : "",
    seen: observe(decoded),
    roles,
    verdict,
    isClean: verdict === "nothreatsfound",
    isBystander: roles.length > 0 && roles.every(isIdle),
    isPrimary: listed(raw["detailedRoles"]).some((role) => role.toLowerCase().startsWith("primary"))
  }
}

/** Characters of evidence that are read before others get their turn: 64 KiB. */
const evidenceStep = 65_536

/** Reads an alert's evidence step by step; `value` is the alert. */
export function* readAll(sent: Content, value: Properties): Generator<undefined, ReadonlyArray<Witness>> {
  const elements: ReadonlyArray<unknown> = Array.isArray(value["evidence"]) ? value["evidence"] : []
  const witnesses: Array<Witness> = []
  let read = 0
  for (let index = 0; index < sent.evidence.length; index++) {
    witnesses.push(make(sent.element === undefined ? elements[index] : sent.element(index)))
    read += Math.min(sent.evidence[index]!.length, evidenceStep)
    if (read < evidenceStep) continue
    read = 0
    yield
  }
  return witnesses
}

const first: ReadonlySet<string> = new Set([
  "attacker",
  "commandandcontrol",
  "compromised",
  "attacked",
  "policyviolator"
])

const roleRank = ({ roles }: Witness): number => {
  let rank = roles.length === 0 ? 2 : 3
  for (const role of roles) {
    const own = first.has(role) ? 0 : role === "source" || role === "destination" ? 1 : isIdle(role) ? 3 : 2
    if (own < rank) rank = own
  }
  return rank
}

const verdictRanks = new Map([["malicious", 0], ["suspicious", 1], ["nothreatsfound", 3]])

/** The lower, the more an object is what its alert is about: by role, then primary, then verdict. */
export const rankOf = (witness: Witness): number =>
  roleRank(witness) * 8 + (witness.isPrimary ? 0 : 4) + (verdictRanks.get(witness.verdict) ?? 2)
