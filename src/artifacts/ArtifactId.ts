/**
 * Identities of artifacts: the same on every machine and at every repetition, because they depend on content only.
 *
 * `node:crypto` is called directly: mapping is pure and synchronous, and a digest per record must not cost an Effect.
 */
import { hash } from "node:crypto"
import type { GraphRecord } from "../domain/GraphRecord.ts"

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export const sha256 = (text: string): string => hash("sha256", text, "hex")

/** Parts are joined by a character that no tenant id, endpoint, cursor or hash contains; ids come last. */
const identity = (...parts: ReadonlyArray<string>): string => sha256(parts.join("\n")).slice(0, 32)

/** Identity of one version of an alert or incident: 32 hex digits of (tenant, endpoint, cursor, Graph id). */
export const ofRecord = (tenantId: string, endpoint: string, record: GraphRecord): string =>
  identity("record", tenantId, endpoint, record.cursor, record.id)

/**
 * Identity of one evidence object: 32 hex digits of (tenant, content, ordinal among equal objects of the alert, alert id).
 */
export const ofEvidence = (tenantId: string, alertId: string, contentHash: string, ordinal: number): string =>
  identity("evidence", tenantId, contentHash, String(ordinal), alertId)
