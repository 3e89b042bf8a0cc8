/** Renders the entities of one evidence object as an item of `evidences` of OCSF. */
import { details, valueOf } from "../../domain/Details.ts"
import { evidenceDetails } from "../AlertArtifacts.ts"
import type { Host, Observation } from "../Entities.ts"
import type { Ends } from "../Sides.ts"
import type { Witness } from "../Witness.ts"
import type { Observables } from "./Observables.ts"
import { having, mail, type Word, wordOf } from "./OcsfEvent.ts"
import {
  containerOf,
  deviceOf,
  endpointOf,
  fileOf,
  hashesOf,
  mailOf,
  processOf,
  registryOf,
  resourceOf,
  urlOf,
  userOf,
  whole
} from "./OcsfObjects.ts"

/** Evidence that is a computer, whose host is no end of a connection. */
const machines =
  /^(?:device|ioTDevice|nic|hostLogonSession|azureResource|amazonResource|googleCloudResource|kubernetesPod)$/

const verdicts: ReadonlyMap<string, Word> = new Map<string, Word>([["malicious", [2, "True Positive"]], ["suspicious", [
  4,
  "Suspicious"
]], ["nothreatsfound", [5, "Benign"]]])

const ownDetails = details("domain path country owner mailbox delivery detection application started ended")

/** Adds a value; one name may stand for several. */
const gathered = (to: Map<string, unknown>, name: string, value: unknown, isList = false): void => {
  if (value === undefined || value === null) return
  const before = to.get(name)
  if (Array.isArray(before)) {
    if (!before.includes(value)) before.push(value)
  } else if (before === undefined) to.set(name, isList ? [value] : value)
  else if (isList || before !== value) to.set(name, [before, value])
}

/** What an object tells beyond the attributes of OCSF, by the names of WitFoo's tags and of the entities. */
const dataOf = (seen: Observation, told: Map<string, unknown>, isMention: boolean): object => {
  for (const [name, value] of seen.details) gathered(told, name, value)
  for (const [name, value] of seen.lists) gathered(told, name, value, true)
  for (const detail of ownDetails) gathered(told, detail.name, valueOf(detail, seen))
  const from = isMention ? 0 : 1
  const [[user], [host], [message], [file], [process]] = [
    seen.users,
    seen.hosts,
    seen.mails,
    seen.files,
    seen.processes
  ]
  if (!isMention) {
    gathered(told, "adObject", user?.guid)
    gathered(told, "mac", host?.mac)
    gathered(told, "sender", message?.from)
    gathered(told, "recipient", message?.to)
    for (const image of [file, process?.image, process?.parent?.image]) {
      gathered(told, "signer", image?.signer, true)
      gathered(told, "issuer", image?.issuer, true)
      if (whole(image?.size) === undefined) gathered(told, "fileSize", image?.size, true)
    }
  }
  return {
    ...Object.fromEntries(told),
    users: seen.users.slice(from),
    hosts: seen.hosts.slice(from),
    processes: seen.processes.slice(from),
    files: seen.files.slice(from),
    urls: seen.links.slice(from),
    mails: seen.mails.slice(message !== undefined && mailOf(seen, message) === undefined ? 0 : from),
    connection: isMention ? { client: seen.client, server: seen.server, target: seen.target } : undefined,
    related: seen.mentions.map((one) => dataOf(one, new Map(), true))
  }
}

/** Where an object stands among its alert's. */
export interface Standing {
  readonly uid: string
  readonly ends: Ends
  /** The device that a file, a process or a registry value is on; undefined for the object's own. */
  readonly on: Witness | undefined
}

const observed = (seen: Observation, isMachine: boolean, ends: Ends, to: Observables): void => {
  for (const { name } of seen.users) to.add(mail(name) === undefined ? "user" : "mail", "evidences[].user.name", name)
  const host = (place: string, one: Host | undefined): void => {
    to.add("hostname", `evidences[].${place}.hostname`, one?.name)
    to.add("ip", `evidences[].${place}.ip`, one?.ip)
    to.add("mac", `evidences[].${place}.mac`, one?.mac)
  }
  if (isMachine) host("device", seen.hosts[0])
  host("src_endpoint", ends.client)
  host("dst_endpoint", ends.server)
  for (const one of [...seen.hosts.slice(1), seen.target]) host("data.hosts[]", one)
  for (const file of [...seen.files, ...seen.processes.map(({ image }) => image)]) {
    to.add("file", "evidences[].file.name", file.name)
    for (const { value } of hashesOf(file)) to.add("hash", "evidences[].file.hashes[].value", value)
  }
  for (const { command, image } of seen.processes) {
    to.add("process", "evidences[].process.name", image.name)
    to.add("command", "evidences[].process.cmd_line", command)
  }
  for (const { fqdn, uri } of seen.links) {
    to.add("url", "evidences[].url.url_string", uri)
    to.add("hostname", "evidences[].url.hostname", fqdn)
  }
  for (const one of seen.mails) {
    to.add("mail", "evidences[].email.from", mail(one.from))
    to.add("mail", "evidences[].email.to", mail(one.to))
  }
  for (const one of seen.mentions) observed(one, false, { client: one.hosts[0] }, to)
}

/** Renders one evidence object. */
export const evidenceOf = (
  { decoded, raw, seen, type, verdict }: Witness,
  standing: Standing,
  to: Observables
): object => {
  const { ends, on, uid } = standing
  const isMachine = machines.test(type)
  const sides: Ends = on !== undefined ? {} : isMachine ? { client: seen.client, server: seen.server } : ends
  const isServers = seen.server !== undefined || type === "ip"
  const [[user], [process], [file], [link], [message]] = [
    seen.users,
    seen.processes,
    seen.files,
    seen.links,
    seen.mails
  ]
  const [verdict_id, caption] = wordOf(verdicts, verdict)
  const resource = isMachine && seen.path === undefined ? undefined : resourceOf(decoded.type, seen)
  const told = new Map<string, unknown>([["type", decoded.type], ["roles", raw["roles"]]])
  for (const detail of evidenceDetails) {
    if (detail.name !== "verdict") told.set(detail.name, valueOf(detail, raw))
  }
  observed(seen, isMachine, sides, to)
  to.add("resource", "evidences[].resources[].uid", resource?.uid)
  const registry = registryOf(type, seen)
  if ("reg_key" in registry) to.add("registryKey", "evidences[].reg_key.path", seen.path)
  return {
    uid,
    name: decoded.type,
    verdict_id: verdict === "" ? undefined : verdict_id,
    verdict: verdict === "" ? undefined : caption,
    user: user === undefined ? undefined : userOf(user),
    device: isMachine
      ? deviceOf(seen, type, seen.owner)
      : on === undefined
      ? undefined
      : deviceOf(on.seen, "device", undefined),
    src_endpoint: endpointOf(sides.client, isServers && type !== "ip" ? undefined : seen.country),
    dst_endpoint: endpointOf(sides.server, isServers ? seen.country : undefined),
    connection_info: seen.protocol === undefined
      ? undefined
      : { direction_id: 0, protocol_name: seen.protocol.toLowerCase() },
    process: process === undefined ? undefined : processOf(process, uid),
    file: file === undefined ? undefined : fileOf(file),
    url: link === undefined ? undefined : urlOf(link),
    email: message === undefined ? undefined : mailOf(seen, message),
    container: containerOf(type, seen),
    ...registry,
    resources: resource === undefined ? undefined : [resource],
    data: dataOf(seen, told, false)
  }
}

const affected: ReadonlySet<string> = new Set(["attacked", "compromised", "destination"])
const actors: ReadonlySet<string> = new Set(["attacker", "commandandcontrol", "source"])

/** What an alert's evidence says of computers, people and resources of the tenant, for `resources` of the event. */
export const resourcesOf = ({ isBystander, isClean, roles, seen, type }: Witness): ReadonlyArray<object> => {
  if (isBystander || isClean) return []
  const [role_id, role]: Word = roles.some((one) => affected.has(one))
    ? [3, "Affected"]
    : roles.some((one) => actors.has(one))
    ? [2, "Actor"]
    : [0, "Unknown"]
  if (machines.test(type)) {
    const device = deviceOf(seen, type, seen.owner)
    const resource = resourceOf(type, seen)
    const name = device?.hostname ?? resource?.name
    const found = having(
      {
        uid: resource?.uid ?? device?.uid,
        name,
        type: device === undefined ? resource?.type : "Device",
        hostname: device?.hostname,
        ip: device?.ip
      },
      "uid",
      "name"
    )
    return found === undefined ? [] : [{ ...found, role_id, role }]
  }
  if (type === "user" || type === "mailbox") {
    const [user] = seen.users
    const found = user === undefined ? undefined : userOf(user)
    return found === undefined ? [] : [{ name: found.name, uid: found.uid, type: "User", role_id, role }]
  }
  return []
}
