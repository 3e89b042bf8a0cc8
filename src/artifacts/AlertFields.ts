/**
 * Chooses the fields of an alert's own artifact: each comes from the highest-ranked evidence that has it.
 *
 * Fields that belong together come from one object, or the file of one would get the hash of another; and all that is on
 * a device comes from one device. See `.github/MAPPING.md`, "The alert's own fields".
 */
import { tagsMax } from "../domain/Bounds.ts"
import type { Host } from "./Entities.ts"
import type { Ends, Place } from "./Sides.ts"
import { type Fields, tagOfField } from "./WitFoo.ts"
import { rankOf, type Witness } from "./Witness.ts"

/** The fields and ends that an alert takes from its evidence, and what names the rest of it. */
export interface AlertFields extends Ends {
  readonly fields: Fields
  readonly others: ReadonlyArray<readonly [tag: string, value: string]>
}

type Name = keyof Fields

const singles: ReadonlyArray<Name> = ["application", "protocol", "geoRegion"]
const fileNames: ReadonlyArray<Name> = ["fileName", "fileHash", "filePath"]

/** Groups of fields taken from one object: the first field of a group that any object has chooses the object. */
const groups: ReadonlyArray<ReadonlyArray<Name>> = [["program", "pid"], [
  "emailFrom",
  "emailTo",
  "emailSubject",
  "emailSendingServer"
], ["uri", "fqdn"]]

const hostOrder: ReadonlyArray<keyof Host> = ["ip", "name", "mac", "port"]

interface Source {
  readonly witness: Witness
  readonly index: number
  readonly rank: number
  readonly fields: Fields
  readonly ends: Ends
  /** Number of its device. */
  readonly device: number | undefined
}

const nameOnly = (host: Host | undefined): Host | undefined =>
  host?.name === undefined ? undefined : { name: host.name }

const isEmpty = (host: Host | undefined): boolean =>
  host === undefined || hostOrder.every((part) => host[part] === undefined)

const firstWith = (sources: ReadonlyArray<Source>, name: Name): Source | undefined =>
  sources.find(({ fields }) => fields[name] !== undefined)

const take = (to: Fields, from: Fields | undefined, names: ReadonlyArray<Name>): void => {
  for (const name of names) if (from?.[name] !== undefined) to[name] = from[name]
}

const leaderOf = (sources: ReadonlyArray<Source>, group: ReadonlyArray<Name>): Source | undefined => {
  for (const name of group) {
    const found = firstWith(sources, name)
    if (found !== undefined) return found
  }
  return undefined
}

/** A device's owner or logged-on user is a guess. */
const isGuess = ({ fields, witness: { seen } }: Source): boolean =>
  seen.users.length === 0 && fields.userName === seen.owner

const endOf = (sources: ReadonlyArray<Source>, end: "client" | "server", device: Source | undefined) => {
  if (!isEmpty(device?.ends[end])) return device!.ends[end]
  for (const part of hostOrder) {
    const found = sources.find(({ ends }) => ends[end]?.[part] !== undefined)
    if (found !== undefined) return found.ends[end]
  }
  return undefined
}

/** Names of evidence, as tags of an alert, by which it is found as well. */
const namesBeside = (
  sources: ReadonlyArray<Source>,
  { client, fields, server }: Ends & { readonly fields: Fields }
) => {
  const others: Array<readonly [string, string]> = []
  const add = (tag: string, value: string | undefined) => {
    if (value === undefined) return
    let count = 0
    for (const [name, other] of others) {
      if (name === tag && (other === value || ++count >= tagsMax.ofOthers)) return
    }
    others.push([tag, value])
  }
  const addHost = (host: Host | undefined, [name, ip]: readonly [string, string]) => {
    if (host === undefined || host === client || host === server) return
    if (host.name !== client?.name && host.name !== server?.name) add(name, host.name)
    if (host.ip !== client?.ip && host.ip !== server?.ip) add(ip, host.ip)
  }
  for (const { ends, fields: given, witness: { isBystander } } of sources) {
    addHost(ends.client, isBystander ? ["seen", "seen"] : ["host", "ip"])
    addHost(ends.server, isBystander ? ["seen", "seen"] : ["host", "ip"])
    for (const [tag, field] of tagOfField) {
      const value = given[field]
      if (value === undefined || value === fields[field]) continue
      if (!isBystander) add(tag, value)
      else if (tag === "user" || tag === "file") add("seen", value)
    }
  }
  return others
}

const clean = (source: Source): Source => ({
  ...source,
  fields: source.fields.userName === undefined ? {} : { userName: source.fields.userName },
  ends: { client: nameOnly(source.ends.client), server: nameOnly(source.ends.server) }
})

/** Returns the number of the device that the highest-ranked object names, of equal ones the device itself. */
const deviceOf = (all: ReadonlyArray<Source>): number | undefined => {
  let found: Source | undefined
  for (const source of all) {
    const { device, index, rank, witness: { isBystander, type } } = source
    if (device === undefined || isBystander || type === "hostLogonSession") continue
    if (found === undefined || rank === found.rank && device === index && found.device !== found.index) found = source
  }
  return found?.device
}

/** Returns the alert's fields; the lists are in the order of `witnesses`. */
export const of = (
  witnesses: ReadonlyArray<Witness>,
  fieldsOf: ReadonlyArray<Fields>,
  ends: ReadonlyArray<Ends>,
  places: ReadonlyArray<Place | undefined>
): AlertFields => {
  if (witnesses.length === 0) return { fields: {}, others: [] }
  const all = witnesses.map((witness, index): Source => ({
    witness,
    index,
    rank: rankOf(witness),
    fields: fieldsOf[index]!,
    ends: ends[index]!,
    device: places[index]?.device
  })).sort((one, other) => one.rank - other.rank)
  const number = places.length === 0 ? undefined : deviceOf(all)
  // Bystanders give nothing, clean evidence only names.
  const sources: Array<Source> = []
  for (const source of all) {
    const { device, witness: { isBystander, isClean } } = source
    if (isBystander || device !== undefined && device !== number) continue
    sources.push(isClean ? clean(source) : source)
  }
  const fields: Fields = {}
  for (const name of singles) take(fields, firstWith(sources, name)?.fields, [name])
  const user = sources.find((source) => source.fields.userName !== undefined && !isGuess(source))
  take(fields, (user ?? firstWith(sources, "userName"))?.fields, ["userName"])
  for (const group of groups) take(fields, leaderOf(sources, group)?.fields, group)
  const stored = sources.filter(({ witness: { seen } }) => seen.files.length > 0)
  const ran = leaderOf(sources, ["program", "pid"])
  const isRun = ran !== undefined && (ran.fields.filePath ?? ran.fields.fileHash) !== undefined
  take(fields, (leaderOf(stored, fileNames) ?? (isRun ? ran : leaderOf(sources, fileNames)))?.fields, fileNames)
  const device = number === undefined ? undefined : sources.find(({ index }) => index === number)
  const [client, server] = [endOf(sources, "client", device), endOf(sources, "server", device)]
  return { fields, client, server, others: namesBeside(all, { fields, client, server }) }
}
