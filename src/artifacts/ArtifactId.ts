/**
 * Ids of artifacts: the same on every machine and after every retry, because they depend on content only.
 *
 * `node:crypto` is called directly: mapping is pure and synchronous, and a record's digest must not cost an Effect.
 */
import { createHash, hash } from "node:crypto"
import { stepBytes } from "../domain/Bounds.ts"
import type { Content, GraphRecord } from "../domain/GraphRecord.ts"
import type { Artifact } from "./Artifact.ts"
import type { MappingContext } from "./Mapped.ts"
import { pieces } from "./Message.ts"

/** Returns the SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export const sha256 = (text: string): string => hash("sha256", text, "hex")

/** Returns what {@link sha256} returns; of a long text step by step. */
export function* digest(text: string): Generator<undefined, string> {
  if (text.length <= stepBytes) return sha256(text)
  const hashing = createHash("sha256")
  for (const piece of pieces(text)) {
    hashing.update(piece)
    yield
  }
  return hashing.digest("hex")
}

/** Returns the SHA-256 of each element of a record's evidence, step by step. */
export function* evidenceHashes(
  { evidence, hashes }: Pick<Content, "evidence" | "hashes">
): Generator<undefined, ReadonlyArray<string>> {
  if (hashes !== undefined) return hashes
  const found: Array<string> = []
  for (const one of evidence) found.push(one.length > stepBytes ? yield* digest(one) : sha256(one))
  return found
}

/** Returns where the list of evidence begins and ends in a record's text; undefined where it does not stand there. */
const placeOf = (text: string, evidence: ReadonlyArray<string>): readonly [from: number, to: number] | undefined => {
  const from = text.indexOf(evidence[0]!)
  let at = from
  for (const one of evidence) {
    // `startsWith` compares letter by letter.
    if (from < 0 || text.slice(at, at + one.length) !== one) return undefined
    at += one.length + 1
  }
  return [from, at - 1]
}

/**
 * Returns the SHA-256 of a record's content, step by step; `hashes` are those of its evidence. The order of evidence does not
 * count: Graph promises none, and the same objects in another order are no new version.
 */
export function* contentHash(
  { evidence, rest, text }: Content,
  hashes: ReadonlyArray<string>
): Generator<undefined, string> {
  if (rest !== undefined) return sha256(`${yield* digest(text)}${yield* digest(rest.text)}`)
  const place = evidence.length === 0 ? undefined : placeOf(text, evidence)
  if (place === undefined) return yield* digest(text)
  return yield* digest([text.slice(0, place[0]), text.slice(place[1]), ...Array.from(hashes).sort()].join("\n"))
}

/** Joins parts by a newline, which no tenant id, endpoint, cursor or hash contains; Graph's ids come last. */
const identity = (...parts: ReadonlyArray<string>): string => sha256(parts.join("\n")).slice(0, 32)

/** Id of one version of a record: 32 hex digits of (tenant, endpoint, cursor or version of an object, Graph id). */
export const ofRecord = (tenantId: string, endpoint: string, record: GraphRecord): string =>
  identity("record", tenantId, endpoint, record.version ?? record.cursor, record.id)

/** Id of a version whose content changed while its cursor stayed: 32 hex digits of (id of the version, content). */
export const ofContent = (recordId: string, contentHash: string): string => identity("content", recordId, contentHash)

/** Marks a version that was not mapped, because a process ended on it: 32 hex digits of its id. */
export const ofEnded = (recordId: string): string => identity("ended", recordId)

/** Marks an object of a list that cannot be mapped, whatever else changes in it. `object` tells it from others. */
export const ofUnmapped = (tenantId: string, endpoint: string, reason: string, object: string): string =>
  identity("unmapped", tenantId, endpoint, reason, object)

/** Id of one evidence object: 32 hex digits of (tenant, content, ordinal among equal objects, alert id). */
export const ofEvidence = (tenantId: string, alertId: string, contentHash: string, ordinal: number): string =>
  identity("evidence", tenantId, contentHash, String(ordinal), alertId)

/** Returns the id under which something of a cloud is published; see {@link published}. */
export const publishedId = ({ customCloud }: Pick<MappingContext, "customCloud">, id: string): string =>
  customCloud === undefined ? id : identity("cloud", customCloud, id)

/**
 * Returns an artifact as it is published. One of a custom cloud has an identity of its own, because whoever answers there
 * chooses tenant and content: it must not pass for an artifact of Microsoft's clouds, and suppress that as a duplicate.
 */
export const published = ({ customCloud, senderHost }: MappingContext, artifact: Artifact): Artifact =>
  customCloud === undefined ? artifact : {
    ...artifact,
    id: publishedId({ customCloud }, artifact.id),
    // With `graph` it is the cloud's host already.
    senderHost: senderHost === "graph" ? artifact.senderHost : `${customCloud}/${artifact.senderHost}`
  }

/** Id of the evidence of an alert that is published together: 32 hex digits of (tenant, content, alert id). */
export const ofRest = (tenantId: string, alertId: string, contentHash: string): string =>
  identity("evidence:rest", tenantId, contentHash, alertId)

/**
 * Says that an event of a finding was published: 32 hex digits of (tenant, endpoint, Graph id, week). One of the key of this
 * week and that of the week before is in the ledger as long as it keeps any key of the finding's events.
 */
export const ofFinding = (tenantId: string, endpoint: string, id: string, week: number): string =>
  identity("finding", tenantId, endpoint, String(week), id)
