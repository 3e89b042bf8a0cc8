/**
 * Which side of a connection an evidence object is on.
 *
 * Graph tells what an object's part was; WitFoo's lead rules want a client and a server, and which of them is the
 * victim depends on the message type.
 */
import type { Side } from "./EvidenceFacts.ts"
import type { MessageType } from "./MessageTypes.ts"
import { isPrivate } from "./NormalForms.ts"
import type { Witness } from "./Witness.ts"

/** The ends of a connection. */
export interface Ends {
  readonly client?: Side | undefined
  readonly server?: Side | undefined
}

/** Message types whose victim is the client. */
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

/** Whether what is affected by alerts of a type is the client, as WitFoo's lead rules have it. */
export const isVictimClient = (messageType: MessageType): boolean => victimIsClient.has(messageType)

const hostileRoles: ReadonlySet<string> = new Set(["attacker", "commandandcontrol"])
const targetRoles: ReadonlySet<string> = new Set(["attacked", "compromised", "destination"])
const affectedRoles: ReadonlySet<string> = new Set([...targetRoles, "edited", "created", "added", "loaded"])

/** Types that are part of what is attacked, whatever address they have. */
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

/** Sources whose addresses are those of a sign-in or a cloud session: the client's. */
const signInSources: ReadonlySet<string> = new Set(["azureadidentityprotection", "microsoftdefenderforcloudapps"])

const isDevice = ({ decoded }: Witness) => decoded.known && (decoded.type === "device" || decoded.type === "ioTDevice")

const hostileIn = (all: ReadonlyArray<Witness>) => {
  const hasDevice = all.some(isDevice)
  return (witness: Witness): boolean => {
    const { decoded, facts, roles, verdict } = witness
    if (roles.some((role) => hostileRoles.has(role))) return true
    // An address in a URL is where the victim was led to, whatever role the URL itself has.
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

/** Explicit facts win over those of a side. */
const joined = (explicit: Side | undefined, side: Side | undefined): Side | undefined =>
  explicit === undefined ? side : side === undefined ? explicit : { ...side, ...explicit }

/** The ends that each evidence object of an alert gives, in their order. */
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
    // Where a link led to is the other end than the victim's, whatever the evidence itself is.
    // A mail's sender is a client already, and another host than the one that its link leads to.
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
