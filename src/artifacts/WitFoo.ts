/**
 * Renders entities as fields and tags of WitFoo's artifact: tables from an entity's property to a field or a tag.
 *
 * See `.github/MAPPING.md`, "Entities".
 */
import { details, valueOf } from "../domain/Details.ts"
import type { Artifact } from "./Artifact.ts"
import { type File, hashOf, type Mail, type Observation, type User } from "./Entities.ts"
import type { MessageType } from "./MessageTypes.ts"
import type { Tags } from "./Tags.ts"

type Name =
  | "application"
  | "protocol"
  | "userName"
  | "emailFrom"
  | "emailTo"
  | "emailSendingServer"
  | "emailSubject"
  | "fileName"
  | "filePath"
  | "fileHash"
  | "program"
  | "pid"
  | "fqdn"
  | "geoRegion"
  | "uri"

/** The fields that entities fill, but those of the client and the server. */
export type Fields = { -readonly [K in keyof Pick<Artifact, Name>]?: string }

/** What the rest of the alert says of its messages and mailboxes. */
export interface View {
  readonly tenantId: string
  readonly messageType: MessageType
  /** Whether a compromised account of the alert sends. */
  readonly isSender: boolean
  /** Senders of the alert's outbound messages. */
  readonly senders: ReadonlySet<string>
}

/** Whether an alert's message is about whoever sent it. */
const isOfSender = ({ direction }: Mail, { messageType }: View): boolean =>
  direction === "outbound" || direction === "intraorg" && messageType === "malicious_session"

const received: ReadonlySet<MessageType> = new Set([
  "phishing_email",
  "phishing_click",
  "content_filter",
  "malicious_software"
])

/** Whether a mailbox of an alert is there as a sender's. */
const sends = (mailbox: string, { isSender, senders }: View): boolean => isSender || senders.has(mailbox)

/** Fields by what fills them. Of a running program, the image's path and hash count where no other file is told. */
const sources: { readonly [K in Name]: (seen: Observation, view: View) => string | undefined } = {
  application: ({ application }) => application,
  protocol: ({ protocol }) => protocol,
  userName: ({ mails: [mail], owner, users: [user] }, view) =>
    user?.name ?? (mail === undefined ? undefined : isOfSender(mail, view) ? mail.from : mail.to) ?? owner,
  emailFrom: ({ mailbox, mails: [mail] }, view) =>
    mail?.from ?? (mailbox !== undefined && sends(mailbox, view) ? mailbox : undefined),
  emailTo: ({ mailbox, mails: [mail] }, view) =>
    mail?.to
      ?? (mailbox !== undefined && received.has(view.messageType) && !sends(mailbox, view) ? mailbox : undefined),
  emailSubject: ({ mails: [mail] }) => mail?.subject,
  emailSendingServer: ({ mails: [mail] }) => mail?.server,
  fileName: ({ files: [file] }) => file?.name,
  filePath: ({ files: [file], path, processes: [process] }) =>
    file === undefined ? process?.image.path ?? path : file.path,
  fileHash: ({ files: [file], processes: [process] }) => hashOf(file ?? process?.image),
  program: ({ processes: [process] }) => process?.image.name,
  pid: ({ processes: [process] }) => process?.pid,
  uri: ({ links: [link] }) => link?.uri,
  fqdn: ({ domain, links: [link] }) => domain ?? link?.fqdn,
  geoRegion: ({ country }) => country
}
const names = Object.keys(sources) as ReadonlyArray<Name>

/** Returns the fields that an observation fills. */
export const fieldsOf = (seen: Observation, view: View): Fields => {
  const fields: Fields = {}
  for (const name of names) {
    const value = sources[name](seen, view)
    if (value !== undefined && value !== "") fields[name] = value
  }
  return fields
}

const userTags = details("account domain userSid=sid aadUserId=objectId adObject=guid displayName")
const fileTags = details("sha1 md5 sha256ac signer publisher issuer fileSize=size")
const processTags = details(
  "command parentProcess=parent.image.name parentPid=parent.pid parentPath=parent.image.path parentHash=parent.image.sha256|parent.image.sha1|parent.image.md5 parentSigner=parent.image.signer parentStarted=parent.started"
)

const addUser = (tags: Tags, user: User, tenantId: string): void => {
  tags.addFrom(userTags, user)
  if (user.tenant?.toLowerCase() !== tenantId.toLowerCase()) tags.add("userTenant", user.tenant)
}

/** Adds the tags of a file; its strongest hash has a field. */
const addFile = (tags: Tags, file: File, hash: string | undefined): void => {
  for (const detail of fileTags) {
    const found = valueOf(detail, file)
    if (found !== hash) tags.add(detail.name, found)
  }
}

/** The tag by which an alert is found that has the value of another object in no field. */
export const tagOfField: ReadonlyArray<readonly [tag: string, field: Name]> = [
  ["user", "userName"],
  ["process", "program"],
  ["file", "fileName"],
  ["hash", "fileHash"],
  ["url", "uri"],
  ["domain", "fqdn"],
  ["sender", "emailFrom"],
  ["recipient", "emailTo"]
]

/** Adds the tags of an observation; `fields` are those that it fills, and empty for one that fills none. */
export const addTags = (tags: Tags, seen: Observation, fields: Fields, view: View): void => {
  for (const [name, value] of seen.details) tags.add(name, value)
  for (const user of seen.users) {
    addUser(tags, user, view.tenantId)
    if (user.name !== fields.userName) tags.add("user", user.name, "lists")
  }
  for (const file of seen.files) {
    const hash = hashOf(file)
    addFile(tags, file, hash)
    if (file.name !== fields.fileName) tags.add("file", file.name, "lists")
    if (hash !== fields.fileHash) tags.add("hash", hash, "lists")
  }
  for (const process of seen.processes) {
    const hash = hashOf(process.image)
    tags.addFrom(processTags, process)
    addFile(tags, process.image, hash)
    if (process.image.name !== fields.program) tags.add("process", process.image.name, "lists")
    if (hash !== fields.fileHash) tags.add("hash", hash, "lists")
  }
  for (const { fqdn, uri } of seen.links) {
    if (uri !== fields.uri) tags.add("url", uri, "lists").add("domain", fqdn, "lists")
  }
  for (const { to } of seen.mails) if (to !== fields.userName) tags.add("recipient", to)
  // The first is the client or the server; what a nested object of the same host repeats is known.
  const [first, ...others] = seen.hosts
  for (const { ip, mac, name } of others) {
    if (name !== first!.name) tags.add("host", name, "lists")
    if (ip !== first!.ip) tags.add("ip", ip, "lists")
    if (mac !== first!.mac) tags.add("mac", mac, "lists")
  }
  for (const [name, value] of seen.lists) tags.add(name, value, "lists")
  for (const one of seen.mentions) addTags(tags, one, {}, view)
}
