/**
 * Decides whether an evidence object is the client or the server of a connection, and on which device it is.
 *
 * Graph sends an object's role; WitFoo's lead rules want a client and a server, and the message type decides which of
 * them is the victim. See `.github/MAPPING.md`, "Client and server".
 */
import { isPrivate } from "../domain/NormalForms.ts"
import { complete, type Host } from "./Entities.ts"
import type { MessageType } from "./MessageTypes.ts"
import type { Witness } from "./Witness.ts"

/** The client and the server of a connection; each may be unknown. */
export interface Ends {
  readonly client?: Host | undefined
  readonly server?: Host | undefined
}

const affectedClients =
  /^(?:malicious_behavior|anomalous_behavior|ids_event|phishing_\w+|ransomware_\w+|botnet_connection|data_exfiltration|data_staging|content_filter|policy_violation|prohibited_connection|infrastructure_exploit)$/
/** Lead rules of these have the actor as client and a target as server, whether the actor is known or not. */
const affectedServers = /^(?:auth_failure|exploit_attempt|recon|service_disruption|data_destruction)$/

const hostileRoles: ReadonlySet<string> = new Set(["attacker", "commandandcontrol"])
const targetRoles: ReadonlySet<string> = new Set(["attacked", "compromised", "destination"])
const affectedRoles: ReadonlySet<string> = new Set([...targetRoles, "edited", "created", "added", "loaded"])

/** Evidence that belongs to the attacked side, whatever address it has; an alert with one of `victims` has a victim. */
const victims =
  /^(?:device|ioTDevice|container|kubernetes\w+|azureResource|amazonResource|googleCloudResource|blob|blobContainer)$/
const affectedTypes = new RegExp(
  `${victims.source}|^(?:user|mailbox|hostLogonSession|containerImage|containerRegistry)$`
)

/** Sources whose addresses are the client's in a sign-in, a cloud session or an access to a cloud resource. */
const sessionServices = /^(?:azureadidentityprotection|microsoftdefenderforcloudapps|microsoftsecurityforai)$/
const sessionDetections =
  /^microsoftdefenderfor(?:storage|keyvault|databases|resourcemanager|apimanagement|appservice)$/

const isPublic = (ip: string | undefined): ip is string => ip !== undefined && !isPrivate(ip)

const hostileIn = (all: ReadonlyArray<Witness>) => {
  const hasVictim = all.some(({ isBystander, type }) => !isBystander && victims.test(type))
  return (witness: Witness): boolean => {
    const { isBystander, isClean, roles, seen, type, verdict } = witness
    if (isClean || isBystander) return false
    if (roles.some((role) => hostileRoles.has(role))) return true
    // An address in a URL is where the victim was led to: hostile whatever role the URL has.
    if (seen.target !== undefined && seen.mails.length === 0) return true
    if (roles.some((role) => affectedRoles.has(role))) return false
    if (
      roles.includes("source")
      && all.some((other) => other !== witness && other.roles.some((role) => targetRoles.has(role)))
    ) return true
    if (affectedTypes.test(type) || !isPublic(seen.hosts[0]?.ip)) return false
    return verdict === "malicious" || verdict === "suspicious" || roles.length === 0 && hasVictim
  }
}

/** Returns the client and server that each evidence object gives, in the order of `all`, before it is on a device. */
export const place = (
  all: ReadonlyArray<Witness>,
  messageType: MessageType,
  { detection, service }: { readonly service: string; readonly detection: string }
): ReadonlyArray<Ends> => {
  const isHostile = hostileIn(all)
  const hostile = all.map(isHostile)
  const isActorClient = affectedServers.test(messageType) ||
    !affectedClients.test(messageType) && hostile.includes(true)
  const isSession = sessionServices.test(service) || sessionDetections.test(detection)
  return all.map(({ roles, seen, type }, index) => {
    const { target } = seen
    // The host that a link leads to is the end opposite the victim. It is the server when the evidence has a client
    // already: the sender of a mail is another host.
    const led = !isActorClient || seen.client?.ip !== undefined ? { server: target } : { client: target }
    const client = complete(seen.client, led.client)
    const server = complete(seen.server, led.server)
    const side = seen.hosts[0]
    if (side === undefined) return { client, server }
    const isAffected = affectedTypes.test(type) || !isPublic(side.ip) || roles.some((role) => affectedRoles.has(role))
    const isPeer = messageType === "botnet_connection" || roles.includes("commandandcontrol")
      || roles.includes("destination")
    const isTarget = isActorClient || !affectedClients.test(messageType)
        && (roles.includes("attacked") || roles.includes("destination"))
    const isClient = type === "cloudLogonSession"
      || type === "ip" && isSession && !isPeer
      || (hostile[index] === true ? isActorClient : isAffected ? !isTarget : true)
    return isClient ? { client: complete(client, side), server } : { client, server: complete(server, side) }
  })
}

/** Types of evidence that is on a device. */
const onDevices = /^(?:file|process|malware|registryKey|registryValue)$/
const endpointServices = /^(?:microsoftdefenderforendpoint|microsoft365defender)$/

/** On which device of its alert an object is. */
export interface Place {
  /** Number of the device in the evidence. */
  readonly device: number
  /** Whether it is there because the alert has no other device. */
  readonly isOnly: boolean
}

/** Returns the device of each evidence object; devices are on themselves. */
export const devicesOf = (all: ReadonlyArray<Witness>, service: string): ReadonlyArray<Place | undefined> => {
  const devices: Array<number> = []
  const byId = new Map<string, number>()
  for (const [index, { seen, type }] of all.entries()) {
    if (type !== "device") continue
    devices.push(index)
    const id = seen.detail("mdeDeviceId")?.toLowerCase()
    if (id !== undefined && !byId.has(id)) byId.set(id, index)
  }
  if (devices.length === 0) return []
  const only = devices.length === 1 && endpointServices.test(service) ? devices[0] : undefined
  return all.map(({ seen, type }, index) => {
    const isDevice = type === "device"
    if (!isDevice && type !== "hostLogonSession" && !onDevices.test(type)) return undefined
    const id = seen.detail("mdeDeviceId")?.toLowerCase()
    if (type === "malware" && seen.files.length === 0 && seen.processes.length === 0) return undefined
    const named = id === undefined ? undefined : byId.get(id)
    if (named !== undefined) return { device: named, isOnly: false }
    if (isDevice) return { device: index, isOnly: false }
    return id === undefined && only !== undefined && onDevices.test(type) ? { device: only, isOnly: true } : undefined
  })
}

/** Puts files, processes and registry objects on the side of their devices, with name, address and MAC of those. */
export const settle = (
  all: ReadonlyArray<Witness>,
  ends: ReadonlyArray<Ends>,
  places: ReadonlyArray<Place | undefined>
): ReadonlyArray<Ends> =>
  places.length === 0 ? ends : ends.map((own, index) => {
    const place = places[index]
    if (place === undefined || !onDevices.test(all[index]!.type)) return own
    const { client, server } = ends[place.device]!
    const without = (host: Host | undefined) => host === undefined ? undefined : { ...host, port: undefined }
    return { client: without(client), server: without(server) }
  })
