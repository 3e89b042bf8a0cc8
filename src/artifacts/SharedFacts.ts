/** Mapping rules that several evidence readers share. */
import { type FactsDraft, type Json, list, object, word } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"

/** Adds the account's name, SID, Entra object id and display name as tags. */
export const accountTags = (draft: FactsDraft, account: Json): void => {
  draft.tag("account", account.accountName)
  draft.tag("userSid", account.userSid)
  draft.tag("aadUserId", account.azureAdUserId)
  draft.tag("displayName", account.displayName)
}

/** Sets `userName` (see `N.userName`) and adds the account's tags. */
export const user = (draft: FactsDraft, account: Json): void => {
  draft.set("userName", N.userName(account))
  accountTags(draft, account)
}

/** Returns the DNS name, or `hostName` with `dnsDomain` unless it has a dot. */
const hostOf = (device: Json): string | undefined => {
  const dns = N.name(device.deviceDnsName)
  if (dns !== undefined) return dns
  const host = N.name(device.hostName)
  const domain = N.name(device.dnsDomain)
  return host === undefined || domain === undefined || host.includes(".") ? host : `${host}.${domain}`
}

const firstAddress = (candidates: ReadonlyArray<unknown>): string | undefined => {
  for (const candidate of candidates) {
    const found = N.address(candidate)
    if (found !== undefined && !N.isLocal(found)) return found
  }
  return undefined
}

/** Sets a computer's name and first usable address, and adds its tags. */
export const device = (draft: FactsDraft, value: Json): void => {
  const hostname = hostOf(value)
  // Loopback and link-local addresses would make one host of all machines.
  const ip = firstAddress([value.lastIpAddress, ...list(value.ipInterfaces), value.lastExternalIpAddress])
  draft.place("side", { hostname, ip })
  draft.set("fqdn", N.dotted(hostname))
  const machine = object(value.vmMetadata)
  draft.tag("mdeDeviceId", value.mdeDeviceId)
  draft.tag("aadDeviceId", value.azureAdDeviceId)
  draft.tag("os", value.osPlatform)
  draft.tag("deviceRisk", value.riskScore)
  draft.tag("externalIp", value.lastExternalIpAddress)
  draft.tag("vmId", machine.vmId)
  draft.tag("azureResource", machine.resourceId)
}

/**
 * Sets `fileHash` to the strongest hash; the others become tags. An Authenticode hash covers only part of the file, so
 * it is always a tag.
 */
export const hashes = (draft: FactsDraft, details: Json): void => {
  const [sha256, sha1, md5] = [N.name(details.sha256), N.name(details.sha1), N.name(details.md5)]
  draft.set("fileHash", sha256 ?? sha1 ?? md5)
  if (sha256 !== undefined) draft.tag("sha1", sha1)
  if (sha256 !== undefined || sha1 !== undefined) draft.tag("md5", md5)
  draft.tag("sha256ac", N.name(details.sha256Ac))
}

/** Returns the last part of a Windows or Unix path. */
export const lastPart = (path: string | undefined): string | undefined => N.text(path?.split(/[\\/]/).at(-1))

/** Returns the path with the file name, which Graph sometimes leaves out. */
export const fullPath = (details: Json): string | undefined => {
  const path = N.text(details.filePath)
  const name = N.text(details.fileName)
  if (path === undefined || name === undefined) return path
  const separator = path.includes("\\") || /^[a-z]:/i.test(path) ? "\\" : "/"
  const low = path.toLowerCase()
  if (low === name.toLowerCase() || low.endsWith(`${separator}${name.toLowerCase()}`)) return path
  return path.endsWith(separator) ? `${path}${name}` : `${path}${separator}${name}`
}

/** Returns the file's name, or else the last part of its path. */
export const fileName = (details: Json): string | undefined =>
  N.text(details.fileName) ?? lastPart(N.text(details.filePath))

/** Sets a file's name, path and hash, and adds its size and who signed it as tags. */
export const file = (draft: FactsDraft, details: Json): void => {
  draft.set("fileName", fileName(details))
  draft.set("filePath", fullPath(details))
  hashes(draft, details)
  draft.tag("signer", details.signer)
  draft.tag("publisher", details.filePublisher)
  draft.tag("issuer", details.issuer)
  draft.tag("fileSize", details.fileSize)
}

/** Sets `uri` as sent, and `fqdn` when the URL's host is a name. */
export const link = (draft: FactsDraft, url: unknown): void => {
  const parts = N.urlParts(url)
  draft.set("uri", parts.uri)
  draft.set("fqdn", parts.fqdn)
}

/** Sets what {@link link} sets, plus protocol, port and address, for a URL that takes part in the alert. */
export const url = (draft: FactsDraft, value: unknown): void => {
  const parts = N.urlParts(value)
  link(draft, value)
  draft.set("protocol", parts.protocol)
  // A port belongs to the side of its address. A host that has a name is the server.
  if (parts.address === undefined) draft.place("server", { port: parts.port })
  else draft.place("hostile", { ip: parts.address, port: parts.port })
}

/** Returns the country code of an address, or else the country's name. */
export const regionOf = (ip: Json): string | undefined =>
  N.text(ip.countryLetterCode) ?? N.text(object(ip.location).countryName)

const resourceIdForm = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?(?:\/.*?)??(?:\/providers\/(.+))?$/i

/** Longest text that is parsed as a resource id; Azure's own limit is far below. */
const resourceIdMax = 2048

const partsOf = (id: string | undefined) =>
  id === undefined || id.length > resourceIdMax ? null : resourceIdForm.exec(id)

/** Returns `Microsoft.Sql/servers/databases` for `Microsoft.Sql/servers/<name>/databases/<name>`. */
const typeOfResource = (provided: string | undefined): string | undefined => {
  if (provided === undefined) return undefined
  const [namespace, ...rest] = provided.split("/")
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/")
}

/** Adds a resource's id, name, subscription and resource group as tags. */
export const resourceTags = (draft: FactsDraft, resource: Json): void => {
  const id = N.text(resource.resourceId)
  const parts = partsOf(id)
  draft.tag("azureResource", id)
  draft.tag("resourceName", resource.resourceName)
  draft.tag("subscription", parts?.[1])
  draft.tag("resourceGroup", parts?.[2])
}

/** Sets `application` to the resource's type and `filePath` to its id, and adds its tags. */
export const resource = (draft: FactsDraft, value: Json): void => {
  const id = N.text(value.resourceId)
  const parts = partsOf(id)
  draft.set("application", word(value.resourceType) ?? typeOfResource(parts?.[3]))
  draft.set("filePath", id)
  resourceTags(draft, value)
}
