/** Reads the collections of a legacy alert into the entities of evidence: one witness for each entry. */
import * as N from "../domain/NormalForms.ts"
import type { Properties } from "../domain/Shape.ts"
import type { Host, Observation } from "./Entities.ts"
import { object, reader, type Reading } from "./EvidenceReading.ts"
import * as Parts from "./ReadParts.ts"
import type { Witness } from "./Witness.ts"

/** Returns the objects in a list property, without other elements. */
export const entriesOf = (value: Properties, name: string): ReadonlyArray<Properties> => {
  const entries = value[name]
  return Array.isArray(entries)
    ? entries.filter((one) => typeof one === "object" && one !== null && !Array.isArray(one))
    : []
}

/** Returns an enum's word; `unknown` and `unknownFutureValue` count as absent. */
const word = (value: unknown): string | undefined => {
  const found = N.text(value)
  return found === "unknown" || found === "unknownFutureValue" ? undefined : found
}

/** Returns a file with its hash, unless it is one of a part of the file, or of what resembles it. */
const fileOf = (value: Properties) => {
  const { hashType, hashValue } = object(value["fileHash"])
  const type = Parts.hashType(hashType)
  const hash = type === "hash" || type === "sha256ac" ? {} : { [type]: N.name(hashValue) }
  return { name: N.text(value["name"]), path: N.text(value["path"]), ...hash }
}

const endOf = (to: Observation, address: unknown, nat: unknown, port: unknown, natPort: unknown): Host => {
  const own = Parts.hostOf(to, address)
  // A port belongs to its own address.
  if (own.ip !== undefined) return { ...own, port: N.port(port) ?? own.port }
  const translated = Parts.hostOf(to, nat)
  return { ...translated, port: N.port(translated.ip === undefined ? port ?? natPort : natPort) }
}

/** By collection, in the order in which they count. */
const readings: Readonly<Record<string, Reading>> = {
  networkConnections: {
    sets: "protocol application=applicationName domain=destinationDomain",
    read: (value, to) => {
      const { natDestinationAddress, natDestinationPort, natSourceAddress, natSourcePort } = value
      to.client = endOf(to, value.sourceAddress, natSourceAddress, value.sourcePort, natSourcePort)
      to.server = endOf(to, value.destinationAddress, natDestinationAddress, value.destinationPort, natDestinationPort)
      Parts.link(to, value.destinationUrl)
      to.tell("direction", word(value.direction))
      to.tell("connection", word(value.status))
    }
  },
  hostStates: {
    sets: "domain=fqdn",
    details: "os",
    read: (value, to) => {
      const [name, external] = [N.name(value.fqdn) ?? N.name(value.netBiosName), N.address(value.publicIpAddress)]
      const { ip = Parts.hostOf(to, external).ip } = Parts.hostOf(to, value.privateIpAddress)
      to.hosts.push({ name, ip })
      to.tell("externalIp", external)
    }
  },
  fileStates: {
    read: (value, to) => {
      to.files.push(fileOf(value))
      to.tell("hashType", word(object(value.fileHash).hashType))
    }
  },
  userStates: {
    details: "isVpn",
    read: (value, to) => {
      const { aadUserId, onPremisesSecurityIdentifier } = value
      Parts.user(to, { ...value, azureAdUserId: aadUserId, userSid: onPremisesSecurityIdentifier })
      to.client = Parts.hostOf(to, value.logonIp)
      to.country = N.text(value.logonLocation)
      to.tell("logonType", word(value.logonType))
    }
  },
  processes: {
    read: (value, to) => {
      const { name, pid } = { name: N.text(value.parentProcessName), pid: N.wholeNumber(value.parentProcessId) }
      to.processes.push({
        image: fileOf(value),
        pid: N.wholeNumber(value.processId),
        command: N.text(value.commandLine),
        parent: { image: { name }, pid }
      })
      Parts.user(to, {}, N.text(value.accountName))
      to.tell("integrity", word(value.integrityLevel))
    }
  },
  messageSecurityStates: {
    details: "networkMessageId internetMessageId delivery=deliveryAction",
    read: (value, to) => {
      to.client = Parts.hostOf(to, value.connectingIP)
      to.mails.push({ subject: N.text(value.messageSubject), server: to.client.ip })
      to.tell("direction", word(value.directionality))
    }
  },
  uriClickSecurityStates: {
    sets: "domain=uriDomain",
    details: "clickVerdict=verdict",
    read: (value, to) => void Parts.link(to, value.uriDomain)
  },
  registryKeyStates: {
    read: (value, to) => {
      const hive = word(value.hive)
      if (N.text(value.key) !== undefined) {
        to.path = [hive, N.text(value.key), N.text(value.valueName)].filter((one) => one !== undefined).join("\\")
      }
      to.tell("registryHive", hive)
      to.tell("registryOperation", word(value.operation))
    }
  },
  cloudAppStates: {
    sets: "application=destinationServiceName",
    details: "appRisk=riskScore",
    read: (value, to) => {
      to.server = Parts.hostOf(to, value.destinationServiceIp)
    }
  },
  securityResources: {
    sets: "path=resource",
    details: "azureResource=resource",
    read: (_, to) => {
      const machine = Parts.machineOf(to.path)
      if (machine !== undefined) to.hosts.push({ name: machine })
    }
  },
  malwareStates: { details: "malware=name malwareFamily=family malwareCategory=category" },
  vulnerabilityStates: { details: "cveSeverity=severity" }
}

const observe = reader(readings, {})

/** Witness types by collection, where the type decides a side. */
const types: Readonly<Record<string, string>> = { hostStates: "device", securityResources: "azureResource" }

/** Reads all entries. The names of hosts stand beside their addresses in connections; mails have their people. */
export const witnessesOf = (value: Properties): ReadonlyArray<Witness> => {
  const all = Object.keys(readings).flatMap((collection) =>
    entriesOf(value, collection).map((raw) => ({
      collection,
      raw,
      seen: observe({ type: collection, known: true, value: raw, partial: undefined, drift: [] })
    }))
  )
  const of = (name: string) => all.filter(({ collection }) => collection === name)
  const roleOf = (raw: Properties) => N.text(raw["emailRole"])?.toLowerCase()
  const addressOf = (role: string) =>
    of("userStates").find(({ raw, seen }) => roleOf(raw) === role && seen.users[0]?.name?.includes("@") === true)?.seen
      .users[0]?.name
  const [from, to] = [addressOf("sender"), addressOf("recipient")]
  const [first] = of("messageSecurityStates")
  if (first !== undefined) first.seen.mails[0] = { ...first.seen.mails[0], from, to }
  else if (from !== undefined || to !== undefined) of("userStates")[0]?.seen.mails.push({ from, to })
  for (const { raw, seen } of of("hostStates")) {
    const own = new Set(["privateIpAddress", "publicIpAddress"].map((name) => N.address(raw[name])))
    const has = (end: Host | undefined) => end?.ip !== undefined && own.has(end.ip)
    const connection = of("networkConnections").find(({ seen: { client, server } }) => has(client) || has(server))?.seen
    if (connection === undefined) continue
    const end = has(connection.client) ? "client" : "server"
    connection[end] = { ...connection[end], name: seen.hosts[0]?.name }
    seen.hosts.length = 0
  }
  // The sender of a mail is its victim when the mail goes out, else the user only when nobody else is named.
  const isOut = N.text(first?.raw["directionality"])?.toLowerCase() === "outbound"
  return all.map(({ collection, raw, seen }) => {
    const isOther = collection === "userStates" && (roleOf(raw) === "sender") !== isOut
    const type = types[collection] ?? ""
    return {
      raw,
      decoded: { type: collection, known: type !== "", partial: undefined, value: raw, drift: [] },
      type,
      seen,
      roles: [],
      verdict: "",
      isClean: false,
      isBystander: false,
      isPrimary: !isOther
    }
  })
}
