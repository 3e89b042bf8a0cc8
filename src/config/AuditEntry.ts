/** An entry of the audit trail, and what differs between two states of the settings. */
import { Equal, Predicate, Redacted, Schema } from "effect"

const text = Schema.optionalKey(Schema.String)

/**
 * Schema for a line of `changes.ndjson` or `refusals.ndjson`: who did what and when. It names fields, and never has their
 * values. Changes of positions by the command `checkpoint` have `command` in the place of `by` and `change`.
 */
export const AuditEntry = Schema.Struct({
  at: Schema.String,
  /** Where the change was made: on the page, in the settings file, or on the broker. */
  by: Schema.optionalKey(Schema.Literals(["page", "file", "broker"])),
  change: Schema.optionalKey(
    Schema.Literals(["added", "changed", "removed", "signed_in", "signed_out", "token_refused"])
  ),
  instance: text,
  /** Paths of the settings that changed, such as `credentials.client_secret`. */
  fields: Schema.optionalKey(Schema.Array(Schema.String)),
  /** First 8 hex digits of the digest of the session's cookie; `token` for a request with the token itself. */
  session: text,
  address: text,
  /** Revision of the broker's document. */
  revision: Schema.optionalKey(Schema.Int),
  /** The instance whose removal caused this, because both names have one slug; `revision` is that of the removal. */
  cause: text,
  /** How often it happened, when more than once. */
  count: Schema.optionalKey(Schema.Int),
  command: text,
  endpoint: text,
  from: text,
  to: Schema.optionalKey(Schema.NullOr(Schema.String))
}).annotate({ identifier: "AuditEntry" })
export type AuditEntry = typeof AuditEntry.Type

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Predicate.isObject(value) && !Array.isArray(value) && !Redacted.isRedacted(value)

/** Returns the paths of the settings that differ. */
export const differing = (before: unknown, after: unknown, path = ""): ReadonlyArray<string> => {
  if (Equal.equals(before, after)) return []
  if (!isGroup(before) && !isGroup(after)) return [path]
  const [one, other] = [isGroup(before) ? before : {}, isGroup(after) ? after : {}]
  return Array.from(new Set([...Object.keys(one), ...Object.keys(other)])).sort().flatMap((key) =>
    differing(one[key], other[key], path === "" ? key : `${path}.${key}`)
  )
}
