/** What the readers of evidence write to: facts under construction, in which the first value of a field stays. */
import type { Artifact } from "./Artifact.ts"
import * as N from "./NormalForms.ts"

/** The four fields of one side of a connection. */
export interface Side {
  readonly ip?: string
  readonly hostname?: string
  readonly mac?: string
  readonly port?: string
}

type FieldName =
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
  | "cve"
  | "fqdn"
  | "geoRegion"
  | "uri"
  | "startTimeUTC"
  | "endTimeUTC"

/** What one evidence object says, in the words of the artifact. */
export interface EvidenceFacts {
  /** Fields with the names of the artifact, other than those of the client's and the server's side. */
  readonly fields: Partial<Pick<Artifact, FieldName>>
  /** Tags of the type's own, without those that all evidence has. */
  readonly tags: ReadonlyArray<string>
  /** Client or server, as the alert's message type and the object's role decide. */
  readonly side?: Side
  /** The host of a URL that is an address: always the hostile side. */
  readonly hostile?: Side
  readonly client?: Side
  readonly server?: Side
  readonly deliveryAction?: string
  readonly detectionStatus?: string
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** An object of parsed JSON. */
export type Json = Readonly<Record<string, unknown>>

/** Reads one type of evidence into a draft. */
export type Reader = (value: Json, draft: FactsDraft) => void

/** The object itself, or an empty one. */
export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {}

/** The list itself, or an empty one. */
export const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** A text that is not the placeholder of a word that Graph keeps to itself. */
export const word = (value: unknown): string | undefined => {
  const found = N.text(value)
  return found === "unknownFutureValue" ? undefined : found
}

/** Fields that are taken from one object or from none: a name of one file beside the hash of another would lie. */
const groups: ReadonlyArray<ReadonlyArray<FieldName>> = [
  ["fileName", "filePath", "fileHash"],
  ["program", "pid"],
  ["emailFrom", "emailTo", "emailSubject", "emailSendingServer"],
  ["uri", "fqdn"],
  ["userName"],
  ["application"],
  ["protocol"],
  ["geoRegion"]
]

/** Facts under construction. */
export class FactsDraft {
  readonly fields: Writable<EvidenceFacts["fields"]> = {}
  readonly tags = new Set<string>()
  side?: Side
  hostile?: Side
  client?: Side
  server?: Side
  deliveryAction?: string
  detectionStatus?: string
  /** Reads evidence inside this evidence; `undefined` when there is none, or too deep. */
  readonly nested: (raw: unknown, declared?: string) => EvidenceFacts | undefined

  constructor(nested: (raw: unknown, declared?: string) => EvidenceFacts | undefined) {
    this.nested = nested
  }

  /** Sets a field that is still empty. */
  set(name: FieldName, value: string | undefined): void {
    if (value !== undefined && this.fields[name] === undefined) this.fields[name] = value
  }

  /** Sets those parts of a side that are still empty. */
  place(
    where: "side" | "hostile" | "client" | "server",
    given: { readonly [K in keyof Side]?: string | undefined }
  ): void {
    const found: Writable<Side> = { ...this[where] }
    for (const key of ["ip", "hostname", "mac", "port"] as const) {
      const value = given[key]
      if (value !== undefined && found[key] === undefined) found[key] = value
    }
    if (Object.keys(found).length > 0) this[where] = found
  }

  /** Adds `prefix:value`, for a value that is a text, a number or a truth value. */
  tag(prefix: string, value: unknown): void {
    const found = typeof value === "boolean" ? String(value) : word(value)
    if (found !== undefined) this.tags.add(`${prefix}:${found}`)
  }

  /** Adds a tag for each value of a list, or of its first `most`. */
  tagEach(prefix: string, values: unknown, most = Number.POSITIVE_INFINITY): void {
    for (const value of list(values).slice(0, most)) this.tag(prefix, value)
  }

  /** Adds tags as they are. */
  tagAll(tags: ReadonlyArray<string>): void {
    for (const tag of tags) this.tags.add(tag)
  }

  /** Takes from nested evidence what this one has left empty, but none of its tags. */
  fill(from: EvidenceFacts | undefined): void {
    if (from === undefined) return
    for (const group of groups) {
      if (group.some((name) => this.fields[name] !== undefined)) continue
      for (const name of group) this.set(name, from.fields[name])
    }
    for (const where of ["side", "hostile", "client", "server"] as const) {
      const given = from[where]
      if (given !== undefined) this.place(where, given)
    }
  }

  /** The finished facts. */
  facts(): EvidenceFacts {
    return {
      fields: this.fields,
      tags: [...this.tags],
      ...(this.side === undefined ? {} : { side: this.side }),
      ...(this.hostile === undefined ? {} : { hostile: this.hostile }),
      ...(this.client === undefined ? {} : { client: this.client }),
      ...(this.server === undefined ? {} : { server: this.server }),
      ...(this.deliveryAction === undefined ? {} : { deliveryAction: this.deliveryAction }),
      ...(this.detectionStatus === undefined ? {} : { detectionStatus: this.detectionStatus })
    }
  }
}
