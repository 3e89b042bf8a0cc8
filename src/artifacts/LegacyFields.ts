/**
 * Sets the fields and tags that an artifact takes from the collections of a legacy alert.
 *
 * Each field takes the first entry of its collection that has the value; further values become tags.
 * See `.github/MAPPING.md`, "Legacy collections".
 */
import type { Properties } from "../domain/Shape.ts"
import * as Draft from "./Draft.ts"
import { address, isPrivate, lower, text } from "./NormalForms.ts"
import type { Ends } from "./Sides.ts"
import type { Tags } from "./Tags.ts"

const nothing: Properties = {}

const isProperties = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Returns an object property, or an empty object. */
export const partOf = (value: Properties, name: string): Properties => {
  const part = value[name]
  return isProperties(part) ? part : nothing
}

/** Returns the objects in a list property, without other elements. */
export const entriesOf = (value: Properties, name: string): ReadonlyArray<Properties> => {
  const entries = value[name]
  return Array.isArray(entries) ? entries.filter(isProperties) : []
}

const addressIn = (entry: Properties, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const found = text(entry[name])
    const valid = found === undefined ? undefined : address(found)
    if (valid !== undefined) return valid
  }
  return undefined
}

const lowerIn = (entry: Properties, ...names: ReadonlyArray<string>): string | undefined => {
  const found = Draft.firstText(entry, ...names)
  return found === undefined ? undefined : lower(found)
}

/** Returns an enum's word; `unknown` and `unknownFutureValue` count as absent. */
const wordIn = (entry: Properties, name: string): string | undefined => {
  const word = text(entry[name])
  return word === "unknown" || word === "unknownFutureValue" ? undefined : word
}

const digits = /^\d{1,19}$/

/** Returns a port or process id in digits: Graph sends some as numbers and some as strings. */
const numberIn = (entry: Properties, ...names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const value = entry[name]
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value)
    const found = text(value)
    if (found !== undefined && digits.test(found)) return found
  }
  return undefined
}

const portIn = (entry: Properties, ...names: ReadonlyArray<string>): string | undefined => {
  const port = numberIn(entry, ...names)
  return port === undefined || port === "0" || Number(port) > 65535 ? undefined : port
}

const firstOf = <A>(entries: ReadonlyArray<Properties>, of: (entry: Properties) => A | undefined): A | undefined => {
  for (const entry of entries) {
    const value = of(entry)
    if (value !== undefined) return value
  }
  return undefined
}

const accountOf = (entry: Properties): string | undefined => {
  const principal = text(entry["userPrincipalName"])
  if (principal !== undefined) return principal.includes("@") ? lower(principal) : principal
  const account = text(entry["accountName"])
  const domain = text(entry["domainName"])
  if (account !== undefined) return domain === undefined ? account : `${domain}\\${account}`
  return text(entry["aadUserId"])
}

const hashTypes = new Set(["sha256", "sha1", "md5"])

const hashOf = (entry: Properties): string | undefined => {
  const hash = partOf(entry, "fileHash")
  return hashTypes.has(lowerIn(hash, "hashType") ?? "") ? lowerIn(hash, "hashValue") : undefined
}

const users = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const states = entriesOf(value, "userStates")
  const roleOf = (state: Properties) => lowerIn(state, "emailRole")
  // The sender of a mail is not its victim, and becomes the user only when nobody else is named.
  const victims = states.filter((state) => roleOf(state) !== "sender")
  const user = firstOf(victims, accountOf) ?? firstOf(states, accountOf)
  Draft.set(draft, "userName", user)
  Draft.set(draft, "geoRegion", firstOf(states, (state) => text(state["logonLocation"])))
  const mailOf = (role: string) =>
    firstOf(states.filter((state) => roleOf(state) === role), (state) => {
      const found = accountOf(state)
      return found?.includes("@") === true ? found : undefined
    })
  Draft.set(draft, "emailFrom", mailOf("sender"))
  Draft.set(draft, "emailTo", mailOf("recipient"))
  for (const state of states) {
    const other = accountOf(state)
    if (other !== user) tags.add("user", other)
    tags
      .add("aadUserId", state["aadUserId"])
      .add("userSid", state["onPremisesSecurityIdentifier"])
      .add("logonType", wordIn(state, "logonType"))
      .add("isVpn", state["isVpn"])
  }
}

const files = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const state = firstOf(
    entriesOf(value, "fileStates"),
    (entry) => (text(entry["name"]) ?? text(entry["path"]) ?? hashOf(entry)) === undefined ? undefined : entry
  )
  if (state === undefined) return
  Draft.set(draft, "fileName", text(state["name"]))
  Draft.set(draft, "filePath", text(state["path"]))
  Draft.set(draft, "fileHash", hashOf(state))
  tags.add("hashType", wordIn(partOf(state, "fileHash"), "hashType"))
}

const processes = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const all = entriesOf(value, "processes")
  const process = all.find((entry) => text(entry["name"]) !== undefined) ?? all[0]
  if (process === undefined) return
  Draft.set(draft, "program", text(process["name"]))
  Draft.set(draft, "pid", numberIn(process, "processId"))
  // The path and hash of the process must not stand beside the name of another file.
  if (draft.fileName === undefined && draft.filePath === undefined && draft.fileHash === undefined) {
    Draft.set(draft, "filePath", text(process["path"]))
    Draft.set(draft, "fileHash", hashOf(process))
  }
  Draft.fill(draft, "userName", text(process["accountName"]))
  tags
    .add("command", process["commandLine"])
    .add("parentProcess", process["parentProcessName"])
    .add("parentPid", process["parentProcessId"])
    .add("integrity", wordIn(process, "integrityLevel"))
}

const registry = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const state = entriesOf(value, "registryKeyStates").find((entry) => text(entry["key"]) !== undefined)
  if (state === undefined) return
  const path = [wordIn(state, "hive"), text(state["key"]), text(state["valueName"])].filter((one) => one !== undefined)
  Draft.fill(draft, "filePath", path.join("\\"))
  tags.add("registryHive", wordIn(state, "hive")).add("registryOperation", wordIn(state, "operation"))
}

const mail = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const states = entriesOf(value, "messageSecurityStates")
  Draft.set(draft, "emailSubject", firstOf(states, (state) => text(state["messageSubject"])))
  Draft.set(draft, "emailSendingServer", firstOf(states, (state) => addressIn(state, "connectingIP")))
  for (const state of states) {
    tags
      .add("networkMessageId", state["networkMessageId"])
      .add("internetMessageId", state["internetMessageId"])
      .add("delivery", state["deliveryAction"])
  }
}

const links = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const clicks = entriesOf(value, "uriClickSecurityStates")
  const connections = entriesOf(value, "networkConnections")
  const clicked = firstOf(clicks, (click) => text(click["uriDomain"]))
  const url = firstOf(connections, (connection) => text(connection["destinationUrl"]))
  Draft.set(draft, "uri", url ?? clicked)
  const domain = clicked
    ?? firstOf(connections, (connection) => text(connection["destinationDomain"]))
    ?? firstOf(entriesOf(value, "hostStates"), (host) => text(host["fqdn"]))
  Draft.set(draft, "fqdn", domain === undefined ? undefined : lower(domain))
  for (const click of clicks) tags.add("clickVerdict", click["verdict"])
}

const others = (value: Properties, draft: Draft.Draft, tags: Tags): void => {
  const connections = entriesOf(value, "networkConnections")
  const apps = entriesOf(value, "cloudAppStates")
  Draft.set(draft, "protocol", firstOf(connections, (one) => wordIn(one, "protocol"))?.toUpperCase())
  Draft.set(
    draft,
    "application",
    firstOf(connections, (one) => text(one["applicationName"]))
      ?? firstOf(apps, (app) => text(app["destinationServiceName"]))
  )
  for (const one of connections) {
    tags.add("direction", wordIn(one, "direction")).add("connection", wordIn(one, "status"))
  }
  for (const app of apps) tags.add("appRisk", app["riskScore"])
  for (const state of entriesOf(value, "malwareStates")) {
    tags
      .add("malware", state["name"])
      .add("malwareFamily", state["family"])
      .add("malwareCategory", state["category"])
  }
  for (const state of entriesOf(value, "vulnerabilityStates")) tags.add("cveSeverity", state["severity"])
  for (const resource of entriesOf(value, "securityResources")) {
    Draft.fill(draft, "filePath", text(resource["resource"]))
    tags.add("azureResource", resource["resource"])
  }
}

const hosts = (value: Properties, tags: Tags) => {
  const states = entriesOf(value, "hostStates")
  const nameOf = (host: Properties) => lowerIn(host, "fqdn", "netBiosName")
  const host = states.find((entry) => nameOf(entry) !== undefined)
    ?? states.find((entry) => addressIn(entry, "privateIpAddress", "publicIpAddress") !== undefined)
  for (const state of states) {
    const external = addressIn(state, "publicIpAddress")
    tags.add("os", state["os"]).add("externalIp", external)
    if (state !== host) tags.add("host", nameOf(state))
  }
  if (host === undefined) return undefined
  return { hostname: nameOf(host), ip: addressIn(host, "privateIpAddress", "publicIpAddress"), state: host }
}

/** Returns the port of an end's address; an address from elsewhere has none of the connection's ports. */
const portOf = (connection: Properties, end: "source" | "destination", ip: string | undefined) => {
  const translated = end === "source" ? "natSource" : "natDestination"
  if (addressIn(connection, `${end}Address`) !== undefined) return portIn(connection, `${end}Port`)
  if (addressIn(connection, `${translated}Address`) !== undefined) return portIn(connection, `${translated}Port`)
  return ip === undefined ? portIn(connection, `${end}Port`, `${translated}Port`) : undefined
}

/** Returns both ends: a connection keeps its direction; its address or the message type decides the end of a host. */
const ends = (value: Properties, tags: Tags, victimIsClient: boolean): Ends => {
  const connection =
    entriesOf(value, "networkConnections").find((entry) =>
      addressIn(entry, "sourceAddress", "natSourceAddress", "destinationAddress", "natDestinationAddress") !== undefined
    ) ?? entriesOf(value, "networkConnections")[0] ?? nothing
  const source = addressIn(connection, "sourceAddress", "natSourceAddress")
  const foreign = firstOf(entriesOf(value, "userStates"), (state) => addressIn(state, "logonIp"))
    ?? firstOf(entriesOf(value, "messageSecurityStates"), (state) => addressIn(state, "connectingIP"))
  const clientIp = source ?? foreign
  const serverIp = addressIn(connection, "destinationAddress", "natDestinationAddress")
    ?? firstOf(entriesOf(value, "cloudAppStates"), (app) => addressIn(app, "destinationServiceIp"))
  const client: { ip?: string | undefined; port?: string | undefined; hostname?: string | undefined } = {
    ip: clientIp,
    port: portOf(connection, "source", clientIp)
  }
  const server: typeof client = { ip: serverIp, port: portOf(connection, "destination", serverIp) }
  const host = hosts(value, tags)
  if (host !== undefined) {
    const owns = (ip: string | undefined) =>
      ip !== undefined && ["privateIpAddress", "publicIpAddress"].some((name) => addressIn(host.state, name) === ip)
    const isAttacked = client.ip !== undefined && !isPrivate(client.ip) && !victimIsClient
    const owned = owns(client.ip) ? client : owns(server.ip) ? server : undefined
    const wanted = isAttacked ? server : client
    const other = wanted === client ? server : client
    // A name beside a foreign address would merge two hosts. A host goes to the end with its own address, or with none.
    const end = owned ?? (wanted.ip === undefined ? wanted : other.ip === undefined ? other : undefined)
    if (end === undefined) tags.add("host", host.hostname)
    else {
      end.hostname = host.hostname
      end.ip ??= host.ip
    }
  }
  const side = (end: typeof client): Ends["client"] =>
    Object.fromEntries(Object.entries(end).filter(([, part]) => part !== undefined))
  return { client: side(client), server: side(server) }
}

/** Fills an artifact; `victimIsClient` decides the end of the affected host. */
export const fill = (value: Properties, draft: Draft.Draft, tags: Tags, victimIsClient: boolean): void => {
  users(value, draft, tags)
  files(value, draft, tags)
  processes(value, draft, tags)
  registry(value, draft, tags)
  mail(value, draft, tags)
  links(value, draft, tags)
  others(value, draft, tags)
  Draft.setEnds(draft, ends(value, tags, victimIsClient))
}
