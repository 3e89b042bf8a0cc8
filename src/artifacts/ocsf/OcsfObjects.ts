/** Renders entities as objects of OCSF: files, people, processes, computers, messages, links, resources. */
import type { File, Host, Mail, Observation, Process, User } from "../Entities.ts"
import { having, mail, millis } from "./OcsfEvent.ts"

/** Returns a whole number; undefined for any other text. */
export const whole = (text: string | undefined): number | undefined => {
  const found = text === undefined || text.trim() === "" ? NaN : Number(text)
  return Number.isSafeInteger(found) ? found : undefined
}

const hash = (algorithm_id: number, algorithm: string, value: string | undefined) =>
  value === undefined ? [] : [{ algorithm_id, algorithm, value }]

/** Renders the hashes of a file. */
export const hashesOf = (
  file: File
) => [
  ...hash(3, "SHA-256", file.sha256),
  ...hash(2, "SHA-1", file.sha1),
  ...hash(1, "MD5", file.md5),
  ...hash(0, "Unknown", file.hash)
]

/** Renders a file. One that has no name is named by its path, or by its hash. */
export const fileOf = (file: File) => {
  const hashes = hashesOf(file)
  const name = file.name ?? file.path ?? hashes[0]?.value ?? file.sha256ac
  return name === undefined ? undefined : {
    name,
    type_id: file.name === undefined ? 0 : 1,
    path: file.path,
    size: whole(file.size),
    hashes,
    company_name: file.publisher,
    signature: file.sha256ac === undefined
      ? undefined
      : { algorithm_id: 4, digest: { algorithm_id: 3, algorithm: "SHA-256", value: file.sha256ac } }
  }
}

/** Renders a person or an account. */
export const userOf = (user: User) => {
  const [uid, uid_alt] = [user.objectId, user.sid, user.guid].filter((one) => one !== undefined)
  return having(
    {
      name: user.name ?? user.account ?? (uid === undefined ? user.displayName : undefined),
      uid,
      uid_alt,
      full_name: user.displayName,
      domain: user.domain,
      email_addr: mail(user.name),
      account: user.account === undefined ? undefined : { name: user.account },
      org: user.tenant === undefined ? undefined : { uid: user.tenant }
    },
    "name",
    "uid"
  )
}

/** Renders a process; one without a number has an id of its evidence. */
export const processOf = ({ command, image, parent, pid, started }: Process, uid: string): object => ({
  name: image.name,
  pid: whole(pid),
  uid: whole(pid) === undefined ? uid : undefined,
  path: image.path,
  cmd_line: command,
  created_time: millis(started),
  file: fileOf(image),
  parent_process: parent === undefined ? undefined : processOf(parent, `${uid}/parent`)
})

const macForm = /^(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/
const ipCharsMax = 40

const addressOf = ({ ip, mac, name }: Host) => ({
  hostname: name,
  ip: ip === undefined || ip.length > ipCharsMax ? undefined : ip,
  mac: mac === undefined || !macForm.test(mac) ? undefined : mac
})

/** Renders an end of a connection. */
export const endpointOf = (host: Host | undefined, country?: string) => {
  if (host === undefined) return undefined
  const port = whole(host.port)
  const location = country === undefined ? undefined : { country }
  return having(
    { ...addressOf(host), port: port !== undefined && port <= 65_535 ? port : undefined, location },
    "hostname",
    "ip"
  )
}

/** Renders the computer that an object is about. */
export const deviceOf = (seen: Observation, type: string, owner: string | undefined) => {
  const [host] = seen.hosts
  if (host === undefined) return undefined
  return having(
    {
      ...addressOf(host),
      uid: seen.detail("mdeDeviceId") ?? seen.detail("deviceId") ?? seen.detail("vmId"),
      uid_alt: seen.detail("aadDeviceId"),
      type_id: type === "ioTDevice" ? 7 : 0,
      domain: seen.domain,
      model: seen.detail("model"),
      vendor_name: seen.detail("manufacturer"),
      risk_level: seen.detail("deviceRisk"),
      owner: owner === undefined ? undefined : { name: owner }
    },
    "hostname",
    "ip",
    "uid"
  )
}

/** Renders a message that has a sender or a recipient. */
export const mailOf = (seen: Observation, { from, server, subject, to }: Mail) => {
  const addresses = [mail(to)].filter((one) => one !== undefined)
  return having(
    {
      from: mail(from),
      to: addresses.length === 0 ? undefined : addresses,
      subject,
      message_uid: seen.detail("internetMessageId"),
      uid: seen.detail("networkMessageId"),
      smtp_from: mail(seen.detail("envelopeFrom")),
      x_originating_ip: server === undefined ? undefined : [server]
    },
    "from",
    "to"
  )
}

/** Renders a link. */
export const urlOf = ({ fqdn, port, protocol, uri }: Observation["links"][number]) => ({
  url_string: uri,
  hostname: fqdn,
  domain: fqdn,
  scheme: protocol?.toLowerCase(),
  port: whole(port)
})

/** Renders a resource of a cloud, or whatever else is no person, host or file. */
export const resourceOf = (type: string, seen: Observation) => {
  const isPath = seen.files.length === 0 && seen.processes.length === 0 && !type.startsWith("registry")
  return having(
    {
      uid: isPath ? seen.path : undefined,
      name: seen.detail("resourceName") ?? seen.application,
      type: seen.detail("resourceType") ?? type
    },
    "uid",
    "name"
  )
}

/** Renders a key or a value of the registry. */
export const registryOf = (type: string, seen: Observation) => {
  if (seen.path === undefined || !type.startsWith("registry")) return {}
  const name = seen.detail("registryValueName")
  return name === undefined ? { reg_key: { path: seen.path } } : {
    reg_value: {
      path: seen.path,
      name,
      type: seen.detail("registryValueType"),
      data: seen.detail("registryValue")
    }
  }
}

/** Renders a container. */
export const containerOf = (type: string, seen: Observation) =>
  type !== "container" ? undefined : having(
    {
      name: seen.detail("container"),
      uid: seen.detail("containerId"),
      image: seen.detail("image") === undefined ? undefined : { uid: seen.detail("image") }
    },
    "name",
    "uid"
  )
