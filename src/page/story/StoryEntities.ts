/** Users, hosts, addresses, files, URLs and mails of an alert or incident, and which of them belong together. */
import { portalUrl } from "../Portal.ts"
import type { Row } from "../search/Columns.ts"
import { clipped, defanged, harmless } from "../Text.ts"
import { hostsOf, typeOf } from "./EvidenceStory.ts"
import { type Sort, termOf } from "./Mention.ts"
import { at, type Json, listOf, objectOf, textOf, textsOf } from "./RecordJson.ts"

/** What an entity is. */
export const entityKinds = ["user", "host", "address", "file", "URL", "mail"] as const
export type EntityKind = typeof entityKinds[number]

/** Something that alerts have in common. */
export interface Entity {
  /** Unique among entities. */
  readonly id: string
  readonly kind: EntityKind
  readonly value: string
  /** Safe to show. */
  readonly text: string
  /** The query that finds it. */
  readonly term: string
}

/** Entities, and pairs of their ids that belong together. */
export interface Entities {
  readonly nodes: ReadonlyArray<Entity>
  readonly edges: ReadonlyArray<readonly [string, string]>
}

/** Entities of a record. */
const nodesMax = 100
const textMax = 200

const sorts: Readonly<Record<EntityKind, Sort>> = {
  user: "user",
  host: "host",
  address: "address",
  file: "file",
  URL: "url",
  mail: "text"
}

/** An entity of a value. */
export const entity = (kind: EntityKind, value: string): Entity => {
  const shown = clipped(value, textMax)
  return {
    id: `${kind} ${value.toLowerCase()}`,
    kind,
    value,
    text: kind === "URL" ? defanged(shown) : harmless(shown),
    term: termOf(sorts[kind], value)
  }
}

type Found = ReadonlyArray<readonly [EntityKind, unknown]>

/** What an evidence names; the first is what it is about, and the others belong to it. */
const namedBy = (evidence: Json, hosts: ReadonlyMap<string, string>): Found => {
  const said = (path: string) => at(evidence, path)
  const host = ["host", hosts.get(textOf(evidence["mdeDeviceId"]) ?? "")] as const
  const account = (path: string) => ["user", said(`${path}.userPrincipalName`) ?? said(`${path}.accountName`)] as const
  const file = (path: string) => ["file", said(`${path}.fileName`)] as const
  switch (typeOf(evidence)) {
    case "analyzedMessage":
      return [
        ["mail", said("subject")],
        ["user", said("p2Sender.emailAddress")],
        ["user", said("recipientEmailAddress")],
        ["address", said("senderIp")],
        ...textsOf(said("urls")).map((url) => ["URL", url] as const)
      ]
    case "submissionMail":
      return [["mail", said("subject")], ["user", said("sender")], ["user", said("recipient")]]
    case "mailbox":
      return [["user", said("primaryAddress") ?? said("upn")]]
    case "mailboxConfiguration":
      return [["user", said("mailboxPrimaryAddress") ?? said("upn")]]
    case "user":
      return [account("userAccount")]
    case "cloudLogonSession":
    case "hostLogonSession":
      return [account("account.userAccount"), ["host", said("deviceName") ?? said("host.deviceDnsName")]]
    case "device":
      return [
        ["host", said("deviceDnsName") ?? said("hostName")],
        ["address", said("lastIpAddress")],
        ...listOf(said("loggedOnUsers")).map((one) => ["user", objectOf(one)["accountName"]] as const)
      ]
    case "process":
      return [file("imageFile"), host, account("userAccount"), file("parentProcessImageFile")]
    case "file":
      return [file("fileDetails"), host]
    case "ip":
      return [["address", said("ipAddress")]]
    case "networkConnection":
      return [["address", said("destinationAddress.ipAddress")], ["address", said("sourceAddress.ipAddress")]]
    case "url":
      return [["URL", said("url")]]
    default:
      return []
  }
}

/** Short names of the same account or host: `amy` of `amy@contoso.example`. */
const aliases = (nodes: ReadonlyArray<Entity>): ReadonlyMap<string, string> =>
  new Map(nodes.flatMap(({ id, kind, value }) => {
    const short = value.toLowerCase().split(kind === "user" ? "@" : ".")[0]!
    return (kind === "user" || kind === "host") && `${kind} ${short}` !== id ? [[`${kind} ${short}`, id] as const] : []
  }))

const linked = (groups: ReadonlyArray<ReadonlyArray<Entity>>): Entities => {
  const all = new Map(groups.flat().map((one) => [one.id, one]))
  const known = aliases(Array.from(all.values()))
  const idOf = (id: string) => known.get(id) ?? id
  const nodes = Array.from(all.values()).filter(({ id }) => idOf(id) === id).slice(0, nodesMax)
  const shown = new Set(nodes.map(({ id }) => id))
  const edges = new Map<string, readonly [string, string]>()
  for (const [first, ...others] of groups) {
    for (const other of first === undefined ? [] : others) {
      const [from, to] = [idOf(first!.id), idOf(other.id)]
      if (from !== to && shown.has(from) && shown.has(to)) edges.set([from, to].toSorted().join("\n"), [from, to])
    }
  }
  return { nodes, edges: Array.from(edges.values()) }
}

/** The entities that evidence names. */
export const entitiesOf = (evidence: ReadonlyArray<Json>): Entities => {
  const hosts = hostsOf(evidence)
  return linked(evidence.map((one) =>
    namedBy(one, hosts).flatMap(([kind, value]) => {
      const text = textOf(value)
      return text === undefined ? [] : [entity(kind, text)]
    })
  ))
}

/** The entities that rows of artifacts name, for an incident. */
export const entitiesOfRows = (rows: ReadonlyArray<Row>): Entities =>
  linked(rows.map((row) => {
    const found: Found = [
      ["mail", row.email_subject],
      ["file", row.file_name],
      ["user", row.user],
      ["host", row.hostname],
      ["address", row.src_ip],
      ["address", row.dst_ip],
      ["user", row.email_from],
      ["user", row.email_to],
      ["URL", portalUrl(row.uri) === undefined ? row.uri : undefined]
    ]
    return found.flatMap(([kind, value]) => typeof value === "string" && value !== "" ? [entity(kind, value)] : [])
  }))
