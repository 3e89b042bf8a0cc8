/** Collects the facts that an evidence reader finds; the first value of a field wins. */
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

/** What one evidence object says, under the names of the artifact's fields. */
export interface EvidenceFacts {
  /** Artifact fields, except those of the client and the server. */
  readonly fields: Partial<Pick<Artifact, FieldName>>
  /** Tags of the evidence type, without those that all evidence has. */
  readonly tags: ReadonlyArray<string>
  /** Client or server: the alert's message type and the object's role decide. */
  readonly side?: Side
  /** The address in a URL: always the hostile side. */
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

/** Returns the value if it is an object, otherwise an empty one. */
export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {}

/** Returns the value if it is a list, otherwise an empty one. */
export const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** Returns a text; `unknownFutureValue`, Graph's placeholder for other words, is absent. */
export const word = (value: unknown): string | undefined => {
  const found = N.text(value)
  return found === "unknownFutureValue" ? undefined : found
}

/** Fields that come from one object: the name of one file beside the hash of another would be false. */
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

/** Facts of one evidence object under construction. */
export class FactsDraft {
  readonly fields: Writable<EvidenceFacts["fields"]> = {}
  readonly tags = new Set<string>()
  side?: Side
  hostile?: Side
  client?: Side
  server?: Side
  deliveryAction?: string
  detectionStatus?: string
  /** Reads nested evidence; `undefined` when there is none, or too deep. */
  readonly nested: (raw: unknown, declared?: string) => EvidenceFacts | undefined

  constructor(nested: (raw: unknown, declared?: string) => EvidenceFacts | undefined) {
    this.nested = nested
  }

  /** Sets a field only while it has no value. */
  set(name: FieldName, value: string | undefined): void {
    if (value !== undefined && this.fields[name] === undefined) this.fields[name] = value
  }

  /** Sets the parts of a side that have no value yet. */
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

  /** Adds `prefix:value` for a text, number or boolean. */
  tag(prefix: string, value: unknown): void {
    const found = typeof value === "boolean" ? String(value) : word(value)
    if (found !== undefined) this.tags.add(`${prefix}:${found}`)
  }

  /** Adds a tag for each of the first `most` values of a list. */
  tagEach(prefix: string, values: unknown, most = Number.POSITIVE_INFINITY): void {
    for (const value of list(values).slice(0, most)) this.tag(prefix, value)
  }

  /** Adds complete tags unchanged. */
  tagAll(tags: ReadonlyArray<string>): void {
    for (const tag of tags) this.tags.add(tag)
  }

  /** Takes missing fields from nested evidence, but none of its tags. */
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

  /** Returns the finished facts, without absent sides. */
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
