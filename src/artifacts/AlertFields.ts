/**
 * Chooses the fields of an alert's own artifact: each comes from the highest-ranked evidence that has it.
 *
 * Fields that belong together come from one object, or the file of one would get the hash of another.
 * See `.github/MAPPING.md`, "The alert's own fields".
 */
import type { EvidenceFacts, Side } from "./EvidenceFacts.ts"
import type { Ends } from "./Sides.ts"
import { isIdle, type Witness } from "./Witness.ts"

/** The fields and ends that an alert takes from its evidence. */
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

/** Groups of fields taken from one object: the first field of a group that any object has chooses the object. */
const groups: ReadonlyArray<ReadonlyArray<Name>> = [["fileName", "fileHash", "filePath"], ["program", "pid"], [
  "emailFrom",
  "emailTo",
  "emailSubject",
  "emailSendingServer"
], ["uri", "fqdn"]]

const sideOrder: ReadonlyArray<keyof Side> = ["ip", "hostname", "mac", "port"]

interface Source {
  readonly type: string
  readonly fields: EvidenceFacts["fields"]
  readonly ends: Ends
}

/** Evidence with a clean verdict gives only its user and host names. */
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

/** Whether a source's user is a guess: a device's owner or logged-on user. */
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

/** Returns the alert's fields; `ends` is in the order of `witnesses`. */
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
