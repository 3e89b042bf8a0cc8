/**
 * The model between decoding and rendering: the people, hosts, files, … that one evidence object tells of, under names
 * that belong to no product. WitFoo's artifact is one renderer of it, OCSF's event another.
 *
 * The first entity of a list is the one that the object is about; the others, and those of nested objects, follow.
 */
import * as N from "../domain/NormalForms.ts"

/** An object of parsed JSON. */
export type Json = Readonly<Record<string, unknown>>

/** A person or an account that programs use. `name` is one form for one person over all services. */
export interface User {
  readonly name?: string | undefined
  readonly account?: string | undefined
  readonly domain?: string | undefined
  readonly sid?: string | undefined
  readonly objectId?: string | undefined
  readonly guid?: string | undefined
  readonly displayName?: string | undefined
  readonly tenant?: string | undefined
}

/** A file. A name that it was sent or stored under is no program's: that is `Process.image`. */
export interface File {
  readonly name?: string | undefined
  /** With the name. */
  readonly path?: string | undefined
  readonly sha256?: string | undefined
  readonly sha1?: string | undefined
  readonly md5?: string | undefined
  /** Of an algorithm that Graph does not name. */
  readonly hash?: string | undefined
  /** Authenticode, which covers only a part of the file. */
  readonly sha256ac?: string | undefined
  readonly signer?: string | undefined
  readonly publisher?: string | undefined
  readonly issuer?: string | undefined
  readonly size?: string | undefined
}

/** A program that ran. */
export interface Process {
  readonly image: File
  readonly pid?: string | undefined
  readonly command?: string | undefined
  readonly started?: string | undefined
  readonly parent?: Process | undefined
}

/** A computer, or what is known of one end of a connection. */
export interface Host {
  readonly ip?: string | undefined
  readonly name?: string | undefined
  readonly mac?: string | undefined
  readonly port?: string | undefined
}

/** A message, or what a set of messages has in common. */
export interface Mail {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly subject?: string | undefined
  readonly server?: string | undefined
  /** `outbound`, `intraorg`, `inbound`: lower case. */
  readonly direction?: string | undefined
}

/** A URL; of its parts, host or address is set. */
export type Link = N.UrlParts

/** The strongest hash of a file. */
export const hashOf = (file: File | undefined): string | undefined =>
  file === undefined ? undefined : file.sha256 ?? file.sha1 ?? file.md5 ?? file.hash

/** What one evidence object tells, in entities and details. */
export class Observation {
  readonly users: Array<User> = []
  /** The first is the computer or address that the object is about; its role says which end it is. */
  readonly hosts: Array<Host> = []
  readonly processes: Array<Process> = []
  readonly files: Array<File> = []
  readonly links: Array<Link> = []
  readonly mails: Array<Mail> = []
  /** Ends of a connection whose direction is told. */
  client?: Host | undefined
  server?: Host | undefined
  /** Where a link leads: always the hostile end. */
  target?: Host | undefined
  application?: string | undefined
  protocol?: string | undefined
  /** A domain that is no link's. */
  domain?: string | undefined
  /** What names a resource or a registry value as a path names a file. */
  path?: string | undefined
  country?: string | undefined
  /** Who uses or owns a device: a guess at the user. */
  owner?: string | undefined
  /** The address of a mailbox. */
  mailbox?: string | undefined
  delivery?: string | undefined
  detection?: string | undefined
  started?: string | undefined
  ended?: string | undefined
  /** What only Graph tells, by the name of its tag. */
  readonly details: Array<readonly [name: string, value: unknown]> = []
  /** Details that are values of lists. */
  readonly lists: Array<readonly [name: string, value: unknown]> = []
  /** Nested objects of which nothing is a field of this one. */
  readonly mentions: Array<Observation> = []

  /** Adds a detail. */
  tell(name: string, value: unknown): void {
    if (value !== undefined && value !== null) this.details.push([name, value])
  }

  /** Adds a value of a list. */
  list(name: string, value: unknown): void {
    if (value !== undefined && value !== null) this.lists.push([name, value])
  }

  /** Returns the first detail of a name, as text. */
  detail(name: string): string | undefined {
    for (const [one, value] of this.details) if (one === name) return N.text(value)
    return undefined
  }
}

/** Returns a host with what another one knows beyond it. */
export const complete = (host: Host | undefined, more: Host | undefined): Host | undefined =>
  host === undefined || more === undefined ? host ?? more : {
    ip: host.ip ?? more.ip,
    name: host.name ?? more.name,
    mac: host.mac ?? more.mac,
    port: host.port ?? more.port
  }

const lists = ["users", "hosts", "processes", "files", "links", "mails", "details", "lists", "mentions"] as const

/** Takes over a nested object: it fills only what its parent left empty, and its details follow the parent's own. */
export const absorb = (parent: Observation, nested: Observation): void => {
  // The hash of one file must not stand beside the name of another, nor a domain beside another's URL.
  if (parent.links.length === 0) parent.domain ??= nested.domain
  if (parent.files.length === 0 && parent.processes.length === 0) parent.path ??= nested.path
  const [host] = parent.hosts
  if (host !== undefined) parent.hosts[0] = complete(host, nested.hosts[0])!
  for (const name of lists) for (const one of nested[name]) (parent[name] as Array<unknown>).push(one)
  parent.client ??= nested.client
  parent.server ??= nested.server
  parent.target ??= nested.target
  parent.application ??= nested.application
  parent.protocol ??= nested.protocol
  parent.country ??= nested.country
  parent.owner ??= nested.owner
}
