/** What several evidence types have in common: users, files, computers, links, addresses and resources. */
import * as N from "../domain/NormalForms.ts"
import { complete, type File, type Host, type Json, type Observation, type Process, type User } from "./Entities.ts"
import { list, object, word } from "./EvidenceReading.ts"

/** Returns the account's owner; `name` is the first of principal name, domain and account, SID and object id. */
export const userOf = (account: Json, name = N.userName(account)): User => ({
  name,
  account: N.text(account.accountName),
  domain: N.text(account.domainName),
  sid: N.text(account.userSid),
  objectId: N.text(account.azureAdUserId),
  guid: N.text(account.activeDirectoryObjectGuid),
  displayName: word(account.displayName),
  tenant: N.text(account.tenantId)
})

/** Reads an account, and what it opened. */
export const user = (to: Observation, sent: unknown, name?: string): void => {
  const account = object(sent)
  const found = userOf(account, name)
  for (const key in found) {
    if (found[key as keyof User] === undefined) continue
    to.users.push(found)
    break
  }
  accesses(to, account.resourceAccessEvents)
}

/** Reads what an account or a device opened, when, and from where. */
const accesses = (to: Observation, events: unknown): void => {
  const times: Array<string> = []
  for (const one of list(events).map(object)) {
    to.list("accessedResource", one.resourceIdentifier)
    to.list("accessedFrom", one.ipAddress)
    to.list("accessedBy", one.accountId)
    const time = N.text(one.accessDateTime)
    if (time !== undefined) times.push(time)
  }
  times.sort()
  to.tell("accessed", times[0])
  to.tell("accessed", times.length > 1 ? times.at(-1) : undefined)
}

/** Returns a host's address and port: the first of a text that another host can reach; the others become details. */
export const hostOf = (to: Observation, ...candidates: ReadonlyArray<unknown>): Host => {
  let host: Host = {}
  for (const candidate of candidates) {
    for (const { port, scope, text } of N.addresses(candidate)) {
      if (host.ip === undefined && scope !== "local") host = { ip: text, port }
      else if (text !== host.ip) to.list("ip", text)
    }
  }
  return host
}

/** Reads a computer: its DNS name, or `hostName` with `dnsDomain` unless it has a dot, and its addresses. */
export const device = (to: Observation, value: Json): void => {
  const own = N.name(value.hostName)
  const domain = N.name(value.dnsDomain)
  const joined = own === undefined || domain === undefined || own.includes(".") ? own : `${own}.${domain}`
  const name = N.name(value.deviceDnsName) ?? joined
  const { ip } = hostOf(to, value.lastIpAddress, ...list(value.ipInterfaces))
  to.hosts.push({ name, ip: ip ?? hostOf(to, value.lastExternalIpAddress).ip })
  to.domain ??= N.dotted(name)
  if (own !== name) to.tell("host", own)
  accesses(to, value.resourceAccessEvents)
}

/** Returns the last part of a Windows or Unix path. */
const lastPart = (path: string | undefined): string | undefined => N.text(path?.split(/[\\/]/).at(-1))

/** Returns the path with the file name, which Graph sometimes leaves out. */
const fullPath = (path: string | undefined, name: string | undefined): string | undefined => {
  if (path === undefined || name === undefined) return path
  const separator = path.includes("\\") || /^[a-z]:/i.test(path) ? "\\" : "/"
  const low = path.toLowerCase()
  if (low === name.toLowerCase() || low.endsWith(`${separator}${name.toLowerCase()}`)) return path
  return path.endsWith(separator) ? `${path}${name}` : `${path}${separator}${name}`
}

/** Returns the file of `fileDetails`, or of an object that has its properties itself. */
export const fileOf = (details: Json): File => {
  const [name, path] = [N.text(details.fileName), N.text(details.filePath)]
  return {
    name: name ?? lastPart(path),
    path: fullPath(path, name),
    sha256: N.name(details.sha256),
    sha1: N.name(details.sha1),
    md5: N.name(details.md5),
    sha256ac: N.name(details.sha256Ac),
    signer: N.text(details.signer),
    publisher: N.text(details.filePublisher),
    issuer: N.text(details.issuer),
    size: N.text(details.fileSize)
  }
}

const hashTypes: Readonly<Record<string, keyof File>> = {
  sha256: "sha256",
  sha1: "sha1",
  md5: "md5",
  sha256ac: "sha256ac"
}

/** Returns the property for a hash of an algorithm. */
export const hashType = (algorithm: unknown): keyof File =>
  hashTypes[N.text(algorithm)?.trim().toLowerCase() ?? ""] ?? "hash"

/** Reads a file that was stored or sent; details that Graph leaves out may stand in the object itself. */
export const file = (to: Observation, value: Json): void => {
  const { fileDetails } = value
  const found = fileOf(typeof fileDetails === "object" && fileDetails !== null ? object(fileDetails) : value)
  for (const key in found) {
    if (found[key as keyof File] === undefined) continue
    to.files.push(found)
    return
  }
}

/** Returns a process with its parent. */
export const processOf = (value: Json): Process => {
  const image = value.parentProcessImageFile
  const parent: Process = {
    image: fileOf(object(image)),
    pid: N.wholeNumber(value.parentProcessId),
    started: N.text(value.parentProcessCreationDateTime)
  }
  return {
    image: fileOf(object(value.imageFile)),
    pid: N.wholeNumber(value.processId),
    command: N.text(value.processCommandLine),
    started: N.text(value.processCreationDateTime),
    parent: image === undefined && parent.pid === undefined && parent.started === undefined ? undefined : parent
  }
}

/** Reads a link that the object is about, without what it says of a connection. */
export const link = (to: Observation, sent: unknown): N.UrlParts => {
  const parts = N.urlParts(sent)
  if (parts.uri !== undefined) to.links.push(parts)
  return parts
}

/** Reads a link that somebody followed: its address is the hostile end, which has its port. */
export const url = (to: Observation, sent: unknown): void => {
  const { address, port, protocol } = link(to, sent)
  to.protocol ??= protocol
  // A port belongs to the side of its address. A host that has a name is the server.
  if (address !== undefined) {
    const host = hostOf(to, address)
    if (host.ip !== undefined) to.target = { ...host, port }
  } else if (port !== undefined) to.server = complete(to.server, { port })
}

/** Reads a URL of a list that is no field. */
export const otherUrl = (to: Observation, sent: unknown): void => {
  const parts = N.urlParts(sent)
  to.list("url", parts.uri)
  to.list("domain", parts.fqdn)
  to.list("ip", parts.address)
}

/** Returns the country code of an address, or else the country's name. */
export const countryOf = (ip: Json): string | undefined =>
  N.text(ip.countryLetterCode) ?? N.text(object(ip.location).countryName)

const resourceIdForm = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?(?:\/.*?)??(?:\/providers\/(.+))?$/i

/** Longest text that is parsed as a resource id; Azure's own limit is far below. */
const resourceIdMax = 2048

/** Returns `Microsoft.Sql/servers/databases` for `Microsoft.Sql/servers/<name>/databases/<name>`. */
const typeOfResource = (provided: string | undefined): string | undefined => {
  if (provided === undefined) return undefined
  const [namespace, ...rest] = provided.split("/")
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/")
}

const machines: ReadonlySet<string> = new Set([
  "microsoft.compute/virtualmachines",
  "microsoft.compute/virtualmachinescalesets/virtualmachines",
  "microsoft.hybridcompute/machines",
  "microsoft.classiccompute/virtualmachines"
])

/** Returns the name of the computer that a resource id names. */
export const machineOf = (id: string | undefined): string | undefined => {
  const provided = id === undefined || id.length > resourceIdMax ? undefined : resourceIdForm.exec(id)?.[3]
  const type = typeOfResource(provided)
  return type !== undefined && machines.has(type.toLowerCase()) ? N.name(provided?.split("/").at(-1)) : undefined
}

/** Reads a resource of Azure by its id and type; a virtual machine is a computer. */
export const resource = (value: Json, to: Observation): void => {
  const id = N.text(value.resourceId)
  const parts = id === undefined || id.length > resourceIdMax ? null : resourceIdForm.exec(id)
  to.application = word(value.resourceType) ?? typeOfResource(parts?.[3])
  to.path = id
  const machine = machineOf(id)
  if (machine !== undefined) to.hosts.push({ name: machine })
  to.tell("azureResource", id)
  to.tell("subscription", parts?.[1])
  to.tell("resourceGroup", parts?.[2])
}
