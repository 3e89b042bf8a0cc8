/**
 * The fields of an alert's own artifact: each the value of the highest-ranked evidence that has it.
 *
 * Fields that belong together are taken from one object, or the file of one would get the hash of another.
 */
import type { EvidenceFacts, Side } from "./EvidenceFacts.ts"
import type { Ends } from "./Sides.ts"
import { isIdle, type Witness } from "./Witness.ts"

/** What an alert's evidence gives it. */
export interface AlertFields extends Ends {
  readonly fields: Partial<EvidenceFacts["fields"]>
}

type Name = keyof EvidenceFacts["fields"]
type Values = { -readonly [K in Name]?: string }

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

const rankOf = (witness: Witness): number =>
  roleRank(witness) * 8 + (witness.isPrimary ? 0 : 4) + (verdictRanks.get(witness.verdict) ?? 2)

const singles: ReadonlyArray<Name> = ["application", "protocol", "geoRegion"]

/** Groups of fields, in the order in which a field decides whose group is taken. */
const groups: ReadonlyArray<ReadonlyArray<Name>> = [
  ["fileName", "fileHash", "filePath"],
  ["program", "pid"],
  ["emailFrom", "emailTo", "emailSubject", "emailSendingServer"],
  ["uri", "fqdn"]
]

const sideOrder: ReadonlyArray<keyof Side> = ["ip", "hostname", "mac", "port"]

interface Source {
  readonly type: string
  readonly fields: EvidenceFacts["fields"]
  readonly ends: Ends
}

/** What is no threat says who and where, and no more. */
const hostOf = (side: Side | undefined): Side | undefined =>
  side?.hostname === undefined ? undefined : { hostname: side.hostname }

const sourceOf = ({ decoded: { type }, facts, isClean }: Witness, ends: Ends): Source =>
  isClean
    ? {
      type,
      fields: facts.fields.userName === undefined ? {} : { userName: facts.fields.userName },
      ends: { client: hostOf(ends.client), server: hostOf(ends.server) }
    }
    : { type, fields: facts.fields, ends }

/** Who was logged on to a device, or owns it, need not be the one that the alert is about. */
const isGuess = ({ type }: Source): boolean => type === "device" || type === "ioTDevice"

const userOf = (sources: ReadonlyArray<Source>): string | undefined => {
  const named = sources.filter(({ fields }) => fields.userName !== undefined)
  return (named.find((source) => !isGuess(source)) ?? named[0])?.fields.userName
}

const endOf = (sources: ReadonlyArray<Source>, end: "client" | "server"): Side | undefined => {
  for (const key of sideOrder) {
    const found = sources.find(({ ends }) => ends[end]?.[key] !== undefined)
    if (found !== undefined) return found.ends[end]
  }
  return undefined
}

/** The alert's fields from its evidence and the ends of each. */
export const of = (witnesses: ReadonlyArray<Witness>, ends: ReadonlyArray<Ends>): AlertFields => {
  const sources = witnesses
    .map((witness, index) => ({ rank: rankOf(witness), source: sourceOf(witness, ends[index] ?? {}) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ source }) => source)
  const fields: Values = {}
  for (const name of singles) {
    const value = sources.find((source) => source.fields[name] !== undefined)?.fields[name]
    if (value !== undefined) fields[name] = value
  }
  const userName = userOf(sources)
  if (userName !== undefined) fields.userName = userName
  for (const group of groups) {
    for (const name of group) {
      const leader = sources.find((source) => source.fields[name] !== undefined)
      if (leader === undefined) continue
      for (const member of group) {
        const value = leader.fields[member]
        if (value !== undefined) fields[member] = value
      }
      break
    }
  }
  return { fields, client: endOf(sources, "client"), server: endOf(sources, "server") }
}
