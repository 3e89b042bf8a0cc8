/**
 * Decides whether an evidence object is the client or the server of a connection.
 *
 * Graph sends an object's role; WitFoo's lead rules want a client and a server, and the message type decides which of
 * them is the victim. See `.github/MAPPING.md`, "Client and server".
 */
import type { Side } from "./EvidenceFacts.ts"
import type { MessageType } from "./MessageTypes.ts"
import { isPrivate } from "./NormalForms.ts"
import type { Witness } from "./Witness.ts"

/** The client and the server of a connection; each may be unknown. */
export interface Ends {
  readonly client?: Side | undefined
  readonly server?: Side | undefined
}

const victimIsClient: ReadonlySet<MessageType> = new Set<MessageType>([
  "malicious_behavior",
  "anomalous_behavior",
  "ids_event",
  "phishing_email",
  "phishing_click",
  "ransomware_download",
  "ransomware_encryption",
  "botnet_connection",
  "data_exfiltration",
  "data_staging",
  "content_filter",
  "policy_violation",
  "infrastructure_exploit"
])

/** Whether WitFoo's lead rules take the client for the victim of this message type. */
export const isVictimClient = (messageType: MessageType): boolean => victimIsClient.has(messageType)

const hostileRoles: ReadonlySet<string> = new Set(["attacker", "commandandcontrol"])
const targetRoles: ReadonlySet<string> = new Set(["attacked", "compromised", "destination"])
const affectedRoles: ReadonlySet<string> = new Set([...targetRoles, "edited", "created", "added", "loaded"])

/** Evidence types that belong to the attacked side, whatever address they have. */
const affectedTypes: ReadonlySet<string> = new Set([
  "device",
  "ioTDevice",
  "hostLogonSession",
  "user",
  "mailbox",
  "container",
  "containerImage",
  "containerRegistry",
  "kubernetesCluster",
  "kubernetesController",
  "kubernetesNamespace",
  "kubernetesPod",
  "kubernetesSecret",
  "kubernetesService",
  "kubernetesServiceAccount",
  "azureResource",
  "amazonResource",
  "googleCloudResource",
  "blob",
  "blobContainer"
])

/** Sources whose addresses are the client's in a sign-in or cloud session. */
const signInSources: ReadonlySet<string> = new Set(["azureadidentityprotection", "microsoftdefenderforcloudapps"])

const isDevice = ({ decoded }: Witness) => decoded.known && (decoded.type === "device" || decoded.type === "ioTDevice")

const hostileIn = (all: ReadonlyArray<Witness>) => {
  const hasDevice = all.some(isDevice)
  return (witness: Witness): boolean => {
    const { decoded, facts, roles, verdict } = witness
    if (roles.some((role) => hostileRoles.has(role))) return true
    // An address in a URL is where the victim was led to: hostile whatever role the URL has.
    if (decoded.type === "url" && facts.hostile?.ip !== undefined) return true
    if (roles.some((role) => affectedRoles.has(role))) return false
    if (
      roles.includes("source")
      && all.some((other) => other !== witness && other.roles.some((role) => targetRoles.has(role)))
    ) return true
    const ip = facts.side?.ip
    if (ip === undefined || (decoded.known && affectedTypes.has(decoded.type)) || isPrivate(ip)) return false
    if (verdict === "malicious" || verdict === "suspicious") return true
    return !witness.isClean && roles.length === 0 && hasDevice
  }
}

/** Joins two sides; the parts of `explicit` win. */
const joined = (explicit: Side | undefined, side: Side | undefined): Side | undefined =>
  explicit === undefined ? side : side === undefined ? explicit : { ...side, ...explicit }

/** Returns the client and server that each evidence object gives, in the order of `all`. */
export const place = (
  all: ReadonlyArray<Witness>,
  messageType: MessageType,
  serviceSource: string
): ReadonlyArray<Ends> => {
  const isHostile = hostileIn(all)
  const hostile = all.map(isHostile)
  const hasHostile = all.some((witness, index) => hostile[index] === true && !witness.isClean)
  const affectedIsClient = victimIsClient.has(messageType) || !hasHostile
  const isSignIn = signInSources.has(serviceSource)
  return all.map(({ decoded, facts }, index) => {
    const { side } = facts
    // The host that a link leads to is the end opposite the victim. It is the server when the evidence has a client
    // already: the sender of a mail is another host.
    const led = affectedIsClient || facts.client !== undefined ? { server: facts.hostile } : { client: facts.hostile }
    const client = joined(facts.client, led.client)
    const server = joined(facts.server, led.server)
    if (side === undefined) return { client, server }
    const isClient = decoded.type === "cloudLogonSession"
      || (isSignIn && decoded.type === "ip")
      || (hostile[index] === true) !== affectedIsClient
    return isClient ? { client: joined(client, side), server } : { client, server: joined(server, side) }
  })
}
