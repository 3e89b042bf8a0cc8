/** The structured error report, the same in the log, in `/status` and on the broker. */
import { DateTime, Duration, Schema } from "effect"
import { onFailure } from "../graph/FailureTable.ts"
import type { GraphError } from "../graph/GraphError.ts"

const text = Schema.optionalKey(Schema.String)
const integer = Schema.optionalKey(Schema.Int)
const words = Schema.optionalKey(Schema.Array(Schema.String))

/** Schema for an error report. It never holds a secret, a token or a body. */
export const Report = Schema.Struct({
  code: Schema.String,
  instance: text,
  endpoint: text,
  message: Schema.String,
  remedy: Schema.String,
  http_status: integer,
  graph_code: text,
  aadsts_code: integer,
  request_id: text,
  client_request_id: text,
  retry_after_seconds: integer,
  cooldown_until: text,
  required_permissions: words,
  token_roles: words,
  occurred_at: Schema.String
})
export type Report = typeof Report.Type

/** Formats milliseconds since 1970 as reports and `/status` show times: ISO 8601, UTC. */
export const isoTime = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

/** Makes the report of a failed request. Times are milliseconds since 1970. */
export const fromGraphError = (
  { endpoint, instance }: { readonly instance: string; readonly endpoint: string },
  error: GraphError,
  at: number,
  cooldownUntil?: number
): Report => {
  const { reason } = error
  const { code, remedy } = onFailure(reason)
  const retryAfter = "retryAfter" in reason ? reason.retryAfter : undefined
  return {
    code,
    instance,
    endpoint,
    message: reason.message,
    remedy,
    ...(error.status === undefined ? {} : { http_status: error.status }),
    ...(error.graphCode === undefined ? {} : { graph_code: error.graphCode }),
    ...(reason._tag === "Unauthorized" && reason.aadsts !== undefined ? { aadsts_code: reason.aadsts } : {}),
    ...(error.requestId === undefined ? {} : { request_id: error.requestId }),
    ...(error.clientRequestId === undefined ? {} : { client_request_id: error.clientRequestId }),
    ...(retryAfter === undefined ? {} : { retry_after_seconds: Math.round(Duration.toSeconds(retryAfter)) }),
    ...(cooldownUntil === undefined ? {} : { cooldown_until: isoTime(cooldownUntil) }),
    ...(reason._tag === "Forbidden" && reason.requiredPermissions.length > 0
      ? { required_permissions: reason.requiredPermissions.slice(0, 1) }
      : {}),
    ...(reason._tag === "Forbidden" && reason.tokenRoles.length > 0 ? { token_roles: reason.tokenRoles } : {}),
    occurred_at: isoTime(at)
  }
}

/**
 * What makes no other report of the same failure: how long a request took, since when it waits, which of its tries failed, and
 * how many tenants it concerns.
 */
export const moving =
  / after [\d.]+ s\b|(?:; no answer)? since \d{4}-\d\d-\d\dT[\d:.]+Z|, try \d+ of \d+ failed, the next .*?(?=, for \d|$)|, for \d+ of \d+ tenants/g

/** Codes of refusals that concern every endpoint of a tenant. */
const tenantWide: ReadonlySet<string> = new Set(["credentials_refused", "token_refused", "conditional_access"])

/** Whether Microsoft refuses the tenant's application or its token, whichever endpoint met it first. */
export const isOfTenant = ({ aadsts_code, code }: Pick<Report, "aadsts_code" | "code">): boolean =>
  aadsts_code !== undefined || tenantWide.has(code)

/** Formats a report as one line of the log: Microsoft's answer, the endpoint, the message and the remedy. */
export const line = (report: Report): string => {
  const { aadsts_code, endpoint, http_status, message, remedy } = report
  const answer = [
    http_status === undefined ? [] : [`HTTP ${http_status}`],
    aadsts_code === undefined ? [] : [`AADSTS${aadsts_code}`],
    endpoint === undefined || isOfTenant(report) ? [] : [`on ${endpoint}`]
  ].flat().join(" ")
  const whole = `${answer === "" ? "" : `${answer}: `}${message}; ${remedy.slice(0, 1).toLowerCase()}${remedy.slice(1)}`
  return whole.replaceAll(/\s+/g, " ")
}
