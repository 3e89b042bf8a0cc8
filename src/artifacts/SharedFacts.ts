/** The rules that several types of evidence share: users, devices, files, URLs, resources. */
import { type FactsDraft, type Json, list, object, word } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"

/** Tags of a user account. */
export const accountTags = (draft: FactsDraft, account: Json): void => {
  draft.tag("account", account.accountName)
  draft.tag("userSid", account.userSid)
  draft.tag("aadUserId", account.azureAdUserId)
  draft.tag("displayName", account.displayName)
}

/** A user account: its one name, the others as tags. */
export const user = (draft: FactsDraft, account: Json): void => {
  draft.set("userName", N.userName(account))
  accountTags(draft, account)
}

/** A name without a dot is completed by its domain. */
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

/**
 * A computer: name and address on its side. Loopback and link-local addresses of its interfaces name no one machine.
 */
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
 * The strongest hash of a file; the others become tags. An Authenticode hash is of a part of the file, never its own.
 */
export const hashes = (draft: FactsDraft, details: Json): void => {
  const [sha256, sha1, md5] = [N.name(details.sha256), N.name(details.sha1), N.name(details.md5)]
  draft.set("fileHash", sha256 ?? sha1 ?? md5)
  if (sha256 !== undefined) draft.tag("sha1", sha1)
  if (sha256 !== undefined || sha1 !== undefined) draft.tag("md5", md5)
  draft.tag("sha256ac", N.name(details.sha256Ac))
}

/** The last part of a path of Windows or Unix. */
export const lastPart = (path: string | undefined): string | undefined => N.text(path?.split(/[\\/]/).at(-1))

/** A path with the file's name at its end, which Graph sometimes leaves out. */
export const fullPath = (details: Json): string | undefined => {
  const path = N.text(details.filePath)
  const name = N.text(details.fileName)
  if (path === undefined || name === undefined) return path
  const separator = path.includes("\\") || /^[a-z]:/i.test(path) ? "\\" : "/"
  const low = path.toLowerCase()
  if (low === name.toLowerCase() || low.endsWith(`${separator}${name.toLowerCase()}`)) return path
  return path.endsWith(separator) ? `${path}${name}` : `${path}${separator}${name}`
}

/** The name of a file. */
export const fileName = (details: Json): string | undefined =>
  N.text(details.fileName) ?? lastPart(N.text(details.filePath))

/** A file: name, path, hash, and who signed it. */
export const file = (draft: FactsDraft, details: Json): void => {
  draft.set("fileName", fileName(details))
  draft.set("filePath", fullPath(details))
  hashes(draft, details)
  draft.tag("signer", details.signer)
  draft.tag("publisher", details.filePublisher)
  draft.tag("issuer", details.issuer)
  draft.tag("fileSize", details.fileSize)
}

/** A URL as sent, and its host's name. */
export const link = (draft: FactsDraft, url: unknown): void => {
  const parts = N.urlParts(url)
  draft.set("uri", parts.uri)
  draft.set("fqdn", parts.fqdn)
}

/** A URL that takes part in the alert: its protocol, port and address as well. */
export const url = (draft: FactsDraft, value: unknown): void => {
  const parts = N.urlParts(value)
  link(draft, value)
  draft.set("protocol", parts.protocol)
  // A port stands on the side of its address; where the host has a name, the side is the server's.
  if (parts.address === undefined) draft.place("server", { port: parts.port })
  else draft.place("hostile", { ip: parts.address, port: parts.port })
}

/** The country of an address. */
export const regionOf = (ip: Json): string | undefined =>
  N.text(ip.countryLetterCode) ?? N.text(object(ip.location).countryName)

const resourceIdForm = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?(?:\/.*?)??(?:\/providers\/(.+))?$/i

/** Azure's own limit is far below: a longer text is no id, and not worth a search. */
const resourceIdMax = 2048

const partsOf = (id: string | undefined) =>
  id === undefined || id.length > resourceIdMax ? null : resourceIdForm.exec(id)

/** `Microsoft.Sql/servers/databases` of `Microsoft.Sql/servers/<name>/databases/<name>`. */
const typeOfResource = (provided: string | undefined): string | undefined => {
  if (provided === undefined) return undefined
  const [namespace, ...rest] = provided.split("/")
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/")
}

/** Tags of an Azure resource. */
export const resourceTags = (draft: FactsDraft, resource: Json): void => {
  const id = N.text(resource.resourceId)
  const parts = partsOf(id)
  draft.tag("azureResource", id)
  draft.tag("resourceName", resource.resourceName)
  draft.tag("subscription", parts?.[1])
  draft.tag("resourceGroup", parts?.[2])
}

/** An Azure resource. */
export const resource = (draft: FactsDraft, value: Json): void => {
  const id = N.text(value.resourceId)
  const parts = partsOf(id)
  draft.set("application", word(value.resourceType) ?? typeOfResource(parts?.[3]))
  draft.set("filePath", id)
  resourceTags(draft, value)
}
